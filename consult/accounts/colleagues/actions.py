"""Vouching for somebody: a colleague who surely speaks for a collectivité says that they do too."""

from datetime import datetime

from sqlalchemy import exists, select

from consult.accounts.attachments.actions import give_voice, locked_attachment, was_put_aside
from consult.accounts.colleagues.rules import may_vouch
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay
from consult.accounts.rules import may_know_attachment
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite


def vouch_for(actor: Actor, attachment_id: int, *, at: datetime) -> None:
    """Say, as a colleague, that somebody who asks to speak for the same collectivité does: verified at once, and told so.

    It is worth an invitation, and is kept as one. The collectivité's lock is held: whoever is being ended at the same instant
    vouches before, or not at all.

    Raises NotFound when it is not the actor's to know of, Refused with the reason of `may_vouch`.
    """
    with transaction() as session:
        siren = session.scalar(select(Attachment.siren).where(Attachment.id == attachment_id))
        if siren is None:
            raise NotFound
        lock(session, Lock.COLLECTIVITE, siren)
        attachment = locked_attachment(session, attachment_id)
        if not may_know_attachment(actor, person_id=attachment.person_id, siren=siren):
            raise NotFound
        known = session.scalars(
            select(Attachment)
            .where(Attachment.person_id == attachment.person_id, Attachment.siren == siren)
            .order_by(Attachment.id.desc())
        ).all()
        colleague = exists().where(
            Attachment.person_id == actor.person_id,
            Attachment.siren == siren,
            Attachment.status == AttachmentStatus.VERIFIED,
        )
        may_vouch(
            actor,
            is_colleague=bool(session.scalar(select(colleague))),
            person_id=attachment.person_id,
            status=attachment.status,
            is_current=bool(session.scalar(select(Collectivite.is_current).where(Collectivite.siren == siren))),
            is_put_aside=was_put_aside(known),
        ).or_refuse()
        attachment.way, attachment.evidence = AttachmentWay.INVITATION, {"by": actor.person_id}
        give_voice(session, actor, attachment, at=at)

"""Attaching to a collectivité: asking, withdrawing, verifying, refusing. What proves it by itself has its own file."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.actions import locked_person
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.accounts.queries import LIVE
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.register.rules import full_name, is_siren


def ask_attachment(actor: Actor, siren: str, *, at: datetime) -> int:
    """Ask to speak for a collectivité; a moderator will answer. Gives the number of the request.

    Raises Refused with the reason of `may_ask_attachment`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        is_current = is_siren(siren) and session.scalar(select(Collectivite.is_current).where(Collectivite.siren == siren))
        held = session.execute(
            select(Attachment.siren, Attachment.status).where(Attachment.person_id == person.id, Attachment.status.in_(LIVE))
        ).all()
        rules.may_ask_attachment(
            actor,
            profile=person.profile,
            siren=siren,
            is_current=bool(is_current),
            live={row.siren for row in held},
            pending=sum(row.status is AttachmentStatus.PENDING for row in held),
        ).or_refuse()
        attachment = Attachment(
            person_id=person.id,
            siren=siren,
            status=AttachmentStatus.PENDING,
            way=AttachmentWay.MODERATOR,
            evidence={},
            requested_at=at,
            reason="",
        )
        session.add(attachment)
        session.flush()
        _record(session, EventKind.ATTACHMENT_ASKED, actor, attachment, at)
        return attachment.id


def withdraw_attachment(actor: Actor, attachment_id: int, *, at: datetime) -> None:
    """Take back one's own request, while nobody has answered it.

    Raises NotFound when it is somebody else's, Refused with the reason of `may_withdraw_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        if attachment.person_id != actor.person_id:
            raise NotFound
        rules.may_withdraw_attachment(actor, status=attachment.status).or_refuse()
        _decide(actor, attachment, AttachmentStatus.ENDED, "", at)
        _record(session, EventKind.ATTACHMENT_ENDED, actor, attachment, at)


def verify_attachment(actor: Actor, attachment_id: int, *, reason: str = "", at: datetime) -> None:
    """Say that a person speaks for a collectivité, and tell them.

    Raises NotFound, and Refused with the reason of `may_verify_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        rules.may_verify_attachment(actor, person_id=attachment.person_id, status=attachment.status).or_refuse()
        _decide(actor, attachment, AttachmentStatus.VERIFIED, reason, at)
        attachment.verified_at = at
        _tell(session, Notice.ATTACHMENT_VERIFIED, attachment, at)
        _record(session, EventKind.ATTACHMENT_VERIFIED, actor, attachment, at)


def refuse_attachment(actor: Actor, attachment_id: int, *, reason: str, at: datetime) -> None:
    """Say that they do not, and tell them why.

    Raises NotFound, and Refused with the reason of `may_refuse_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        rules.may_refuse_attachment(actor, person_id=attachment.person_id, status=attachment.status, reason=reason).or_refuse()
        _decide(actor, attachment, AttachmentStatus.REFUSED, reason, at)
        _tell(session, Notice.ATTACHMENT_REFUSED, attachment, at)
        _record(session, EventKind.ATTACHMENT_REFUSED, actor, attachment, at)


def _locked_attachment(session: Session, attachment_id: int) -> Attachment:
    found = session.scalars(select(Attachment).where(Attachment.id == attachment_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found


def _decide(actor: Actor, attachment: Attachment, status: AttachmentStatus, reason: str, at: datetime) -> None:
    attachment.status, attachment.decided_at = status, at
    attachment.decided_by, attachment.reason = actor.person_id, reason.strip()


def _tell(session: Session, notice: Notice, attachment: Attachment, at: datetime) -> None:
    email, name, kind, departement_name = session.execute(
        select(Person.email, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join_from(Attachment, Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Attachment.id == attachment.id)
    ).one()
    post(
        session,
        notice,
        email,
        key=f"{notice.value}:{attachment.id}",
        at=at,
        collectivite=full_name(name, kind, departement_name),
        reason=attachment.reason,
    )


def _record(session: Session, kind: EventKind, actor: Actor, attachment: Attachment, at: datetime) -> None:
    subject = f"attachment:{attachment.id}"
    record(session, kind, actor, at=at, siren=attachment.siren, subject=subject, reason=attachment.reason)

"""One person who speaks for several collectivités."""

from datetime import datetime

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Actor
from consult.ground.database import transaction
from tests.support.world import BEFORE_ALL


def attach(
    actor: Actor,
    siren: str,
    status: AttachmentStatus = AttachmentStatus.VERIFIED,
    *,
    by: Actor | None = None,
    at: datetime = BEFORE_ALL,
) -> int:
    """Somebody speaks, asks to speak or spoke for one more collectivité: the number of the attachment.

    `by` decided it: the person themselves, when nobody is named.
    """
    is_pending = status is AttachmentStatus.PENDING
    with transaction() as session:
        attachment = Attachment(
            person_id=actor.person_id,
            siren=siren,
            status=status,
            way=AttachmentWay.MODERATOR,
            evidence={},
            requested_at=at,
            decided_at=None if is_pending else at,
            decided_by=None if is_pending else (by or actor).person_id,
            verified_at=at if status in (AttachmentStatus.VERIFIED, AttachmentStatus.ENDED) else None,
        )
        session.add(attachment)
        session.flush()
        return attachment.id


def end(attachment_id: int, *, by: Actor | None = None, at: datetime = BEFORE_ALL) -> None:
    """An attachment is over from now on, in open sessions too."""
    with transaction() as session:
        attachment = session.get_one(Attachment, attachment_id)
        attachment.status, attachment.decided_at = AttachmentStatus.ENDED, at
        attachment.decided_by = by.person_id if by else attachment.person_id


def again(actor: Actor) -> Actor:
    """The same person, as they stand now."""
    found = actor_of_person(actor.person_id or 0)
    assert found is not None
    return found

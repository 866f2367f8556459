"""In whose name a session acts, for somebody who speaks for several collectivités."""

from datetime import datetime

from sqlalchemy import select, update

from consult.accounts.colleagues.rules import may_choose_mandate
from consult.accounts.model import Attachment, PersonSession
from consult.accounts.queries import digest, session_is_open
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound


def choose_mandate(actor: Actor, session_key: str, attachment_id: int, *, at: datetime) -> None:
    """From now on this session acts in the name of this one of the person's collectivités; their other sessions do not.

    The journal keeps nothing of it: it is how pages are read, and each act says by itself in whose name it was done.

    Raises NotFound when the attachment is somebody else's, Refused with the reason of `may_choose_mandate`.
    """
    with transaction() as session:
        status = session.scalar(
            select(Attachment.status).where(Attachment.id == attachment_id, Attachment.person_id == actor.person_id)
        )
        if status is None:
            raise NotFound
        may_choose_mandate(actor, status=status).or_refuse()
        session.execute(
            update(PersonSession)
            .where(
                PersonSession.key_hash == digest(session_key),
                PersonSession.person_id == actor.person_id,
                *session_is_open(at),
            )
            .values(attachment_id=attachment_id)
        )

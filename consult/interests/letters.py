"""Who is told of an answer, and what they read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.interests.model import Interest, InterestStatus, Level
from consult.register.queries import holders


def readers(*which: ColumnElement[bool]) -> Select[int, int, str]:
    """Who is told of these interests: the interest, the person, their address; one line a letter.

    Whoever declared it and the verified people of its collectivité, or of whoever stands for it, of those who want to know.
    """
    last = holders()
    speaker = func.coalesce(last.c.holder, Interest.siren)
    colleagues = (
        select(Interest.id, Attachment.person_id)
        .outerjoin(last, last.c.siren == Interest.siren)
        .join(Attachment, (Attachment.siren == speaker) & (Attachment.status == AttachmentStatus.VERIFIED))
    )
    told = union(colleagues.where(*which), select(Interest.id, Interest.person_id).where(*which)).subquery()
    return (
        select(told.c.id, Person.id, Person.email)
        .join(Person, Person.id == told.c.person_id)
        .where(wants(Topic.SERVICES))
        .order_by(told.c.id, Person.id)
    )


def said(
    *,
    edition: str,
    number: int,
    answer: InterestStatus,
    rank: int | None,
    level: Level,
    reason: str,
    collectivite: str,
    proposal_number: int,
    proposal: str,
) -> Mapping[str, Any]:
    """What the letter about one answer needs to know."""
    return {
        "edition": edition,
        "number": number,
        "is_accepted": answer is InterestStatus.ACCEPTED,
        "rank": rank,
        "level": level.label,
        "reason": reason,
        "collectivite": collectivite,
        "proposal_number": proposal_number,
        "proposal": proposal,
    }

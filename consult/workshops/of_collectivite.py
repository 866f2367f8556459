"""The workshops that a collectivité comes to, for its page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, Page
from consult.workshops.model import Seat, Workshop


@dataclass(frozen=True, slots=True)
class Attended:
    """A workshop where somebody has a seat for a collectivité; who, nobody is told."""

    edition_id: int
    number: int
    title: str
    starts_at: datetime


def attended_by(siren: str) -> Page[Attended]:
    """The workshops that a collectivité comes to, or came to, the latest first; cancelled ones are left out. One statement."""
    seated = select(Seat.workshop_id).where(Seat.siren == siren, Seat.given_up_at.is_(None))
    rows = (
        reading()
        .execute(
            select(Workshop.edition_id, Workshop.number, Workshop.title, Workshop.starts_at, func.count().over())
            .where(Workshop.id.in_(seated), Workshop.cancelled_at.is_(None))
            .order_by(Workshop.edition_id.desc(), Workshop.starts_at.desc(), Workshop.id)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([Attended(*row[:-1]) for row in rows], 1, rows[0][-1] if rows else 0, MOST_LISTED)

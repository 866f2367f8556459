"""Reminding those who come to a workshop, two days before it begins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.ground.database import reading, transaction
from consult.outbox.actions import post_many
from consult.outbox.model import Message, Notice
from consult.workshops.actions import told
from consult.workshops.model import Seat, Workshop
from consult.workshops.queries import STILL_COMES
from consult.workshops.rules import REMINDED_BEFORE, is_time_to_remind

BATCH = 200
"""Letters that one turn of `consult work` writes: the next turn goes on."""


def remind_of_workshops(*, at: datetime, limit: int = BATCH) -> int:
    """Write the reminders that are due at this instant, one a seat and date of a workshop; gives how many.

    Who came within the last two days has just been told. Two workers at once: the second waits for the first, and finds
    nothing left. A workshop that moves is recalled at its new date.
    """
    return sum(_remind(workshop_id, at, limit) for workshop_id in _soon(at))


def _soon(at: datetime) -> Sequence[int]:
    return (
        reading()
        .scalars(
            select(Workshop.id)
            .where(Workshop.starts_at > at, Workshop.starts_at <= at + REMINDED_BEFORE, Workshop.cancelled_at.is_(None))
            .order_by(Workshop.id)
        )
        .all()
    )


def _remind(workshop_id: int, at: datetime, limit: int) -> int:
    with transaction() as session:
        workshop, edition = session.execute(  # it neither moves nor is cancelled meanwhile
            select(Workshop, Edition)
            .join(Edition, Edition.id == Workshop.edition_id)
            .where(Workshop.id == workshop_id)
            .with_for_update(of=Workshop)
        ).one()
        if workshop.cancelled_at is not None or not is_time_to_remind(starts_at=workshop.starts_at, at=at):
            return 0
        said = told(edition, workshop, with_link=True)
        letters = [(row.key, row.email, said) for row in _to_remind(session, workshop, limit)]
        post_many(session, Notice.WORKSHOP_REMINDER, letters, at=at)
        return len(letters)


def _to_remind(session: Session, workshop: Workshop, limit: int) -> Sequence[Any]:
    key = literal("workshop_seat:") + cast(Seat.id, String) + literal(f":reminder:{workshop.starts_at.isoformat()}")
    return session.execute(
        select(Person.email, key.label("key"))
        .select_from(Seat)
        .join(Workshop, Workshop.id == Seat.workshop_id)
        .join(Person, Person.id == Seat.person_id)
        .where(
            Seat.workshop_id == workshop.id,
            Seat.taken_at <= workshop.starts_at - REMINDED_BEFORE,
            STILL_COMES,
            wants(Topic.SERVICES),
            ~exists().where(Message.key == key),
        )
        .order_by(Seat.id)
        .limit(limit)
    ).all()

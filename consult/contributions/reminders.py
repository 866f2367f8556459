"""Recalling, before a stage closes, what is begun and not submitted: drafts of contributions, then those of candidatures."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, cast, exists, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition, StageWindow
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Stage
from consult.contributions.draft_rules import Reminder, reminder_due
from consult.contributions.model import Draft
from consult.ground.database import reading, transaction
from consult.outbox.actions import post_many
from consult.outbox.model import Message, Notice

BATCH = 200
"""Drafts that one turn of `consult work` recalls: the next turn goes on."""

Letter = tuple[str, str, dict[str, Any]]
"""Its key, the address it goes to, what its words need."""

ToRecall = Callable[[Session, Edition, Reminder, datetime, int], Sequence[Letter]]
"""What finds the letters of a moment before a close, so many at most, and only those that were not written."""


def remind_of_drafts(*, at: datetime, limit: int = BATCH) -> int:
    """Write the reminders that are due at this instant, one a draft and moment of a closing date; gives how many.

    A draft begun since the moment is not recalled by it. Two workers at once: the second waits for the first, and finds
    nothing left. A close that moves has moments of its own; moved back, what was sent for it is not sent again.
    """
    return remind_before_the_close(Stage.NEEDS, Notice.DRAFT_REMINDER, _to_recall, at=at, limit=limit)


def remind_before_the_close(stage: Stage, notice: Notice, to_recall: ToRecall, *, at: datetime, limit: int) -> int:
    """The same for what is submitted during any stage."""
    return sum(_remind(edition_id, stage, notice, to_recall, at, limit) for edition_id in _closing_soon(stage, at))


def key_of(kind: str, number: InstrumentedAttribute[int], reminder: Reminder, closes_at: datetime) -> ColumnElement[str]:
    """The key of the reminder of a draft at a moment before a close."""
    return literal(f"{kind}:") + cast(number, String) + literal(f":{reminder.value}:{closes_at.isoformat()}")


def _closing_soon(stage: Stage, at: datetime) -> Sequence[int]:
    soon = at + Reminder.WEEK.before
    return (
        reading()
        .scalars(
            select(StageWindow.edition_id)
            .where(StageWindow.stage == stage, StageWindow.closes_at > at, StageWindow.closes_at <= soon)
            .order_by(StageWindow.edition_id)
        )
        .all()
    )


def _remind(edition_id: int, stage: Stage, notice: Notice, to_recall: ToRecall, at: datetime, limit: int) -> int:
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)  # nothing is submitted, and no date moves, meanwhile
        closes_at = edition.calendar.window(stage).closes_at
        reminder = reminder_due(closes_at, at) if closes_at else None
        if closes_at is None or reminder is None:
            return 0
        letters = to_recall(session, edition, reminder, closes_at, limit)
        post_many(session, notice, letters, at=at)
        return len(letters)


def _to_recall(session: Session, edition: Edition, reminder: Reminder, closes_at: datetime, limit: int) -> Sequence[Letter]:
    key = key_of("draft", Draft.id, reminder, closes_at)
    rows = session.execute(
        select(Draft, Person.email, key.label("key"))
        .join(Person, Person.id == Draft.person_id)
        .where(
            Draft.edition_id == edition.id,
            Draft.contribution_id.is_(None),
            Draft.created_at <= closes_at - reminder.before,
            wants(Topic.CONTRIBUTIONS),
            ~exists().where(Message.key == key),
        )
        .order_by(Draft.id)
        .limit(limit)
    )
    return [(row.key, row.email, _said(edition, row.Draft, closes_at)) for row in rows]


def _said(edition: Edition, draft: Draft, closes_at: datetime) -> dict[str, Any]:
    return {
        "edition": edition.slug,
        "draft": draft.id,
        "title": draft.data.get("title", "")[:120],
        "type": draft.type.value,
        "closes_at": closes_at.isoformat(),
    }

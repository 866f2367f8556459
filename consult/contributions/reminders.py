"""Recalling, before the needs close, the drafts that are not published."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

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


def remind_of_drafts(*, at: datetime, limit: int = BATCH) -> int:
    """Write the reminders that are due at this instant, one a draft and moment of a closing date; gives how many.

    A draft begun since the moment is not recalled by it. Two workers at once: the second waits for the first, and finds
    nothing left. A close that moves has moments of its own; moved back, what was sent for it is not sent again.
    """
    return sum(_remind(edition_id, at, limit) for edition_id in _closing_soon(at))


def _closing_soon(at: datetime) -> Sequence[int]:
    soon = at + Reminder.WEEK.before
    return (
        reading()
        .scalars(
            select(StageWindow.edition_id)
            .where(StageWindow.stage == Stage.NEEDS, StageWindow.closes_at > at, StageWindow.closes_at <= soon)
            .order_by(StageWindow.edition_id)
        )
        .all()
    )


def _remind(edition_id: int, at: datetime, limit: int) -> int:
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)  # no draft is published, and no date moves, meanwhile
        closes_at = edition.calendar.window(Stage.NEEDS).closes_at
        reminder = reminder_due(closes_at, at) if closes_at else None
        if closes_at is None or reminder is None:
            return 0
        letters = [
            (row.key, row.email, _said(edition, row.Draft, closes_at))
            for row in _to_recall(session, edition_id, reminder, closes_at, limit)
        ]
        post_many(session, Notice.DRAFT_REMINDER, letters, at=at)
        return len(letters)


def _to_recall(session: Session, edition_id: int, reminder: Reminder, closes_at: datetime, limit: int) -> Sequence[Any]:
    key = literal("draft:") + cast(Draft.id, String) + literal(f":{reminder.value}:{closes_at.isoformat()}")
    return session.execute(
        select(Draft, Person.email, key.label("key"))
        .join(Person, Person.id == Draft.person_id)
        .where(
            Draft.edition_id == edition_id,
            Draft.contribution_id.is_(None),
            Draft.created_at <= closes_at - reminder.before,
            wants(Topic.CONTRIBUTIONS),
            ~exists().where(Message.key == key),
        )
        .order_by(Draft.id)
        .limit(limit)
    ).all()


def _said(edition: Edition, draft: Draft, closes_at: datetime) -> dict[str, Any]:
    return {
        "edition": edition.slug,
        "draft": draft.id,
        "title": draft.data.get("title", "")[:120],
        "type": draft.type.value,
        "closes_at": closes_at.isoformat(),
    }

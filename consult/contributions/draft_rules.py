"""Drafts: who may keep one, how big it may grow, and when whoever writes it is reminded that it is not published."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict

MOST_DRAFTS = 20
"""Live drafts of one person in one edition."""

LONGEST_DRAFT = 100_000
"""Characters, every field together: several times what a form takes, so that whatever was pasted is kept until it is cut."""


def may_start(actor: Actor, *, live: int, length: int) -> Verdict:
    """Whether the actor may keep a new draft, having `live` of them. No moment is asked: what is written too late is kept."""
    return verdict(
        _is_known(actor), (live < MOST_DRAFTS, Reason.TOO_MANY_DRAFTS), (length <= LONGEST_DRAFT, Reason.DRAFT_TOO_LONG)
    )


def may_save(actor: Actor, *, is_published: bool, is_latest: bool, length: int) -> Verdict:
    """Whether the actor may save over a draft of their own. `is_latest`: nothing was saved since the page was drawn."""
    return verdict(
        _is_known(actor),
        (not is_published, Reason.DRAFT_PUBLISHED),
        (is_latest, Reason.DRAFT_CHANGED_ELSEWHERE),
        (length <= LONGEST_DRAFT, Reason.DRAFT_TOO_LONG),
    )


def may_publish_from(actor: Actor, *, siren: str | None, is_published: bool) -> Verdict:
    """Whether the actor may publish a draft of their own: once, and in the name it was written in."""
    return verdict(
        (not is_published, Reason.DRAFT_PUBLISHED),
        (siren is None or actor.acting_for(siren) is not None, Reason.DRAFT_IN_ANOTHER_NAME),
    )


def _is_known(actor: Actor) -> Verdict:
    return verdict((actor.is_signed_in, Reason.SIGN_IN), (actor.is_complete, Reason.PROFILE_INCOMPLETE))


def length_of(data: Mapping[str, Any]) -> int:
    """How many characters a draft holds."""
    return sum(len(value) if isinstance(value, str) else sum(map(len, value)) for value in data.values())


def is_blank(data: Mapping[str, Any]) -> bool:
    """Whether nothing was typed: there is nothing to keep."""
    return not any(value.strip() if isinstance(value, str) else value for value in data.values())


class Reminder(StrEnum):
    """The three moments at which an unpublished draft is recalled, before the needs close."""

    WEEK = "week"
    TWO_DAYS = "two_days"
    HOURS = "hours"

    @property
    def before(self) -> timedelta:
        return {
            Reminder.WEEK: timedelta(days=7),
            Reminder.TWO_DAYS: timedelta(days=2),
            Reminder.HOURS: timedelta(hours=3),
        }[self]


def reminder_due(closes_at: datetime, at: datetime) -> Reminder | None:
    """The reminder of this instant: each is due from its moment until the next one, the last until the close. Never later."""
    if at >= closes_at:
        return None
    return next((reminder for reminder in reversed(Reminder) if at >= closes_at - reminder.before), None)

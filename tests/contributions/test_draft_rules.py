"""Drafts: who may keep one, and exactly when each reminder is due."""

from datetime import timedelta

import pytest

from consult.contributions.draft_rules import (
    LONGEST_DRAFT,
    MOST_DRAFTS,
    Reminder,
    is_blank,
    length_of,
    may_publish_from,
    may_save,
    may_start,
    reminder_due,
)
from consult.ground.actor import VISITOR, Actor, Mandate, Profile, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason

CLOSE = paris(2021, 3, 15, 12)
TICK = timedelta(microseconds=1)
MANDATE = Mandate(1, "214602401", Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(1, "Jeanne", Profile.AGENT, "secrétaire", mandate=MANDATE, mandates=(MANDATE,))
NEWCOMER = Actor(2)


@pytest.mark.parametrize(
    ("actor", "live", "length", "reason"),
    [
        (AGENT, 0, 0, None),
        (AGENT, MOST_DRAFTS - 1, LONGEST_DRAFT, None),
        (AGENT, MOST_DRAFTS, 10, Reason.TOO_MANY_DRAFTS),
        (AGENT, 0, LONGEST_DRAFT + 1, Reason.DRAFT_TOO_LONG),
        (NEWCOMER, 0, 0, Reason.PROFILE_INCOMPLETE),
        (VISITOR, MOST_DRAFTS, 0, Reason.SIGN_IN),
    ],
)
def test_who_may_start_one(actor: Actor, live: int, length: int, reason: Reason | None) -> None:
    assert may_start(actor, live=live, length=length).reason is reason


@pytest.mark.parametrize(
    ("is_published", "is_latest", "length", "reason"),
    [
        (False, True, LONGEST_DRAFT, None),
        (True, False, 0, Reason.DRAFT_PUBLISHED),
        (False, False, LONGEST_DRAFT + 1, Reason.DRAFT_CHANGED_ELSEWHERE),
        (False, True, LONGEST_DRAFT + 1, Reason.DRAFT_TOO_LONG),
    ],
)
def test_when_it_may_be_saved(is_published: bool, is_latest: bool, length: int, reason: Reason | None) -> None:
    assert may_save(AGENT, is_published=is_published, is_latest=is_latest, length=length).reason is reason
    assert may_save(VISITOR, is_published=is_published, is_latest=is_latest, length=length).reason is Reason.SIGN_IN


@pytest.mark.parametrize(
    ("siren", "is_published", "reason"),
    [
        (None, False, None),
        ("214602401", False, None),
        ("214601288", False, Reason.DRAFT_IN_ANOTHER_NAME),
        ("214602401", True, Reason.DRAFT_PUBLISHED),
    ],
)
def test_in_whose_name_it_is_published(siren: str | None, is_published: bool, reason: Reason | None) -> None:
    assert may_publish_from(AGENT, siren=siren, is_published=is_published).reason is reason


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (timedelta(days=7) + TICK, None),
        (timedelta(days=7), Reminder.WEEK),
        (timedelta(days=2) + TICK, Reminder.WEEK),
        (timedelta(days=2), Reminder.TWO_DAYS),
        (timedelta(hours=3) + TICK, Reminder.TWO_DAYS),
        (timedelta(hours=3), Reminder.HOURS),
        (TICK, Reminder.HOURS),
        (timedelta(), None),
        (-TICK, None),
    ],
)
def test_each_reminder_is_due_until_the_next(before: timedelta, due: Reminder | None) -> None:
    assert reminder_due(CLOSE, CLOSE - before) is due


def test_what_is_empty_is_not_kept_and_what_is_long_is_counted() -> None:
    assert is_blank({"title": " \n", "themes": []})
    assert not is_blank({"title": "", "themes": ["mobilite"]})
    assert length_of({"title": "été", "themes": ["ab", "c"]}) == 6

"""What may be followed, and up to which instant a message of each rhythm tells."""

from datetime import datetime, timedelta

import pytest

from consult.following.model import Rhythm
from consult.following.rules import Sort, Subject, may_follow, subject_of, told_until
from consult.ground.actor import VISITOR, Actor
from consult.ground.clock import paris
from consult.ground.refusals import Reason

SECOND = timedelta(seconds=1)
MONDAY, WEDNESDAY = paris(2021, 3, 22, 8), paris(2021, 3, 24, 8)


@pytest.mark.parametrize(
    ("rhythm", "at", "until"),
    [
        (Rhythm.NEVER, WEDNESDAY, None),
        (Rhythm.AT_ONCE, WEDNESDAY, WEDNESDAY),
        (Rhythm.DAILY, WEDNESDAY, WEDNESDAY),
        (Rhythm.DAILY, WEDNESDAY - SECOND, WEDNESDAY - timedelta(days=1)),
        (Rhythm.DAILY, WEDNESDAY + timedelta(hours=23), WEDNESDAY),
        (Rhythm.WEEKLY, MONDAY, MONDAY),
        (Rhythm.WEEKLY, MONDAY - SECOND, MONDAY - timedelta(days=7)),
        (Rhythm.WEEKLY, WEDNESDAY, MONDAY),
        # Clocks went forward on Sunday 28 March: eight o'clock is still eight o'clock in Paris.
        (Rhythm.DAILY, paris(2021, 3, 28, 9), paris(2021, 3, 28, 8)),
        (Rhythm.DAILY, paris(2021, 3, 29, 7, 59), paris(2021, 3, 28, 8)),
        (Rhythm.WEEKLY, paris(2021, 3, 29, 7, 59), MONDAY),
        (Rhythm.WEEKLY, paris(2021, 3, 29, 8), paris(2021, 3, 29, 8)),
    ],
)
def test_what_a_message_tells_does_not_depend_on_the_minute_it_is_written(
    rhythm: Rhythm, at: datetime, until: datetime
) -> None:
    assert told_until(rhythm, at) == until


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("3/contribution:12", Subject(Sort.CONTRIBUTION, "12", 3)),
        ("3/proposal:12", Subject(Sort.PROPOSAL, "12", 3)),
        ("3/service:1", Subject(Sort.SERVICE, "1", 3)),
        ("collectivite:214602401", Subject(Sort.COLLECTIVITE, "214602401")),
    ],
)
def test_a_name_is_read_as_it_is_written(name: str, subject: Subject) -> None:
    assert subject_of(name) == subject
    assert subject.name == name


@pytest.mark.parametrize(
    "name", ["", "contribution:12", "3/interest:1", "3/service:", "3/service:-1", "collectivite:1", "3/collectivite:214602401"]
)
def test_nothing_else_may_be_followed(name: str) -> None:
    assert subject_of(name) is None


def test_it_takes_an_account() -> None:
    assert may_follow(VISITOR).reason is Reason.SIGN_IN
    assert may_follow(Actor(person_id=1))

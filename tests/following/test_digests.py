"""Digests: one message a person and a period, written once, whatever is run twice or stopped in the middle."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from consult.following.actions import choose_rhythm, follow, stop, unsubscribe
from consult.following.digests import write_digests
from consult.following.model import Follow, Follower, Rhythm, Tiding
from consult.following.rules import Sort, Subject
from consult.following.turns import follow_on
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.outbox.model import Message, Notice
from consult.selection.model import Outcome
from consult.services.actions import ServiceDraft, create, enter_phase
from consult.services.model import Phase
from tests.support import retained
from tests.support.letters import letters, text_of
from tests.support.stage_one import DURING_NEEDS, group, need, proposal
from tests.support.world import GRAMAT, ROCAMADOUR, World

WEDNESDAY = paris(2021, 2, 3, 10)
THURSDAY = paris(2021, 2, 4, 8)
MONDAY = paris(2021, 2, 8, 8)
MINUTE = timedelta(minutes=1)


def turn(at, *, whole: bool = True) -> None:
    """A turn of `consult work`."""
    follow_on(lambda: False, whole=whole, at=at)


def waiting() -> list[Message]:
    """The digests that wait in the outbox."""
    reading().expire_all()
    unsent = select(Message).where(Message.notice == Notice.DIGEST, Message.sent_at.is_(None), Message.given_up_at.is_(None))
    return list(reading().scalars(unsent.order_by(Message.id)))


@pytest.fixture
def reader(world: World) -> Actor:
    """Somebody who follows a collectivité."""
    edition = world.edition()
    reader = world.person(GRAMAT, email="lectrice@exemple.fr")
    follow(reader, Subject(Sort.COLLECTIVITE, ROCAMADOUR), at=DURING_NEEDS)
    need(world.person(ROCAMADOUR), edition, at=WEDNESDAY)
    return reader


@pytest.mark.parametrize(
    ("rhythm", "first"), [(Rhythm.AT_ONCE, WEDNESDAY), (Rhythm.DAILY, THURSDAY), (Rhythm.WEEKLY, MONDAY)]
)
def test_it_is_written_when_its_rhythm_says_and_once(reader: Actor, rhythm: Rhythm, first) -> None:
    choose_rhythm(reader, rhythm, at=DURING_NEEDS)
    turn(WEDNESDAY)
    if first > WEDNESDAY:
        turn(first - MINUTE)
        assert waiting() == []
        turn(first)
    turn(first)
    turn(first + timedelta(days=20))
    (written,) = waiting()
    assert written.recipient == "lectrice@exemple.fr"
    (letter,) = [letter for letter in letters(first + timedelta(days=20)) if letter["To"] == "lectrice@exemple.fr"]
    assert "Elle publie 1 contribution." in text_of(letter)
    assert waiting() == []


def test_nobody_is_told_who_asked_never_to_be_nor_afterwards(reader: Actor) -> None:
    choose_rhythm(reader, Rhythm.NEVER, at=DURING_NEEDS)
    turn(WEDNESDAY)
    choose_rhythm(reader, Rhythm.AT_ONCE, at=WEDNESDAY + MINUTE)
    turn(WEDNESDAY + MINUTE)
    assert waiting() == []

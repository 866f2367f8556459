"""Who joins a collectivité is told to its people: the first five of a day one by one, the others in one message."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.joined import TOLD_ONE_BY_ONE
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.outbox.model import Message, Notice
from tests.support.letters import letters, text_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

AT = paris(2021, 3, 2, 22)
MIDNIGHT = paris(2021, 3, 3)
TICK = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(GRAMAT)


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def join(world: World, moderator: Actor, count: int, *, at: datetime = AT, siren: str = ROCAMADOUR) -> None:
    """So many people become verified there, at this instant."""
    for _ in range(count):
        asked = attachments.ask_attachment(world.person(), siren, at=at)
        attachments.verify_attachment(moderator, asked, reason="Le site de la mairie les nomme.", at=at)


def told(at: datetime, address: str = "maire@exemple.fr") -> list[str]:
    """The subjects of what this person has been sent since the last time."""
    return [str(letter["Subject"]) for letter in letters(at) if letter["To"] == address]


ONE, MORE = "Une personne de plus parle pour votre collectivité", "Plusieurs personnes de plus parlent pour votre collectivité"


def test_the_first_of_a_day_are_told_one_by_one_and_the_others_in_one_message(world: World, moderator: Actor) -> None:
    world.person(ROCAMADOUR, email="maire@exemple.fr")
    join(world, moderator, TOLD_ONE_BY_ONE)
    assert told(AT) == [ONE] * TOLD_ONE_BY_ONE
    join(world, moderator, 1)
    (letter,) = (letter for letter in letters(AT) if letter["To"] == "maire@exemple.fr")
    assert letter["Subject"] == MORE
    assert "au nom de Rocamadour (Lot)" in text_of(letter)
    assert "/compte/collectivite" in text_of(letter)
    assert "Personne Fictive" not in text_of(letter)
    join(world, moderator, 4)
    assert told(AT) == []


def test_every_day_of_paris_counts_afresh(world: World, moderator: Actor) -> None:
    world.person(ROCAMADOUR, email="maire@exemple.fr")
    join(world, moderator, TOLD_ONE_BY_ONE + 1)
    assert told(AT) == [*[ONE] * TOLD_ONE_BY_ONE, MORE]
    join(world, moderator, 1, at=MIDNIGHT - TICK)
    assert told(MIDNIGHT) == []
    join(world, moderator, TOLD_ONE_BY_ONE + 2, at=MIDNIGHT)
    assert told(MIDNIGHT) == [*[ONE] * TOLD_ONE_BY_ONE, MORE]


def test_each_collectivite_counts_its_own(world: World, moderator: Actor) -> None:
    world.person(ROCAMADOUR, email="maire@exemple.fr")
    join(world, moderator, TOLD_ONE_BY_ONE, siren=GRAMAT)
    join(world, moderator, TOLD_ONE_BY_ONE)
    assert told(AT) == [ONE] * TOLD_ONE_BY_ONE


def test_many_who_join_cost_each_of_them_six_messages_a_day(world: World, moderator: Actor) -> None:
    before = [world.person(ROCAMADOUR) for _ in range(3)]
    join(world, moderator, 30)
    written = select(func.count()).where(Message.notice == Notice.COLLEAGUE_JOINED).group_by(Message.recipient)
    counts = sorted(reading().scalars(written))
    assert max(counts) == TOLD_ONE_BY_ONE + 1
    assert counts.count(TOLD_ONE_BY_ONE + 1) == len(before)


def test_those_who_join_at_the_same_instant_have_one_message_written(app: Flask, world: World, moderator: Actor) -> None:
    world.person(ROCAMADOUR, email="maire@exemple.fr")
    join(world, moderator, TOLD_ONE_BY_ONE)
    told(AT)
    asked = [attachments.ask_attachment(world.person(), ROCAMADOUR, at=AT) for _ in range(6)]
    together(
        app,
        [lambda one=one: attachments.verify_attachment(moderator, one, reason="Le site les nomme.", at=AT) for one in asked],
    )
    assert told(AT) == [MORE]


def test_what_it_costs_does_not_depend_on_how_many_they_are(world: World, moderator: Actor) -> None:
    costs = []
    for others in (1, 3):
        for _ in range(others):
            world.person(ROCAMADOUR)
        asked = attachments.ask_attachment(world.person(), ROCAMADOUR, at=AT)
        with count_statements() as sent:
            attachments.verify_attachment(moderator, asked, reason="Le site de la mairie les nomme.", at=AT)
        costs.append(len(sent))
    assert costs[0] == costs[1]

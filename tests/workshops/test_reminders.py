"""Reminders of workshops: two days before, once a seat and date, whoever runs the loop."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.own.notifications import choose_notifications
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.interests.actions import withdraw
from consult.interests.model import Interest
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.workshops.actions import announce, cancel, change
from consult.workshops.model import Workshop
from consult.workshops.reminders import remind_of_workshops
from consult.workshops.rules import REMINDED_BEFORE
from consult.workshops.seats import give_up, take
from tests.support import retained
from tests.support.letters import letters
from tests.support.meetings import LINK, MEETING, STARTS, volunteer
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, SECOND, World, during, just_before

AT = during(Stage.INTERESTS)
DUE = STARTS - REMINDED_BEFORE


@pytest.fixture
def proposal(world: World) -> Proposal:
    """A retained proposition."""
    return retained.proposal(world.edition())


@pytest.fixture
def team(world: World) -> Actor:
    """Somebody of the team."""
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def workshop(team: Actor, proposal: Proposal) -> Workshop:
    """A workshop to come."""
    return announce(team, proposal.id, MEETING, at=AT)


@pytest.fixture
def comers(world: World, workshop: Workshop, proposal: Proposal) -> list[Actor]:
    """Three people, of three volunteers."""
    people = [world.person(siren, email=f"{rank}@exemple.invalid") for rank, siren in enumerate((ROCAMADOUR, GRAMAT, LOT))]
    for person in people:
        volunteer(person, proposal, at=AT)
        take(person, workshop.id, at=AT)
    return people


def recalled() -> list[str]:
    reading().expire_all()
    return sorted(reading().scalars(select(Message.recipient).where(Message.notice == Notice.WORKSHOP_REMINDER)))


@pytest.mark.parametrize(
    ("at", "count"), [(DUE - SECOND, 0), (DUE, 3), (just_before(STARTS), 3), (STARTS, 0), (STARTS + SECOND, 0)]
)
def test_it_is_due_for_two_days(comers: list[Actor], at: datetime, count: int) -> None:
    assert remind_of_workshops(at=at) == count
    assert remind_of_workshops(at=at) == 0, "once"


def test_a_batch_after_another_recalls_everybody_once(comers: list[Actor]) -> None:
    assert [remind_of_workshops(at=DUE, limit=2) for _ in range(3)] == [2, 1, 0]
    assert recalled() == ["0@exemple.invalid", "1@exemple.invalid", "2@exemple.invalid"]


def test_two_workers_at_once_recall_once(app: Flask, comers: list[Actor]) -> None:
    assert sum(together(app, [partial(remind_of_workshops, at=DUE) for _ in range(4)])) == 3
    assert len(recalled()) == 3


def test_who_no_longer_comes_or_asked_for_silence_is_left_alone(
    world: World, workshop: Workshop, proposal: Proposal, comers: list[Actor]
) -> None:
    give_up(comers[0], workshop.id, at=AT)
    choose_notifications(comers[1], (), at=AT)
    late = world.person(ROCAMADOUR, email="tard@exemple.invalid")
    take(late, workshop.id, at=DUE + SECOND)
    on_time = world.person(ROCAMADOUR, email="juste@exemple.invalid")
    take(on_time, workshop.id, at=DUE)
    assert remind_of_workshops(at=DUE + 2 * SECOND) == 2
    assert recalled() == ["2@exemple.invalid", "juste@exemple.invalid"], "who has just come has just been told"


def test_who_withdrew_is_not_sent_the_link(comers: list[Actor]) -> None:
    interest = reading().scalars(select(Interest).where(Interest.siren == comers[0].siren)).one()
    withdraw(comers[0], interest.id, reason="Non.", at=AT)
    remind_of_workshops(at=DUE)
    assert recalled() == ["1@exemple.invalid", "2@exemple.invalid"]


def test_a_workshop_that_moves_is_recalled_at_its_new_date(team: Actor, workshop: Workshop, comers: list[Actor]) -> None:
    assert remind_of_workshops(at=DUE) == 3
    day = timedelta(days=1)
    later = replace(MEETING, starts_at=STARTS + 3 * day, ends_at=MEETING.ends_at + 3 * day)
    change(team, workshop.id, later, read=0, reason="Salle prise.", at=DUE)
    assert remind_of_workshops(at=DUE + day) == 0
    assert remind_of_workshops(at=DUE + 3 * day) == 3


def test_a_cancelled_workshop_is_not_recalled(team: Actor, workshop: Workshop, comers: list[Actor]) -> None:
    cancel(team, workshop.id, reason="Grève.", at=AT)
    assert remind_of_workshops(at=DUE) == 0


def test_the_letter_says_when_where_and_the_link(comers: list[Actor]) -> None:
    letters(AT)
    remind_of_workshops(at=DUE)
    sent = letters(DUE)
    assert len(sent) == 3
    assert {" ".join(str(letter["Subject"]).split()) for letter in sent} == {"Rappel : atelier le 20 mai 2021 à 10 h 00"}
    for letter in sent:
        assert LINK in letter.get_content()
        assert "Mairie de Cahors" in letter.get_content()


def test_a_letter_that_waited_too_long_is_not_sent(comers: list[Actor]) -> None:
    letters(AT)
    remind_of_workshops(at=DUE)
    assert letters(STARTS) == []

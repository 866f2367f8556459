"""Seats, in the base: never more than there are, one a person, given up, and released when nobody may use them."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from consult.accounts.model import Attachment, AttachmentStatus
from consult.accounts.own.closing import close_account
from consult.accounts.queries import actor_of_person
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import withdraw
from consult.interests.model import Level
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.workshops.actions import announce, cancel
from consult.workshops.model import Seat, Workshop
from consult.workshops.queries import coming, sheet
from consult.workshops.seats import give_up, release_seats, take
from tests.support import retained
from tests.support.acts import last_event, refusal
from tests.support.letters import letters, text_of
from tests.support.meetings import LINK, MEETING, STARTS, volunteer
from tests.support.stage_two import decide_attachment
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during, just_before

AT = during(Stage.INTERESTS)


@pytest.fixture
def proposal(world: World) -> Proposal:
    """A retained proposition, beside another."""
    edition = world.edition()
    retained.proposal(edition, "Une autre")
    return retained.proposal(edition)


@pytest.fixture
def team(world: World) -> Actor:
    """Somebody of the team."""
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def workshop(team: Actor, proposal: Proposal) -> Workshop:
    """A workshop without a limit."""
    return announce(team, proposal.id, MEETING, at=AT)


def seats() -> list[Seat]:
    reading().expire_all()
    return list(reading().scalars(select(Seat).order_by(Seat.id)))


def taken() -> int:
    return sum(seat.given_up_at is None for seat in seats())


@pytest.mark.parametrize("level", list(Level))
def test_a_seat_is_for_the_people_of_a_volunteer_at_any_level(
    world: World, workshop: Workshop, proposal: Proposal, level: Level
) -> None:
    agent = world.person(ROCAMADOUR, email="agent@exemple.invalid")
    assert refusal(take, agent, workshop.id, at=AT) is Reason.NOT_A_VOLUNTEER
    volunteer(agent, proposal, at=AT, level=level)
    seat = take(agent, workshop.id, at=AT)
    assert (seat.person_id, seat.siren, seat.taken_at) == (agent.person_id, ROCAMADOUR, AT)
    event = last_event()
    assert (event.kind, event.subject, event.siren) == (EventKind.SEAT_TAKEN, "workshop:1", ROCAMADOUR)
    (receipt,) = [letter for letter in letters(AT) if letter["Subject"].startswith("Votre place")]
    assert receipt["To"] == "agent@exemple.invalid"
    assert LINK in receipt.get_content()
    assert "jeudi 20 mai 2021, 10 h 00" in text_of(receipt)


def test_volunteering_for_another_proposition_gives_no_seat(world: World, workshop: Workshop, proposal: Proposal) -> None:
    agent = world.person(ROCAMADOUR)
    other = reading().scalars(select(Proposal).where(Proposal.id != proposal.id)).first()
    assert other is not None
    volunteer(agent, other, at=AT)
    assert refusal(take, agent, workshop.id, at=AT) is Reason.NOT_A_VOLUNTEER


def test_who_may_not_come(world: World, workshop: Workshop, proposal: Proposal, team: Actor) -> None:
    agent = world.person(ROCAMADOUR)
    volunteer(agent, proposal, at=AT)
    pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    partner = world.person(None, profile=Profile.PARTENAIRE)
    for who, reason in (
        (Actor(), Reason.SIGN_IN),
        (pending, Reason.ATTACHMENT_PENDING),
        (partner, Reason.PARTNER_MAY_NOT),
        (team, Reason.NO_COLLECTIVITE),
        (world.person(GRAMAT), Reason.NOT_A_VOLUNTEER),
    ):
        assert refusal(take, who, workshop.id, at=AT) is reason
    assert refusal(take, agent, workshop.id, at=STARTS) is Reason.WORKSHOP_BEGUN
    with pytest.raises(NotFound):
        take(agent, workshop.id + 999, at=AT)
    decide_attachment(agent, AttachmentStatus.ENDED)
    assert refusal(take, agent, workshop.id, at=AT) is Reason.NO_COLLECTIVITE, "as they stand now, not as the page saw them"
    assert not seats()


def test_one_a_person_until_it_is_given_up(world: World, workshop: Workshop, proposal: Proposal) -> None:
    agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
    volunteer(agent, proposal, at=AT)
    assert refusal(give_up, agent, workshop.id, at=AT) is Reason.NO_SEAT
    take(agent, workshop.id, at=AT)
    assert refusal(take, agent, workshop.id, at=AT) is Reason.ALREADY_SEATED
    assert refusal(give_up, colleague, workshop.id, at=AT) is Reason.NO_SEAT, "each their own"
    take(colleague, workshop.id, at=AT)
    (line,) = coming(workshop.id).items
    assert (line.collectivite.siren, line.people) == (ROCAMADOUR, 2)
    assert refusal(give_up, agent, workshop.id, at=STARTS) is Reason.WORKSHOP_BEGUN
    give_up(agent, workshop.id, at=just_before(STARTS))
    assert last_event().kind is EventKind.SEAT_GIVEN_UP
    take(agent, workshop.id, at=just_before(STARTS))
    assert [seat.given_up_at for seat in seats()] == [just_before(STARTS), None, None]


def test_the_last_seat_goes_to_one_of_those_who_ask_together(app: Flask, world: World, team: Actor, proposal: Proposal) -> None:
    workshop = announce(team, proposal.id, replace(MEETING, capacity=3), at=AT)
    people = [world.person(ROCAMADOUR) for _ in range(8)]
    volunteer(people[0], proposal, at=AT)
    take(people[0], workshop.id, at=AT)
    answers = together(app, [partial(take, person, workshop.id, at=AT) for person in people[1:]])
    assert answers.count(Reason.WORKSHOP_FULL) == 5
    assert taken() == 3
    give_up(people[0], workshop.id, at=AT)
    late = [person for person, answer in zip(people[1:], answers, strict=True) if answer is Reason.WORKSHOP_FULL]
    assert together(app, [partial(take, person, workshop.id, at=AT) for person in late]).count(Reason.WORKSHOP_FULL) == 4
    assert taken() == 3


def test_somebody_in_two_tabs_has_one_seat(app: Flask, world: World, workshop: Workshop, proposal: Proposal) -> None:
    agent = world.person(ROCAMADOUR)
    volunteer(agent, proposal, at=AT)
    answers = together(app, [partial(take, agent, workshop.id, at=AT) for _ in range(4)])
    assert answers.count(Reason.ALREADY_SEATED) == 3
    assert taken() == 1
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Seat(workshop_id=workshop.id, person_id=agent.person_id, siren=ROCAMADOUR, taken_at=AT))


def test_a_seat_nobody_may_use_is_released_and_told(world: World, team: Actor, proposal: Proposal) -> None:
    workshop = announce(team, proposal.id, replace(MEETING, capacity=4), at=AT)
    people = {
        name: world.person(siren, email=f"{name}@exemple.invalid")
        for name, siren in (("stays", ROCAMADOUR), ("withdrew", GRAMAT), ("left", LOT), ("closed", CAUVALDOR))
    }
    interests = {name: volunteer(person, proposal, at=AT) for name, person in people.items()}
    for person in people.values():
        take(person, workshop.id, at=AT)
    letters(AT)
    assert release_seats(at=AT) == 0
    withdraw(people["withdrew"], interests["withdrew"].id, reason="Non.", at=AT)
    decide_attachment(people["left"], AttachmentStatus.ENDED)
    close_account(people["closed"], at=AT)
    found = sheet(proposal.edition_id, workshop.number, people["withdrew"])
    assert not found.room.has_seat, "at once, for who asks: nobody reads the link any more"
    assert found.room.seats == 4
    letters(AT)
    assert release_seats(at=AT + timedelta(minutes=1), limit=2) == 2
    assert release_seats(at=AT + timedelta(minutes=1)) == 1
    assert release_seats(at=AT + timedelta(minutes=1)) == 0
    assert taken() == 1
    released = [letter["To"] for letter in letters(AT + timedelta(minutes=1))]
    assert sorted(released) == ["left@exemple.invalid", "withdrew@exemple.invalid"], "a closed account is written to no more"
    subjects = reading().execute(select(Event.subject, Event.siren).where(Event.kind == EventKind.SEAT_RELEASED)).all()
    assert {subject for subject, _ in subjects} == {"workshop:1"}
    assert {siren for _, siren in subjects} == {GRAMAT, LOT, CAUVALDOR}


def test_who_volunteers_again_takes_a_seat_again(world: World, workshop: Workshop, proposal: Proposal) -> None:
    agent = world.person(ROCAMADOUR)
    interest = volunteer(agent, proposal, at=AT)
    take(agent, workshop.id, at=AT)
    withdraw(agent, interest.id, reason="Non.", at=AT)
    volunteer(agent, proposal, at=AT)
    assert refusal(take, agent, workshop.id, at=AT) is Reason.ALREADY_SEATED, "the seat was never lost"


def test_a_seat_in_a_name_one_lost_leaves_its_place_to_another(world: World, workshop: Workshop, proposal: Proposal) -> None:
    agent, neighbour = world.person(ROCAMADOUR), world.person(GRAMAT)
    interest = volunteer(agent, proposal, at=AT)
    volunteer(neighbour, proposal, at=AT)
    take(agent, workshop.id, at=AT)
    withdraw(agent, interest.id, reason="Non.", at=AT)
    with transaction() as session:
        session.execute(update(Attachment).where(Attachment.person_id == neighbour.person_id).values(person_id=agent.person_id))
    both = actor_of_person(agent.person_id or 0)
    assert both is not None
    there = both.acting_for(GRAMAT)
    assert there is not None
    take(there, workshop.id, at=AT)
    assert [(seat.siren, seat.given_up_at) for seat in seats()] == [(ROCAMADOUR, AT), (GRAMAT, None)]


def test_what_is_over_or_cancelled_releases_nothing(world: World, team: Actor, workshop: Workshop, proposal: Proposal) -> None:
    agent = world.person(ROCAMADOUR)
    interest = volunteer(agent, proposal, at=AT)
    take(agent, workshop.id, at=AT)
    withdraw(agent, interest.id, reason="Non.", at=AT)
    assert release_seats(at=STARTS) == 0, "who came, came"
    cancel(team, workshop.id, reason="Grève.", at=AT)
    assert release_seats(at=AT) == 0
    assert reading().scalars(select(Message).where(Message.notice == Notice.SEAT_RELEASED)).all() == []

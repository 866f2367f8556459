"""Holding workshops, in the base: what is kept, who is told and of what, and what the base itself refuses."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.accounts.model import AttachmentStatus
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import withdraw
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection.model import Outcome
from consult.workshops.actions import announce, cancel, change, publish_notes
from consult.workshops.model import Workshop
from consult.workshops.rules import WorkshopDraft
from consult.workshops.seats import take
from tests.support import retained
from tests.support.acts import last_event, refusal
from tests.support.letters import letters, text_of
from tests.support.meetings import LINK, MEETING, STARTS, volunteer
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during, just_before, opening_of

AT = during(Stage.INTERESTS)
ENDS = MEETING.ends_at
LATER = replace(MEETING, starts_at=STARTS + timedelta(days=1), ends_at=ENDS + timedelta(days=1))


@pytest.fixture
def proposal(world: World) -> Proposal:
    """A retained proposition, with another beside it, and others in another edition."""
    retained.proposal(world.edition("2020"))
    edition = world.edition()
    retained.proposal(edition, "Une autre")
    return retained.proposal(edition)


@pytest.fixture
def team(world: World) -> Actor:
    """Somebody of the team."""
    return world.person(None, Role.MODERATOR, email="equipe@exemple.invalid")


def workshops() -> list[Workshop]:
    reading().expire_all()
    return list(reading().scalars(select(Workshop).order_by(Workshop.id)))


def told(notice: Notice) -> list[str]:
    reading().expire_all()
    return sorted(reading().scalars(select(Message.recipient).where(Message.notice == notice)))


def seat_of(world: World, siren: str, workshop: Workshop, proposal: Proposal, email: str) -> Actor:
    """Somebody of a volunteer, with a seat."""
    actor = world.person(siren, email=email)
    volunteer(actor, proposal, at=AT)
    take(actor, workshop.id, at=AT)
    return actor


def test_a_workshop_is_numbered_journaled_and_told_to_the_people_of_volunteers(
    world: World, team: Actor, proposal: Proposal
) -> None:
    agent = world.person(ROCAMADOUR, email="agent@exemple.invalid")
    world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    world.person(ROCAMADOUR, email="attente@exemple.invalid", status=AttachmentStatus.PENDING)
    silent = world.person(ROCAMADOUR, email="silence@exemple.invalid")
    choose_notifications(silent, (), at=AT)
    world.person(GRAMAT, email="autre@exemple.invalid")
    volunteer(agent, proposal, at=AT)
    gone = world.person(LOT, email="parti@exemple.invalid")
    withdraw(gone, volunteer(gone, proposal, at=AT).id, reason="Non.", at=AT)

    first = announce(team, proposal.id, MEETING, at=AT)
    assert (first.number, first.revision, first.created_by) == (1, 0, team.person_id)
    assert announce(team, proposal.id, LATER, at=AT).number == 2
    assert told(Notice.WORKSHOP_ANNOUNCED) == ["agent@exemple.invalid"] * 2 + ["collegue@exemple.invalid"] * 2
    event = reading().scalars(select(Event).where(Event.kind == EventKind.WORKSHOP_ANNOUNCED).order_by(Event.id)).first()
    assert event is not None
    assert event.subject == "workshop:1"
    assert event.data == {"title": MEETING.title, "starts_at": STARTS.isoformat(), "proposal": proposal.number}


def test_the_link_is_told_to_who_comes_and_nowhere_else(world: World, team: Actor, proposal: Proposal) -> None:
    world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    volunteer(world.person(ROCAMADOUR), proposal, at=AT)
    workshop = announce(team, proposal.id, MEETING, at=AT)
    seat_of(world, GRAMAT, workshop, proposal, "assise@exemple.invalid")
    moved = replace(LATER, link=f"{LINK}-2")
    change(team, workshop.id, moved, read=0, reason="Salle prise.", at=AT)
    cancel(team, workshop.id, reason="Grève.", at=AT)
    with_link = {letter["To"] for letter in letters(AT) if LINK in letter.get_content()}
    assert with_link == {"assise@exemple.invalid"}
    assert LINK not in str(list(reading().scalars(select(Event.data))))


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.NOT_RETAINED, Reason.NOT_RETAINED), (Outcome.DEFERRED, Reason.NOT_RETAINED)]
)
def test_only_about_a_retained_proposition(world: World, team: Actor, outcome: Outcome, reason: Reason) -> None:
    found = retained.proposal(world.edition(), outcome=outcome)
    assert refusal(announce, team, found.id, MEETING, at=AT) is reason
    assert not workshops()


def test_what_is_refused_leaves_nothing(world: World, team: Actor, proposal: Proposal) -> None:
    agent = world.person(ROCAMADOUR)
    volunteer(agent, proposal, at=AT)
    opens = opening_of(Stage.INTERESTS)
    before = reading().scalar(select(func.count()).select_from(Message))
    assert refusal(announce, team, proposal.id, MEETING, at=just_before(opens)) is Reason.STAGE_CLOSED
    assert refusal(announce, agent, proposal.id, MEETING, at=AT) is Reason.NOT_YOUR_ROLE
    assert refusal(announce, team, proposal.id, MEETING, at=STARTS) is Reason.WORKSHOP_IN_THE_PAST
    assert refusal(announce, team, proposal.id, replace(MEETING, place="", link=" "), at=AT) is Reason.WORKSHOP_NOWHERE
    with pytest.raises(NotFound):
        announce(team, proposal.id + 999, MEETING, at=AT)
    assert not workshops()
    assert reading().scalar(select(func.count()).select_from(Message)) == before
    assert announce(team, proposal.id, MEETING, at=opens).number == 1, "at the very instant"


def test_a_workshop_that_moves_tells_those_who_come_and_keeps_their_seats(
    world: World, team: Actor, proposal: Proposal
) -> None:
    workshop = announce(team, proposal.id, MEETING, at=AT)
    seat_of(world, ROCAMADOUR, workshop, proposal, "une@exemple.invalid")
    other = seat_of(world, GRAMAT, workshop, proposal, "deux@exemple.invalid")
    choose_notifications(other, (), at=AT)
    world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    assert change(team, workshop.id, replace(MEETING, title="Autre titre", capacity=2), read=0, reason="", at=AT) is False
    assert told(Notice.WORKSHOP_CHANGED) == []
    assert last_event().data["moved"] is False
    assert change(team, workshop.id, replace(LATER, capacity=2), read=1, reason="Salle prise. ", at=AT) is True
    assert told(Notice.WORKSHOP_CHANGED) == ["deux@exemple.invalid", "une@exemple.invalid"], "what they come to: always told"
    event = last_event()
    assert (event.kind, event.data["reason"], event.data["before"]) == (
        EventKind.WORKSHOP_CHANGED,
        "Salle prise.",
        STARTS.isoformat(),
    )
    (kept,) = workshops()
    assert (kept.revision, kept.starts_at) == (2, LATER.starts_at)
    said = next(text_of(letter) for letter in letters(AT) if letter["Subject"].startswith("Atelier déplacé"))
    assert "vendredi 21 mai 2021, 10 h 00 (heure de Paris)" in said
    assert "Salle prise." in said


@pytest.mark.parametrize(
    ("draft", "read", "why", "reason"),
    [
        (LATER, 1, "Parce que.", Reason.CHANGED_MEANWHILE),
        (LATER, 0, " ", Reason.REASON_MISSING),
        (replace(MEETING, capacity=1), 0, "", Reason.CAPACITY_BELOW_SEATS),
        (replace(MEETING, ends_at=STARTS), 0, "", Reason.WORKSHOP_INVERTED),
        (replace(MEETING, place="", link=""), 0, "x", Reason.WORKSHOP_NOWHERE),
    ],
)
def test_a_change_that_would_take_something_is_refused_whole(
    world: World, team: Actor, proposal: Proposal, draft: WorkshopDraft, read: int, why: str, reason: Reason
) -> None:
    workshop = announce(team, proposal.id, MEETING, at=AT)
    for rank, siren in enumerate((ROCAMADOUR, GRAMAT)):
        seat_of(world, siren, workshop, proposal, f"assise-{rank}@exemple.invalid")
    assert refusal(change, team, workshop.id, draft, read=read, reason=why, at=AT) is reason
    (kept,) = workshops()
    assert (kept.revision, kept.starts_at, kept.capacity) == (0, STARTS, None)
    assert told(Notice.WORKSHOP_CHANGED) == []


def test_a_cancelled_workshop_stays_with_its_reason(world: World, team: Actor, proposal: Proposal) -> None:
    workshop = announce(team, proposal.id, MEETING, at=AT)
    comer = seat_of(world, ROCAMADOUR, workshop, proposal, "une@exemple.invalid")
    assert refusal(cancel, team, workshop.id, reason=" ", at=AT) is Reason.REASON_MISSING
    assert refusal(cancel, comer, workshop.id, reason="Non.", at=AT) is Reason.NOT_YOUR_ROLE
    cancel(team, workshop.id, reason=" Grève des trains.", at=AT)
    (kept,) = workshops()
    assert (kept.cancelled_at, kept.cancel_reason, kept.revision) == (AT, "Grève des trains.", 1)
    assert told(Notice.WORKSHOP_CANCELLED) == ["une@exemple.invalid"]
    assert refusal(cancel, team, workshop.id, reason="Encore.", at=AT) is Reason.WORKSHOP_CANCELLED
    assert refusal(change, team, workshop.id, LATER, read=1, reason="Non.", at=AT) is Reason.WORKSHOP_CANCELLED
    assert refusal(publish_notes, team, workshop.id, "Rien.", at=ENDS) is Reason.WORKSHOP_CANCELLED
    assert told(Notice.WORKSHOP_CANCELLED) == ["une@exemple.invalid"]


def test_notes_are_told_once_and_corrected_in_silence(world: World, team: Actor, proposal: Proposal) -> None:
    workshop = announce(team, proposal.id, MEETING, at=AT)
    seat_of(world, ROCAMADOUR, workshop, proposal, "une@exemple.invalid")
    volunteer(world.person(CAUVALDOR, email="absente@exemple.invalid"), proposal, at=AT)
    world.person(GRAMAT, email="ailleurs@exemple.invalid")
    assert refusal(publish_notes, team, workshop.id, "Trop tôt.", at=just_before(ENDS)) is Reason.WORKSHOP_NOT_OVER
    publish_notes(team, workshop.id, "On a parlé.", at=ENDS)
    publish_notes(team, workshop.id, "On a **bien** parlé.", at=ENDS + timedelta(days=1))
    (kept,) = workshops()
    assert (kept.notes, kept.notes_at) == ("On a **bien** parlé.", ENDS)
    assert told(Notice.WORKSHOP_NOTES) == ["absente@exemple.invalid", "une@exemple.invalid"]
    assert last_event().data["corrected"] is True


def test_what_the_team_does_is_public_and_a_seat_is_not() -> None:
    of_workshops = {kind for kind in EventKind if kind.value.startswith(("workshop:", "seat:"))}
    assert of_workshops & PUBLIC_KINDS == {kind for kind in of_workshops if kind.value.startswith("workshop:")}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ends_at": STARTS},
        {"capacity": 0},
        {"place": "", "link": ""},
        {"cancelled_at": AT},
        {"number": 1},
    ],
)
def test_the_base_itself_refuses_what_cannot_be(
    world: World, team: Actor, proposal: Proposal, wrong: dict[str, object]
) -> None:
    announce(team, proposal.id, MEETING, at=AT)
    sound = {
        "edition_id": proposal.edition_id,
        "number": 2,
        "proposal_id": proposal.id,
        "title": "Autre",
        "starts_at": STARTS,
        "ends_at": ENDS,
        "place": "Cahors",
        "created_at": AT,
    }
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(Workshop(**(sound | wrong)))

"""The waiting list moves up when somebody leaves: in order, within the same proposition and level, and it is told."""

import pytest
from sqlalchemy import select, update

from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.interests.held import locked, settle
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.waiting import A_PLACE_IS_FREE, move_up
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from tests.support.letters import letters, subject_of, text_of
from tests.support.retained import proposal
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now, states
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

ACCEPTED, WAITLISTED, WITHDRAWN = InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.WITHDRAWN


@pytest.fixture
def found(world: World) -> Proposal:
    return proposal(world.edition())


@pytest.fixture
def line(world: World, found: Proposal) -> list[Interest]:
    """An accepted one, three that wait behind it, and one that waits at another level."""
    people = [world.person(siren, email=f"{siren}@exemple.invalid") for siren in (ROCAMADOUR, GRAMAT, LOT, CAUVALDOR)]
    made = [interest(found, person) for person in people]
    other = interest(found, world.person(OCCITANIE), Level.RELECTURE)
    place(made[0], ACCEPTED, None)
    for rank, one in enumerate(made[1:], start=1):
        place(one, WAITLISTED, rank)
    place(other, WAITLISTED, 1)
    return [*made, other]


def place(one: Interest, status: InterestStatus, rank: int | None) -> None:
    with transaction() as session:
        session.execute(update(Interest).where(Interest.id == one.id).values(status=status, waiting_rank=rank))


def leave(one: Interest, by: Actor) -> Interest | None:
    """As a withdrawal does."""
    with transaction() as session:
        left, edition = locked(session, one.id, alone=True)
        was = left.status
        settle(left, WITHDRAWN, by.person_id, "Nous ne pouvons plus.", at=AT)
        return move_up(session, edition, left, was=was, at=AT)


def test_the_first_that_waits_takes_the_place_and_those_behind_move_up(
    world: World, found: Proposal, line: list[Interest]
) -> None:
    promoted = leave(line[0], world.person(ROCAMADOUR))
    assert promoted is not None
    assert promoted.id == line[1].id
    assert states(found) == {
        1: (WITHDRAWN, None),
        2: (ACCEPTED, None),
        3: (WAITLISTED, 1),
        4: (WAITLISTED, 2),
        5: (WAITLISTED, 1),
    }
    kept = now(line[1])
    assert (kept.reason, kept.decided_at, kept.decided_by, kept.revision) == (A_PLACE_IS_FREE, AT, None, 1)


def test_it_is_told_and_journaled_in_nobody_s_name(world: World, line: list[Interest]) -> None:
    leave(line[0], world.person(ROCAMADOUR))
    (letter,) = letters(AT)
    assert letter["To"] == f"{GRAMAT}@exemple.invalid"
    assert subject_of(letter) == "Candidature n° 2 : une place se libère, elle est à vous"
    assert "Gramat (Lot) était première sur la liste d’attente" in text_of(letter)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_MOVED_UP)).one()
    assert (event.subject, event.siren, event.person_id) == ("interest:2", GRAMAT, None)
    assert event.data == {"proposal": 1, "level": "atelier"}


def test_who_leaves_the_list_lets_those_behind_move_up_and_nobody_enters(
    world: World, found: Proposal, line: list[Interest]
) -> None:
    assert leave(line[1], world.person(GRAMAT)) is None
    assert [states(found)[n] for n in (1, 2, 3, 4)] == [
        (ACCEPTED, None),
        (WITHDRAWN, None),
        (WAITLISTED, 1),
        (WAITLISTED, 2),
    ]
    assert letters(AT) == []


def test_nobody_waits_nobody_is_told(world: World, found: Proposal, line: list[Interest]) -> None:
    leave(line[4], world.person(OCCITANIE))
    place(line[4], ACCEPTED, None)
    assert leave(line[4], world.person(OCCITANIE)) is None
    assert states(found)[2] == (WAITLISTED, 1)
    assert reading().scalars(select(Message).where(Message.notice == Notice.INTEREST_MOVED_UP)).all() == []


def test_nobody_enters_a_proposition_that_is_no_longer_retained(world: World, found: Proposal, line: list[Interest]) -> None:
    with transaction() as session:
        session.execute(update(Decision).where(Decision.proposal_id == found.id).values(outcome=Outcome.NOT_RETAINED))
    assert leave(line[0], world.person(ROCAMADOUR)) is None
    assert states(found)[2] == (WAITLISTED, 1)


def test_an_answer_prepared_for_whoever_moves_up_is_spent(world: World, line: list[Interest]) -> None:
    with transaction() as session:
        prepared = {"prepared": InterestStatus.DECLINED, "prepared_reason": "Trop loin.", "prepared_at": AT}
        session.execute(update(Interest).where(Interest.id == line[1].id).values(**prepared))
    leave(line[0], world.person(ROCAMADOUR))
    kept = now(line[1])
    assert (kept.prepared, kept.prepared_reason, kept.prepared_at) == (None, "", None)

"""Preparing answers: written again, ranked, all or none, told to nobody, and never over somebody else's."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update

from consult.ground.actor import Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import prepare, set_back
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

ACCEPTED, WAITLISTED, DECLINED = InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.DECLINED


@pytest.fixture
def found(world: World) -> Proposal:
    return proposal(world.edition())


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def files(world: World, found: Proposal) -> list[Interest]:
    return [interest(found, world.person(siren)) for siren in (ROCAMADOUR, GRAMAT, LOT, CAUVALDOR)]


def ranks(found: Proposal) -> dict[int, int | None]:
    reading().expire_all()
    rows = select(Interest.number, Interest.prepared_rank).where(
        Interest.proposal_id == found.id, Interest.prepared.is_not(None)
    )
    return {row.number: row.prepared_rank for row in reading().execute(rows.order_by(Interest.number))}


def test_an_answer_is_kept_with_its_reason_and_nobody_is_told(team: Actor, files: list[Interest]) -> None:
    prepare(team, files[0].edition_id, [files[0].id], ACCEPTED, reason="  Une petite commune rurale.  ", at=AT)
    kept = now(files[0])
    assert (kept.prepared, kept.prepared_reason, kept.prepared_at, kept.prepared_by, kept.revision) == (
        ACCEPTED,
        "Une petite commune rurale.",
        AT,
        team.person_id,
        1,
    )
    assert (kept.status, kept.reason, kept.decided_at) == (InterestStatus.SUBMITTED, "", None)
    assert reading().scalars(select(Message)).all() == []
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_PREPARED)).one()
    assert (event.subject, event.siren, event.data) == ("interest:1", ROCAMADOUR, {"answer": "accepted", "rank": None})


def test_the_waiting_list_keeps_the_order_given_and_makes_room(team: Actor, found: Proposal, files: list[Interest]) -> None:
    edition_id = found.edition_id
    prepare(team, edition_id, [files[2].id, files[0].id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    assert ranks(found) == {3: 1, 1: 2}
    prepare(team, edition_id, [files[1].id], WAITLISTED, reason="Trop nombreuses.", rank=2, at=AT)
    assert ranks(found) == {3: 1, 2: 2, 1: 3}
    prepare(team, edition_id, [files[3].id], WAITLISTED, reason="Trop nombreuses.", rank=99, at=AT)
    assert ranks(found) == {3: 1, 2: 2, 1: 3, 4: 4}
    prepare(team, edition_id, [files[3].id], WAITLISTED, reason="Trop nombreuses.", rank=0, at=AT)
    assert ranks(found) == {4: 1, 3: 2, 2: 3, 1: 4}
    prepare(team, edition_id, [files[2].id], ACCEPTED, reason="Finalement.", at=AT)
    assert ranks(found) == {4: 1, 3: None, 2: 2, 1: 3}
    set_back(team, edition_id, [files[3].id], at=AT)
    assert ranks(found) == {3: None, 2: 1, 1: 2}


def test_each_level_has_its_own_list(world: World, team: Actor, found: Proposal, files: list[Interest]) -> None:
    other = interest(found, world.person(OCCITANIE), Level.PILOTE)
    prepare(team, found.edition_id, [files[0].id, other.id, files[1].id], WAITLISTED, reason="Trop.", at=AT)
    assert ranks(found) == {1: 1, 5: 1, 2: 2}


def test_all_or_none(team: Actor, found: Proposal, files: list[Interest]) -> None:
    with transaction() as session:
        session.execute(
            update(Interest).where(Interest.id == files[1].id).values(status=InterestStatus.WITHDRAWN, reason="Non.")
        )
    with pytest.raises(Refused) as refused:
        prepare(team, found.edition_id, [files[0].id, files[1].id], DECLINED, reason="Non.", at=AT)
    assert refused.value.reason is Reason.NOT_LIVE
    with pytest.raises(NotFound):
        prepare(team, found.edition_id, [files[0].id, 10**6], DECLINED, reason="Non.", at=AT)
    assert ranks(found) == {}


def test_an_interest_of_another_edition_is_not_found(world: World, team: Actor, files: list[Interest]) -> None:
    elsewhere = interest(proposal(world.edition("2020")), world.person(ROCAMADOUR))
    with pytest.raises(NotFound):
        prepare(team, files[0].edition_id, [elsewhere.id], DECLINED, reason="Non.", at=AT)


def test_nobody_enters_a_proposition_that_is_no_longer_retained(team: Actor, found: Proposal, files: list[Interest]) -> None:
    with transaction() as session:
        session.execute(update(Decision).where(Decision.proposal_id == found.id).values(outcome=Outcome.DEFERRED))
    with pytest.raises(Refused) as refused:
        prepare(team, found.edition_id, [files[0].id], ACCEPTED, reason="Oui.", at=AT)
    assert refused.value.reason is Reason.NOT_RETAINED
    prepare(team, found.edition_id, [files[0].id], DECLINED, reason="La proposition est reportée.", at=AT)
    assert now(files[0]).prepared is DECLINED


def test_the_second_of_two_readers_of_the_same_page_is_told(world: World, app: Flask, files: list[Interest]) -> None:
    one, other = world.person(None, Role.MODERATOR), world.person(None, Role.ADMINISTRATOR)
    seen = {files[0].id: 0}
    acts = [
        partial(prepare, who, files[0].edition_id, [files[0].id], answer, reason="Raison.", seen=seen, at=AT)
        for who, answer in ((one, ACCEPTED), (other, DECLINED))
    ]
    assert together(app, acts).count(Reason.CHANGED_MEANWHILE) == 1
    assert now(files[0]).revision == 1
    with pytest.raises(Refused):
        set_back(one, files[0].edition_id, [files[0].id], seen=seen, at=AT)


def test_lists_prepared_at_the_same_second_have_no_gap_and_no_double(
    world: World, app: Flask, found: Proposal, files: list[Interest]
) -> None:
    people = [world.person(None, Role.MODERATOR) for _ in files]
    acts = [
        partial(prepare, who, found.edition_id, [file.id], WAITLISTED, reason="Trop.", at=AT)
        for who, file in zip(people, files, strict=True)
    ]
    together(app, acts)
    assert sorted(rank or 0 for rank in ranks(found).values()) == [1, 2, 3, 4]


def test_one_s_own_collectivite_is_left_to_others(world: World, files: list[Interest]) -> None:
    both = world.person(ROCAMADOUR, Role.MODERATOR)
    with pytest.raises(Refused) as refused:
        prepare(both, files[0].edition_id, [files[0].id], ACCEPTED, reason="Oui.", at=AT)
    assert refused.value.reason is Reason.OWN_INTEREST
    prepare(both, files[1].edition_id, [files[1].id], ACCEPTED, reason="Oui.", at=AT)

"""Noting an interest: one reader's own points, written again as often as they like, and what all of them come to."""

from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.grid import criteria_of, set_grid
from consult.interests.grid_rules import CriterionDraft
from consult.interests.model import Interest, Score
from consult.interests.publishing import decline
from consult.interests.readings import mean_of, read, readings_of
from consult.journal.model import Event, EventKind
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now
from tests.support.world import ROCAMADOUR, World

GRID = [CriterionDraft("Le besoin est réel", "", 3), CriterionDraft("Le temps est donné", "", 1)]


@pytest.fixture
def team(world: World) -> list[Actor]:
    return [world.person(None, Role.MODERATOR) for _ in range(2)]


@pytest.fixture
def file(world: World) -> Interest:
    edition = world.edition()
    set_grid(world.person(None, Role.ADMINISTRATOR), edition.id, GRID, reason="Oui.", at=AT)
    return interest(proposal(edition), world.person(ROCAMADOUR))


def points(file: Interest, *given: int) -> dict[int, int]:
    return dict(zip([one.id for one in criteria_of(file.edition_id)], given, strict=True))


def test_each_reader_has_their_own_and_may_write_it_again(team: list[Actor], file: Interest) -> None:
    read(team[0], file.id, points(file, 4, 0), note="  Un vrai besoin.  ", at=AT)
    read(team[1], file.id, points(file, 1, 1), note="", at=AT)
    read(team[0], file.id, points(file, 2, 2), note="Relu.", at=AT)
    found = readings_of(file.id)
    assert {one.person_id: (one.note, one.mean) for one in found} == {
        team[0].person_id: ("Relu.", Decimal("2.00")),
        team[1].person_id: ("", Decimal("1.00")),
    }
    assert mean_of(found, {one.id: one.weight for one in criteria_of(file.edition_id)}) == Decimal("1.50")
    assert reading().scalar(select(func.count()).select_from(Score)) == 4


def test_the_journal_says_that_one_read_never_what(team: list[Actor], file: Interest) -> None:
    read(team[0], file.id, points(file, 4, 0), note="Une réserve.", at=AT)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_READ)).one()
    assert (event.subject, event.siren, event.person_id, event.data) == (
        "interest:1",
        ROCAMADOUR,
        team[0].person_id,
        {},
    )
    assert now(file).revision == 0, "what one reads changes nothing for who decides"


def test_refused_notes_leave_nothing(team: list[Actor], file: Interest) -> None:
    with pytest.raises(Refused) as refused:
        read(team[0], file.id, {}, note="", at=AT)
    assert refused.value.reason is Reason.READING_INCOMPLETE
    with pytest.raises(NotFound):
        read(team[0], file.id + 999, {}, note="", at=AT)
    decline(team[1], file.id, reason="Non.", at=AT)
    with pytest.raises(Refused) as refused:
        read(team[0], file.id, points(file, 4, 0), note="", at=AT)
    assert refused.value.reason is Reason.ALREADY_DECIDED
    assert readings_of(file.id) == []
    assert mean_of([], {}) is None


def test_the_same_reader_twice_at_the_same_second_keeps_one(app: Flask, team: list[Actor], file: Interest) -> None:
    given = points(file, 3, 3)
    together(app, [partial(read, team[0], file.id, given, note="", at=AT) for _ in range(4)])
    assert reading().scalar(select(func.count()).select_from(Score)) == 2

"""Setting the grid: in public, before it is used, and never over somebody else's."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.interests.grid import criteria_of, drafts, grid_is_in_use, set_grid, version
from consult.interests.grid_rules import CriterionDraft
from consult.interests.readings import read
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.volunteers import interest
from tests.support.world import ROCAMADOUR, World, closing_of, during

AT = during(Stage.INTERESTS)
NEED = CriterionDraft("Le besoin est réel", "Ce que la collectivité a écrit.", 3)
TIME = CriterionDraft("Le temps est donné", "", 1)


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def pilot(world: World) -> Actor:
    return world.person(None, Role.ADMINISTRATOR)


def kept(edition: Edition) -> list[CriterionDraft]:
    reading().expire_all()
    return drafts(criteria_of(edition.id))


def test_the_grid_is_replaced_whole_and_the_journal_says_both_in_public(world: World, edition: Edition, pilot: Actor) -> None:
    other = world.edition("2020")
    set_grid(pilot, other.id, [TIME], reason="Ailleurs.", at=during(Stage.NEEDS))
    set_grid(pilot, edition.id, [NEED], reason="Pour commencer.", at=AT)
    set_grid(pilot, edition.id, [TIME, NEED], reason="  Le temps compte aussi.  ", at=AT)
    assert kept(edition) == [TIME, NEED]
    assert kept(other) == [TIME]
    event = reading().scalars(select(Event).where(Event.kind == EventKind.GRID_SET).order_by(Event.id.desc())).first()
    assert event is not None
    assert [one["label"] for one in event.data["before"]] == ["Le besoin est réel"]
    assert [one["weight"] for one in event.data["after"]] == [1, 3]
    assert event.data["reason"] == "Le temps compte aussi."
    assert EventKind.GRID_SET in PUBLIC_KINDS


def test_a_first_note_freezes_it(world: World, edition: Edition, pilot: Actor) -> None:
    set_grid(pilot, edition.id, [NEED], reason="Oui.", at=AT)
    file = interest(proposal(edition), world.person(ROCAMADOUR))
    assert not grid_is_in_use(edition.id)
    (criterion,) = criteria_of(edition.id)
    read(pilot, file.id, {criterion.id: 3}, note="", at=AT)
    assert grid_is_in_use(edition.id)
    with pytest.raises(Refused) as refused:
        set_grid(pilot, edition.id, [TIME], reason="Trop tard.", at=AT)
    assert refused.value.reason is Reason.GRID_IN_USE
    assert kept(edition) == [NEED]


def test_the_close_freezes_it(edition: Edition, pilot: Actor) -> None:
    with pytest.raises(Refused) as refused:
        set_grid(pilot, edition.id, [NEED], reason="Trop tard.", at=closing_of(Stage.INTERESTS))
    assert refused.value.reason is Reason.GRID_FROZEN
    assert refused.value.moment is not None
    assert refused.value.moment.until == closing_of(Stage.INTERESTS)


def test_two_at_the_same_second_from_the_same_page(world: World, app: Flask, edition: Edition, pilot: Actor) -> None:
    other = world.person(None, Role.ADMINISTRATOR)
    shown = version([])
    acts = [
        partial(set_grid, who, edition.id, [one], reason="Oui.", read=shown, at=AT)
        for who, one in ((pilot, NEED), (other, TIME))
    ]
    assert together(app, acts).count(Reason.GRID_CHANGED) == 1
    assert len(kept(edition)) == 1

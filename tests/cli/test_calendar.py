"""`consult calendar show|move`: the same rule and the same journal as the page."""

from collections.abc import Callable
from functools import partial

import pytest
from sqlalchemy import select

from consult.calendar import queries
from consult.calendar.rules import Stage
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from tests.support.commands import Ended, Operator
from tests.support.world import World, closing_of

NOW = "2021-04-20T10:00:00+02:00"


@pytest.fixture(autouse=True)
def _edition(world: World) -> None:
    world.edition()


@pytest.fixture
def calendar(operator: Operator) -> Callable[..., Ended]:
    """`consult calendar …` in the middle of the vote."""
    return partial(operator, "calendar", CONSULT_NOW=NOW)


def test_the_four_windows_and_a_star_on_the_open_one(calendar) -> None:
    ended = calendar("show", "2021")
    assert (ended.code, ended.errors) == (0, "")
    assert ended.said.splitlines() == [
        "  NEEDS      25 janvier 2021 à 9 h 00 → 15 mars 2021 à 12 h 00",
        "* VOTING     15 mars 2021 à 12 h 00 → 30 avril 2021 à 18 h 00",
        "  INTERESTS  30 avril 2021 à 18 h 00 → 1er juin 2021 à 0 h 00",
        "  TRACKING   1er juin 2021 à 0 h 00 → sans fin",
    ]


def test_between_two_stages_there_is_no_star(calendar) -> None:
    assert "*" not in calendar("show", "2021", CONSULT_NOW="2021-01-01T00:00:00+01:00").said


@pytest.mark.parametrize("command", [["show", "2031"], ["move", "2031", "VOTING", "--reason", "essai"]])
def test_an_unknown_edition_is_one_line(calendar, command: list[str]) -> None:
    assert calendar(*command) == Ended(1, "", "Aucune édition « 2031 ».\n")


def test_a_date_moves_with_its_reason_in_the_public_register(calendar) -> None:
    ended = calendar("move", "2021", "voting", "--closes", "2021-04-25T18:00", "--reason", "Raison essayée")
    assert (ended.code, ended.errors) == (0, "")
    assert "25 avril 2021 à 18 h 00" in ended.said
    reading().expire_all()
    assert queries.edition("2021").calendar.window(Stage.VOTING).closes_at == paris(2021, 4, 25, 18)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.WINDOW_MOVED)).one()
    assert event.data["by"] == "operator"
    assert event.data["reason"] == "Raison essayée"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--closes", "2021-05-02T18:00:00+02:00", "--reason", "essai"], "empiètent sur une autre étape"),
        (["--closes", "2021-04-01T18:00:00+02:00", "--reason", "essai"], "Ce qui a eu lieu ne se déplace pas"),
        (["--reason", "essai"], "Ces dates sont déjà celles du calendrier"),
        (["--closes", "2021-04-25T18:00", "--reason", " "], "Il manque la raison"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(calendar, options: list[str], said: str) -> None:
    ended = calendar("move", "2021", "VOTING", *options)
    assert (ended.code, ended.said) == (1, "")
    assert said in ended.errors
    assert len(ended.errors.splitlines()) == 1
    reading().expire_all()
    assert queries.edition("2021").calendar.window(Stage.VOTING).closes_at == closing_of(Stage.VOTING)


@pytest.mark.parametrize(
    "options",
    [
        ["LUNCH", "--reason", "essai"],
        ["VOTING"],
        ["VOTING", "--reason", "essai", "--closes", "demain"],
        ["VOTING", "--reason", "essai", "--closes", "2021-03-28T02:30"],
        ["VOTING", "--reason", "essai", "--closes", "2021-10-31T02:30"],
    ],
    ids=["an unknown stage", "no reason", "no instant", "the hour that does not exist", "the hour that exists twice"],
)
def test_a_wrong_usage_ends_with_two(calendar, options: list[str]) -> None:
    ended = calendar("move", "2021", *options)
    assert (ended.code, ended.said) == (2, "")
    assert "Usage" in ended.errors


def test_an_hour_that_exists_twice_is_said_with_its_offset(calendar) -> None:
    dates = ("--opens", "2021-10-31T02:30:00+01:00", "--reason", "essai")
    assert "31 octobre 2021 à 2 h 30" in calendar("move", "2021", "TRACKING", *dates).said

"""A collectivité is found by the name it had, and leads to the one that stands for it."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from consult.register.queries import search
from consult.register.vanished import vanished
from tests.register.samples import GRAMAT, ROCAMADOUR
from tests.support.stage_two import DURING_VOTE
from tests.support.statements import count_statements
from tests.support.vintages import (
    ALVIGNAC,
    BEFORE,
    CAHORS,
    CAUVALDOR,
    FIGEAC,
    MIERS,
    PADIRAC,
    bring,
    commune,
    dissolved,
    merged,
    siren,
    without,
)
from tests.support.world import BEFORE_ALL

GONE = (MIERS, PADIRAC)
TOGETHER = (*without(BEFORE, *GONE, ALVIGNAC), merged(ALVIGNAC, *GONE))
LATER = BEFORE_ALL.replace(year=2023)


@pytest.fixture
def after(empty: Flask, tmp_path: Path) -> Path:
    """Miers and Padirac were taken in by Alvignac, in 2021. The folder of the vintages."""
    bring(tmp_path, BEFORE, at=BEFORE_ALL)
    bring(tmp_path, TOGETHER, at=DURING_VOTE)
    return tmp_path


def said(typed: str) -> list[str]:
    return [f"{one.line.full_name} · {one.said}" for one in vanished(typed)]


@pytest.mark.usefixtures("after")
@pytest.mark.parametrize(
    "typed",
    [
        *("miers", "Miers", "mie", "MIERS lot", "lot miers", "miers 46", "46193", "mairie de miers", "commune de Miers"),
        *(MIERS.siren, MIERS.siren[:7], f"{MIERS.siren}00012"),
    ],
)
def test_an_old_name_is_found_as_a_present_one_is(typed: str) -> None:
    assert MIERS.siren not in {line.siren for line in search(typed)}
    assert said(typed) == ["Miers (Lot) · Commune absorbée en 2021 par Alvignac (Lot)"]
    assert vanished(typed)[0].successor.siren == ALVIGNAC.siren


@pytest.mark.usefixtures("after")
@pytest.mark.parametrize(
    "typed", ["", "  ", "rocamadour", "miers dordogne", "iers", "lot", "epci miers", "%", "_iers", "a" * 200, "\x00"]
)
def test_what_is_not_its_name_does_not_find_it(typed: str) -> None:
    assert vanished(typed) == []


def test_the_last_of_the_line_is_led_to(after: Path) -> None:
    larger = (*without(TOGETHER, ALVIGNAC, GRAMAT), merged(GRAMAT, merged(ALVIGNAC, *GONE)))
    bring(after, larger, at=LATER)
    assert said("miers") == ["Miers (Lot) · Commune absorbée en 2021 par Gramat (Lot)"]
    assert said("alvignac") == ["Alvignac (Lot) · Commune absorbée en 2023 par Gramat (Lot)"]


def test_one_registered_anew_under_its_own_name_is_found_by_it_alone(after: Path) -> None:
    again = merged(replace(ROCAMADOUR, siren=siren(20009011)), ROCAMADOUR)
    bring(after, (*without(TOGETHER, ROCAMADOUR), again), at=LATER)
    assert said("rocamadour") == []
    assert [line.siren for line in search("rocamadour")] == [again.siren]


def test_a_grouping_that_was_dissolved_is_succeeded(after: Path) -> None:
    where = {row.siren: FIGEAC for row in BEFORE if row.epci_siren == CAUVALDOR.siren}
    bring(after, dissolved(TOGETHER, CAUVALDOR, where), at=LATER)
    (found,) = vanished("causses et vallée de la dordogne")
    assert found.said == "N’existe plus depuis 2023 : Communauté de communes du Grand Figeac (Lot) lui succède"
    assert CAHORS.siren != found.successor.siren


def test_one_that_nobody_succeeds_leads_nowhere(after: Path) -> None:
    bring(after, without(TOGETHER, ROCAMADOUR), at=LATER)
    assert vanished("rocamadour") == []


def test_the_largest_come_first_and_no_more_than_asked(empty: Flask, tmp_path: Path) -> None:
    assert empty
    saints = [commune(f"Saint-Essai-{rank}", f"469{rank:02}", population=100 + rank) for rank in range(8)]
    bring(tmp_path, (*BEFORE, *saints), at=BEFORE_ALL)
    bring(tmp_path, (*without(BEFORE, GRAMAT), merged(GRAMAT, *saints)), at=DURING_VOTE)
    assert [one.line.population for one in vanished("saint essai")] == [107, 106, 105, 104, 103]
    assert len(vanished("saint", limit=2)) == 2


@pytest.mark.usefixtures("after")
@pytest.mark.parametrize(("typed", "statements"), [("miers", 1), ("saint", 1), ("", 0)])
def test_it_is_one_statement(typed: str, statements: int) -> None:
    with count_statements() as sent:
        vanished(typed)
    assert len(sent) == statements

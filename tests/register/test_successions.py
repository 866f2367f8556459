"""Who succeeds whom: what the register says of a vintage and of the next decides, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from consult.register.file import Row
from consult.register.rules import Kind
from consult.register.successions import Heir, Line, heirs
from tests.register.samples import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR
from tests.support.vintages import (
    ALVIGNAC,
    BEFORE,
    CAHORS,
    FIGEAC,
    MIERS,
    PADIRAC,
    dissolved,
    merged,
    siren,
    without,
)

NEW = siren(20009000)
NEWER = siren(20009001)


def line(row: Row) -> Line:
    return Line(row.siren, row.kind, row.insee, row.former_insee, row.departement, row.population, row.epci_siren)


def found(before: Sequence[Row], now: Sequence[Row]) -> list[tuple[str, str, bool]]:
    """Who succeeds whom between two vintages."""
    current = {row.siren for row in now}
    ended = [line(row) for row in before if row.siren not in current]
    said = heirs(ended, before=map(line, before), now=[line(row) for row in now])
    return [(one.siren, one.successor, one.is_main) for one in said]


def test_nobody_ends_nobody_succeeds() -> None:
    assert found(BEFORE, BEFORE) == []


def test_two_communes_become_a_new_one_that_keeps_the_code_of_one() -> None:
    nouvelle = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
    now = (*without(BEFORE, GRAMAT, MIERS), nouvelle)
    assert found(BEFORE, now) == sorted([(GRAMAT.siren, NEW, True), (MIERS.siren, NEW, True)])


def test_three_communes_become_one_of_them() -> None:
    now = (*without(BEFORE, GRAMAT, MIERS, ALVIGNAC), merged(GRAMAT, MIERS, ALVIGNAC))
    assert found(BEFORE, now) == sorted([(MIERS.siren, GRAMAT.siren, True), (ALVIGNAC.siren, GRAMAT.siren, True)])


def test_a_commune_is_registered_again_under_another_siren() -> None:
    again = replace(GRAMAT, siren=NEW)
    assert found(BEFORE, (*without(BEFORE, GRAMAT), again)) == [(GRAMAT.siren, NEW, True)]


def test_a_code_of_its_own_goes_before_one_that_was_taken_in() -> None:
    """A file that says both is read as the law does: who bears a code now is who it is."""
    again, greedy = replace(GRAMAT, siren=NEW), replace(MIERS, former_insee=GRAMAT.insee)
    assert found(BEFORE, (*without(BEFORE, GRAMAT, MIERS), greedy, again)) == [(GRAMAT.siren, NEW, True)]


def test_nobody_known_to_hold_its_code_is_nobody() -> None:
    assert found(BEFORE, without(BEFORE, GRAMAT)) == []


def test_a_commune_that_splits_again_is_succeeded_by_its_parts_the_holder_of_its_code_first() -> None:
    nouvelle = merged(replace(PADIRAC, siren=NEW), PADIRAC, ALVIGNAC, MIERS)
    once = (*without(BEFORE, PADIRAC, ALVIGNAC, MIERS), nouvelle)
    assert found(once, BEFORE) == [
        (NEW, PADIRAC.siren, True),
        (NEW, ALVIGNAC.siren, False),
        (NEW, MIERS.siren, False),
    ]


def test_without_the_holder_of_its_code_the_most_populous_part_is_the_main_one() -> None:
    nouvelle = replace(merged(replace(PADIRAC, siren=NEW), MIERS, ALVIGNAC), insee="46999", former_insee="46193 46003")
    assert found((*without(BEFORE, MIERS, ALVIGNAC), nouvelle), BEFORE) == [
        (NEW, ALVIGNAC.siren, True),
        (NEW, MIERS.siren, False),
    ]


def test_a_dissolved_epci_is_shared_and_the_main_one_has_the_most_inhabitants() -> None:
    goes_to = {
        GRAMAT.siren: CAHORS,
        ROCAMADOUR.siren: FIGEAC,
        MIERS.siren: FIGEAC,
        ALVIGNAC.siren: FIGEAC,
        PADIRAC.siren: FIGEAC,
    }
    now = dissolved(BEFORE, CAUVALDOR, goes_to)
    assert found(BEFORE, now) == [(CAUVALDOR.siren, CAHORS.siren, True), (CAUVALDOR.siren, FIGEAC.siren, False)]


def test_equal_shares_of_an_epci_are_told_apart_by_the_siren() -> None:
    two = [replace(ROCAMADOUR, population=10), replace(GRAMAT, population=10)]
    before = (CAUVALDOR, FIGEAC, CAHORS, *two)
    now = dissolved(before, CAUVALDOR, {ROCAMADOUR.siren: CAHORS, GRAMAT.siren: FIGEAC})
    assert found(before, now)[0] == (CAUVALDOR.siren, min(FIGEAC.siren, CAHORS.siren), True)


def test_an_epci_whose_communes_merged_in_the_same_year_follows_them() -> None:
    nouvelle = merged(replace(GRAMAT, siren=NEW, epci_siren=FIGEAC.siren), GRAMAT, ROCAMADOUR, MIERS, ALVIGNAC, PADIRAC)
    now = (*without(BEFORE, CAUVALDOR, GRAMAT, ROCAMADOUR, MIERS, ALVIGNAC, PADIRAC), nouvelle)
    assert (CAUVALDOR.siren, FIGEAC.siren, True) in found(BEFORE, now)


def test_an_epci_whose_communes_belong_to_none_any_more_has_no_successor() -> None:
    now = tuple(replace(row, epci_siren="") for row in without(BEFORE, CAUVALDOR))
    assert found(BEFORE, now) == []


@pytest.mark.parametrize("row", [LOT, OCCITANIE], ids=["departement", "region"])
def test_a_departement_or_a_region_is_registered_again(row: Row) -> None:
    assert found(BEFORE, (*without(BEFORE, row), replace(row, siren=NEW))) == [(row.siren, NEW, True)]


def test_two_departements_become_a_collectivite_a_statut_particulier() -> None:
    other = replace(LOT, siren=NEW, insee="12", departement="12", departement_name="Aveyron", name="Département de l'Aveyron")
    both = replace(LOT, siren=NEWER, kind=Kind.SPECIAL_STATUS, insee="46R", former_insee="46 12")
    now = (*without(BEFORE, LOT), both)
    assert found((*BEFORE, other), now) == sorted([(LOT.siren, NEWER, True), (NEW, NEWER, True)])


def test_a_special_status_stands_for_its_departement_when_the_file_lists_no_code() -> None:
    special = replace(LOT, siren=NEW, kind=Kind.SPECIAL_STATUS, insee="46R")
    assert found(BEFORE, (*without(BEFORE, LOT), special)) == [(LOT.siren, NEW, True)]


def test_a_departement_does_not_go_on_with_a_metropole_beside_another_holder_of_its_code() -> None:
    lyon = replace(LOT, siren=NEW, kind=Kind.SPECIAL_STATUS, insee="46M")
    again = replace(LOT, siren=NEWER)
    assert found((*BEFORE, lyon), (*without(BEFORE, LOT), lyon, again)) == [(LOT.siren, NEWER, True)]


def test_the_codes_of_regions_and_departements_are_two_lists() -> None:
    region = replace(OCCITANIE, insee=LOT.insee)
    before = (*without(BEFORE, OCCITANIE), region)
    assert found(before, without(before, LOT)) == []


def test_an_heir_says_whom_it_succeeds() -> None:
    (heir,) = heirs([line(LOT)], before=[line(LOT)], now=[line(replace(LOT, siren=NEW))])
    assert heir == Heir(LOT.siren, NEW, is_main=True)

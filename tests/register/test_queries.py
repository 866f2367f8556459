"""Reading the register."""

import pytest
from flask import Flask

from consult.ground.refusals import NotFound
from consult.register import queries
from consult.register.rules import Kind
from tests.support.world import CAUVALDOR, CORSE, ROCAMADOUR


def test_someone_unknown_is_not_found(app: Flask) -> None:
    for siren in ("999999999", "", "214602401 ", "x" * 500):
        with pytest.raises(NotFound):
            queries.get(siren)


def test_how_many_of_each_kind(app: Flask) -> None:
    assert queries.counts_by_kind() == {
        Kind.COMMUNE: 34_875,
        Kind.EPCI: 1_254,
        Kind.DEPARTEMENT: 93,
        Kind.REGION: 14,
        Kind.SPECIAL_STATUS: 6,
    }


def test_every_departement_is_offered_in_the_order_of_codes(app: Flask) -> None:
    departements = dict(queries.departements())
    assert len(departements) == 101
    assert (departements["2A"], departements["67"], departements["976"]) == ("Corse-du-Sud", "Bas-Rhin", "Mayotte")
    assert list(departements) == sorted(departements)


def test_the_communes_of_a_grouping_are_counted(app: Flask) -> None:
    assert queries.members(CAUVALDOR) > 50
    assert queries.members("200046977") == 58, "the métropole de Lyon, a special status, has communes too"
    assert queries.members(ROCAMADOUR) == 0


def test_several_at_once(app: Flask) -> None:
    lines = queries.lines([ROCAMADOUR, CORSE, "999999999"])
    assert {siren: line.full_name for siren, line in lines.items()} == {
        ROCAMADOUR: "Rocamadour (Lot)",
        CORSE: "Collectivité de Corse (Corse-du-Sud et Haute-Corse)",
    }
    assert lines[ROCAMADOUR].kind_label == "commune"


def test_what_the_base_holds_is_dated(app: Flask) -> None:
    latest = queries.latest_load()
    assert latest is not None
    assert latest.vintage == "2026"

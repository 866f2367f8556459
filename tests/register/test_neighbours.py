"""Which collectivités are like another, and how near they are."""

import pytest
from flask import Flask
from sqlalchemy import select

from consult.ground.database import reading
from consult.register import queries
from consult.register.model import Collectivite
from consult.register.neighbours import distance, is_like, is_near
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR


@pytest.mark.parametrize(
    ("siren", "like", "far"),
    [
        pytest.param("200054948", True, 0, id="a commune of the same département and stratum"),
        pytest.param("210900023", True, 1, id="of the same région"),
        pytest.param("200053395", True, 2, id="of another région"),
        pytest.param(GRAMAT, False, 0, id="of another stratum"),
        pytest.param(CAUVALDOR, False, 0, id="an EPCI"),
        pytest.param(LOT, False, 0, id="a département"),
        pytest.param(OCCITANIE, False, 1, id="a région"),
        pytest.param(ROCAMADOUR, False, 0, id="itself"),
    ],
)
def test_who_is_like_rocamadour(app: Flask, siren: str, like: bool, far: int) -> None:
    one = queries.get(ROCAMADOUR)
    row = reading().execute(select(is_like(one), distance(one)).where(Collectivite.siren == siren)).one()
    assert tuple(row) == (like, far)


@pytest.mark.parametrize(("siren", "near"), [("200054948", True), ("210900023", True), ("200053395", False)])
def test_who_is_near(app: Flask, siren: str, near: bool) -> None:
    one = queries.get(ROCAMADOUR)
    assert reading().scalar(select(is_near(one)).where(Collectivite.siren == siren)) is near


def test_those_of_which_there_are_few_are_far(app: Flask) -> None:
    one = queries.get(OCCITANIE)
    assert reading().scalar(select(distance(one)).where(Collectivite.siren == "200053767")) == 2
    assert reading().scalar(select(distance(one)).where(Collectivite.siren == OCCITANIE)) == 1

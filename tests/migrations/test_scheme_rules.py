"""What schemes said goes to their rules, and comes back; the tables that refer to them keep their checks."""

import re
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import create_engine, text

from consult.cli.site import alembic_config
from tests.support.engines import Engines

EDITION = (
    "INSERT INTO edition (id, slug, title, created_at, is_fictitious, voter_kinds, tallies_hidden, funding_rate) "
    "VALUES (1, '2021', 'Édition 2021', '2021-01-10 08:00:00+00:00', false, '[]', true, 0.5)"
)
SCHEMES = (
    "INSERT INTO scheme (id, edition_id, position, code, name, who, purpose, funding, min_population, opens_on, closes_on, "
    "source) VALUES (1, 1, 1, 'axe2', 'Axe 2', 'Un département, ou environ 500 000 habitants.', 'Quoi', 'La moitié', 500000, "
    "'2021-01-25', '2021-05-28', 'Publié'), (2, 1, 2, 'autre', 'Autre', 'Tous', 'Tout', 'Non', NULL, NULL, NULL, '')"
)
SAID = "SELECT who, purpose, funding, min_population, opens_on, closes_on, source FROM"
TOLD = [
    ("Un département, ou environ 500 000 habitants.", "Quoi", "La moitié", 500_000, "2021-01-25", "2021-05-28", "Publié"),
    ("Tous", "Tout", "Non", None, None, None, ""),
]


@pytest.fixture
def url(engines: Engines, engine: str, tmp_path: Path) -> str:
    """A base as the release before this one leaves it, with an edition and two schemes."""
    url = f"sqlite:///{tmp_path}/before.sqlite3" if engine == "sqlite" else engines.postgresql_url(f"before_{tmp_path.name}")
    command.upgrade(alembic_config(url), "0002")
    run(url, EDITION)
    run(url, SCHEMES)
    return url


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    """What a statement gives; days as texts, since nobody says their type here."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.exec_driver_sql(statement)
            rows = result.all() if result.returns_rows else []
            return [tuple(str(value) if isinstance(value, date) else value for value in row) for row in rows]
    finally:
        engine.dispose()


def test_each_scheme_gets_one_rule_that_says_what_it_said(url: str) -> None:
    command.upgrade(alembic_config(url), "0003")
    assert run(url, f"{SAID} scheme_rule ORDER BY scheme_id") == TOLD
    found = run(
        url, "SELECT CAST(exempt_kinds AS TEXT), is_indicative, CAST(themes AS TEXT) FROM scheme_rule ORDER BY scheme_id"
    )
    assert [(exempt, bool(environ), themes) for exempt, environ, themes in found] == [
        ('["departement"]', True, "[]"),
        ("[]", False, "[]"),
    ]
    assert run(url, "SELECT position, code, name FROM scheme ORDER BY id") == [(1, "axe2", "Axe 2"), (2, "autre", "Autre")]


def test_and_says_it_again_on_the_way_back(url: str) -> None:
    command.upgrade(alembic_config(url), "0003")
    command.downgrade(alembic_config(url), "0002")
    assert run(url, f"{SAID} scheme ORDER BY id") == TOLD


def test_no_check_is_lost_on_the_way(url: str) -> None:
    engine = create_engine(url)
    catalogue = (
        text("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
        if engine.dialect.name == "sqlite"
        else text("SELECT 'CONSTRAINT ' || conname || ' CHECK' FROM pg_constraint WHERE contype = 'c'")
    )

    def checks() -> set[str]:
        with engine.connect() as connection:
            told = " ".join(connection.scalars(catalogue))
        return set(re.findall(r"CONSTRAINT \"?(\w+)\"? CHECK", told))

    try:
        before = checks()
        command.upgrade(alembic_config(url), "0003")
        assert "ck_contribution_a_need_is_a_collectivite_s" in before
        assert before <= checks()
        command.downgrade(alembic_config(url), "0002")
        assert checks() == before
    finally:
        engine.dispose()

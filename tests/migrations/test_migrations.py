"""Migrations make the tables that the code speaks of, come back down, and go up again."""

import re
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from consult.cli.site import alembic_config, upgrade
from tests.architecture.sources import ROOT, Source
from tests.support.engines import Engines

VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def url(engines: Engines, engine: str, tmp_path: Path) -> str:
    """An empty base."""
    return f"sqlite:///{tmp_path}/empty.sqlite3" if engine == "sqlite" else engines.postgresql_url(f"empty_{tmp_path.name}")


def tables(url: str) -> set[str]:
    """The tables that a base holds, Alembic's own apart."""
    engine = create_engine(url)
    try:
        return set(inspect(engine).get_table_names()) - {"alembic_version"}
    finally:
        engine.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("sqlite://")).get_heads()) == 1


def test_migrations_follow_one_another_and_are_worded() -> None:
    revisions = list(ScriptDirectory.from_config(alembic_config("sqlite://")).walk_revisions())[::-1]
    assert [revision.revision for revision in revisions] == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", path.name) for path in VERSIONS)
    assert all(revision.doc for revision in revisions)


def test_a_migration_never_imports_the_application() -> None:
    imported = {f"{path.name}: {i.module}" for path in VERSIONS for i in Source(path).imports() if i.top == "consult"}
    assert imported == set()


def test_the_tables_are_those_of_the_code(url: str) -> None:
    upgrade(url)
    command.check(alembic_config(url))  # raises when a model and the migrations disagree


def test_up_down_and_up_again(url: str) -> None:
    upgrade(url)
    there = tables(url)
    assert "contribution" in there
    command.downgrade(alembic_config(url), "base")
    assert tables(url) == set()
    upgrade(url)
    assert tables(url) == there


def test_upgrading_twice_is_upgrading_once(url: str) -> None:
    upgrade(url)
    there = tables(url)
    upgrade(url)
    assert tables(url) == there


def test_an_enum_is_a_word_the_base_checks(url: str) -> None:
    upgrade(url)
    engine = create_engine(url)
    try:
        assert _types(engine) == set()
        constraints = {c["name"] for c in inspect(engine).get_check_constraints("stage_window")}
        assert "ck_stage_window_stage" in constraints
    finally:
        engine.dispose()


def _types(engine: Engine) -> set[str]:
    """Native enum types, which only PostgreSQL has: adding a word to one is a migration of its own."""
    if engine.dialect.name == "sqlite":
        return set()
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT typname FROM pg_type WHERE typtype = 'e'")))

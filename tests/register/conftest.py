"""Bases whose register the tests of this folder may change: the ones everyone else shares are left alone."""

from collections.abc import Iterator

import pytest
from flask import Flask

from consult.ground.database import db
from consult.tables import metadata
from tests.support.engines import REGISTER, Engines


@pytest.fixture(scope="module")
def bases(engines: Engines) -> Iterator[dict[str, Flask]]:
    """One application an engine, made when it is first asked for, its register empty."""
    made: dict[str, Flask] = {}
    yield made
    for app in made.values():
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def empty(engines: Engines, bases: dict[str, Flask], engine: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """An application whose base knows nobody, inside an application context."""
    if engine not in bases:
        name = f"register_{request.module.__name__.rpartition('.')[2]}"
        url = engines.sqlite_url(name) if engine == "sqlite" else engines.postgresql_url(name)
        bases[engine] = engines.make_app(url, with_register=False)
    app = bases[engine]
    engines.clean(app)
    with app.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name in REGISTER:
                    connection.execute(table.delete())
        yield app

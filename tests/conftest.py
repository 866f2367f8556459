"""Fixtures for every test: the application on both engines, a world to fill, a client that reviews each page."""

from collections.abc import Iterator
from datetime import datetime

import hypothesis
import pytest
from flask import Flask

from consult.ground import clock
from consult.web.context import settings
from tests.support.commands import Operator
from tests.support.engines import Engines
from tests.support.memory import folder_in_memory
from tests.support.page import PageClient
from tests.support.world import World

hypothesis.settings.register_profile("house", deadline=None)  # a slow machine is not a failure
hypothesis.settings.load_profile("house")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """A SQLite file and a real PostgreSQL server, both migrated, both holding the full register."""
    with folder_in_memory(tmp_path_factory.mktemp("engines")) as folder:
        engines = Engines(folder)
        yield engines
        engines.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test: every test that asks for the application runs on both."""
    return str(request.param)


@pytest.fixture
def app(engines: Engines, engine: str) -> Iterator[Flask]:
    """The application, its tables empty but for the register, inside an application context."""
    app = engines.app(engine)
    engines.clean(app)
    with app.app_context():
        yield app
    clock.stop_rehearsing()
    assert not engines.ended(app), "this test left the register without them: it is every test's"


@pytest.fixture
def world(app: Flask) -> World:
    """People, collectivités and editions to stand on."""
    return World(app)


@pytest.fixture
def client(app: Flask) -> PageClient:
    """A browser without JavaScript, which reviews every page it is given."""
    return PageClient(app)


@pytest.fixture
def operator(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:
    """`operator("calendar", "show", "2021")` runs a command on the application's base: `.code`, `.said`, `.errors`."""
    return Operator(settings(), monkeypatch, capsys)


@pytest.fixture
def hold() -> Iterator[object]:
    """`hold(instant)`: the clock stays there until the test ends, or until it is held elsewhere."""
    stack = []

    def at(instant: datetime) -> None:
        release()
        held = clock.held_at(instant)
        held.__enter__()
        stack.append(held)

    def release() -> None:
        while stack:
            stack.pop().__exit__(None, None, None)

    yield at
    release()

"""Fixtures for every test of the pages."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from consult import create_app
from consult.ground.database import db
from consult.web.context import settings
from tests.support.engines import Engines
from tests.support.page import PageClient


@pytest.fixture
def elsewhere(engines: Engines, app: Flask) -> Iterator[Callable[..., PageClient]]:
    """`elsewhere(rate_limits=True)`: a browser on another application with other settings, on the same base."""
    url, others = settings().database_url, []

    def make(**changed: object) -> PageClient:
        other = create_app(engines.settings(url, **changed))
        other.testing = True
        other.config["PROPAGATE_EXCEPTIONS"] = False
        others.append(other)
        return PageClient(other)

    yield make
    make()  # the limiter is one for the process: off again
    for other in others:
        with other.app_context():
            db.engine.dispose()

"""A small register of the tests' own, which a vote may see merge: the bases everyone else shares are left alone."""

from pathlib import Path

import pytest
from flask import Flask

from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.support.vintages import BEFORE, bring
from tests.support.world import BEFORE_ALL, World


@pytest.fixture
def small(empty: Flask, tmp_path: Path) -> World:  # noqa: F811
    """A world whose register holds `vintages.BEFORE`."""
    bring(tmp_path, BEFORE, at=BEFORE_ALL)
    return World(empty)

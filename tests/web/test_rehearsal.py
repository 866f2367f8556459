"""`/repetition`: in the demonstration only, forward only."""

import pytest
from flask import Flask

from consult import create_app
from consult.config import Env
from consult.ground.clock import paris
from consult.ground.database import db
from tests.support.page import PageClient
from tests.support.world import World


@pytest.fixture
def site(world: World, client: PageClient, hold) -> PageClient:
    """A demonstration standing in the middle of stage 1."""
    world.edition()
    hold(paris(2021, 2, 1, 10))
    return client


def test_only_what_is_still_to_come_is_offered(site: PageClient) -> None:
    page = site.get("/repetition")
    assert "Les premières contributions arrivent" not in page.main
    assert "Le vote est prolongé" in page.main
    assert "Une minute avant : le recueil des besoins se termine, puis le vote ouvre" in page.main


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        pytest.param({"instant": "2021-01-20T10:00"}, "Le site est déjà au", id="the past"),
        pytest.param({"instant": "2021-03-28T02:30"}, "n’existe pas", id="an hour that does not exist"),
        pytest.param({"instant": "2021-10-31T02:30"}, "existe deux fois", id="an hour that exists twice"),
        pytest.param({"instant": "demain"}, "corriger", id="not an instant"),
        pytest.param({}, "Choisissez un moment", id="nothing"),
        pytest.param({"to": "2021-05-01"}, "pas lisible", id="a button that was tampered with"),
    ],
)
def test_what_cannot_be_reached_is_said_beside_the_field(site: PageClient, typed: dict[str, str], words: str) -> None:
    assert words in site.post("/repetition", typed, 422).main


def test_a_real_site_has_no_such_page(app: Flask, engines) -> None:
    real = create_app(engines.settings(app.extensions["consult"].database_url, env=Env.PRODUCTION))
    client = PageClient(real)
    client.get("/repetition", 404)
    client.post("/repetition", {"to": "2021-05-01T10:00:00+02:00"}, 404)
    with real.app_context():
        db.engine.dispose()

"""When the base is away: the monitor is told, people get an apology, and all is well when it comes back."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from consult import create_app
from consult.cli.site import upgrade
from consult.ground.database import db
from tests.support.addresses import READ, WRITE
from tests.support.engines import Engines, postgresql_server
from tests.support.page import PageClient
from tests.support.world import World


class OwnServer:
    """A PostgreSQL server that a test may stop and start: not the one the other tests share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server: Any = None

    def start(self) -> str:
        """Start it; gives the address of its base."""
        self.server = postgresql_server(self.folder)
        return str(self.server.get_uri(driver="psycopg"))

    def stop(self) -> None:
        """Stop it, if it runs."""
        if self.server is not None:
            self.server.cleanup()
            self.server = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[OwnServer]:
    """A server of this test's own."""
    server = OwnServer(tmp_path / "pgdata")
    yield server
    server.stop()


@pytest.fixture
def app(engines: Engines, server: OwnServer) -> Iterator[Flask]:
    """The application on that server."""
    url = server.start()
    upgrade(url)
    app = create_app(engines.settings(url))
    app.testing = True
    app.config["PROPAGATE_EXCEPTIONS"] = False
    with app.app_context():
        World(app).edition()
        yield app
        db.engine.dispose()


def test_a_base_that_goes_away_and_comes_back(app: Flask, server: OwnServer) -> None:
    client = PageClient(app)
    assert client.http.get("/sante").json == {"status": "ok"}
    client.get("/2021/calendrier")
    db.session.close()

    server.stop()
    ill = client.http.get("/sante")
    assert (ill.status_code, ill.json) == (503, {"status": "unavailable"})
    for path in ("/", "/2021/calendrier", "/2021/contributions", "/connexion"):
        page = client.get(path, 503)
        assert "revenez" in page.main.lower() or "réessayez" in page.main.lower(), page.main
        assert page.response.headers["Cache-Control"] == "no-store"
        assert "Content-Security-Policy" in page.response.headers
        assert "psycopg" not in page.text
    assert client.post("/connexion", {"email": "une@exemple.invalid"}, 503)

    server.start()
    assert client.http.get("/sante").json == {"status": "ok"}
    client.get("/2021/calendrier")


def test_the_apology_keeps_its_style(app: Flask, server: OwnServer) -> None:
    client = PageClient(app)
    db.session.close()
    server.stop()
    page = client.get("/", 503)
    sheets = [str(link["href"]) for link in page.soup.find_all("link", rel="stylesheet")]
    assert sheets
    for sheet in sheets:
        found = client.http.get(sheet)
        found.close()
        assert found.status_code == 200


ABOUT = (
    "candidature",
    "atelier",
    "services",
    "argent",
    "charte",
    "critere",
    "actualites",
    "enveloppe",
    "territoires",
    "soutiens",
)
LATER_STAGES = [one for one in (*READ, *WRITE) if any(word in one for word in ABOUT)]
"""What is read and written of stages 3 and 4."""
LONG = "Nous tenons six conseils par an, <b>et</b> nous avons des idées."


def test_no_page_of_the_later_stages_fails_otherwise_and_nothing_typed_is_lost(app: Flask, server: OwnServer) -> None:
    client = PageClient(app).sign_in(World(app).person(None))
    db.session.close()
    server.stop()
    assert len(LATER_STAGES) > 80
    for address in LATER_STAGES:
        page = client.get(address, 503) if address in READ else client.post(address, {}, 503)
        assert "revenez" in page.main.lower() or "réessayez" in page.main.lower(), address
        assert "Traceback" not in page.text
        assert "psycopg" not in page.text
    for address in (one for one in LATER_STAGES if one in WRITE):
        typed = {"motivation": LONG, "body": LONG, "reason": LONG}
        page = client.post(address, typed, 503, headers={"Origin": "http://localhost"})
        assert [area.get_text() for area in page.soup.find_all("textarea")] == [LONG] * 3, address
        elsewhere = client.post(address, typed, 503, headers={"Origin": "https://ailleurs.exemple"})
        assert LONG not in elsewhere.text

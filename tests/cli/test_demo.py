"""`consult demo`: built and served by one command, kept from one day to the next, clear when it cannot start."""

import json
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from consult.ground.clock import paris
from tests.support.commands import consult
from tests.support.ports import free_port
from tests.support.site import Site

BEFORE_ANY_CONTRIBUTION = paris(2021, 1, 20, 10)
FIRST_DAYS = paris(2021, 1, 28, 10)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Starts a demonstration in this test's folder."""
    started: list[Site] = []

    def start(*options: str, at: object = BEFORE_ANY_CONTRIBUTION) -> Site:
        site = Site(tmp_path / "instance", at)  # type: ignore[arg-type]
        started.append(site)
        site.start(*options)
        return site

    yield start
    for site in started:
        site.stop()


def run(folder: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a demonstration that does not start."""
    ended = consult({"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "CONSULT_INSTANCE_DIR": str(folder)}, "demo", *options)
    return ended.returncode, ended.stdout, ended.stderr.replace("\u00a0", " ")


def test_it_says_where_it_is_and_who_one_can_be(demo: Callable[..., Site]) -> None:
    site = demo()
    said = site.said().replace("\u00a0", " ")
    assert site.url in said
    assert "mercredi 20 janvier 2021, 10 h 00" in said
    for account in ("agent", "elu", "collegue", "epci", "departement", "attente", "partenaire"):
        assert f"{account}@demo.exemple.fr" in said
    for account in ("moderation", "comite", "pilotage", "observation"):
        assert f"{account}@demo.exemple.fr" in said
    assert "Traceback" not in said


def test_started_again_it_keeps_what_was_there_and_goes_forward(demo: Callable[..., Site], tmp_path: Path) -> None:
    first = demo()
    assert first.get("/2021/contributions").count("item-title") == 0
    first.stop()
    key = (tmp_path / "instance" / "secret_key").read_text()

    second = demo(at=FIRST_DAYS)
    assert second.get("/2021/contributions").count("item-title") >= 1
    second.stop()
    assert (tmp_path / "instance" / "secret_key").read_text() == key, "sessions stay open"

    code, said, errors = run(tmp_path / "instance", "--port", str(free_port()), "--at", BEFORE_ANY_CONTRIBUTION.isoformat())
    assert (code, said) == (1, "")
    assert len(errors.splitlines()) == 1, errors
    assert "FRESH=1" in errors

    third = demo("--fresh")
    assert third.get("/2021/contributions").count("item-title") == 0


def test_a_busy_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, said, errors = run(tmp_path / "instance", "--port", str(taken.getsockname()[1]))
    assert (code, said) == (1, "")
    assert len(errors.splitlines()) == 1
    assert "déjà pris" in errors
    assert not (tmp_path / "instance").exists(), "nothing was begun"


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_it_is_told_to(demo: Callable[..., Site], asked: signal.Signals) -> None:
    site = demo()
    assert site.process is not None
    site.process.send_signal(asked)
    assert site.process.wait(20) == 0
    assert "Traceback" not in site.said()


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_its_provider_ends_with_it(demo: Callable[..., Site], asked: signal.Signals) -> None:
    site = demo()
    with urllib.request.urlopen(f"{site.provider_url}/.well-known/openid-configuration", timeout=20) as answer:
        assert json.load(answer)["issuer"] == site.provider_url
    assert site.process is not None
    site.process.send_signal(asked)
    site.process.wait(20)
    host, port = site.provider_url.removeprefix("http://").split(":")
    deadline = time.monotonic() + 20
    with suppress(ConnectionRefusedError):
        while True:
            assert time.monotonic() < deadline, "no orphan"
            socket.create_connection((host, int(port)), timeout=5).close()
            threading.Event().wait(0.05)
    assert "Traceback" not in site.said()


def test_it_leaves_alone_the_provider_that_the_environment_names(tmp_path: Path) -> None:
    ended = consult(
        {"PATH": "/usr/bin:/bin", "CONSULT_INSTANCE_DIR": str(tmp_path), "CONSULT_OIDC_ISSUER": "https://exemple.fr"},
        *("demo", "--port", str(free_port())),
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("CONSULT_OIDC_CLIENT_ID")


def test_it_is_refused_in_production(tmp_path: Path) -> None:
    environ = {"PATH": "/usr/bin:/bin", "CONSULT_INSTANCE_DIR": str(tmp_path), "CONSULT_ENV": "production"}
    ended = consult(environ, "demo", "--port", str(free_port()))
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("options", [["--port", "0"], ["--port", "http"], ["--at", "demain"], ["--later"]])
def test_a_wrong_usage_ends_with_two(tmp_path: Path, options: list[str]) -> None:
    code, said, errors = run(tmp_path, *options)
    assert (code, said) == (2, "")
    assert "Usage" in errors

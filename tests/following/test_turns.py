"""A digest to many, its worker killed on the way: run again, nobody is told twice nor forgotten."""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.cli.site import follow_once, work_once
from consult.following.digests import write_digests
from consult.following.model import Follower, Rhythm, Tiding
from consult.following.turns import follow_on
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.outbox.model import Message, Notice
from consult.web.context import settings
from tests.architecture.sources import ROOT
from tests.support.commands import environment
from tests.support.followers import address, publish, service_with_followers
from tests.support.mail import MailServer
from tests.support.together import together
from tests.support.world import World

AT = paris(2021, 6, 2, 10)
MANY = 35


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A mail server that accepts everything."""
    with MailServer() as server:
        yield server


def killed(server: MailServer, when: str, count: int) -> None:
    """A worker that dies there."""
    environ = environment(settings(), CONSULT_MAIL_URL=server.url, CONSULT_NOW=AT.isoformat())
    command = [sys.executable, "-m", "tests.following.killed", when, str(count)]
    died = subprocess.run(command, cwd=ROOT, env=environ, check=False, timeout=120)
    assert died.returncode == -9


def written() -> Counter[str]:
    """How many digests each address has been written."""
    reading().expire_all()
    return Counter(reading().scalars(select(Message.recipient).where(Message.notice == Notice.DIGEST)))


EVERYONE = Counter(address(rank) for rank in range(MANY))


@pytest.mark.parametrize("batches", [2, 3])
def test_killed_while_it_writes_it_goes_on_from_there(app: Flask, world: World, server: MailServer, batches: int) -> None:
    publish(service_with_followers(world.edition(), MANY, at=AT), "Première version", at=AT)
    killed(server, "writing", batches)
    assert written().total() < MANY, "it died before the end"
    follow_on(lambda: False, whole=True, at=AT)
    follow_on(lambda: False, whole=True, at=AT)
    assert written() == EVERYONE


@pytest.mark.parametrize("sent", [1, 17])
def test_killed_while_it_sends_the_others_do_not_wait_and_one_message_at_most_comes_twice_under_one_name(
    app: Flask, world: World, server: MailServer, hold: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch, sent: int
) -> None:
    publish(service_with_followers(world.edition(), MANY, at=AT), "Première version", at=AT)
    hold(AT)
    follow_once(whole=True)
    killed(server, "sending", sent)
    assert len(server.received) == sent
    monkeypatch.setitem(app.extensions, "consult", replace(settings(), mail_url=server.url))
    assert work_once() == (MANY - sent + 1, 0), "at once: what a dead worker held waits for no lease"
    assert Counter(str(mail["To"]) for mail in server.received).keys() == EVERYONE.keys()
    assert len(server.received) == MANY + 1
    assert len({mail["Message-ID"] for mail in server.received}) == MANY
    assert work_once() == (0, 0)


def test_two_workers_at_once_write_one_message_each(app: Flask, world: World) -> None:
    publish(service_with_followers(world.edition(), MANY, at=AT), "Première version", at=AT)
    together(app, [lambda: follow_on(lambda: False, whole=True, at=AT)] * 3)
    assert written() == EVERYONE
    assert reading().scalar(select(func.count()).select_from(Tiding)) == 1


def test_a_turn_stops_between_two_batches(app: Flask, world: World) -> None:
    publish(service_with_followers(world.edition(), 3, at=AT), "Première version", at=AT)
    follow_on(lambda: True, whole=True, at=AT)
    assert not written()
    assert write_digests(Rhythm.NEVER, at=AT) is None
    assert set(reading().scalars(select(Follower.told))) == {0}

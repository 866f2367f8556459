"""`consult work` looks after the accounts: it warns, then closes, those nobody visits; killed in the middle, it goes on."""

import os
import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AddressChange, Person, PersonSession, SessionWay, SignInRequest
from consult.accounts.sign_in.actions import open_session, request_sign_in
from consult.cli import site as work
from consult.ground.database import reading, transaction
from consult.outbox.model import Message, Notice
from consult.web.context import settings
from tests.support.commands import Operator, consult, environment, start
from tests.support.world import ROCAMADOUR, World

LONG_AGO = datetime(2019, 5, 1, 12, tzinfo=UTC)
TWO_YEARS_LATER = "2021-05-01T12:00:00+00:00"
A_MICROSECOND_EARLY = "2021-05-01T11:59:00+00:00"
THIRTY_DAYS_ON = "2021-05-31T12:01:00+00:00"
EMAIL = "endormie@exemple.fr"


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(ROCAMADOUR, at=LONG_AGO + timedelta(days=700))


def people(*where: object) -> int:
    reading().expire_all()
    return reading().scalar(select(func.count()).select_from(Person).where(*where)) or 0  # type: ignore[arg-type]


def notices() -> Counter[Notice]:
    reading().expire_all()
    return Counter(reading().scalars(select(Message.notice)))


def test_it_warns_then_closes_and_sends_what_it_says(operator: Operator, world: World) -> None:
    world.person(ROCAMADOUR, email=EMAIL, at=LONG_AGO)
    early = operator("work", "--once", CONSULT_NOW=A_MICROSECOND_EARLY)
    assert (early.code, early.said) == (0, "0 courriel envoyé, 0 échec\n")
    warned = operator("work", "--once", CONSULT_NOW=TWO_YEARS_LATER)
    assert warned.said.splitlines() == ["1 compte prévenu, 0 compte fermé faute de visite", "1 courriel envoyé, 0 échec"]
    again = operator("work", "--once", CONSULT_NOW=TWO_YEARS_LATER)
    assert again.said == "0 courriel envoyé, 0 échec\n"
    closed = operator("work", "--once", CONSULT_NOW=THIRTY_DAYS_ON)
    assert closed.said.splitlines() == ["0 compte prévenu, 1 compte fermé faute de visite", "1 courriel envoyé, 0 échec"]
    assert people(Person.closed_at.is_not(None)) == 1
    assert people(Person.email == EMAIL) == 0


def test_what_nothing_needs_any_more_is_forgotten(operator: Operator, world: World) -> None:
    someone = world.person(ROCAMADOUR, at=LONG_AGO + timedelta(days=700))
    with transaction() as session:
        open_session(session, someone.person_id or 0, SessionWay.CODE, at=LONG_AGO + timedelta(days=700))
        session.add(
            AddressChange(
                person_id=someone.person_id,
                email=EMAIL,
                email_key=EMAIL,
                old_code_hash="x",
                new_code_hash="x",
                created_at=LONG_AGO,
                expires_at=LONG_AGO,
            )
        )
    request_sign_in(EMAIL, at=LONG_AGO)
    assert operator("work", "--once", CONSULT_NOW=TWO_YEARS_LATER).said == "0 courriel envoyé, 1 échec\n", "a code too old"
    for table in (PersonSession, AddressChange, SignInRequest):
        assert reading().scalar(select(func.count()).select_from(table)) == 0


def test_it_stops_between_two_batches_when_it_is_told_to(app: Flask, world: World) -> None:
    world.person(ROCAMADOUR, email=EMAIL, at=LONG_AGO)
    stop = threading.Event()
    stop.set()
    work.tend_once(stop)
    assert people(Person.warned_at.is_not(None)) == 0


def test_killed_in_the_middle_it_warns_each_one_once(app: Flask, world: World) -> None:
    with transaction() as session:
        session.add_all(
            Person(
                email=f"endormie-{rank}@exemple.fr",
                email_key=f"endormie-{rank}@exemple.fr",
                name="Personne Fictive",
                function="",
                created_at=LONG_AGO,
                last_seen_at=LONG_AGO,
            )
            for rank in range(600)
        )
    environ = environment(settings(), CONSULT_NOW=TWO_YEARS_LATER)
    worker = start(environ, "work", "--once")
    try:
        pause = threading.Event()
        while not people(Person.warned_at.is_not(None)) and worker.poll() is None:
            pause.wait(0.005)
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate(timeout=30)
    finally:
        worker.kill()
    warned = people(Person.warned_at.is_not(None))
    assert warned == notices()[Notice.ACCOUNT_DORMANT], "an account and its letter are written together, or not at all"
    ended = consult(environ, "work", "--once")
    assert ended.returncode == 0, ended.stderr
    assert people(Person.warned_at.is_not(None)) == 600
    assert notices() == {Notice.ACCOUNT_DORMANT: 600}

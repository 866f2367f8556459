"""The open sessions of a person, in the base: which are listed, which end, which are forgotten."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import PersonSession, SessionWay
from consult.accounts.queries import actor_of_session
from consult.accounts.rules import SESSION_LASTS
from consult.accounts.sign_in.actions import open_session
from consult.accounts.sign_in.sessions import (
    KEPT_FOR,
    close_other_sessions,
    close_session,
    forget_sessions,
    open_sessions,
)
from consult.ground.actor import OPERATOR, VISITOR, Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
TICK = timedelta(microseconds=1)


@pytest.fixture
def someone(world: World) -> Actor:
    """A person, beside another who has a session too."""
    opened(world.person(ROCAMADOUR))
    return world.person(ROCAMADOUR)


def opened(actor: Actor, at: datetime = AT, way: SessionWay = SessionWay.CODE, device: str = "", id_token: str = "") -> str:
    """The key of a new session."""
    with transaction() as session:
        return open_session(session, actor.person_id or 0, way, at=at, device=device, id_token=id_token or None)


def ids(actor: Actor, key: str, at: datetime = AT) -> list[int]:
    reading().expire_all()
    return [one.id for one in open_sessions(actor.person_id or 0, key, at=at).items]


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


def test_each_session_is_told_as_its_person_recognises_it(someone: Actor) -> None:
    here = opened(someone, device="Firefox sur Windows")
    opened(someone, AT + timedelta(hours=1), SessionWay.LINK, device="Safari sur iPhone" * 9)
    first, second = open_sessions(someone.person_id or 0, here, at=AT + timedelta(hours=2)).items
    assert (first.device, first.way, first.opened_at, first.is_this_one) == ("Firefox sur Windows", SessionWay.CODE, AT, True)
    assert (second.way, second.is_this_one) == (SessionWay.LINK, False)
    assert len(second.device) == 60


def test_a_session_is_listed_as_long_as_it_serves(someone: Actor) -> None:
    here = opened(someone)
    assert len(ids(someone, here, AT + SESSION_LASTS - TICK)) == 1
    assert ids(someone, here, AT + SESSION_LASTS) == []


def test_one_is_closed_and_the_others_go_on(someone: Actor) -> None:
    here, there = opened(someone), opened(someone, AT + timedelta(minutes=1), id_token="shown to the provider")
    at = AT + timedelta(minutes=2)
    _mine, other = open_sessions(someone.person_id or 0, here, at=at).items
    close_session(someone, other.id, at=at)
    close_session(someone, other.id, at=at + timedelta(minutes=1))
    assert actor_of_session(there, at=at) is None
    assert actor_of_session(here, at=at) == someone
    (told,) = events(EventKind.SIGNED_OUT)
    assert (told.person_id, told.subject, told.at) == (someone.person_id, f"session:{other.id}", at)
    row = reading().get_one(PersonSession, other.id)
    assert (row.ended_at, row.id_token) == (at, None)


def test_somebody_else_s_session_does_not_exist(someone: Actor, world: World) -> None:
    other = world.person(ROCAMADOUR)
    theirs = opened(other)
    (number,) = ids(other, theirs)
    for unknown in (number, 999_999):
        with pytest.raises(NotFound):
            close_session(someone, unknown, at=AT)
    assert actor_of_session(theirs, at=AT) == other


@pytest.mark.parametrize("who", [VISITOR, OPERATOR])
def test_nobody_has_no_session_to_close(someone: Actor, who: Actor) -> None:
    key = opened(someone)
    for act in (lambda: close_session(who, 1, at=AT), lambda: close_other_sessions(who, key, at=AT)):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.SIGN_IN


def test_all_the_others_are_closed_at_once(someone: Actor) -> None:
    here, *others = (opened(someone) for _ in range(4))
    later = AT + timedelta(hours=1)
    assert close_other_sessions(someone, here, at=later) == 3
    assert close_other_sessions(someone, here, at=later) == 0
    assert [actor_of_session(key, at=later) for key in (here, *others)] == [someone, None, None, None]
    (told,) = events(EventKind.SESSIONS_CLOSED)
    assert (told.person_id, told.data) == (someone.person_id, {"count": 3})
    open_elsewhere = select(func.count()).where(PersonSession.person_id != someone.person_id, PersonSession.ended_at.is_(None))
    assert reading().scalar(open_elsewhere) == 1, "other people's are left"


def test_two_sessions_that_each_close_the_others_leave_at_most_one(app: Flask, someone: Actor) -> None:
    one, two = opened(someone), opened(someone)
    together(app, [lambda key=key: close_other_sessions(someone, key, at=AT) for key in (one, two)])
    assert [actor_of_session(key, at=AT) for key in (one, two)].count(None) >= 1


def test_the_list_costs_the_same_however_many(someone: Actor) -> None:
    here = opened(someone)
    for _ in range(2):
        with count_statements() as sent:
            open_sessions(someone.person_id or 0, here, at=AT)
        assert len(sent) == 2
        opened(someone), opened(someone)


def test_a_list_has_pages(someone: Actor) -> None:
    here = opened(someone)
    for minute in range(20):
        opened(someone, AT + timedelta(minutes=minute))
    at = AT + timedelta(hours=1)
    first = open_sessions(someone.person_id or 0, here, at=at)
    second = open_sessions(someone.person_id or 0, here, at=at, page=2)
    assert (first.total, len(first.items), len(second.items)) == (21, 20, 1)
    assert [one.is_this_one for one in first.items].index(True) == 0
    assert not {one.id for one in first.items} & {one.id for one in second.items}


def test_what_is_long_over_is_forgotten(someone: Actor) -> None:
    opened(someone, AT + TICK)
    assert forget_sessions(at=AT + KEPT_FOR - TICK) == 0
    assert forget_sessions(at=AT + KEPT_FOR) == 1, "that of somebody else, opened a microsecond before"
    assert reading().scalar(select(func.count()).select_from(PersonSession)) == 1
    assert KEPT_FOR > SESSION_LASTS

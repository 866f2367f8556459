"""Messages, codes, links and sessions, in the base: what is sent, what serves, what is counted, what is kept."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import Person, PersonSession, SignInRequest
from consult.accounts.queries import actor_of_session, address_of_link
from consult.accounts.rules import MOST_REQUESTS, MOST_TRIES, MOST_TRIES_A_DAY, REQUESTS_COUNTED_OVER, SIGN_IN_LASTS
from consult.accounts.sign_in import actions as sign_in
from consult.ground.actor import Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message
from tests.support.letters import code_of, letters, link_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
TICK = timedelta(microseconds=1)
EMAIL = "Jeanne.Fictive@exemple.fr"


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(ROCAMADOUR)


class Asked:
    """A sign-in asked for at an instant: what the browser holds, and what the message said."""

    def __init__(self, email: str = EMAIL, at=AT) -> None:
        self.browser_key = sign_in.request_sign_in(email, at=at)
        self.sent = letters(at)

    @property
    def code(self) -> str:
        return code_of(self.sent[0])

    @property
    def wrong_code(self) -> str:
        return f"{(int(self.code) + 1) % 1_000_000:06}"

    @property
    def token(self) -> str:
        return link_of(self.sent[0]).rpartition("/")[2]

    def try_code(self, code: str | None = None, at=AT + timedelta(minutes=1)) -> sign_in.SignIn:
        return sign_in.sign_in_by_code(self.browser_key, code or self.code, at=at)

    def use_link(self, at=AT + timedelta(minutes=1)) -> sign_in.SignIn:
        return sign_in.sign_in_by_link(self.token, at=at)


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


def count(table: type) -> int:
    return reading().scalar(select(func.count()).select_from(table)) or 0


BY_CODE, BY_LINK = Asked.try_code, Asked.use_link
WAYS = pytest.mark.parametrize("use", [BY_CODE, BY_LINK], ids=["code", "link"])


@WAYS
def test_a_proof_opens_the_session_of_the_person_at_this_address(use: Callable[..., sign_in.SignIn]) -> None:
    attempt = use(Asked())
    actor = actor_of_session(attempt.session_key, at=AT)
    assert actor is not None
    person = reading().get_one(Person, actor.person_id)
    assert (person.email, person.email_key) == (EMAIL, EMAIL.lower())
    assert person.last_seen_at == AT + timedelta(minutes=1)
    assert not actor.is_complete


@WAYS
def test_the_account_is_made_once(use: Callable[..., sign_in.SignIn]) -> None:
    first = use(Asked())
    later = AT + timedelta(days=1)
    second = use(Asked(f" {EMAIL.upper()} ", at=later), at=later)
    assert first.session_key != second.session_key
    assert actor_of_session(first.session_key, at=AT) == actor_of_session(second.session_key, at=AT)
    assert len(events(EventKind.ACCOUNT_CREATED)) == 1


@WAYS
@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param(SIGN_IN_LASTS - TICK, None, id="a microsecond before fifteen minutes"),
        pytest.param(SIGN_IN_LASTS, Reason.CODE_EXPIRED, id="at fifteen minutes"),
    ],
)
def test_a_proof_serves_fifteen_minutes(use: Callable[..., sign_in.SignIn], after: timedelta, reason: Reason | None) -> None:
    asked = Asked()
    assert address_of_link(asked.token, at=AT + after) == (EMAIL if reason is None else None)
    assert use(asked, at=AT + after).verdict.reason is reason
    assert count(PersonSession) == (1 if reason is None else 0)


@WAYS
@pytest.mark.parametrize("again", [BY_CODE, BY_LINK], ids=["then the code", "then the link"])
def test_either_proof_spends_both(use: Callable[..., sign_in.SignIn], again: Callable[..., sign_in.SignIn]) -> None:
    asked = Asked()
    assert use(asked).verdict
    assert again(asked).verdict.reason is Reason.CODE_EXPIRED
    assert address_of_link(asked.token, at=AT) is None
    assert count(PersonSession) == 1


@WAYS
def test_a_newer_message_takes_the_place_of_the_older(use: Callable[..., sign_in.SignIn]) -> None:
    older, newer = Asked(), Asked(at=AT + timedelta(seconds=30))
    assert use(older).verdict.reason is Reason.CODE_EXPIRED
    assert use(newer).verdict


def test_a_message_to_somebody_else_changes_nothing() -> None:
    mine, _theirs = Asked(), Asked("autre@exemple.fr")
    assert mine.try_code().verdict


def test_a_code_is_tried_from_the_browser_that_asked_and_no_other() -> None:
    mine, theirs = Asked(), Asked("autre@exemple.fr")
    assert sign_in.sign_in_by_code(theirs.browser_key, mine.code, at=AT).verdict.reason is Reason.CODE_WRONG
    assert sign_in.sign_in_by_code("unknown", mine.code, at=AT).verdict.reason is Reason.CODE_EXPIRED
    assert mine.try_code().verdict


def test_reading_a_link_spends_nothing() -> None:
    asked = Asked()
    for _ in range(3):
        assert address_of_link(asked.token, at=AT) == EMAIL
    assert address_of_link("unknown", at=AT) is None
    assert asked.use_link().verdict


def test_five_tries_are_counted_though_they_fail() -> None:
    asked = Asked()
    left = [asked.try_code(asked.wrong_code) for _ in range(MOST_TRIES)]
    assert [attempt.tries_left for attempt in left] == [4, 3, 2, 1, 0]
    assert {attempt.verdict.reason for attempt in left} == {Reason.CODE_WRONG}
    assert asked.try_code().verdict.reason is Reason.TOO_MANY_TRIES
    assert count(PersonSession) == 0
    assert asked.use_link().verdict, "the link cannot be guessed: it still serves"


def test_asking_again_and_again_does_not_give_more_tries_than_a_day_allows() -> None:
    at, tried = AT, 0
    while tried < MOST_TRIES_A_DAY:
        asked = Asked(at=at)
        for _ in range(MOST_TRIES):
            assert asked.try_code(asked.wrong_code, at=at).verdict.reason is Reason.CODE_WRONG
            tried += 1
        at += SIGN_IN_LASTS
    last = Asked(at=at)
    assert last.try_code(at=at).verdict.reason is Reason.TOO_MANY_TRIES
    assert last.use_link(at=at).verdict
    tomorrow = at + timedelta(days=1)
    assert Asked(at=tomorrow).try_code(at=tomorrow).verdict


def test_five_messages_in_a_quarter_of_an_hour_then_silence() -> None:
    sent = [len(Asked().sent) for _ in range(MOST_REQUESTS + 2)]
    assert sent == [1] * MOST_REQUESTS + [0, 0]
    assert len(Asked("autre@exemple.fr").sent) == 1, "the limit is that of one address"
    assert Asked(at=AT + REQUESTS_COUNTED_OVER - TICK).sent == []
    assert len(Asked(at=AT + REQUESTS_COUNTED_OVER).sent) == 1
    assert [event.data["sent"] for event in events(EventKind.SIGN_IN_ASKED)][:7] == [True] * 5 + [False] * 2


def test_a_limited_request_leaves_the_last_message_good() -> None:
    asked = [Asked() for _ in range(MOST_REQUESTS)]
    silent = Asked()
    assert silent.sent == []
    assert sign_in.sign_in_by_code(silent.browser_key, asked[-1].code, at=AT).verdict.reason is Reason.CODE_EXPIRED
    assert asked[-1].try_code().verdict


def test_a_request_costs_the_same_with_and_without_an_account(world: World) -> None:
    world.person(ROCAMADOUR, email="connu@exemple.fr")
    with count_statements() as known:
        sign_in.request_sign_in("connu@exemple.fr", at=AT)
    with count_statements() as unknown:
        sign_in.request_sign_in("inconnu@exemple.fr", at=AT)
    assert len(known) == len(unknown)
    assert not any("FROM person" in statement for statement in known), "whether there is an account is not even read"


def test_the_base_keeps_digests_only() -> None:
    asked = Asked()
    attempt = asked.try_code()
    with transaction() as session:
        rows = [
            *session.execute(select(SignInRequest.__table__)).all(),
            *session.execute(select(PersonSession.__table__)).all(),
            *session.execute(select(Event.__table__)).all(),
            *session.execute(select(Message.__table__)).all(),
        ]
    kept = repr(rows)
    for secret in (asked.token, asked.browser_key, attempt.session_key):
        assert secret not in kept
    assert asked.code not in [str(value) for row in rows for value in row]


def test_the_journal_says_who_came_in_and_who_failed_without_an_address() -> None:
    asked = Asked()
    asked.try_code(asked.wrong_code)
    attempt = asked.try_code()
    asked.use_link()
    actor = actor_of_session(attempt.session_key, at=AT)
    assert actor is not None
    sign_in.sign_out(actor, attempt.session_key, at=AT + timedelta(hours=1))
    told = events(
        EventKind.SIGN_IN_ASKED,
        EventKind.SIGN_IN_FAILED,
        EventKind.ACCOUNT_CREATED,
        EventKind.SIGNED_IN,
        EventKind.SIGNED_OUT,
    )
    assert [(event.kind, event.person_id) for event in told] == [
        (EventKind.SIGN_IN_ASKED, None),
        (EventKind.SIGN_IN_FAILED, None),
        (EventKind.ACCOUNT_CREATED, actor.person_id),
        (EventKind.SIGNED_IN, actor.person_id),
        (EventKind.SIGN_IN_FAILED, None),
        (EventKind.SIGNED_OUT, actor.person_id),
    ]
    assert [event.data.get("why") for event in told if event.kind is EventKind.SIGN_IN_FAILED] == ["code_wrong", "code_expired"]
    assert all(event.at.utcoffset() == timedelta() for event in told)
    assert "@" not in repr([event.data for event in told])


def test_a_session_that_was_ended_is_nobody_s_and_ends_once() -> None:
    attempt = Asked().try_code()
    actor = actor_of_session(attempt.session_key, at=AT)
    assert actor is not None
    for _ in range(2):
        sign_in.sign_out(actor, attempt.session_key, at=AT)
    assert actor_of_session(attempt.session_key, at=AT) is None
    assert len(events(EventKind.SIGNED_OUT)) == 1


def test_what_no_limit_counts_any_more_is_forgotten() -> None:
    Asked("ancienne@exemple.fr")
    Asked(at=AT + timedelta(days=1))
    assert list(reading().scalars(select(SignInRequest.email_key))) == [EMAIL.lower()]


def test_a_demonstration_session_is_that_of_someone_who_exists(world: World) -> None:
    actor = world.person(None, Role.MODERATOR, email="moderation@demo.exemple.fr")
    assert actor_of_session(sign_in.open_demo_session("moderation@demo.exemple.fr", at=AT), at=AT) == actor
    with pytest.raises(NotFound):
        sign_in.open_demo_session("personne@demo.exemple.fr", at=AT)


def test_what_is_no_address_is_not_asked() -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        sign_in.request_sign_in("personne", at=AT)


@WAYS
def test_one_proof_used_eight_times_at_once_opens_one_session(app: Flask, use: Callable[..., sign_in.SignIn]) -> None:
    asked = Asked()
    code, token = asked.code, asked.token
    acts = {BY_CODE: lambda: asked.try_code(code), BY_LINK: lambda: sign_in.sign_in_by_link(token, at=AT)}
    attempts = together(app, [acts[use]] * 8)
    assert sum(bool(attempt.verdict) for attempt in attempts) == 1
    assert {attempt.verdict.reason for attempt in attempts} == {None, Reason.CODE_EXPIRED}
    assert count(PersonSession) == 1


def test_eight_wrong_codes_at_once_are_all_counted(app: Flask) -> None:
    asked = Asked()
    wrong = asked.wrong_code
    attempts = together(app, [lambda: asked.try_code(wrong)] * 8)
    reasons = [attempt.verdict.reason for attempt in attempts]
    assert reasons.count(Reason.CODE_WRONG) == MOST_TRIES
    assert reasons.count(Reason.TOO_MANY_TRIES) == 3


def test_eight_requests_at_once_send_five_messages_of_which_one_serves(app: Flask) -> None:
    together(app, [lambda: sign_in.request_sign_in(EMAIL, at=AT)] * 8)
    assert len(letters(AT)) == MOST_REQUESTS
    live = select(func.count()).where(SignInRequest.used_at.is_(None), SignInRequest.expires_at > AT)
    assert reading().scalar(live) == 1

"""The second factor in the base: drawn, confirmed, given, spent, locked, replaced, undone; by several at once too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import func, select, text

from consult.accounts.model import PersonSession, RecoveryCode, SecondFactor, SessionWay
from consult.accounts.queries import actor_of_session, digest
from consult.accounts.second_factor import actions as second_factor
from consult.accounts.second_factor.queries import OwnSecondFactor, Seals, own_second_factor, seals
from consult.accounts.second_factor.rules import MOST_SECOND_FACTOR_TRIES, SECOND_FACTOR_LOCKED_FOR
from consult.accounts.sign_in.actions import open_session
from consult.ground import vault
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.web.context import settings
from tests.support.letters import letters, text_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
OUTSIDE = datetime(2026, 5, 4, 8, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)
TICK = timedelta(microseconds=1)


class Member:
    """Somebody of the team, in a session opened by the mail of an address, with a phone."""

    def __init__(self, actor: Actor, way: SessionWay = SessionWay.CODE) -> None:
        self.person_id = actor.person_id or 0
        with transaction() as session:
            self.key = open_session(session, self.person_id, way, at=AT)
        self.secret = ""
        self.recovery_codes: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        found = actor_of_session(self.key, at=AT)
        assert found is not None
        return found

    @property
    def state(self) -> OwnSecondFactor:
        return own_second_factor(self.person_id, self.key)

    def code(self, outside: datetime = OUTSIDE) -> str:
        return pyotp.TOTP(self.secret).at(outside)

    def wrong_code(self, outside: datetime = OUTSIDE) -> str:
        near = {self.code(outside + STEP * step) for step in range(-2, 3)}
        return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)

    def read_key(self) -> None:
        assert self.state.new_secret
        self.secret = self.state.new_secret

    def set_up(self, outside: datetime = OUTSIDE, at: datetime = AT) -> second_factor.Attempt:
        """Draw, read and confirm a first key."""
        second_factor.draw(self.actor, self.key, at=at)
        self.read_key()
        return self.confirm(self.code(outside), outside=outside, at=at)

    def confirm(self, code: str, *, outside: datetime = OUTSIDE, at: datetime = AT) -> second_factor.Attempt:
        attempt = second_factor.confirm(self.actor, self.key, code, at=at, outside=outside)
        self.key = attempt.session_key or self.key
        self.recovery_codes = attempt.recovery_codes or self.recovery_codes
        return attempt

    def give(self, code: str, *, outside: datetime = OUTSIDE, at: datetime = AT) -> second_factor.Attempt:
        attempt = second_factor.give(self.actor, self.key, code, at=at, outside=outside)
        self.key = attempt.session_key or self.key
        return attempt

    def elsewhere(self) -> "Member":
        """The same person with the same phone, in a new session."""
        other = Member(Actor(person_id=self.person_id))
        other.secret, other.recovery_codes = self.secret, self.recovery_codes
        return other


@pytest.fixture(autouse=True)
def other(world: World) -> Member:
    """Somebody else of the team, with a second factor of their own."""
    member = Member(world.person(None, Role.ADMINISTRATOR, email="autre@exemple.fr"))
    member.set_up()
    letters(AT)
    return member


@pytest.fixture
def member(world: World) -> Member:
    return Member(world.person(ROCAMADOUR, Role.MODERATOR, Role.OBSERVER, email="moderation@exemple.fr"))


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


# ── Setting ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_first_code_puts_it_in_place_and_gives_it(member: Member) -> None:
    assert member.actor.withheld == {Role.MODERATOR}
    assert member.actor.roles == {Role.OBSERVER}
    second_factor.draw(member.actor, member.key, at=AT)
    member.read_key()
    assert len(member.secret) >= 32, "160 bits, as RFC 4226 recommends"
    assert not member.state.is_set, "nothing is asked of it yet"
    before = member.key
    attempt = member.confirm(member.code())
    assert attempt.verdict
    assert member.actor.roles == {Role.MODERATOR, Role.OBSERVER}
    assert not member.actor.withheld
    assert member.state == OwnSecondFactor(AT, None, 10)
    assert actor_of_session(before, at=AT) is None, "the session has another key"
    (letter,) = letters(AT)
    assert letter["To"] == "moderation@exemple.fr"
    assert letter["Subject"] == "Votre second facteur est en place"
    (event,) = [event for event in events(EventKind.SECOND_FACTOR_SET) if event.person_id == member.person_id]
    assert event.data == {"what": "set"}


def test_a_wrong_first_code_puts_nothing_in_place_and_is_not_counted(member: Member) -> None:
    second_factor.draw(member.actor, member.key, at=AT)
    member.read_key()
    for _ in range(MOST_SECOND_FACTOR_TRIES + 2):
        assert member.confirm(member.wrong_code()).verdict.reason is Reason.SECOND_FACTOR_WRONG
    assert not member.state.is_set
    assert member.actor.withheld
    assert member.confirm(member.code()).verdict
    assert letters(AT)


def test_nothing_is_confirmed_that_was_not_drawn_from_this_session(member: Member) -> None:
    second_factor.draw(member.actor, member.key, at=AT)
    member.read_key()
    thief = member.elsewhere()
    assert thief.state.new_secret is None, "shown where it was drawn, and nowhere else"
    assert thief.confirm(member.code()).verdict.reason is Reason.SECOND_FACTOR_NOT_ASKED


def test_a_key_drawn_before_another_was_set_is_worth_nothing(member: Member) -> None:
    """Whoever reads the mail of an address could otherwise keep a key for later."""
    thief = member.elsewhere()
    second_factor.draw(thief.actor, thief.key, at=AT)
    thief.read_key()
    member.set_up()
    assert thief.confirm(thief.code()).verdict.reason is Reason.SECOND_FACTOR_NOT_ASKED
    with pytest.raises(Refused) as refused:
        second_factor.draw(thief.actor, thief.key, at=AT)
    assert refused.value.reason is Reason.SECOND_FACTOR
    assert member.elsewhere().give(member.code(OUTSIDE + STEP), outside=OUTSIDE + STEP).verdict


@pytest.mark.parametrize("roles", [(), (Role.OBSERVER,)])
def test_whoever_needs_none_sets_none(world: World, roles: tuple[Role, ...]) -> None:
    someone = Member(world.person(ROCAMADOUR, *roles))
    for act in (
        lambda: second_factor.draw(someone.actor, someone.key, at=AT),
        lambda: second_factor.confirm(someone.actor, someone.key, "123456", at=AT, outside=OUTSIDE),
        lambda: second_factor.replace(someone.actor, someone.key, "123456", at=AT, outside=OUTSIDE),
        lambda: second_factor.draw_recovery_codes(someone.actor, "123456", at=AT, outside=OUTSIDE),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.NOT_YOUR_ROLE
    assert someone.give("123456").verdict.reason is Reason.SECOND_FACTOR_NOT_ASKED


def test_a_session_closed_meanwhile_sets_nothing(member: Member) -> None:
    who = member.actor
    with transaction() as session:
        session.scalars(select(PersonSession).where(PersonSession.key_hash == digest(member.key))).one().ended_at = AT
    with pytest.raises(Refused) as refused:
        second_factor.draw(who, member.key, at=AT)
    assert refused.value.reason is Reason.SIGN_IN


def test_somebody_else_s_session_is_not_strengthened(member: Member, other: Member) -> None:
    member.set_up()
    stranger = Member(Actor(person_id=other.person_id))
    with pytest.raises(Refused):
        second_factor.give(member.actor, stranger.key, member.code(OUTSIDE + STEP), at=AT, outside=OUTSIDE + STEP)
    assert stranger.actor.withheld


# ── Giving ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("shift", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_code_serves_thirty_seconds_before_and_after(member: Member, shift: int, is_taken: bool) -> None:
    member.set_up()
    later = OUTSIDE + STEP * 10
    again = member.elsewhere()
    attempt = again.give(member.code(later + STEP * shift), outside=later)
    assert bool(attempt.verdict) is is_taken
    assert bool(again.actor.withheld) is not is_taken


def test_the_edge_of_the_thirty_seconds_is_exact(member: Member) -> None:
    member.set_up()
    edge = datetime(2026, 5, 4, 9, tzinfo=UTC)
    code = member.code(edge - TICK)
    assert code == member.code(edge - STEP) != member.code(edge)
    assert not member.elsewhere().give(code, outside=edge + STEP).verdict
    assert member.elsewhere().give(code, outside=edge + STEP - TICK).verdict


def test_a_code_serves_once(member: Member) -> None:
    member.set_up()
    assert member.elsewhere().give(member.code()).verdict.reason is Reason.SECOND_FACTOR_WRONG, "confirming has spent it"
    code = member.code(OUTSIDE + STEP)
    assert member.elsewhere().give(code, outside=OUTSIDE + STEP).verdict
    assert not member.elsewhere().give(code, outside=OUTSIDE + STEP).verdict
    assert not member.elsewhere().give(member.code(), outside=OUTSIDE + STEP).verdict, "nor does an older one"


def test_a_recovery_code_serves_once_and_is_told(member: Member) -> None:
    member.set_up()
    letters(AT)
    assert len(set(member.recovery_codes)) == 10
    code = member.recovery_codes[3]
    again = member.elsewhere()
    assert again.give(code).verdict
    assert not again.actor.withheld
    assert again.state.recovery_codes == 9
    assert not member.elsewhere().give(code).verdict
    (letter,) = letters(AT)
    assert letter["Subject"] == "Un code de secours a servi"
    assert code not in text_of(letter)


def test_somebody_else_s_codes_are_wrong(member: Member, other: Member) -> None:
    member.set_up()
    for code in (other.recovery_codes[0], other.code(OUTSIDE + STEP)):
        assert member.elsewhere().give(code, outside=OUTSIDE + STEP).verdict.reason is Reason.SECOND_FACTOR_WRONG
    assert other.elsewhere().give(other.recovery_codes[0]).verdict


def test_five_wrong_codes_lock_the_right_one_for_a_quarter_of_an_hour(member: Member, other: Member) -> None:
    member.set_up()
    later = OUTSIDE + STEP * 10
    tries = [member.elsewhere().give(member.wrong_code(later), outside=later) for _ in range(MOST_SECOND_FACTOR_TRIES)]
    assert [attempt.tries_left for attempt in tries] == [4, 3, 2, 1, 0]
    for code in (member.code(later), member.recovery_codes[0], member.wrong_code(later)):
        assert member.elsewhere().give(code, outside=later).verdict.reason is Reason.SECOND_FACTOR_LOCKED
    assert other.elsewhere().give(other.code(later), outside=later).verdict, "the lock is that of one person"
    last = AT + SECOND_FACTOR_LOCKED_FOR
    locked = member.elsewhere().give(member.code(later), outside=later, at=last - TICK)
    assert locked.verdict.reason is Reason.SECOND_FACTOR_LOCKED
    assert member.elsewhere().give(member.code(later), outside=later, at=last).verdict


def test_no_quarter_of_an_hour_holds_more_than_five_wrong_codes(member: Member) -> None:
    member.set_up()
    minute, wrong_at, later = timedelta(minutes=1), [], OUTSIDE + STEP * 10
    for rank in range(120):
        at = AT + minute * rank
        if member.give(member.wrong_code(later), outside=later, at=at).verdict.reason is Reason.SECOND_FACTOR_WRONG:
            wrong_at.append(at)
    assert all(b - a >= SECOND_FACTOR_LOCKED_FOR for a, b in zip(wrong_at, wrong_at[5:], strict=False))
    assert len(wrong_at) > 20


def test_thirty_tries_at_once_do_not_exceed_five(app: Flask, member: Member) -> None:
    member.set_up()
    later = OUTSIDE + STEP * 10
    actor, wrong = member.actor, member.wrong_code(later)
    attempts = together(app, [lambda: second_factor.give(actor, member.key, wrong, at=AT, outside=later)] * 30)
    reasons = [attempt.verdict.reason for attempt in attempts]
    assert reasons.count(Reason.SECOND_FACTOR_WRONG) == MOST_SECOND_FACTOR_TRIES
    assert reasons.count(Reason.SECOND_FACTOR_LOCKED) == 25
    assert len(events(EventKind.SECOND_FACTOR_FAILED)) == 30


@pytest.mark.parametrize("with_recovery", [False, True], ids=["six digits", "recovery code"])
def test_one_code_given_in_eight_sessions_at_once_opens_one(app: Flask, member: Member, with_recovery: bool) -> None:
    member.set_up()
    later = OUTSIDE + STEP * 10
    sessions = [member.elsewhere() for _ in range(8)]
    code = member.recovery_codes[0] if with_recovery else member.code(later)
    actors = [(one.actor, one.key) for one in sessions]
    acts = [lambda who=who, key=key: second_factor.give(who, key, code, at=AT, outside=later) for who, key in actors]
    attempts = together(app, acts)
    assert sum(bool(attempt.verdict) for attempt in attempts) == 1
    strong = select(func.count()).where(
        PersonSession.person_id == member.person_id, PersonSession.second_factor_at.is_not(None)
    )
    assert reading().scalar(strong) == 2, "the one that set it, the one that gave it"


# ── Replacing, drawing anew, undoing ─────────────────────────────────────────────────────────────────────────────────────


def test_replacing_asks_a_code_first_and_the_old_one_serves_until_the_new_is_confirmed(member: Member) -> None:
    member.set_up()
    letters(AT)
    later = OUTSIDE + STEP * 10
    refused = second_factor.replace(member.actor, member.key, member.wrong_code(later), at=AT, outside=later)
    assert refused.verdict.reason is Reason.SECOND_FACTOR_WRONG
    assert member.state.new_secret is None
    assert second_factor.replace(member.actor, member.key, member.recovery_codes[0], at=AT, outside=later).verdict
    old, spent = member.secret, member.recovery_codes
    assert member.elsewhere().give(pyotp.TOTP(old).at(later), outside=later).verdict
    member.read_key()
    assert member.secret != old
    assert member.confirm(member.code(later), outside=later, at=AT + timedelta(days=1)).verdict
    assert member.state.confirmed_at == AT + timedelta(days=1)
    for code in (pyotp.TOTP(old).at(later + STEP), spent[1]):
        assert not member.elsewhere().give(code, outside=later + STEP).verdict
    assert member.elsewhere().give(member.code(later + STEP), outside=later + STEP).verdict
    subjects = [str(letter["Subject"]) for letter in letters(AT + timedelta(days=1))]
    assert subjects == ["Un code de secours a servi", "Votre second facteur est remplacé"]


def test_new_recovery_codes_take_the_place_of_the_old(member: Member) -> None:
    member.set_up()
    letters(AT)
    old, later = member.recovery_codes, OUTSIDE + STEP * 10
    wrong = second_factor.draw_recovery_codes(member.actor, member.wrong_code(later), at=AT, outside=later)
    assert not wrong.verdict
    assert wrong.recovery_codes == ()
    drawn = second_factor.draw_recovery_codes(member.actor, member.code(later), at=AT, outside=later)
    assert not set(drawn.recovery_codes) & set(old)
    assert not member.elsewhere().give(old[0]).verdict
    assert member.elsewhere().give(drawn.recovery_codes[0]).verdict
    assert letters(AT)[0]["Subject"] == "De nouveaux codes de secours"
    assert len(events(EventKind.RECOVERY_CODES_DRAWN)) == 1


def test_undoing_closes_the_desks_in_open_sessions_and_lets_another_be_set(member: Member, other: Member) -> None:
    member.set_up()
    letters(AT)
    second_factor.remove(other.actor, member.person_id, reason=" Téléphone perdu ", at=AT)
    assert member.actor.withheld == {Role.MODERATOR}
    assert member.state == OwnSecondFactor(None, None, 0)
    assert not other.actor.withheld, "nobody else's is touched"
    assert other.state.recovery_codes == 10
    (event,) = events(EventKind.SECOND_FACTOR_REMOVED)
    assert (event.person_id, event.subject) == (other.person_id, f"person:{member.person_id}")
    assert event.data == {"reason": "Téléphone perdu"}
    (letter,) = letters(AT)
    assert (letter["To"], letter["Subject"]) == ("moderation@exemple.fr", "Votre second facteur est annulé")
    assert member.set_up(outside=OUTSIDE + STEP).verdict


def test_nobody_undoes_their_own_nor_what_is_not_there(member: Member, other: Member) -> None:
    for person_id, expected in (
        (other.person_id, Reason.OWN_SECOND_FACTOR),
        (member.person_id, Reason.SECOND_FACTOR_NOT_ASKED),
    ):
        with pytest.raises(Refused) as refused:
            second_factor.remove(other.actor, person_id, reason="Essai", at=AT)
        assert refused.value.reason is expected
    with pytest.raises(NotFound):
        second_factor.remove(other.actor, 999_999, reason="Essai", at=AT)
    assert events(EventKind.SECOND_FACTOR_REMOVED) == []


# ── What is strong without it, what is kept ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("way", "is_strong"),
    [(SessionWay.CODE, False), (SessionWay.LINK, False), (SessionWay.OIDC, True), (SessionWay.DEMO, True)],
)
def test_a_provider_s_session_is_strong_by_itself(world: World, way: SessionWay, is_strong: bool) -> None:
    member = Member(world.person(None, Role.COMMITTEE), way)
    assert bool(member.actor.withheld) is not is_strong


def test_an_observer_is_asked_for_nothing(world: World) -> None:
    observer = Member(world.person(None, Role.OBSERVER))
    assert observer.actor.roles == {Role.OBSERVER}
    assert not observer.actor.withheld


def test_the_journal_tells_every_try_without_its_code(member: Member) -> None:
    member.set_up()
    later = OUTSIDE + STEP * 10
    member.give(member.wrong_code(later), outside=later)
    member.give(member.code(later), outside=later)
    member.give(member.recovery_codes[0], outside=later)
    member.give("a" * 16, outside=later)
    told = events(EventKind.SECOND_FACTOR_GIVEN, EventKind.SECOND_FACTOR_FAILED)
    assert [(event.kind, event.data) for event in told] == [
        (EventKind.SECOND_FACTOR_FAILED, {"way": "totp", "why": "second_factor_wrong"}),
        (EventKind.SECOND_FACTOR_GIVEN, {"way": "totp"}),
        (EventKind.SECOND_FACTOR_GIVEN, {"way": "recovery_code"}),
        (EventKind.SECOND_FACTOR_FAILED, {"way": "recovery_code", "why": "second_factor_wrong"}),
    ]
    assert {event.person_id for event in told} == {member.person_id}
    kept = repr([event.data for event in events(*EventKind)]) + repr(letters(AT))
    for secret in (member.secret, *member.recovery_codes, member.code(later)):
        assert secret not in kept


def test_the_base_keeps_recovery_codes_as_digests(member: Member) -> None:
    member.set_up()
    kept = list(reading().scalars(select(RecoveryCode.code_hash)))
    assert len(kept) == 20
    assert not set(kept) & set(member.recovery_codes)
    assert reading().scalar(select(func.count()).select_from(SecondFactor)) == 2


# ── What the base holds ──────────────────────────────────────────────────────────────────────────────────────────────────

ANOTHER_KEY = "une autre clé du site, de plus de trente-deux caractères"


@pytest.fixture
def keys(app: Flask) -> Iterator[Callable[..., None]]:
    """`keys("new", "older")`: the keys of the site, until the test ends."""
    yield vault.use
    vault.use(settings().secret_key)


def raw(table: type[SecondFactor] | type[PersonSession], column: str) -> set[str]:
    """What somebody reads who has stolen the base."""
    return set(reading().scalars(text(f"SELECT {column} FROM {table.__tablename__} WHERE {column} IS NOT NULL")))


def test_the_base_gives_no_key_of_a_phone(member: Member) -> None:
    second_factor.draw(member.actor, member.key, at=AT)
    member.read_key()
    (drawn,) = raw(PersonSession, "new_secret")
    member.confirm(member.code())
    kept = raw(SecondFactor, "secret")
    assert drawn in kept
    assert len(kept) == 2
    assert not any(member.secret in sealed or len(sealed) != 64 for sealed in kept)


def test_one_kept_in_clear_still_serves_and_is_sealed_when_it_does(member: Member) -> None:
    member.set_up()
    with transaction() as session:
        session.execute(
            text("UPDATE second_factor SET secret = :clear WHERE person_id = :who"),
            {"clear": member.secret, "who": member.person_id},
        )
    assert seals() == Seals(total=2, to_seal=1, unreadable=0)
    other = member.elsewhere()
    assert not other.give(other.wrong_code()).verdict
    assert member.secret in raw(SecondFactor, "secret")
    assert other.give(other.code(OUTSIDE + STEP), outside=OUTSIDE + STEP).verdict
    assert member.secret not in raw(SecondFactor, "secret")
    assert seals() == Seals(total=2, to_seal=0, unreadable=0)


def test_a_key_of_the_site_that_is_changed_leaves_the_recovery_codes(member: Member, keys: Callable[..., None]) -> None:
    member.set_up()
    keys(ANOTHER_KEY)
    assert seals() == Seals(total=2, to_seal=0, unreadable=2)
    assert not member.state.is_readable
    other = member.elsewhere()
    refused = other.give(other.code(OUTSIDE + STEP), outside=OUTSIDE + STEP)
    assert refused.verdict.reason is Reason.SECOND_FACTOR_WRONG
    assert other.give(member.recovery_codes[0]).verdict
    assert second_factor.replace(other.actor, other.key, member.recovery_codes[1], at=AT, outside=OUTSIDE).verdict
    other.read_key()
    assert other.confirm(other.code()).verdict
    assert other.state.is_readable
    assert seals() == Seals(total=2, to_seal=0, unreadable=1)


def test_with_the_older_key_beside_it_nobody_notices(member: Member, keys: Callable[..., None]) -> None:
    member.set_up()
    keys(ANOTHER_KEY, [settings().secret_key])
    assert seals() == Seals(total=2, to_seal=2, unreadable=0)
    assert member.elsewhere().give(member.code(OUTSIDE + STEP), outside=OUTSIDE + STEP).verdict
    assert seals() == Seals(total=2, to_seal=1, unreadable=0)
    keys(ANOTHER_KEY)
    assert member.state.is_readable


def test_how_it_stands_and_how_all_are_kept_are_one_statement_each(member: Member) -> None:
    member.set_up()
    for read in (lambda: member.state, seals):
        with count_statements() as sent:
            read()
        assert len(sent) == 1

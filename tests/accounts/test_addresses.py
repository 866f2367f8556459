"""Moving an account to another address: two codes, what is limited, what is never said, who comes first."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.actions import find_or_create_person
from consult.accounts.model import AddressChange, AttachmentStatus, Invitation, Person
from consult.accounts.own import addresses
from consult.accounts.own.closing import close_account
from consult.accounts.own.rules import ADDRESS_CHANGES_COUNTED_OVER, ADDRESS_CODES_LAST, MOST_ADDRESS_CHANGES
from consult.accounts.queries import actor_of_person, actor_of_session, address_of_person
from consult.accounts.rules import MOST_REQUESTS, MOST_TRIES, REQUESTS_COUNTED_OVER
from consult.accounts.sign_in import actions as sign_in
from consult.ground.actor import VISITOR, Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason, Refused
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from tests.accounts.test_sessions import opened
from tests.support.letters import code_of, letters, text_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
OLD, NEW = "Jeanne@mairie.exemple.fr", "Jeanne.Fictive+vote@nouvelle.exemple.fr"


@pytest.fixture
def someone(world: World) -> Actor:
    """Who changes address; others exist beside."""
    world.person(ROCAMADOUR)
    return world.person(ROCAMADOUR, email=OLD)


class Move:
    """A change that was asked for: what the browser holds, and what both messages said."""

    def __init__(self, actor: Actor, email: str = NEW, at: datetime = AT) -> None:
        self.actor = actor
        self.asked = addresses.ask_address_change(actor, email, at=at)
        self.sent = {letter["To"]: letter for letter in letters(at)}
        self.email = email

    def code(self, to: str) -> str:
        return code_of(self.sent[to])

    def type(self, old: str = "", new: str = "", *, at: datetime = AT + MINUTE, session_key: str = "") -> addresses.Attempt:
        """Type both codes, the right ones unless said otherwise."""
        return addresses.change_address(
            self.actor,
            self.asked,
            old_code=old or self.code(OLD),
            new_code=new or self.code(self.email),
            session_key=session_key,
            at=at,
        )

    def wrong(self, to: str) -> str:
        return f"{(int(self.code(to)) + 1) % 1_000_000:06}"


def address(actor: Actor) -> str:
    reading().expire_all()
    return address_of_person(actor.person_id or 0)


def events(*kinds: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)))


# ── Moving ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_each_address_receives_its_own_code(someone: Actor) -> None:
    move = Move(someone)
    assert set(move.sent) == {OLD, NEW}
    old, new = move.sent[OLD], move.sent[NEW]
    assert old["Subject"] == "Votre code pour changer d’adresse"
    assert new["Subject"] == "Votre code pour cette nouvelle adresse"
    assert "« Code reçu à l’adresse actuelle »" in text_of(old)
    assert "ne donnez ce code à personne" in text_of(old)
    assert "/compte/sessions" in text_of(old)
    assert "« Code reçu à la nouvelle adresse »" in text_of(new)
    assert "Si ce n’est pas vous, ne faites rien" in text_of(new)
    assert all("quinze minutes" in text_of(letter) for letter in (old, new))
    assert NEW not in text_of(old)
    assert OLD not in text_of(new)
    assert address(someone) == OLD, "nothing moves before both codes are typed"


def test_both_codes_move_the_account(someone: Actor) -> None:
    assert Move(someone).type().verdict
    person = reading().get_one(Person, someone.person_id)
    assert (person.email, person.email_key) == (NEW, NEW.lower())
    told = {letter["To"]: text_of(letter) for letter in letters(AT + MINUTE)}
    assert set(told) == {OLD, NEW}
    assert "ce message est le dernier à cette adresse-ci" in told[OLD]
    assert "/contact" in told[OLD]
    assert "Votre compte est maintenant à cette adresse" in told[NEW]
    assert NEW not in told[OLD]
    assert OLD not in told[NEW]


def test_the_person_keeps_what_they_are(someone: Actor) -> None:
    assert Move(someone).type().verdict
    reading().expire_all()
    assert actor_of_person(someone.person_id or 0) == someone


def test_the_other_sessions_end_and_this_one_goes_on(someone: Actor) -> None:
    here, there = opened(someone), opened(someone)
    assert Move(someone).type(session_key=here).verdict
    assert actor_of_session(here, at=AT + MINUTE) == someone
    assert actor_of_session(there, at=AT + MINUTE) is None


def test_signing_in_takes_the_new_address_and_the_old_one_is_somebody_new_s(someone: Actor) -> None:
    assert Move(someone).type().verdict
    assert find_or_create_person(NEW, at=AT) == someone.person_id
    assert find_or_create_person(OLD, at=AT) != someone.person_id


def test_the_journal_says_it_without_an_address(someone: Actor) -> None:
    move = Move(someone)
    move.type(new=move.wrong(NEW))
    assert move.type().verdict
    told = events(EventKind.ADDRESS_CHANGE_ASKED, EventKind.ADDRESS_CHANGE_FAILED, EventKind.ADDRESS_CHANGED)
    assert [(event.kind, event.person_id, event.data) for event in told] == [
        (EventKind.ADDRESS_CHANGE_ASKED, someone.person_id, {"sent": True}),
        (EventKind.ADDRESS_CHANGE_FAILED, someone.person_id, {"why": "code_wrong"}),
        (EventKind.ADDRESS_CHANGED, someone.person_id, {}),
    ]
    assert "@" not in repr([(event.data, event.subject) for event in events(*EventKind)])


def test_the_old_address_is_not_kept_in_the_outbox(someone: Actor) -> None:
    assert Move(someone).type().verdict
    letters(AT + MINUTE)
    reading().expire_all()
    assert OLD.lower() not in {recipient.lower() for recipient in reading().scalars(select(Message.recipient))}


def test_invitations_that_wait_stay_where_they_were_sent(someone: Actor, world: World) -> None:
    colleague = world.person(ROCAMADOUR)
    with transaction() as session:
        session.add(
            Invitation(
                siren=ROCAMADOUR,
                email=OLD,
                email_key=OLD.lower(),
                invited_by=colleague.person_id,
                created_at=AT,
                expires_at=AT + timedelta(days=14),
            )
        )
    assert Move(someone).type().verdict
    assert reading().scalars(select(Invitation.email_key)).all() == [OLD.lower()]


def test_only_the_capitals_may_change(someone: Actor) -> None:
    other = OLD.upper()
    addresses.ask_address_change(someone, other, at=AT)
    codes = [code_of(letter) for letter in letters(AT)]
    assert len(codes) == 2
    with pytest.raises(Refused) as refused:
        addresses.ask_address_change(someone, OLD, at=AT)
    assert refused.value.reason is Reason.ADDRESS_UNCHANGED


# ── What does not move it ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("after", "reason"),
    [
        pytest.param(ADDRESS_CODES_LAST - TICK, None, id="a microsecond before fifteen minutes"),
        pytest.param(ADDRESS_CODES_LAST, Reason.CODE_EXPIRED, id="at fifteen minutes"),
    ],
)
def test_the_codes_serve_fifteen_minutes(someone: Actor, after: timedelta, reason: Reason | None) -> None:
    assert Move(someone).type(at=AT + after).verdict.reason is reason
    assert address(someone) == (NEW if reason is None else OLD)


def test_they_serve_once(someone: Actor) -> None:
    move = Move(someone)
    assert move.type().verdict
    assert move.type().verdict.reason is Reason.CODE_EXPIRED


def test_a_newer_request_takes_the_place_of_the_older(someone: Actor) -> None:
    older, newer = Move(someone), Move(someone, "encore@exemple.fr", at=AT + MINUTE)
    assert older.type().verdict.reason is Reason.CODE_EXPIRED
    assert newer.type(at=AT + 2 * MINUTE).verdict
    assert address(someone) == "encore@exemple.fr"


@pytest.mark.parametrize(
    ("typed", "old_matches", "new_matches"),
    [
        (lambda move: {"old": move.wrong(OLD)}, False, True),
        (lambda move: {"new": move.wrong(NEW)}, True, False),
        (lambda move: {"old": move.code(NEW), "new": move.code(OLD)}, False, False),
    ],
    ids=["the old one wrong", "the new one wrong", "one for the other"],
)
def test_a_wrong_code_says_which_and_moves_nothing(
    someone: Actor, typed: Callable[[Move], dict[str, str]], old_matches: bool, new_matches: bool
) -> None:
    move = Move(someone)
    attempt = move.type(**typed(move))
    assert (attempt.verdict.reason, attempt.tries_left) == (Reason.CODE_WRONG, MOST_TRIES - 1)
    assert (attempt.old_matches, attempt.new_matches) == (old_matches, new_matches)
    assert address(someone) == OLD
    assert letters(AT + MINUTE) == []


def test_five_wrong_tries_then_the_right_codes_are_refused_too(someone: Actor) -> None:
    move = Move(someone)
    left = [move.type(old=move.wrong(OLD)).tries_left for _ in range(MOST_TRIES)]
    assert left == [4, 3, 2, 1, 0]
    assert move.type().verdict.reason is Reason.TOO_MANY_TRIES
    assert address(someone) == OLD


def test_the_codes_serve_in_the_browser_that_asked_and_for_who_asked(someone: Actor, world: World) -> None:
    move = Move(someone)
    codes = {"old_code": move.code(OLD), "new_code": move.code(NEW), "session_key": "", "at": AT}
    elsewhere = addresses.change_address(someone, addresses.Asked(move.asked.change_id, "another key"), **codes)
    assert elsewhere.verdict.reason is Reason.CODE_WRONG
    other = world.person(ROCAMADOUR)
    theirs = addresses.change_address(other, move.asked, **codes)
    assert (theirs.verdict.reason, theirs.tries_left) == (Reason.CODE_EXPIRED, 0)
    assert reading().scalars(select(AddressChange.tries)).one() == 1, "somebody else wears out no try"
    unknown = addresses.change_address(someone, addresses.Asked(999_999, move.asked.key), **codes)
    assert unknown.verdict.reason is Reason.CODE_EXPIRED
    with pytest.raises(Refused) as refused:
        addresses.change_address(VISITOR, move.asked, **codes)
    assert refused.value.reason is Reason.SIGN_IN
    assert move.type().verdict


def test_the_base_keeps_digests_only(someone: Actor) -> None:
    move = Move(someone)
    codes = [move.code(OLD), move.code(NEW)]
    with transaction() as session:
        rows = [row for table in (AddressChange, Event, Message) for row in session.execute(select(table.__table__))]
    assert move.asked.key not in repr(rows)
    assert not {str(value) for row in rows for value in row} & set(codes)
    assert codes[0] not in repr([row for row in rows if "address_change" in repr(row)])


# ── An address that has an account already ───────────────────────────────────────────────────────────────────────────────


def test_a_taken_address_is_told_so_and_the_answer_is_the_same(someone: Actor, world: World) -> None:
    world.person(ROCAMADOUR, email=NEW)
    with count_statements() as taken:
        move = Move(someone)
    with count_statements() as free:
        Move(someone, "libre@exemple.fr", at=AT + MINUTE)
    assert len(taken) == len(free)
    assert move.sent[NEW]["Subject"] == "Cette adresse a déjà un compte"
    assert "il n’y a donc pas de code à écrire, et rien ne change" in text_of(move.sent[NEW])
    assert OLD not in text_of(move.sent[NEW])
    assert code_of(move.sent[OLD])
    assert [event.data for event in events(EventKind.ADDRESS_CHANGE_ASKED)] == [{"sent": True}] * 2


def test_somebody_who_signs_up_meanwhile_comes_first(someone: Actor) -> None:
    move = Move(someone)
    other = find_or_create_person(NEW, at=AT)
    assert move.type().verdict.reason is Reason.ADDRESS_TAKEN
    assert address(someone) == OLD
    assert address_of_person(other) == NEW


def test_two_people_who_move_to_one_address_at_once(app: Flask, world: World, someone: Actor) -> None:
    other = world.person(ROCAMADOUR, email="autre@exemple.fr")
    mine = Move(someone)
    theirs = addresses.ask_address_change(other, NEW, at=AT)
    sent = {letter["To"]: code_of(letter) for letter in letters(AT)}
    mine_old, mine_new = mine.code(OLD), mine.code(NEW)

    def move_other() -> addresses.Attempt:
        return addresses.change_address(
            other, theirs, old_code=sent["autre@exemple.fr"], new_code=sent[NEW], session_key="", at=AT + MINUTE
        )

    reasons = [attempt.verdict.reason for attempt in together(app, [lambda: mine.type(mine_old, mine_new), move_other])]
    assert sorted(reasons, key=str) == [None, Reason.ADDRESS_TAKEN]
    reading().expire_all()
    assert reading().scalar(select(func.count()).where(Person.email_key == NEW.lower())) == 1


def test_moving_and_signing_up_with_the_address_at_once(app: Flask, someone: Actor) -> None:
    move = Move(someone)
    old, new = move.code(OLD), move.code(NEW)
    key = sign_in.request_sign_in(NEW, at=AT)
    (letter,) = letters(AT)
    code = code_of(letter)
    moved, entered = together(app, [lambda: move.type(old, new), lambda: sign_in.sign_in_by_code(key, code, at=AT + MINUTE)])
    assert entered.verdict
    inside = actor_of_session(entered.session_key, at=AT + MINUTE)
    assert inside is not None
    assert (inside.person_id == someone.person_id) is bool(moved.verdict)
    assert reading().scalar(select(func.count()).where(Person.email_key == NEW.lower())) == 1


def test_two_people_who_exchange_their_addresses_do_not_wait_for_one_another(app: Flask, world: World, someone: Actor) -> None:
    """Each wants the other's: the locks are taken in one order, and both are refused."""
    other = world.person(ROCAMADOUR, email=NEW)
    asked = [addresses.ask_address_change(someone, NEW, at=AT), addresses.ask_address_change(other, OLD, at=AT)]
    acts = [
        lambda who=who, one=one: addresses.change_address(who, one, old_code="000000", new_code="000000", session_key="", at=AT)
        for who, one in zip((someone, other), asked, strict=True)
    ]
    attempts = together(app, acts * 4)
    assert {attempt.verdict.reason for attempt in attempts} == {Reason.CODE_WRONG}


def test_eight_tries_at_once_are_all_counted(app: Flask, someone: Actor) -> None:
    move = Move(someone)
    wrong, right = move.wrong(OLD), move.code(NEW)
    attempts = together(app, [lambda: move.type(wrong, right)] * 8)
    reasons = [attempt.verdict.reason for attempt in attempts]
    assert (reasons.count(Reason.CODE_WRONG), reasons.count(Reason.TOO_MANY_TRIES)) == (MOST_TRIES, 3)


def test_a_move_that_comes_while_sessions_sign_out(app: Flask, someone: Actor) -> None:
    keys = [opened(someone) for _ in range(7)]
    move = Move(someone)
    old, new = move.code(OLD), move.code(NEW)
    acts = [lambda key=key: sign_in.sign_out(someone, key, at=AT + MINUTE) for key in keys]
    moved, *_ = together(app, [lambda: move.type(old, new), *acts])
    assert moved.verdict
    assert [actor_of_session(key, at=AT + MINUTE) for key in keys] == [None] * 7


def test_a_closed_account_does_not_move(someone: Actor) -> None:
    move = Move(someone)
    old, new = move.code(OLD), move.code(NEW)
    close_account(someone, at=AT)
    assert move.type(old, new).verdict.reason is Reason.CODE_EXPIRED


# ── Limits ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_requests_a_day(someone: Actor) -> None:
    moves = [Move(someone, f"nouvelle-{rank}@exemple.fr", at=AT + rank * MINUTE) for rank in range(MOST_ADDRESS_CHANGES)]
    with pytest.raises(Refused) as refused:
        Move(someone, at=AT + ADDRESS_CHANGES_COUNTED_OVER - TICK)
    assert refused.value.reason is Reason.TOO_MANY_CODES
    assert moves[-1].type(at=AT + 5 * MINUTE).verdict, "the last one asked for still serves"


def test_a_day_later_one_may_ask_again(someone: Actor) -> None:
    for rank in range(MOST_ADDRESS_CHANGES):
        addresses.ask_address_change(someone, f"nouvelle-{rank}@exemple.fr", at=AT)
    assert len(Move(someone, at=AT + ADDRESS_CHANGES_COUNTED_OVER).sent) == 2


def written_to(email: str, sent: list[EmailMessage]) -> int:
    return len([letter for letter in sent if letter["To"] == email])


def test_nobody_s_mailbox_is_filled_through_this_page(world: World, someone: Actor) -> None:
    people = [someone, *(world.person(ROCAMADOUR) for _ in range(MOST_REQUESTS))]
    for who in people:
        addresses.ask_address_change(who, NEW, at=AT)
    assert written_to(NEW, letters(AT)) == MOST_REQUESTS
    assert [event.data["sent"] for event in events(EventKind.ADDRESS_CHANGE_ASKED)] == [True] * MOST_REQUESTS + [False]
    late = AT + REQUESTS_COUNTED_OVER
    addresses.ask_address_change(someone, NEW, at=late - TICK)
    addresses.ask_address_change(someone, NEW, at=late)
    assert written_to(NEW, letters(late)) == 1


def test_what_sign_in_has_sent_counts_too(someone: Actor) -> None:
    for _ in range(MOST_REQUESTS):
        sign_in.request_sign_in(NEW, at=AT)
    letters(AT)
    assert set(Move(someone).sent) == {OLD}


def test_what_no_limit_counts_any_more_is_forgotten(someone: Actor, world: World) -> None:
    Move(someone)
    addresses.ask_address_change(world.person(ROCAMADOUR), "autre@exemple.fr", at=AT + TICK)
    assert addresses.forget_address_changes(at=AT + ADDRESS_CHANGES_COUNTED_OVER - TICK) == 0
    assert addresses.forget_address_changes(at=AT + ADDRESS_CHANGES_COUNTED_OVER) == 1
    assert reading().scalars(select(AddressChange.email)).all() == ["autre@exemple.fr"]


def test_a_code_that_could_not_be_sent_in_time_is_given_up(someone: Actor) -> None:
    addresses.ask_address_change(someone, NEW, at=AT)
    assert letters(AT + ADDRESS_CODES_LAST) == []
    rows = reading().scalars(select(Message).where(Message.notice == Notice.ADDRESS_CODE)).all()
    assert [(row.given_up_at is not None, row.data) for row in rows] == [(True, {})] * 2


def test_what_is_no_address_is_not_asked(someone: Actor) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        addresses.ask_address_change(someone, "personne", at=AT)
    with pytest.raises(Refused):
        addresses.ask_address_change(VISITOR, NEW, at=AT)


def test_an_attachment_that_was_verified_stays_so(someone: Actor) -> None:
    assert Move(someone).type().verdict
    now = actor_of_person(someone.person_id or 0)
    assert now is not None
    assert now.mandate is not None
    assert now.mandate.standing.value == AttachmentStatus.VERIFIED.value

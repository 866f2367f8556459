"""The second factor of the team: six digits on a phone, and recovery codes for the day it is lost.

The digits are those of RFC 6238, which pyotp makes. The rules around them are ours: the thirty seconds before and after are
taken too, each code serves once, and five wrong ones lock the next, whichever session they come from. Everything queues behind
the person's row: no number of tries at the same instant goes past that.

`outside` is the instant of the world, which phones go by; `at` is the site's, which a rehearsal may have moved.
"""

import hmac
import secrets
from dataclasses import dataclass
from dataclasses import replace as changed
from datetime import datetime

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from consult.accounts.actions import locked_person, with_roles_held
from consult.accounts.model import Person, PersonSession, RecoveryCode, SecondFactor
from consult.accounts.queries import digest
from consult.accounts.second_factor import rules
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Reason, Refused, Verdict
from consult.journal.actions import record
from consult.journal.model import Event, EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice

RECOVERY_CODES = 10
RECOVERY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
"""None that a hand takes for another."""
RECOVERY_LENGTH = 16
"""Seventy-nine random bits: their digests, in a stolen base, give nothing."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of a code. A refusal is an answer here, not an exception: the try that failed must be kept."""

    verdict: Verdict
    tries_left: int | None = None
    """After a wrong one that was counted."""
    session_key: str = ""
    """The new key of the session, which is then another one for whoever held the old key."""
    recovery_codes: tuple[str, ...] = ()
    """Drawn now, to be shown once: the base keeps their digests."""


def draw(actor: Actor, session_key: str, *, at: datetime) -> None:
    """Draw a secret to be set from this session: the first one, of someone who has no second factor yet.

    Raises Refused with the reason of `may_set_second_factor`, or SECOND_FACTOR when there is one: `replace` asks for its code.
    """
    rules.may_set_second_factor(actor).or_refuse()
    with transaction() as session:
        person = locked_person(session, actor)
        if session.get(SecondFactor, person.id) is not None:
            raise Refused(Reason.SECOND_FACTOR)
        _own_session(session, person, session_key).new_secret = pyotp.random_base32()
        record(session, EventKind.SECOND_FACTOR_DRAWN, actor, at=at)


def replace(actor: Actor, session_key: str, typed: str, *, at: datetime, outside: datetime) -> Attempt:
    """Draw another secret, against a code of the one in place, which serves until the new one is confirmed."""
    rules.may_set_second_factor(actor).or_refuse()
    with transaction() as session:
        person = locked_person(session, actor)
        attempt = _try(session, actor, person, typed, at, outside)
        if attempt.verdict:
            _own_session(session, person, session_key).new_secret = pyotp.random_base32()
        return attempt


def confirm(actor: Actor, session_key: str, typed: str, *, at: datetime, outside: datetime) -> Attempt:
    """Set the secret drawn from this session, against its first right code: it takes the place of any other.

    The session becomes strong, and its key another. A wrong code is not counted: its secret is on the page.
    """
    rules.may_set_second_factor(actor).or_refuse()
    with transaction() as session:
        person = locked_person(session, actor)
        held = _own_session(session, person, session_key)
        step = _step(held.new_secret, typed, outside)
        verdict = rules.may_pass_second_factor(is_set=held.new_secret is not None, tries=0, matches=step is not None)
        if held.new_secret is None or step is None:
            return Attempt(verdict)
        before = session.get(SecondFactor, person.id)
        factor = before or SecondFactor(person_id=person.id)
        factor.secret, factor.confirmed_at, factor.last_step = held.new_secret, at, step
        factor.tries, factor.wrong_at = 0, None
        session.add(factor)
        _forget_drawn(session, person.id)
        codes = _draw_codes(session, person.id)
        what = "replaced" if before else "set"
        _tell(session, person, what, record(session, EventKind.SECOND_FACTOR_SET, actor, at=at, what=what), at)
        return Attempt(verdict, session_key=_strengthen(held, at), recovery_codes=codes)


def give(actor: Actor, session_key: str, typed: str, *, at: datetime, outside: datetime) -> Attempt:
    """Give one's second factor, six digits or a recovery code: the session becomes strong, and its key another."""
    with transaction() as session:
        person = locked_person(session, actor)
        attempt = _try(session, actor, person, typed, at, outside)
        if not attempt.verdict:
            return attempt
        return changed(attempt, session_key=_strengthen(_own_session(session, person, session_key), at))


def draw_recovery_codes(actor: Actor, typed: str, *, at: datetime, outside: datetime) -> Attempt:
    """Draw ten new recovery codes, against a code: the older ones serve no more."""
    rules.may_set_second_factor(actor).or_refuse()
    with transaction() as session:
        person = locked_person(session, actor)
        attempt = _try(session, actor, person, typed, at, outside)
        if not attempt.verdict:
            return attempt
        codes = _draw_codes(session, person.id)
        _tell(session, person, "codes_drawn", record(session, EventKind.RECOVERY_CODES_DRAWN, actor, at=at), at)
        return changed(attempt, recovery_codes=codes)


def remove(actor: Actor, person_id: int, *, reason: str, at: datetime) -> None:
    """Undo the second factor of somebody whose phone is lost, in their open sessions too: they set another at their next visit.

    Raises NotFound, and Refused with the reason of `may_remove_second_factor`.
    """
    with transaction() as session:
        lock(session, Lock.ROLES, "all")
        actor = with_roles_held(session, actor)
        person = session.scalars(select(Person).where(Person.id == person_id).with_for_update(key_share=True)).one_or_none()
        if person is None:
            raise NotFound
        is_set = session.get(SecondFactor, person_id) is not None
        rules.may_remove_second_factor(actor, person_id=person_id, is_set=is_set, reason=reason).or_refuse()
        session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
        session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
        session.execute(update(PersonSession).where(PersonSession.person_id == person_id).values(second_factor_at=None))
        _forget_drawn(session, person_id)
        event = record(
            session, EventKind.SECOND_FACTOR_REMOVED, actor, at=at, subject=f"person:{person_id}", reason=reason.strip()
        )
        _tell(session, person, "removed", event, at)


# ── A try ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _try(session: Session, actor: Actor, person: Person, typed: str, at: datetime, outside: datetime) -> Attempt:
    """Whether this is a code of the factor in place; a right one is spent, a wrong one counted, both are journaled."""
    factor = session.get(SecondFactor, person.id)
    tries = rules.second_factor_tries(factor.tries, wrong_at=factor.wrong_at, at=at) if factor else 0
    step = _step(factor.secret, typed, outside, after=factor.last_step) if factor else None
    recovery = _recovery_code(session, person.id, typed)
    matches = step is not None or recovery is not None
    verdict = rules.may_pass_second_factor(is_set=factor is not None, tries=tries, matches=matches)
    way = "recovery_code" if len(typed) == RECOVERY_LENGTH else "totp"
    if factor is not None and verdict.reason is Reason.SECOND_FACTOR_WRONG:
        tries += 1
        factor.tries, factor.wrong_at = tries, at
    if factor is None or not verdict:
        record(session, EventKind.SECOND_FACTOR_FAILED, actor, at=at, way=way, why=verdict.reason)
        return Attempt(verdict, tries_left=rules.MOST_SECOND_FACTOR_TRIES - tries)
    event = record(session, EventKind.SECOND_FACTOR_GIVEN, actor, at=at, way=way)
    if factor.secret is not None:
        flag_modified(factor, "secret")  # what was kept in clear, or under an older key of the site, is sealed anew
    if step is not None:
        factor.last_step = step
    elif recovery is not None:
        recovery.used_at = at
        _tell(session, person, "recovery_code", event, at)
    return Attempt(verdict)


def _step(secret: str | None, typed: str, outside: datetime, *, after: int = -1) -> int | None:
    """The thirty seconds that this is the code of: those of now, or just before or after, and later than the last taken."""
    if secret is None:
        return None
    totp = pyotp.TOTP(secret)
    now = totp.timecode(outside)
    steps = (step for step in (now - 1, now, now + 1) if step > after)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), typed.encode())), None)


def _recovery_code(session: Session, person_id: int, typed: str) -> RecoveryCode | None:
    code = RecoveryCode.code_hash == _code_hash(person_id, typed)
    return session.scalars(
        select(RecoveryCode).where(RecoveryCode.person_id == person_id, code, RecoveryCode.used_at.is_(None))
    ).one_or_none()


def _code_hash(person_id: int, code: str) -> str:
    return digest(f"{person_id}:{code}")


def _draw_codes(session: Session, person_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = tuple("".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES))
    session.add_all(RecoveryCode(person_id=person_id, code_hash=_code_hash(person_id, code)) for code in codes)
    return codes


# ── The session, the mail ────────────────────────────────────────────────────────────────────────────────────────────────


def _own_session(session: Session, person: Person, session_key: str) -> PersonSession:
    """The session of this key, if it is this person's and still open. Raises Refused: it may have been closed meanwhile."""
    held = session.scalars(
        select(PersonSession)
        .where(
            PersonSession.key_hash == digest(session_key),
            PersonSession.person_id == person.id,
            PersonSession.ended_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if held is None:
        raise Refused(Reason.SIGN_IN)
    return held


def _strengthen(held: PersonSession, at: datetime) -> str:
    key = secrets.token_urlsafe(32)
    held.key_hash, held.second_factor_at = digest(key), at
    return key


def _forget_drawn(session: Session, person_id: int) -> None:
    """A secret drawn from another session, before this change, must not undo it."""
    session.execute(update(PersonSession).where(PersonSession.person_id == person_id).values(new_secret=None))


def _tell(session: Session, person: Person, what: str, event: Event, at: datetime) -> None:
    session.flush()
    notice = Notice.SECOND_FACTOR_CHANGED
    post(session, notice, person.email, key=f"{notice.value}:{event.id}", at=at, what=what)

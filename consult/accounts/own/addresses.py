"""Changing the address of one's account: a code goes to the old one, another to the new one, and both are typed on one page.

The digests of the codes are salted with a key that only the browser that asked holds, as those of sign-in are. Whether the new
address already has an account changes nothing of what is answered: it then receives a message that says so, and no code.

Who asks, and who signs up meanwhile, queue behind the addresses' locks: an address is one account's.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from consult.accounts.actions import address_of, locked_person
from consult.accounts.model import AddressChange, Person, SignInRequest
from consult.accounts.own import rules as account_rules
from consult.accounts.queries import digest
from consult.accounts.rules import MOST_TRIES, REQUESTS_COUNTED_OVER, Address, is_live, may_act_for_oneself
from consult.accounts.sign_in.sessions import end_sessions
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import Reason, Verdict
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import forget_address, post
from consult.outbox.model import Notice

BATCH = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """A change that was asked for, as the browser that asked holds it: the key of its codes."""

    change_id: int
    key: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of typing the two codes.

    A refusal is an answer here, not an exception: the try that failed must be kept, and an exception would undo it.
    """

    verdict: Verdict
    old_matches: bool = False
    new_matches: bool = False
    tries_left: int = 0


def ask_address_change(actor: Actor, email: str, *, at: datetime) -> Asked:
    """Send a code to the address of the account and another to the new one. A newer request takes the place of the older.

    Nothing goes to a new address that was sent too many already; the answer is the same.

    Raises Refused with the reason of `may_ask_address_change`, ValueError for what is no address: forms have checked it.
    """
    address, key = address_of(email), secrets.token_urlsafe(32)
    with transaction() as session:
        lock(session, Lock.ADDRESS, address.key)
        person = locked_person(session, actor)
        is_same = (person.email, person.email_key) == (address.email, address.key)
        account_rules.may_ask_address_change(actor, is_same=is_same, asked=_asked_by(session, person.id, at)).or_refuse()
        may_write = account_rules.may_write_to(
            sign_ins=_messages(session, SignInRequest, address.key, at),
            changes=_messages(session, AddressChange, address.key, at),
        )
        session.execute(
            update(AddressChange)
            .where(AddressChange.person_id == person.id, AddressChange.used_at.is_(None), AddressChange.expires_at > at)
            .values(expires_at=at)
        )
        change = _ask(session, person, address, key, may_write=may_write, at=at)
        record(session, EventKind.ADDRESS_CHANGE_ASKED, actor, at=at, sent=may_write)
    return Asked(change.id, key)


def _asked_by(session: Session, person_id: int, at: datetime) -> int:
    recent = AddressChange.created_at > at - account_rules.ADDRESS_CHANGES_COUNTED_OVER
    return session.scalar(select(func.count()).where(AddressChange.person_id == person_id, recent)) or 0


def _messages(session: Session, sent: type[SignInRequest] | type[AddressChange], email_key: str, at: datetime) -> int:
    recent = sent.created_at > at - REQUESTS_COUNTED_OVER
    return session.scalar(select(func.count()).where(sent.email_key == email_key, recent)) or 0


def _ask(session: Session, person: Person, address: Address, key: str, *, may_write: bool, at: datetime) -> AddressChange:
    old_code, new_code = (f"{secrets.randbelow(1_000_000):06}" for _ in range(2))
    change = AddressChange(
        person_id=person.id,
        email=address.email,
        email_key=address.key,
        old_code_hash=_code_hash(key, "old", old_code),
        new_code_hash=_code_hash(key, "new", new_code),
        created_at=at,
        expires_at=at + account_rules.ADDRESS_CODES_LAST,
        tries=0,
    )
    session.add(change)
    subject = f"address_change:{digest(key)[:24]}"
    post(session, Notice.ADDRESS_CODE, person.email, key=f"{subject}:old", at=at, code=old_code, is_new=False)
    is_taken = _is_taken(session, address.key, but=person.id)
    if may_write and is_taken:
        post(session, Notice.ADDRESS_TAKEN, address.email, key=f"{subject}:new", at=at)
    elif may_write:
        post(session, Notice.ADDRESS_CODE, address.email, key=f"{subject}:new", at=at, code=new_code, is_new=True)
    return change


def _is_taken(session: Session, email_key: str, *, but: int) -> bool:
    return session.scalar(select(Person.id).where(Person.email_key == email_key, Person.id != but)) is not None


def _code_hash(key: str, which: str, code: str) -> str:
    return digest(f"{key}:{which}:{code}")


def change_address(actor: Actor, asked: Asked, *, old_code: str, new_code: str, session_key: str, at: datetime) -> Attempt:
    """Try the two codes, from the browser that asked: when both are right, the account moves, every other session of the
    person ends (`session_key` is that of this one), and both addresses are told. A wrong try is counted, and journaled.

    Attachments stay: they were verified when they were. Nothing that waits for the old address is moved.

    Raises Refused for a visitor.
    """
    may_act_for_oneself(actor).or_refuse()
    with transaction() as session:
        person, change = _locked(session, actor, asked.change_id)
        old_matches = change is not None and _is(change.old_code_hash, asked.key, "old", old_code)
        new_matches = change is not None and _is(change.new_code_hash, asked.key, "new", new_code)
        verdict = account_rules.may_change_address(
            actor,
            live=change is not None and is_live(expires_at=change.expires_at, used_at=change.used_at, at=at),
            tries=change.tries if change else 0,
            matches=old_matches and new_matches,
            is_taken=change is not None and _is_taken(session, change.email_key, but=person.id),
        )
        if change is None or not verdict:
            record(session, EventKind.ADDRESS_CHANGE_FAILED, actor, at=at, why=verdict.reason)
            if change is not None and verdict.reason is Reason.CODE_WRONG:
                change.tries += 1
            return Attempt(verdict, old_matches, new_matches, max(0, MOST_TRIES - change.tries) if change else 0)
        change.used_at = at
        end_sessions(session, actor, but=session_key, at=at)
        _move(session, actor, person, Address(change.email, change.email_key), at)
        return Attempt(verdict)


def _locked(session: Session, actor: Actor, change_id: int) -> tuple[Person, AddressChange | None]:
    """The person and their own request, read once both addresses are ours alone; no request if the account moved meanwhile.

    The row of the person is not taken from those who only refer to it, such as a session that signs out: it ends first.
    """
    mine = (AddressChange.id == change_id) & (AddressChange.person_id == actor.person_id)
    keys = session.execute(
        select(Person.email_key, AddressChange.email_key).join(AddressChange, AddressChange.person_id == Person.id).where(mine)
    ).one_or_none()
    for key in sorted(keys or ()):
        lock(session, Lock.ADDRESS, key)
    person = session.scalars(select(Person).where(Person.id == actor.person_id).with_for_update(key_share=True)).one()
    if keys is None or person.email_key != keys[0]:
        return person, None
    return person, session.scalars(select(AddressChange).where(mine).with_for_update()).one_or_none()


def _is(code_hash: str, key: str, which: str, code: str) -> bool:
    return hmac.compare_digest(code_hash, _code_hash(key, which, code))


def _move(session: Session, actor: Actor, person: Person, address: Address, at: datetime) -> None:
    old = person.email
    forget_address(session, person.email_key, at=at, with_waiting=False)
    person.email, person.email_key, person.is_address_proved = address.email, address.key, True
    for which, email in (("old", old), ("new", address.email)):
        key = f"address_changed:{person.id}:{at.isoformat()}:{which}"
        post(session, Notice.ADDRESS_CHANGED, email, key=key, at=at, is_new=which == "new")
    record(session, EventKind.ADDRESS_CHANGED, actor, at=at)


def forget_address_changes(*, at: datetime) -> int:
    """Remove the requests that no limit counts any more, BATCH at most; gives how many."""
    with transaction() as session:
        old = AddressChange.created_at <= at - account_rules.ADDRESS_CHANGES_COUNTED_OVER
        found = select(AddressChange.id).where(old).order_by(AddressChange.id).limit(BATCH)
        gone = session.execute(
            delete(AddressChange)
            .where(AddressChange.id.in_(found.with_for_update(skip_locked=True)))
            .returning(AddressChange.id),
            execution_options={"synchronize_session": False},
        ).all()
        return len(gone)

"""Signing in and out: a message with a link and a code, a session in the base, no password anywhere.

Whatever concerns an address — asking for a code, trying one, making the account — queues behind that address's lock: two
uses of one code at the same instant open one session, and one address is one person.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.actions import address_of, find_or_create
from consult.accounts.model import Person, PersonSession, SessionWay, SignInRequest
from consult.accounts.queries import digest
from consult.accounts.rules import Address
from consult.ground.actor import VISITOR, Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import ALLOWED, NotFound, Reason, Verdict
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice


@dataclass(frozen=True, slots=True)
class SignIn:
    """What came of trying a code or a link: the key of an open session, or why not.

    A refusal is an answer here, not an exception: the try that failed must be kept, and an exception would undo it.
    """

    verdict: Verdict
    session_key: str = ""
    tries_left: int = 0


def request_sign_in(email: str, *, at: datetime) -> str:
    """Send a link and a code to an address, and give the key with which this browser alone can try the code.

    The answer is the same whether or not there is an account, and whether or not the address was sent too many already: then
    nothing is sent. A newer message takes the place of the older ones.

    Raises ValueError for what is no address: forms have checked it.
    """
    address = address_of(email)
    browser_key = secrets.token_urlsafe(32)
    with transaction() as session:
        lock(session, Lock.ADDRESS, address.key)
        recent = SignInRequest.created_at > at - rules.REQUESTS_COUNTED_OVER
        requests = session.scalar(select(func.count()).where(SignInRequest.email_key == address.key, recent)) or 0
        may_send = rules.may_send_sign_in(requests)
        if may_send:
            _send_sign_in(session, address, browser_key, at)
        record(session, EventKind.SIGN_IN_ASKED, VISITOR, at=at, sent=bool(may_send))
    return browser_key


def _send_sign_in(session: Session, address: Address, browser_key: str, at: datetime) -> None:
    _forget_requests(session, at)
    session.execute(
        update(SignInRequest)
        .where(SignInRequest.email_key == address.key, SignInRequest.used_at.is_(None), SignInRequest.expires_at > at)
        .values(expires_at=at)
    )
    token, code = secrets.token_urlsafe(32), f"{secrets.randbelow(1_000_000):06}"
    request = SignInRequest(
        email=address.email,
        email_key=address.key,
        token_hash=digest(token),
        browser_hash=digest(browser_key),
        code_hash=_code_hash(browser_key, code),
        created_at=at,
        expires_at=at + rules.SIGN_IN_LASTS,
        tries=0,
    )
    session.add(request)
    post(session, Notice.SIGN_IN, address.email, key=_subject(request), at=at, code=code, token=token)


def forget_requests(*, at: datetime) -> int:
    """Remove a hundred requests that no limit counts any more, on a site where nobody asks for another; gives how many."""
    with transaction() as session:
        return _forget_requests(session, at)


def _forget_requests(session: Session, at: datetime) -> int:
    """Addresses are not kept once no limit counts them any more."""
    old = select(SignInRequest.id).where(SignInRequest.created_at <= at - rules.TRIES_COUNTED_OVER).limit(100)
    gone = session.scalars(
        delete(SignInRequest).where(SignInRequest.id.in_(old.with_for_update(skip_locked=True))).returning(SignInRequest.id),
        execution_options={"synchronize_session": False},
    )
    return len(gone.all())


def _subject(request: SignInRequest) -> str:
    """What the journal and the outbox call a request: its number may serve again once it is forgotten."""
    return f"sign_in:{request.token_hash[:24]}"


def _code_hash(browser_key: str, code: str) -> str:
    return digest(f"{browser_key}:{code}")


def sign_in_by_code(browser_key: str, code: str, *, device: str = "", at: datetime) -> SignIn:
    """Try a code from the browser that asked for it. A wrong one is counted, and journaled."""
    with transaction() as session:
        request = _locked_request(session, SignInRequest.browser_hash == digest(browser_key))
        verdict = _try_code(session, request, browser_key, code, at)
        if request is not None and verdict.reason is Reason.CODE_WRONG:
            request.tries += 1
        return _enter(session, request, verdict, at, way=SessionWay.CODE, device=device)


def _try_code(session: Session, request: SignInRequest | None, browser_key: str, code: str, at: datetime) -> Verdict:
    if request is None:
        return rules.may_sign_in_by_code(live=False, tries=0, tries_today=0, matches=False)
    recent = SignInRequest.created_at > at - rules.TRIES_COUNTED_OVER
    today = session.scalar(select(func.sum(SignInRequest.tries)).where(SignInRequest.email_key == request.email_key, recent))
    return rules.may_sign_in_by_code(
        live=rules.is_live(expires_at=request.expires_at, used_at=request.used_at, at=at),
        tries=request.tries,
        tries_today=today or 0,
        matches=hmac.compare_digest(request.code_hash, _code_hash(browser_key, code)),
    )


def sign_in_by_link(token: str, *, device: str = "", at: datetime) -> SignIn:
    """Use the link of a message, from any browser."""
    with transaction() as session:
        request = _locked_request(session, SignInRequest.token_hash == digest(token))
        live = request is not None and rules.is_live(expires_at=request.expires_at, used_at=request.used_at, at=at)
        return _enter(session, request, rules.may_sign_in_by_link(live=live), at, way=SessionWay.LINK, device=device)


def _locked_request(session: Session, which: ColumnElement[bool]) -> SignInRequest | None:
    """The request, read once its address is ours alone: what another try has just changed is seen."""
    email_key = session.scalar(select(SignInRequest.email_key).where(which))
    if email_key is None:
        return None
    lock(session, Lock.ADDRESS, email_key)
    return session.scalars(select(SignInRequest).where(which)).one_or_none()


def _enter(
    session: Session, request: SignInRequest | None, verdict: Verdict, at: datetime, *, way: SessionWay, device: str
) -> SignIn:
    subject = _subject(request) if request else None
    if request is None or verdict.reason is not None:
        record(session, EventKind.SIGN_IN_FAILED, VISITOR, at=at, subject=subject, way=way.value, why=verdict.reason)
        return SignIn(verdict, tries_left=max(0, rules.MOST_TRIES - request.tries) if request else 0)
    request.used_at = at
    person_id = find_or_create(session, Address(request.email, request.email_key), at)
    return SignIn(ALLOWED, open_session(session, person_id, way, at=at, device=device, subject=subject))


def open_session(
    session: Session,
    person_id: int,
    way: SessionWay,
    *,
    at: datetime,
    device: str = "",
    subject: str | None = None,
    id_token: str | None = None,
) -> str:
    """Open a session, inside a transaction, for someone who has proved who they are; gives its key. It is a visit."""
    key = secrets.token_urlsafe(32)
    session.add(
        PersonSession(key_hash=digest(key), person_id=person_id, opened_at=at, way=way, device=device[:60], id_token=id_token)
    )
    visit = update(Person).where(Person.id == person_id).values(last_seen_at=at, warned_at=None)
    session.execute(visit if way is SessionWay.OIDC else visit.values(is_address_proved=True))  # mail there was answered
    record(session, EventKind.SIGNED_IN, Actor(person_id=person_id), at=at, subject=subject, way=way.value)
    return key


def open_demo_session(email: str, *, device: str = "", at: datetime) -> str:
    """Open a session for a demonstration account, without any proof, and give its key: only a demonstration may call this.

    Raises NotFound when nobody has this address.
    """
    with transaction() as session:
        person_id = session.scalar(select(Person.id).where(Person.email_key == address_of(email).key))
        if person_id is None:
            raise NotFound
        return open_session(session, person_id, SessionWay.DEMO, at=at, device=device)


def carry_sessions(*, at: datetime) -> None:
    """In a demonstration whose clock has jumped to `at`: sessions that are open stay so, as if opened then."""
    with transaction() as session:
        session.execute(update(PersonSession).where(PersonSession.ended_at.is_(None)).values(opened_at=at))


def sign_out(actor: Actor, session_key: str, *, at: datetime) -> None:
    """End a session in the base, whatever the browser still holds. Nothing happens when it was ended already."""
    with transaction() as session:
        ended = session.execute(
            update(PersonSession)
            .where(PersonSession.key_hash == digest(session_key), PersonSession.ended_at.is_(None))
            .values(ended_at=at, id_token=None)
            .returning(PersonSession.id)
        ).first()
        if ended:
            record(session, EventKind.SIGNED_OUT, actor, at=at)

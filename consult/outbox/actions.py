"""Putting an e-mail in the outbox, and emptying the outbox."""

import logging
import smtplib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Insert, Select, Update, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consult.ground.database import reading, transaction
from consult.outbox.model import Message, Notice

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a worker that has taken a message keeps it before another may try."""

MAX_DELAY = timedelta(hours=6)

MAX_ATTEMPTS = 12

USEFUL_FOR = {
    Notice.SIGN_IN: timedelta(minutes=15),
    Notice.ADDRESS_CODE: timedelta(minutes=15),
    Notice.MAILBOX_CODE: timedelta(days=7),
    Notice.DRAFT_REMINDER: timedelta(hours=3),
    Notice.INTEREST_REMINDER: timedelta(hours=3),
    Notice.WORKSHOP_REMINDER: timedelta(days=2),
}
"""How long a notice is worth reading, when not for ever: an old code opens nothing, a reminder is not read after the close."""


AWAITED = frozenset({Notice.SIGN_IN, Notice.ADDRESS_CODE, Notice.MAILBOX_CODE})
"""What somebody waits for before their screen: it leaves before the twenty thousand messages that wait already."""

HEAD_START = timedelta(days=1)


class NothingToSay(Exception):
    """What composes a message when it is sent finds that nothing is left to tell its reader."""


FAREWELLS = frozenset({Notice.ADDRESS_CHANGED, Notice.ACCOUNT_CLOSED})
"""The last words to an address that is nobody's any more: once they are sent, it is forgotten."""


def post(session: Session, notice: Notice, recipient: str, *, key: str, at: datetime, **data: Any) -> None:
    """Write one e-mail with the act it tells, in the same transaction.

    `key` identifies the notice for this recipient (at most 120 characters); the same key is written once.
    """
    if session.scalar(select(Message.id).where(Message.key == key)) is None:
        due_at = at - HEAD_START if notice in AWAITED else at
        session.add(Message(key=key, notice=notice, recipient=recipient, data=data, created_at=at, due_at=due_at, attempts=0))


def post_to_all(session: Session, notice: Notice, recipients: Select[str, str], *, at: datetime, **data: Any) -> None:
    """Write the same e-mail to everyone that `recipients`, a select of (key, address), finds: one statement, however many.

    The keys must be new, as those made from a reference just drawn are.
    """
    common = {"notice": notice, "created_at": at, "due_at": at, "attempts": 0}
    columns = Message.__table__.c
    said = recipients.add_columns(*(literal(value, columns[name].type) for name, value in common.items()), literal(data, JSON))
    session.execute(insert(Message).from_select(["key", "recipient", *common, "data"], said))


class Circular:
    """The same e-mail to everyone that a select of (key, address) finds, and for whom no message has the same key yet.

    What it says may depend on who reads it: `data` is then chosen within the select. One statement, built once: what writes
    circulars is done thousands of times. Two transactions at once write one message between them; the select must be in an
    order that is always the same, or they would wait for one another for ever.
    """

    def __init__(self, notice: Notice, recipients: Select[str, str], *, data: ColumnElement[Any] | None = None) -> None:
        table: Any = Message.__table__
        columns = table.c
        common: dict[str, ColumnElement[Any]] = {
            name: bindparam(f"message_{name}", type_=columns[name].type) for name in ("created_at", "due_at", "data")
        }
        if data is not None:
            common["data"] = data
        said = recipients.add_columns(literal(notice, columns.notice.type), literal(0), *common.values())
        names = ["key", "recipient", "notice", "attempts", *common]
        self.statements: Mapping[str, Insert] = {
            dialect: into(table).from_select(names, said).on_conflict_do_nothing(index_elements=["key"])
            for dialect, into in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
        }

    def post(self, session: Session, *, at: datetime, due_at: datetime, data: dict[str, Any], **found_by: Any) -> None:
        """Write it, not to leave before `due_at`; `found_by` gives the select its parameters."""
        connection = session.connection()
        values = self.values(at=at, due_at=due_at, data=data, **found_by)
        connection.execute(self.statements[connection.dialect.name], values)

    def values(self, *, at: datetime, due_at: datetime, data: dict[str, Any], **found_by: Any) -> dict[str, Any]:
        """The parameters of `statements`, for an act that writes all its rows together (`ground.rows`)."""
        return found_by | {"message_created_at": at, "message_due_at": due_at, "message_data": data}


def post_many(session: Session, notice: Notice, letters: Sequence[tuple[str, str, dict[str, Any]]], *, at: datetime) -> None:
    """Write one e-mail to each of many people, who read different things: (key, address, data); the keys must be new."""
    if letters:
        session.execute(
            insert(Message),
            [
                {
                    "key": key,
                    "notice": notice,
                    "recipient": recipient,
                    "data": data,
                    "created_at": at,
                    "due_at": at,
                    "attempts": 0,
                }
                for key, recipient, data in letters
            ],
        )


def is_waiting(at: datetime) -> bool:
    """Whether an e-mail is due. It only reads: nobody waits for it."""
    return reading().scalar(_DUE, {"now": at}) is not None


def claim(at: datetime, *, worker: int | None = None) -> Message | None:
    """Take the next e-mail due, so that no other worker sends it during `LEASE`. None when the outbox is empty."""
    with transaction() as session:
        return _claim(session, at, worker)


_MESSAGE: Any = Message.__table__
_DUE = (
    select(Message.id)
    .where(Message.sent_at.is_(None), Message.given_up_at.is_(None), Message.due_at <= bindparam("now"))
    .order_by(Message.due_at, Message.id)
    .limit(1)
)
_NEXT = _DUE.where(Message.id != bindparam("this"), Message.id != bindparam("following")).with_for_update(skip_locked=True)
_TAKE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == _NEXT.scalar_subquery())
    .values(due_at=bindparam("until"), attempts=_MESSAGE.c.attempts + 1, worker=bindparam("by"))
    .returning(*_MESSAGE.c)
)
"""Built once, as those that follow: every message asks it. It takes neither of the two that the worker holds already, even when
a slow server has outlasted their leases."""


def _sent(**forgotten: str) -> Update:
    """The statement that says a message is sent: nobody will read its row again to send it."""
    ended: dict[str, Any] = {"sent_at": bindparam("now"), "failure": None, "worker": None, "data": {}, **forgotten}
    return update(_MESSAGE).where(_MESSAGE.c.id == bindparam("this")).values(ended)


_SENT = {False: _sent(), True: _sent(recipient="")}
"""The second after a farewell: the address is forgotten too."""

_SENT_AND_TAKE = {is_farewell: _TAKE.add_cte(sent.cte("sent")) for is_farewell, sent in _SENT.items()}
"""Both at once, on PostgreSQL, where a write may be part of another."""


def _claim(
    session: Session, at: datetime, worker: int | None, *, after: tuple[Message, Message] | None = None, is_sent: bool = False
) -> Message | None:
    """Take the next message due, after the two that the worker holds; `is_sent`: say of the first that it is sent."""
    this, following = after or (None, None)
    values = {"now": at, "until": at + LEASE, "by": worker, "this": this.id if this else 0}
    connection, take = session.connection(), _TAKE
    if this and is_sent and connection.dialect.name == "postgresql":
        take = _SENT_AND_TAKE[this.notice in FAREWELLS]
    elif this and is_sent:
        _say_sent(session, this, at)
    row = connection.execute(take, values | {"following": following.id if following else 0}).first()
    return Message(**row._mapping) if row else None


def _say_sent(session: Session, message: Message, at: datetime) -> None:
    session.connection().execute(_SENT[message.notice in FAREWELLS], {"this": message.id, "now": at})


_GIVEN_BACK = (
    update(Message)
    .where(Message.id == bindparam("this"))
    .values(due_at=bindparam("now"), attempts=Message.attempts - 1, worker=None)
    .execution_options(synchronize_session=False)
)
"""For another to send, as if it had not been taken."""


def free(at: datetime, is_dead: Callable[[Session, int], bool]) -> None:
    """Let others send at once what dead workers held, without waiting for the end of their leases."""
    held = select(Message).where(Message.worker.is_not(None), Message.sent_at.is_(None), Message.given_up_at.is_(None))
    if reading().scalar(held.with_only_columns(Message.id).limit(1)) is None:
        return
    with transaction() as session:
        for message in session.scalars(held.order_by(Message.id).with_for_update(skip_locked=True)):
            if is_dead(session, message.worker or 0):
                message.due_at, message.worker = at, None


class Ending(StrEnum):
    """How an attempt ended."""

    SENT = "sent"
    NOTHING_TO_SAY = "nothing_to_say"
    FAILED = "failed"
    REFUSED = "refused"
    """For good, by the server: a mailbox that is not one, or a content it does not take."""
    GIVEN_UP = "given_up"
    """Tried too often, or useless by now."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to send a message, once."""

    ending: Ending
    failure: str = ""


def mark_failed(message_id: int, at: datetime, failure: str) -> None:
    """The mail server did not take it: try again later, after 1, 2, 4… minutes, at most `MAX_DELAY`."""
    with transaction() as session:
        settle(session.get_one(Message, message_id), Attempt(Ending.FAILED, failure), at)


def settle(message: Message, attempt: Attempt, at: datetime) -> None:
    """Write how an attempt ended. What nobody will read again to send it is forgotten: what it said and, after a farewell, to
    whom; what is given up is told to the operator, without an address."""
    message.worker = None
    message.failure = attempt.failure[:200] or None
    if attempt.ending is Ending.FAILED:
        message.due_at = at + min(MAX_DELAY, timedelta(minutes=2 ** min(message.attempts - 1, 10)))
        return
    if attempt.ending is Ending.SENT:
        message.sent_at = at
    else:
        message.given_up_at = at
    if attempt.ending in (Ending.REFUSED, Ending.GIVEN_UP):
        log.warning("message %d given up: %s", message.id, attempt.failure)
    message.data = {}
    if message.notice in FAREWELLS:
        message.recipient = ""


def forget_address(session: Session, address_key: str, *, at: datetime, with_waiting: bool) -> None:
    """Remove an address (in lower case) from what was sent to it; `with_waiting`, from what still waits too: it will not go.

    What a worker is sending at this very instant arrives.
    """
    over = Message.sent_at.is_not(None) | Message.given_up_at.is_not(None)
    theirs = func.lower(Message.recipient) == address_key
    if with_waiting:
        session.execute(update(Message).where(theirs, ~over).values(given_up_at=at, data={}, failure="AddressForgotten"))
    session.execute(update(Message).where(theirs, over).values(recipient=""))


def is_refused_for_good(error: Exception) -> bool:
    """Whether the mail server says that this message will never be taken: a mailbox (550 to 559) or a content refused.

    A wrong account or a sender refused is the operator's to correct: the message waits.
    """
    match error:
        case smtplib.SMTPRecipientsRefused():
            return all(550 <= code <= 559 for code, _ in error.recipients.values())
        case smtplib.SMTPDataError():
            return 550 <= error.smtp_code <= 559
    return False


def _ready(message: Message, compose: Callable[[Message], EmailMessage], now: Callable[[], datetime]) -> EmailMessage | Attempt:
    """What the mail server is to be told; how the attempt ends already, when it is told nothing."""
    lasts = USEFUL_FOR.get(message.notice)
    if lasts and now() - message.created_at >= lasts:
        return Attempt(Ending.GIVEN_UP, "TooLate")
    try:
        return compose(message)
    except NothingToSay as nothing:
        return Attempt(Ending.NOTHING_TO_SAY, type(nothing).__name__)
    except Exception as error:  # whatever the words raise, the others must go
        return _went_wrong(message, error)


def _went_wrong(message: Message, error: Exception) -> Attempt:
    failure = type(error).__name__
    if is_refused_for_good(error):
        return Attempt(Ending.REFUSED, failure)
    return Attempt(Ending.GIVEN_UP if message.attempts >= MAX_ATTEMPTS else Ending.FAILED, failure)


Refused = Callable[[Session, Message, datetime], None]
"""Told, within the transaction that gives it up, of a message that the server refuses for good."""


def deliver(
    compose: Callable[[Message], EmailMessage],
    send: Callable[[EmailMessage], None],
    *,
    now: Callable[[], datetime],
    limit: int = 1_000_000,
    is_over: Callable[[], bool] = lambda: False,
    worker: int | None = None,
    refused: Refused = lambda _session, _message, _at: None,
) -> tuple[int, int]:
    """Send what is due, at most `limit` messages or until `is_over`; gives how many were sent and how many failed or were given
    up.

    While the server takes a message, in a thread of its own where `send` knows nothing of the application, the next one is
    worded. How one ended, and that the one after next is taken, are one transaction: a worker holds two messages and no more,
    and the server has been told of one. At least once: a worker killed between the server's yes and that transaction leaves
    this one message to be sent again, with the same Message-ID, as soon as another finds the worker dead (`free`), or its
    lease is over.
    """
    sent = failed = 0
    message = claim(now(), worker=worker)
    following = claim(now(), worker=worker) if message is not None and limit > 1 else None
    ready = _ready(message, compose, now) if message is not None else None
    with ThreadPoolExecutor(1, thread_name_prefix="mail") as line:
        while message is not None and ready is not None:
            said = None if isinstance(ready, Attempt) else line.submit(send, ready)
            coming = _ready(following, compose, now) if following is not None else None
            attempt = ready if isinstance(ready, Attempt) else _attempt(message, said)
            sent += attempt.ending is Ending.SENT
            failed += attempt.ending not in (Ending.SENT, Ending.NOTHING_TO_SAY)
            goes_on = sent + failed < limit and not is_over()
            after = _end(message, attempt, refused, worker, following, goes_on=goes_on, at=now())
            message, ready, following = (following, coming, after) if goes_on else (None, None, None)
    return sent, failed


def _attempt(message: Message, said: Future[None] | None) -> Attempt:
    """How the server took it."""
    error = said.exception() if said is not None else None
    if error is None:
        return Attempt(Ending.SENT)
    if not isinstance(error, Exception):
        raise error
    return _went_wrong(message, error)


def _end(
    message: Message,
    attempt: Attempt,
    refused: Refused,
    worker: int | None,
    following: Message | None,
    *,
    goes_on: bool,
    at: datetime,
) -> Message | None:
    """Write how an attempt ended and, if one goes on, take the message after the following one, which is otherwise given back:
    one transaction."""
    is_sent = attempt.ending is Ending.SENT
    with transaction(survives=False) as session:
        if following is not None and goes_on and is_sent:
            return _claim(session, at, worker, after=(message, following), is_sent=True)
        if is_sent:
            _say_sent(session, message, at)
        else:
            tried = session.get_one(Message, message.id)
            settle(tried, attempt, at)
            if attempt.ending is Ending.REFUSED:
                refused(session, tried, at)
            session.flush()
        if following is None:
            return None
        if goes_on:
            return _claim(session, at, worker, after=(message, following))
        session.execute(_GIVEN_BACK, {"this": following.id, "now": at})
    return None

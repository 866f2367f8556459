"""Putting an e-mail in the outbox, and emptying the outbox."""

import logging
import smtplib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from sqlalchemy import JSON, Select, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consult.ground.database import transaction
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
    Notice.WORKSHOP_REMINDER: timedelta(days=2),
}
    Notice.INTEREST_REMINDER: timedelta(hours=3),
"""How long a notice is worth reading, when not for ever: an old code opens nothing, a reminder is not read after the close."""


class NothingToSay(Exception):
    """What composes a message when it is sent finds that nothing is left to tell its reader."""


FAREWELLS = frozenset({Notice.ADDRESS_CHANGED, Notice.ACCOUNT_CLOSED})
"""The last words to an address that is nobody's any more: once they are sent, it is forgotten."""


def post(session: Session, notice: Notice, recipient: str, *, key: str, at: datetime, **data: Any) -> None:
    """Write one e-mail with the act it tells, in the same transaction.

    `key` identifies the notice for this recipient (at most 120 characters); the same key is written once.
    """
    if session.scalar(select(Message.id).where(Message.key == key)) is None:
        session.add(Message(key=key, notice=notice, recipient=recipient, data=data, created_at=at, due_at=at, attempts=0))


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

    One statement, built once: what writes circulars is done thousands of times. Two transactions at once write one message
    between them; the select must be in an order that is always the same, or they would wait for one another for ever.
    """

    def __init__(self, notice: Notice, recipients: Select[str, str]) -> None:
        table: Any = Message.__table__
        columns = table.c
        common = {name: bindparam(f"message_{name}", type_=columns[name].type) for name in ("created_at", "due_at", "data")}
        said = recipients.add_columns(literal(notice, columns.notice.type), literal(0), *common.values())
        names = ["key", "recipient", "notice", "attempts", *common]
        self._statements = {
            dialect: into(table).from_select(names, said).on_conflict_do_nothing(index_elements=["key"])
            for dialect, into in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
        }

    def post(self, session: Session, *, at: datetime, due_at: datetime, data: dict[str, Any], **found_by: Any) -> None:
        """Write it, not to leave before `due_at`; `found_by` gives the select its parameters."""
        written = {"message_created_at": at, "message_due_at": due_at, "message_data": data}
        connection = session.connection()
        connection.execute(self._statements[connection.dialect.name], found_by | written)


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


def claim(at: datetime) -> Message | None:
    """Take the next e-mail due, so that no other worker sends it during `LEASE`. None when the outbox is empty."""
    with transaction() as session:
        message = session.scalars(
            select(Message)
            .where(Message.sent_at.is_(None), Message.given_up_at.is_(None), Message.due_at <= at)
            .order_by(Message.due_at, Message.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).first()
        if message is not None:
            message.due_at = at + LEASE
            message.attempts += 1
        return message


def mark_sent(message_id: int, at: datetime) -> None:
    """The mail server accepted the message: forget what it said."""
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.sent_at = at
        message.failure = None
        _forget(message)


def mark_failed(message_id: int, at: datetime, failure: str) -> None:
    """The mail server did not take it: try again later, after 1, 2, 4… minutes, at most `MAX_DELAY`."""
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.due_at = at + min(MAX_DELAY, timedelta(minutes=2 ** min(message.attempts - 1, 10)))
        message.failure = failure[:200]


def give_up(message_id: int, at: datetime, failure: str) -> None:
    """Nobody will try again: forget what the message said, and tell the operator, without an address."""
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.given_up_at = at
        message.failure = failure[:200]
        _forget(message)
    log.warning("message %d given up: %s", message_id, failure)


def drop(message_id: int, at: datetime) -> None:
    """There is nothing left to say to whom it is for: it will not go, and that is no failure."""
    with transaction() as session:
        message = session.get_one(Message, message_id)
        message.given_up_at = at
        message.failure = NothingToSay.__name__
        _forget(message)


def _forget(message: Message) -> None:
    """Nobody will read this row again to send it: neither what it said nor, after a farewell, to whom."""
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


def _send(message: Message, send: Callable[[Message], None], now: Callable[[], datetime]) -> bool | None:
    """Try once, and write how it ended: whether it is sent; None when there was nothing left to say."""
    lasts = USEFUL_FOR.get(message.notice)
    if lasts and now() - message.created_at >= lasts:
        give_up(message.id, now(), "TooLate")
        return False
    try:
        send(message)
    except NothingToSay:
        drop(message.id, now())
        return None
    except Exception as error:  # whatever the server or the words raise, the others must go
        failure = type(error).__name__
        if is_refused_for_good(error) or message.attempts >= MAX_ATTEMPTS:
            give_up(message.id, now(), failure)
        else:
            mark_failed(message.id, now(), failure)
        return False
    mark_sent(message.id, now())
    return True


def deliver(
    compose: Callable[[Message], EmailMessage],
    send: Callable[[EmailMessage], None],
    *,
    now: Callable[[], datetime],
    limit: int = 10_000,
) -> tuple[int, int]:
    """Send what is due, at most `limit` messages; gives how many were sent and how many failed or were given up.

    At least once: a worker killed between the mail server's yes and `mark_sent` leaves the message to be sent again, with
    the same Message-ID, once its lease is over.
    """
    sent = failed = 0
    while sent + failed < limit and (message := claim(now())) is not None:
        went = _send(message, lambda one: send(compose(one)), now)
        sent += went is True
        failed += went is False
    return sent, failed

"""Who tried to come in, and how it ended: told in the journal, and in the server's log as it happens, without any secret."""

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select

from consult.ground.database import reading
from consult.journal.model import Event, EventKind

log = logging.getLogger("consult.sign_in")

ATTEMPTS = frozenset(
    {
        EventKind.SIGN_IN_ASKED,
        EventKind.SIGN_IN_FAILED,
        EventKind.SIGNED_IN,
        EventKind.SIGNED_OUT,
        EventKind.SESSIONS_CLOSED,
        EventKind.SECOND_FACTOR_SET,
        EventKind.SECOND_FACTOR_GIVEN,
        EventKind.SECOND_FACTOR_FAILED,
        EventKind.SECOND_FACTOR_REMOVED,
        EventKind.RECOVERY_CODES_DRAWN,
        EventKind.ADDRESS_CHANGE_ASKED,
        EventKind.ADDRESS_CHANGE_FAILED,
        EventKind.ADDRESS_CHANGED,
        EventKind.MAILBOX_CODE_FAILED,
    }
)
TOLD = ("way", "why", "sent", "what")
"""What of an event's data says how an attempt went."""
BATCH = 500


def tell(event: Event) -> None:
    """Write an attempt in the log, in one line.

    It is told before its transaction ends: should that fail, the log says an attempt too many, never one too few.
    """
    if event.kind in ATTEMPTS:
        log.info("%s", line(event))


def line(event: Event) -> str:
    """An attempt in one line, whatever it holds: instant in UTC, kind, way and why, person by number, subject."""
    said = {name: event.data[name] for name in TOLD if event.data.get(name) is not None}
    said |= {"person": event.person_id} if event.person_id else {}
    said |= {"subject": event.subject} if event.subject else {}
    values = "".join(f" {name}={json.dumps(value)}" for name, value in said.items())
    return f"{event.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ} {event.kind.value}{values}"


def attempts_since(since: datetime) -> Iterator[Event]:
    """The attempts from this instant (inside) on, in the order they were written; read a batch at a time."""
    last = 0
    while True:
        later = select(Event).where(Event.kind.in_(ATTEMPTS), Event.at >= since, Event.id > last)
        events = reading().scalars(later.order_by(Event.id).limit(BATCH)).all()
        yield from events
        if len(events) < BATCH:
            return
        last = events[-1].id

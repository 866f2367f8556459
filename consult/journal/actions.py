"""Writing the journal: always inside the transaction of the act it tells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from consult.ground.actor import Actor
from consult.ground.rows import one_row, values_of
from consult.journal.attempts import tell
from consult.journal.model import Event, EventKind


def record(
    session: Session,
    kind: EventKind,
    actor: Actor,
    *,
    at: datetime,
    edition_id: int | None = None,
    siren: str | None = None,
    subject: str | None = None,
    **data: Any,
) -> Event:
    """Add one event to the session; an attempt is told to the log too. `siren` is that of the actor unless said otherwise."""
    event = Event(
        at=at,
        kind=kind,
        edition_id=edition_id,
        person_id=actor.person_id,
        siren=siren or actor.siren,
        subject=subject,
        data=data | _by(actor),
    )
    session.add(event)
    tell(event)
    return event


@dataclass(frozen=True, slots=True)
class Fact:
    """What one act did to one of many: an event of its own."""

    siren: str | None
    subject: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    """When it happened, if not when the act that tells it was done."""


_INSERT = insert(Event.__table__)  # type: ignore[arg-type]
"""Built once, and handed to the connection as it is: nobody reads these rows again in their transaction."""


def record_many(
    session: Session, kind: EventKind, actor: Actor, facts: Iterable[Fact], *, at: datetime, edition_id: int | None = None
) -> None:
    """Write the same kind of event about many, in order: one statement, however many. Not for attempts."""
    rows = [_row(kind, actor, one, at=at, edition_id=edition_id) for one in facts]
    if rows:
        session.connection().execute(_INSERT, rows)


EVENT = one_row(Event, "at", "kind", "edition_id", "person_id", "siren", "subject", "data")
"""One event, for an act that writes all its rows together (`ground.rows`)."""


def event_values(kind: EventKind, actor: Actor, fact: Fact, *, at: datetime, edition_id: int | None = None) -> dict[str, Any]:
    """The parameters of `EVENT`. Not for attempts."""
    return values_of(Event, **_row(kind, actor, fact, at=at, edition_id=edition_id))


def _row(kind: EventKind, actor: Actor, fact: Fact, *, at: datetime, edition_id: int | None) -> dict[str, Any]:
    return {
        "at": fact.at or at,
        "kind": kind,
        "edition_id": edition_id,
        "person_id": actor.person_id,
        "siren": fact.siren,
        "subject": fact.subject,
        "data": fact.data | _by(actor),
    }


def _by(actor: Actor) -> dict[str, str]:
    return {"by": "operator"} if actor.is_operator else {}

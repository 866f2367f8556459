"""Writing the journal: always inside the transaction of the act it tells."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from consult.ground.actor import Actor
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
    common = {"kind": kind, "edition_id": edition_id, "person_id": actor.person_id}
    rows = [
        common | {"at": one.at or at, "siren": one.siren, "subject": one.subject, "data": one.data | _by(actor)}
        for one in facts
    ]
    if rows:
        session.connection().execute(_INSERT, rows)


def _by(actor: Actor) -> dict[str, str]:
    return {"by": "operator"} if actor.is_operator else {}

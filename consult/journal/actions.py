"""Writing the journal: always inside the transaction of the act it tells."""

from datetime import datetime
from typing import Any

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
        data=data | ({"by": "operator"} if actor.is_operator else {}),
    )
    session.add(event)
    tell(event)
    return event

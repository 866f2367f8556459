"""Spreading the journal: each new event becomes news of what it is about, once, in an order that does not change.

PostgreSQL commits events in another order than that of their numbers, so what is left to spread is what nothing was spread
from, never « what comes after the last one ». Every event looked at leaves a row, even when it is news of nothing (its
subject is then empty): it is not looked at again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, insert, select
from sqlalchemy.orm import Session

from consult.following.defaults import Defaults
from consult.following.model import Tiding
from consult.following.queries import last_position
from consult.following.rules import Sort, Subject
from consult.following.told import LOOKED_AT, TOLD
from consult.ground.database import Lock, lock, reading, transaction
from consult.interests.model import Interest
from consult.journal.model import Event
from consult.proposals.model import Proposal
from consult.services.model import Service
from consult.workshops.model import Workshop

BATCH = 500
RECENT = 10_000
"""How many events back a quick look goes; a whole one, now and then, goes back to the first."""

NEWS_FOR = timedelta(days=31)
"""What is older when it is spread is news to nobody: a site that begins to spread does not tell of its whole past."""

BORN_OF: Mapping[str, Any] = {"interest": Interest, "workshop": Workshop, "service": Service}
"""What belongs to a proposition, as the journal names it."""

AnyRow = Row[*tuple[Any, ...]]


def unspread(since: int) -> Select[*tuple[Any, ...]]:
    """Events numbered after `since` that were not spread, in the order of their numbers."""
    spread = select(Tiding.event_id).where(Tiding.event_id == Event.id)
    return (
        select(Event.id, Event.at, Event.kind, Event.edition_id, Event.person_id, Event.siren, Event.subject, Event.data)
        .where(Event.id > since, Event.kind.in_(LOOKED_AT), ~spread.exists())
        .order_by(Event.id)
    )


def where_to_look(*, whole: bool) -> int | None:
    """The number after which something is left to spread; None when nothing is. It only reads: nobody waits for it."""
    since = 0
    if not whole:
        since = max(0, (reading().scalar(select(func.max(Tiding.event_id))) or 0) - RECENT)
    first = reading().scalar(unspread(since).with_only_columns(Event.id).limit(1))
    return None if first is None else first - 1


def spread_some(*, since: int, at: datetime) -> int | None:
    """Spread what is left after an event, at most a batch, all of it or nothing; the number to go on from, None when that is
    all. Two workers at once wait for each other, nobody else does."""
    with transaction() as session:
        lock(session, Lock.FOLLOWING, "spreading")
        events = session.execute(unspread(since).limit(BATCH)).all()
        if not events:
            return None
        about, position, rows = About(session, events), last_position(session), []
        defaults = Defaults(session, events, about.proposal)
        latest = session.scalar(select(Tiding.at).where(Tiding.position == position))
        at = max(at, latest or at)  # in the order of their positions, even when a rehearsal turns the clock back
        for event in events:
            subjects = list(about.subjects(event)) if event.at >= at - NEWS_FOR else []
            for subject in subjects or [""]:
                position += 1
                rows.append({"position": position, "event_id": event.id, "subject": subject, "at": at})
            defaults.after(event, position)
        session.execute(insert(Tiding), rows)
        defaults.write()
        return events[-1].id if len(events) == BATCH else None


class About:
    """What each event of a batch is news of: read together, for what an event does not say itself."""

    def __init__(self, session: Session, events: Sequence[AnyRow]) -> None:
        self._volunteered = _volunteered(session, events)

    def subjects(self, event: AnyRow) -> Iterator[str]:
        """The names of what it is news of."""
        for sort in TOLD.get(event.kind, ()):
            if subject := self._subject(event, sort):
                yield subject.name

    def _subject(self, event: AnyRow, sort: Sort) -> Subject | None:
        if sort is Sort.COLLECTIVITE:
            return Subject(sort, event.siren) if event.siren else None
        what, _, number = (event.subject or "").partition(":")
        if sort is Sort.PROPOSAL and what != "proposal":
            return self.proposal(event)
        return Subject(sort, number, event.edition_id) if what == sort.value else None

    def proposal(self, event: AnyRow) -> Subject | None:
        """The proposition of what was born of it, or volunteers for it."""
        what, _, number = (event.subject or "").partition(":")
        key = self._volunteered.get((what, event.edition_id, int(number))) if number.isdigit() else None
        return Subject(Sort.PROPOSAL, str(key), event.edition_id) if key else None


def _volunteered(session: Session, events: Sequence[AnyRow]) -> Mapping[tuple[str, int, int], int]:
    """The number of the proposition of each interest, workshop and service of these events. A statement a sort at most."""
    return {
        (what, row.edition_id, row.number): row.proposal
        for what, model in BORN_OF.items()
        if (numbers := _numbers(what, events))
        for row in session.execute(
            select(model.edition_id, model.number, Proposal.number.label("proposal"))
            .join(Proposal, Proposal.id == model.proposal_id)
            .where(model.number.in_(numbers))
        )
    }


def _numbers(what: str, events: Iterable[AnyRow]) -> set[int]:
    subjects = ((event.subject or "").partition(":") for event in events)
    return {int(number) for sort, _, number in subjects if sort == what and number.isdigit()}

"""Sealing the journal of a vote: in batches, outside the transactions of voters, who never wait for the end of the chain."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import VISITOR
from consult.ground.database import Lock, lock, transaction
from consult.journal.actions import Fact, record_many
from consult.voting.chain import Line, first_seal, seal, voter
from consult.voting.journal import BATCH, TOLD_AS, AnyRow, lines_of, since_when, unsealed, untold
from consult.voting.model import SealedLine, Support
from consult.voting.rules import Weight


def seal_some(edition_id: int, *, since: int, at: datetime) -> int | None:
    """Seal what is left after an event, at most a batch, all of it or nothing; the number to go on from, None when that is all.

    The edition's lock is shared with those who vote: only another sealer waits.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id)
        told = _tell(session, edition, at=at) if edition.proclaimed_at is None else 0
        sealed, last = _seal(session, edition, since=since, at=at)
        return last if BATCH in (told, sealed) else None


def tell_all(session: Session, edition: Edition, *, at: datetime) -> None:
    """Inside an act that holds the edition alone: write in the journal what every support is worth now."""
    while _tell(session, edition, at=at) == BATCH:
        pass


def seal_all(session: Session, edition: Edition, *, at: datetime) -> None:
    """Inside an act that holds the edition alone: seal whatever is left."""
    sealed, last = _seal(session, edition, since=0, at=at)
    while sealed == BATCH:
        sealed, last = _seal(session, edition, since=last, at=at)


def _tell(session: Session, edition: Edition, *, at: datetime) -> int:
    """Write in the journal that supports have changed worth since they were last told; how many, at most a batch."""
    lock(session, Lock.SEAL, edition.id)
    found = session.execute(untold(edition.id).limit(BATCH)).all()
    by_change: dict[tuple[Weight, Weight], dict[int, AnyRow]] = defaultdict(dict)
    for row in found:
        by_change[row.told, row.worth][row.id] = row
    for (before, after), rows in by_change.items():
        changed = session.scalars(
            update(Support)
            .where(Support.id.in_(rows), Support.told == before)
            .values(told=after)
            .returning(Support.id)
            .execution_options(synchronize_session=False)
        )
        # One that was withdrawn an instant ago is not there any more: nothing is told of it.
        facts = [_fact(rows[support_id], at) for support_id in sorted(changed)]
        record_many(session, TOLD_AS[after], VISITOR, facts, at=at, edition_id=edition.id)
    return len(found)


def _fact(row: AnyRow, at: datetime) -> Fact:
    said = {"receipt": row.receipt, **voter(row, worth=row.worth.value)}
    return Fact(row.siren, f"proposal:{row.number}", said, since_when(row, at))


def _seal(session: Session, edition: Edition, *, since: int, at: datetime) -> tuple[int, int]:
    """Seal a batch at most; gives how many lines, and the number of the last event."""
    lock(session, Lock.SEAL, edition.id)
    of_edition = select(SealedLine.position, SealedLine.seal).where(SealedLine.edition_id == edition.id)
    last = session.execute(of_edition.order_by(SealedLine.position.desc()).limit(1)).one_or_none()
    events = session.execute(unsealed(edition.id, since=since).limit(BATCH)).all()
    if not events:
        return 0, since
    lines = lines_of(session, events)
    position, previous = (last.position, last.seal) if last else (0, first_seal(edition.slug))
    session.execute(insert(SealedLine), list(_chained(edition.id, events, lines, position, previous, at)))
    return len(events), events[-1].id


def _chained(
    edition_id: int, events: Sequence[AnyRow], lines: Sequence[Line], position: int, previous: str, at: datetime
) -> Iterator[Mapping[str, Any]]:
    """The rows of these lines, chained after the line of this position and seal."""
    for event, unplaced in zip(events, lines, strict=True):
        position += 1
        line = replace(unplaced, position=position)
        said = line.text()
        previous = seal(previous, said)
        yield {
            "edition_id": edition_id,
            "position": position,
            "event_id": event.id,
            "said": said,
            "receipt": line.receipt if line.act.is_of_a_support else None,
            "replaces": line.replaces,
            "seal": previous,
            "sealed_at": at,
        }

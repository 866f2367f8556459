"""What each reader of the team notes of an interest: points on every criterion, and some words. Theirs alone to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import delete, select

from consult.accounts.model import Person
from consult.accounts.queries import known_as
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.interests.grid import criteria_within
from consult.interests.grid_rules import may_read, weighted_mean
from consult.interests.held import locked, speaker
from consult.interests.model import Criterion, Reading, Score
from consult.journal.actions import record
from consult.journal.model import EventKind


def read(actor: Actor, interest_id: int, points: Mapping[int, int], *, note: str, at: datetime) -> None:
    """Note an interest, or note it again: points by criterion, all of them. The journal does not say which.

    Raises Refused with the reason of `may_read`, NotFound.
    """
    with transaction() as session:
        interest, edition = locked(session, interest_id)
        may_read(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            criteria=[one.id for one in criteria_within(session, edition.id)],
            points=points,
            note=note,
            at=at,
        ).or_refuse()
        own = {"interest_id": interest_id, "person_id": actor.person_id}
        for kept in (Score, Reading):
            session.execute(delete(kept).where(kept.interest_id == interest_id, kept.person_id == actor.person_id))
        session.add(Reading(**own, note=note.strip(), at=at))
        session.add_all(Score(**own, criterion_id=criterion, points=given) for criterion, given in points.items())
        record(
            session,
            EventKind.INTEREST_READ,
            actor,
            at=at,
            edition_id=edition.id,
            siren=interest.siren,
            subject=f"interest:{interest.number}",
        )


@dataclass(frozen=True, slots=True)
class Read:
    """What one reader noted."""

    person_id: int
    by_name: str
    note: str
    at: datetime
    points: Mapping[int, int]
    """By criterion."""
    mean: Decimal | None
    """Out of 4."""


def readings_of(interest_id: int) -> Sequence[Read]:
    """What each reader noted of an interest, in the order they first did. Two statements."""
    session = reading()
    points: dict[int, dict[int, int]] = {}
    weights: dict[int, int] = {}
    for person_id, criterion_id, score, weight in session.execute(
        select(Score.person_id, Score.criterion_id, Score.points, Criterion.weight)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(Score.interest_id == interest_id)
        .order_by(Criterion.position)
    ):
        points.setdefault(person_id, {})[criterion_id] = score
        weights[criterion_id] = weight
    rows = session.execute(
        select(Reading.person_id, known_as(), Reading.note, Reading.at)
        .join(Person, Person.id == Reading.person_id)
        .where(Reading.interest_id == interest_id)
        .order_by(Reading.at, Reading.person_id)
    )
    return [
        Read(person_id, name, note, at, given := points.get(person_id, {}), weighted_mean([given], weights))
        for person_id, name, note, at in rows
    ]


def mean_of(readings: Sequence[Read], weights: Mapping[int, int]) -> Decimal | None:
    """What the readers think together, out of 4. None when nobody gave points. `weights` are by criterion."""
    return weighted_mean([one.points for one in readings], weights)

"""Reading the team's desk: the list by any filter, and what is said inside one file."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true

from consult.accounts.model import Person
from consult.accounts.queries import known_as
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.interests.desk_rules import ANSWERABLE
from consult.interests.model import Criterion, Interest, InterestMessage, InterestStatus, Level, Reading, Score
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from consult.register.search import LINE, CollectiviteLine

MOST_AT_ONCE = 500
"""How many interests are prepared in one act at most."""

HIGH, LOW = 3, 2
"""From here on a note is high; below here it is low. Out of 4."""


class Sort(StrEnum):
    """In which order the desk shows interests."""

    OLDEST = "depot"
    BEST = "note"
    NAME = "nom"
    SMALLEST = "population"

    @property
    def label(self) -> str:
        return {
            Sort.OLDEST: "La plus ancienne d’abord",
            Sort.BEST: "La mieux notée d’abord",
            Sort.NAME: "Par nom",
            Sort.SMALLEST: "La moins peuplée d’abord",
        }[self]


class Preparation(StrEnum):
    """What is prepared for an interest, or that nothing is."""

    NONE = "aucune"
    ANY = "prete"
    ACCEPTED = "acceptee"
    WAITLISTED = "attente"
    DECLINED = "declinee"

    @property
    def label(self) -> str:
        return {
            Preparation.NONE: "Sans réponse préparée",
            Preparation.ANY: "Réponse préparée",
            Preparation.ACCEPTED: "À accepter",
            Preparation.WAITLISTED: "À mettre en attente",
            Preparation.DECLINED: "À décliner",
        }[self]


class Readers(StrEnum):
    """How an interest was read, or how well."""

    NOT_BY_ME = "moi"
    NOBODY = "personne"
    HIGH = "haute"
    MIDDLE = "moyenne"
    LOW = "basse"

    @property
    def label(self) -> str:
        return {
            Readers.NOT_BY_ME: "Que je n’ai pas notée",
            Readers.NOBODY: "Que personne n’a notée",
            Readers.HIGH: "Notée 3 et plus",
            Readers.MIDDLE: "Notée de 2 à 3",
            Readers.LOW: "Notée moins de 2",
        }[self]


@dataclass(frozen=True, slots=True)
class Filters:
    """What the desk shows. None shows all."""

    proposal: int | None = None
    """Its reference number."""
    level: Level | None = None
    kind: Kind | None = None
    stratum: Stratum | None = None
    departement: str | None = None
    status: InterestStatus | None = None
    prepared: Preparation | None = None
    read: Readers | None = None
    unanswered: bool = False
    """Only those whose last message is the collectivité's."""
    sort: Sort = Sort.OLDEST


@dataclass(frozen=True, slots=True)
class Line:
    """An interest as the list shows it."""

    collectivite: CollectiviteLine
    id: int
    number: int
    proposal_number: int
    proposal_title: str
    level: Level
    status: InterestStatus
    waiting_rank: int | None
    revision: int
    submitted_at: datetime
    prepared: InterestStatus | None
    prepared_reason: str
    prepared_rank: int | None
    score: Decimal | None
    """Out of 4: what its readers think together."""
    readers: int
    read_by_me: bool
    """Whether whoever asks gave their points: the others' are shown only then, so that nobody follows the first."""
    awaits_reply: bool
    """Whether the last message is the collectivité's."""
    asks_correction: bool
    """Whether a correction that was asked has not come."""


def find(
    edition_id: int, filters: Filters, *, reader: int | None, own: Collection[str], page: int = 1, size: int = PAGE_SIZE
) -> Page[Line]:
    """The interests of an edition that the filters keep, for a reader of the team. One statement.

    `own`: the collectivités the reader speaks for. What is prepared for them, and how they are noted, is not told: they are
    not found by it, nor sorted by it.
    """
    score = _scores().subquery()
    mine = exists().where(Reading.interest_id == Interest.id, Reading.person_id == reader)
    is_own = Interest.siren.in_(list(own))
    told = case((is_own, None), else_=score.c.score)
    statement = (
        select(
            Interest.id,
            Interest.number,
            Proposal.number.label("proposal_number"),
            Proposal.title,
            Interest.level,
            Interest.status,
            Interest.waiting_rank,
            Interest.revision,
            Interest.submitted_at,
            case((is_own, None), else_=Interest.prepared).label("prepared"),
            case((is_own, ""), else_=Interest.prepared_reason).label("prepared_reason"),
            case((is_own, None), else_=Interest.prepared_rank).label("prepared_rank"),
            told.label("score"),
            func.coalesce(_how_many_readers(), 0).label("readers"),
            mine.label("read_by_me"),
            _last_is_theirs().label("awaits_reply"),
            asks_correction().label("asks_correction"),
            func.count().over().label("total"),
            *LINE,
        )
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .outerjoin(score, score.c.interest_id == Interest.id)
        .where(Interest.edition_id == edition_id, *_conditions(filters, told, mine, is_own))
        .order_by(*_order(filters.sort, told))
        .offset(offset(page, size))
        .limit(size)
    )
    rows = reading().execute(statement).all()
    return Page([_line(row) for row in rows], page, rows[0].total if rows else 0, size)


def after(edition_id: int, filters: Filters, number: int, *, reader: int | None, own: Collection[str]) -> int | None:
    """The number of the interest that follows this one in the list, or the first when it is not in it. One statement."""
    lines = find(edition_id, filters, reader=reader, own=own, size=MOST_AT_ONCE).items
    numbers = [line.number for line in lines]
    if number not in numbers:
        return next(iter(numbers), None)
    return next(iter(numbers[numbers.index(number) + 1 :]), None)


def _line(row: Any) -> Line:
    columns: list[Any] = list(row)
    line = Line(CollectiviteLine(*columns[-len(LINE) :]), *columns[: -len(LINE) - 1])
    return (
        line if line.score is None else replace(line, score=Decimal(str(line.score)).quantize(Decimal("0.01"), ROUND_HALF_UP))
    )


def _scores() -> Select[*tuple[Any, ...]]:
    """What the readers of each interest think together: every one of them gave points on every criterion."""
    return (
        select(Score.interest_id, (func.sum(Score.points * Criterion.weight) * 1.0 / func.sum(Criterion.weight)).label("score"))
        .join(Criterion, Criterion.id == Score.criterion_id)
        .group_by(Score.interest_id)
    )


def _how_many_readers() -> Any:
    return (
        select(func.count())
        .select_from(Reading)
        .where(Reading.interest_id == Interest.id)
        .correlate(Interest)
        .scalar_subquery()
    )


def _last_is_theirs() -> ColumnElement[bool]:
    last = (
        select(InterestMessage.is_from_team)
        .where(InterestMessage.interest_id == Interest.id)
        .order_by(InterestMessage.id.desc())
        .limit(1)
        .correlate(Interest)
        .scalar_subquery()
    )
    return func.coalesce(last, true()).is_(False)


def asks_correction() -> ColumnElement[bool]:
    """Whether a correction that was asked of an Interest has not come."""
    return exists().where(
        InterestMessage.interest_id == Interest.id, InterestMessage.asks_correction, InterestMessage.corrected_at.is_(None)
    )


def _conditions(
    filters: Filters, score: ColumnElement[Any], mine: ColumnElement[bool], is_own: ColumnElement[bool]
) -> list[ColumnElement[bool]]:
    read = {
        Readers.NOT_BY_ME: ~mine,
        Readers.NOBODY: ~exists().where(Reading.interest_id == Interest.id),
        Readers.HIGH: score >= HIGH,
        Readers.MIDDLE: (score >= LOW) & (score < HIGH),
        Readers.LOW: score < LOW,
    }
    prepared = {
        Preparation.NONE: Interest.prepared.is_(None),
        Preparation.ANY: Interest.prepared.is_not(None),
        Preparation.ACCEPTED: Interest.prepared == InterestStatus.ACCEPTED,
        Preparation.WAITLISTED: Interest.prepared == InterestStatus.WAITLISTED,
        Preparation.DECLINED: Interest.prepared == InterestStatus.DECLINED,
    }
    asked: list[ColumnElement[bool] | None] = [
        Proposal.number == filters.proposal if filters.proposal is not None else None,
        Interest.level == filters.level if filters.level else None,
        Collectivite.kind == filters.kind if filters.kind else None,
        Collectivite.stratum == filters.stratum if filters.stratum else None,
        Collectivite.departement == filters.departement if filters.departement else None,
        Interest.status == filters.status if filters.status else None,
        Interest.status.in_(ANSWERABLE) & ~is_own & prepared[filters.prepared] if filters.prepared else None,
        read[filters.read] if filters.read else None,
        _last_is_theirs() if filters.unanswered else None,
    ]
    return [condition for condition in asked if condition is not None]


def _order(sort: Sort, score: ColumnElement[Any]) -> tuple[Any, ...]:
    by: dict[Sort, tuple[Any, ...]] = {
        Sort.OLDEST: (),
        Sort.BEST: (score.desc().nulls_last(),),
        Sort.NAME: (Collectivite.name,),
        Sort.SMALLEST: (Collectivite.population,),
    }
    return (*by[sort], Interest.number)


def ids_of(edition_id: int, numbers: Collection[int]) -> dict[int, int]:
    """The ids of the interests of these numbers, by number; those that do not exist are absent. One statement."""
    rows = reading().execute(
        select(Interest.number, Interest.id).where(Interest.edition_id == edition_id, Interest.number.in_(set(numbers)))
    )
    return {row.number: row.id for row in rows}


def volunteered_for(edition_id: int) -> Sequence[tuple[int, str]]:
    """Number and title of every proposition for which somebody volunteered, by number. One statement."""
    rows = reading().execute(
        select(Proposal.number, Proposal.title)
        .where(exists().where(Interest.proposal_id == Proposal.id), Proposal.edition_id == edition_id)
        .order_by(Proposal.number)
    )
    return [(row.number, row.title) for row in rows]


# ── One file ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """A message, as the team reads it."""

    at: datetime
    by_name: str
    is_from_team: bool
    asks_correction: bool
    corrected_at: datetime | None
    body: str


def messages_of(interest_id: int) -> Sequence[Said]:
    """What the team and the collectivité wrote to each other, in order. One statement."""
    rows = reading().execute(
        select(
            InterestMessage.at,
            known_as(),
            InterestMessage.is_from_team,
            InterestMessage.asks_correction,
            InterestMessage.corrected_at,
            InterestMessage.body,
        )
        .join(Person, Person.id == InterestMessage.person_id)
        .where(InterestMessage.interest_id == interest_id)
        .order_by(InterestMessage.id)
    )
    return [Said(*row) for row in rows]

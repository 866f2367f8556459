"""Reading a file: what the team and the collectivité said, contests and their answers, reports, and what waits next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, ScalarSelect, Select, bindparam, case, func, select
from sqlalchemy.orm import aliased

from consult.accounts.model import Person
from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contest, Contribution, Remark, Report
from consult.contributions.rules import Status
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import full_name


@dataclass(frozen=True, slots=True)
class RemarkLine:
    """A question of the team, or the answer of the collectivité. `name` is for the team only."""

    is_question: bool
    text: str
    at: datetime
    name: str


def remarks_of(contribution_id: int) -> Sequence[RemarkLine]:
    """What was said in a file, in order. One statement."""
    rows = reading().execute(
        select(Remark.is_question, Remark.text, Remark.at, Person.name)
        .join(Person, Person.id == Remark.person_id)
        .where(Remark.contribution_id == contribution_id)
        .order_by(Remark.id)
    )
    return [RemarkLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ContestLine:
    """A contest, and its answer when there is one."""

    id: int
    siren: str | None
    speaker: str | None
    """The collectivité; None for the partner that wrote the contribution."""
    contested: Status
    text: str
    at: datetime
    answer: str
    is_upheld: bool | None
    answered_at: datetime | None


def contests_of(contribution_id: int) -> Sequence[ContestLine]:
    """The contests of a contribution, in order. One statement."""
    rows = reading().execute(
        select(Contest, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .outerjoin(Collectivite, Collectivite.siren == Contest.siren)
        .where(Contest.contribution_id == contribution_id)
        .order_by(Contest.id)
        .execution_options(populate_existing=True)
    )
    return [_contest(*row) for row in rows]


def _contest(found: Contest, *collectivite: Any) -> ContestLine:
    return ContestLine(
        id=found.id,
        siren=found.siren,
        speaker=full_name(*collectivite) if found.siren else None,
        contested=found.contested,
        text=found.text,
        at=found.at,
        answer=found.answer,
        is_upheld=found.is_upheld,
        answered_at=found.answered_at,
    )


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What a reader reported of a contribution, and what the team did about it."""

    id: int
    number: int
    title: str
    text: str
    at: datetime
    by: str | None
    """None without an account."""
    settled_at: datetime | None
    settled_by: str | None
    answer: str


_reader, _member = aliased(Person), aliased(Person)


def _reports() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Report.id,
            Contribution.number,
            PUBLIC_TITLE,
            Report.text,
            Report.at,
            _reader.name,
            Report.settled_at,
            _member.name,
            Report.answer,
        )
        .join(Contribution, Contribution.id == Report.contribution_id)
        .outerjoin(_reader, _reader.id == Report.person_id)
        .outerjoin(_member, _member.id == Report.settled_by)
    )


def reports(edition_id: int, *, page: int = 1) -> Page[ReportLine]:
    """The reports of an edition: those that wait first, the oldest first. Two statements."""
    here = Contribution.edition_id == edition_id
    total = select(func.count()).select_from(Report).join(Contribution, Contribution.id == Report.contribution_id).where(here)
    waits = case((Report.settled_at.is_(None), 0), else_=1)
    rows = reading().execute(_reports().where(here).order_by(waits, Report.at, Report.id).offset(offset(page)).limit(PAGE_SIZE))
    return Page([ReportLine(*row) for row in rows], page, reading().scalar(total) or 0)


def reports_of(contribution_id: int) -> Sequence[ReportLine]:
    """The reports about one contribution, in order. One statement."""
    rows = reading().execute(_reports().where(Report.contribution_id == contribution_id).order_by(Report.id))
    return [ReportLine(*row) for row in rows]


def _first_waiting(*among: ColumnElement[bool]) -> ScalarSelect[int | None]:
    here = (_WAITING.edition_id == bindparam("edition"), _WAITING.status == Status.PUBLISHED)
    return select(func.min(_WAITING.number)).where(*here, *among).scalar_subquery()


_WAITING = aliased(Contribution)
_NUMBER: BindParameter[int] = bindparam("number")
_NEXT = func.coalesce(_first_waiting(_WAITING.number > _NUMBER), _first_waiting(_WAITING.number < _NUMBER))
_PLACE = select(Contribution.id, _NEXT.label("following")).where(
    Contribution.edition_id == bindparam("edition"), Contribution.number == _NUMBER, Contribution.status != Status.DRAFT
)


def next_waiting(edition_id: int, after: int) -> int | None:
    """The number of the contribution to examine after this one: the next that waits, or the first. One statement."""
    return reading().scalar(select(_NEXT), {"edition": edition_id, "number": after})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is in the queue, before it is decided."""

    id: int
    following: int | None
    """The number that `next_waiting` gives after it."""


def place_of(edition_id: int, number: int) -> Place:
    """Which file has this number, and which is to be examined after it. One statement. Raises NotFound, for a draft too."""
    found = reading().connection().execute(_PLACE, {"edition": edition_id, "number": number}).one_or_none()
    if found is None:
        raise NotFound
    return Place(found.id, found.following)


def reports_waiting() -> int:
    """How many reports wait for the team, whatever the edition. One statement."""
    return reading().scalar(select(func.count()).select_from(Report).where(Report.settled_at.is_(None))) or 0


def contests_waiting() -> Mapping[int, Sequence[int]]:
    """The numbers of the contributions with a contest to answer, by edition; one without any is absent. One statement."""
    return _by_edition(
        select(Contribution.edition_id, Contribution.number)
        .join(Contest, Contest.contribution_id == Contribution.id)
        .where(Contest.answered_at.is_(None))
        .distinct()
    )


def answers_waiting() -> Mapping[int, Sequence[int]]:
    """The contributions still to examine whose author answered what the team asked, numbers by edition. One statement."""
    last = select(func.max(Remark.id)).group_by(Remark.contribution_id)
    return _by_edition(
        select(Contribution.edition_id, Contribution.number)
        .join(Remark, Remark.contribution_id == Contribution.id)
        .where(Remark.id.in_(last), Remark.is_question.is_(False), Contribution.status == Status.PUBLISHED)
    )


def _by_edition(wanted: Select[int, int]) -> Mapping[int, Sequence[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for edition_id, number in reading().execute(wanted.order_by(Contribution.number)):
        found[edition_id].append(number)
    return found

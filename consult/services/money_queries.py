"""Reading a service's money: what everyone reads, what its own team and the agency read too, what waits for the agency."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import Kind, full_name
from consult.services.model import MoneyLine, Phase, Publication, Service
from consult.services.money_rules import Totals


def public_lines(service_id: int, *, page: int = 1) -> Page[MoneyLine]:
    """What was ever published of a service, cancelled since or not, the latest day first. One statement."""
    return _lines((MoneyLine.service_id == service_id) & MoneyLine.published_at.is_not(None), page)


def all_lines(service_id: int, *, page: int = 1) -> Page[MoneyLine]:
    """The same with what was only proposed: for those who write. One statement."""
    return _lines(MoneyLine.service_id == service_id, page)


def _lines(condition: ColumnElement[bool], page: int) -> Page[MoneyLine]:
    rows = (
        reading()
        .execute(
            select(MoneyLine, func.count().over())
            .where(condition)
            .order_by(MoneyLine.day.desc(), MoneyLine.id.desc())
            .offset(offset(page, MOST_LISTED))
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([line for line, _ in rows], page, rows[0][1] if rows else 0, MOST_LISTED)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line, the service it is about, and who proposed it."""

    line: MoneyLine
    service: Service
    collectivite: str | None
    """In whose name, with its département; None for the agency."""


def proposed(edition_id: int, *, page: int = 1) -> Page[Proposed]:
    """What the teams of the services of an edition proposed and waits for the agency, the oldest first. One statement."""
    rows = (
        reading()
        .execute(
            _proposed()
            .add_columns(func.count().over())
            .where(Service.edition_id == edition_id, MoneyLine.standing == Publication.PROPOSED)
            .order_by(MoneyLine.written_at, MoneyLine.id)
            .offset(offset(page))
            .limit(PAGE_SIZE)
        )
        .all()
    )
    return Page([_with_name(row) for row in rows], page, rows[0][-1] if rows else 0)


def one_proposed(edition_id: int, line_id: int) -> Proposed:
    """A line of the edition, whatever became of it. One statement. Raises NotFound."""
    row = reading().execute(_proposed().where(Service.edition_id == edition_id, MoneyLine.id == line_id)).one_or_none()
    if row is None:
        raise NotFound
    return _with_name(row)


def _proposed() -> Select[MoneyLine, Service, str, Kind, str | None]:
    return (
        select(MoneyLine, Service, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join(Service, Service.id == MoneyLine.service_id)
        .outerjoin(Collectivite, Collectivite.siren == MoneyLine.siren)
    )


def _with_name(row: Any) -> Proposed:
    line, service, name, kind, departement, *_ = row
    return Proposed(line, service, full_name(name, kind, departement) if name else None)


def line_of(service_id: int, line_id: int) -> MoneyLine:
    """A line of this service. Raises NotFound."""
    found = reading().scalar(select(MoneyLine).where(MoneyLine.service_id == service_id, MoneyLine.id == line_id))
    if found is None:
        raise NotFound
    return found


def waiting() -> dict[int, int]:
    """How many lines wait for the agency, by edition; one without any is absent. One statement."""
    rows = reading().execute(
        select(Service.edition_id, func.count())
        .join(MoneyLine, MoneyLine.service_id == Service.id)
        .where(MoneyLine.standing == Publication.PROPOSED)
        .group_by(Service.edition_id)
    )
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class OfService:
    """The money of one service, in a list of them."""

    number: int
    name: str
    phase: Phase
    totals: Totals


@dataclass(frozen=True, slots=True)
class Whole:
    """The money of all the services of an edition, and of a page of them."""

    totals: Totals
    services: Page[OfService]


_SUMS = (Service.cost, Service.state_share, Service.others, Service.engaged, Service.paid)


def whole(edition_id: int, *, page: int = 1) -> Whole:
    """The services of an edition, those to which the State gives most first, and the sums of them all. Two statements."""
    of_edition = Service.edition_id == edition_id
    count, *sums = reading().execute(select(func.count(), *(func.sum(column) for column in _SUMS)).where(of_edition)).one()
    rows: Sequence[Any] = (
        reading()
        .execute(
            select(Service.number, Service.name, Service.phase, *_SUMS)
            .where(of_edition)
            .order_by(Service.state_share.desc(), Service.number)
            .offset(offset(page, MOST_LISTED))
            .limit(MOST_LISTED)
        )
        .all()
    )
    lines = [OfService(number, name, phase, Totals(*each)) for number, name, phase, *each in rows]
    return Whole(Totals(*(Decimal(one or 0) for one in sums)), Page(lines, page, count, MOST_LISTED))

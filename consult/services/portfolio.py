"""The portfolio: every service of an edition at a glance, in figures, sorted and filtered, and along the months.

What would have to be counted at each reading is kept on the rows of services: two hundred of them, with twenty thousand
deployments, are read as two are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from consult.ground.clock import PARIS, paris, paris_day
from consult.ground.database import reading
from consult.ground.paging import Page, offset
from consult.services.model import Milestone, News, Phase, PhaseStep, Publication, Service
from consult.services.rules import SILENCE, Keeping, is_undone, keeping

PAGE_SIZE = 20
TIMELINE_SIZE = 50
"""Services on a page of the timeline, where each takes a line."""

_OWE_NOTHING = (Phase.TRANSFERRED, Phase.STOPPED)


class Order(StrEnum):
    """How the portfolio is sorted; the number of the service breaks ties."""

    NUMBER = "numero"
    NAME = "nom"
    PHASE = "phase"
    MILESTONE = "jalon"
    MONEY = "argent"
    ADOPTION = "adoption"
    NEWS = "nouvelle"

    @property
    def label(self) -> str:
        return {
            Order.NUMBER: "dans l’ordre de leur naissance",
            Order.NAME: "par nom",
            Order.PHASE: "par phase",
            Order.MILESTONE: "le jalon le plus proche d’abord",
            Order.MONEY: "la plus grande part de l’État d’abord",
            Order.ADOPTION: "les plus utilisés d’abord",
            Order.NEWS: "la nouvelle la plus récente d’abord",
        }[self]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which services are asked for."""

    phase: Phase | None = None
    is_late: bool = False
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """All the services of an edition, in figures."""

    services: int
    stopped: int
    late: int
    """Services with a promise past its day."""
    silent: int
    """Services that have told nothing for too long."""
    trials: int
    in_use: int
    state_share: Decimal
    engaged: Decimal


def figures(edition_id: int, today: date) -> Figures:
    """The figures of the portfolio, on a day. One statement."""
    row = (
        reading()
        .execute(
            select(
                func.count(),
                _number(Service.phase == Phase.STOPPED),
                _number(_is_late(today)),
                _number(_is_silent(today)),
                func.coalesce(func.sum(Service.trials), 0),
                func.coalesce(func.sum(Service.in_use), 0),
                func.sum(Service.state_share),
                func.sum(Service.engaged),
            ).where(Service.edition_id == edition_id)
        )
        .one()
    )
    services, stopped, late, silent, trials, in_use, state_share, engaged = row
    nothing = Decimal(0)
    return Figures(
        services, int(stopped), int(late), int(silent), int(trials), int(in_use), state_share or nothing, engaged or nothing
    )


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


@dataclass(frozen=True, slots=True)
class Line:
    """A service as the portfolio shows it."""

    id: int
    number: int
    name: str
    phase: Phase
    next_title: str | None
    """The first promise not kept yet; None for a service that promises nothing more."""
    next_due_on: date | None
    cost: Decimal
    state_share: Decimal
    engaged: Decimal
    paid: Decimal
    trials: int
    in_use: int
    born_at: datetime
    told_at: datetime | None
    """When its last news was published."""
    is_late: bool
    is_silent: bool

    @property
    def told_on(self) -> date | None:
        """The day of its last news, in Paris."""
        return paris_day(self.told_at) if self.told_at else None

    @property
    def uses(self) -> int:
        return self.trials + self.in_use


def lines(edition_id: int, filters: Filters, order: Order, today: date, *, page: int = 1, size: int = PAGE_SIZE) -> Page[Line]:
    """Those that are asked for, one page of them. Two statements."""
    wanted = _wanted(edition_id, filters, today)
    total = reading().scalar(select(func.count()).select_from(Service).where(*wanted)) or 0
    rows = reading().execute(_select(wanted, order, today).offset(offset(page, size)).limit(size))
    return Page([Line(*row) for row in rows], page, total, size)


def every_line(edition_id: int, filters: Filters, order: Order, today: date) -> Iterator[Line]:
    """All of those that are asked for, for a file. One statement."""
    return (Line(*row) for row in reading().execute(_select(_wanted(edition_id, filters, today), order, today)))


def _wanted(edition_id: int, filters: Filters, today: date) -> list[ColumnElement[bool]]:
    wanted = [Service.edition_id == edition_id]
    if filters.phase:
        wanted.append(Service.phase == filters.phase)
    if filters.is_late:
        wanted.append(_is_late(today))
    if filters.is_silent:
        wanted.append(_is_silent(today))
    return wanted


def _select(wanted: list[ColumnElement[bool]], order: Order, today: date) -> Any:
    following = aliased(Milestone)
    return (
        select(
            Service.id,
            Service.number,
            Service.name,
            Service.phase,
            following.title,
            following.due_on,
            Service.cost,
            Service.state_share,
            Service.engaged,
            Service.paid,
            Service.trials,
            Service.in_use,
            Service.born_at,
            _told_at(),
            _is_late(today),
            _is_silent(today),
        )
        .outerjoin(following, and_(following.id == _next(), Service.phase != Phase.STOPPED))
        .where(*wanted)
        .order_by(*_by(order), Service.number)
    )


def _by(order: Order) -> tuple[Any, ...]:
    """What goes before the number; what has no milestone, or no news, comes last."""
    due = case((Service.phase == Phase.STOPPED, None), else_=_first_due())
    told = _told_at()
    by: dict[Order, tuple[Any, ...]] = {
        Order.NUMBER: (),
        Order.NAME: (func.lower(Service.name),),
        Order.PHASE: (case({phase.value: rank for rank, phase in enumerate(Phase)}, value=Service.phase),),
        Order.MILESTONE: (due.is_(None), due),
        Order.MONEY: (Service.state_share.desc(),),
        Order.ADOPTION: ((Service.in_use + Service.trials).desc(), Service.in_use.desc()),
        Order.NEWS: (told.is_(None), told.desc()),
    }
    return by[order]


def _is_open(milestone: type[Milestone]) -> ColumnElement[bool]:
    """A promise that still holds: neither kept nor given up."""
    return (milestone.service_id == Service.id) & milestone.done_on.is_(None) & milestone.dropped_at.is_(None)


def _next() -> ScalarSelect[int]:
    found = aliased(Milestone)
    return (
        select(found.id).where(_is_open(found)).order_by(found.due_on, found.id).limit(1).correlate(Service).scalar_subquery()
    )


def _first_due() -> ScalarSelect[date]:
    found = aliased(Milestone)
    return select(func.min(found.due_on)).where(_is_open(found)).correlate(Service).scalar_subquery()


def _is_late(today: date) -> ColumnElement[bool]:
    found = aliased(Milestone)
    late = exists().where(_is_open(found), found.due_on < today).correlate(Service)
    return (Service.phase != Phase.STOPPED) & late


def _told_at() -> ScalarSelect[datetime | None]:
    told = News.standing == Publication.PUBLISHED
    return select(func.max(News.published_at)).where(News.service_id == Service.id, told).correlate(Service).scalar_subquery()


def _is_silent(today: date) -> ColumnElement[bool]:
    """As `rules.is_silent` says it of one service: whole days of Paris."""
    last = today - SILENCE + timedelta(days=1)
    bound = paris(last.year, last.month, last.day)
    told = exists().where(News.service_id == Service.id, News.standing == Publication.PUBLISHED, News.published_at >= bound)
    return Service.phase.not_in(_OWE_NOTHING) & (Service.born_at < bound) & ~told.correlate(Service)


# ── Along the months ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Stay:
    """A service was in a phase from a day to another; `until` None: it still is."""

    phase: Phase
    since: date
    until: date | None


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone on the timeline."""

    title: str
    due_on: date
    kept: Keeping


@dataclass(frozen=True, slots=True)
class Life:
    """A service along the months."""

    number: int
    name: str
    phase: Phase
    stays: Sequence[Stay]
    """Its phases in order, whose end is not one: a service that stopped ends its last stay on that day."""
    promises: Sequence[Promise]
    """Those still to keep, and those kept; what was given up is left out."""

    @property
    def stopped_on(self) -> date | None:
        """The day it stopped."""
        return self.stays[-1].until if self.phase is Phase.STOPPED and self.stays else None


def lives(found: Sequence[Line], today: date) -> list[Life]:
    """These services along the months, in the same order. Two statements."""
    ids = [one.id for one in found]
    entered: dict[int, list[tuple[Phase, date]]] = defaultdict(list)
    steps = select(PhaseStep.service_id, PhaseStep.phase, PhaseStep.day, PhaseStep.entered_at)
    for service_id, phase, day, at in reading().execute(steps.where(PhaseStep.service_id.in_(ids)).order_by(PhaseStep.id)):
        entered[service_id].append((phase, day or at.astimezone(PARIS).date()))
    promised: dict[int, list[Promise]] = defaultdict(list)
    open_or_kept = Milestone.service_id.in_(ids) & Milestone.dropped_at.is_(None)
    phases = {one.id: one.phase for one in found}
    for milestone in reading().scalars(select(Milestone).where(open_or_kept).order_by(Milestone.due_on, Milestone.id)):
        kept = keeping(milestone.due_on, milestone.done_on, phase=phases[milestone.service_id], today=today)
        if kept is not Keeping.DROPPED:
            promised[milestone.service_id].append(Promise(milestone.title, milestone.due_on, kept))
    return [Life(one.number, one.name, one.phase, stays(entered[one.id]), promised[one.id]) for one in found]


def stays(entered: Sequence[tuple[Phase, date]]) -> list[Stay]:
    """From the phases a service entered, in order, how long it stayed in each; as if a stop that was undone had not been."""
    undone = {rank for rank, (phase, _) in enumerate(entered) if is_undone(phase, is_last=rank == len(entered) - 1)}
    entered = [entry for rank, entry in enumerate(entered) if rank not in undone and rank - 1 not in undone]
    ends = [*(day for _, day in entered[1:]), None]
    return [Stay(*entry, until) for entry, until in zip(entered, ends, strict=False) if entry[0] is not Phase.STOPPED]

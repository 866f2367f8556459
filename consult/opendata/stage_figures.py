"""The figures of stages 3 and 4, for the bilan: who is let in, who meets, where services stand, what they keep and say.

Counted from rows at each reading, and from what is public alone: an answer that is only prepared, an amount or news that the
agency has not validated count for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, case, func, select

from consult.ground.database import reading
from consult.interests.model import Interest, InterestStatus, Level
from consult.opendata.service_lines import STANDS
from consult.register.model import Collectivite
from consult.register.rules import Kind
from consult.services.model import (
    Bearer,
    Deployment,
    DeploymentStatus,
    Indicator,
    Measure,
    Milestone,
    MilestoneMove,
    News,
    Phase,
    Publication,
    Service,
)
from consult.workshops.model import Seat, Workshop


@dataclass(frozen=True, slots=True)
class Offers:
    """Expressions of interest of one level, or of collectivités of one kind; those withdrawn are left out."""

    declared: int
    accepted: int
    waitlisted: int


def by_level(edition_id: int) -> Mapping[Level, Offers]:
    """Expressions of interest by level, in the order of the levels. One statement."""
    found = _offers(Interest.level, edition_id)
    return {level: found.get(level, Offers(0, 0, 0)) for level in Level}


def by_kind(edition_id: int) -> Mapping[Kind, Offers]:
    """The same by kind of collectivité; a kind of which nobody volunteered is left out. One statement."""
    found = _offers(Collectivite.kind, edition_id)
    return {kind: found[kind] for kind in Kind if kind in found}


def _offers(by: Any, edition_id: int) -> Mapping[Any, Offers]:
    def in_state(status: InterestStatus) -> ColumnElement[int]:
        return func.count(case((Interest.status == status, 1)))

    rows = reading().execute(
        select(by, func.count(), in_state(InterestStatus.ACCEPTED), in_state(InterestStatus.WAITLISTED))
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .where(Interest.edition_id == edition_id, Interest.status != InterestStatus.WITHDRAWN)
        .group_by(by)
    )
    return {value: Offers(*counts) for value, *counts in rows}


@dataclass(frozen=True, slots=True)
class Meetings:
    """The workshops of an edition."""

    held: int
    to_come: int
    cancelled: int
    noted: int
    """Whose notes are published."""
    collectivites: int
    """That came to one, or were to."""


def meetings(edition_id: int, at: datetime) -> Meetings:
    """What became of the workshops, at an instant. One statement."""
    stands = Workshop.cancelled_at.is_(None)
    comers = (
        select(func.count(Seat.siren.distinct()))
        .join(Workshop, Workshop.id == Seat.workshop_id)
        .where(Workshop.edition_id == edition_id, stands, Seat.given_up_at.is_(None))
        .scalar_subquery()
    )
    row = reading().execute(
        select(
            func.count(case((stands & (Workshop.ends_at <= at), 1))),
            func.count(case((stands & (Workshop.ends_at > at), 1))),
            func.count(Workshop.cancelled_at),
            func.count(Workshop.notes_at),
            comers,
        ).where(Workshop.edition_id == edition_id)
    )
    return Meetings(*row.one())


def phases(edition_id: int) -> Sequence[tuple[Phase, int]]:
    """How many services stand in each phase, in the order of the phases, those without any included. One statement."""
    rows = reading().execute(
        select(Service.phase, func.count()).where(Service.edition_id == edition_id).group_by(Service.phase)
    )
    found = dict(rows.all())
    return [(phase, found.get(phase, 0)) for phase in Phase]


@dataclass(frozen=True, slots=True)
class Life:
    """What the services of an edition do, keep, cost and say."""

    services: int
    bearers: int
    """Collectivités that bear one."""
    news: int
    indicators: int
    measures: int

    promised: int
    kept: int
    kept_late: int
    late: int
    """Not kept, and their day is past; those of a stopped service are left out."""
    moved: int
    dropped: int

    trials: int
    in_use: int
    users: int
    """Distinct collectivités that try or use one."""
    confirmed: int
    """Of these deployments."""
    ended: int

    budgeted: int
    """Services that say what they cost."""
    cost: Decimal
    state_share: Decimal
    others: Decimal
    engaged: Decimal
    paid: Decimal

    repository: int
    licence: int
    accessibility: int
    security: int
    statistics: int


def life(edition_id: int, today: date) -> Life:
    """All of it, on a day. One statement."""
    row: Row[Any] = reading().execute(select(*(value.label(name) for name, value in _life(edition_id, today).items()))).one()
    return Life(**row._mapping)


def _life(edition_id: int, today: date) -> Mapping[str, ScalarSelect[Any]]:
    uses = Deployment.status != DeploymentStatus.ENDED

    def of_services(value: Any, *where: Any) -> ScalarSelect[Any]:
        return select(value).where(Service.edition_id == edition_id, *where).scalar_subquery()

    def hanging(table: Any, value: Any, *where: Any) -> ScalarSelect[Any]:
        return (
            select(value)
            .select_from(table)
            .join(Service, Service.id == table.service_id)
            .where(Service.edition_id == edition_id, *where)
            .scalar_subquery()
        )

    def promises(*where: Any) -> ScalarSelect[Any]:
        return hanging(Milestone, func.count(), *where)

    def total(column: Any) -> ScalarSelect[Any]:
        return of_services(func.coalesce(func.sum(column), Decimal(0), type_=column.type))

    not_kept = (Milestone.done_on.is_(None), Milestone.dropped_at.is_(None))
    return {
        "services": of_services(func.count()),
        "bearers": hanging(Bearer, func.count(Bearer.siren.distinct())),
        "news": hanging(News, func.count(), News.standing == Publication.PUBLISHED),
        "indicators": hanging(Indicator, func.count()),
        "measures": select(func.count())
        .select_from(Measure)
        .join(Indicator, Indicator.id == Measure.indicator_id)
        .join(Service, Service.id == Indicator.service_id)
        .where(Service.edition_id == edition_id, STANDS)
        .scalar_subquery(),
        "promised": promises(),
        "kept": promises(Milestone.done_on.is_not(None)),
        "kept_late": promises(Milestone.done_on > Milestone.due_on),
        "late": promises(*not_kept, Milestone.due_on < today, Service.phase != Phase.STOPPED),
        "moved": promises(Milestone.id.in_(select(MilestoneMove.milestone_id))),
        "dropped": promises(Milestone.dropped_at.is_not(None)),
        "trials": of_services(func.coalesce(func.sum(Service.trials), 0)),
        "in_use": of_services(func.coalesce(func.sum(Service.in_use), 0)),
        "users": hanging(Deployment, func.count(Deployment.siren.distinct()), uses),
        "confirmed": hanging(Deployment, func.count(), uses, Deployment.confirmed_at.is_not(None)),
        "ended": hanging(Deployment, func.count(), ~uses),
        "budgeted": of_services(func.count(), Service.cost > Decimal(0)),
        **{name: total(getattr(Service, name)) for name in ("cost", "state_share", "others", "engaged", "paid")},
        **{
            name: of_services(func.count(), getattr(Service, name) != "")
            for name in ("repository", "licence", "accessibility", "security", "statistics")
        },
    }

"""Who tries and uses a service: the list, where, of which sorts, how many over time, and who resembles whom."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, extract, func, select
from sqlalchemy.orm import aliased

from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite, Departement
from consult.register.queries import goes_on_with
from consult.register.rules import Kind, Stratum
from consult.register.search import LINE, CollectiviteLine
from consult.services.deployment_rules import IN_PLACE
from consult.services.model import Deployment, DeploymentStatus, DeploymentStep, Service


@dataclass(frozen=True, slots=True)
class Filters:
    """Which uses of a service are asked for; None keeps them all."""

    status: DeploymentStatus | None = None
    kind: Kind | None = None
    departement: str | None = None
    is_confirmed: bool | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What a collectivité does with a service, since a day, and whether the service's team confirmed it."""

    collectivite: CollectiviteLine
    deployment_id: int
    step_id: int
    """The last thing said of it."""
    status: DeploymentStatus
    since: date
    is_confirmed: bool


def uses(service_id: int, filters: Filters, *, page: int = 1) -> Page[Use]:
    """Who tries, uses or no longer uses a service: what is in place first, then the latest. Two statements."""
    wanted = _wanted(service_id, filters)
    total = reading().scalar(_with_place(select(func.count()).select_from(Deployment), filters).where(*wanted)) or 0
    rows = reading().execute(
        select(Deployment.id, _last_step(), Deployment.status, Deployment.since, Deployment.confirmed_at, *LINE)
        .join(Collectivite, Collectivite.siren == Deployment.siren)
        .where(*wanted)
        .order_by(case((Deployment.status.in_(IN_PLACE), 0), else_=1), Deployment.since.desc(), Deployment.id.desc())
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([_use(row) for row in rows], page, total)


def _use(row: Any) -> Use:
    id_, step_id, status, since, confirmed_at, *line = row
    return Use(CollectiviteLine(*line), id_, step_id, status, since, confirmed_at is not None)


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A confirmation that was taken back."""

    confirmed_at: datetime
    at: datetime
    reason: str


def taken_back(service: Service, listed: Sequence[Use]) -> Mapping[str, TakenBack]:
    """By SIREN of those listed that are confirmed no more, the last confirmation taken back. One statement; none without any
    that is not confirmed.
    """
    sirens = [one.collectivite.siren for one in listed if not one.is_confirmed]
    if not sirens:
        return {}
    rows = reading().scalars(
        select(Event)
        .where(
            Event.edition_id == service.edition_id,
            Event.kind == EventKind.DEPLOYMENT_UNCONFIRMED,
            Event.subject == f"service:{service.number}",
            Event.siren.in_(sirens),
        )
        .order_by(Event.id)
    )
    return {
        str(row.siren): TakenBack(datetime.fromisoformat(row.data["confirmed_at"]), row.at, row.data["reason"]) for row in rows
    }


def confirmed(service_id: int, deployment_id: int) -> CollectiviteLine:
    """The collectivité of a confirmed deployment of this service. Raises NotFound."""
    row = (
        reading()
        .execute(
            select(*LINE)
            .join(Deployment, Deployment.siren == Collectivite.siren)
            .where(Deployment.id == deployment_id, Deployment.service_id == service_id, Deployment.confirmed_at.is_not(None))
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return CollectiviteLine(*row)


def _last_step() -> Any:
    return select(func.max(DeploymentStep.id)).where(DeploymentStep.deployment_id == Deployment.id).scalar_subquery()


def _with_place(counted: Select[int], filters: Filters) -> Select[int]:
    """Collectivités are looked at only where a filter is about them."""
    return (
        counted.join(Collectivite, Collectivite.siren == Deployment.siren) if filters.kind or filters.departement else counted
    )


def _wanted(service_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    wanted = [Deployment.service_id == service_id]
    if filters.status:
        wanted.append(Deployment.status == filters.status)
    if filters.kind:
        wanted.append(Collectivite.kind == filters.kind)
    if filters.departement:
        wanted.append(Collectivite.departement == filters.departement)
    if filters.is_confirmed is not None:
        wanted.append(Deployment.confirmed_at.is_not(None) if filters.is_confirmed else Deployment.confirmed_at.is_(None))
    return wanted


@dataclass(frozen=True, slots=True)
class Groups:
    """Where a service is tried or used, and by which sorts of collectivités: how many of each."""

    departements: Mapping[str, tuple[str, int]]
    """By code, its name and how many; every one that has some."""
    kinds: Mapping[Kind, int]
    strata: Mapping[Stratum, int]


def groups(service_id: int) -> Groups:
    """Those who have the service now, counted three ways. One statement."""
    rows = reading().execute(
        select(Collectivite.departement, Departement.name, Collectivite.kind, Collectivite.stratum, func.count())
        .select_from(Deployment)
        .join(Collectivite, Collectivite.siren == Deployment.siren)
        .outerjoin(Departement, Departement.code == Collectivite.departement)
        .where(Deployment.service_id == service_id, Deployment.status.in_(IN_PLACE))
        .group_by(Collectivite.departement, Departement.name, Collectivite.kind, Collectivite.stratum)
    )
    places: dict[str, tuple[str, int]] = {}
    kinds: Counter[Kind] = Counter()
    strata: Counter[Stratum] = Counter()
    for code, name, kind, stratum, count in rows:
        if code:
            places[code] = (name, places.get(code, (name, 0))[1] + count)
        kinds[kind] += count
        strata[stratum] += count
    return Groups(
        dict(sorted(places.items())),
        {kind: kinds[kind] for kind in Kind if kinds[kind]},
        {stratum: strata[stratum] for stratum in Stratum if strata[stratum]},
    )


@dataclass(frozen=True, slots=True)
class Month:
    """How many tried and used a service at the end of a month."""

    first_day: date
    trials: int
    in_use: int

    @property
    def total(self) -> int:
        return self.trials + self.in_use


def over_time(service_id: int, today: date) -> Sequence[Month]:
    """Adoption month by month, from the first deployment to this month, as it is known now. One statement.

    What was said again of the same use corrected its day: the last day said is the one that counts.
    """
    return _months(reading().execute(_changes(service_id)).all(), today)


def _changes(service_id: int) -> Select[Any]:
    """By year and month: what a collectivité did before, what it does then, and how many did so."""
    following = aliased(DeploymentStep)
    corrected = (
        select(following.status)
        .where(following.deployment_id == DeploymentStep.deployment_id, following.id > DeploymentStep.id)
        .order_by(following.id)
        .limit(1)
        .correlate(DeploymentStep)
        .scalar_subquery()
    )
    of_service = (
        select(
            DeploymentStep.id,
            DeploymentStep.deployment_id,
            DeploymentStep.status,
            DeploymentStep.since,
            corrected.label("next"),
        )
        .join(Deployment, Deployment.id == DeploymentStep.deployment_id)
        .where(Deployment.service_id == service_id)
        .subquery()
    )
    before = func.lag(of_service.c.status).over(partition_by=of_service.c.deployment_id, order_by=of_service.c.id)
    true = (
        select(of_service.c.since, of_service.c.status, before.label("before"))
        .where(of_service.c.next.is_(None) | (of_service.c.next != of_service.c.status))
        .subquery()
    )
    year, month = extract("year", true.c.since), extract("month", true.c.since)
    return select(year, month, true.c.before, true.c.status, func.count()).group_by(year, month, true.c.before, true.c.status)


def _months(rows: Iterable[Any], today: date) -> list[Month]:
    """The changes of each month, added up; a month without any repeats the one before."""
    changes: dict[int, Counter[DeploymentStatus]] = {}
    for year, month, before, status, count in rows:
        found = changes.setdefault(int(year) * 12 + int(month) - 1, Counter())
        found[status] += count
        if before is not None:
            found[before] -= count
    now: Counter[DeploymentStatus] = Counter()
    months = []
    for rank in range(min(changes, default=0), (today.year * 12 + today.month) if changes else 0):
        now.update(changes.get(rank, {}))
        months.append(Month(date(rank // 12, rank % 12 + 1, 1), now[DeploymentStatus.TRIAL], now[DeploymentStatus.IN_USE]))
    return months


@dataclass(frozen=True, slots=True)
class Mine:
    """What one collectivité says it does with a service: each thing in order, the last one being so now."""

    status: DeploymentStatus
    since: date
    is_confirmed: bool
    steps: Sequence[tuple[DeploymentStatus, date]]


def mine(service_id: int, siren: str | None) -> Mine | None:
    """What this collectivité does with the service, or one that it stands for; None when nothing was ever said. One statement;
    none without it.
    """
    if siren is None:
        return None
    rows = (
        reading()
        .execute(
            select(Deployment.status, Deployment.since, Deployment.confirmed_at, DeploymentStep.status, DeploymentStep.since)
            .join(DeploymentStep, DeploymentStep.deployment_id == Deployment.id)
            .where(Deployment.id == _theirs(service_id, siren).scalar_subquery())
            .order_by(DeploymentStep.id)
        )
        .all()
    )
    if not rows:
        return None
    status, since, confirmed_at, *_ = rows[-1]
    return Mine(status, since, confirmed_at is not None, [(row[3], row[4]) for row in rows])


def _theirs(service_id: int, siren: str) -> Select[int]:
    """The deployment that a collectivité speaks of: what is in place first, then its own."""
    return (
        select(Deployment.id)
        .where(Deployment.service_id == service_id, goes_on_with(Deployment.siren, siren))
        .order_by(case((Deployment.status.in_(IN_PLACE), 0), else_=1), Deployment.siren != siren, Deployment.id)
        .limit(1)
    )


LIKE_MINE = 10
"""Lines of the list of collectivités like one's own."""


def alike(service_id: int, siren: str | None) -> Page[Use]:
    """Who has the service among those of the same kind and population as this collectivité: the same département first, then
    the same région, then the others. One statement; none without a collectivité.
    """
    if siren is None:
        return Page([], 1, 0, LIKE_MINE)
    own = aliased(Collectivite)
    same_place = case((Collectivite.departement == own.departement, 0), (Collectivite.region == own.region, 1), else_=2)
    rows = (
        reading()
        .execute(
            select(
                func.count().over(),
                Deployment.id,
                _last_step(),
                Deployment.status,
                Deployment.since,
                Deployment.confirmed_at,
                *LINE,
            )
            .join(Collectivite, Collectivite.siren == Deployment.siren)
            .join(own, (own.kind == Collectivite.kind) & (own.stratum == Collectivite.stratum))
            .where(
                Deployment.service_id == service_id,
                Deployment.status.in_(IN_PLACE),
                own.siren == siren,
                Collectivite.siren != siren,
            )
            .order_by(same_place, Deployment.since, Deployment.id)
            .limit(LIKE_MINE)
        )
        .all()
    )
    return Page([_use(row[1:]) for row in rows], 1, rows[0][0] if rows else 0, LIKE_MINE)

"""The lines of the files of workshops and services.

What was only proposed, prepared or refused is nobody's business yet: an amount that the agency has not published, news that
waits, a measure that was taken back stay out; so does the link of a workshop.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import aliased

from consult.contributions.model import Contribution
from consult.ground.cells import listed
from consult.ground.clock import paris_day
from consult.ground.database import reading
from consult.opendata.reading import WHO_AND_WHERE, AnySelect, Asked, Lines, batches, grouped
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.services.model import (
    Bearer,
    Deployment,
    Indicator,
    Measure,
    Milestone,
    MilestoneMove,
    MoneyLine,
    News,
    PhaseStep,
    Publication,
    Service,
    ServiceContribution,
)
from consult.workshops.model import Seat, Workshop

WAS_PUBLISHED = MoneyLine.published_at.is_not(None)
"""A line of money that everybody reads, cancelled since or not."""
STANDS = Measure.removed_at.is_(None)
"""A measure that was not corrected."""


def decimal(value: Decimal | None) -> Decimal | None:
    """A number without its needless noughts: a cell keeps it bare, below zero too."""
    return None if value is None else value.normalize()


def amount(value: Decimal) -> str:
    """Euros and cents, always with both."""
    return f"{value:.2f}"


def _workshops(asked: Asked) -> Lines:
    is_seated = and_(Seat.workshop_id == Workshop.id, Seat.given_up_at.is_(None))
    of_edition = Workshop.edition_id == asked.edition.id
    comers = grouped(
        select(Seat.workshop_id, Seat.siren)
        .join(Workshop, is_seated)
        .where(of_edition)
        .group_by(Seat.workshop_id, Seat.siren)
        .order_by(Seat.workshop_id, Seat.siren)
    )
    seats = select(func.count()).select_from(Seat).where(is_seated).correlate(Workshop).scalar_subquery()
    rows = reading().execute(
        select(Workshop, Proposal.number, seats)
        .join(Proposal, Proposal.id == Workshop.proposal_id)
        .where(of_edition)
        .order_by(Workshop.number)
    )
    for workshop, proposal, taken in rows:
        yield (
            workshop.number,
            proposal,
            workshop.title,
            workshop.about,
            workshop.starts_at,
            workshop.ends_at,
            workshop.place,
            "true" if workshop.link else "false",
            workshop.capacity,
            taken,
            listed(comers.get(workshop.id, ())),
            workshop.cancelled_at,
            workshop.cancel_reason,
            workshop.notes_at,
            workshop.notes,
            asked.url("ateliers", workshop.number),
        )


def _services(asked: Asked) -> Lines:
    of_edition = Service.edition_id == asked.edition.id
    answered = grouped(
        select(ServiceContribution.service_id, Contribution.number)
        .join(Service, Service.id == ServiceContribution.service_id)
        .join(Contribution, Contribution.id == ServiceContribution.contribution_id)
        .where(of_edition)
        .order_by(Contribution.number)
    )
    borne = grouped(
        select(Bearer.service_id, Bearer.siren)
        .join(Service, Service.id == Bearer.service_id)
        .where(of_edition)
        .order_by(Bearer.siren)
    )
    latest = select(func.max(PhaseStep.id)).where(PhaseStep.service_id == Service.id).correlate(Service).scalar_subquery()
    told = (
        select(func.max(News.published_at))
        .where(News.service_id == Service.id, News.standing == Publication.PUBLISHED)
        .correlate(Service)
        .scalar_subquery()
    )
    rows = reading().execute(
        select(Service, Proposal.number, PhaseStep.entered_at, PhaseStep.reason, told)
        .join(Proposal, Proposal.id == Service.proposal_id)
        .join(PhaseStep, PhaseStep.id == latest)
        .where(of_edition)
        .order_by(Service.number)
    )
    for service, proposal, entered_at, phase_reason, last_news_at in rows:
        yield (
            service.number,
            service.name,
            service.summary,
            proposal,
            service.born_at,
            service.reason,
            service.phase,
            entered_at,
            phase_reason,
            service.trials + service.in_use,
            asked.url("services", service.number),
            listed(answered.get(service.id, ())),
            listed(borne.get(service.id, ())),
            service.trials,
            service.in_use,
            last_news_at,
            service.site,
            service.repository,
            service.licence,
            service.accessibility,
            service.security,
            service.statistics,
            f"{service.rate:.4f}",
            *map(amount, (service.cost, service.state_share, service.others, service.engaged, service.paid)),
        )


def _phases(asked: Asked) -> Lines:
    rows = reading().execute(
        _of(
            asked, PhaseStep, PhaseStep.phase, PhaseStep.day, PhaseStep.entered_at, PhaseStep.reason, PhaseStep.learnt
        ).order_by(Service.number, PhaseStep.id)
    )
    for number, phase, day, at, reason, learnt in rows:
        yield number, phase, _day(day, at), at, reason, learnt


def _day(day: date | None, at: datetime) -> date:
    """The day that was said, or that of the act."""
    return day or paris_day(at)


def _milestones(asked: Asked) -> Lines:
    first, last = aliased(MilestoneMove), aliased(MilestoneMove)
    moves = (
        select(
            MilestoneMove.milestone_id,
            func.min(MilestoneMove.id).label("first"),
            func.max(MilestoneMove.id).label("last"),
            func.count().label("moves"),
        )
        .group_by(MilestoneMove.milestone_id)
        .subquery()
    )
    yield from reading().execute(
        _of(
            asked,
            Milestone,
            Milestone.title,
            Milestone.set_at,
            Milestone.due_on,
            Milestone.done_on,
            func.coalesce(first.old_due_on, Milestone.due_on),
            func.coalesce(moves.c.moves, 0),
            last.reason,
            Milestone.dropped_at,
            Milestone.drop_reason,
        )
        .outerjoin(moves, moves.c.milestone_id == Milestone.id)
        .outerjoin(first, first.id == moves.c.first)
        .outerjoin(last, last.id == moves.c.last)
        .order_by(Service.number, Milestone.due_on, Milestone.id)
    )


def _money(asked: Asked) -> Lines:
    is_cancelled = MoneyLine.standing == Publication.CANCELLED
    rows = reading().execute(
        _of(
            asked,
            MoneyLine,
            MoneyLine.kind,
            MoneyLine.amount,
            MoneyLine.day,
            MoneyLine.label,
            MoneyLine.standing,
            MoneyLine.published_at,
            case((is_cancelled, MoneyLine.decided_at)),
            case((is_cancelled, MoneyLine.reason)),
        )
        .where(WAS_PUBLISHED)
        .order_by(Service.number, MoneyLine.day, MoneyLine.id)
    )
    for number, kind, euros, *others in rows:
        yield number, kind, amount(euros), *others


def _indicators(asked: Asked) -> Lines:
    measured = (
        select(func.count())
        .select_from(Measure)
        .where(Measure.indicator_id == Indicator.id, STANDS)
        .correlate(Indicator)
        .scalar_subquery()
    )
    rows = reading().execute(_of(asked, Indicator, Indicator, _rank(), measured).order_by(Service.number, Indicator.id))
    for number, one, rank, measures in rows:
        yield (
            number,
            rank,
            one.name,
            one.definition,
            one.unit,
            decimal(one.baseline),
            one.baseline_on,
            decimal(one.target),
            one.target_on,
            measures,
            one.ended_at,
        )


def _measures(asked: Asked) -> Lines:
    ranked = _of(asked, Indicator, Indicator.id, _rank()).subquery()
    number, id_, rank = ranked.c
    rows = reading().execute(
        select(number, rank, Measure.day, Measure.value, Measure.note, Measure.at)
        .join(Measure, Measure.indicator_id == id_)
        .where(STANDS)
        .order_by(number, rank, Measure.day)
    )
    for service, indicator, day, value, note, at in rows:
        yield service, indicator, day, decimal(value), note, at


def _rank() -> Any:
    """The rank of an indicator in its service, which never changes: none is ever removed."""
    return func.row_number().over(partition_by=Indicator.service_id, order_by=Indicator.id)


def _deployments(asked: Asked) -> Lines:
    of_edition = select(Service.id, Service.number).where(Service.edition_id == asked.edition.id).order_by(Service.number)
    for service_id, number in reading().execute(of_edition).all():

        def following(siren: str, service_id: int = service_id) -> AnySelect:
            return (
                select(*WHO_AND_WHERE, Deployment.status, Deployment.since, Deployment.declared_at, Deployment.confirmed_at)
                .join(Collectivite, Collectivite.siren == Deployment.siren)
                .where(Deployment.service_id == service_id, Deployment.siren > siren)
                .order_by(Deployment.siren)
            )

        for rows in batches(following, "", lambda row: row.siren):
            yield from ((number, *row) for row in rows)


def _of(asked: Asked, table: Any, *columns: Any) -> Select[*tuple[Any, ...]]:
    """What hangs on the services of the edition: the number of each one first."""
    return (
        select(Service.number, *columns)
        .join(table, table.service_id == Service.id)
        .where(Service.edition_id == asked.edition.id)
    )


SERVICE_LINES: Mapping[str, Callable[[Asked], Lines]] = {
    "workshops": _workshops,
    "services": _services,
    "phases": _phases,
    "milestones": _milestones,
    "money": _money,
    "indicators": _indicators,
    "measures": _measures,
    "deployments": _deployments,
}


def service_sizes(edition_id: int) -> Mapping[str, Any]:
    """How many lines each of these files has, to be selected together."""
    services = Service.edition_id == edition_id

    def count(table: Any, *where: Any) -> Any:
        return select(func.count()).select_from(table).where(*where)

    def hanging(table: Any, *where: Any) -> Any:
        return count(table, services, *where).join(Service, Service.id == table.service_id)

    return {
        "workshops": count(Workshop, Workshop.edition_id == edition_id),
        "services": count(Service, services),
        "phases": hanging(PhaseStep),
        "milestones": hanging(Milestone),
        "money": hanging(MoneyLine, WAS_PUBLISHED),
        "indicators": hanging(Indicator),
        "measures": count(Measure, services, STANDS)
        .join(Indicator, Indicator.id == Measure.indicator_id)
        .join(Service, Service.id == Indicator.service_id),
        "deployments": hanging(Deployment),
    }

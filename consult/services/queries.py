"""Reading services: the portfolio, one of them and all that hangs on it, what its people are told."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, String, case, cast, exists, func, literal, select, union
from sqlalchemy.orm import Session, aliased

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution
from consult.contributions.rules import ContributionType
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.interests.model import Interest
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal, ProposalContribution
from consult.register.model import Collectivite
from consult.register.queries import goes_on_with
from consult.register.search import LINE, CollectiviteLine
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force
from consult.services.deployment_rules import IN_PLACE
from consult.services.model import (
    Bearer,
    Deployment,
    DeploymentStatus,
    Milestone,
    MilestoneMove,
    NewsPicture,
    Phase,
    PhaseStep,
    Service,
    ServiceContribution,
)
from consult.services.rules import Keeping, keeping
from consult.voting.model import Support


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All the services of an edition, in figures."""

    services: int
    stopped: int
    deployments: int
    collectivites: int
    """How many distinct collectivités try or use at least one service."""
    late: int
    """Milestones past their day and not reached, stopped services left out."""


def portfolio(edition_id: int, today: date) -> Portfolio:
    """The figures of the portfolio, on a day. One statement."""
    of_edition = Service.edition_id == edition_id
    has_one = select(func.count(Deployment.siren.distinct())).join(Service).where(of_edition, Deployment.status.in_(IN_PLACE))
    row = reading().execute(
        select(
            select(func.count()).where(of_edition).scalar_subquery(),
            select(func.count()).where(of_edition, Service.phase == Phase.STOPPED).scalar_subquery(),
            select(func.coalesce(func.sum(Service.trials + Service.in_use), 0)).where(of_edition).scalar_subquery(),
            has_one.scalar_subquery(),
            select(func.count())
            .select_from(Milestone)
            .join(Service)
            .where(
                of_edition,
                Service.phase != Phase.STOPPED,
                Milestone.done_on.is_(None),
                Milestone.dropped_at.is_(None),
                Milestone.due_on < today,
            )
            .scalar_subquery(),
        )
    )
    return Portfolio(*row.one())


@dataclass(frozen=True, slots=True)
class Line:
    """A service as the portfolio shows it."""

    number: int
    name: str
    summary: str
    phase: Phase
    proposal_number: int
    proposal_title: str
    last_step_at: datetime
    deployments: int
    next_title: str | None
    """The first milestone not reached yet; None for a service that promises nothing more."""
    next_due_on: date | None


def lines(edition_id: int, *, total: int, page: int = 1) -> Page[Line]:
    """Services in the order of their numbers; `total` is what `portfolio` says. One statement."""
    rows = reading().execute(
        select(
            Service.number,
            Service.name,
            Service.summary,
            Service.phase,
            Proposal.number,
            Proposal.title,
            _last_step(),
            Service.trials + Service.in_use,
            Milestone.title,
            Milestone.due_on,
        )
        .join(Proposal, Proposal.id == Service.proposal_id)
        .outerjoin(Milestone, (Milestone.id == _next_milestone()) & (Service.phase != Phase.STOPPED))
        .where(Service.edition_id == edition_id)
        .order_by(Service.number)
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([_line(row) for row in rows], page, total)


def _line(row: Any) -> Line:
    return Line(*row)


def _last_step() -> ScalarSelect[datetime]:
    return select(func.max(PhaseStep.entered_at)).where(PhaseStep.service_id == Service.id).scalar_subquery()


def _next_milestone() -> ScalarSelect[int]:
    following = aliased(Milestone)
    return (
        select(following.id)
        .where(following.service_id == Service.id, following.done_on.is_(None), following.dropped_at.is_(None))
        .order_by(following.due_on, following.id)
        .limit(1)
        .correlate(Service)
        .scalar_subquery()
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """A service, the proposition it comes from, and its adoption."""

    service: Service
    proposal_number: int
    proposal_title: str
    trials: int
    in_use: int
    mine: bool
    """Whether the reader's own collectivité is among those that try or use it."""

    @property
    def deployments(self) -> int:
        return self.trials + self.in_use


def sheet(edition_id: int, number: int, siren: str | None) -> Sheet:
    """One service of an edition, by its number, as the collectivité `siren` sees it. One statement. Raises NotFound."""
    row = (
        reading()
        .execute(
            select(
                Service,
                Proposal.number,
                Proposal.title,
                Service.trials,
                Service.in_use,
                exists().where(Deployment.service_id == Service.id, goes_on_with(Deployment.siren, siren)),
            )
            .join(Proposal, Proposal.id == Service.proposal_id)
            .where(Service.edition_id == edition_id, Service.number == number)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return Sheet(*row)


def bearers(session: Session, service_id: int) -> frozenset[str]:
    """The SIRENs of the collectivités that bear a service: their verified people are its own team. One statement."""
    return frozenset(session.scalars(select(Bearer.siren).where(Bearer.service_id == service_id)))


def steps(service_id: int) -> Sequence[PhaseStep]:
    """The phases a service entered, in order."""
    ordered = select(PhaseStep).where(PhaseStep.service_id == service_id).order_by(PhaseStep.entered_at, PhaseStep.id)
    return reading().scalars(ordered).all()


def milestones(service_id: int) -> Sequence[Milestone]:
    """What a service promised, by due day."""
    ordered = select(Milestone).where(Milestone.service_id == service_id).order_by(Milestone.due_on, Milestone.id)
    return reading().scalars(ordered).all()


@dataclass(frozen=True, slots=True)
class Promise:
    """A milestone, how it is kept, and the days it was promised for before, with why each was left."""

    milestone: Milestone
    kept: Keeping
    moves: Sequence[MilestoneMove]


def promises(service: Service, today: date) -> Sequence[Promise]:
    """What a service promised, by due day, as it stands on a day. Two statements."""
    moves: dict[int, list[MilestoneMove]] = defaultdict(list)
    moved = select(MilestoneMove).join(Milestone).where(Milestone.service_id == service.id).order_by(MilestoneMove.id)
    for move in reading().scalars(moved):
        moves[move.milestone_id].append(move)
    return [Promise(one, _kept(one, service.phase, today), tuple(moves.get(one.id, ()))) for one in milestones(service.id)]


def _kept(one: Milestone, phase: Phase, today: date) -> Keeping:
    return keeping(one.due_on, one.done_on, phase=phase, today=today, is_dropped=one.dropped_at is not None)


def origins(service_id: int, *, limit: int = PAGE_SIZE) -> Sequence[tuple[int, str, ContributionType]]:
    """Number, title and type of the contributions that a service answers, the oldest first."""
    rows = reading().execute(
        select(Contribution.number, PUBLIC_TITLE, Contribution.type)
        .join(ServiceContribution, ServiceContribution.contribution_id == Contribution.id)
        .where(ServiceContribution.service_id == service_id)
        .order_by(Contribution.number)
        .limit(limit)
    )
    return rows.all()


def answerable(proposal_id: int) -> Sequence[tuple[int, int, str]]:
    """Id, number and title of the contributions that a service of this proposition may answer, the oldest first."""
    rows = reading().execute(
        select(Contribution.id, Contribution.number, PUBLIC_TITLE)
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .where(ProposalContribution.proposal_id == proposal_id)
        .order_by(Contribution.number)
    )
    return rows.all()


def borne_by(service_id: int) -> Sequence[CollectiviteLine]:
    """The collectivités that bear a service, the first named first. One statement."""
    rows = reading().execute(
        select(*LINE)
        .join(Bearer, Bearer.siren == Collectivite.siren)
        .where(Bearer.service_id == service_id)
        .order_by(Bearer.since, Collectivite.siren)
    )
    return [CollectiviteLine(*row) for row in rows]


def fertile(edition_id: int) -> Sequence[tuple[int, int, str, int]]:
    """Id, number and title of every retained proposition, and how many services it has: those without any first."""
    born = select(func.count()).select_from(Service).where(Service.proposal_id == Proposal.id).scalar_subquery()
    rows = reading().execute(
        select(Proposal.id, Proposal.number, Proposal.title, born)
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(
            Proposal.edition_id == edition_id,
            in_force() == Outcome.RETAINED,
            Decision.proclaimed_at.is_not(None),
        )
        .order_by(case((born == 0, 0), else_=1), Proposal.number)
    )
    return rows.all()


def born() -> dict[int, int]:
    """How many services there are, by edition; an edition without any is absent. One statement."""
    rows = reading().execute(select(Service.edition_id, func.count()).group_by(Service.edition_id))
    return dict(rows.all())


def to_tell(service: Service) -> Select[str, str]:
    """Who hears that a service is born: who wrote its contributions, supported or volunteered. Keys and addresses."""
    of_proposal = service.proposal_id
    authors = (
        select(Contribution.person_id)
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .where(ProposalContribution.proposal_id == of_proposal)
    )
    supporters = select(Support.person_id).where(Support.proposal_id == of_proposal)
    volunteers = select(Interest.person_id).where(Interest.proposal_id == of_proposal, Interest.status.in_(LIVE))
    return select(literal(f"service_born:{service.id}:") + cast(Person.id, String), Person.email).where(
        Person.id.in_(union(authors, supporters, volunteers)), wants(Topic.SERVICES)
    )


@dataclass(frozen=True, slots=True)
class Used:
    """A service that a collectivité tries or uses."""

    edition_id: int
    number: int
    title: str
    status: DeploymentStatus
    since: date


def used_by(siren: str) -> Page[Used]:
    """What a collectivité tries or uses, latest edition first. One statement."""
    rows = (
        reading()
        .execute(
            select(Service.edition_id, Service.number, Service.name, Deployment.status, Deployment.since, func.count().over())
            .join(Service, Service.id == Deployment.service_id)
            .where(Deployment.siren == siren)
            .order_by(Service.edition_id.desc(), Service.number)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([Used(*row[:-1]) for row in rows], 1, rows[0][-1] if rows else 0, MOST_LISTED)


def picture_keys() -> Select[str]:
    """The keys of the store under which pictures of news lie that may still be seen."""
    return select(NewsPicture.key).where(NewsPicture.removed_at.is_(None))

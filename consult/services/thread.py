"""What followed a proposition: the committee's decision once proclaimed, who volunteers, the services born from it, and where
they are used.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from consult.ground.database import reading
from consult.interests.model import Interest, InterestStatus
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.search import LINE, CollectiviteLine
from consult.selection.model import Decision, Outcome
from consult.selection.queries import Correction, corrections, how_many_corrections, how_many_recusals, in_force
from consult.services.model import Deployment, DeploymentStatus, Phase, Service, ServiceContribution


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service as other pages name it, and how many collectivités use it, or try it."""

    id: int
    number: int
    name: str
    phase: Phase
    born_at: datetime
    in_use: int
    trials: int
    contributions: int
    """How many contributions it answers."""

    @property
    def deployments(self) -> int:
        return self.in_use + self.trials


@dataclass(frozen=True, slots=True)
class Followed:
    """What came after a proposition. Nothing of a decision is known before the proclamation."""

    outcome: Outcome | None
    """What is decided now: a correction may have changed what was proclaimed."""
    reason: str
    proclaimed_at: datetime | None
    services: Sequence[ServiceRef]
    first: Outcome | None = None
    """What was proclaimed."""
    explanation: str = ""
    """Why it departs from the ranking of the vote; empty when it does not."""
    recusals: int = 0
    """How many members of the committee kept out of it."""
    corrections: Sequence[Correction] = ()
    """What was said of the decision since, the oldest first."""
    volunteers: int = 0
    """How many collectivités volunteer for it."""
    referents: int = 0
    """How many of them the team accepted."""


NOTHING_YET = Followed(None, "", None, ())
"""What came after a proposition whose edition is not proclaimed: what everybody reads while the vote is open."""


def followed(proposal_ids: Sequence[int]) -> Mapping[int, Followed]:
    """What came after each of these propositions, services in the order of their birth. One statement; two when a decision was
    corrected.
    """
    rows = (
        reading()
        .execute(
            select(
                Proposal.id,
                Decision.outcome,
                in_force().label("now"),
                Decision.reason,
                Decision.explanation,
                Decision.proclaimed_at,
                how_many_corrections().label("corrections"),
                how_many_recusals().label("recusals"),
                _interests(Interest.status.in_(LIVE)).label("volunteers"),
                _interests(Interest.status == InterestStatus.ACCEPTED).label("referents"),
                *_SERVICE,
            )
            .outerjoin(Decision, (Decision.proposal_id == Proposal.id) & Decision.proclaimed_at.is_not(None))
            .outerjoin(Service, Service.proposal_id == Proposal.id)
            .where(Proposal.id.in_(proposal_ids))
            .order_by(Proposal.number, Service.number)
        )
        .all()
    )
    services: dict[int, list[ServiceRef]] = defaultdict(list)
    for row in rows:
        if row.service_id is not None:
            services[row.id].append(_service(row[-len(_SERVICE) :]))
    corrected = corrections([row.id for row in rows if row.corrections]) if any(row.corrections for row in rows) else {}
    return {
        row.id: Followed(
            row.now,
            row.reason or "",
            row.proclaimed_at,
            services[row.id],
            first=row.outcome,
            explanation=row.explanation or "",
            recusals=row.recusals if row.proclaimed_at else 0,
            corrections=corrected.get(row.id, ()),
            volunteers=row.volunteers,
            referents=row.referents,
        )
        for row in rows
    }


def _interests(which: ColumnElement[bool]) -> ScalarSelect[int]:
    return (
        select(func.count()).select_from(Interest).where(Interest.proposal_id == Proposal.id, which).correlate(Proposal)
    ).scalar_subquery()


_SERVICE = (
    Service.id.label("service_id"),
    Service.number,
    Service.name,
    Service.phase,
    Service.born_at,
    Service.in_use,
    Service.trials,
    select(func.count())
    .select_from(ServiceContribution)
    .where(ServiceContribution.service_id == Service.id)
    .correlate(Service)
    .scalar_subquery()
    .label("answered"),
)
"""The columns of a ServiceRef."""


def _service(row: Any) -> ServiceRef:
    return ServiceRef(*row)


def services_answering(contribution_id: int) -> Sequence[ServiceRef]:
    """The services born to answer a contribution, by number, whatever became of its grouping since. One statement."""
    rows = reading().execute(
        select(*_SERVICE)
        .join(ServiceContribution, ServiceContribution.service_id == Service.id)
        .where(ServiceContribution.contribution_id == contribution_id)
        .order_by(Service.number)
    )
    return [_service(row) for row in rows]


FEW = 3
"""How many of those that use a service its name goes with."""


def first_users(service_ids: Sequence[int]) -> Mapping[int, Sequence[CollectiviteLine]]:
    """The first collectivités that use, or try, each of these services; a service that nobody has is absent. One statement."""
    rank = func.row_number().over(partition_by=Deployment.service_id, order_by=(Deployment.since, Deployment.id))
    first = (
        select(Deployment.service_id, Deployment.siren, rank.label("rank"))
        .where(Deployment.service_id.in_(service_ids), Deployment.status != DeploymentStatus.ENDED)
        .subquery()
    )
    rows = reading().execute(
        select(first.c.service_id, *LINE)
        .join(Collectivite, Collectivite.siren == first.c.siren)
        .where(first.c.rank <= FEW)
        .order_by(first.c.service_id, first.c.rank)
    )
    found: dict[int, list[CollectiviteLine]] = defaultdict(list)
    for service_id, *line in rows:
        found[service_id].append(CollectiviteLine(*line))
    return found

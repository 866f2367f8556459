"""What followed a proposition: the committee's decision once proclaimed, then the services born from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from consult.services.model import Deployment, Phase, Service


@dataclass(frozen=True, slots=True)
class ServiceRef:
    """A service as other pages name it, and how many collectivités try or use it."""

    number: int
    name: str
    phase: Phase
    born_at: datetime
    deployments: int


@dataclass(frozen=True, slots=True)
class Followed:
    """What came after a proposition. Nothing of a decision is known before the proclamation."""

    outcome: Outcome | None
    reason: str
    proclaimed_at: datetime | None
    services: Sequence[ServiceRef]


def followed(proposal_ids: Sequence[int]) -> Mapping[int, Followed]:
    """What came after each of these propositions, services in the order of their birth. One statement."""
    deployments = select(func.count()).select_from(Deployment).where(Deployment.service_id == Service.id).scalar_subquery()
    rows = (
        reading()
        .execute(
            select(
                Proposal.id,
                Decision.outcome,
                Decision.reason,
                Decision.proclaimed_at,
                Service.number,
                Service.name,
                Service.phase,
                Service.born_at,
                deployments.label("deployments"),
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
        if row.number is not None:
            services[row.id].append(ServiceRef(row.number, row.name, row.phase, row.born_at, row.deployments))
    return {row.id: Followed(row.outcome, row.reason or "", row.proclaimed_at, services[row.id]) for row in rows}

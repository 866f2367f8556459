"""What followed a proposition: the committee's decision once proclaimed, then the services born from it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from consult.selection.queries import Correction, corrections, how_many_corrections, how_many_recusals, in_force
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


NOTHING_YET = Followed(None, "", None, ())
"""What came after a proposition whose edition is not proclaimed: what everybody reads while the vote is open."""


def followed(proposal_ids: Sequence[int]) -> Mapping[int, Followed]:
    """What came after each of these propositions, services in the order of their birth. One statement; two when a decision was
    corrected.
    """
    deployments = select(func.count()).select_from(Deployment).where(Deployment.service_id == Service.id).scalar_subquery()
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
        )
        for row in rows
    }

"""Propositions as the committee left them: what stages 3 and 4 stand on."""

from datetime import datetime

from sqlalchemy import func, select, update

from consult.calendar.model import Edition
from consult.ground.clock import paris
from consult.ground.database import transaction
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome

PROCLAIMED = paris(2021, 5, 3, 17)


def proposal(
    edition: Edition,
    title: str = "Organiser des instances délibératives",
    *,
    outcome: Outcome | None = Outcome.RETAINED,
    proclaimed_at: datetime | None = PROCLAIMED,
) -> Proposal:
    """A proposition with its decision; `outcome` None leaves it undecided, `proclaimed_at` None leaves it secret."""
    with transaction() as session:
        number = session.scalar(
            select(func.coalesce(func.max(Proposal.number), 0) + 1).where(Proposal.edition_id == edition.id)
        )
        found = Proposal(
            edition_id=edition.id,
            number=number,
            title=title,
            summary="Un résumé fictif.",
            created_at=paris(2021, 3, 1),
        )
        session.add(found)
    decide(found, outcome=outcome, proclaimed_at=proclaimed_at)
    return found


def decide(
    proposal: Proposal, *, outcome: Outcome | None = Outcome.RETAINED, proclaimed_at: datetime | None = PROCLAIMED
) -> None:
    """The committee's decision of a proposition, one that was voted on for instance; its edition is proclaimed too."""
    with transaction() as session:
        if outcome:
            session.add(
                Decision(
                    proposal_id=proposal.id,
                    edition_id=proposal.edition_id,
                    outcome=outcome,
                    reason="Une raison fictive.",
                    prepared_at=PROCLAIMED,
                    proclaimed_at=proclaimed_at,
                )
            )
        session.execute(update(Edition).where(Edition.id == proposal.edition_id).values(proclaimed_at=proclaimed_at))

"""Reading what would be published now: every answer that is prepared, and what is left without one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, exists, func, select

from consult.ground.database import reading
from consult.interests.desk import asks_correction
from consult.interests.desk_rules import ANSWERABLE
from consult.interests.letters import readers
from consult.interests.model import Interest, InterestMessage, InterestStatus, Level
from consult.interests.publishing import is_prepared
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.search import LINE, CollectiviteLine
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force


@dataclass(frozen=True, slots=True)
class Ready:
    """An answer that is prepared, as the page that publishes lists it."""

    number: int
    revision: int
    proposal_id: int
    proposal_number: int
    proposal_title: str
    level: Level
    answer: InterestStatus
    reason: str
    rank: int | None
    """The place it would have, behind those that wait already."""
    letters: int
    collectivite: CollectiviteLine
    corrected_since: bool
    """Whether the collectivité corrected its text after the answer was prepared."""
    asks_correction: bool
    is_retained: bool
    """Whether the committee still retains the proposition: nobody enters another."""


def ready(edition_id: int) -> Sequence[Ready]:
    """Every answer that would be published now, by proposition, answer and place. Three statements."""
    which = (Interest.edition_id == edition_id, *is_prepared())
    letters = Counter(row[0] for row in reading().execute(readers(*which)))
    waiting = {
        (proposal_id, level): count
        for proposal_id, level, count in reading().execute(
            select(Interest.proposal_id, Interest.level, func.count())
            .where(
                Interest.edition_id == edition_id,
                Interest.status == InterestStatus.WAITLISTED,
                Interest.prepared.is_(None),
            )
            .group_by(Interest.proposal_id, Interest.level)
        )
    }
    corrected = exists().where(InterestMessage.interest_id == Interest.id, InterestMessage.corrected_at > Interest.prepared_at)
    rows = reading().execute(
        select(Interest, Proposal.number, Proposal.title, corrected, asks_correction(), in_force(), *LINE)
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .outerjoin(Decision, (Decision.proposal_id == Proposal.id) & Decision.proclaimed_at.is_not(None))
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .where(*which)
        .order_by(Proposal.number, Interest.prepared, Interest.level, Interest.prepared_rank, Interest.number)
    )
    return [
        Ready(
            one.number,
            one.revision,
            one.proposal_id,
            proposal_number,
            title,
            one.level,
            one.prepared,
            one.prepared_reason,
            one.prepared_rank and one.prepared_rank + waiting.get((one.proposal_id, one.level), 0),
            letters[one.id],
            CollectiviteLine(*line),
            corrected_since,
            is_asked,
            outcome is Outcome.RETAINED,
        )
        for one, proposal_number, title, corrected_since, is_asked, outcome, *line in rows
    ]


def progress(edition_id: int) -> tuple[int, int]:
    """How many answers are prepared, and how many interests wait for one still. One statement."""
    asked = select(
        func.count(case((Interest.prepared.is_not(None), 1))),
        func.count(case((Interest.prepared.is_(None) & (Interest.status == InterestStatus.SUBMITTED), 1))),
    )
    found = reading().execute(asked.where(Interest.edition_id == edition_id, Interest.status.in_(ANSWERABLE))).one()
    return found[0], found[1]

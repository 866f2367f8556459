"""The interests of a collectivité, as its own people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select

from consult.ground.database import reading
from consult.interests.model import Interest, InterestMessage, InterestStatus, Level
from consult.proposals.model import Proposal


@dataclass(frozen=True, slots=True)
class OwnFile:
    """An interest of one's collectivité, in one line."""

    number: int
    proposal_number: int
    proposal_title: str
    level: Level
    status: InterestStatus
    submitted_at: datetime
    is_correction_asked: bool


def own_files(edition_id: int, siren: str) -> Sequence[OwnFile]:
    """Every interest that a collectivité declared in an edition, the latest first, those taken back too. One statement."""
    asked = exists().where(
        InterestMessage.interest_id == Interest.id, InterestMessage.asks_correction, InterestMessage.corrected_at.is_(None)
    )
    rows = reading().execute(
        select(
            Interest.number,
            Proposal.number,
            Proposal.title,
            Interest.level,
            Interest.status,
            Interest.submitted_at,
            asked,
        )
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .where(Interest.edition_id == edition_id, Interest.siren == siren)
        .order_by(Interest.number.desc())
    )
    return [OwnFile(*row) for row in rows]

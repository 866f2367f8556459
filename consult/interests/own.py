"""The interests of a collectivité, as its own people read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from consult.ground.database import reading
from consult.interests.model import Interest, InterestMessage, InterestStatus, Level
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.queries import goes_on_with
from consult.register.search import LINE, CollectiviteLine


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
    collectivite: CollectiviteLine
    """Which declared it: one's own, or one that ended and that one's own stands for."""


def own_files(edition_id: int, siren: str) -> Sequence[OwnFile]:
    """Every interest that a collectivité declared in an edition, the latest first, those taken back too; with those of the
    collectivités that it stands for. One statement.
    """
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
            *LINE,
        )
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .where(Interest.edition_id == edition_id, goes_on_with(Interest.siren, siren))
        .order_by(Interest.number.desc())
    )
    return [_own(row) for row in rows]


def _own(row: Any) -> OwnFile:
    number, proposal_number, title, level, status, submitted_at, asked, *line = row
    return OwnFile(number, proposal_number, title, level, status, submitted_at, asked, CollectiviteLine(*line))

"""The key figures of an edition: what its home page and its bilan say, from rows, in one statement."""

from dataclasses import dataclass

from sqlalchemy import ScalarSelect, func, select

from consult.accounts.model import Attachment, AttachmentStatus
from consult.contributions.model import Contribution, Status
from consult.ground.database import reading
from consult.interests.model import Interest
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.rules import Stratum
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force
from consult.services.model import Service
from consult.voting.model import Support
from consult.voting.queries import counts


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Counts of an edition, as they stand. None of them says what a proposition received."""

    contributions: int
    """Published, whatever became of them since."""
    awaiting: int
    proposals: int
    voters: int
    """Collectivités with at least one support that counts."""
    small_voters: int
    """Of which fewer than 3 500 inhabitants, as 91 % of communes."""
    retained: int
    """Zero until the proclamation."""
    volunteers: int
    """Collectivités with a live expression of interest."""
    services: int
    deployments: int
    pending_attachments: int


SMALL = (Stratum.LT500, Stratum.LT2000, Stratum.LT3500)


def key_figures(edition_id: int) -> KeyFigures:
    """All of them, in one statement."""
    voters = (
        select(func.count(Support.voice.distinct()))
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, counts())
    )
    row = (
        reading()
        .execute(
            select(
                _count(Contribution, Contribution.edition_id == edition_id, Contribution.status != Status.DRAFT).label(
                    "contributions"
                ),
                _count(Contribution, Contribution.edition_id == edition_id, Contribution.status == Status.PUBLISHED).label(
                    "awaiting"
                ),
                _count(Proposal, Proposal.edition_id == edition_id).label("proposals"),
                voters.scalar_subquery().label("voters"),
                voters.where(Support.stratum.in_(SMALL)).scalar_subquery().label("small_voters"),
                _count(
                    Decision,
                    Decision.edition_id == edition_id,
                    in_force() == Outcome.RETAINED,
                    Decision.proclaimed_at.is_not(None),
                ).label("retained"),
                select(func.count(Interest.siren.distinct()))
                .where(
                    Interest.edition_id == edition_id,
                    Interest.status.in_(LIVE),
                )
                .scalar_subquery()
                .label("volunteers"),
                _count(Service, Service.edition_id == edition_id).label("services"),
                select(func.coalesce(func.sum(Service.trials + Service.in_use), 0))
                .where(Service.edition_id == edition_id)
                .scalar_subquery()
                .label("deployments"),
                _count(Attachment, Attachment.status == AttachmentStatus.PENDING).label("pending_attachments"),
            )
        )
        .one()
    )
    return KeyFigures(**row._mapping)


def _count(table: type, *where: object) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()  # type: ignore[arg-type]

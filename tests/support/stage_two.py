"""Votes for tests: propositions of an edition, attachments decided, supports read back row by row."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select, update

from consult.accounts.model import Attachment, AttachmentStatus
from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.proposals.model import Proposal
from consult.voting.actions import give_support
from consult.voting.model import Support
from consult.voting.queries import ranked
from tests.support import stage_one
from tests.support.world import closing_of, during

DURING_VOTE = during(Stage.VOTING)
CLOSED = closing_of(Stage.VOTING)

TITLES = ("Signaler un incident", "Gérer les documents", "Ouvrir des données", "Organiser les séances", "Réserver une salle")


def propositions(edition: Edition, count: int = 3) -> list[Proposal]:
    """The first propositions of an edition, numbered from 1."""
    return [stage_one.proposal(edition, TITLES[rank % len(TITLES)]) for rank in range(count)]


def decide_attachment(actor: Actor, status: AttachmentStatus, *, at: datetime = DURING_VOTE) -> None:
    """Give the actor's attachment this status, as a moderator's decision or the person's departure would."""
    assert actor.mandate is not None
    decided: dict[str, object] = {"status": status, "decided_at": None if status is AttachmentStatus.PENDING else at}
    if status is AttachmentStatus.VERIFIED:
        decided["verified_at"] = at
    with transaction() as session:
        session.execute(update(Attachment).where(Attachment.id == actor.mandate.attachment_id).values(**decided))


def on_ballot(edition: Edition, siren: str | None = None) -> list[Support]:
    """The rows of an edition, or of one collectivité in it, as the base has them now."""
    reading().expire_all()
    rows = select(Support).where(Support.edition_id == edition.id).order_by(Support.proposal_id, Support.id)
    return list(reading().scalars(rows.where(Support.siren == siren) if siren else rows))


def fresh(edition: Edition) -> Edition:
    """The edition as the base has it now."""
    reading().expire_all()
    return calendars.edition(edition.slug)


def tallies(edition: Edition, *, at: datetime = CLOSED) -> dict[int, int]:
    """Supports by reference number, as the tally says them."""
    return {line.tally.number: line.tally.supports for line in ranked(fresh(edition), at=at)}


def give_each(actors: Sequence[Actor], proposal: Proposal, *, at: datetime = DURING_VOTE) -> None:
    """Each of these people supports the proposition, a second apart."""
    for rank, actor in enumerate(actors):
        give_support(actor, proposal.id, at=at + timedelta(seconds=rank))

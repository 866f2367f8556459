"""The proposition that an act of the committee is about: held until the act ends, and who keeps out of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Calendar
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.selection.model import Recusal


@dataclass(frozen=True, slots=True)
class Sheet:
    """A proposition inside an act, and what the actor keeps out of in its edition."""

    edition: Edition
    proposal: Proposal
    recused: frozenset[int]
    """The propositions the actor keeps out of, by id."""

    @property
    def calendar(self) -> Calendar:
        return self.edition.calendar

    @property
    def proclaimed(self) -> bool:
        return self.edition.proclaimed_at is not None

    @property
    def is_recused(self) -> bool:
        """Whether the actor keeps out of this one."""
        return self.proposal.id in self.recused


def held(session: Session, actor: Actor, proposal_id: int) -> Sheet:
    """The sheet of a proposition, in order with the calendar, the proclamation and every other act on the same sheet.

    Somebody who decides while they declare, elsewhere, that they keep out does one or the other first. Raises NotFound.
    """
    edition = locked_edition(session, select(Proposal.edition_id).where(Proposal.id == proposal_id).scalar_subquery())
    proposal = session.scalars(select(Proposal).where(Proposal.id == proposal_id).with_for_update(key_share=True)).one_or_none()
    if proposal is None:
        raise NotFound
    mine = select(Recusal.proposal_id).where(Recusal.edition_id == edition.id, Recusal.person_id == actor.person_id)
    return Sheet(edition, proposal, frozenset(session.scalars(mine)))


def tell(session: Session, sheet: Sheet, kind: EventKind, actor: Actor, *, at: datetime, **data: Any) -> None:
    """Journal an act on a sheet."""
    record(session, kind, actor, at=at, edition_id=sheet.edition.id, subject=f"proposal:{sheet.proposal.number}", **data)

"""What each member of the committee thinks of a proposition, and what it would cost."""

from datetime import datetime
from decimal import Decimal

from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.selection.model import Opinion, Stance
from consult.selection.rules import may_estimate, may_give_opinion
from consult.selection.sheet import held, tell


def give_opinion(actor: Actor, proposal_id: int, stance: Stance, *, notes: str = "", at: datetime) -> None:
    """Say what one thinks of a proposition, or say otherwise; the committee alone reads it, under one's name.

    Raises Refused with the reason of `may_give_opinion`, NotFound.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        may_give_opinion(
            actor, calendar=sheet.calendar, proclaimed=sheet.proclaimed, is_recused=sheet.is_recused, at=at
        ).or_refuse()
        given = session.get(Opinion, (proposal_id, actor.person_id))
        if given is None:
            given = Opinion(proposal_id=proposal_id, person_id=actor.person_id, edition_id=sheet.edition.id)
            session.add(given)
        given.stance, given.notes, given.given_at = stance, notes.strip(), at
        tell(session, sheet, EventKind.OPINION_GIVEN, actor, at=at, stance=stance.value, notes=given.notes)


def estimate_cost(actor: Actor, proposal_id: int, cost: Decimal | None, *, at: datetime) -> None:
    """Say how many euros the service of a proposition would cost, or that nobody knows (None).

    Raises Refused with the reason of `may_estimate`, NotFound.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        may_estimate(
            actor, calendar=sheet.calendar, proclaimed=sheet.proclaimed, is_recused=sheet.is_recused, at=at
        ).or_refuse()
        before, sheet.proposal.cost = sheet.proposal.cost, cost
        if before != cost:
            tell(session, sheet, EventKind.PROPOSAL_COSTED, actor, at=at, before=_said(before), after=_said(cost))


def _said(cost: Decimal | None) -> str | None:
    return None if cost is None else f"{cost:.2f}"

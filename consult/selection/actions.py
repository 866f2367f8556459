"""Deciding of a proposition, and proclaiming every decision in one act."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_many
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from consult.selection.queries import concerned
from consult.selection.rules import may_decide, may_proclaim
from consult.voting.model import Support
from consult.voting.queries import ranked
from consult.voting.rules import Ranked


def decide(actor: Actor, proposal_id: int, outcome: Outcome, *, reason: str, at: datetime) -> Decision:
    """Write, or write again, what the committee decides of a proposition. Nobody else reads it before the proclamation.

    Raises NotFound, or Refused with the reason of `may_decide`.
    """
    with transaction() as session:
        proposal = session.execute(select(Proposal.edition_id, Proposal.number).where(Proposal.id == proposal_id)).one_or_none()
        if proposal is None:
            raise NotFound
        edition = locked_edition(session, proposal.edition_id)
        may_decide(
            actor, calendar=edition.calendar, reason=reason, proclaimed=edition.proclaimed_at is not None, at=at
        ).or_refuse()
        decision = _decision(session, edition.id, proposal_id)
        decision.outcome, decision.reason = outcome, reason.strip()
        decision.prepared_at, decision.prepared_by = at, actor.person_id
        record(
            session,
            EventKind.DECISION_PREPARED,
            actor,
            at=at,
            edition_id=edition.id,
            subject=f"proposal:{proposal.number}",
            outcome=outcome.value,
            reason=decision.reason,
        )
    return decision


def _decision(session: Session, edition_id: int, proposal_id: int) -> Decision:
    """The decision of a proposition, new or not; whoever decides of the same one at the same instant waits."""
    session.execute(select(Proposal.id).where(Proposal.id == proposal_id).with_for_update(key_share=True))
    decision = session.get(Decision, proposal_id)
    if decision is None:
        decision = Decision(proposal_id=proposal_id, edition_id=edition_id)
        session.add(decision)
    return decision


def proclaim(actor: Actor, edition_id: int, *, at: datetime) -> Edition:
    """Proclaim every decision of an edition at once: the result is frozen, and everyone concerned is told.

    The edition is held alone, so no act of the vote or of the committee is under way. What does not count at this instant is
    set aside first and for ever: an attachment verified later no longer changes the result.

    Raises Refused with the reason of `may_proclaim`: all is proclaimed, or nothing.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        decisions = session.scalars(select(Decision).where(Decision.edition_id == edition_id)).all()
        proposals = session.scalars(select(Proposal.id).where(Proposal.edition_id == edition_id)).all()
        may_proclaim(
            actor,
            calendar=edition.calendar,
            proposals=len(proposals),
            decided=len(decisions),
            proclaimed=edition.proclaimed_at is not None,
            at=at,
        ).or_refuse()
        aside = _set_aside(session, edition_id, at=at)
        result = ranked(edition, at=at)
        _freeze(edition, decisions, result, at=at)
        record(
            session,
            EventKind.RESULT_PROCLAIMED,
            actor,
            at=at,
            edition_id=edition_id,
            retained=_numbers(decisions, result, Outcome.RETAINED),
            deferred=_numbers(decisions, result, Outcome.DEFERRED),
            supports=sum(line.tally.supports for line in result),
            set_aside=aside,
        )
        session.flush()
        post_many(session, Notice.RESULT_PROCLAIMED, _letters(edition, concerned(session, edition_id)), at=at)
    return edition


def _set_aside(session: Session, edition_id: int, *, at: datetime) -> int:
    """Set aside the supports whose attachment is not verified; gives how many."""
    unverified = select(Attachment.id).where(Attachment.verified_at.is_(None))
    aside = session.execute(
        update(Support)
        .where(Support.edition_id == edition_id, Support.attachment_id.in_(unverified), Support.set_aside_at.is_(None))
        .values(set_aside_at=at)
        .returning(Support.id)
        .execution_options(synchronize_session=False)
    )
    return len(aside.all())


def _freeze(edition: Edition, decisions: Sequence[Decision], result: Sequence[Ranked], *, at: datetime) -> None:
    places = {line.tally.proposal_id: line for line in result}
    for decision in decisions:
        place = places[decision.proposal_id]
        decision.supports, decision.rank, decision.proclaimed_at = place.tally.supports, place.rank, at
    edition.proclaimed_at = at


def _numbers(decisions: Sequence[Decision], result: Sequence[Ranked], outcome: Outcome) -> list[int]:
    chosen = {decision.proposal_id for decision in decisions if decision.outcome is outcome}
    return sorted(line.tally.number for line in result if line.tally.proposal_id in chosen)


def _letters(edition: Edition, rows: Sequence[Row[Any, Any, Any, Any, Any]]) -> list[tuple[str, str, dict[str, Any]]]:
    """One e-mail a person, whatever the number of their propositions."""
    return [
        (f"result_proclaimed:{edition.id}:{person_id}", email, _letter(edition, list(theirs)))
        for (person_id, email), theirs in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def _letter(edition: Edition, rows: Sequence[Row[Any, Any, Any, Any, Any]]) -> dict[str, Any]:
    by_outcome: Mapping[Outcome, list[dict[str, Any]]] = {
        outcome: [{"number": row.number, "title": row.title} for row in rows if row.outcome is outcome] for outcome in Outcome
    }
    return {"edition": edition.slug, "edition_title": edition.title} | {
        outcome.value: lines for outcome, lines in by_outcome.items()
    }

"""Deciding of a proposition, and proclaiming every decision in one act."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Verb
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_many
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.selection.closing import seal_result, set_aside, tell_result
from consult.selection.letters import letters
from consult.selection.model import Decision, Outcome
from consult.selection.queries import is_forsaken, keeps_out
from consult.selection.rules import departures, may_decide, may_proclaim, unexplained
from consult.selection.sheet import held, tell
from consult.voting.queries import ranked
from consult.voting.rules import Ranked


def decide(
    actor: Actor,
    proposal_id: int,
    outcome: Outcome,
    *,
    reason: str,
    at: datetime,
    explanation: str | None = None,
    seen: str | None = None,
) -> Decision:
    """Write, or write again, what the committee decides of a proposition. Nobody else reads it before the proclamation.

    `explanation` says why it departs from the ranking; None leaves it as it is, and so does whoever keeps out of a proposition
    of the edition, because it compares several. `seen` is the version of the decision that the page showed: what another
    member wrote meanwhile is not overwritten. Without it (None), only one's own decision is written again.

    Raises NotFound, or Refused with the reason of `may_decide`.
    """
    with transaction() as session:
        sheet = held(session, actor, proposal_id)
        decision = session.get(Decision, proposal_id)
        may_decide(
            actor,
            calendar=sheet.calendar,
            reason=reason,
            proclaimed=sheet.proclaimed,
            is_recused=sheet.is_recused,
            is_as_seen=_is_as_seen(decision, actor, seen) or _says(decision, outcome, reason, explanation),
            at=at,
        ).or_refuse()
        if decision is None:
            decision = Decision(proposal_id=proposal_id, edition_id=sheet.edition.id, explanation="")
            session.add(decision)
        decision.outcome, decision.reason = outcome, reason.strip()
        if explanation is not None and not sheet.recused:
            decision.explanation = explanation.strip()
        decision.prepared_at, decision.prepared_by = at, actor.person_id
        said = {"outcome": outcome.value, "reason": decision.reason, "explanation": decision.explanation}
        tell(session, sheet, EventKind.DECISION_PREPARED, actor, at=at, **said)
    return decision


def _is_as_seen(decision: Decision | None, actor: Actor, seen: str | None) -> bool:
    if decision is None:
        return True
    return decision.prepared_by == actor.person_id if seen is None else decision.version == seen


def _says(decision: Decision | None, outcome: Outcome, reason: str, explanation: str | None) -> bool:
    """Whether the decision already says so: a button pressed twice overwrites nothing."""
    return decision is not None and (decision.outcome, decision.reason, decision.explanation) == (
        outcome,
        reason.strip(),
        decision.explanation if explanation is None else explanation.strip(),
    )


def proclaim(actor: Actor, edition_id: int, *, at: datetime) -> Edition:
    """Proclaim every decision of an edition at once: the result is frozen, and everyone concerned is told.

    The edition is held alone, so no act of the vote or of the committee is under way. What does not count at this instant is
    set aside for ever: an attachment verified later no longer changes the result.

    Raises Refused with the reason of `may_proclaim`: all is proclaimed, or nothing.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        rows = session.execute(select(Decision, is_forsaken()).where(Decision.edition_id == edition_id)).all()
        decisions = [decision for decision, _ in rows]
        proposals = session.scalars(select(Proposal.id).where(Proposal.edition_id == edition_id)).all()
        is_time = edition.calendar.permits(Verb.PROCLAIM, at) and edition.proclaimed_at is None
        aside = set_aside(session, edition, actor, at=at) if is_time else 0
        result = ranked(edition, at=at) if is_time else []
        departing = departures(result, {decision.proposal_id: decision.outcome for decision in decisions})
        may_proclaim(
            actor,
            calendar=edition.calendar,
            proposals=len(proposals),
            decided=sum(not forsaken for _, forsaken in rows),
            proclaimed=edition.proclaimed_at is not None,
            is_recused=keeps_out(session, edition_id, actor),
            unexplained=len(unexplained(departing, {one.proposal_id: one.explanation for one in decisions})),
            at=at,
        ).or_refuse()
        _freeze(edition, decisions, result, departing, at=at)
        tell_result(session, edition, actor, decisions, result, at=at)
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
        seal_result(session, edition, at=at)
        post_many(session, Notice.RESULT_PROCLAIMED, letters(session, edition), at=at)
    return edition


def _freeze(
    edition: Edition, decisions: Sequence[Decision], result: Sequence[Ranked], departing: Mapping[int, object], *, at: datetime
) -> None:
    """Give each decision the result it stands on; what explained a departure that is no longer one is not published."""
    places = {line.tally.proposal_id: line for line in result}
    for decision in decisions:
        place = places[decision.proposal_id]
        decision.supports, decision.rank, decision.proclaimed_at = place.tally.supports, place.rank, at
        if decision.proposal_id not in departing:
            decision.explanation = ""
    edition.proclaimed_at = at


def _numbers(decisions: Sequence[Decision], result: Sequence[Ranked], outcome: Outcome) -> list[int]:
    chosen = {decision.proposal_id for decision in decisions if decision.outcome is outcome}
    return sorted(line.tally.number for line in result if line.tally.proposal_id in chosen)

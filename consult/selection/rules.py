"""The committee decides, in private, then proclaims everything at once: who may, when, and what departs from the vote."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.selection.model import Outcome
from consult.voting.rules import Ranked


def may_decide(actor: Actor, *, calendar: Calendar, reason: str, proclaimed: bool, at: datetime) -> Verdict:
    """Whether the actor may decide of a proposition, or change what was decided: the committee, until it is proclaimed."""
    return verdict(
        calendar.gate(Verb.DECIDE, at),
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.has_role(Role.COMMITTEE), Reason.NOT_YOUR_ROLE),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_proclaim(actor: Actor, *, calendar: Calendar, proposals: int, decided: int, proclaimed: bool, at: datetime) -> Verdict:
    """Whether the actor may proclaim the decisions: all of them, once."""
    return verdict(
        calendar.gate(Verb.PROCLAIM, at),
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.has_role(Role.COMMITTEE, Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (proposals > 0 and decided == proposals, Reason.DECISION_MISSING),
    )


def may_read_deliberation(actor: Actor) -> bool:
    """Whether the actor may read decisions that are not proclaimed. An administrator who proclaims does not."""
    return actor.has_role(Role.COMMITTEE)


def departures(ranked: Sequence[Ranked], outcomes: Mapping[int, Outcome]) -> dict[int, tuple[int, ...]]:
    """Where decisions depart from the ranking, and from what: by proposition, the reference numbers on the other side.

    A retained proposition departs when one ranked above it is not retained, or deferred; the latter then departs as well.
    Propositions without a decision depart from nothing.
    """
    decided = [
        (line.tally.proposal_id, line.tally.number, outcomes[line.tally.proposal_id] is Outcome.RETAINED)
        for line in ranked
        if line.tally.proposal_id in outcomes
    ]
    found: dict[int, tuple[int, ...]] = {}
    for place, (proposal_id, _, is_retained) in enumerate(decided):
        other_side = decided[:place] if is_retained else decided[place + 1 :]
        numbers = tuple(sorted(number for _, number, retained in other_side if retained is not is_retained))
        if numbers:
            found[proposal_id] = numbers
    return found

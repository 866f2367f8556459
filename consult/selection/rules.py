"""The committee decides, in private, then proclaims everything at once: who may, when, and what departs from the vote.

Three decisions that someone will ask about:

* Whoever keeps out of a proposition neither reads its deliberation nor weighs in it, by whatever role: an administrator who is
  also a member keeps out all the same. What compares propositions — why one was preferred to another, whether everything is
  ready to be proclaimed — would tell them of it: they neither read nor write the former, nor proclaim.
* A decision departs from the ranking when it is not what retaining as many propositions from the top would have given. One
  proposition passed over therefore asks for two explanations, its own and that of the one retained in its stead, never for
  those of all that stand between them.
* A proclaimed decision is never rewritten: a correction stands beside it, public, with its reason.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.selection.model import Outcome
from consult.voting.rules import Ranked

# ── before the proclamation ──────────────────────────────────────────────────────────────


def may_decide(
    actor: Actor,
    *,
    calendar: Calendar,
    reason: str,
    proclaimed: bool,
    at: datetime,
    is_recused: bool = False,
    is_as_seen: bool = True,
) -> Verdict:
    """Whether the actor may decide of a proposition, or change what was decided: the committee, until it is proclaimed."""
    return verdict(
        calendar.gate(Verb.DECIDE, at),
        _weighs(actor, proclaimed=proclaimed, is_recused=is_recused),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (is_as_seen, Reason.DECISION_CHANGED),
    )


def may_give_opinion(actor: Actor, *, calendar: Calendar, proclaimed: bool, is_recused: bool, at: datetime) -> Verdict:
    """Whether the actor may say what they think of a proposition, or say otherwise: the committee, until it is proclaimed."""
    return verdict(
        calendar.gate(Verb.GIVE_OPINION, at),
        _weighs(actor, proclaimed=proclaimed, is_recused=is_recused),
    )


def _weighs(actor: Actor, *, proclaimed: bool, is_recused: bool) -> Verdict:
    return verdict(
        _has_role(actor, Role.COMMITTEE),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (not is_recused, Reason.RECUSED),
    )


def may_estimate(actor: Actor, *, calendar: Calendar, proclaimed: bool, is_recused: bool, at: datetime) -> Verdict:
    """Whether the actor may say what a proposition would cost: the committee and administrators, once the vote has opened."""
    return verdict(
        calendar.gate(Verb.ESTIMATE_COST, at),
        _has_role(actor, Role.COMMITTEE, Role.ADMINISTRATOR),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (not is_recused, Reason.RECUSED),
    )


def may_recuse(
    actor: Actor, *, calendar: Calendar, proclaimed: bool, is_recused: bool, at: datetime, reason: str | None = None
) -> Verdict:
    """Whether a member may keep out of a proposition, from the opening of the vote. Without a reason (None): may the form be
    shown?
    """
    return verdict(
        calendar.gate(Verb.RECUSE, at),
        _has_role(actor, Role.COMMITTEE),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (not is_recused, Reason.ALREADY_RECUSED),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_lift_recusal(
    actor: Actor,
    *,
    calendar: Calendar,
    proclaimed: bool,
    is_own: bool,
    is_recused: bool,
    at: datetime,
    reason: str | None = None,
) -> Verdict:
    """Whether the actor may let a member back in (`is_recused`): an administrator, never for themselves (`is_own`)."""
    return verdict(
        calendar.gate(Verb.RECUSE, at),
        _has_role(actor, Role.ADMINISTRATOR),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (not is_own, Reason.OWN_RECUSAL),
        (is_recused, Reason.NOT_RECUSED),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_proclaim(
    actor: Actor,
    *,
    calendar: Calendar,
    proposals: int,
    decided: int,
    proclaimed: bool,
    at: datetime,
    is_recused: bool = False,
    unexplained: int = 0,
) -> Verdict:
    """Whether the actor may proclaim the decisions: all of them, once, each departure from the ranking explained.

    `is_recused`: from any proposition. What is missing is then not said, for it may be missing there.
    """
    return verdict(
        calendar.gate(Verb.PROCLAIM, at),
        _has_role(actor, Role.COMMITTEE, Role.ADMINISTRATOR),
        (not proclaimed, Reason.RESULT_PROCLAIMED),
        (not is_recused, Reason.RECUSED_SOMEWHERE),
        (proposals > 0 and decided == proposals, Reason.DECISION_MISSING),
        (unexplained == 0, Reason.EXPLANATION_MISSING),
    )


# ── after it ─────────────────────────────────────────────────────────────────────────────


def may_correct_decision(
    actor: Actor,
    *,
    calendar: Calendar,
    proclaimed: bool,
    is_recused: bool,
    at: datetime,
    reason: str | None = None,
    changes_outcome: bool = True,
    is_as_seen: bool = True,
) -> Verdict:
    """Whether the actor may correct a proclaimed decision, in public: a member who did not keep out of it.

    `changes_outcome`: an outcome that is given is not the one in force. Without a reason (None): may the form be shown?
    """
    return verdict(
        calendar.gate(Verb.CORRECT_DECISION, at),
        _has_role(actor, Role.COMMITTEE),
        (proclaimed, Reason.NOT_PROCLAIMED),
        (not is_recused, Reason.RECUSED),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
        (is_as_seen, Reason.DECISION_CHANGED),
        (changes_outcome, Reason.DECISION_UNCHANGED),
    )


def _has_role(actor: Actor, *roles: Role) -> Verdict:
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.has_role(*roles), Reason.NOT_YOUR_ROLE),
    )


# ── what is read ─────────────────────────────────────────────────────────────────────────


def may_read_deliberation(actor: Actor) -> bool:
    """Whether the actor may read decisions that are not proclaimed. An administrator who proclaims does not."""
    return actor.has_role(Role.COMMITTEE)


@dataclass(frozen=True, slots=True)
class Reader:
    """What someone reads of the deliberation of an edition: outside the committee nothing, within it what they weigh in."""

    is_member: bool
    recused: frozenset[int] = frozenset()
    """The propositions they keep out of, by id, whatever their roles."""

    def reads(self, proposal_id: int) -> bool:
        """Whether they read the deliberation of this proposition."""
        return self.is_member and proposal_id not in self.recused

    @property
    def reads_all(self) -> bool:
        """Whether they read what compares propositions."""
        return self.is_member and not self.recused


def departures(ranked: Sequence[Ranked], outcomes: Mapping[int, Outcome]) -> dict[int, tuple[int, ...]]:
    """Which decisions depart from the ranking, and from what: by proposition, the reference numbers on the other side.

    Of the propositions decided, those retained would have been the first ones. One retained that is not among them departs
    from those that are and were not retained, and these from it. Propositions without a decision depart from nothing.
    """
    decided = [line.tally for line in ranked if line.tally.proposal_id in outcomes]
    kept = [outcomes[tally.proposal_id] is Outcome.RETAINED for tally in decided]
    most = sum(kept)
    passed_over = [tally for place, tally in enumerate(decided) if place < most and not kept[place]]
    preferred = [tally for place, tally in enumerate(decided) if place >= most and kept[place]]
    return {
        tally.proposal_id: tuple(sorted(other.number for other in others))
        for side, others in ((passed_over, preferred), (preferred, passed_over))
        for tally in side
    }


def unexplained(departing: Mapping[int, object], explanations: Mapping[int, str]) -> list[int]:
    """Which departures from the ranking nobody has explained yet."""
    return [proposal_id for proposal_id in departing if not explanations.get(proposal_id, "").strip()]

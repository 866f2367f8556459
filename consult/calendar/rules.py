"""When: stages, windows, and the verbs that each moment opens. Pure functions of (calendar, instant).

No job and no flag opens or closes anything: the stage shown on a page and the stage enforced in a transaction are both
`Calendar.stage_at` and `Calendar.permits`, called with an instant.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise

from consult.ground.actor import Actor, Role
from consult.ground.refusals import ALLOWED, Moment, Reason, Verdict, verdict


class Stage(StrEnum):
    """The four stages, in order."""

    NEEDS = "needs"
    VOTING = "voting"
    INTERESTS = "interests"
    TRACKING = "tracking"

    @property
    def label(self) -> str:
        return {
            Stage.NEEDS: "Recueil des besoins et des services existants",
            Stage.VOTING: "Vote pour les propositions",
            Stage.INTERESTS: "Territoires référents",
            Stage.TRACKING: "Services lauréats",
        }[self]

    @property
    def short_label(self) -> str:
        return {
            Stage.NEEDS: "Recueil",
            Stage.VOTING: "Vote",
            Stage.INTERESTS: "Territoires référents",
            Stage.TRACKING: "Services lauréats",
        }[self]


class Instruction(StrEnum):
    """How the expressions of interest of an edition are answered."""

    INSTRUCTED = "instructed"
    EVERYONE = "everyone"
    """2021's rule: whoever declares is accepted."""

    @property
    def label(self) -> str:
        return {
            Instruction.INSTRUCTED: "L’équipe lit chaque candidature et y répond",
            Instruction.EVERYONE: "Toute collectivité qui se déclare est acceptée",
        }[self]


class Verb(StrEnum):
    """What people do that only some moments allow."""

    SUBMIT_CONTRIBUTION = "submit_contribution"
    EDIT_CONTRIBUTION = "edit_contribution"
    WITHDRAW_CONTRIBUTION = "withdraw_contribution"
    SAY_ME_TOO = "say_me_too"
    WITHDRAW_ME_TOO = "withdraw_me_too"
    GROUP = "group"
    UNGROUP = "ungroup"
    WRITE_PROPOSAL = "write_proposal"
    WITHDRAW_PROPOSAL = "withdraw_proposal"
    REORIENT = "reorient"
    DECLARE_INELIGIBLE = "declare_ineligible"
    QUESTION_AUTHOR = "question_author"
    CONTEST = "contest"
    IMPORT_CONTRIBUTIONS = "import_contributions"
    CORRECT_PROPOSAL = "correct_proposal"
    CHANGE_BALLOT_RULES = "change_ballot_rules"
    GIVE_SUPPORT = "give_support"
    WITHDRAW_SUPPORT = "withdraw_support"
    RECUSE = "recuse"
    ESTIMATE_COST = "estimate_cost"
    GIVE_OPINION = "give_opinion"
    DECIDE = "decide"
    PROCLAIM = "proclaim"
    CORRECT_DECISION = "correct_decision"
    CHANGE_INSTRUCTION = "change_instruction"
    CHANGE_CHARTER = "change_charter"
    SET_GRID = "set_grid"
    DECLARE_INTEREST = "declare_interest"
    WITHDRAW_INTEREST = "withdraw_interest"
    INSTRUCT_INTEREST = "instruct_interest"
    CORRECT_INTEREST = "correct_interest"
    HOLD_WORKSHOP = "hold_workshop"
    ATTEND_WORKSHOP = "attend_workshop"
    CREATE_SERVICE = "create_service"
    UPDATE_SERVICE = "update_service"
    DECLARE_DEPLOYMENT = "declare_deployment"


@dataclass(frozen=True, slots=True)
class Window:
    """When a stage runs: `opens_at` is inside, `closes_at` is outside; None never closes."""

    stage: Stage
    opens_at: datetime
    closes_at: datetime | None

    def __contains__(self, at: datetime) -> bool:
        return self.opens_at <= at and (self.closes_at is None or at < self.closes_at)


@dataclass(frozen=True, slots=True)
class Closure:
    """A while during which a stage was over, before a move reopened it: `since` is inside, `until` outside."""

    since: datetime
    until: datetime


def reopening(before: Window, after: Window, at: datetime) -> Closure | None:
    """What a move made at this instant puts an end to, when it reopens a stage that is over.

    Where the vote is secret until its close, whoever wanted to could read the tallies all that while: a reopened vote says so.
    """
    if before.closes_at is None or before.closes_at > at or at not in after:
        return None
    return Closure(before.closes_at, at)


class Edge(StrEnum):
    """One end of a window."""

    OPENS = "opens"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Opening:
    """Between which edges of the calendar a verb is open: `since` is inside, `until` is outside; None has no end."""

    since: tuple[Stage, Edge] | None
    until: tuple[Stage, Edge] | None


def _during(stage: Stage) -> Opening:
    return Opening((stage, Edge.OPENS), (stage, Edge.CLOSES))


_BEFORE_THE_VOTE = Opening((Stage.NEEDS, Edge.OPENS), (Stage.VOTING, Edge.OPENS))
_AFTER_THE_VOTE = Opening((Stage.VOTING, Edge.CLOSES), None)
_SINCE_INTERESTS = Opening((Stage.INTERESTS, Edge.OPENS), None)

OPENED_BY: dict[Verb, Opening] = {
    Verb.SUBMIT_CONTRIBUTION: _during(Stage.NEEDS),
    Verb.EDIT_CONTRIBUTION: _during(Stage.NEEDS),
    Verb.WITHDRAW_CONTRIBUTION: _during(Stage.NEEDS),
    Verb.SAY_ME_TOO: _during(Stage.NEEDS),
    Verb.WITHDRAW_ME_TOO: _during(Stage.NEEDS),
    # Triage follows the needs as they come and must be over when the vote opens: what is voted on no longer moves.
    Verb.GROUP: _BEFORE_THE_VOTE,
    Verb.UNGROUP: _BEFORE_THE_VOTE,
    Verb.WRITE_PROPOSAL: _BEFORE_THE_VOTE,
    Verb.WITHDRAW_PROPOSAL: _BEFORE_THE_VOTE,
    # A contribution still waiting when the vote opens keeps its right to an answer.
    Verb.REORIENT: Opening((Stage.NEEDS, Edge.OPENS), None),
    Verb.DECLARE_INELIGIBLE: Opening((Stage.NEEDS, Edge.OPENS), None),
    # What is examined late may be asked about, and contested, late.
    Verb.QUESTION_AUTHOR: Opening((Stage.NEEDS, Edge.OPENS), None),
    Verb.CONTEST: Opening((Stage.NEEDS, Edge.OPENS), None),
    # What was gathered elsewhere comes in while there is time to examine it before the vote.
    Verb.IMPORT_CONTRIBUTIONS: _BEFORE_THE_VOTE,
    Verb.CORRECT_PROPOSAL: Opening((Stage.VOTING, Edge.OPENS), None),
    # The rules of a vote are those that were read before it: from its first instant on, nobody changes them.
    Verb.CHANGE_BALLOT_RULES: Opening(None, (Stage.VOTING, Edge.OPENS)),
    Verb.GIVE_SUPPORT: _during(Stage.VOTING),
    Verb.WITHDRAW_SUPPORT: _during(Stage.VOTING),
    # Whoever must keep out of a proposition may say so as soon as it is frozen.
    Verb.RECUSE: Opening((Stage.VOTING, Edge.OPENS), None),
    Verb.ESTIMATE_COST: Opening((Stage.VOTING, Edge.OPENS), None),
    Verb.GIVE_OPINION: _AFTER_THE_VOTE,
    Verb.DECIDE: _AFTER_THE_VOTE,
    Verb.PROCLAIM: _AFTER_THE_VOTE,
    Verb.CORRECT_DECISION: _AFTER_THE_VOTE,
    # How candidatures are answered is known to whoever declares the first; what is accepted, to whoever declares.
    Verb.CHANGE_INSTRUCTION: Opening(None, (Stage.INTERESTS, Edge.OPENS)),
    Verb.CHANGE_CHARTER: Opening(None, (Stage.INTERESTS, Edge.CLOSES)),
    # Nobody draws a grid on the candidatures that came: it is set at their close at the latest.
    Verb.SET_GRID: Opening(None, (Stage.INTERESTS, Edge.CLOSES)),
    Verb.DECLARE_INTEREST: _during(Stage.INTERESTS),
    # A commitment that cannot be kept is given back at any time: somebody else waits for the place.
    Verb.WITHDRAW_INTEREST: _SINCE_INTERESTS,
    Verb.INSTRUCT_INTEREST: _SINCE_INTERESTS,
    # What the team asks to correct may be corrected when it asks: the instruction goes on after the close.
    Verb.CORRECT_INTEREST: _SINCE_INTERESTS,
    Verb.HOLD_WORKSHOP: _SINCE_INTERESTS,
    Verb.ATTEND_WORKSHOP: _SINCE_INTERESTS,
    Verb.CREATE_SERVICE: _during(Stage.TRACKING),
    Verb.UPDATE_SERVICE: _during(Stage.TRACKING),
    Verb.DECLARE_DEPLOYMENT: _during(Stage.TRACKING),
}


@dataclass(frozen=True, slots=True)
class Boundary:
    """An instant at which the calendar changes: a stage opens or closes."""

    stage: Stage
    edge: Edge
    at: datetime


@dataclass(frozen=True, slots=True)
class Calendar:
    """The four windows of an edition, in order."""

    windows: tuple[Window, ...]

    def window(self, stage: Stage) -> Window:
        """The window of a stage. Raises KeyError when the calendar lacks it."""
        for window in self.windows:
            if window.stage is stage:
                return window
        raise KeyError(stage)

    def stage_at(self, at: datetime) -> Stage | None:
        """The open stage, or None before, between and after the windows."""
        return next((window.stage for window in self.windows if at in window), None)

    def edge(self, stage: Stage, edge: Edge) -> datetime | None:
        """The instant of an edge; None for the close of a stage that has no end."""
        window = self.window(stage)
        return window.opens_at if edge is Edge.OPENS else window.closes_at

    def opening_of(self, verb: Verb) -> tuple[datetime | None, datetime | None]:
        """Since when (inside) and until when (outside) a verb is open; None means without a limit on that side."""
        opening = OPENED_BY[verb]
        return (
            self.edge(*opening.since) if opening.since else None,
            self.edge(*opening.until) if opening.until else None,
        )

    def permits(self, verb: Verb, at: datetime) -> bool:
        """Whether the moment allows the verb, whoever asks: no role passes this gate."""
        since, until = self.opening_of(verb)
        return (since is None or since <= at) and (until is None or at < until)

    def gate(self, verb: Verb, at: datetime) -> Verdict:
        """The calendar's answer to a verb at an instant; a refusal says since when or until when the verb is open."""
        if self.permits(verb, at):
            return ALLOWED
        return Verdict(Reason.STAGE_CLOSED, Moment(verb.value, at, *self.opening_of(verb)))

    def has_closed(self, stage: Stage, at: datetime) -> bool:
        """Whether the stage is over at this instant."""
        closes_at = self.window(stage).closes_at
        return closes_at is not None and closes_at <= at

    def has_opened(self, stage: Stage, at: datetime) -> bool:
        """Whether the stage has begun, over or not."""
        return self.window(stage).opens_at <= at

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Every opening and closing, in order; at the same instant, what closes comes before what opens."""
        edges = [
            Boundary(window.stage, edge, instant)
            for window in self.windows
            for edge, instant in ((Edge.OPENS, window.opens_at), (Edge.CLOSES, window.closes_at))
            if instant is not None
        ]
        return tuple(sorted(edges, key=lambda boundary: (boundary.at, boundary.edge is Edge.OPENS)))

    def next_boundary(self, at: datetime) -> Boundary | None:
        """The next change after this instant. None once the last stage, which has no end, has opened."""
        return next((boundary for boundary in self.boundaries if boundary.at > at), None)


def windows_are_sound(windows: Iterable[Window]) -> Verdict:
    """Whether the windows are each in order, follow one another and do not overlap; gaps are allowed.

    Only the last stage may have no end.
    """
    ordered = sorted(windows, key=lambda window: list(Stage).index(window.stage))
    inverted = any(window.closes_at is not None and window.closes_at <= window.opens_at for window in ordered)
    endless = any(window.closes_at is None and window.stage is not Stage.TRACKING for window in ordered)
    overlap = any(before.closes_at is None or after.opens_at < before.closes_at for before, after in pairwise(ordered))
    return verdict(
        (not inverted and not endless, Reason.WINDOW_INVERTED),
        (not overlap, Reason.WINDOWS_OVERLAP),
    )


def may_move_window(actor: Actor, *, calendar: Calendar, moved: Window, reason: str, proclaimed: bool, at: datetime) -> Verdict:
    """Whether an administrator may give a stage other dates.

    What has already happened is not rewritten: an opening that is past stays where it was, and no edge is moved into the
    past. A close that is past may be moved to the future (the stage reopens), until the result is proclaimed: from then on
    the stages that led to it, needs and vote, no longer move.
    """
    now = calendar.window(moved.stage)
    others = [window for window in calendar.windows if window.stage is not moved.stage]
    sound = windows_are_sound([*others, moved])
    opening_stands = moved.opens_at == now.opens_at or min(moved.opens_at, now.opens_at) > at
    closing_stands = moved.closes_at == now.closes_at or moved.closes_at is None or moved.closes_at > at
    return verdict(
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (moved != now, Reason.WINDOW_UNCHANGED),
        (not (proclaimed and moved.stage in (Stage.NEEDS, Stage.VOTING)), Reason.RESULT_PROCLAIMED),
        sound,
        (opening_stands and closing_stands, Reason.DATE_IN_THE_PAST),
    )


@dataclass(frozen=True, slots=True)
class BallotSettings:
    """What an edition decides of its vote before it opens."""

    voter_kinds: tuple[str, ...]
    max_supports: int | None
    """How many propositions a collectivité may support; None: as many as it likes."""
    tallies_hidden: bool


def may_change_ballot_rules(
    actor: Actor,
    *,
    calendar: Calendar,
    current: BallotSettings,
    changed: BallotSettings,
    reason: str,
    is_as_read: bool,
    at: datetime,
) -> Verdict:
    """Whether the rules of the vote may be changed: by an administrator, with a reason, until the vote opens.

    `is_as_read`: nobody changed them since the page that asks was read.
    """
    gate = calendar.gate(Verb.CHANGE_BALLOT_RULES, at)
    return verdict(
        gate if gate else Verdict(Reason.BALLOT_RULES_FROZEN, gate.moment),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (bool(changed.voter_kinds), Reason.NO_VOTER),
        (is_as_read, Reason.BALLOT_RULES_CHANGED),
        (changed != current, Reason.BALLOT_RULES_UNCHANGED),
    )


def may_change_instruction(
    actor: Actor, *, calendar: Calendar, current: Instruction, changed: Instruction, reason: str, at: datetime
) -> Verdict:
    """Whether the way candidatures are answered may change: by an administrator, with a reason, until they open."""
    return verdict(
        calendar.gate(Verb.CHANGE_INSTRUCTION, at),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (changed is not current, Reason.INSTRUCTION_UNCHANGED),
    )


def may_see_calendar_desk(actor: Actor) -> Verdict:
    """Whether the actor may open the page that moves dates."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )


def may_create_edition(actor: Actor) -> Verdict:
    """Whether the actor may announce a new edition."""
    return may_see_calendar_desk(actor)

"""What may become of a contribution, and who decides it."""

from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.contributions.rules import Status
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict

FROM: dict[Verb, frozenset[Status]] = {
    # Grouping is many-to-many: what is grouped may join further propositions.
    Verb.GROUP: frozenset({Status.PUBLISHED, Status.GROUPED}),
    Verb.UNGROUP: frozenset({Status.GROUPED}),
    Verb.REORIENT: frozenset({Status.PUBLISHED}),
    Verb.DECLARE_INELIGIBLE: frozenset({Status.PUBLISHED}),
}
"""From which states each act of triage starts."""

SETTLED = frozenset({Status.REORIENTED, Status.INELIGIBLE})
"""Outcomes that hold on a reason of the team, and that it may take back."""

TEAM = (Role.MODERATOR, Role.ADMINISTRATOR)


def is_team(actor: Actor) -> Verdict:
    """Whether the actor may sit at the triage desk."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(*TEAM), Reason.NOT_YOUR_ROLE),
    )


def may_triage(
    actor: Actor,
    verb: Verb,
    *,
    status: Status,
    calendar: Calendar,
    at: datetime,
    reason: str | None = None,
    is_as_seen: bool = True,
) -> Verdict:
    """Whether the team may do this to a contribution in this state.

    `reason` is None for the acts that need none, and to ask whether a form may be shown; blank, it is missing. `is_as_seen`:
    nobody has changed it since the page that decides was drawn.
    """
    return verdict(
        calendar.gate(verb, at),
        is_team(actor),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
        (status is not Status.WITHDRAWN, Reason.NOT_AWAITING_TRIAGE),
        (status in FROM[verb], Reason.ALREADY_TRIAGED if status is not Status.PUBLISHED else Reason.NOT_GROUPED),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_reopen(
    actor: Actor, *, status: Status, calendar: Calendar, at: datetime, reason: str | None = None, is_as_seen: bool = True
) -> Verdict:
    """Whether the team may take back an outcome that it gave alone: reoriented or ineligible goes back to be examined.

    It is open as long as those outcomes may be given; a grouping is undone proposition by proposition.
    """
    return verdict(
        calendar.gate(Verb.REORIENT, at),
        is_team(actor),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
        (status in SETTLED, Reason.NOT_AWAITING_TRIAGE),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )

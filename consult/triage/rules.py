"""What may become of a contribution, and who decides it."""

from datetime import date, datetime
from enum import StrEnum

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


def may_add_scheme(actor: Actor) -> Verdict:
    """Whether the actor may add a scheme to an edition."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )


class Opening(StrEnum):
    """Where a scheme stands on a given day."""

    OPEN = "open"
    NEXT = "next"
    OVER = "over"
    UNKNOWN = "unknown"
    """No date is known: it is neither promised nor denied."""

    @property
    def label(self) -> str:
        return {
            Opening.OPEN: "Ouvert",
            Opening.NEXT: "Pas encore ouvert",
            Opening.OVER: "Terminé",
            Opening.UNKNOWN: "Dates non précisées",
        }[self]


def opening(opens_on: date | None, closes_on: date | None, today: date) -> Opening:
    """Where a scheme stands: both days are included, and a limit that is not known does not close it."""
    if opens_on is None and closes_on is None:
        return Opening.UNKNOWN
    if opens_on is not None and today < opens_on:
        return Opening.NEXT
    if closes_on is not None and closes_on < today:
        return Opening.OVER
    return Opening.OPEN

"""Who may write what is put to the vote, until when, and how it is corrected afterwards."""

from datetime import datetime

from consult.calendar.rules import Calendar, Stage, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict


def may_write_proposal(actor: Actor, *, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may write a proposition: the team, until the vote opens."""
    return verdict(calendar.gate(Verb.WRITE_PROPOSAL, at), _is_team(actor))


def may_edit_proposal(actor: Actor, *, calendar: Calendar, at: datetime, is_as_seen: bool = True) -> Verdict:
    """Whether the actor may change one: the team, until the vote opens; then it is frozen.

    `is_as_seen`: nobody has changed it since the form was drawn.
    """
    return verdict(
        (not calendar.has_opened(Stage.VOTING, at), Reason.PROPOSAL_FROZEN),
        may_write_proposal(actor, calendar=calendar, at=at),
        (is_as_seen, Reason.PROPOSAL_CHANGED),
    )


def may_withdraw_proposal(
    actor: Actor, *, calendar: Calendar, at: datetime, answers: int, reason: str | None = None
) -> Verdict:
    """Whether the team may withdraw one, with a public reason: until the vote opens, what is voted on no longer moves.

    `answers`: to how many contributions it does. While it does, withdrawing it would leave them without an outcome. Without a
    reason (None): may the form be shown?
    """
    return verdict(
        (not calendar.has_opened(Stage.VOTING, at), Reason.PROPOSAL_FROZEN),
        calendar.gate(Verb.WITHDRAW_PROPOSAL, at),
        _is_team(actor),
        (answers == 0, Reason.PROPOSAL_ANSWERS),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_correct_proposal(
    actor: Actor, *, calendar: Calendar, at: datetime, reason: str | None = None, is_as_seen: bool = True
) -> Verdict:
    """Whether the actor may correct a frozen one, in public and with a reason. Without one (None): may the form be shown?"""
    return verdict(
        calendar.gate(Verb.CORRECT_PROPOSAL, at),
        _is_team(actor),
        (is_as_seen, Reason.PROPOSAL_CHANGED),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def _is_team(actor: Actor) -> Verdict:
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.MODERATOR, Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )

"""What the team and a collectivité say to each other in a file, what the team hides, what readers report."""

from datetime import datetime, timedelta

from consult.calendar.rules import Calendar, Verb
from consult.contributions.rules import Owner, Status
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict
from consult.triage.rules import is_team

LONGEST_TEXT = 2000
REPORTS_A_DAY = 10
"""What one person may report in twenty-four hours."""
ANONYMOUS_A_DAY = 200
"""What all those without an account may report in twenty-four hours, on the whole site: a flood stops there."""
ANONYMOUS_WAITING = 5
"""Reports without an account that may wait on one contribution: five say as much as fifty."""
REPORTS_WITHIN = timedelta(hours=24)


def may_question(
    actor: Actor,
    *,
    status: Status,
    waits: bool,
    calendar: Calendar,
    at: datetime,
    text: str | None = None,
    is_as_seen: bool = True,
) -> Verdict:
    """Whether the team may ask the author something: one question at a time."""
    return verdict(
        calendar.gate(Verb.QUESTION_AUTHOR, at),
        is_team(actor),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
        (status is not Status.WITHDRAWN, Reason.NOT_AWAITING_TRIAGE),
        (not waits, Reason.QUESTION_WAITS),
        (text is None or bool(text.strip()), Reason.REASON_MISSING),
    )


def may_answer(
    actor: Actor, *, owner: Owner, waits: bool, calendar: Calendar, at: datetime, text: str | None = None
) -> Verdict:
    """Whether the actor may answer: any verified person of the collectivité that wrote it, or the partner."""
    return verdict(
        calendar.gate(Verb.QUESTION_AUTHOR, at),
        may_read_remarks(actor, owner=owner),
        (waits, Reason.NO_QUESTION),
        (text is None or bool(text.strip()), Reason.REASON_MISSING),
    )


def may_read_remarks(actor: Actor, *, owner: Owner) -> Verdict:
    """Whether the actor is of the collectivité whose file it is: what is said there is between it and the team."""
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.is_complete, Reason.PROFILE_INCOMPLETE),
        (owner.includes(actor), Reason.NOT_YOURS),
        (owner.siren is None or actor.is_verified, Reason.ATTACHMENT_PENDING),
    )


def may_hide(actor: Actor, *, is_hidden: bool, reason: str | None = None, is_as_seen: bool = True) -> Verdict:
    """Whether the team may hide a text: at any moment, since abuse waits for no calendar."""
    return verdict(
        is_team(actor),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
        (not is_hidden, Reason.ALREADY_HIDDEN),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_show_again(actor: Actor, *, is_hidden: bool, reason: str | None = None, is_as_seen: bool = True) -> Verdict:
    """Whether the team may show a hidden text again."""
    return verdict(
        is_team(actor),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
        (is_hidden, Reason.NOT_HIDDEN),
        (reason is None or bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_report(actor: Actor, *, lately: int, waiting: int, text: str) -> Verdict:
    """Whether a reader, with or without an account, may report a text.

    `lately`: what they reported within `REPORTS_WITHIN`, or all those without an account; `waiting`: what those without an
    account already reported of this contribution, and nobody settled.
    """
    most = REPORTS_A_DAY if actor.is_signed_in else ANONYMOUS_A_DAY
    return verdict(
        (bool(text.strip()), Reason.REASON_MISSING),
        (lately < most, Reason.TOO_MANY_REPORTS),
        (actor.is_signed_in or waiting < ANONYMOUS_WAITING, Reason.TOO_MANY_REPORTS),
    )


def may_settle_report(actor: Actor, *, is_settled: bool, answer: str) -> Verdict:
    """Whether the team may settle a report, with what it did about it."""
    return verdict(
        is_team(actor),
        (not is_settled, Reason.ALREADY_ANSWERED),
        (bool(answer.strip()), Reason.REASON_MISSING),
    )

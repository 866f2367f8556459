"""Who may contest what the team decided, until when, and who answers."""

from datetime import datetime, timedelta

from consult.calendar.rules import Calendar, Verb
from consult.contributions.rules import Owner, Status
from consult.ground.actor import Actor
from consult.ground.refusals import ALLOWED, Reason, Verdict, verdict
from consult.triage.rules import is_team

CONTESTABLE = frozenset({Status.REORIENTED, Status.INELIGIBLE, Status.GROUPED})
CONTEST_FOR = timedelta(days=15)
"""How long after an outcome it may be contested."""


def contested_until(status: Status, status_at: datetime | None) -> datetime | None:
    """Until when (outside) an outcome may be contested: fifteen times twenty-four hours after it was given, to the second.

    None for what is no outcome of the team.
    """
    return status_at + CONTEST_FOR if status in CONTESTABLE and status_at else None


def may_contest(
    actor: Actor,
    *,
    owner: Owner,
    shares: bool,
    status: Status,
    status_at: datetime | None,
    contested: bool,
    calendar: Calendar,
    at: datetime,
    text: str | None = None,
) -> Verdict:
    """Whether the actor's collectivité, which wrote the contribution or shares it, may contest its outcome: once, in writing.

    Asked without a text (None), it says whether the form may be shown.
    """
    until = contested_until(status, status_at)
    return verdict(
        calendar.gate(Verb.CONTEST, at),
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.is_complete, Reason.PROFILE_INCOMPLETE),
        (owner.includes(actor) or shares, Reason.NOT_YOURS),
        ((owner.siren is None and owner.includes(actor)) or actor.is_verified, Reason.ATTACHMENT_PENDING),
        (not contested, Reason.ALREADY_CONTESTED),
        (until is not None, Reason.NOTHING_TO_CONTEST),
        (until is not None and at < until, Reason.CONTEST_TOO_LATE),
        (text is None or bool(text.strip()), Reason.REASON_MISSING),
    )


def may_answer_contest(
    actor: Actor,
    *,
    status: Status,
    is_answered: bool,
    upheld: bool,
    calendar: Calendar,
    at: datetime,
    answer: str | None = None,
) -> Verdict:
    """Whether the team may answer, with its reason. To uphold is to undo: what is voted on no longer moves."""
    undoes = upheld and status is Status.GROUPED
    return verdict(
        calendar.gate(Verb.CONTEST, at),
        is_team(actor),
        (not is_answered, Reason.ALREADY_ANSWERED),
        calendar.gate(Verb.UNGROUP, at) if undoes else ALLOWED,
        (answer is None or bool(answer.strip()), Reason.REASON_MISSING),
    )

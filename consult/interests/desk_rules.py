"""What the team may do with an expression of interest, and when; and what a collectivité may write to the team."""

import hashlib
from collections.abc import Iterable
from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.model import InterestStatus
from consult.interests.rules import is_of_the_team, speaks_for_a_collectivite

ANSWERABLE = (InterestStatus.SUBMITTED, InterestStatus.WAITLISTED)
"""What the team may still answer: what was never answered, and what waits for a place."""

ANSWERS = (InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.DECLINED)


def keeps_out(actor: Actor, siren: str) -> bool:
    """Whether someone of the team speaks for the collectivité too: they instruct nothing of what it offers."""
    return any(mandate.siren == siren for mandate in actor.mandates)


def may_instruct(
    actor: Actor, *, calendar: Calendar, siren: str, status: InterestStatus, at: datetime, is_as_seen: bool = True
) -> Verdict:
    """Whether the actor may weigh an interest: the team, once stage 3 has opened, as long as it may still be answered.

    `is_as_seen`: nothing has changed the file since the page that asks was drawn.
    """
    return verdict(
        calendar.gate(Verb.INSTRUCT_INTEREST, at),
        is_of_the_team(actor),
        (not keeps_out(actor, siren), Reason.OWN_INTEREST),
        (status is not InterestStatus.WITHDRAWN, Reason.NOT_LIVE),
        (status in ANSWERABLE, Reason.ALREADY_DECIDED),
        (is_as_seen, Reason.CHANGED_MEANWHILE),
    )


def may_ask(
    actor: Actor,
    *,
    calendar: Calendar,
    siren: str,
    status: InterestStatus,
    at: datetime,
    body: str | None = None,
    asks_correction: bool = False,
) -> Verdict:
    """Whether the team may write to the collectivité inside the file; what is answered is no longer corrected.

    Asked without words (None), it says whether the form may be shown.
    """
    return verdict(
        calendar.gate(Verb.INSTRUCT_INTEREST, at),
        is_of_the_team(actor),
        (not keeps_out(actor, siren), Reason.OWN_INTEREST),
        (status is not InterestStatus.WITHDRAWN, Reason.NOT_LIVE),
        (not asks_correction or status in ANSWERABLE, Reason.ALREADY_DECIDED),
        (body is None or bool(body.strip()), Reason.NOTHING_SAID),
    )


def may_reply(
    actor: Actor, *, calendar: Calendar, siren: str, status: InterestStatus, at: datetime, body: str | None = None
) -> Verdict:
    """Whether the actor may write to the team inside the file: any verified person of the collectivité, `siren`."""
    return verdict(
        calendar.gate(Verb.CORRECT_INTEREST, at),
        speaks_for_a_collectivite(actor),
        (actor.siren == siren, Reason.NOT_YOURS),
        (status is not InterestStatus.WITHDRAWN, Reason.NOT_LIVE),
        (body is None or bool(body.strip()), Reason.NOTHING_SAID),
    )


def may_prepare(
    actor: Actor,
    *,
    calendar: Calendar,
    siren: str,
    status: InterestStatus,
    answer: InterestStatus,
    reason: str,
    is_retained: bool,
    is_as_seen: bool,
    at: datetime,
) -> Verdict:
    """Whether the actor may prepare an answer, with its reason; nobody enters a proposition that is no longer retained.

    What waits already has its place: it is accepted or declined, not made to wait again.
    """
    return verdict(
        may_instruct(actor, calendar=calendar, siren=siren, status=status, is_as_seen=is_as_seen, at=at),
        (answer in ANSWERS and answer is not status, Reason.ALREADY_DECIDED),
        (is_retained or answer is InterestStatus.DECLINED, Reason.NOT_RETAINED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_publish(
    actor: Actor, *, calendar: Calendar, prepared: int, is_as_read: bool, all_retained: bool, at: datetime
) -> Verdict:
    """Whether the actor may publish every answer that is prepared, together.

    `is_as_read`: they are those that the page listed; `all_retained`: none lets anybody into a proposition retained no more.
    """
    return verdict(
        calendar.gate(Verb.INSTRUCT_INTEREST, at),
        is_of_the_team(actor),
        (prepared > 0, Reason.NOTHING_PREPARED),
        (is_as_read, Reason.ANSWERS_CHANGED),
        (all_retained, Reason.NOT_RETAINED),
    )


def as_read(revisions: Iterable[tuple[int, int]]) -> str:
    """What a page says of the answers it lists, by number and revision: another value says that one has changed since."""
    said = ",".join(f"{number}:{revision}" for number, revision in sorted(revisions))
    return hashlib.sha256(said.encode()).hexdigest()[:16]

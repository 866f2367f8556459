"""The file of an interest, as its collectivité sees it: who reads it, who corrects it when asked, who joins documents."""

from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.contributions.file_rules import MOST_FILES
from consult.ground.actor import Actor
from consult.ground.refusals import ALLOWED, Reason, Verdict, verdict
from consult.interests.model import InterestStatus
from consult.interests.rules import LIVE, is_of_the_team, speaks_for_a_collectivite

CORRECTABLE = (InterestStatus.SUBMITTED, InterestStatus.WAITLISTED)


def may_read_own(actor: Actor, *, siren: str) -> Verdict:
    """Whether the actor reads the file as one of the collectivité, `siren`: any verified person of it, whenever."""
    return verdict(speaks_for_a_collectivite(actor), (actor.siren == siren, Reason.NOT_YOURS))


def may_read_documents(actor: Actor, *, siren: str) -> Verdict:
    """Whether the actor may read what is joined to the file: its collectivité, and the team."""
    theirs = may_read_own(actor, siren=siren)
    return theirs if theirs or not is_of_the_team(actor) else ALLOWED


def may_correct(
    actor: Actor,
    *,
    calendar: Calendar,
    siren: str,
    status: InterestStatus,
    is_asked: bool,
    at: datetime,
    is_as_read: bool = True,
) -> Verdict:
    """Whether the actor may give the interest another text: when the team asked, even once candidatures are closed.

    `is_as_read`: nothing of it changed since the page that asks was drawn.
    """
    return verdict(
        calendar.gate(Verb.CORRECT_INTEREST, at),
        may_read_own(actor, siren=siren),
        (status in LIVE, Reason.NOT_LIVE),
        (status in CORRECTABLE, Reason.ALREADY_DECIDED),
        (is_asked, Reason.NO_CORRECTION_ASKED),
        (is_as_read, Reason.CORRECTED_MEANWHILE),
    )


def may_join_documents(
    actor: Actor, *, calendar: Calendar, siren: str, status: InterestStatus, at: datetime, joined: int = 0, more: int = 0
) -> Verdict:
    """Whether the actor may join `more` documents to a file that has `joined`, or take one away (0): as long as it lives.

    The council may deliberate after the close, and after the answer.
    """
    return verdict(
        calendar.gate(Verb.CORRECT_INTEREST, at),
        may_read_own(actor, siren=siren),
        (status in LIVE, Reason.NOT_LIVE),
        (joined + more <= MOST_FILES, Reason.TOO_MANY_FILES),
    )

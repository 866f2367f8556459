"""Who may write what is put to the vote, and until when."""

from datetime import datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict


def may_write_proposal(actor: Actor, *, calendar: Calendar, at: datetime) -> Verdict:
    """Whether the actor may write or correct a proposition: the team, until the vote opens."""
    return verdict(
        calendar.gate(Verb.WRITE_PROPOSAL, at),
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.MODERATOR, Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )

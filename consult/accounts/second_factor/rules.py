"""The second factor: who sets one, how many wrong codes are borne, who may undo somebody else's. Pure functions of values."""

from datetime import datetime, timedelta

from consult.accounts.rules import may_act_for_oneself
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict

MOST_SECOND_FACTOR_TRIES = 5
SECOND_FACTOR_LOCKED_FOR = timedelta(minutes=15)
"""After the last wrong code: no fifteen minutes ever hold more tries, right ones apart."""


def may_set_second_factor(actor: Actor) -> Verdict:
    """Whether the actor has a role, withheld or not, that asks for one."""
    return verdict(
        may_act_for_oneself(actor),
        (any(role.needs_second_factor for role in actor.roles | actor.withheld), Reason.NOT_YOUR_ROLE),
    )


def second_factor_tries(tries: int, *, wrong_at: datetime | None, at: datetime) -> int:
    """How many of the wrong codes typed so far, the last one at `wrong_at`, still count."""
    return tries if wrong_at is not None and at < wrong_at + SECOND_FACTOR_LOCKED_FOR else 0


def may_pass_second_factor(*, is_set: bool, tries: int, matches: bool) -> Verdict:
    """Whether a code is taken after so many wrong ones: when the tries are spent, the right one is refused too."""
    return verdict(
        (is_set, Reason.SECOND_FACTOR_NOT_ASKED),
        (tries < MOST_SECOND_FACTOR_TRIES, Reason.SECOND_FACTOR_LOCKED),
        (matches, Reason.SECOND_FACTOR_WRONG),
    )


def may_remove_second_factor(actor: Actor, *, person_id: int, is_set: bool, reason: str) -> Verdict:
    """Whether the actor may undo somebody's second factor, so that they set another: never their own."""
    return verdict(
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (actor.person_id != person_id, Reason.OWN_SECOND_FACTOR),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (is_set, Reason.SECOND_FACTOR_NOT_ASKED),
    )

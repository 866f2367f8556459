"""Who keeps the schemes of an edition, and how their rules are corrected."""

from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict


def may_change_schemes(actor: Actor) -> Verdict:
    """Whether the actor may keep the schemes of an edition: add one, to begin with."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )


def may_change_rule(actor: Actor, *, is_replaced: bool, reason: str) -> Verdict:
    """Whether the actor may add a rule to a scheme, or correct one that nobody has corrected yet."""
    return verdict(
        may_change_schemes(actor),
        (not is_replaced, Reason.ALREADY_DECIDED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )

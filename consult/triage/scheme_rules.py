"""Who keeps the schemes of an edition."""

from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict


def may_change_schemes(actor: Actor) -> Verdict:
    """Whether the actor may add a scheme to an edition, add a rule to one, or correct a rule."""
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
    )

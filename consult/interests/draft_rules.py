"""What is begun and not submitted: who may keep it."""

from consult.contributions.draft_rules import may_save
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.rules import speaks_for_a_collectivite


def may_keep(actor: Actor, *, has_live: bool, is_latest: bool, length: int) -> Verdict:
    """Whether the actor may keep what they write in the name of their collectivité. No moment is asked, as for a need.

    `has_live`: the collectivité has submitted it already; `is_latest`: nothing was saved since the page was drawn.
    """
    return verdict(
        speaks_for_a_collectivite(actor),
        (not has_live, Reason.ALREADY_INTERESTED),
        may_save(actor, is_published=False, is_latest=is_latest, length=length),
    )

"""Schemes: adding one to an edition."""

from datetime import datetime

import pytest

from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason, Refused
from consult.triage import schemes
from consult.triage.scheme_queries import schemes as all_schemes
from consult.triage.scheme_rules import may_change_schemes
from tests.support.stage_one import DURING_NEEDS, scheme
from tests.support.world import World

AT: datetime = DURING_NEEDS


def test_they_keep_their_order_and_their_code(world: World) -> None:
    edition = world.edition()
    scheme(edition, "un")
    scheme(edition, "deux")
    with pytest.raises(Refused) as refused:
        scheme(edition, "un")
    assert refused.value.reason is Reason.SCHEME_CODE_TAKEN
    assert [(found.position, found.code) for found in all_schemes(edition.id)] == [(1, "un"), (2, "deux")]
    scheme(world.edition("2022"), "un")


def test_a_moderator_does_not_add_one(world: World) -> None:
    draft, moderator = schemes.SchemeDraft("code", "Nom"), world.person(None, Role.MODERATOR)
    with pytest.raises(Refused) as refused:
        schemes.add_scheme(moderator, world.edition().id, draft, at=AT)
    assert refused.value.reason is Reason.NOT_YOUR_ROLE


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        (Actor(person_id=2, roles=frozenset({Role.ADMINISTRATOR})), None),
        (OPERATOR, None),
        (Actor(person_id=1, roles=frozenset({Role.MODERATOR})), Reason.NOT_YOUR_ROLE),
        (VISITOR, Reason.SIGN_IN),
    ],
)
def test_who_may_change_schemes(actor: Actor, reason: Reason | None) -> None:
    assert may_change_schemes(actor).reason is reason

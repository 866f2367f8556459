"""Who may write a proposition, and until when."""

from datetime import datetime

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from consult.proposals.rules import may_write_proposal
from tests.support.world import WINDOWS, during, just_before, opening_of

MODERATOR = Actor(person_id=1, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=2, roles=frozenset({Role.ADMINISTRATOR}))
COMMITTEE = Actor(person_id=3, roles=frozenset({Role.COMMITTEE}))
NEEDS, VOTE, NOW = opening_of(Stage.NEEDS), opening_of(Stage.VOTING), during(Stage.NEEDS)


@pytest.mark.parametrize(
    ("actor", "at", "reason"),
    [
        pytest.param(MODERATOR, just_before(NEEDS), Reason.STAGE_CLOSED, id="one second before needs open"),
        pytest.param(MODERATOR, NEEDS, None, id="as needs open"),
        pytest.param(MODERATOR, just_before(VOTE), None, id="one second before the vote"),
        pytest.param(MODERATOR, VOTE, Reason.STAGE_CLOSED, id="as the vote opens"),
        pytest.param(OPERATOR, VOTE, Reason.STAGE_CLOSED, id="the operator, as the vote opens"),
        pytest.param(ADMINISTRATOR, NOW, None, id="an administrator"),
        pytest.param(OPERATOR, NOW, None, id="the operator"),
        pytest.param(COMMITTEE, NOW, Reason.NOT_YOUR_ROLE, id="the committee"),
        pytest.param(VISITOR, NOW, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_write_a_proposition(actor: Actor, at: datetime, reason: Reason | None) -> None:
    assert may_write_proposal(actor, calendar=Calendar(WINDOWS), at=at).reason is reason

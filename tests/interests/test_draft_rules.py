"""Who may keep a candidature that is not submitted."""

from dataclasses import replace

import pytest

from consult.contributions.draft_rules import LONGEST_DRAFT
from consult.ground.actor import VISITOR, Actor
from consult.ground.refusals import Reason
from consult.interests.draft_rules import may_keep
from tests.interests.test_rules import AGENT, ALONE, PARTNER, PENDING


@pytest.mark.parametrize(
    ("actor", "has_live", "is_latest", "length", "reason"),
    [
        pytest.param(AGENT, False, True, 10, None, id="whoever may volunteer"),
        pytest.param(AGENT, False, True, LONGEST_DRAFT, None, id="as long as may be"),
        pytest.param(AGENT, False, True, LONGEST_DRAFT + 1, Reason.DRAFT_TOO_LONG, id="one character more"),
        pytest.param(AGENT, True, True, 10, Reason.ALREADY_INTERESTED, id="submitted already"),
        pytest.param(AGENT, False, False, 10, Reason.DRAFT_CHANGED_ELSEWHERE, id="from an older page"),
        pytest.param(replace(AGENT, function=""), False, True, 10, Reason.PROFILE_INCOMPLETE, id="without a function"),
        pytest.param(VISITOR, False, True, 10, Reason.SIGN_IN, id="a visitor"),
        pytest.param(PARTNER, False, True, 10, Reason.PARTNER_MAY_NOT, id="a partner"),
        pytest.param(ALONE, False, True, 10, Reason.NO_COLLECTIVITE, id="nobody's agent"),
        pytest.param(PENDING, False, True, 10, Reason.ATTACHMENT_PENDING, id="not verified yet"),
    ],
)
def test_who_may_keep_it(actor: Actor, has_live: bool, is_latest: bool, length: int, reason: Reason | None) -> None:
    assert may_keep(actor, has_live=has_live, is_latest=is_latest, length=length).reason is reason

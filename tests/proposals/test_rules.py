"""Who may write a proposition, and until when."""

from datetime import datetime

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from consult.proposals.rules import may_correct_proposal, may_edit_proposal, may_withdraw_proposal, may_write_proposal
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


@pytest.mark.parametrize(
    ("actor", "at", "is_as_seen", "reason"),
    [
        pytest.param(MODERATOR, just_before(VOTE), True, None, id="one second before the vote"),
        pytest.param(MODERATOR, NOW, False, Reason.PROPOSAL_CHANGED, id="somebody else wrote meanwhile"),
        pytest.param(COMMITTEE, NOW, False, Reason.NOT_YOUR_ROLE, id="the committee learns nothing of it"),
        pytest.param(MODERATOR, VOTE, False, Reason.PROPOSAL_FROZEN, id="as the vote opens"),
    ],
)
def test_who_may_change_one(actor: Actor, at: datetime, is_as_seen: bool, reason: Reason | None) -> None:
    assert may_edit_proposal(actor, calendar=Calendar(WINDOWS), at=at, is_as_seen=is_as_seen).reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "is_as_seen", "why", "reason"),
    [
        pytest.param(MODERATOR, VOTE, True, "Une coquille.", None, id="as the vote opens"),
        pytest.param(MODERATOR, VOTE, True, None, None, id="may the form be shown"),
        pytest.param(MODERATOR, VOTE, True, " ", Reason.REASON_MISSING, id="without a reason"),
        pytest.param(MODERATOR, VOTE, False, " ", Reason.PROPOSAL_CHANGED, id="somebody else wrote meanwhile"),
        pytest.param(COMMITTEE, VOTE, False, "Non.", Reason.NOT_YOUR_ROLE, id="the committee"),
        pytest.param(MODERATOR, just_before(VOTE), True, "Non.", Reason.STAGE_CLOSED, id="one second before the vote"),
    ],
)
def test_who_may_correct_one(actor: Actor, at: datetime, is_as_seen: bool, why: str | None, reason: Reason | None) -> None:
    verdict = may_correct_proposal(actor, calendar=Calendar(WINDOWS), at=at, reason=why, is_as_seen=is_as_seen)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "answers", "why", "reason"),
    [
        pytest.param(MODERATOR, just_before(NEEDS), 0, "Double.", Reason.STAGE_CLOSED, id="one second before needs open"),
        pytest.param(MODERATOR, NEEDS, 0, "Double.", None, id="as needs open"),
        pytest.param(ADMINISTRATOR, just_before(VOTE), 0, "Double.", None, id="one second before the vote"),
        pytest.param(MODERATOR, VOTE, 0, "Double.", Reason.PROPOSAL_FROZEN, id="as the vote opens"),
        pytest.param(OPERATOR, VOTE, 0, "Double.", Reason.PROPOSAL_FROZEN, id="the operator, as the vote opens"),
        pytest.param(MODERATOR, NOW, 1, "Double.", Reason.PROPOSAL_ANSWERS, id="it answers a contribution"),
        pytest.param(MODERATOR, NOW, 0, None, None, id="may the form be shown"),
        pytest.param(MODERATOR, NOW, 0, " ", Reason.REASON_MISSING, id="without a reason"),
        pytest.param(COMMITTEE, NOW, 1, " ", Reason.NOT_YOUR_ROLE, id="the committee"),
        pytest.param(VISITOR, NOW, 1, " ", Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_withdraw_one(actor: Actor, at: datetime, answers: int, why: str | None, reason: Reason | None) -> None:
    answer = may_withdraw_proposal(actor, calendar=Calendar(WINDOWS), at=at, answers=answers, reason=why)
    assert answer.reason is reason

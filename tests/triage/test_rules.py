"""What may become of a contribution, who decides it, and until when."""

from datetime import datetime

import pytest

from consult.calendar.rules import Calendar, Stage, Verb
from consult.contributions.rules import RECEIVED, Status
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from consult.triage.rules import FROM, may_triage
from tests.support.world import WINDOWS, during, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
MODERATOR = Actor(person_id=1, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=2, roles=frozenset({Role.ADMINISTRATOR}))
COMMITTEE = Actor(person_id=3, roles=frozenset({Role.COMMITTEE, Role.OBSERVER}))
SOMEONE = Actor(person_id=4)
NEEDS_OPEN, VOTE_OPENS, NOW = opening_of(Stage.NEEDS), opening_of(Stage.VOTING), during(Stage.NEEDS)
LONG_AFTER = during(Stage.TRACKING)
PUBLISHED, GROUPED, WITHDRAWN = Status.PUBLISHED, Status.GROUPED, Status.WITHDRAWN


@pytest.mark.parametrize(
    ("actor", "verb", "status", "at", "reason"),
    [
        pytest.param(MODERATOR, Verb.GROUP, PUBLISHED, just_before(NEEDS_OPEN), Reason.STAGE_CLOSED, id="group, before"),
        pytest.param(MODERATOR, Verb.GROUP, PUBLISHED, NEEDS_OPEN, None, id="group, as needs open"),
        pytest.param(MODERATOR, Verb.GROUP, PUBLISHED, just_before(VOTE_OPENS), None, id="group, a second before the vote"),
        pytest.param(MODERATOR, Verb.GROUP, PUBLISHED, VOTE_OPENS, Reason.STAGE_CLOSED, id="group, as the vote opens"),
        pytest.param(MODERATOR, Verb.UNGROUP, GROUPED, just_before(VOTE_OPENS), None, id="ungroup, a second before the vote"),
        pytest.param(MODERATOR, Verb.UNGROUP, GROUPED, VOTE_OPENS, Reason.STAGE_CLOSED, id="ungroup, as the vote opens"),
        pytest.param(MODERATOR, Verb.REORIENT, PUBLISHED, just_before(NEEDS_OPEN), Reason.STAGE_CLOSED, id="reorient, before"),
        pytest.param(MODERATOR, Verb.REORIENT, PUBLISHED, NEEDS_OPEN, None, id="reorient, as needs open"),
        pytest.param(MODERATOR, Verb.REORIENT, PUBLISHED, VOTE_OPENS, None, id="reorient, as the vote opens"),
        pytest.param(MODERATOR, Verb.REORIENT, PUBLISHED, LONG_AFTER, None, id="what still waits keeps its right to an answer"),
        pytest.param(MODERATOR, Verb.DECLARE_INELIGIBLE, PUBLISHED, LONG_AFTER, None, id="ineligible, long after"),
        pytest.param(MODERATOR, Verb.GROUP, GROUPED, NOW, None, id="a grouped one joins further propositions"),
        pytest.param(MODERATOR, Verb.REORIENT, GROUPED, NOW, Reason.ALREADY_TRIAGED, id="a grouped one is not reoriented"),
        pytest.param(MODERATOR, Verb.UNGROUP, PUBLISHED, NOW, Reason.NOT_GROUPED, id="nothing to undo"),
        pytest.param(ADMINISTRATOR, Verb.GROUP, PUBLISHED, NOW, None, id="an administrator"),
        pytest.param(OPERATOR, Verb.GROUP, PUBLISHED, NOW, None, id="the operator"),
        pytest.param(OPERATOR, Verb.GROUP, PUBLISHED, VOTE_OPENS, Reason.STAGE_CLOSED, id="nobody passes the gate"),
        pytest.param(VISITOR, Verb.GROUP, PUBLISHED, NOW, Reason.SIGN_IN, id="a visitor"),
        pytest.param(SOMEONE, Verb.GROUP, PUBLISHED, NOW, Reason.NOT_YOUR_ROLE, id="someone signed in"),
        pytest.param(COMMITTEE, Verb.GROUP, PUBLISHED, NOW, Reason.NOT_YOUR_ROLE, id="the committee, an observer"),
    ],
)
def test_who_may_triage(actor: Actor, verb: Verb, status: Status, at: datetime, reason: Reason | None) -> None:
    assert may_triage(actor, verb, status=status, calendar=CALENDAR, at=at).reason is reason


@pytest.mark.parametrize("verb", list(FROM))
@pytest.mark.parametrize("status", RECEIVED)
def test_the_state_table_has_no_hole(verb: Verb, status: Status) -> None:
    answer = may_triage(MODERATOR, verb, status=status, calendar=CALENDAR, at=NOW).reason
    if status in FROM[verb]:
        assert answer is None
    elif status is WITHDRAWN:
        assert answer is Reason.NOT_AWAITING_TRIAGE
    else:
        assert answer in (Reason.ALREADY_TRIAGED, Reason.NOT_GROUPED)


@pytest.mark.parametrize("verb", [Verb.REORIENT, Verb.DECLARE_INELIGIBLE])
def test_an_outcome_is_reasoned(verb: Verb) -> None:
    blank = may_triage(MODERATOR, verb, status=PUBLISHED, calendar=CALENDAR, at=NOW, reason=" \n")
    assert blank.reason is Reason.REASON_MISSING

"""Who may decide and proclaim, when, and what departs from the ranking."""

from datetime import datetime, timedelta

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason
from consult.selection.model import Outcome
from consult.selection.rules import departures, may_decide, may_proclaim, may_read_deliberation
from consult.voting.rules import Tally, ranking
from tests.support.world import WINDOWS, closing_of, during, just_before, opening_of

TICK = timedelta(microseconds=1)
CALENDAR = Calendar(WINDOWS)
CLOSED = closing_of(Stage.VOTING)
MEMBER, ADMINISTRATOR, MODERATOR, OBSERVER = (
    Actor(person_id=rank, roles=frozenset({role}))
    for rank, role in enumerate((Role.COMMITTEE, Role.ADMINISTRATOR, Role.MODERATOR, Role.OBSERVER), start=1)
)
NOBODY = Actor(person_id=9)


@pytest.mark.parametrize(
    ("actor", "reason_given", "proclaimed", "at", "reason"),
    [
        pytest.param(MEMBER, "parce que", False, CLOSED, None, id="the committee, at the closing instant"),
        pytest.param(MEMBER, "parce que", False, CLOSED - TICK, Reason.STAGE_CLOSED, id="a microsecond before the close"),
        pytest.param(MEMBER, "parce que", False, just_before(CLOSED), Reason.STAGE_CLOSED, id="one second before"),
        pytest.param(MEMBER, "parce que", False, during(Stage.VOTING), Reason.STAGE_CLOSED, id="during the vote"),
        pytest.param(MEMBER, "parce que", False, opening_of(Stage.TRACKING), None, id="long after"),
        pytest.param(MEMBER, " \n ", False, CLOSED, Reason.REASON_MISSING, id="without a reason"),
        pytest.param(MEMBER, "parce que", True, CLOSED, Reason.RESULT_PROCLAIMED, id="once proclaimed"),
        pytest.param(ADMINISTRATOR, "parce que", False, CLOSED, Reason.NOT_YOUR_ROLE, id="an administrator"),
        pytest.param(OPERATOR, "parce que", False, CLOSED, Reason.SIGN_IN, id="the operator"),
        pytest.param(MODERATOR, "parce que", False, CLOSED, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(OBSERVER, "parce que", False, CLOSED, Reason.NOT_YOUR_ROLE, id="an observer"),
        pytest.param(NOBODY, "parce que", False, CLOSED, Reason.NOT_YOUR_ROLE, id="without a role"),
        pytest.param(VISITOR, "parce que", False, CLOSED, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_decide(actor: Actor, reason_given: str, proclaimed: bool, at: datetime, reason: Reason | None) -> None:
    answer = may_decide(actor, calendar=CALENDAR, reason=reason_given, proclaimed=proclaimed, at=at)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("actor", "proposals", "decided", "proclaimed", "at", "reason"),
    [
        pytest.param(MEMBER, 3, 3, False, CLOSED, None, id="the committee"),
        pytest.param(ADMINISTRATOR, 3, 3, False, CLOSED, None, id="an administrator"),
        pytest.param(MODERATOR, 3, 3, False, CLOSED, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(OBSERVER, 3, 3, False, CLOSED, Reason.NOT_YOUR_ROLE, id="an observer"),
        pytest.param(NOBODY, 3, 3, False, CLOSED, Reason.NOT_YOUR_ROLE, id="without a role"),
        pytest.param(VISITOR, 3, 3, False, CLOSED, Reason.SIGN_IN, id="a visitor"),
        pytest.param(MEMBER, 3, 3, False, CLOSED - TICK, Reason.STAGE_CLOSED, id="a microsecond early"),
        pytest.param(MEMBER, 3, 2, False, CLOSED, Reason.DECISION_MISSING, id="one decision is missing"),
        pytest.param(MEMBER, 0, 0, False, CLOSED, Reason.DECISION_MISSING, id="nothing to proclaim"),
        pytest.param(MEMBER, 3, 3, True, CLOSED, Reason.RESULT_PROCLAIMED, id="twice"),
    ],
)
def test_who_may_proclaim(
    actor: Actor, proposals: int, decided: int, proclaimed: bool, at: datetime, reason: Reason | None
) -> None:
    answer = may_proclaim(actor, calendar=CALENDAR, proposals=proposals, decided=decided, proclaimed=proclaimed, at=at)
    assert answer.reason is reason


def test_only_the_committee_reads_the_deliberation() -> None:
    readers = (MEMBER, ADMINISTRATOR, MODERATOR, OBSERVER, NOBODY, OPERATOR, VISITOR)
    assert [may_read_deliberation(actor) for actor in readers] == [True] + [False] * 6


RANKED = ranking(Tally(100 + number, number, f"P{number}", 10 - number, 1) for number in range(1, 5))
KEPT, LEFT, LATER = Outcome.RETAINED, Outcome.NOT_RETAINED, Outcome.DEFERRED


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        pytest.param((KEPT, KEPT, LEFT, LATER), {}, id="the ranking is followed"),
        pytest.param((KEPT, LEFT, KEPT, LEFT), {102: (3,), 103: (2,)}, id="one passed over"),
        pytest.param(
            (LATER, KEPT, KEPT, LEFT), {101: (3,), 103: (1,)}, id="the first deferred: only the one in its stead departs"
        ),
        pytest.param((LEFT, LEFT, KEPT, KEPT), {101: (3, 4), 102: (3, 4), 103: (1, 2), 104: (1, 2)}, id="turned over"),
        pytest.param((LEFT, KEPT, LEFT, LATER), {101: (2,), 102: (1,)}, id="the second alone"),
        pytest.param((KEPT, None, KEPT, None), {}, id="what is not decided departs from nothing"),
        pytest.param((None, LEFT, None, KEPT), {102: (4,), 104: (2,)}, id="among what is decided"),
        pytest.param((LEFT, LEFT, LEFT, LEFT), {}, id="nothing retained"),
        pytest.param((None,) * 4, {}, id="nothing decided"),
    ],
)
def test_what_departs_from_the_ranking(outcomes: tuple[Outcome | None, ...], expected: dict[int, tuple[int, ...]]) -> None:
    decided = {101 + rank: outcome for rank, outcome in enumerate(outcomes) if outcome}
    assert departures(RANKED, decided) == expected

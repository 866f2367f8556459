"""Who may keep out, say what they think, say what it costs, correct: moment by moment, role by role, state by state."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.refusals import Reason, Verdict
from consult.selection.rules import (
    Reader,
    may_correct_decision,
    may_decide,
    may_estimate,
    may_give_opinion,
    may_lift_recusal,
    may_proclaim,
    may_recuse,
    unexplained,
)
from tests.support.world import WINDOWS, closing_of, during, opening_of

TICK = timedelta(microseconds=1)
CALENDAR = Calendar(WINDOWS)
OPENED, CLOSED = opening_of(Stage.VOTING), closing_of(Stage.VOTING)
MEMBER, ADMINISTRATOR, MODERATOR, OBSERVER, BOTH = (
    Actor(person_id=rank, roles=frozenset(roles))
    for rank, roles in enumerate(
        ([Role.COMMITTEE], [Role.ADMINISTRATOR], [Role.MODERATOR], [Role.OBSERVER], [Role.COMMITTEE, Role.ADMINISTRATOR]),
        start=1,
    )
)
NOBODY = Actor(person_id=9)
DECIDE = partial(may_decide, reason="Parce que.")
RECUSE, LIFT = partial(may_recuse, reason="Parce que."), partial(may_lift_recusal, is_own=False, reason="Parce que.")
CORRECT = partial(may_correct_decision, reason="Parce que.")
PROCLAIM = partial(may_proclaim, proposals=3, decided=3)

OPENS: dict[Any, datetime] = {
    DECIDE: CLOSED,
    may_give_opinion: CLOSED,
    may_estimate: OPENED,
    RECUSE: OPENED,
    LIFT: OPENED,
    CORRECT: CLOSED,
    PROCLAIM: CLOSED,
}
MAY: dict[Any, tuple[Actor, ...]] = {
    DECIDE: (MEMBER, BOTH),
    may_give_opinion: (MEMBER, BOTH),
    may_estimate: (MEMBER, ADMINISTRATOR, BOTH),
    RECUSE: (MEMBER, BOTH),
    LIFT: (ADMINISTRATOR, BOTH),
    CORRECT: (MEMBER, BOTH),
    PROCLAIM: (MEMBER, ADMINISTRATOR, BOTH),
}
"""For each act, who may, when nothing else stands in the way."""
SIGNED_IN = (MEMBER, ADMINISTRATOR, MODERATOR, OBSERVER, BOTH, NOBODY)


def asked(act: Any, actor: Actor, *, at: datetime, proclaimed: bool = False, is_recused: bool = False) -> Verdict:
    """The answer of a rule, the result proclaimed for a correction unless said otherwise."""
    answer: Verdict = act(
        actor,
        calendar=CALENDAR,
        proclaimed=proclaimed is not (act is CORRECT),
        is_recused=is_recused is not (act is LIFT),
        at=at,
    )
    return answer


@pytest.mark.parametrize("act", list(OPENS))
@pytest.mark.parametrize("actor", [*SIGNED_IN, VISITOR, OPERATOR])
def test_each_role_at_each_moment(act: Callable[..., Verdict], actor: Actor) -> None:
    right = None if actor in MAY[act] else Reason.NOT_YOUR_ROLE if actor in SIGNED_IN else Reason.SIGN_IN
    moments = {OPENS[act] - TICK: Reason.STAGE_CLOSED, OPENS[act]: right, during(Stage.TRACKING): right}
    assert {at: asked(act, actor, at=at).reason for at in moments} == moments


@pytest.mark.parametrize("act", list(OPENS))
@pytest.mark.parametrize("actor", [MEMBER, BOTH])
def test_whoever_keeps_out_neither_reads_nor_weighs(act: Callable[..., Verdict], actor: Actor) -> None:
    expected = {
        RECUSE: Reason.ALREADY_RECUSED,
        LIFT: Reason.NOT_RECUSED if actor is BOTH else Reason.NOT_YOUR_ROLE,
        PROCLAIM: Reason.RECUSED_SOMEWHERE,
    }
    assert asked(act, actor, at=CLOSED, is_recused=True).reason is expected.get(act, Reason.RECUSED)


@pytest.mark.parametrize("act", list(OPENS))
def test_the_proclamation_ends_it_all_and_opens_corrections(act: Callable[..., Verdict]) -> None:
    reason = Reason.NOT_PROCLAIMED if act is CORRECT else Reason.RESULT_PROCLAIMED
    for is_recused in (False, True):
        assert asked(act, BOTH, at=CLOSED, proclaimed=True, is_recused=is_recused).reason is reason


def test_a_reason_is_asked_of_each_act_that_has_one() -> None:
    now: dict[str, Any] = {"calendar": CALENDAR, "at": CLOSED}
    for blank in ("", " \n "):
        assert may_recuse(MEMBER, proclaimed=False, is_recused=False, reason=blank, **now).reason is Reason.REASON_MISSING
        lifted = may_lift_recusal(ADMINISTRATOR, proclaimed=False, is_own=False, is_recused=True, reason=blank, **now)
        assert lifted.reason is Reason.REASON_MISSING
        corrected = may_correct_decision(MEMBER, proclaimed=True, is_recused=False, reason=blank, **now)
        assert corrected.reason is Reason.REASON_MISSING


def test_nobody_lets_themselves_back_in() -> None:
    own = may_lift_recusal(BOTH, calendar=CALENDAR, proclaimed=False, is_own=True, is_recused=True, reason="Oui", at=CLOSED)
    assert own.reason is Reason.OWN_RECUSAL


def test_what_another_wrote_meanwhile_is_not_overwritten() -> None:
    late = DECIDE(MEMBER, calendar=CALENDAR, proclaimed=False, is_as_seen=False, at=CLOSED)
    assert late.reason is Reason.DECISION_CHANGED
    recused = DECIDE(MEMBER, calendar=CALENDAR, proclaimed=False, is_recused=True, is_as_seen=False, at=CLOSED)
    assert recused.reason is Reason.RECUSED, "that it changed is part of the deliberation"
    crossed = CORRECT(MEMBER, calendar=CALENDAR, proclaimed=True, is_recused=False, is_as_seen=False, at=CLOSED)
    assert crossed.reason is Reason.DECISION_CHANGED


def test_a_correction_that_decides_the_same_is_none() -> None:
    same = CORRECT(MEMBER, calendar=CALENDAR, proclaimed=True, is_recused=False, changes_outcome=False, at=CLOSED)
    assert same.reason is Reason.DECISION_UNCHANGED


@pytest.mark.parametrize(
    ("decided", "lacking", "is_recused", "reason"),
    [
        (3, 0, False, None),
        (3, 1, False, Reason.EXPLANATION_MISSING),
        (2, 1, False, Reason.DECISION_MISSING),
        (2, 1, True, Reason.RECUSED_SOMEWHERE),
        (3, 1, True, Reason.RECUSED_SOMEWHERE),
        (3, 0, True, Reason.RECUSED_SOMEWHERE),
    ],
)
def test_what_is_missing_is_not_told_to_who_keeps_out(
    decided: int, lacking: int, is_recused: bool, reason: Reason | None
) -> None:
    answer = may_proclaim(
        MEMBER,
        calendar=CALENDAR,
        proposals=3,
        decided=decided,
        proclaimed=False,
        is_recused=is_recused,
        unexplained=lacking,
        at=CLOSED,
    )
    assert answer.reason is reason


def test_what_each_reader_reads() -> None:
    outside, member, out_of_one = Reader(False), Reader(True), Reader(True, frozenset({7}))
    assert [reader.reads(7) for reader in (outside, member, out_of_one)] == [False, True, False]
    assert [reader.reads(8) for reader in (outside, member, out_of_one)] == [False, True, True]
    assert [reader.reads_all for reader in (outside, member, out_of_one)] == [False, True, False]


def test_a_blank_explanation_explains_nothing() -> None:
    assert unexplained({1: (2,), 2: (1,), 3: (4,)}, {1: "Parce que.", 2: " \n"}) == [2, 3]

"""The grid: what it may be and until when it changes, who may note, and what points come to."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, Actor, Mandate, Role, Standing
from consult.ground.refusals import Reason
from consult.interests.grid_rules import CriterionDraft, is_sound, may_read, may_set_grid, weighted_mean
from consult.interests.model import InterestStatus
from tests.support.world import ROCAMADOUR, WINDOWS, closing_of, during, just_before

CALENDAR = Calendar(WINDOWS)
OPEN = during(Stage.INTERESTS)
NEED = CriterionDraft("Le besoin est réel", "Ce que la collectivité a écrit.", 3)
TIME = CriterionDraft("Le temps est donné", "", 1)
ADMINISTRATOR = Actor(person_id=1, roles=frozenset({Role.ADMINISTRATOR}))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))


@pytest.mark.parametrize(
    ("actor", "at", "is_scored", "criteria", "said", "is_as_read", "reason"),
    [
        pytest.param(ADMINISTRATOR, OPEN, False, [NEED], "Oui.", True, None, id="an administrator"),
        pytest.param(OPERATOR, OPEN, False, [NEED], "Oui.", True, None, id="the operator"),
        pytest.param(ADMINISTRATOR, during(Stage.NEEDS), False, [NEED], "Oui.", True, None, id="long before"),
        pytest.param(
            ADMINISTRATOR,
            just_before(closing_of(Stage.INTERESTS)),
            False,
            [NEED],
            "Oui.",
            True,
            None,
            id="a second before the close",
        ),
        pytest.param(
            ADMINISTRATOR, closing_of(Stage.INTERESTS), False, [NEED], "Oui.", True, Reason.GRID_FROZEN, id="at the close"
        ),
        pytest.param(ADMINISTRATOR, OPEN, True, [NEED], "Oui.", True, Reason.GRID_IN_USE, id="once somebody noted by it"),
        pytest.param(MODERATOR, OPEN, False, [NEED], "Oui.", True, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(Actor(), OPEN, False, [NEED], "Oui.", True, Reason.SIGN_IN, id="a visitor"),
        pytest.param(ADMINISTRATOR, OPEN, False, [NEED], " ", True, Reason.REASON_MISSING, id="without a reason"),
        pytest.param(ADMINISTRATOR, OPEN, False, [], "Oui.", True, Reason.GRID_UNSOUND, id="without a criterion"),
        pytest.param(ADMINISTRATOR, OPEN, False, [NEED], "Oui.", False, Reason.GRID_CHANGED, id="over somebody else's"),
        pytest.param(ADMINISTRATOR, OPEN, False, [TIME], "Oui.", True, Reason.GRID_UNCHANGED, id="the same"),
        pytest.param(ADMINISTRATOR, OPEN, False, None, "", True, None, id="may the form be shown"),
    ],
)
def test_who_may_set_the_grid(
    actor: Actor,
    at: datetime,
    is_scored: bool,
    criteria: Sequence[CriterionDraft] | None,
    said: str,
    is_as_read: bool,
    reason: Reason | None,
) -> None:
    asked = may_set_grid(
        actor,
        calendar=CALENDAR,
        is_scored=is_scored,
        criteria=criteria,
        current=[TIME],
        reason=said,
        is_as_read=is_as_read,
        at=at,
    )
    assert asked.reason is reason


@pytest.mark.parametrize(
    ("criteria", "sound"),
    [
        ([NEED, TIME], True),
        ([replace(NEED, label=f"Critère {n}") for n in range(12)], True),
        ([replace(NEED, label=f"Critère {n}") for n in range(13)], False),
        ([replace(NEED, weight=10)], True),
        ([replace(NEED, weight=11)], False),
        ([replace(NEED, weight=0)], False),
        ([replace(NEED, label="  ")], False),
        ([NEED, replace(TIME, label="LE BESOIN est réel ")], False),
    ],
)
def test_what_a_grid_may_be(criteria: list[CriterionDraft], sound: bool) -> None:
    assert is_sound(criteria) is sound


@pytest.mark.parametrize(
    ("criteria", "points", "note", "reason"),
    [
        pytest.param([1, 2], {1: 0, 2: 4}, "", None, id="every criterion"),
        pytest.param([1, 2], {1: 3}, "Un mot.", Reason.READING_INCOMPLETE, id="one is missing"),
        pytest.param([1], {1: 3, 9: 2}, "", Reason.READING_INCOMPLETE, id="one of another edition"),
        pytest.param([1], {1: 5}, "", Reason.READING_INCOMPLETE, id="more than four"),
        pytest.param([1], {1: -1}, "", Reason.READING_INCOMPLETE, id="less than none"),
        pytest.param([], {}, "Un mot.", None, id="words where there is no grid"),
        pytest.param([], {}, " ", Reason.NOTHING_SAID, id="nothing at all"),
    ],
)
def test_what_a_reader_may_note(criteria: list[int], points: Mapping[int, int], note: str, reason: Reason | None) -> None:
    now = {"calendar": CALENDAR, "siren": ROCAMADOUR, "status": InterestStatus.SUBMITTED, "at": OPEN}
    assert may_read(MODERATOR, **now, criteria=criteria, points=points, note=note).reason is reason  # type: ignore[arg-type]


def test_nobody_notes_what_is_answered_nor_one_s_own() -> None:
    mine = replace(MODERATOR, mandates=(Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune"),))
    for actor, status, reason in (
        (MODERATOR, InterestStatus.ACCEPTED, Reason.ALREADY_DECIDED),
        (mine, InterestStatus.SUBMITTED, Reason.OWN_INTEREST),
    ):
        asked = may_read(
            actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, criteria=[1], points={1: 1}, note="", at=OPEN
        )
        assert asked.reason is reason


@pytest.mark.parametrize(
    ("readings", "mean"),
    [
        ([], None),
        ([{}], None),
        ([{1: 4, 2: 0}], "3.00"),
        ([{1: 4, 2: 0}, {1: 0, 2: 0}], "1.50"),
        ([{1: 1, 2: 0}, {1: 0, 2: 0}, {1: 0, 2: 0}], "0.25"),
        ([{1: 2, 2: 1}, {1: 2, 2: 2}, {1: 1, 2: 1}], "1.58"),
    ],
)
def test_what_points_come_to(readings: list[dict[int, int]], mean: str | None) -> None:
    assert weighted_mean(readings, {1: 3, 2: 1}) == (Decimal(mean) if mean else None)

"""The steps of a service, its dates, and who may say what of it, at the exact instants."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason
from consult.services.model import Phase
from consult.services.rules import (
    NEXT_PHASES,
    Keeping,
    is_of_service,
    keeping,
    may_create,
    may_enter_phase,
    may_reach_milestone,
    may_set_milestone,
    may_update,
)
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
PENDING = replace(AGENT, mandate=replace(MANDATE, standing=Standing.PENDING))
GRAMAT_S = replace(AGENT, mandate=replace(MANDATE, siren=GRAMAT))
PARTNER = replace(AGENT, profile=Profile.PARTENAIRE, mandate=None)
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=3, roles=frozenset({Role.ADMINISTRATOR}))
OBSERVER = Actor(person_id=4, roles=frozenset({Role.OBSERVER}))
OPENING = opening_of(Stage.TRACKING)
LATER = paris(2030, 1, 1)


@pytest.mark.parametrize(
    ("actor", "bearers", "reason"),
    [
        pytest.param(AGENT, {ROCAMADOUR}, None, id="the people of who bears it"),
        pytest.param(AGENT, {GRAMAT}, Reason.NOT_OF_THE_SERVICE, id="of another collectivité"),
        pytest.param(AGENT, set(), Reason.NOT_OF_THE_SERVICE, id="nobody bears it"),
        pytest.param(PENDING, {ROCAMADOUR}, Reason.NOT_OF_THE_SERVICE, id="not verified yet"),
        pytest.param(PARTNER, {ROCAMADOUR}, Reason.NOT_OF_THE_SERVICE, id="a partner"),
        pytest.param(OBSERVER, {ROCAMADOUR}, Reason.NOT_OF_THE_SERVICE, id="an observer"),
        pytest.param(MODERATOR, set(), None, id="the agency"),
        pytest.param(ADMINISTRATOR, set(), None, id="an administrator"),
        pytest.param(OPERATOR, set(), None, id="the operator"),
        pytest.param(VISITOR, {ROCAMADOUR}, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_writes_on_the_pages_of_a_service(actor: Actor, bearers: set[str], reason: Reason | None) -> None:
    assert is_of_service(actor, bearers).reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "is_proclaimed", "is_retained", "said", "reason"),
    [
        pytest.param(MODERATOR, just_before(OPENING), True, True, "raison", Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(MODERATOR, OPENING, True, True, "raison", None, id="at the opening instant"),
        pytest.param(ADMINISTRATOR, LATER, True, True, "raison", None, id="the stage has no end"),
        pytest.param(OPERATOR, OPENING, True, True, "raison", None, id="the operator"),
        pytest.param(VISITOR, OPENING, True, True, "raison", Reason.SIGN_IN, id="a visitor"),
        pytest.param(AGENT, OPENING, True, True, "raison", Reason.NOT_YOUR_ROLE, id="a collectivité"),
        pytest.param(OBSERVER, OPENING, True, True, "raison", Reason.NOT_YOUR_ROLE, id="an observer"),
        pytest.param(MODERATOR, OPENING, False, True, "raison", Reason.NOT_PROCLAIMED, id="before the proclamation"),
        pytest.param(MODERATOR, OPENING, True, False, "raison", Reason.NOT_RETAINED, id="not retained"),
        pytest.param(MODERATOR, OPENING, True, True, " ", Reason.REASON_MISSING, id="without a reason"),
    ],
)
def test_who_may_give_birth_when(
    actor: Actor, at: datetime, is_proclaimed: bool, is_retained: bool, said: str, reason: Reason | None
) -> None:
    answer = may_create(actor, calendar=CALENDAR, is_proclaimed=is_proclaimed, is_retained=is_retained, reason=said, at=at)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "reason"),
    [
        pytest.param(MODERATOR, just_before(OPENING), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(MODERATOR, OPENING, None, id="at the opening instant"),
        pytest.param(AGENT, OPENING, Reason.NOT_OF_THE_SERVICE, id="a collectivité that does not bear it"),
        pytest.param(GRAMAT_S, just_before(OPENING), Reason.STAGE_CLOSED, id="its own team, one second early"),
        pytest.param(GRAMAT_S, OPENING, None, id="its own team"),
        pytest.param(VISITOR, OPENING, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_update_when(actor: Actor, at: datetime, reason: Reason | None) -> None:
    who: dict[str, Any] = {"calendar": CALENDAR, "bearers": {GRAMAT}, "at": at}
    born, day = OPENING - timedelta(days=1), OPENING.date()
    assert may_update(actor, **who).reason is reason
    assert may_enter_phase(actor, **who, now=Phase.INVESTIGATION, then=Phase.STOPPED, reason="x").reason is reason
    assert may_set_milestone(actor, **who, phase=Phase.INVESTIGATION, born_at=born, due_on=day).reason is reason
    assert may_reach_milestone(actor, **who, born_at=born, already_done=False, done_on=day).reason is reason


ORDER = [Phase.INVESTIGATION, Phase.CONSTRUCTION, Phase.ACCELERATION, Phase.CONSOLIDATION]


def test_every_step_is_the_next_one_or_a_stop() -> None:
    allowed = {(now, then) for now in Phase for then in NEXT_PHASES[now]}
    forward = set(pairwise(ORDER))
    ends = {(Phase.CONSOLIDATION, Phase.OPERATED), (Phase.CONSOLIDATION, Phase.TRANSFERRED)}
    assert allowed == forward | ends | {(now, Phase.STOPPED) for now in ORDER}


@pytest.mark.parametrize(("now", "then"), [(now, then) for now in Phase for then in Phase])
def test_a_step_outside_the_table_is_refused(now: Phase, then: Phase) -> None:
    answer = may_enter_phase(MODERATOR, calendar=CALENDAR, bearers=(), now=now, then=then, reason="raison", at=OPENING)
    assert answer.reason is (None if then in NEXT_PHASES[now] else Reason.STEP_IMPOSSIBLE)


def test_a_step_takes_a_reason() -> None:
    answer = may_enter_phase(
        MODERATOR, calendar=CALENDAR, bearers=(), now=Phase.INVESTIGATION, then=Phase.CONSTRUCTION, reason="", at=OPENING
    )
    assert answer.reason is Reason.REASON_MISSING


BORN = paris(2021, 6, 8, 0, 30)  # the 7th in UTC, the 8th in Paris
NOW = paris(2021, 9, 1, 0, 15)  # the 31st of August in UTC


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param(date(2021, 6, 7), Reason.DATE_BEFORE_BIRTH, id="the day before the birth, though UTC still is on it"),
        pytest.param(date(2021, 6, 8), None, id="the day of the birth, in Paris"),
        pytest.param(date(2021, 9, 1), None, id="today, in Paris"),
        pytest.param(date(2021, 9, 2), Reason.DATE_TO_COME, id="tomorrow"),
    ],
)
def test_what_happened_happened_between_the_birth_and_today(day: date, reason: Reason | None) -> None:
    reached = may_reach_milestone(
        MODERATOR, calendar=CALENDAR, bearers=(), born_at=BORN, already_done=False, done_on=day, at=NOW
    )
    assert reached.reason is reason


def test_a_promise_may_be_for_later_but_not_before_the_birth() -> None:
    def answer(due_on: date, phase: Phase = Phase.CONSTRUCTION) -> Reason | None:
        return may_set_milestone(
            MODERATOR, calendar=CALENDAR, bearers=(), phase=phase, born_at=BORN, due_on=due_on, at=NOW
        ).reason

    assert answer(date(2030, 1, 1)) is None
    assert answer(date(2021, 6, 8)) is None
    assert answer(date(2021, 6, 7)) is Reason.DATE_BEFORE_BIRTH
    assert answer(date(2030, 1, 1), Phase.STOPPED) is Reason.SERVICE_STOPPED
    assert answer(date(2030, 1, 1), Phase.OPERATED) is None


def test_a_milestone_is_reached_once() -> None:
    answer = may_reach_milestone(
        MODERATOR, calendar=CALENDAR, bearers=(), born_at=BORN, already_done=True, done_on=date(2021, 8, 1), at=NOW
    )
    assert answer.reason is Reason.ALREADY_REACHED


@pytest.mark.parametrize(
    ("due_on", "done_on", "phase", "kept"),
    [
        pytest.param(date(2021, 9, 2), None, Phase.CONSTRUCTION, Keeping.TO_COME, id="tomorrow"),
        pytest.param(date(2021, 9, 1), None, Phase.CONSTRUCTION, Keeping.TO_COME, id="the day itself is not late"),
        pytest.param(date(2021, 8, 31), None, Phase.CONSTRUCTION, Keeping.LATE, id="yesterday is"),
        pytest.param(date(2021, 8, 31), None, Phase.STOPPED, Keeping.DROPPED, id="a stopped service is not late"),
        pytest.param(date(2021, 8, 31), date(2021, 8, 31), Phase.CONSTRUCTION, Keeping.DONE, id="on its day"),
        pytest.param(date(2021, 8, 31), date(2021, 9, 1), Phase.CONSTRUCTION, Keeping.DONE_LATE, id="a day later"),
        pytest.param(date(2021, 8, 31), date(2021, 8, 1), Phase.STOPPED, Keeping.DONE, id="before it stopped"),
    ],
)
def test_how_a_milestone_is_kept(due_on: date, done_on: date | None, phase: Phase, kept: Keeping) -> None:
    assert keeping(due_on, done_on, phase=phase, today=date(2021, 9, 1)) is kept

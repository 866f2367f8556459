"""The steps of a service, its dates, and who may say what of it, at the exact instants."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import ALLOWED, Reason
from consult.services.model import Phase
from consult.services.rules import (
    BORN_IN,
    NEXT_PHASES,
    Keeping,
    is_of_service,
    is_silent,
    is_still_promised,
    keeping,
    may_create,
    may_drop_milestone,
    may_enter_phase,
    may_move_milestone,
    may_name_bearers,
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
    step: dict[str, Any] = {"now": Phase.INVESTIGATION, "then": Phase.STOPPED, "reason": "x", "learnt": "x"}
    assert may_enter_phase(actor, **who, **step).reason is reason
    assert may_set_milestone(actor, **who, phase=Phase.INVESTIGATION, born_at=born, due_on=day).reason is reason
    assert may_reach_milestone(actor, **who, born_at=born, promised=ALLOWED, done_on=day).reason is reason
    moved: dict[str, Any] = {"phase": Phase.INVESTIGATION, "born_at": born, "promised": ALLOWED, "old": day, "reason": "x"}
    assert may_move_milestone(actor, **who, **moved, new=day + timedelta(days=1)).reason is reason
    assert may_drop_milestone(actor, **who, promised=ALLOWED, reason="x").reason is reason


ORDER = [Phase.INVESTIGATION, Phase.CONSTRUCTION, Phase.ACCELERATION, Phase.CONSOLIDATION]


def test_every_step_is_the_next_one_or_a_stop() -> None:
    allowed = {(now, then) for now in Phase for then in NEXT_PHASES[now]}
    forward = set(pairwise(ORDER))
    ends = {(Phase.CONSOLIDATION, Phase.OPERATED), (Phase.CONSOLIDATION, Phase.TRANSFERRED)}
    in_use = {(Phase.OPERATED, Phase.TRANSFERRED), (Phase.OPERATED, Phase.STOPPED), (Phase.TRANSFERRED, Phase.STOPPED)}
    assert allowed == forward | ends | in_use | {(now, Phase.STOPPED) for now in ORDER}
    assert set(BORN_IN) == set(ORDER)


@pytest.mark.parametrize(("now", "then"), [(now, then) for now in Phase for then in Phase])
def test_a_step_outside_the_table_is_refused(now: Phase, then: Phase) -> None:
    said: dict[str, Any] = {"reason": "raison", "learnt": "Ceci."}
    answer = may_enter_phase(MODERATOR, calendar=CALENDAR, bearers=(), now=now, then=then, **said, at=OPENING)
    assert answer.reason is (None if then in NEXT_PHASES[now] else Reason.STEP_IMPOSSIBLE)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param({}, None, id="a reason"),
        pytest.param({"reason": " "}, Reason.REASON_MISSING, id="no reason"),
        pytest.param({"then": Phase.STOPPED}, Reason.LEARNT_MISSING, id="stopped, and nothing was learnt"),
        pytest.param({"then": Phase.STOPPED, "learnt": " "}, Reason.LEARNT_MISSING, id="stopped, and less than a word"),
        pytest.param({"then": Phase.STOPPED, "learnt": "Ceci."}, None, id="stopped, and this was learnt"),
        pytest.param({"day": date(2021, 9, 1)}, None, id="today, in Paris"),
        pytest.param({"day": date(2021, 9, 2)}, Reason.DATE_TO_COME, id="tomorrow"),
        pytest.param({"day": date(2021, 6, 8)}, None, id="on the day of the last step"),
        pytest.param({"day": date(2021, 6, 7)}, Reason.STEP_BEFORE_THE_LAST, id="the day before the last step"),
    ],
)
def test_what_a_step_says(said: dict[str, Any], reason: Reason | None) -> None:
    whole = {"then": Phase.CONSTRUCTION, "reason": "raison", "last_day": date(2021, 6, 8)} | said
    answer = may_enter_phase(MODERATOR, calendar=CALENDAR, bearers=(), now=Phase.INVESTIGATION, at=NOW, **whole)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param({"day": date(2021, 6, 1)}, None, id="the day the stage opened"),
        pytest.param({"day": date(2021, 5, 31)}, Reason.DATE_BEFORE_STAGE, id="the day before"),
        pytest.param({"day": date(2021, 9, 1)}, None, id="today, in Paris"),
        pytest.param({"day": date(2021, 9, 2)}, Reason.DATE_TO_COME, id="tomorrow"),
        pytest.param({"answers_something": False}, Reason.NO_CONTRIBUTION, id="answering nothing"),
    ],
)
def test_when_a_service_may_have_been_born(said: dict[str, Any], reason: Reason | None) -> None:
    proclaimed = {"is_proclaimed": True, "is_retained": True, "reason": "raison"}
    assert may_create(MODERATOR, calendar=CALENDAR, at=NOW, **proclaimed, **said).reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "said", "reason"),
    [
        pytest.param(MODERATOR, just_before(OPENING), "raison", Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(MODERATOR, OPENING, "raison", None, id="the agency"),
        pytest.param(AGENT, OPENING, "raison", Reason.NOT_YOUR_ROLE, id="its own people"),
        pytest.param(VISITOR, OPENING, "raison", Reason.SIGN_IN, id="a visitor"),
        pytest.param(MODERATOR, OPENING, " ", Reason.REASON_MISSING, id="without a reason"),
    ],
)
def test_who_says_who_bears_a_service(actor: Actor, at: datetime, said: str, reason: Reason | None) -> None:
    assert may_name_bearers(actor, calendar=CALENDAR, reason=said, at=at).reason is reason


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
    reached = may_reach_milestone(MODERATOR, calendar=CALENDAR, bearers=(), born_at=BORN, promised=ALLOWED, done_on=day, at=NOW)
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


@pytest.mark.parametrize(
    ("already_done", "is_dropped", "reason"),
    [
        pytest.param(False, False, None, id="promised"),
        pytest.param(True, False, Reason.ALREADY_REACHED, id="reached"),
        pytest.param(False, True, Reason.MILESTONE_DROPPED, id="given up"),
    ],
)
def test_a_milestone_is_moved_reached_or_given_up_while_it_is_promised(
    already_done: bool, is_dropped: bool, reason: Reason | None
) -> None:
    promised = is_still_promised(already_done=already_done, is_dropped=is_dropped)
    who: dict[str, Any] = {"calendar": CALENDAR, "bearers": (), "promised": promised, "at": NOW}
    day = date(2021, 8, 1)
    moved: dict[str, Any] = {"phase": Phase.CONSTRUCTION, "born_at": BORN, "old": day, "new": NOW.date(), "reason": "x"}
    assert may_reach_milestone(MODERATOR, **who, born_at=BORN, done_on=day).reason is reason
    assert may_move_milestone(MODERATOR, **who, **moved).reason is reason
    assert may_drop_milestone(MODERATOR, **who, reason="x").reason is reason


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param({}, None, id="later"),
        pytest.param({"new": date(2021, 6, 8)}, None, id="sooner, on the day of the birth"),
        pytest.param({"new": date(2021, 6, 7)}, Reason.DATE_BEFORE_BIRTH, id="the day before the birth"),
        pytest.param({"new": date(2021, 8, 1)}, Reason.DATE_UNCHANGED, id="the same day"),
        pytest.param({"reason": " "}, Reason.REASON_MISSING, id="without a reason"),
        pytest.param({"phase": Phase.STOPPED}, Reason.SERVICE_STOPPED, id="a stopped service promises nothing"),
        pytest.param({"phase": Phase.OPERATED}, None, id="one in use still does"),
    ],
)
def test_a_promise_slips_for_a_reason(said: dict[str, Any], reason: Reason | None) -> None:
    whole = {"phase": Phase.CONSTRUCTION, "old": date(2021, 8, 1), "new": date(2022, 1, 31), "reason": "x"} | said
    who: dict[str, Any] = {"calendar": CALENDAR, "bearers": (), "born_at": BORN, "promised": ALLOWED, "at": NOW}
    assert may_move_milestone(MODERATOR, **who, **whole).reason is reason


def test_a_promise_is_given_up_for_a_reason() -> None:
    answer = may_drop_milestone(MODERATOR, calendar=CALENDAR, bearers=(), promised=ALLOWED, reason=" ", at=NOW)
    assert answer.reason is Reason.REASON_MISSING


@pytest.mark.parametrize(
    ("phase", "today", "is_quiet"),
    [
        pytest.param(Phase.CONSTRUCTION, date(2021, 9, 28), False, id="89 days"),
        pytest.param(Phase.CONSTRUCTION, date(2021, 9, 29), True, id="90 days"),
        pytest.param(Phase.OPERATED, date(2021, 9, 29), True, id="in use, it still owes news"),
        pytest.param(Phase.STOPPED, date(2021, 9, 29), False, id="stopped, it owes none"),
        pytest.param(Phase.TRANSFERRED, date(2021, 9, 29), False, id="nor when it is somebody else's"),
    ],
)
def test_silence_is_ninety_days(phase: Phase, today: date, is_quiet: bool) -> None:
    assert is_silent(phase, date(2021, 7, 1), today) is is_quiet


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


def test_what_is_given_up_is_not_late() -> None:
    assert keeping(date(2021, 8, 1), None, phase=Phase.CONSTRUCTION, today=NOW.date(), is_dropped=True) is Keeping.DROPPED

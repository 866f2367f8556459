"""Who may say which figures of a service, on which days, and how far a service is on its way."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason
from consult.services.indicator_rules import (
    MOST_INDICATORS,
    IndicatorDraft,
    may_change_indicator,
    may_correct_measure,
    may_end_indicator,
    may_give_measure,
    may_set_indicator,
    may_write_figures,
    progress,
)
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
NEIGHBOUR = replace(AGENT, mandate=replace(MANDATE, siren=GRAMAT))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
OPENING = opening_of(Stage.TRACKING)
NOON = paris(2021, 7, 1, 12)
TODAY, TOMORROW = date(2021, 7, 1), date(2021, 7, 2)
DRAFT = IndicatorDraft("Communes actives", "Celles qui s’en servent chaque mois.", "communes")
ASKED = {"actor": AGENT, "calendar": CALENDAR, "bearers": {ROCAMADOUR}, "at": NOON}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="the people of who bears it"),
        pytest.param({"actor": MODERATOR}, None, id="the agency"),
        pytest.param({"actor": OPERATOR}, None, id="the operator"),
        pytest.param({"actor": NEIGHBOUR}, Reason.NOT_OF_THE_SERVICE, id="another collectivité"),
        pytest.param({"actor": VISITOR}, Reason.SIGN_IN, id="a visitor"),
        pytest.param({"at": OPENING}, None, id="at the opening"),
        pytest.param({"at": just_before(OPENING)}, Reason.STAGE_CLOSED, id="one second early"),
    ],
)
def test_who_writes_figures_when(changed: dict[str, Any], reason: Reason | None) -> None:
    """Every other rule asks this one first."""
    asked = ASKED | changed
    said: dict[str, Any] = {"is_over": False, "reason": "Une erreur."}
    measured = {"is_over": False, "born_at": paris(2021, 5, 31), "day": date(2021, 5, 31), "said": (), "already": False}
    for answer in (
        may_write_figures(**asked),
        may_set_indicator(**asked, draft=DRAFT, others=0),
        may_change_indicator(**asked, draft=DRAFT, **said),
        may_end_indicator(**asked, **said),
        may_give_measure(**asked, **measured),
        may_correct_measure(**asked, is_gone=False, said=(), reason="Une erreur."),
    ):
        assert answer.reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="without a way to go"),
        pytest.param({"baseline_on": date(1999, 1, 1)}, None, id="older than the service"),
        pytest.param({"baseline_on": TODAY}, None, id="it begins today"),
        pytest.param({"baseline_on": TOMORROW}, Reason.DATE_TO_COME, id="it begins tomorrow"),
        pytest.param({"baseline_on": TODAY, "target_on": TOMORROW}, None, id="a target a day later"),
        pytest.param({"baseline_on": TODAY, "target_on": TODAY}, Reason.TARGET_TOO_EARLY, id="a target the same day"),
        pytest.param({"target_on": date(1999, 1, 1)}, None, id="a past target, without a beginning"),
    ],
)
def test_the_days_of_an_indicator(changed: dict[str, Any], reason: Reason | None) -> None:
    draft = replace(DRAFT, **changed)
    assert may_set_indicator(**ASKED, draft=draft, others=0).reason is reason
    assert may_change_indicator(**ASKED, draft=draft, is_over=False, reason="Une erreur.").reason is reason


def test_a_service_follows_a_dozen_indicators() -> None:
    assert may_set_indicator(**ASKED, draft=DRAFT, others=MOST_INDICATORS - 1)
    assert may_set_indicator(**ASKED, draft=DRAFT, others=MOST_INDICATORS).reason is Reason.TOO_MANY_INDICATORS


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({"day": TODAY}, None, id="today"),
        pytest.param({"day": TOMORROW}, Reason.DATE_TO_COME, id="tomorrow"),
        pytest.param({"day": date(2021, 6, 1)}, None, id="the day of its birth"),
        pytest.param({"day": date(2021, 5, 31)}, Reason.DATE_BEFORE_BIRTH, id="the day before its birth"),
        pytest.param({"already": True}, Reason.ALREADY_MEASURED, id="a day that has one"),
        pytest.param({"is_over": True}, Reason.INDICATOR_OVER, id="no longer followed"),
    ],
)
def test_the_days_of_a_measure(changed: dict[str, Any], reason: Reason | None) -> None:
    said = {"is_over": False, "born_at": paris(2021, 6, 1), "day": TODAY, "said": (), "already": False} | changed
    assert may_give_measure(**ASKED, **said).reason is reason


@pytest.mark.parametrize("text", ["€", "milliers d’euros", "Il reste 300 k€."])
def test_what_speaks_of_money_is_the_agency_s_to_write(text: str) -> None:
    """Its validation would be worth nothing if an amount could be published as a unit, a note or a reason."""
    by_agency = ASKED | {"actor": MODERATOR}
    measured: dict[str, Any] = {"is_over": False, "born_at": paris(2021, 6, 1), "day": TODAY, "already": False}
    for draft in (replace(DRAFT, unit=text), replace(DRAFT, name=text), replace(DRAFT, definition=text)):
        asked: dict[str, Any] = {"draft": draft, "is_over": False, "reason": "Une erreur."}
        assert may_set_indicator(**ASKED, draft=draft, others=0).reason is Reason.MONEY_IS_THE_AGENCY_S
        assert may_change_indicator(**ASKED, **asked).reason is Reason.MONEY_IS_THE_AGENCY_S
        assert may_set_indicator(**by_agency, draft=draft, others=0)
        assert may_change_indicator(**by_agency, **asked)
    assert may_end_indicator(**ASKED, is_over=False, reason=text).reason is Reason.MONEY_IS_THE_AGENCY_S
    assert may_give_measure(**ASKED, **measured, said=("jours", text)).reason is Reason.MONEY_IS_THE_AGENCY_S
    assert may_give_measure(**by_agency, **measured, said=("jours", text))
    for said, reason in (((text,), "Faux."), ((), text)):
        assert may_correct_measure(**ASKED, is_gone=False, said=said, reason=reason).reason is Reason.MONEY_IS_THE_AGENCY_S
        assert may_correct_measure(**by_agency, is_gone=False, said=said, reason=reason)


def test_what_is_over_or_without_a_reason_is_not_changed() -> None:
    assert may_end_indicator(**ASKED, is_over=True, reason="Fini.").reason is Reason.INDICATOR_OVER
    assert may_end_indicator(**ASKED, is_over=False, reason=" ").reason is Reason.REASON_MISSING
    assert may_change_indicator(**ASKED, draft=DRAFT, is_over=True, reason="Fini.").reason is Reason.INDICATOR_OVER
    assert may_correct_measure(**ASKED, is_gone=True, said=(), reason="Faux.").reason is Reason.CHANGED_MEANWHILE
    assert may_correct_measure(**ASKED, is_gone=False, said=(), reason=" ").reason is Reason.REASON_MISSING


@pytest.mark.parametrize(
    ("baseline", "target", "last", "done"),
    [
        pytest.param(0, 100, 25, "0.25", id="up"),
        pytest.param(100, 0, 25, "0.75", id="down"),
        pytest.param(100, 0, 0, "1", id="reached, down"),
        pytest.param(10, 20, 25, "1.5", id="beyond"),
        pytest.param(10, 20, 5, "-0.5", id="the other way"),
        pytest.param(-10, 10, 0, "0.5", id="across nought"),
        pytest.param(None, 10, 5, None, id="without a beginning"),
        pytest.param(0, None, 5, None, id="without a target"),
        pytest.param(0, 10, None, None, id="without a measure"),
        pytest.param(7, 7, 7, None, id="nowhere to go"),
    ],
)
def test_how_far_whichever_way(baseline: int | None, target: int | None, last: int | None, done: str | None) -> None:
    given = [None if value is None else Decimal(value) for value in (baseline, target, last)]
    assert progress(*given) == (None if done is None else Decimal(done))

"""Who may say what a collectivité does with a service, in which order, at the exact instants and days."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason
from consult.services.deployment_rules import Said, may_confirm, may_declare_deployment, may_speak_of_use
from consult.services.model import DeploymentStatus, Phase
from tests.support.world import CAUVALDOR, GRAMAT, ROCAMADOUR, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
BEARER = replace(AGENT, person_id=5, mandate=replace(MANDATE, siren=CAUVALDOR))
PENDING = replace(AGENT, mandate=replace(MANDATE, standing=Standing.PENDING))
PARTNER = replace(AGENT, profile=Profile.PARTENAIRE, mandate=None)
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
OBSERVER = Actor(person_id=4, roles=frozenset({Role.OBSERVER}))
OPENING = opening_of(Stage.TRACKING)
BORN = paris(2021, 6, 8, 0, 30)  # the 7th in UTC, the 8th in Paris
NOW = paris(2021, 9, 1, 0, 15)  # the 31st of August in UTC
TEAM = frozenset({CAUVALDOR})
TRIAL, IN_USE, ENDED = DeploymentStatus
JULY = date(2021, 7, 1)


@pytest.mark.parametrize(
    ("actor", "siren", "at", "reason"),
    [
        pytest.param(AGENT, ROCAMADOUR, just_before(OPENING), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(AGENT, ROCAMADOUR, OPENING, None, id="at the opening instant"),
        pytest.param(AGENT, ROCAMADOUR, paris(2030, 1, 1), None, id="the stage has no end"),
        pytest.param(AGENT, GRAMAT, NOW, Reason.NOT_YOURS, id="another's"),
        pytest.param(BEARER, GRAMAT, NOW, None, id="the service's team, for any"),
        pytest.param(MODERATOR, GRAMAT, NOW, None, id="the agency, for any"),
        pytest.param(OPERATOR, GRAMAT, NOW, None, id="the operator too"),
        pytest.param(VISITOR, ROCAMADOUR, NOW, Reason.SIGN_IN, id="a visitor"),
        pytest.param(PARTNER, ROCAMADOUR, NOW, Reason.PARTNER_MAY_NOT, id="a partner"),
        pytest.param(OBSERVER, ROCAMADOUR, NOW, Reason.NO_COLLECTIVITE, id="an observer"),
        pytest.param(PENDING, ROCAMADOUR, NOW, Reason.ATTACHMENT_PENDING, id="not verified yet"),
    ],
)
def test_who_may_speak_of_the_use_of_a_service(actor: Actor, siren: str, at: datetime, reason: Reason | None) -> None:
    assert may_speak_of_use(actor, calendar=CALENDAR, bearers=TEAM, siren=siren, at=at).reason is reason
    declared = may_declare_deployment(
        actor,
        calendar=CALENDAR,
        bearers=TEAM,
        siren=siren,
        phase=Phase.CONSTRUCTION,
        born_at=OPENING - timedelta(days=1),
        now=None,
        then=TRIAL,
        since=OPENING.date(),
        at=at,
    )
    assert declared.reason is reason


def declared(
    since: date,
    then: DeploymentStatus = IN_USE,
    *,
    now: Said | None = None,
    phase: Phase = Phase.CONSTRUCTION,
) -> Reason | None:
    """Why Rocamadour may not say this of itself."""
    return may_declare_deployment(
        AGENT,
        calendar=CALENDAR,
        bearers=TEAM,
        siren=ROCAMADOUR,
        phase=phase,
        born_at=BORN,
        now=now,
        then=then,
        since=since,
        at=NOW,
    ).reason


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        pytest.param(date(2021, 6, 7), Reason.DATE_BEFORE_BIRTH, id="the day before the birth, though UTC still is on it"),
        pytest.param(date(2021, 6, 8), None, id="the day of the birth, in Paris"),
        pytest.param(date(2021, 9, 1), None, id="today, in Paris"),
        pytest.param(date(2021, 9, 2), Reason.DATE_TO_COME, id="tomorrow"),
    ],
)
def test_what_is_used_is_used_between_the_birth_and_today(day: date, reason: Reason | None) -> None:
    assert declared(day) is reason


@pytest.mark.parametrize("then", DeploymentStatus)
@pytest.mark.parametrize("now", DeploymentStatus)
def test_each_may_follow_any_other_and_not_come_before_it(now: DeploymentStatus, then: DeploymentStatus) -> None:
    said = Said(now, JULY, date(2021, 6, 20))
    same_day = Reason.ALREADY_DEPLOYED if now is then else None
    assert declared(JULY, then, now=said) is same_day
    assert declared(JULY + timedelta(days=1), then, now=said) is None
    earlier = None if now is then else Reason.DATE_BEFORE_LAST_STEP
    assert declared(JULY - timedelta(days=1), then, now=said) is earlier


@pytest.mark.parametrize(
    ("before", "since", "reason"),
    [
        pytest.param(date(2021, 6, 20), date(2021, 6, 20), None, id="the day of what came before"),
        pytest.param(date(2021, 6, 20), date(2021, 6, 19), Reason.DATE_BEFORE_LAST_STEP, id="a day before it"),
        pytest.param(None, date(2021, 6, 8), None, id="nothing came before: the birth"),
        pytest.param(None, date(2021, 6, 7), Reason.DATE_BEFORE_BIRTH, id="before the birth"),
    ],
)
def test_a_day_is_corrected_as_far_as_what_came_before(before: date | None, since: date, reason: Reason | None) -> None:
    assert declared(since, now=Said(IN_USE, JULY, before)) is reason


def test_what_was_never_tried_does_not_end() -> None:
    assert declared(JULY, ENDED) is Reason.NOT_DEPLOYED
    assert declared(JULY, ENDED, now=Said(TRIAL, JULY)) is None
    assert declared(JULY, TRIAL, now=Said(ENDED, JULY, JULY)) is None


@pytest.mark.parametrize(
    ("now", "then", "phase", "reason"),
    [
        pytest.param(None, TRIAL, Phase.STOPPED, Reason.SERVICE_STOPPED, id="a stopped service is not begun with"),
        pytest.param(Said(TRIAL, JULY), IN_USE, Phase.STOPPED, Reason.SERVICE_STOPPED, id="nor taken further"),
        pytest.param(Said(IN_USE, JULY), ENDED, Phase.STOPPED, None, id="its use may end"),
        pytest.param(Said(IN_USE, JULY), IN_USE, Phase.STOPPED, None, id="its day may be corrected"),
        pytest.param(None, IN_USE, Phase.TRANSFERRED, None, id="a transferred one lives on"),
    ],
)
def test_what_is_said_of_a_service_that_ended(
    now: Said | None, then: DeploymentStatus, phase: Phase, reason: Reason | None
) -> None:
    assert declared(date(2021, 7, 9), then, now=now, phase=phase) is reason


@pytest.mark.parametrize(
    ("actor", "at", "reason"),
    [
        pytest.param(MODERATOR, just_before(OPENING), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(MODERATOR, OPENING, None, id="the agency"),
        pytest.param(BEARER, OPENING, None, id="the service's team"),
        pytest.param(AGENT, OPENING, Reason.NOT_OF_THE_SERVICE, id="who uses it"),
        pytest.param(VISITOR, OPENING, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_confirms(actor: Actor, at: datetime, reason: Reason | None) -> None:
    assert may_confirm(actor, calendar=CALENDAR, bearers=TEAM, at=at).reason is reason

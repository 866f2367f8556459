"""Who may volunteer, take it back and answer, at the exact instants."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.interests.model import InterestStatus, Level
from consult.interests.rules import CHARTER, is_whole, may_declare, may_withdraw
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, closing_of, during, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
TICK = timedelta(microseconds=1)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
PENDING = replace(AGENT, mandate=replace(MANDATE, standing=Standing.PENDING))
NEIGHBOUR = replace(AGENT, person_id=4, mandate=replace(MANDATE, siren=GRAMAT))
ALONE = replace(AGENT, mandate=None)
PARTNER = replace(AGENT, profile=Profile.PARTENAIRE, mandate=None)
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=3, roles=frozenset({Role.ADMINISTRATOR}))
COMMITTEE = Actor(person_id=5, roles=frozenset({Role.COMMITTEE}))
OPEN = during(Stage.INTERESTS)


@pytest.mark.parametrize(
    ("actor", "at", "is_proclaimed", "is_retained", "has_live", "reason"),
    [
        pytest.param(
            AGENT, just_before(opening_of(Stage.INTERESTS)), True, True, False, Reason.STAGE_CLOSED, id="one second early"
        ),
        pytest.param(AGENT, opening_of(Stage.INTERESTS), True, True, False, None, id="at the opening instant"),
        pytest.param(AGENT, closing_of(Stage.INTERESTS) - TICK, True, True, False, None, id="a microsecond before the close"),
        pytest.param(AGENT, closing_of(Stage.INTERESTS), True, True, False, Reason.STAGE_CLOSED, id="at the closing instant"),
        pytest.param(VISITOR, OPEN, True, True, False, Reason.SIGN_IN, id="a visitor"),
        pytest.param(VISITOR, closing_of(Stage.INTERESTS), True, True, False, Reason.STAGE_CLOSED, id="the moment comes first"),
        pytest.param(PARTNER, OPEN, True, True, False, Reason.PARTNER_MAY_NOT, id="a partner"),
        pytest.param(ALONE, OPEN, True, True, False, Reason.NO_COLLECTIVITE, id="nobody's agent"),
        pytest.param(PENDING, OPEN, True, True, False, Reason.ATTACHMENT_PENDING, id="not verified yet"),
        pytest.param(MODERATOR, OPEN, True, True, False, Reason.NO_COLLECTIVITE, id="the team is no collectivité"),
        pytest.param(AGENT, OPEN, False, False, False, Reason.NOT_PROCLAIMED, id="before the proclamation"),
        pytest.param(AGENT, OPEN, False, True, False, Reason.NOT_PROCLAIMED, id="a decision kept secret says nothing"),
        pytest.param(AGENT, OPEN, True, False, False, Reason.NOT_RETAINED, id="not retained"),
        pytest.param(AGENT, OPEN, True, True, True, Reason.ALREADY_INTERESTED, id="already live"),
    ],
)
def test_who_may_volunteer_when(
    actor: Actor, at: datetime, is_proclaimed: bool, is_retained: bool, has_live: bool, reason: Reason | None
) -> None:
    answer = may_declare(
        actor, calendar=CALENDAR, is_proclaimed=is_proclaimed, is_retained=is_retained, has_live=has_live, at=at
    )
    assert answer.reason is reason


NAMED = ("Camille Fictif", "agent", "Dominique Fictif", "directrice")


@pytest.mark.parametrize(
    ("level", "people", "charter", "reason"),
    [
        pytest.param(Level.PILOTE, NAMED, CHARTER, None, id="a pilot who names both"),
        pytest.param(
            Level.PILOTE, ("", "agent", "Dominique", "directrice"), CHARTER, Reason.PILOT_WITHOUT_PEOPLE, id="no référent"
        ),
        pytest.param(
            Level.PILOTE, ("Camille", "agent", "  ", "directrice"), CHARTER, Reason.PILOT_WITHOUT_PEOPLE, id="no sponsor"
        ),
        pytest.param(
            Level.PILOTE, ("Camille", "", "Dominique", "directrice"), CHARTER, Reason.PILOT_WITHOUT_PEOPLE, id="no function"
        ),
        pytest.param(Level.ATELIER, ("", "", "", ""), CHARTER, None, id="workshops need no name"),
        pytest.param(Level.RELECTURE, ("", "", "", ""), CHARTER, None, id="nor does reading"),
        pytest.param(Level.RELECTURE, NAMED, "", Reason.CHARTER_NOT_ACCEPTED, id="no charter"),
        pytest.param(Level.RELECTURE, NAMED, "2020-1", Reason.CHARTER_CHANGED, id="an older charter"),
    ],
)
def test_what_an_offer_must_say(level: Level, people: tuple[str, ...], charter: str, reason: Reason | None) -> None:
    answer = is_whole(level=level, people=people, availability="Le mardi.", charter=charter, in_force=CHARTER)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("level", "availability", "reason"),
    [
        (Level.PILOTE, "Le mardi.", None),
        (Level.PILOTE, " \n", Reason.PILOT_WITHOUT_TIME),
        (Level.ATELIER, "", None),
        (Level.RELECTURE, "", None),
    ],
)
def test_only_a_pilot_must_say_the_time_of_its_referent(level: Level, availability: str, reason: Reason | None) -> None:
    answer = is_whole(level=level, people=NAMED, availability=availability, charter=CHARTER, in_force=CHARTER)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "status", "said", "reason"),
    [
        pytest.param(
            AGENT,
            just_before(opening_of(Stage.INTERESTS)),
            InterestStatus.SUBMITTED,
            "raison",
            Reason.STAGE_CLOSED,
            id="one second before the opening",
        ),
        pytest.param(AGENT, opening_of(Stage.INTERESTS), InterestStatus.SUBMITTED, "raison", None, id="at the opening"),
        pytest.param(AGENT, closing_of(Stage.INTERESTS), InterestStatus.ACCEPTED, "raison", None, id="even once it is closed"),
        pytest.param(AGENT, OPEN, InterestStatus.ACCEPTED, "raison", None, id="even once accepted"),
        pytest.param(AGENT, OPEN, InterestStatus.SUBMITTED, " ", Reason.REASON_MISSING, id="without a reason"),
        pytest.param(AGENT, OPEN, InterestStatus.WITHDRAWN, "raison", Reason.NOT_LIVE, id="twice"),
        pytest.param(AGENT, OPEN, InterestStatus.DECLINED, "raison", Reason.NOT_LIVE, id="once declined"),
        pytest.param(NEIGHBOUR, OPEN, InterestStatus.SUBMITTED, "raison", Reason.NOT_YOURS, id="of another collectivité"),
        pytest.param(PENDING, OPEN, InterestStatus.SUBMITTED, "raison", Reason.ATTACHMENT_PENDING, id="not verified yet"),
        pytest.param(VISITOR, OPEN, InterestStatus.SUBMITTED, "raison", Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_take_it_back(actor: Actor, at: datetime, status: InterestStatus, said: str, reason: Reason | None) -> None:
    answer = may_withdraw(actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, reason=said, at=at)
    assert answer.reason is reason

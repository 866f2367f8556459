"""Who may contest what the team decided, until which second, and who answers."""

from datetime import datetime, timedelta

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.contributions.rules import Owner, Status
from consult.ground.actor import VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.triage.contest_rules import contested_until, may_answer_contest, may_contest
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, WINDOWS, during, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
DECIDED = during(Stage.NEEDS)
UNTIL = DECIDED + timedelta(days=15)


def of(siren: str, *, standing: Standing = Standing.VERIFIED, name: str = "Une personne") -> Actor:
    mandate = Mandate(1, siren, standing, "Une commune", "commune")
    return Actor(person_id=1, name=name, profile=Profile.AGENT, function="agent", mandate=mandate)


PARTNER = Actor(person_id=9, name="Partenaire", profile=Profile.PARTENAIRE, function="directrice")


@pytest.mark.parametrize(
    ("actor", "shares", "status", "at", "reason"),
    [
        pytest.param(of(ROCAMADOUR), False, Status.REORIENTED, DECIDED, None, id="who wrote it"),
        pytest.param(of(GRAMAT), True, Status.INELIGIBLE, DECIDED, None, id="who shares it"),
        pytest.param(of(LOT), False, Status.INELIGIBLE, DECIDED, Reason.NOT_YOURS, id="another"),
        pytest.param(of(ROCAMADOUR), False, Status.GROUPED, just_before(UNTIL), None, id="a second before the limit"),
        pytest.param(of(ROCAMADOUR), False, Status.GROUPED, UNTIL, Reason.CONTEST_TOO_LATE, id="at the limit"),
        pytest.param(of(ROCAMADOUR), False, Status.PUBLISHED, DECIDED, Reason.NOTHING_TO_CONTEST, id="not examined"),
        pytest.param(of(ROCAMADOUR), False, Status.WITHDRAWN, DECIDED, Reason.NOTHING_TO_CONTEST, id="withdrawn"),
        pytest.param(
            of(ROCAMADOUR, standing=Standing.PENDING), False, Status.GROUPED, DECIDED, Reason.ATTACHMENT_PENDING, id="pending"
        ),
        pytest.param(of(ROCAMADOUR, name=""), False, Status.GROUPED, DECIDED, Reason.PROFILE_INCOMPLETE, id="unnamed"),
        pytest.param(VISITOR, False, Status.GROUPED, DECIDED, Reason.SIGN_IN, id="a visitor"),
        pytest.param(
            of(ROCAMADOUR), False, Status.GROUPED, just_before(opening_of(Stage.NEEDS)), Reason.STAGE_CLOSED, id="too early"
        ),
    ],
)
def test_who_may_contest(actor: Actor, shares: bool, status: Status, at: datetime, reason: Reason | None) -> None:
    asked = {"shares": shares, "status": status, "status_at": DECIDED, "calendar": CALENDAR, "at": at}
    assert may_contest(actor, owner=Owner(ROCAMADOUR, 1), contested=False, **asked).reason is reason  # type: ignore[arg-type]


def test_a_partner_contests_what_it_wrote_and_once_is_once() -> None:
    asked = {"shares": False, "status": Status.INELIGIBLE, "status_at": DECIDED, "calendar": CALENDAR, "at": DECIDED}
    mine, theirs = Owner(None, 9), Owner(None, 8)
    assert may_contest(PARTNER, owner=mine, contested=False, **asked)  # type: ignore[arg-type]
    assert may_contest(PARTNER, owner=mine, contested=True, **asked).reason is Reason.ALREADY_CONTESTED  # type: ignore[arg-type]
    assert may_contest(PARTNER, owner=theirs, contested=False, **asked).reason is Reason.NOT_YOURS  # type: ignore[arg-type]
    blank = may_contest(PARTNER, owner=mine, contested=False, text=" ", **asked)  # type: ignore[arg-type]
    assert blank.reason is Reason.REASON_MISSING


def test_the_limit_is_to_the_second() -> None:
    assert contested_until(Status.REORIENTED, DECIDED) == UNTIL
    assert contested_until(Status.PUBLISHED, DECIDED) is None
    assert contested_until(Status.GROUPED, None) is None


MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))


@pytest.mark.parametrize(
    ("actor", "status", "answered", "upheld", "at", "reason"),
    [
        (MODERATOR, Status.GROUPED, False, True, DECIDED, None),
        (MODERATOR, Status.GROUPED, False, True, opening_of(Stage.VOTING), Reason.STAGE_CLOSED),
        (MODERATOR, Status.GROUPED, False, False, opening_of(Stage.VOTING), None),
        (MODERATOR, Status.INELIGIBLE, False, True, during(Stage.TRACKING), None),
        (MODERATOR, Status.INELIGIBLE, True, True, DECIDED, Reason.ALREADY_ANSWERED),
        (of(ROCAMADOUR), Status.INELIGIBLE, False, True, DECIDED, Reason.NOT_YOUR_ROLE),
        (VISITOR, Status.INELIGIBLE, False, True, DECIDED, Reason.SIGN_IN),
    ],
)
def test_who_answers(actor: Actor, status: Status, answered: bool, upheld: bool, at: datetime, reason: Reason | None) -> None:
    answer = may_answer_contest(actor, status=status, is_answered=answered, upheld=upheld, calendar=CALENDAR, at=at)
    assert answer.reason is reason


def test_an_answer_has_its_reason() -> None:
    answer = may_answer_contest(
        MODERATOR, status=Status.INELIGIBLE, is_answered=False, upheld=False, calendar=CALENDAR, at=DECIDED, answer=" "
    )
    assert answer.reason is Reason.REASON_MISSING

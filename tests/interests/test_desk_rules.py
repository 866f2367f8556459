"""Who may instruct, ask and reply, and when: one line a case."""

from dataclasses import replace
from datetime import datetime

import pytest

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.interests.desk_rules import as_read, keeps_out, may_ask, may_instruct, may_prepare, may_publish, may_reply
from consult.interests.model import InterestStatus
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, during, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
OPEN = during(Stage.INTERESTS)
LATER = during(Stage.TRACKING)
EARLY = just_before(opening_of(Stage.INTERESTS))
MODERATOR = Actor(person_id=1, roles=frozenset({Role.MODERATOR}))
COMMITTEE = Actor(person_id=2, roles=frozenset({Role.COMMITTEE}))
HERE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=3, profile=Profile.AGENT, mandate=HERE, mandates=(HERE,))
OF_BOTH = replace(MODERATOR, mandates=(replace(HERE, standing=Standing.PENDING),))
SUBMITTED, ACCEPTED, WAITLISTED = InterestStatus.SUBMITTED, InterestStatus.ACCEPTED, InterestStatus.WAITLISTED
DECLINED, WITHDRAWN = InterestStatus.DECLINED, InterestStatus.WITHDRAWN


@pytest.mark.parametrize(
    ("actor", "status", "at", "reason"),
    [
        pytest.param(MODERATOR, SUBMITTED, OPEN, None, id="the team"),
        pytest.param(replace(MODERATOR, roles=frozenset({Role.ADMINISTRATOR})), SUBMITTED, OPEN, None, id="an administrator"),
        pytest.param(MODERATOR, SUBMITTED, opening_of(Stage.INTERESTS), None, id="at the first instant"),
        pytest.param(MODERATOR, SUBMITTED, LATER, None, id="without end"),
        pytest.param(MODERATOR, SUBMITTED, EARLY, Reason.STAGE_CLOSED, id="before the first instant"),
        pytest.param(MODERATOR, WAITLISTED, OPEN, None, id="what waits for a place"),
        pytest.param(MODERATOR, ACCEPTED, OPEN, Reason.ALREADY_DECIDED, id="accepted"),
        pytest.param(MODERATOR, DECLINED, OPEN, Reason.ALREADY_DECIDED, id="declined"),
        pytest.param(MODERATOR, WITHDRAWN, OPEN, Reason.NOT_LIVE, id="withdrawn"),
        pytest.param(OF_BOTH, SUBMITTED, OPEN, Reason.OWN_INTEREST, id="of the collectivité too, even pending"),
        pytest.param(COMMITTEE, SUBMITTED, OPEN, Reason.NOT_YOUR_ROLE, id="the committee"),
        pytest.param(AGENT, SUBMITTED, OPEN, Reason.NOT_YOUR_ROLE, id="the collectivité itself"),
        pytest.param(Actor(), SUBMITTED, OPEN, Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_instruct(actor: Actor, status: InterestStatus, at: datetime, reason: Reason | None) -> None:
    assert may_instruct(actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, at=at).reason is reason


def test_one_keeps_out_of_one_s_own_only() -> None:
    assert keeps_out(OF_BOTH, ROCAMADOUR)
    assert not keeps_out(OF_BOTH, GRAMAT)


@pytest.mark.parametrize(
    ("actor", "status", "at", "body", "asks_correction", "reason"),
    [
        pytest.param(MODERATOR, SUBMITTED, OPEN, "Oui ?", True, None, id="a correction"),
        pytest.param(MODERATOR, WAITLISTED, LATER, "Oui ?", True, None, id="of what waits"),
        pytest.param(MODERATOR, ACCEPTED, OPEN, "Oui ?", False, None, id="a word to whoever is accepted"),
        pytest.param(MODERATOR, ACCEPTED, OPEN, "Oui ?", True, Reason.ALREADY_DECIDED, id="no correction once answered"),
        pytest.param(MODERATOR, WITHDRAWN, OPEN, "Oui ?", False, Reason.NOT_LIVE, id="withdrawn"),
        pytest.param(MODERATOR, SUBMITTED, OPEN, " ", False, Reason.NOTHING_SAID, id="nothing said"),
        pytest.param(MODERATOR, SUBMITTED, OPEN, None, False, None, id="may the form be shown"),
        pytest.param(MODERATOR, SUBMITTED, EARLY, "Oui ?", False, Reason.STAGE_CLOSED, id="too early"),
        pytest.param(OF_BOTH, SUBMITTED, OPEN, "Oui ?", False, Reason.OWN_INTEREST, id="one's own"),
        pytest.param(COMMITTEE, SUBMITTED, OPEN, "Oui ?", False, Reason.NOT_YOUR_ROLE, id="the committee"),
    ],
)
def test_who_may_ask(
    actor: Actor, status: InterestStatus, at: datetime, body: str | None, asks_correction: bool, reason: Reason | None
) -> None:
    asked = may_ask(
        actor, calendar=CALENDAR, siren=ROCAMADOUR, status=status, at=at, body=body, asks_correction=asks_correction
    )
    assert asked.reason is reason


@pytest.mark.parametrize(
    ("actor", "siren", "status", "at", "body", "reason"),
    [
        pytest.param(AGENT, ROCAMADOUR, SUBMITTED, OPEN, "Oui.", None, id="the collectivité"),
        pytest.param(AGENT, ROCAMADOUR, DECLINED, LATER, "Oui.", None, id="even declined"),
        pytest.param(AGENT, ROCAMADOUR, WITHDRAWN, OPEN, "Oui.", Reason.NOT_LIVE, id="withdrawn"),
        pytest.param(AGENT, GRAMAT, SUBMITTED, OPEN, "Oui.", Reason.NOT_YOURS, id="another's"),
        pytest.param(AGENT, ROCAMADOUR, SUBMITTED, OPEN, "\n", Reason.NOTHING_SAID, id="nothing said"),
        pytest.param(AGENT, ROCAMADOUR, SUBMITTED, EARLY, "Oui.", Reason.STAGE_CLOSED, id="too early"),
        pytest.param(
            replace(AGENT, mandate=replace(HERE, standing=Standing.PENDING)),
            ROCAMADOUR,
            SUBMITTED,
            OPEN,
            "Oui.",
            Reason.ATTACHMENT_PENDING,
            id="pending",
        ),
        pytest.param(
            replace(AGENT, profile=Profile.PARTENAIRE),
            ROCAMADOUR,
            SUBMITTED,
            OPEN,
            "Oui.",
            Reason.PARTNER_MAY_NOT,
            id="a partner",
        ),
        pytest.param(MODERATOR, ROCAMADOUR, SUBMITTED, OPEN, "Oui.", Reason.NO_COLLECTIVITE, id="the team"),
        pytest.param(Actor(), ROCAMADOUR, SUBMITTED, OPEN, "Oui.", Reason.SIGN_IN, id="a visitor"),
    ],
)
def test_who_may_reply(
    actor: Actor, siren: str, status: InterestStatus, at: datetime, body: str, reason: Reason | None
) -> None:
    assert may_reply(actor, calendar=CALENDAR, siren=siren, status=status, at=at, body=body).reason is reason


@pytest.mark.parametrize(
    ("status", "answer", "said", "is_retained", "is_as_seen", "reason"),
    [
        pytest.param(SUBMITTED, ACCEPTED, "Oui.", True, True, None, id="accept"),
        pytest.param(SUBMITTED, WAITLISTED, "Plus tard.", True, True, None, id="wait"),
        pytest.param(SUBMITTED, DECLINED, "Non.", False, True, None, id="decline, even where nobody enters any more"),
        pytest.param(WAITLISTED, ACCEPTED, "Oui.", True, True, None, id="what waits is accepted"),
        pytest.param(WAITLISTED, DECLINED, "Non.", True, True, None, id="what waits is declined"),
        pytest.param(WAITLISTED, WAITLISTED, "Encore.", True, True, Reason.ALREADY_DECIDED, id="what waits keeps its place"),
        pytest.param(SUBMITTED, WITHDRAWN, "Non.", True, True, Reason.ALREADY_DECIDED, id="no answer is a withdrawal"),
        pytest.param(SUBMITTED, SUBMITTED, "Non.", True, True, Reason.ALREADY_DECIDED, id="nor to be submitted"),
        pytest.param(SUBMITTED, ACCEPTED, "Oui.", False, True, Reason.NOT_RETAINED, id="no longer retained"),
        pytest.param(SUBMITTED, WAITLISTED, "Oui.", False, True, Reason.NOT_RETAINED, id="nor to wait for it"),
        pytest.param(SUBMITTED, ACCEPTED, " \n", True, True, Reason.REASON_MISSING, id="each has its reason"),
        pytest.param(SUBMITTED, ACCEPTED, "Oui.", True, False, Reason.CHANGED_MEANWHILE, id="changed meanwhile"),
        pytest.param(DECLINED, ACCEPTED, "Oui.", True, True, Reason.ALREADY_DECIDED, id="declined for good"),
    ],
)
def test_what_may_be_prepared(
    status: InterestStatus, answer: InterestStatus, said: str, is_retained: bool, is_as_seen: bool, reason: Reason | None
) -> None:
    asked = may_prepare(
        MODERATOR,
        calendar=CALENDAR,
        siren=ROCAMADOUR,
        status=status,
        answer=answer,
        reason=said,
        is_retained=is_retained,
        is_as_seen=is_as_seen,
        at=OPEN,
    )
    assert asked.reason is reason


@pytest.mark.parametrize(
    ("actor", "at", "prepared", "is_as_read", "all_retained", "reason"),
    [
        pytest.param(MODERATOR, OPEN, 3, True, True, None, id="the team"),
        pytest.param(MODERATOR, LATER, 1, True, True, None, id="without end"),
        pytest.param(MODERATOR, EARLY, 3, True, True, Reason.STAGE_CLOSED, id="too early"),
        pytest.param(COMMITTEE, OPEN, 3, True, True, Reason.NOT_YOUR_ROLE, id="the committee"),
        pytest.param(MODERATOR, OPEN, 0, True, True, Reason.NOTHING_PREPARED, id="nothing prepared"),
        pytest.param(MODERATOR, OPEN, 3, False, True, Reason.ANSWERS_CHANGED, id="not those that were read"),
        pytest.param(MODERATOR, OPEN, 3, True, False, Reason.NOT_RETAINED, id="one enters where nobody does"),
    ],
)
def test_what_may_be_published(
    actor: Actor, at: datetime, prepared: int, is_as_read: bool, all_retained: bool, reason: Reason | None
) -> None:
    asked = may_publish(actor, calendar=CALENDAR, prepared=prepared, is_as_read=is_as_read, all_retained=all_retained, at=at)
    assert asked.reason is reason


def test_what_a_page_lists_is_known_by_its_numbers_and_revisions() -> None:
    assert as_read([(1, 0), (2, 3)]) == as_read([(2, 3), (1, 0)])
    assert len({as_read(listed) for listed in ([], [(1, 0)], [(1, 1)], [(2, 0)], [(1, 0), (2, 0)])}) == 5

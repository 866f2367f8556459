"""Who may write, change and share a contribution: the truth tables, at the exact instants."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.calendar.rules import Calendar, Stage
from consult.contributions.rules import (
    RECEIVED,
    ContributionType,
    Owner,
    Status,
    may_correct,
    may_edit,
    may_publish,
    may_say_me_too,
    may_withdraw,
    may_withdraw_me_too,
    may_write,
    search_text,
    searched_words,
)
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, closing_of, during, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
OPEN, CLOSE, NOW = opening_of(Stage.NEEDS), closing_of(Stage.NEEDS), during(Stage.NEEDS)
NEED, SERVICE = ContributionType.NEED, ContributionType.EXISTING_SERVICE


def person(number: int, siren: str | None, standing: Standing = Standing.VERIFIED, profile: Profile = Profile.AGENT) -> Actor:
    mandate = Mandate(number, siren, standing, "Une commune (Lot)", "commune") if siren else None
    return Actor(person_id=number, name="Personne Fictive", profile=profile, function="secrétaire de mairie", mandate=mandate)


AGENT = person(1, ROCAMADOUR)
COLLEAGUE = person(2, ROCAMADOUR)
PENDING = person(3, ROCAMADOUR, Standing.PENDING)
NEIGHBOUR = person(4, GRAMAT)
UNATTACHED = person(5, None)
PARTNER = person(6, None, profile=Profile.PARTENAIRE)
OTHER_PARTNER = person(7, None, profile=Profile.PARTENAIRE)
NEWCOMER = Actor(person_id=8)
MODERATOR = Actor(9, "Modération Fictive", Profile.AGENT, "modératrice", frozenset({Role.MODERATOR}))

OURS = Owner(ROCAMADOUR, 1)
A_PARTNERS = Owner(None, 6)


@pytest.mark.parametrize(
    ("actor", "type_", "at", "reason"),
    [
        pytest.param(AGENT, NEED, just_before(OPEN), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(AGENT, NEED, OPEN, None, id="at the opening instant"),
        pytest.param(AGENT, NEED, just_before(CLOSE), None, id="one second before the close"),
        pytest.param(AGENT, NEED, CLOSE, Reason.STAGE_CLOSED, id="at the closing instant"),
        pytest.param(VISITOR, NEED, CLOSE, Reason.STAGE_CLOSED, id="the calendar answers first"),
        pytest.param(AGENT, SERVICE, NOW, None, id="a collectivité's service"),
        pytest.param(VISITOR, NEED, NOW, Reason.SIGN_IN, id="a visitor"),
        pytest.param(NEWCOMER, NEED, NOW, Reason.PROFILE_INCOMPLETE, id="someone who has not said who they are"),
        pytest.param(UNATTACHED, NEED, NOW, Reason.NO_COLLECTIVITE, id="someone of no collectivité"),
        pytest.param(PENDING, NEED, NOW, Reason.ATTACHMENT_PENDING, id="someone not verified yet"),
        pytest.param(PARTNER, NEED, NOW, Reason.PARTNER_MAY_NOT, id="a partner's need"),
        pytest.param(PARTNER, SERVICE, NOW, None, id="a partner's service"),
        pytest.param(MODERATOR, NEED, NOW, Reason.NO_COLLECTIVITE, id="the team has no voice of its own"),
        pytest.param(OPERATOR, NEED, NOW, Reason.SIGN_IN, id="nor has the operator"),
    ],
)
def test_who_may_write(actor: Actor, type_: ContributionType, at: datetime, reason: Reason | None) -> None:
    assert may_write(actor, type_=type_, calendar=CALENDAR, at=at).reason is reason


@pytest.mark.parametrize(
    ("actor", "partner", "reason"),
    [
        pytest.param(AGENT, "", None, id="a collectivité names no organisation"),
        pytest.param(PARTNER, "Association fictive", None, id="a partner names its own"),
        pytest.param(PARTNER, "  ", Reason.ORGANISATION_MISSING, id="a partner that does not"),
    ],
)
def test_a_partner_publishes_for_an_organisation(actor: Actor, partner: str, reason: Reason | None) -> None:
    assert may_publish(actor, type_=SERVICE, partner=partner, calendar=CALENDAR, at=NOW).reason is reason


CHANGES = [
    pytest.param(AGENT, OURS, Status.PUBLISHED, just_before(OPEN), Reason.STAGE_CLOSED, id="one second early"),
    pytest.param(AGENT, OURS, Status.PUBLISHED, OPEN, None, id="at the opening instant"),
    pytest.param(AGENT, OURS, Status.PUBLISHED, just_before(CLOSE), None, id="one second before the close"),
    pytest.param(AGENT, OURS, Status.PUBLISHED, CLOSE, Reason.STAGE_CLOSED, id="at the closing instant"),
    pytest.param(COLLEAGUE, OURS, Status.PUBLISHED, NOW, None, id="a colleague"),
    pytest.param(PENDING, OURS, Status.PUBLISHED, NOW, Reason.ATTACHMENT_PENDING, id="a colleague not verified yet"),
    pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, NOW, Reason.NOT_YOURS, id="another collectivité"),
    pytest.param(UNATTACHED, OURS, Status.PUBLISHED, NOW, Reason.NOT_YOURS, id="someone of no collectivité"),
    pytest.param(MODERATOR, OURS, Status.PUBLISHED, NOW, Reason.NOT_YOURS, id="the team"),
    pytest.param(VISITOR, OURS, Status.PUBLISHED, NOW, Reason.SIGN_IN, id="a visitor"),
    pytest.param(PARTNER, A_PARTNERS, Status.PUBLISHED, NOW, None, id="the partner that wrote it"),
    pytest.param(OTHER_PARTNER, A_PARTNERS, Status.PUBLISHED, NOW, Reason.NOT_YOURS, id="another partner"),
    *(
        pytest.param(AGENT, OURS, status, NOW, Reason.NOT_AWAITING_TRIAGE, id=f"once {status.value}")
        for status in RECEIVED
        if status is not Status.PUBLISHED
    ),
]


@pytest.mark.parametrize(("actor", "owner", "status", "at", "reason"), CHANGES)
def test_who_may_edit(actor: Actor, owner: Owner, status: Status, at: datetime, reason: Reason | None) -> None:
    asked: dict[str, Any] = {"owner": owner, "status": status, "calendar": CALENDAR, "at": at}
    assert may_edit(actor, **asked).reason is reason
    assert may_correct(actor, **asked, is_latest=True).reason is reason
    assert may_correct(actor, **asked, is_latest=False).reason is (reason or Reason.CORRECTED_MEANWHILE)


@pytest.mark.parametrize(("actor", "owner", "status", "at", "reason"), CHANGES)
def test_who_may_withdraw(actor: Actor, owner: Owner, status: Status, at: datetime, reason: Reason | None) -> None:
    assert may_withdraw(actor, owner=owner, status=status, calendar=CALENDAR, at=at, reason="doublon").reason is reason


def test_a_withdrawal_is_reasoned() -> None:
    asked = {"owner": OURS, "status": Status.PUBLISHED, "calendar": CALENDAR, "at": NOW}
    assert may_withdraw(AGENT, **asked, reason=" \n ").reason is Reason.REASON_MISSING
    assert may_withdraw(AGENT, **asked), "without a reason yet, the form may be shown"


@pytest.mark.parametrize(
    ("actor", "owner", "status", "said", "at", "reason"),
    [
        pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, False, just_before(OPEN), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, False, OPEN, None, id="at the opening instant"),
        pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, False, just_before(CLOSE), None, id="one second before the close"),
        pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, False, CLOSE, Reason.STAGE_CLOSED, id="at the closing instant"),
        pytest.param(AGENT, OURS, Status.PUBLISHED, False, NOW, Reason.OWN_CONTRIBUTION, id="the author"),
        pytest.param(COLLEAGUE, OURS, Status.PUBLISHED, False, NOW, Reason.OWN_CONTRIBUTION, id="the author's colleague"),
        pytest.param(AGENT, A_PARTNERS, Status.PUBLISHED, False, NOW, None, id="a partner's service, used"),
        pytest.param(PARTNER, OURS, Status.PUBLISHED, False, NOW, Reason.PARTNER_MAY_NOT, id="a partner"),
        pytest.param(VISITOR, OURS, Status.PUBLISHED, False, NOW, Reason.SIGN_IN, id="a visitor"),
        pytest.param(NEWCOMER, OURS, Status.PUBLISHED, False, NOW, Reason.PROFILE_INCOMPLETE, id="a newcomer"),
        pytest.param(UNATTACHED, OURS, Status.PUBLISHED, False, NOW, Reason.NO_COLLECTIVITE, id="of no collectivité"),
        pytest.param(PENDING, Owner(GRAMAT, 4), Status.PUBLISHED, False, NOW, Reason.ATTACHMENT_PENDING, id="not verified"),
        pytest.param(NEIGHBOUR, OURS, Status.PUBLISHED, True, NOW, Reason.ALREADY_SHARED, id="said already"),
        pytest.param(NEIGHBOUR, OURS, Status.GROUPED, False, NOW, None, id="grouped, still shared"),
        pytest.param(NEIGHBOUR, OURS, Status.REORIENTED, False, NOW, None, id="reoriented, still shared"),
        pytest.param(NEIGHBOUR, OURS, Status.INELIGIBLE, False, NOW, Reason.NO_LONGER_SHARED, id="ineligible"),
        pytest.param(NEIGHBOUR, OURS, Status.WITHDRAWN, False, NOW, Reason.NO_LONGER_SHARED, id="withdrawn"),
    ],
)
def test_who_may_say_me_too(
    actor: Actor, owner: Owner, status: Status, said: bool, at: datetime, reason: Reason | None
) -> None:
    assert may_say_me_too(actor, owner=owner, status=status, said=said, calendar=CALENDAR, at=at).reason is reason


@pytest.mark.parametrize(
    ("actor", "said", "at", "reason"),
    [
        pytest.param(NEIGHBOUR, True, just_before(OPEN), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(NEIGHBOUR, True, OPEN, None, id="at the opening instant"),
        pytest.param(NEIGHBOUR, True, just_before(CLOSE), None, id="one second before the close"),
        pytest.param(NEIGHBOUR, True, CLOSE, Reason.STAGE_CLOSED, id="at the closing instant"),
        pytest.param(NEIGHBOUR, False, NOW, Reason.NOT_SHARED, id="never said"),
        pytest.param(VISITOR, True, NOW, Reason.SIGN_IN, id="a visitor"),
        pytest.param(PENDING, True, NOW, Reason.ATTACHMENT_PENDING, id="not verified"),
    ],
)
def test_who_may_take_it_back(actor: Actor, said: bool, at: datetime, reason: Reason | None) -> None:
    assert may_withdraw_me_too(actor, said=said, calendar=CALENDAR, at=at).reason is reason


@pytest.mark.parametrize(
    ("typed", "text", "found"),
    [
        ("ecole", "Une école", True),
        ("Écoles", "L’école du village", True),
        ("œuvre", "Oeuvres d’art", True),
        ("l hay", "L’Haÿ-les-Roses", True),
        ("poule", "Un nid-de-poule", True),
        ("oule", "Un nid-de-poule", False),
        ("cantine menu", "Le menu de la cantine", True),
        ("cantine vélo", "Le menu de la cantine", False),
        ("", "Tout", True),
        ("« ? »", "Tout", True),
    ],
)
def test_a_search_finds_the_beginnings_of_words_without_their_accents(typed: str, text: str, found: bool) -> None:
    assert all(f" {word}" in search_text(text) for word in searched_words(typed)) is found


@given(st.text(max_size=300))
def test_every_text_is_found_by_itself(text: str) -> None:
    assert all(f" {word}" in search_text("Titre", text) for word in searched_words(text))

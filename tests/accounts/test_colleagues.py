"""Colleagues: what they see of each other, whom they vouch for, what was done in their collectivité's name."""

from datetime import timedelta

import pytest
from flask import Flask

from consult.accounts.attachments import actions as attachments
from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.actions import vouch_for
from consult.accounts.colleagues.queries import Deed, colleagues, deeds, requests_to_join
from consult.accounts.colleagues.rules import may_see_colleagues, may_vouch
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.ground.actor import VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.paging import MOST_LISTED, PAGE_SIZE
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import EventKind
from consult.voting.actions import give_support, withdraw_support
from tests.support.attached import again, attach, end
from tests.support.letters import letters, text_of
from tests.support.stage_two import DURING_VOTE, propositions
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
LATER = AT + timedelta(hours=2)
PENDING, VERIFIED, ENDED = AttachmentStatus.PENDING, AttachmentStatus.VERIFIED, AttachmentStatus.ENDED


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(GRAMAT)
    world.person(GRAMAT, status=PENDING)


@pytest.fixture
def mayor(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def newcomer(world: World) -> Actor:
    return world.person(ROCAMADOUR, status=PENDING)


def number(who: Actor) -> int:
    return again(who).mandates[0].attachment_id


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_sees_colleagues(world: World, mayor: Actor, newcomer: Actor) -> None:
    several = world.person(LOT)
    attach(several, ROCAMADOUR, PENDING)
    assert may_see_colleagues(mayor)
    for who, reason in (
        (VISITOR, Reason.SIGN_IN),
        (newcomer, Reason.ATTACHMENT_PENDING),
        (world.person(None), Reason.NO_COLLECTIVITE),
        (world.person(None, Role.MODERATOR), Reason.NO_COLLECTIVITE),
        (world.person(None, profile=Profile.PARTENAIRE), Reason.PARTNER_MAY_NOT),
        (again(several).acting_for(ROCAMADOUR), Reason.ATTACHMENT_PENDING),
    ):
        assert who is not None
        assert may_see_colleagues(who).reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="a colleague"),
        pytest.param({"is_colleague": False}, Reason.NOT_A_COLLEAGUE, id="no colleague"),
        pytest.param({"status": VERIFIED}, Reason.ALREADY_DECIDED, id="decided already"),
        pytest.param({"status": AttachmentStatus.REFUSED}, Reason.ALREADY_DECIDED, id="refused meanwhile"),
        pytest.param({"status": ENDED}, Reason.ALREADY_DECIDED, id="withdrawn meanwhile"),
        pytest.param({"is_current": False}, Reason.NOT_IN_REGISTER, id="a collectivité that is no more"),
        pytest.param({"is_put_aside": True}, Reason.PROOF_PUT_ASIDE, id="somebody said no"),
    ],
)
def test_who_may_vouch(mayor: Actor, changed: dict[str, object], reason: Reason | None) -> None:
    usual = {"is_colleague": True, "person_id": -1, "status": PENDING, "is_current": True, "is_put_aside": False}
    assert may_vouch(mayor, **(usual | changed)).reason is reason  # type: ignore[arg-type]
    assert may_vouch(VISITOR, **(usual | changed)).reason is Reason.SIGN_IN  # type: ignore[arg-type]
    own = usual | changed | {"person_id": mayor.person_id}
    assert may_vouch(mayor, **own).reason is Reason.OWN_REQUEST  # type: ignore[arg-type]


# ── Vouching ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_colleague_s_word_verifies(mayor: Actor, newcomer: Actor) -> None:
    vouch_for(mayor, number(newcomer), at=LATER)
    found = attachment(number(newcomer))
    assert (found.status, found.way, found.verified_at) == (VERIFIED, AttachmentWay.INVITATION, LATER)
    assert found.evidence == {"by": mayor.person_id}
    assert found.decided_by == mayor.person_id
    assert again(newcomer).is_verified
    (letter,) = letters(LATER)
    assert "Rocamadour (Lot)" in text_of(letter)


def refused(who: Actor, attachment_id: int) -> Reason:
    with pytest.raises(Refused) as refusal:
        vouch_for(who, attachment_id, at=LATER)
    return refusal.value.reason


def test_nobody_else_vouches(world: World, mayor: Actor, newcomer: Actor) -> None:
    for stranger in (world.person(GRAMAT), world.person(None), world.person(ROCAMADOUR, status=PENDING), VISITOR):
        with pytest.raises(NotFound):
            vouch_for(stranger, number(newcomer), at=LATER)
    assert refused(world.person(None, Role.MODERATOR), number(newcomer)) is Reason.NOT_A_COLLEAGUE
    assert refused(newcomer, number(newcomer)) is Reason.OWN_REQUEST
    with pytest.raises(NotFound):
        vouch_for(mayor, 999_999, at=LATER)
    assert attachment(number(newcomer)).status is PENDING
    assert letters(LATER) == []


def test_who_was_a_colleague_when_the_page_was_read_no_longer_vouches(mayor: Actor, newcomer: Actor) -> None:
    end(number(mayor))
    assert refused(mayor, number(newcomer)) is Reason.NOT_A_COLLEAGUE
    assert attachment(number(newcomer)).status is PENDING


def test_somebody_s_no_is_for_the_team_to_reverse(world: World, mayor: Actor) -> None:
    back = world.person(None)
    attach(back, ROCAMADOUR, ENDED, by=world.person(ROCAMADOUR))
    again_asked = attach(back, ROCAMADOUR, PENDING)
    assert [one.is_put_aside for one in requests_to_join(ROCAMADOUR).items] == [True]
    assert refused(mayor, again_asked) is Reason.PROOF_PUT_ASIDE


def test_who_left_by_themselves_is_vouched_for(world: World, mayor: Actor) -> None:
    back = world.person(None)
    attach(back, ROCAMADOUR, ENDED)
    again_asked = attach(back, ROCAMADOUR, PENDING)
    assert [one.is_put_aside for one in requests_to_join(ROCAMADOUR).items] == [False]
    vouch_for(mayor, again_asked, at=LATER)
    assert attachment(again_asked).status is VERIFIED


def test_colleagues_and_team_at_once_decide_once(app: Flask, world: World, mayor: Actor, newcomer: Actor) -> None:
    people = [mayor, *(world.person(ROCAMADOUR) for _ in range(3))]
    moderator, asked = world.person(None, Role.MODERATOR), number(newcomer)
    answers = together(
        app,
        [
            *((lambda who=who: vouch_for(who, asked, at=LATER)) for who in people),
            lambda: attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=LATER),
        ],
    )
    assert answers.count(None) == 1
    assert answers.count(Reason.ALREADY_DECIDED) == 4
    expected = AttachmentStatus.REFUSED if answers[-1] is None else VERIFIED
    assert attachment(asked).status is expected


def test_who_is_being_ended_vouches_before_or_not_at_all(app: Flask, world: World, mayor: Actor, newcomer: Actor) -> None:
    other, asked, mine = world.person(ROCAMADOUR), number(newcomer), number(mayor)
    answers = together(
        app,
        [
            lambda: vouch_for(mayor, asked, at=LATER),
            lambda: attachments.end_attachment(other, mine, reason="Parti", at=LATER),
        ],
    )
    assert answers in ([None, None], [Reason.NOT_A_COLLEAGUE, None])
    assert attachment(asked).status is (VERIFIED if answers[0] is None else PENDING)


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_people_are_listed_with_what_shows_it(world: World, mayor: Actor, newcomer: Actor) -> None:
    gone = world.person(ROCAMADOUR)
    end(number(gone))
    second = world.person(ROCAMADOUR)
    page = colleagues(ROCAMADOUR)
    assert [one.name for one in page.items] == [mayor.name, second.name]
    assert (page.items[0].function, page.items[0].way) == ("secrétaire de mairie", AttachmentWay.MODERATOR)
    assert [one.name for one in requests_to_join(ROCAMADOUR).items] == [newcomer.name]
    assert colleagues(LOT).items == requests_to_join(LOT).items == []


def test_a_long_list_says_how_many_others_there_are(world: World) -> None:
    for _ in range(MOST_LISTED + 2):
        world.person(LOT)
    page = colleagues(LOT)
    assert (len(page.items), page.total) == (MOST_LISTED, MOST_LISTED + 2)


def done(siren: str = ROCAMADOUR) -> list[Deed]:
    return list(deeds(siren).items)


def test_what_was_done_is_told_with_who_did_it(world: World, mayor: Actor) -> None:
    proposal = propositions(world.edition())[0]
    colleague, stranger = world.person(ROCAMADOUR), world.person(GRAMAT)
    give_support(mayor, proposal.id, at=DURING_VOTE)
    give_support(stranger, proposal.id, at=DURING_VOTE)
    withdraw_support(colleague, proposal.id, at=DURING_VOTE + timedelta(minutes=1))
    assert [(one.kind, one.by, one.subject, one.edition) for one in done()] == [
        (EventKind.SUPPORT_WITHDRAWN, colleague.name, "proposal:1", "2021"),
        (EventKind.SUPPORT_GIVEN, mayor.name, "proposal:1", "2021"),
    ]
    assert [one.by for one in done(GRAMAT)] == [stranger.name]


def test_the_team_is_not_named_and_whom_it_concerns_is(world: World, mayor: Actor, newcomer: Actor) -> None:
    attachments.refuse_attachment(world.person(None, Role.MODERATOR), number(newcomer), reason="Inconnue", at=LATER)
    assert [(one.kind, one.by, one.about) for one in done()] == [(EventKind.ATTACHMENT_REFUSED, "", newcomer.name)]


def test_one_s_own_arrival_and_departure_concern_oneself(world: World, mayor: Actor) -> None:
    someone = world.person(None, email="adjointe@exemple.fr")
    sent = invitations.invite(mayor, "adjointe@exemple.fr", at=AT)
    invitations.accept_invitation(someone, sent, at=LATER)
    attachments.end_attachment(again(someone), number(someone), at=LATER + timedelta(hours=1))
    assert [(one.kind, one.by, one.about) for one in done()] == [
        (EventKind.ATTACHMENT_ENDED, someone.name, ""),
        (EventKind.ATTACHMENT_VERIFIED, someone.name, ""),
        (EventKind.INVITATION_SENT, mayor.name, ""),
    ]


def test_a_closed_account_has_no_name(world: World, mayor: Actor) -> None:
    give_support(mayor, propositions(world.edition())[0].id, at=DURING_VOTE)
    with transaction() as session:
        person = session.get_one(Person, mayor.person_id)
        person.name, person.closed_at = "", DURING_VOTE
    assert [one.by for one in done()] == ["un compte fermé"]


def test_a_moderator_s_own_collectivite_is_not_told_of_their_work(world: World) -> None:
    """What the team does is noted with the collectivité they also speak for: it was not done in its name."""
    from consult.accounts.actions import grant_role

    chief = world.person(ROCAMADOUR, Role.ADMINISTRATOR)
    world.person(None, email="quelquun@exemple.fr")
    grant_role(chief, "quelquun@exemple.fr", Role.MODERATOR, reason="Renfort", at=AT)
    assert done() == []


def test_it_is_paged_the_latest_first(world: World, mayor: Actor) -> None:
    for rank in range(PAGE_SIZE + 1):
        invitations.revoke_invitation(mayor, invitations.invite(mayor, f"p{rank}@exemple.fr", at=AT), at=LATER)
    first, last = deeds(ROCAMADOUR), deeds(ROCAMADOUR, page=3)
    assert (first.total, len(first.items), len(last.items)) == (2 * PAGE_SIZE + 2, PAGE_SIZE, 2)
    assert {one.kind for one in first.items} == {EventKind.INVITATION_REVOKED}
    assert {one.kind for one in last.items} == {EventKind.INVITATION_SENT}


@pytest.mark.parametrize("rows", [1, 3])
def test_reading_costs_the_same(world: World, mayor: Actor, rows: int) -> None:
    for rank in range(rows):
        world.person(ROCAMADOUR)
        world.person(ROCAMADOUR, status=PENDING)
        invitations.invite(mayor, f"p{rank}@exemple.fr", at=AT)
    for read, cost in ((colleagues, 1), (requests_to_join, 2), (deeds, 2)):
        with count_statements() as sent:
            assert read(ROCAMADOUR).items
        assert len(sent) == cost, read.__name__

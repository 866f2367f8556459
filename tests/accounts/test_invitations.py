"""Inviting, accepting, declining, taking back: who may, until which instant, and what many do at once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.accounts import actions
from consult.accounts.actions import AccountDraft
from consult.accounts.attachments import actions as attachments
from consult.accounts.colleagues import invitations
from consult.accounts.colleagues.invitation_queries import invitation_seen_by, invitations_for, marked, waiting_invitations
from consult.accounts.colleagues.invitations import ADDRESS_KEPT
from consult.accounts.colleagues.rules import (
    INVITATION_LASTS,
    INVITATIONS_COUNTED_OVER,
    MOST_A_DAY,
    MOST_TO_ONE_ADDRESS,
    MOST_WAITING,
    may_answer_invitation,
    may_invite,
    may_revoke_invitation,
)
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Invitation, InvitationOutcome, Person
from consult.accounts.own.closing import close_account
from consult.accounts.queries import actor_of_person
from consult.ground.actor import VISITOR, Actor, Profile
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from tests.support.acts import refusal
from tests.support.attached import again, attach, end
from tests.support.letters import letters, text_of
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

AT = paris(2021, 4, 20, 10)
LATER = AT + timedelta(hours=2)
OVER = AT + INVITATION_LASTS
ADDRESS = "adjointe@mairie.exemple.fr"
PENDING, VERIFIED = AttachmentStatus.PENDING, AttachmentStatus.VERIFIED


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    other = world.person(GRAMAT)
    invitations.invite(other, "quelquun@ailleurs.exemple.fr", at=AT)
    letters(AT)


@pytest.fixture
def mayor(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def deputy(world: World) -> Actor:
    """Who has the address that is invited."""
    return world.person(None, email=ADDRESS)


def invitation(number: int) -> Invitation:
    reading().expire_all()
    return reading().get_one(Invitation, number)


def events(kind: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind == kind, Event.siren == ROCAMADOUR)))


def addresses(siren: str = ROCAMADOUR) -> list[str]:
    return [one.address for one in waiting_invitations(siren, at=LATER)]


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="a verified person"),
        pytest.param({"email_key": "moi@exemple.fr"}, Reason.ALREADY_ATTACHED, id="oneself"),
        pytest.param({"waiting": {"a@exemple.fr"}}, Reason.ALREADY_INVITED, id="invited already"),
        pytest.param({"waiting": {f"{n}@e.fr" for n in range(MOST_WAITING - 1)}}, None, id="one place left"),
        pytest.param({"waiting": {f"{n}@e.fr" for n in range(MOST_WAITING)}}, Reason.TOO_MANY_INVITATIONS, id="no place left"),
        pytest.param({"sent_today": MOST_A_DAY - 1}, None, id="the last of the day"),
        pytest.param({"sent_today": MOST_A_DAY}, Reason.TOO_MANY_INVITATIONS, id="one too many in a day"),
        pytest.param({"to_this_address_today": MOST_TO_ONE_ADDRESS - 1}, None, id="insisting"),
        pytest.param({"to_this_address_today": MOST_TO_ONE_ADDRESS}, Reason.TOO_MANY_INVITATIONS, id="pestering"),
    ],
)
def test_who_may_be_invited(mayor: Actor, changed: dict[str, object], reason: Reason | None) -> None:
    usual = {"email_key": "a@exemple.fr", "own_key": "moi@exemple.fr", "waiting": set(), "sent_today": 0}
    assert may_invite(mayor, **(usual | {"to_this_address_today": 0} | changed)).reason is reason  # type: ignore[arg-type]


def people(world: World) -> list[tuple[Actor, Reason]]:
    return [
        (VISITOR, Reason.SIGN_IN),
        (world.person(None), Reason.NO_COLLECTIVITE),
        (world.person(None, profile=Profile.PARTENAIRE), Reason.PARTNER_MAY_NOT),
        (world.person(ROCAMADOUR, status=PENDING), Reason.ATTACHMENT_PENDING),
    ]


def test_only_verified_people_invite_and_take_back(world: World, mayor: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    for who, reason in people(world):
        assert refusal(lambda who=who: invitations.invite(who, "autre@exemple.fr", at=AT)) is reason
        assert may_revoke_invitation(who, is_live=True).reason is reason
    pending = world.person(ROCAMADOUR, status=PENDING)
    assert refusal(lambda: invitations.revoke_invitation(pending, sent, at=AT)) is Reason.ATTACHMENT_PENDING
    for stranger in (world.person(GRAMAT), world.person(None), VISITOR):
        with pytest.raises(NotFound):
            invitations.revoke_invitation(stranger, sent, at=AT)
    assert addresses() == [ADDRESS]


def test_who_has_been_ended_meanwhile_invites_nobody(mayor: Actor) -> None:
    end(mayor.mandates[0].attachment_id)
    assert refusal(lambda: invitations.invite(mayor, ADDRESS, at=AT)) is Reason.NO_COLLECTIVITE


@pytest.mark.parametrize(
    ("is_mine", "serves", "reason"),
    [
        (True, True, None),
        (True, False, Reason.INVITATION_CLOSED),
        (False, True, Reason.INVITATION_NOT_YOURS),
        (False, False, Reason.INVITATION_NOT_YOURS),
    ],
)
def test_who_may_answer(deputy: Actor, is_mine: bool, serves: bool, reason: Reason | None) -> None:
    assert may_answer_invitation(deputy, is_mine=is_mine, serves=serves).reason is reason
    assert may_answer_invitation(VISITOR, is_mine=is_mine, serves=serves).reason is Reason.SIGN_IN


# ── The letter ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_invitation_says_who_for_whom_until_when_and_holds_no_secret(mayor: Actor) -> None:
    sent = invitations.invite(mayor, "Adjointe@Mairie.exemple.fr", at=AT)
    (letter,) = letters(AT)
    assert letter["To"] == "Adjointe@mairie.exemple.fr"
    said = text_of(letter)
    assert f"{mayor.name} (secrétaire de mairie) vous invite" in said
    assert "au nom de Rocamadour (Lot)" in said
    assert "jusqu’au 4 mai 2021 à 10 h 00 (heure de Paris)" in said
    address = f"http://127.0.0.1:8000/invitations/{sent}?cle={marked(sent)} "
    assert address in said, "the number, and a mark that accepts nothing: it only says, signed out, who is invited"
    (event,) = events(EventKind.INVITATION_SENT)
    assert (event.person_id, event.subject) == (mayor.person_id, f"invitation:{sent}")
    assert "@" not in repr(event.data), "the journal holds no address"


def test_the_answer_is_the_same_whether_or_not_there_is_an_account(world: World, mayor: Actor, deputy: Actor) -> None:
    world.person(ROCAMADOUR, email="collegue@exemple.fr")
    costs = set()
    for address in (ADDRESS, "inconnue@exemple.fr", "collegue@exemple.fr"):
        with count_statements() as sent:
            invitations.invite(mayor, address, at=AT)
        costs.add(len(sent))
    assert len(costs) == 1
    assert len(letters(AT)) == 3


# ── Waiting ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("again_as", [ADDRESS, "ADJOINTE@mairie.EXEMPLE.fr", " adjointe@ mairie.exemple.fr "])
def test_an_address_is_invited_once_however_it_is_written(world: World, mayor: Actor, again_as: str) -> None:
    invitations.invite(mayor, ADDRESS, at=AT)
    colleague = world.person(ROCAMADOUR)
    assert refusal(lambda: invitations.invite(colleague, again_as, at=LATER)) is Reason.ALREADY_INVITED
    assert invitations.invite(world.person(LOT), again_as, at=LATER), "another collectivité may"
    assert len(letters(LATER)) == 2


def test_an_expired_one_makes_room(mayor: Actor) -> None:
    first = invitations.invite(mayor, ADDRESS, at=AT)
    assert refusal(lambda: invitations.invite(mayor, ADDRESS, at=just_before(OVER))) is Reason.ALREADY_INVITED
    second = invitations.invite(mayor, ADDRESS, at=OVER)
    assert (invitation(first).outcome, invitation(first).closed_at) == (InvitationOutcome.EXPIRED, OVER)
    assert invitation(second).outcome is None


def test_one_whose_author_has_left_makes_room(world: World, mayor: Actor) -> None:
    first = invitations.invite(mayor, ADDRESS, at=AT)
    colleague = world.person(ROCAMADOUR)
    end(mayor.mandates[0].attachment_id)
    assert addresses() == []
    assert invitations.invite(colleague, ADDRESS, at=LATER)
    assert invitation(first).outcome is InvitationOutcome.EXPIRED


def test_twenty_wait_and_no_more(mayor: Actor) -> None:
    for rank in range(MOST_WAITING):
        sent = invitations.invite(mayor, f"personne-{rank}@exemple.fr", at=AT)
    assert refusal(lambda: invitations.invite(mayor, ADDRESS, at=AT)) is Reason.TOO_MANY_INVITATIONS
    invitations.revoke_invitation(mayor, sent, at=AT)
    assert invitations.invite(mayor, ADDRESS, at=AT)


def test_withdrawn_ones_count_over_a_day(mayor: Actor) -> None:
    for _ in range(MOST_TO_ONE_ADDRESS):
        invitations.revoke_invitation(mayor, invitations.invite(mayor, ADDRESS, at=AT), at=AT)
    next_day = AT + INVITATIONS_COUNTED_OVER
    assert refusal(lambda: invitations.invite(mayor, ADDRESS, at=just_before(next_day))) is Reason.TOO_MANY_INVITATIONS
    assert invitations.invite(mayor, ADDRESS, at=next_day)


def test_an_address_that_nothing_needs_is_forgotten(mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    for when, kept in ((just_before(OVER + ADDRESS_KEPT), ADDRESS), (OVER + ADDRESS_KEPT, "")):
        invitations.invite(mayor, f"{len(kept)}@exemple.fr", at=when)
        assert (invitation(sent).email, invitation(sent).email_key) == (kept, kept)
    assert invitation(sent).outcome is InvitationOutcome.EXPIRED
    late = OVER + ADDRESS_KEPT
    assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=late)) is Reason.INVITATION_CLOSED


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_accepting_gives_a_voice_at_once(mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    letters(AT)
    attachment = invitations.accept_invitation(deputy, sent, at=LATER)
    assert (attachment.status, attachment.way) == (VERIFIED, AttachmentWay.INVITATION)
    assert attachment.evidence == {"by": mayor.person_id, "invitation": sent}
    assert attachment.verified_at == LATER
    assert again(deputy).siren == ROCAMADOUR
    found = invitation(sent)
    assert (found.outcome, found.closed_at) == (InvitationOutcome.ACCEPTED, LATER)
    (event,) = events(EventKind.INVITATION_ACCEPTED)
    assert (event.person_id, event.subject) == (deputy.person_id, f"invitation:{sent}")
    assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=LATER)) is Reason.INVITATION_CLOSED


@pytest.mark.parametrize(("at", "reason"), [(just_before(OVER), None), (OVER, Reason.INVITATION_CLOSED)])
def test_it_serves_until_its_instant(mayor: Actor, deputy: Actor, at, reason: Reason | None) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    assert [one.id for one in invitations_for(deputy.person_id or 0, at=at)] == ([] if reason else [sent])
    if reason:
        assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=at)) is reason
        assert refusal(lambda: invitations.decline_invitation(deputy, sent, at=at)) is reason
        assert refusal(lambda: invitations.revoke_invitation(mayor, sent, at=at)) is reason
    else:
        assert invitations.accept_invitation(deputy, sent, at=at)


def test_declining_closes_it(mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    invitations.decline_invitation(deputy, sent, at=LATER)
    assert invitation(sent).outcome is InvitationOutcome.DECLINED
    assert again(deputy).mandate is None
    assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=LATER)) is Reason.INVITATION_CLOSED
    assert addresses() == []


def test_a_colleague_may_take_it_back(world: World, mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    invitations.revoke_invitation(world.person(ROCAMADOUR), sent, at=LATER)
    assert invitation(sent).outcome is InvitationOutcome.REVOKED
    assert len(events(EventKind.INVITATION_REVOKED)) == 1
    assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=LATER)) is Reason.INVITATION_CLOSED
    assert refusal(lambda: invitations.revoke_invitation(mayor, sent, at=LATER)) is Reason.INVITATION_CLOSED


@pytest.mark.parametrize(
    "address", [ADDRESS, f"x{ADDRESS}", "adjointe+ville@mairie.exemple.fr", "adjointe@xn--mairi-fsa.exemple.fr"]
)
def test_only_its_own_address_answers_it(world: World, mayor: Actor, address: str) -> None:
    """Forwarded to somebody else, or to another address of the same person, it opens nothing."""
    sent, other = invitations.invite(mayor, ADDRESS, at=AT), world.person(GRAMAT, email=address if address != ADDRESS else None)
    for stranger in (other, mayor):
        for act in (invitations.accept_invitation, invitations.decline_invitation):
            assert refusal(lambda act=act, who=stranger: act(who, sent, at=LATER)) is Reason.INVITATION_NOT_YOURS
        assert not invitation_seen_by(stranger.person_id or 0, sent, at=LATER).is_mine
        assert invitations_for(stranger.person_id or 0, at=LATER) == []
    assert refusal(lambda: invitations.accept_invitation(VISITOR, sent, at=LATER)) is Reason.SIGN_IN
    assert invitation(sent).outcome is None
    assert ROCAMADOUR not in [one.siren for one in again(other).mandates]


@pytest.mark.parametrize(
    ("invited", "account"),
    [
        ("Prenom.Nom@Mairie.Exemple.FR", "prenom.nom@mairie.exemple.fr"),
        ("prenom+consult@exemple.fr", "PRENOM+consult@exemple.fr"),
        ("maire@mairie-été.fr", "maire@xn--mairie-t-h1ab.fr"),
        (f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * 60}.fr", f"{'A' * 64}@{'b' * 61}.{'c' * 61}.{'d' * 60}.fr"),
    ],
)
def test_an_address_is_the_same_however_it_is_written(mayor: Actor, invited: str, account: str) -> None:
    sent = invitations.invite(mayor, invited, at=AT)
    someone = actor_of_person(actions.find_or_create_person(account, at=AT))
    assert someone is not None
    assert invitations.accept_invitation(someone, sent, at=LATER).status is VERIFIED, "before they have said who they are"
    assert again(someone).siren == ROCAMADOUR


def test_one_s_author_who_takes_the_address_invited_does_not_vouch_for_themselves(mayor: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    with transaction() as session:
        me = session.get_one(Person, mayor.person_id)
        me.email = me.email_key = ADDRESS
    assert refusal(lambda: invitations.accept_invitation(mayor, sent, at=LATER)) is Reason.INVITATION_NOT_YOURS
    own = reading().scalars(select(Attachment).where(Attachment.person_id == mayor.person_id)).one()
    assert own.way is AttachmentWay.MODERATOR


def test_it_is_worth_what_its_author_s_word_is(world: World, mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    end(mayor.mandates[0].attachment_id)
    attach(mayor, ROCAMADOUR, PENDING)
    assert invitations_for(deputy.person_id or 0, at=LATER) == []
    assert refusal(lambda: invitations.accept_invitation(deputy, sent, at=LATER)) is Reason.INVITATION_CLOSED
    assert again(deputy).mandate is None


def test_a_partner_is_refused_and_may_come_back(world: World, mayor: Actor) -> None:
    sent, partner = invitations.invite(mayor, ADDRESS, at=AT), world.person(None, email=ADDRESS, profile=Profile.PARTENAIRE)
    assert refusal(lambda: invitations.accept_invitation(partner, sent, at=LATER)) is Reason.PARTNER_MAY_NOT
    assert invitation(sent).outcome is None
    actions.complete_account(partner, AccountDraft("Personne Fictive", Profile.ELU, "adjointe"), at=LATER)
    assert invitations.accept_invitation(partner, sent, at=LATER).status is VERIFIED


def test_a_request_that_waits_is_verified_by_it(world: World, mayor: Actor) -> None:
    waiting = world.person(ROCAMADOUR, email=ADDRESS, status=PENDING)
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    attachment = invitations.accept_invitation(waiting, sent, at=LATER)
    assert attachment.id == waiting.mandates[0].attachment_id
    assert attachment.status is VERIFIED


def test_somebody_s_no_is_for_the_team_to_reverse(world: World, mayor: Actor, deputy: Actor) -> None:
    attach(deputy, ROCAMADOUR, AttachmentStatus.ENDED, by=mayor)
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    assert invitations.accept_invitation(deputy, sent, at=LATER).status is PENDING
    assert invitation(sent).outcome is InvitationOutcome.ACCEPTED


def test_an_unknown_invitation_is_not_found(mayor: Actor) -> None:
    for act in (invitations.accept_invitation, invitations.decline_invitation, invitations.revoke_invitation):
        with pytest.raises(NotFound):
            act(mayor, 999_999, at=AT)
    with pytest.raises(NotFound):
        invitation_seen_by(mayor.person_id or 0, 999_999, at=AT)


# ── At the same instant ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_two_acceptances_at_once_give_one_attachment(app: Flask, mayor: Actor, deputy: Actor) -> None:
    sent = invitations.invite(mayor, ADDRESS, at=AT)
    answers = together(app, [lambda: invitations.accept_invitation(deputy, sent, at=LATER).status] * 6)
    assert sorted(answers) == sorted([VERIFIED] + [Reason.INVITATION_CLOSED] * 5)
    assert len(events(EventKind.ATTACHMENT_VERIFIED)) == 1
    assert reading().scalar(select(func.count()).where(Attachment.person_id == deputy.person_id)) == 1


def test_taken_back_while_it_is_accepted_one_wins(app: Flask, world: World, mayor: Actor) -> None:
    for rank in range(6):
        address = f"personne-{rank}@exemple.fr"
        sent, someone = invitations.invite(mayor, address, at=AT), world.person(None, email=address)
        answers = together(
            app,
            [
                lambda who=someone, which=sent: invitations.accept_invitation(who, which, at=LATER).status,
                lambda which=sent: invitations.revoke_invitation(mayor, which, at=LATER),
            ],
        )
        outcome = invitation(sent).outcome
        assert answers in ([VERIFIED, Reason.INVITATION_CLOSED], [Reason.INVITATION_CLOSED, None])
        assert outcome is (InvitationOutcome.ACCEPTED if answers[0] is VERIFIED else InvitationOutcome.REVOKED)
        assert (again(someone).mandate is not None) is (outcome is InvitationOutcome.ACCEPTED)


def test_its_author_is_ended_while_it_is_accepted(app: Flask, world: World, mayor: Actor) -> None:
    colleague = world.person(ROCAMADOUR)
    sent, someone = invitations.invite(mayor, ADDRESS, at=AT), world.person(None, email=ADDRESS)
    answers = together(
        app,
        [
            lambda: invitations.accept_invitation(someone, sent, at=LATER).status,
            lambda: attachments.end_attachment(colleague, mayor.mandates[0].attachment_id, reason="Partie", at=LATER),
        ],
    )
    assert answers in ([VERIFIED, None], [Reason.INVITATION_CLOSED, None])
    assert again(mayor).mandate is None


def test_one_address_invited_by_many_at_once_is_invited_once(app: Flask, world: World, mayor: Actor) -> None:
    colleagues = [mayor, *(world.person(ROCAMADOUR) for _ in range(5))]
    answers = together(app, [lambda who=who: invitations.invite(who, ADDRESS, at=AT) for who in colleagues])
    assert answers.count(Reason.ALREADY_INVITED) == 5
    assert len(letters(AT)) == 1


def test_the_last_place_is_taken_once(app: Flask, world: World, mayor: Actor) -> None:
    for rank in range(MOST_WAITING - 1):
        invitations.invite(mayor, f"personne-{rank}@exemple.fr", at=AT)
    answers = together(app, [lambda n=n: invitations.invite(mayor, f"derniere-{n}@exemple.fr", at=AT) for n in range(6)])
    assert answers.count(Reason.TOO_MANY_INVITATIONS) == 5
    assert len(addresses()) == MOST_WAITING


def test_the_base_itself_refuses_a_second_live_invitation(mayor: Actor) -> None:
    invitations.invite(mayor, ADDRESS, at=AT)
    row = {"siren": ROCAMADOUR, "email": ADDRESS, "invited_by": mayor.person_id, "created_at": AT, "expires_at": OVER}
    for wrong in ({"email_key": ADDRESS}, {"email_key": "x", "closed_at": AT}, {"email_key": "x", "siren": "000000000"}):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(Invitation(**(row | wrong)))


@pytest.mark.parametrize("whose", ["deputy", "mayor"])
def test_an_account_closed_while_it_is_accepted_leaves_nobody_speaking(
    app: Flask, request: pytest.FixtureRequest, mayor: Actor, deputy: Actor, whose: str
) -> None:
    sent, closing = invitations.invite(mayor, ADDRESS, at=AT), request.getfixturevalue(whose)
    answers = together(
        app,
        [
            lambda: invitations.accept_invitation(deputy, sent, at=LATER).status,
            lambda: close_account(closing, at=LATER),
        ],
    )
    assert answers[1] is None
    assert answers[0] in (VERIFIED, Reason.INVITATION_CLOSED, Reason.INVITATION_NOT_YOURS, Reason.SIGN_IN)
    live = select(Attachment.status).where(Attachment.person_id == closing.person_id, Attachment.siren == ROCAMADOUR)
    assert set(reading().scalars(live)) <= {AttachmentStatus.ENDED}
    assert invitation(sent).closed_at == LATER

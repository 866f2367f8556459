"""Accounts, attachments and roles, in the base: what is written, what is told, and what many do at once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.accounts import actions, attachments
from consult.accounts.actions import AccountDraft
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person, RoleGrant
from consult.accounts.queries import actor_of_person
from consult.accounts.rules import MOST_PENDING
from consult.ground.actor import OPERATOR, VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite
from tests.support.letters import letters, text_of
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
LATER = AT + timedelta(hours=2)
DRAFT = AccountDraft("Jeanne Fictive", Profile.AGENT, "secrétaire de mairie")


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(ROCAMADOUR)
    world.person(GRAMAT, status=AttachmentStatus.PENDING)


@pytest.fixture
def agent(world: World) -> Actor:
    """An agent of no collectivité yet."""
    return world.person(email="jeanne.fictive@exemple.fr")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


def last_event() -> Event:
    reading().expire_all()
    return reading().scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def refusal(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def again(actor: Actor) -> Actor:
    """The same person, as they stand now."""
    found = actor_of_person(actor.person_id or 0)
    assert found is not None
    return found


# ── The account ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_address_is_one_person_however_it_is_written() -> None:
    first = actions.find_or_create_person("Nouvelle@Exemple.fr", at=AT)
    assert last_event().kind is EventKind.ACCOUNT_CREATED
    assert last_event().person_id == first
    assert actions.find_or_create_person("  nouvelle@EXEMPLE.FR ", at=LATER) == first
    assert actions.find_or_create_person("nouvelle+2@exemple.fr", at=LATER) != first
    assert reading().get_one(Person, first).created_at == AT


def test_an_address_asked_for_eight_times_at_once_is_one_person(app: Flask) -> None:
    found = together(app, [lambda: actions.find_or_create_person("nouvelle@exemple.fr", at=AT)] * 8)
    assert len(set(found)) == 1


def test_who_one_is_is_said_once_then_changed(agent: Actor) -> None:
    newcomer = actor_of_person(actions.find_or_create_person("nouvelle@exemple.fr", at=AT))
    assert newcomer is not None
    assert not newcomer.is_complete
    actions.complete_account(newcomer, DRAFT, at=AT)
    assert last_event().kind is EventKind.ACCOUNT_COMPLETED
    assert "Fictive" not in repr(last_event().data), "the journal holds no name"
    now = again(newcomer)
    assert (now.name, now.profile, now.function) == ("Jeanne Fictive", Profile.AGENT, "secrétaire de mairie")
    actions.complete_account(now, AccountDraft("Jeanne Fictive", Profile.ELU, "maire"), at=LATER)
    assert last_event().kind is EventKind.ACCOUNT_EDITED
    assert again(newcomer).profile is Profile.ELU
    assert again(agent).name != "Jeanne Fictive"


@pytest.mark.parametrize("status", [AttachmentStatus.PENDING, AttachmentStatus.VERIFIED])
def test_who_speaks_for_a_collectivite_does_not_become_a_partner(world: World, status: AttachmentStatus) -> None:
    someone = world.person(ROCAMADOUR, status=status)
    draft = AccountDraft("Personne Fictive", Profile.PARTENAIRE, "déléguée")
    assert refusal(lambda: actions.complete_account(someone, draft, at=AT)) is Reason.PARTNER_ATTACHED
    assert again(someone).profile is Profile.AGENT


def test_a_visitor_and_an_operator_have_no_account() -> None:
    for nobody in (VISITOR, OPERATOR):
        assert refusal(lambda nobody=nobody: actions.complete_account(nobody, DRAFT, at=AT)) is Reason.SIGN_IN
        assert refusal(lambda nobody=nobody: attachments.ask_attachment(nobody, ROCAMADOUR, at=AT)) is Reason.SIGN_IN


# ── Attachments ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_request_waits_then_gives_a_voice(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    event = last_event()
    assert (event.kind, event.siren, event.subject) == (EventKind.ATTACHMENT_ASKED, ROCAMADOUR, f"attachment:{asked}")
    assert again(agent).is_pending
    assert letters(AT) == [], "nobody is written to before there is an answer"

    attachments.verify_attachment(moderator, asked, reason="Vue à la mairie", at=LATER)
    found = attachment(asked)
    assert (found.status, found.way) == (AttachmentStatus.VERIFIED, AttachmentWay.MODERATOR)
    assert (found.requested_at, found.decided_at, found.verified_at) == (AT, LATER, LATER)
    assert found.decided_by == moderator.person_id
    event = last_event()
    assert (event.kind, event.person_id, event.siren) == (EventKind.ATTACHMENT_VERIFIED, moderator.person_id, ROCAMADOUR)
    mandate = again(agent).mandate
    assert mandate is not None
    assert (mandate.name, mandate.is_verified, mandate.attachment_id) == ("Rocamadour (Lot)", True, asked)

    (letter,) = letters(LATER)
    assert letter["To"] == "jeanne.fictive@exemple.fr"
    assert "vous parlez maintenant au nom de Rocamadour (Lot)" in text_of(letter)
    assert "Vue à la mairie" in text_of(letter)


def test_a_refusal_says_why_and_leaves_the_way_open(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert refusal(lambda: attachments.refuse_attachment(moderator, asked, reason=" ", at=LATER)) is Reason.REASON_MISSING
    assert attachment(asked).status is AttachmentStatus.PENDING
    attachments.refuse_attachment(moderator, asked, reason="Écrivez-nous de l’adresse de la mairie <script>.", at=LATER)
    assert attachment(asked).status is AttachmentStatus.REFUSED
    assert attachment(asked).verified_at is None
    assert last_event().data["reason"] == "Écrivez-nous de l’adresse de la mairie <script>."
    assert again(agent).mandate is None
    (letter,) = letters(LATER)
    assert "Écrivez-nous de l’adresse de la mairie <script>." in text_of(letter)
    assert "/compte/rattachements" in text_of(letter)
    assert attachments.ask_attachment(agent, ROCAMADOUR, at=LATER) != asked


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(lambda who, which: attachments.verify_attachment(who, which, at=LATER), id="verified"),
        pytest.param(lambda who, which: attachments.refuse_attachment(who, which, reason="Trop tard", at=LATER), id="refused"),
    ],
)
def test_what_is_decided_twice_changes_nothing(agent: Actor, moderator: Actor, second) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    attachments.verify_attachment(moderator, asked, at=AT)
    letters(AT)
    events = reading().scalar(select(func.count()).select_from(Event))
    assert refusal(lambda: second(moderator, asked)) is Reason.ALREADY_DECIDED
    found = attachment(asked)
    assert (found.status, found.decided_at, found.reason) == (AttachmentStatus.VERIFIED, AT, "")
    assert reading().scalar(select(func.count()).select_from(Event)) == events
    assert letters(LATER) == []


def test_eight_moderators_at_once_decide_once(app: Flask, world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    team = [world.person(None, Role.MODERATOR) for _ in range(8)]
    answers = together(
        app,
        [
            (lambda who=who: attachments.verify_attachment(who, asked, at=LATER))
            if rank % 2
            else (lambda who=who: attachments.refuse_attachment(who, asked, reason="Inconnue", at=LATER))
            for rank, who in enumerate(team)
        ],
    )
    assert answers.count(None) == 1
    assert answers.count(Reason.ALREADY_DECIDED) == 7
    assert len(letters(LATER)) == 1


def test_a_double_click_asks_once(app: Flask, agent: Actor) -> None:
    answers = together(app, [lambda: attachments.ask_attachment(agent, ROCAMADOUR, at=AT)] * 8)
    assert answers.count(Reason.ALREADY_ATTACHED) == 7


def test_somebody_may_speak_for_several_and_the_oldest_verified_is_the_mandate(agent: Actor, moderator: Actor) -> None:
    waiting = attachments.ask_attachment(agent, LOT, at=AT)
    first = attachments.ask_attachment(agent, GRAMAT, at=AT)
    second = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert again(agent).mandate.attachment_id == waiting  # type: ignore[union-attr]
    attachments.verify_attachment(moderator, second, at=AT)
    assert again(agent).siren == ROCAMADOUR
    attachments.verify_attachment(moderator, first, at=LATER)
    assert again(agent).siren == GRAMAT


def test_only_so_many_requests_wait_at_once(agent: Actor) -> None:
    waiting = [attachments.ask_attachment(agent, siren, at=AT) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    assert len(waiting) == MOST_PENDING
    assert refusal(lambda: attachments.ask_attachment(agent, CAUVALDOR, at=AT)) is Reason.TOO_MANY_PENDING
    attachments.withdraw_attachment(agent, waiting[0], at=AT)
    assert attachments.ask_attachment(agent, CAUVALDOR, at=AT)


@pytest.mark.parametrize("siren", ["000000000", "", "214602401x", "Rocamadour"])
def test_what_is_not_in_the_register_is_refused(agent: Actor, siren: str) -> None:
    assert refusal(lambda: attachments.ask_attachment(agent, siren, at=AT)) is Reason.NOT_IN_REGISTER


def test_what_has_ceased_to_exist_is_refused(agent: Actor) -> None:
    with transaction() as session:
        gone = session.get_one(Collectivite, OCCITANIE)
        gone.is_current, gone.ended_on = False, AT.date()
    try:
        assert refusal(lambda: attachments.ask_attachment(agent, OCCITANIE, at=AT)) is Reason.NOT_IN_REGISTER
    finally:
        with transaction() as session:
            back = session.get_one(Collectivite, OCCITANIE)
            back.is_current, back.ended_on = True, None


def test_a_partner_asks_nothing_even_with_an_older_page(world: World) -> None:
    someone = world.person()
    actions.complete_account(someone, AccountDraft("Personne Fictive", Profile.PARTENAIRE, "déléguée"), at=AT)
    assert refusal(lambda: attachments.ask_attachment(someone, ROCAMADOUR, at=AT)) is Reason.PARTNER_MAY_NOT


def test_a_request_is_withdrawn_by_its_author_only_and_once(agent: Actor, world: World, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    for stranger in (world.person(ROCAMADOUR), moderator, VISITOR):
        with pytest.raises(NotFound):
            attachments.withdraw_attachment(stranger, asked, at=LATER)
    attachments.withdraw_attachment(agent, asked, at=LATER)
    assert attachment(asked).status is AttachmentStatus.ENDED
    assert last_event().kind is EventKind.ATTACHMENT_ENDED
    assert again(agent).mandate is None
    assert refusal(lambda: attachments.withdraw_attachment(agent, asked, at=LATER)) is Reason.ALREADY_DECIDED
    assert refusal(lambda: attachments.verify_attachment(moderator, asked, at=LATER)) is Reason.ALREADY_DECIDED


def test_a_moderator_does_not_decide_for_themselves(moderator: Actor, world: World) -> None:
    asked = attachments.ask_attachment(moderator, ROCAMADOUR, at=AT)
    assert refusal(lambda: attachments.verify_attachment(moderator, asked, at=LATER)) is Reason.OWN_REQUEST
    attachments.verify_attachment(world.person(None, Role.ADMINISTRATOR), asked, at=LATER)
    assert attachment(asked).status is AttachmentStatus.VERIFIED


def test_an_agent_decides_nothing(world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    colleague = world.person(ROCAMADOUR)
    assert refusal(lambda: attachments.verify_attachment(colleague, asked, at=LATER)) is Reason.NOT_YOUR_ROLE
    assert refusal(lambda: attachments.refuse_attachment(colleague, asked, reason="Non", at=LATER)) is Reason.NOT_YOUR_ROLE


def test_an_unknown_request_is_not_found(moderator: Actor) -> None:
    with pytest.raises(NotFound):
        attachments.verify_attachment(moderator, 999_999, at=AT)


def test_the_base_itself_refuses_a_second_live_attachment_and_half_decisions(agent: Actor) -> None:
    def row(**changed: object) -> Attachment:
        values = {
            "person_id": agent.person_id,
            "siren": ROCAMADOUR,
            "status": AttachmentStatus.PENDING,
            "way": AttachmentWay.MODERATOR,
            "requested_at": AT,
        }
        return Attachment(**(values | changed))

    attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    verified_without_an_instant = {"status": AttachmentStatus.VERIFIED, "decided_at": AT, "siren": GRAMAT}
    for wrong in ({}, {"siren": GRAMAT, "decided_at": AT}, {"siren": "000000000"}, verified_without_an_instant):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row(**wrong))


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def administrator(world: World) -> Actor:
    return world.person(None, Role.ADMINISTRATOR, email="pilotage@exemple.fr")


def test_a_role_is_granted_and_revoked_with_its_reason_in_the_journal(administrator: Actor, agent: Actor) -> None:
    actions.grant_role(administrator, " JEANNE.fictive@exemple.fr", Role.MODERATOR, reason=" Renfort ", at=AT)
    assert again(agent).roles == {Role.MODERATOR}
    event = last_event()
    assert (event.kind, event.subject) == (EventKind.ROLE_GRANTED, f"person:{agent.person_id}")
    assert event.data == {"role": "moderator", "reason": "Renfort"}
    actions.revoke_role(administrator, "jeanne.fictive@exemple.fr", Role.MODERATOR, reason="Départ", at=LATER)
    assert again(agent).roles == frozenset()
    assert last_event().kind is EventKind.ROLE_REVOKED


def test_what_changes_nothing_is_refused(administrator: Actor, agent: Actor) -> None:
    email = "jeanne.fictive@exemple.fr"
    actions.grant_role(administrator, email, Role.OBSERVER, reason="Préfecture", at=AT)
    twice = refusal(lambda: actions.grant_role(administrator, email, Role.OBSERVER, reason="Encore", at=AT))
    assert twice is Reason.ROLE_ALREADY_HELD
    other = refusal(lambda: actions.revoke_role(administrator, email, Role.COMMITTEE, reason="Départ", at=AT))
    assert other is Reason.ROLE_NOT_HELD


def test_only_an_administrator_grants(world: World, agent: Actor) -> None:
    moderator = world.person(None, Role.MODERATOR)
    email = "jeanne.fictive@exemple.fr"
    refused = refusal(lambda: actions.grant_role(moderator, email, Role.ADMINISTRATOR, reason="Moi", at=AT))
    assert refused is Reason.NOT_YOUR_ROLE
    assert again(agent).roles == frozenset()


def test_a_page_does_not_make_accounts_but_the_command_line_does(administrator: Actor) -> None:
    with pytest.raises(NotFound):
        actions.grant_role(administrator, "inconnue@exemple.fr", Role.MODERATOR, reason="Renfort", at=AT)
    with pytest.raises(NotFound):
        actions.revoke_role(administrator, "inconnue@exemple.fr", Role.MODERATOR, reason="Départ", at=AT)
    actions.grant_role(OPERATOR, "inconnue@exemple.fr", Role.MODERATOR, reason="Renfort", at=AT)
    assert last_event().data["by"] == "operator"
    person = reading().scalars(select(Person).where(Person.email_key == "inconnue@exemple.fr")).one()
    assert again(Actor(person_id=person.id)).roles == {Role.MODERATOR}


def test_one_administrator_always_remains(world: World, administrator: Actor) -> None:
    def leave() -> None:
        actions.revoke_role(OPERATOR, "pilotage@exemple.fr", Role.ADMINISTRATOR, reason="Fin", at=AT)

    assert refusal(leave) is Reason.LAST_ADMINISTRATOR
    world.person(None, Role.ADMINISTRATOR)
    leave()
    assert again(administrator).roles == frozenset()


def test_two_administrators_who_leave_at_once_do_not_both_leave(app: Flask, world: World) -> None:
    emails = [f"pilotage-{rank}@exemple.fr" for rank in range(4)]
    both = [world.person(None, Role.ADMINISTRATOR, email=email) for email in emails]
    answers = together(
        app,
        [
            lambda who=who, email=email: actions.revoke_role(who, email, Role.ADMINISTRATOR, reason="Départ", at=AT)
            for who, email in zip(both, emails, strict=True)
        ],
    )
    assert answers.count(None) == 3
    assert answers.count(Reason.LAST_ADMINISTRATOR) == 1
    assert reading().scalar(select(func.count()).select_from(RoleGrant)) == 1

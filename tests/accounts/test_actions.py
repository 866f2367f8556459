"""Accounts, attachments and roles, in the base: what is written, what is told, and what many do at once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts import actions
from consult.accounts.actions import AccountDraft
from consult.accounts.attachments import actions as attachments
from consult.accounts.model import AttachmentStatus, Person, RoleGrant
from consult.accounts.queries import actor_of_person
from consult.ground.actor import OPERATOR, VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import EventKind
from tests.support.acts import last_event, refusal
from tests.support.attached import again
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

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

"""Who holds which role: the page of administrators."""

import pytest
from flask import Flask

from consult.accounts import actions
from consult.accounts.model import Person
from consult.accounts.own.closing import close_account
from consult.accounts.queries import actor_of_person
from consult.accounts.second_factor import actions as second_factor
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
EMAIL = "jeanne.fictive@exemple.fr"


@pytest.fixture(autouse=True)
def administrator(world: World, client: PageClient, hold) -> Actor:
    world.edition()
    hold(AT)
    someone = world.person(None, Role.ADMINISTRATOR, email="pilotage@exemple.fr")
    client.sign_in(someone)
    return someone


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR, email=EMAIL)


def roles(actor: Actor) -> frozenset[Role]:
    reading().expire_all()
    found = actor_of_person(actor.person_id or 0)
    assert found is not None
    return found.roles


def test_a_role_is_granted_seen_and_taken_back(client: PageClient, agent: Actor) -> None:
    granted = client.post("/pilotage/roles", {"email": EMAIL.upper(), "role": "moderator", "reason": "Renfort"}, 303)
    page = client.follow(granted)
    assert "Le rôle « modération » est accordé" in page.main
    assert EMAIL in page.main
    assert roles(agent) == {Role.MODERATOR}
    path = f"/pilotage/roles/{agent.person_id}/moderator/retrait"
    assert path in page.links().values()
    assert agent.name in client.get(path).main
    client.post(path, {"reason": " "}, 422)
    assert "est retiré" in client.follow(client.post(path, {"reason": "Départ"}, 303)).main
    assert roles(agent) == frozenset()
    client.get(path, 404)


def test_a_role_works_in_a_session_that_is_already_open(client: PageClient, agent: Actor) -> None:
    theirs = PageClient(client.app).sign_in(agent)
    theirs.get("/moderation/rattachements", 403)
    client.post("/pilotage/roles", {"email": EMAIL, "role": "moderator", "reason": "Renfort"}, 303)
    theirs.get("/moderation/rattachements")
    client.post(f"/pilotage/roles/{agent.person_id}/moderator/retrait", {"reason": "Départ"}, 303)
    theirs.get("/moderation/rattachements", 403)


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"email": "inconnue@exemple.fr"}, "email", "Demandez-lui de se connecter une première fois"),
        ({"email": "personne"}, "email", "incomplète"),
        ({"role": "empereur"}, "role", ""),
        ({"role": ""}, "role", ""),
        ({"reason": ""}, "reason", "elle reste au journal"),
        ({"email": "pilotage@exemple.fr", "role": "administrator"}, "role", "a déjà ce rôle"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    client: PageClient, agent: Actor, changed: dict[str, str], field: str, words: str
) -> None:
    sent = {"email": EMAIL, "role": "observer", "reason": "Renfort"} | changed
    page = client.post("/pilotage/roles", sent, 422)
    said = page.soup.select_one(f"#{field}-erreur")
    assert said is not None
    assert words in " ".join(said.get_text().split())
    assert roles(agent) == frozenset()


def test_two_administrators_who_revoke_each_other_at_once_do_not_both_go(
    app: Flask, world: World, administrator: Actor
) -> None:
    other = world.person(None, Role.ADMINISTRATOR, email="autre@exemple.fr")
    both = [(administrator, "autre@exemple.fr"), (other, "pilotage@exemple.fr")]
    acts = [
        lambda who=who, email=email: actions.revoke_role(who, email, Role.ADMINISTRATOR, reason="Prise", at=AT)
        for who, email in both * 4
    ]
    answers = together(app, acts)
    assert answers.count(None) == 1
    assert set(answers) <= {None, Reason.NOT_YOUR_ROLE, Reason.ROLE_NOT_HELD, Reason.LAST_ADMINISTRATOR}
    assert sorted(len(roles(one)) for one in (administrator, other)) == [0, 1]


def test_whoever_was_revoked_meanwhile_revokes_nobody(world: World, administrator: Actor) -> None:
    """Their request had been let in before."""
    other = world.person(None, Role.ADMINISTRATOR, email="autre@exemple.fr")
    third = world.person(None, Role.ADMINISTRATOR, email="tierce@exemple.fr")
    actions.revoke_role(administrator, "autre@exemple.fr", Role.ADMINISTRATOR, reason="Départ", at=AT)
    for act in (
        lambda: actions.revoke_role(other, "tierce@exemple.fr", Role.ADMINISTRATOR, reason="Prise", at=AT),
        lambda: actions.grant_role(other, "autre@exemple.fr", Role.MODERATOR, reason="Prise", at=AT),
        lambda: second_factor.remove(other, third.person_id or 0, reason="Prise", at=AT),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.reason is Reason.NOT_YOUR_ROLE
    assert roles(third) == {Role.ADMINISTRATOR}
    assert roles(other) == frozenset()


@pytest.mark.parametrize("by", ["administrator", "operator"])
def test_a_closed_account_holds_no_role(client: PageClient, world: World, administrator: Actor, agent: Actor, by: str) -> None:
    actions.grant_role(administrator, EMAIL, Role.OBSERVER, reason="Préfecture", at=AT)
    close_account(agent, at=AT)
    with transaction() as session:
        email = session.get_one(Person, agent.person_id).email
    assert "observation" not in client.get("/pilotage/roles").main.partition("Accorder un rôle")[0]
    with pytest.raises(NotFound):
        actions.grant_role(administrator if by == "administrator" else OPERATOR, email, Role.OBSERVER, reason="Retour", at=AT)
    client.post("/pilotage/roles", {"email": EMAIL, "role": "observer", "reason": "Retour"}, 422)


def test_the_last_administrator_stays(client: PageClient, administrator: Actor) -> None:
    path = f"/pilotage/roles/{administrator.person_id}/administrator/retrait"
    assert "Il doit rester un administrateur" in client.post(path, {"reason": "Fin"}, 409).h1
    assert roles(administrator) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize("held", [(), (Role.MODERATOR,), (Role.COMMITTEE, Role.OBSERVER)])
def test_the_page_is_for_administrators(client: PageClient, world: World, administrator: Actor, held) -> None:
    other = PageClient(client.app).sign_in(world.person(ROCAMADOUR, *held))
    other.get("/pilotage/roles", 403)
    other.post("/pilotage/roles", {"email": "pilotage@exemple.fr", "role": "observer", "reason": "Moi"}, 403)
    path = f"/pilotage/roles/{administrator.person_id}/administrator/retrait"
    other.get(path, 403)
    other.post(path, {"reason": "Prise"}, 403)
    PageClient(client.app).get("/pilotage/roles", 401)
    assert roles(administrator) == {Role.ADMINISTRATOR}


def test_an_unknown_person_or_role_is_not_found(client: PageClient, agent: Actor) -> None:
    for path in (f"/pilotage/roles/{agent.person_id}/moderator/retrait", f"/pilotage/roles/{agent.person_id}/empereur/retrait"):
        client.get(path, 404)
        client.post(path, {"reason": "Départ"}, 404)


def test_the_list_costs_the_same_with_one_and_with_four(client: PageClient, world: World) -> None:
    costs = []
    for _ in range(2):
        with count_statements() as sent:
            client.get("/pilotage/roles")
        costs.append(len(sent))
        for _ in range(3):
            world.person(None, Role.MODERATOR)
    assert costs[0] == costs[1] <= 2 + 2

"""`consult account grant|revoke`: how the first administrator is made."""

import pytest
from sqlalchemy import select

from consult.accounts.model import Person
from consult.accounts.queries import actor_of_person
from consult.ground.actor import Role
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from tests.support.commands import Operator
from tests.support.world import ROCAMADOUR, World

EMAIL = "premiere@exemple.fr"


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(ROCAMADOUR)


def roles(email: str) -> frozenset[Role]:
    reading().expire_all()
    person_id = reading().scalars(select(Person.id).where(Person.email_key == email)).one()
    found = actor_of_person(person_id)
    assert found is not None
    return found.roles


def test_the_first_administrator_comes_from_the_command_line(operator: Operator) -> None:
    ended = operator("account", "grant", "Premiere@exemple.fr", "administrator", "--reason", "Ouverture du site")
    assert (ended.code, ended.errors) == (0, "")
    assert "rôle « pilotage » accordé" in ended.said
    assert roles(EMAIL) == {Role.ADMINISTRATOR}
    event = reading().scalars(select(Event).where(Event.kind == EventKind.ROLE_GRANTED)).one()
    assert event.data == {"role": "administrator", "reason": "Ouverture du site", "by": "operator"}


def test_a_role_is_taken_back_but_not_from_the_last_administrator(operator: Operator) -> None:
    operator("account", "grant", EMAIL, "administrator")
    operator("account", "grant", EMAIL, "moderator")
    assert operator("account", "revoke", EMAIL, "moderator").code == 0
    ended = operator("account", "revoke", EMAIL, "administrator")
    assert (ended.code, ended.said) == (1, "")
    assert ended.errors.startswith("Il doit rester un administrateur.")
    assert len(ended.errors.splitlines()) == 1
    assert roles(EMAIL) == {Role.ADMINISTRATOR}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["revoke", "inconnue@exemple.fr", "moderator"], "Personne n’a de compte à l’adresse inconnue@exemple.fr."),
        (["grant", EMAIL, "observer", "--reason", " "], "Il manque la raison."),
    ],
)
def test_a_refusal_is_one_line(operator: Operator, command: list[str], said: str) -> None:
    ended = operator("account", *command)
    assert (ended.code, ended.said, len(ended.errors.splitlines())) == (1, "", 1)
    assert said in ended.errors


def test_granting_twice_changes_nothing(operator: Operator) -> None:
    operator("account", "grant", EMAIL, "observer")
    ended = operator("account", "grant", EMAIL, "observer")
    assert ended.code == 1
    assert "a déjà ce rôle" in ended.errors


@pytest.mark.parametrize(
    "command", [["grant", EMAIL, "empereur"], ["grant", "personne", "observer"], ["grant", EMAIL], ["grant"]]
)
def test_a_wrong_usage_ends_with_two(operator: Operator, command: list[str]) -> None:
    ended = operator("account", *command)
    assert (ended.code, ended.said) == (2, "")
    assert "Usage" in ended.errors

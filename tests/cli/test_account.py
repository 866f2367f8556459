"""`consult account grant|revoke`: how the first administrator is made."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from consult.accounts.model import Person, SecondFactor
from consult.accounts.queries import actor_of_person
from consult.accounts.sign_in.actions import request_sign_in, sign_in_by_code
from consult.ground.actor import Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.journal.attempts import BATCH, line
from consult.journal.model import Event, EventKind
from tests.support.commands import Operator
from tests.support.letters import code_of, letters
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)

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


# ── The second factor, the attempts ──────────────────────────────────────────────────────────────────────────────────────


def test_a_lost_phone_is_undone_from_the_command_line(operator: Operator, world: World) -> None:
    member = world.person(None, Role.MODERATOR, email=EMAIL)
    with transaction() as session:
        session.add(SecondFactor(person_id=member.person_id, secret="A" * 32, confirmed_at=AT, last_step=1))
    ended = operator("account", "reset-second-factor", EMAIL.upper(), "--reason", "Téléphone perdu")
    assert (ended.code, ended.errors) == (0, "")
    reading().expire_all()
    assert reading().scalars(select(SecondFactor)).all() == []
    event = reading().scalars(select(Event).where(Event.kind == EventKind.SECOND_FACTOR_REMOVED)).one()
    assert event.data == {"reason": "Téléphone perdu", "by": "operator"}
    again = operator("account", "reset-second-factor", EMAIL)
    assert (again.code, len(again.errors.splitlines())) == (1, 1)
    unknown = operator("account", "reset-second-factor", "inconnue@exemple.fr")
    assert unknown.errors.startswith("Personne n’a de compte à l’adresse inconnue@exemple.fr.")


def test_attempts_are_told_in_utc_one_line_each_without_address_nor_code(operator: Operator, world: World) -> None:
    world.person(ROCAMADOUR, email=EMAIL)
    key = request_sign_in(EMAIL, at=AT)
    code = code_of(letters(AT)[0])
    sign_in_by_code(key, f"{(int(code) + 1) % 1_000_000:06}", at=AT + timedelta(minutes=1))
    sign_in_by_code(key, code, at=AT + timedelta(minutes=2))
    ended = operator("account", "attempts", "--since", AT.isoformat())
    assert (ended.code, ended.errors) == (0, "")
    lines = ended.said.splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["2021-03-02T09:00:00Z", "sign_in:asked"],
        ["2021-03-02T09:01:00Z", "sign_in:failed"],
        ["2021-03-02T09:02:00Z", "session:opened"],
    ]
    assert 'way="code" why="code_wrong"' in lines[1]
    assert "person=" in lines[2]
    assert "@" not in ended.said
    assert code not in ended.said
    later = operator("account", "attempts", "--since", (AT + timedelta(minutes=2)).isoformat())
    assert later.said.splitlines() == lines[2:], "the instant asked for is inside"
    assert operator("account", "attempts").said == "", "nothing since yesterday"


def test_attempts_are_all_told_however_many(operator: Operator) -> None:
    with transaction() as session:
        session.add_all(
            Event(at=AT + timedelta(seconds=rank), kind=EventKind.SIGN_IN_FAILED, subject=f"sign_in:{rank}", data={})
            for rank in range(2 * BATCH)
        )
        session.add(Event(at=AT, kind=EventKind.ME_TOO_SAID, data={}))
    said = operator("account", "attempts", "--since", AT.isoformat()).said.splitlines()
    assert [line.rpartition(":")[2] for line in said] == [f'{rank}"' for rank in range(2 * BATCH)]


def test_an_attempt_is_one_line_whatever_it_holds() -> None:
    forged = "x\n2021-03-02T09:00:00Z session:opened\u2028\x1b[31m\r"
    event = Event(at=AT, kind=EventKind.SIGN_IN_FAILED, person_id=None, subject=forged, data={"why": forged, "code": "123456"})
    said = line(event)
    assert len(said.splitlines()) == 1
    assert said.isprintable()
    assert "123456" not in said

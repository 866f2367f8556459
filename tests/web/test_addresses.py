"""Changing address as a person does: one page for the address, one for both codes, and what each mistake answers."""

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AddressChange, Person
from consult.accounts.own.rules import ADDRESS_CODES_LAST, MOST_ADDRESS_CHANGES
from consult.accounts.rules import MOST_TRIES
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from tests.support.letters import code_of, letters
from tests.support.page import Page, PageClient
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
OLD, NEW = "jeanne@mairie.exemple.fr", "jeanne.fictive@nouvelle.exemple.fr"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR)
    hold(AT)


@pytest.fixture
def someone(world: World) -> Actor:
    """Somebody with an account."""
    return world.person(ROCAMADOUR, email=OLD)


def ask(client: PageClient, email: str = NEW) -> Page:
    """Type a new address, and come to the page of the codes."""
    return client.follow(client.post("/compte/adresse", {"email": email}, 303))


def codes() -> dict[str, str]:
    """The two codes, as they are to be typed."""
    sent = {letter["To"]: code_of(letter) for letter in letters(AT) if "code" in letter["Subject"]}
    return {"old_code": sent.get(OLD, "000000"), "new_code": sent.get(NEW, "000000")}


def address(actor: Actor) -> str:
    reading().expire_all()
    return reading().get_one(Person, actor.person_id).email


def test_three_screens_move_the_account(app: Flask, client: PageClient, someone: Actor) -> None:
    client.sign_in(someone)
    page = client.get("/compte/adresse")
    assert page.h1 == "Changer d’adresse"
    assert OLD in page.main
    page = ask(client)
    assert page.h1 == "Écrivez les deux codes"
    assert OLD in page.main
    assert NEW in page.main
    typed = {name: f" {code[:3]} {code[3:]} " for name, code in codes().items()}
    page = client.follow(client.post("/compte/adresse/codes", typed, 303))
    assert page.h1 == "Votre compte"
    assert "Votre adresse est changée. Vos autres sessions sont fermées." in page.main
    assert NEW in page.main
    assert OLD not in page.main
    assert client.follow(client.get("/compte/adresse/codes", 303)).h1 == "Changer d’adresse", "it is over"


@pytest.mark.parametrize(
    "typed", ["", "  ", "jeanne", "jeanne@", "@mairie.fr", "é@mairie.fr", "a@b", f"{'a' * 250}@mairie.fr", "a@b.fr, c@d.fr"]
)
def test_what_is_no_address_comes_back(client: PageClient, someone: Actor, typed: str) -> None:
    page = client.sign_in(someone).post("/compte/adresse", {"email": typed}, 422)
    assert page.soup.select_one("#email-erreur")
    assert page.form("/compte/adresse" if page.soup.select("form[action='/compte/adresse']") else None)["email"] == "".join(
        typed.split()
    )
    assert letters(AT) == []


def test_the_same_address_is_said_beside_the_field(client: PageClient, someone: Actor) -> None:
    page = client.sign_in(someone).post("/compte/adresse", {"email": f" {OLD}"}, 422)
    assert "C’est déjà votre adresse" in page.soup.select_one("#email-erreur").text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "typed",
    [
        "Jeanne.Fictive+Vote@Mairie.Exemple.FR",
        "jeanne@mairie-évolène.fr",
        f"{'a' * 64}@{'b' * 63}.{'c' * 63}.{'d' * 57}.fr",
    ],
    ids=["a plus and capitals", "an IDN domain", "254 characters"],
)
def test_every_address_that_mail_can_reach_is_taken(client: PageClient, someone: Actor, typed: str) -> None:
    page = ask(client.sign_in(someone), typed)
    assert page.h1 == "Écrivez les deux codes"
    assert typed.rpartition("@")[2].lower() in page.main.lower()
    assert len(letters(AT)) == 2


def test_whether_an_address_has_an_account_is_never_said(client: PageClient, someone: Actor, world: World) -> None:
    client.sign_in(someone)
    free = ask(client, "libre@exemple.fr").main.replace("libre@exemple.fr", "")
    world.person(ROCAMADOUR, email="prise@exemple.fr")
    taken = ask(client, "prise@exemple.fr").main.replace("prise@exemple.fr", "")
    assert taken == free
    said = client.post("/compte/adresse/codes", codes(), 422).main
    assert "déjà un compte" not in said
    assert address(someone) == OLD


def test_each_wrong_code_is_said_beside_its_own_field(client: PageClient, someone: Actor) -> None:
    ask(client.sign_in(someone))
    right = codes()
    page = client.post("/compte/adresse/codes", right | {"new_code": "x"}, 422)
    assert "Le code a six chiffres" in page.soup.select_one("#new_code-erreur").text  # type: ignore[union-attr]
    wrong = f"{(int(right['new_code']) + 1) % 1_000_000:06}"
    page = client.post("/compte/adresse/codes", right | {"new_code": wrong}, 422)
    assert "Il vous reste 4 essais" in page.soup.select_one("#new_code-erreur").text  # type: ignore[union-attr]
    assert page.soup.select_one("#old_code-erreur") is None
    assert page.form()["old_code"] == right["old_code"], "nothing typed is lost"
    client.post("/compte/adresse/codes", right, 303)
    assert address(someone) == NEW


def test_spent_tries_lead_back_to_the_address(client: PageClient, someone: Actor) -> None:
    ask(client.sign_in(someone))
    right = codes()
    wrong = right | {"old_code": f"{(int(right['old_code']) + 1) % 1_000_000:06}"}
    said = [client.post("/compte/adresse/codes", wrong, 422).main for _ in range(MOST_TRIES)]
    assert "Il vous reste un essai." in said[-2]
    assert "C’était le dernier essai : demandez d’autres codes." in said[-1]
    page = client.post("/compte/adresse/codes", right, 410)
    assert page.h1 == "Changer d’adresse"
    assert "Ces codes ne servent plus" in page.main
    assert page.form()["email"] == NEW
    assert address(someone) == OLD


def test_codes_that_came_too_late_lead_back_to_the_address(client: PageClient, someone: Actor, hold) -> None:
    ask(client.sign_in(someone))
    right = codes()
    hold(AT + ADDRESS_CODES_LAST)
    assert "Ces codes ne servent plus" in client.post("/compte/adresse/codes", right, 410).main
    assert address(someone) == OLD


def test_an_address_taken_meanwhile_has_its_page(client: PageClient, someone: Actor, world: World) -> None:
    ask(client.sign_in(someone))
    right = codes()
    world.person(ROCAMADOUR, email=NEW)
    page = client.post("/compte/adresse/codes", right, 409)
    assert page.h1 == "Cette adresse a déjà un compte"
    assert address(someone) == OLD


def test_three_requests_a_day(client: PageClient, someone: Actor) -> None:
    client.sign_in(someone)
    for rank in range(MOST_ADDRESS_CHANGES):
        ask(client, f"nouvelle-{rank}@exemple.fr")
    page = client.post("/compte/adresse", {"email": NEW}, 429)
    assert "Assez de codes pour aujourd’hui" in page.main
    assert page.form()["email"] == NEW


def test_codes_belong_to_the_browser_that_asked(app: Flask, client: PageClient, someone: Actor, world: World) -> None:
    ask(client.sign_in(someone))
    right = codes()
    number = reading().scalars(select(AddressChange.id)).one()
    other = PageClient(app).sign_in(world.person(ROCAMADOUR))
    assert other.post("/compte/adresse/codes", right, 303).response.location == "/compte/adresse"
    with other.http.session_transaction() as cookie:
        cookie["address_change"] = {"id": number, "key": "forged", "email": NEW}
    other.post("/compte/adresse/codes", right, 410)
    assert address(someone) == OLD
    assert reading().scalars(select(AddressChange.tries)).one() == 0


def test_a_visitor_is_asked_to_sign_in(client: PageClient) -> None:
    for path in ("/compte/adresse", "/compte/adresse/codes"):
        assert client.get(path, 401).links()["Se connecter"].endswith(f"suite={path}")
        client.post(path, {"email": NEW}, 401)


def test_pages_with_an_address_are_kept_by_no_cache(client: PageClient, someone: Actor) -> None:
    client.sign_in(someone)
    assert client.get("/compte/adresse").response.headers["Cache-Control"] == "no-store"
    assert ask(client).response.headers["Cache-Control"] == "no-store"

"""Reading and downloading what the site keeps of me; closing the account, from the page."""

import json

import pytest
from flask import Flask

from consult.accounts.model import Person
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.opendata.rules import MOST_DOWNLOADS
from consult.voting.actions import give_support
from tests.support import stage_one
from tests.support.letters import letters
from tests.support.page import PageClient, squeezed
from tests.support.statements import count_statements
from tests.support.world import ROCAMADOUR, World, during

AT = paris(2021, 3, 20, 10)
EMAIL = "jeanne@mairie.exemple.fr"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.person(ROCAMADOUR)
    hold(AT)


@pytest.fixture
def someone(world: World) -> Actor:
    """Somebody who wrote something."""
    who = world.person(ROCAMADOUR, email=EMAIL)
    edition = world.edition()
    stage_one.need(who, edition)
    give_support(who, stage_one.proposal(edition).id, at=during(Stage.VOTING))
    return who


def person(actor: Actor) -> Person:
    reading().expire_all()
    return reading().get_one(Person, actor.person_id)


# ── My data ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_is_kept_how_much_and_why(client: PageClient, someone: Actor) -> None:
    with count_statements() as sent:
        page = client.sign_in(someone).get("/compte/donnees")
    assert EMAIL in page.main
    lines = {line.dt.get_text(): squeezed(line.dd) for line in page.soup.select(".summary > div")}
    assert lines["Soutiens"] == "1 , pour compter les voix des collectivités"
    assert [lines[what][0] for what in ("Contributions", "Candidatures")] == ["1", "0"]
    assert page.links()["Télécharger mes données"] == "/compte/donnees.json"
    assert page.links()["Fermer mon compte"] == "/compte/fermeture"
    assert len([one for one in sent if one.lstrip().startswith("SELECT")]) <= 5


def test_the_file_is_theirs_to_keep_and_no_cache_s(client: PageClient, someone: Actor) -> None:
    answer = client.sign_in(someone).get("/compte/donnees.json").response
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename=mes-donnees.json"
    assert answer.headers["Cache-Control"] == "no-store"
    text = answer.get_data(as_text=True)
    data = json.loads(text)
    assert data["generated_at"] == "2021-03-20T10:00:00+01:00"
    assert data["person"]["email"] == EMAIL
    assert data["contributions"][0]["situation"].startswith("Les habitants téléphonent.")
    assert "téléphonent" in text, "letters are written as they are"


def test_a_few_times_an_hour(client: PageClient, someone: Actor) -> None:
    client.sign_in(someone)
    for _ in range(MOST_DOWNLOADS):
        client.get("/compte/donnees.json")
    assert client.get("/compte/donnees.json", 429).h1 == "Assez de téléchargements pour cette heure"


def test_a_visitor_is_asked_to_sign_in(client: PageClient) -> None:
    for path in ("/compte/donnees", "/compte/donnees.json", "/compte/fermeture"):
        assert client.get(path, 401).links()["Se connecter"].endswith(f"suite={path}")
    client.post("/compte/fermeture", {"sure": "y"}, 401)


# ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_disappears_and_what_stays(client: PageClient, someone: Actor) -> None:
    page = client.sign_in(someone).get("/compte/fermeture")
    assert "Ce qui disparaît tout de suite" in page.main
    assert "Ce qui reste, sans votre nom" in page.main
    assert EMAIL in page.main
    assert page.links()["Le garder"] == "/compte"


def test_the_box_must_be_ticked(client: PageClient, someone: Actor) -> None:
    page = client.sign_in(someone).post("/compte/fermeture", {}, 422)
    assert "Cochez la case pour fermer votre compte." in page.main
    assert person(someone).closed_at is None


def test_closing_signs_out_everywhere_and_says_so(app: Flask, client: PageClient, someone: Actor) -> None:
    copy = PageClient(app)
    client.sign_in(someone)
    with client.http.session_transaction() as mine, copy.http.session_transaction() as theirs:
        theirs.update(mine)
    page = client.follow(client.post("/compte/fermeture", {"sure": "y"}, 303))
    assert "Votre compte est fermé. Un dernier message vous le confirme." in page.main
    assert "Se connecter" in page.text
    for each in (client, copy):
        each.get("/compte", 401)
    assert person(someone).closed_at == AT
    assert EMAIL in [letter["To"] for letter in letters(AT)]


def test_the_last_administrator_is_told_what_to_do_first(client: PageClient, world: World) -> None:
    last = world.person(None, Role.ADMINISTRATOR)
    page = client.sign_in(last).post("/compte/fermeture", {"sure": "y"}, 409)
    assert page.h1 == "Il doit rester un administrateur"
    assert person(last).closed_at is None
    assert client.get("/compte").status == 200


def test_what_was_public_reads_the_same_afterwards(app: Flask, client: PageClient, someone: Actor, world: World) -> None:
    colleague = PageClient(app).sign_in(world.person(ROCAMADOUR))
    visitor = PageClient(app)
    paths = (
        "/2021/devenir",
        "/2021/contributions",
        "/2021/contributions/1",
        "/2021/propositions/1",
        f"/collectivites/{ROCAMADOUR}",
        "/2021/bilan",
        "/2021/journal",
        "/2021/donnees/contributions.csv",
    )
    before = {path: visitor.get(path).response.get_data() for path in paths}
    assert someone.name in colleague.get("/2021/mon-bulletin").main
    client.sign_in(someone).post("/compte/fermeture", {"sure": "y"}, 303)
    for path in paths:
        assert visitor.get(path).response.get_data() == before[path], path
    ballot = colleague.get("/2021/mon-bulletin").main
    assert "Soutien donné par un compte fermé, le" in ballot
    assert someone.name not in ballot


def test_the_desk_says_that_an_account_is_closed(client: PageClient, someone: Actor, world: World, app: Flask) -> None:
    moderator = PageClient(app).sign_in(world.person(None, Role.MODERATOR))
    assert someone.mandate is not None
    path = f"/moderation/rattachements/{someone.mandate.attachment_id}"
    assert someone.name in moderator.get(path).main
    client.sign_in(someone).post("/compte/fermeture", {"sure": "y"}, 303)
    page = moderator.get(path)
    assert "un compte fermé" in page.main
    assert someone.name not in page.main
    assert EMAIL not in page.main

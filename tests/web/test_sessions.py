"""Where one is signed in, as a person sees it: closing one session, all the others, and what a stolen cookie is worth."""

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import PersonSession
from consult.accounts.rules import SESSION_LASTS
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from tests.support.letters import code_of, letters
from tests.support.page import Page, PageClient, squeezed
from tests.support.statements import count_statements
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
EMAIL = "jeanne.fictive@exemple.fr"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR)
    hold(AT)


@pytest.fixture
def someone(world: World) -> Actor:
    """Somebody with an account."""
    return world.person(ROCAMADOUR, email=EMAIL)


def enter(app: Flask, user_agent: str) -> PageClient:
    """A browser of this kind, signed in by the code of a message."""
    client = PageClient(app)
    headers = {"User-Agent": user_agent}
    client.post("/connexion", {"email": EMAIL}, 303, headers=headers)
    code = code_of(letters(AT)[0])
    client.post("/connexion/code", {"code": code}, 303, headers=headers)
    return client


def actions_of(page: Page) -> list[str]:
    """Which sessions the page offers to close."""
    return [str(form["action"]) for form in page.soup.main.select("form[action$='/fermeture']")]  # type: ignore[union-attr]


def test_each_session_says_when_how_and_from_what_it_was_opened(app: Flask, someone: Actor) -> None:
    here = enter(app, FIREFOX)
    enter(app, IPHONE)
    enter(app, "")
    page = here.get("/compte/sessions")
    first, *others = page.soup.select("main .item")
    assert "cette session-ci" in first.text
    assert "Firefox sur Windows" in first.text
    assert "2 mars 2021" in squeezed(first)
    assert "par un code reçu par courriel" in first.text
    assert {heading.text for other in others for heading in other.select("h2")} == {"Safari sur iPhone", "Navigateur inconnu"}
    assert not any("cette session-ci" in other.text for other in others)
    assert len(actions_of(page)) == 3, "one button for each of the others, and one for all of them"


def test_a_session_closed_elsewhere_is_nobody_s_at_once(app: Flask, someone: Actor) -> None:
    here, there = enter(app, FIREFOX), enter(app, IPHONE)
    assert there.get("/compte").h1 == "Votre compte"
    (one, _all) = actions_of(here.get("/compte/sessions"))
    page = here.follow(here.post(one, status=303))
    assert "Cette session est fermée." in page.main
    assert actions_of(page) == []
    assert there.get("/compte", 401).h1 == "Connectez-vous pour continuer"
    assert "Se connecter" in there.get("/").text


def test_the_cookie_of_a_closed_session_is_worth_nothing(app: Flask, someone: Actor) -> None:
    here, stolen = enter(app, FIREFOX), PageClient(app)
    there = enter(app, IPHONE)
    with there.http.session_transaction() as theirs, stolen.http.session_transaction() as copy:
        copy.update(theirs)
    assert stolen.get("/compte").h1 == "Votre compte"
    here.post("/compte/sessions/fermeture", status=303)
    for replayed in (stolen, there):
        assert replayed.get("/compte", 401).links()["Se connecter"].endswith("suite=/compte")
        replayed.post("/compte/sessions/fermeture", status=401)


def test_all_the_others_are_closed_and_this_one_goes_on(app: Flask, someone: Actor) -> None:
    here, *others = (enter(app, FIREFOX) for _ in range(3))
    page = here.follow(here.post("/compte/sessions/fermeture", status=303))
    assert "2 autres sessions sont fermées." in page.main
    assert "Fermer toutes les autres sessions" not in page.main
    page = here.follow(here.post("/compte/sessions/fermeture", status=303))
    assert "Il n’y avait pas d’autre session ouverte." in page.main
    for other in others:
        other.get("/compte", 401)


def test_somebody_else_s_session_is_out_of_reach(app: Flask, client: PageClient, someone: Actor, world: World) -> None:
    theirs = enter(app, FIREFOX)
    number = reading().scalars(select(PersonSession.id)).one()
    client.sign_in(world.person(ROCAMADOUR))
    for unknown in (str(number), "999999", "999999999999999999999"):
        client.post(f"/compte/sessions/{unknown}/fermeture", status=404)
    assert client.get("/compte/sessions").main.count("Firefox sur Windows") == 0
    assert theirs.get("/compte").status == 200


def test_a_visitor_is_asked_to_sign_in(client: PageClient) -> None:
    assert client.get("/compte/sessions", 401).links()["Se connecter"].endswith("suite=/compte/sessions")
    client.post("/compte/sessions/fermeture", status=401)
    client.post("/compte/sessions/1/fermeture", status=401)


def test_what_has_ended_by_itself_is_not_listed(app: Flask, someone: Actor, hold) -> None:
    enter(app, FIREFOX)
    hold(AT + SESSION_LASTS)
    later = PageClient(app).sign_in(someone)
    assert len(later.get("/compte/sessions").soup.select("main .item")) == 1


def test_the_page_costs_the_same_however_many(app: Flask, someone: Actor) -> None:
    here = enter(app, FIREFOX)
    costs = []
    for _ in range(2):
        with count_statements() as sent:
            here.get("/compte/sessions")
        costs.append(len(sent))
        enter(app, IPHONE), enter(app, IPHONE)
    assert costs[0] == costs[1] <= 5

"""Signing in and out as a browser does: by code, by link, in the demonstration; and what an attacker is told."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import Person, PersonSession
from consult.accounts.rules import MOST_REQUESTS, MOST_TRIES
from consult.config import Env
from consult.demo.accounts import DEMO_ACCOUNTS, demo_address
from consult.ground.actor import Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.web.sign_in import local_path
from tests.support import signing_in
from tests.support.letters import code_of, letters, link_of
from tests.support.page import Page, PageClient
from tests.support.signing_in import follow_link, is_signed_in, wrong
from tests.support.statements import count_statements
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
EMAIL = "jeanne.fictive@exemple.fr"


@pytest.fixture(autouse=True)
def _someone(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR, email=EMAIL)
    world.person(ROCAMADOUR)
    hold(AT)


def ask(client: PageClient, email: str = EMAIL, **fields: str) -> Page:
    """Ask for a message, and come to the page of the code."""
    return signing_in.ask(client, email, **fields)


# ── The ways in ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_three_screens_by_code(client: PageClient) -> None:
    page = client.get("/connexion")
    assert page.form("/connexion").keys() >= {"email", "csrf_token"}
    page = ask(client)
    assert page.h1 == "Écrivez le code reçu par courriel"
    assert EMAIL in page.main
    code = code_of(letters(AT)[0])
    page = client.follow(client.post("/connexion/code", {"code": f" {code[:3]} {code[3:]}"}, 303))
    assert "Votre session est ouverte" in page.main
    assert "Rocamadour (Lot)" in page.text
    assert is_signed_in(client)


def test_a_link_opens_a_page_with_a_button_in_any_browser(app: Flask, client: PageClient) -> None:
    ask(client)
    path = link_of(letters(AT)[0])
    elsewhere = PageClient(app)
    for _ in range(3):  # a mail scanner opens it first
        page = follow_link(elsewhere, path)
        assert EMAIL in page.main
    elsewhere.post("/connexion/lien", status=303)
    assert is_signed_in(elsewhere)
    assert not is_signed_in(client)


def test_a_head_request_spends_nothing(client: PageClient) -> None:
    ask(client)
    path = link_of(letters(AT)[0])
    assert client.http.head(path).status_code == 303
    assert client.http.head("/connexion/lien").status_code == 200
    client.post("/connexion/lien", status=303)


def test_a_newcomer_is_led_to_their_account_then_where_they_were_going(client: PageClient) -> None:
    ask(client, "nouvelle@exemple.fr", suite="/2021/calendrier")
    page = client.follow(client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303))
    assert page.h1 == "Dites-nous qui vous êtes"
    answers = {"name": "Nouvelle Fictive", "profile": "agent", "function": "secrétaire de mairie"}
    assert client.follow(client.post("/compte", answers, 303)).h1 == "Calendrier"
    assert client.post("/compte", answers, 303).response.location == "/compte"


def test_one_comes_back_to_the_page_that_asked_for_an_account(client: PageClient) -> None:
    page = client.get("/compte/rattachements?q=gramat", 401)
    page = client.get(page.links()["Se connecter"])
    assert page.form("/connexion")["suite"] == "/compte/rattachements?q=gramat"
    ask(client, suite=str(page.form("/connexion")["suite"]))
    after = client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    assert after.response.location == "/compte/rattachements?q=gramat"


@pytest.mark.parametrize("path", ["/", "/2021/calendrier?x=1#y", "/a b", "/é"])
def test_a_path_of_this_site_is_followed(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", None, "2021", "//ailleurs.exemple", "///ailleurs.exemple", "https://ailleurs.exemple", "javascript:alert(1)"),
        *("/\\ailleurs.exemple", "\\\\ailleurs.exemple", "/\t/ailleurs.exemple", "/\r\nSet-Cookie: a=b", "/\x00", " /2021"),
        *("/..//ailleurs.exemple", "/.//ailleurs.exemple", "/compte/..//ailleurs.exemple"),
        *("/" + "a" * 500, "//[", "/\u202e"),
    ],
)
def test_what_leads_elsewhere_is_not_followed(client: PageClient, path: str | None) -> None:
    assert local_path(path) is None


@pytest.mark.parametrize("suite", ["//ailleurs.exemple", "/\\ailleurs.exemple", "https://ailleurs.exemple/"])
def test_nobody_is_sent_elsewhere_after_signing_in(client: PageClient, suite: str) -> None:
    assert client.get("/connexion", query_string={"suite": suite}).form("/connexion")["suite"] == ""
    ask(client, suite=suite)
    assert client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303).response.location == "/"


@pytest.mark.parametrize(
    "typed", [" Jeanne.FICTIVE@Exemple.FR ", "jeanne.fictive @exemple.fr", "jeanne.fictive@exemple.fr\u200b"]
)
def test_capitals_and_spaces_make_nobody_else(client: PageClient, typed: str) -> None:
    people = reading().scalar(select(func.count()).select_from(Person))
    ask(client, typed)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    assert reading().scalar(select(func.count()).select_from(Person)) == people
    assert "Rocamadour (Lot)" in client.get("/compte").text


@pytest.mark.parametrize(
    "typed", ["élu+vote@exemple.fr", "personne", "", "a@b", "a@exemple.fr\r\nBcc: b@exemple.fr", f"{'a' * 250}@b.fr"]
)
def test_what_is_no_address_is_said_beside_the_field(client: PageClient, typed: str) -> None:
    page = client.post("/connexion", {"email": typed, "suite": "/2021/"}, 422)
    assert page.soup.select_one("#email[aria-invalid=true]")
    assert page.soup.select_one("#email-erreur")
    assert page.form("/connexion")["suite"] == "/2021/"
    assert letters(AT) == []


@pytest.mark.parametrize("typed", ["elu+vote@exemple.fr", "a@mairie-été.fr"])
def test_a_plus_and_an_international_domain_are_welcome(client: PageClient, typed: str) -> None:
    assert typed in ask(client, typed).main
    (letter,) = letters(AT)
    assert letter["To"].isascii()
    client.post("/connexion/code", {"code": code_of(letter)}, 303)
    assert typed in client.get("/compte").main


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_code_without_six_digits_is_not_a_try(client: PageClient) -> None:
    ask(client)
    code = code_of(letters(AT)[0])
    for typed in ("", "12345", "1234567", "abcdef", "１２３４５６", "12345६"):
        assert "six chiffres" in client.post("/connexion/code", {"code": typed}, 422).main
    for _ in range(MOST_TRIES - 1):
        client.post("/connexion/code", {"code": wrong(code)}, 422)
    client.post("/connexion/code", {"code": code}, 303)


def test_codes_are_six_random_digits(client: PageClient) -> None:
    codes = set()
    for rank in range(20):
        ask(client, f"personne-{rank}@exemple.fr")
        codes.add(code_of(letters(AT)[0]))
    assert len(codes) > 18
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)


def test_an_unknown_link_and_a_forged_browser_are_refused(client: PageClient) -> None:
    client.post("/connexion/lien", status=410)
    assert client.get("/connexion/lien", 303).response.location == "/connexion"
    for token in ("un-lien", "a" * 5000, "%0d%0aSet-Cookie:%20a=b", "é\u202e"):
        follow_link(client, f"/connexion/lien/{token}", 410)
        client.post("/connexion/lien", status=410)
    client.post("/connexion/code", {"code": "123456"}, 410)
    assert client.get("/connexion/code", 303).response.location == "/connexion"


def test_the_answer_does_not_say_whether_there_is_an_account(app: Flask) -> None:
    pages = []
    for email in (EMAIL, "inconnue.fictive@exemple.fr"):
        client = PageClient(app)
        with count_statements() as sent:
            page = ask(client, email)
        pages.append((page.main.replace(email, "…"), len(sent)))
    assert pages[0] == pages[1]


def test_an_address_that_was_sent_too_many_reads_the_same_page(client: PageClient) -> None:
    pages = [ask(client).main for _ in range(MOST_REQUESTS + 3)]
    assert len(set(pages)) == 1
    assert len(letters(AT)) == MOST_REQUESTS


def test_a_form_without_its_token_is_refused(app: Flask, client: PageClient) -> None:
    for path in ("/connexion", "/connexion/code", "/connexion/lien", "/connexion/demo", "/deconnexion"):
        assert app.test_client().post(path, data={"email": EMAIL}).status_code == 400
    assert letters(AT) == []


# ── Sessions ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_session_ended_in_the_base_is_ended_in_the_open_browser(client: PageClient) -> None:
    ask(client)
    client.post("/connexion/code", {"code": code_of(letters(AT)[0])}, 303)
    assert is_signed_in(client)
    with transaction() as session:
        session.scalars(select(PersonSession)).one().ended_at = AT
    assert "Connectez-vous pour continuer" in client.get("/compte", 401).h1


# ── The demonstration ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_demonstration_offers_the_accounts_that_exist_in_one_click(world: World, client: PageClient) -> None:
    assert "démonstration" not in client.get("/connexion").main
    world.person(ROCAMADOUR, email=demo_address("agent"))
    world.person(None, Role.MODERATOR, email=demo_address("moderation"))
    page = client.get("/connexion")
    assert "Agente d’une commune" in page.main
    assert "Pilotage" not in page.main
    emails = [field["value"] for field in page.soup.select("form[action='/connexion/demo'] input[name=email]")]
    assert emails == [demo_address("agent"), demo_address("moderation")]
    client.post("/connexion/demo", {"email": emails[0]}, 303)
    assert "Rocamadour (Lot)" in client.get("/compte").main
    assert "Vous êtes connecté en tant que" in client.get("/connexion").main
    client.post("/connexion/demo", {"email": emails[1]}, 303)
    assert "Modération" in client.get("/compte").text
    assert reading().scalar(select(func.count()).where(PersonSession.ended_at.is_(None))) == 1


@pytest.mark.parametrize("email", [EMAIL, "", demo_address("inconnu"), demo_address("pilotage")])
def test_the_demonstration_opens_no_other_account(client: PageClient, email: str) -> None:
    client.post("/connexion/demo", {"email": email}, 404)
    assert not is_signed_in(client)


def test_the_demonstration_says_where_its_messages_are(client: PageClient) -> None:
    assert "ils sont écrits dans le dossier" in ask(client).main


def test_everybody_of_the_demonstration_says_who_they_are() -> None:
    names = "agent elu collegue epci departement attente partenaire moderation comite deport pilotage observation"
    assert " ".join(DEMO_ACCOUNTS) == names
    assert all("Ficti" in account.name for account in DEMO_ACCOUNTS.values())


# ── In production, and under siege ───────────────────────────────────────────────────────────────────────────────────────


def test_in_production_there_is_no_demonstration(world: World, elsewhere) -> None:
    world.person(ROCAMADOUR, email=demo_address("agent"))
    client = elsewhere(env=Env.PRODUCTION)
    assert "démonstration" not in client.get("/connexion").main
    client.post("/connexion/demo", {"email": demo_address("agent")}, 404)
    assert "dossier" not in ask(client).main


def test_over_https_a_person_signs_in_by_code_and_by_link(elsewhere) -> None:
    client = elsewhere(env=Env.PRODUCTION, base_url="https://consultation.exemple.fr")
    secure = {"base_url": "https://consultation.exemple.fr"}
    page = client._page(client.http.get("/connexion", **secure), 200)
    sent = {"csrf_token": page.form("/connexion")["csrf_token"], "email": EMAIL}
    origin = {"headers": {"Referer": "https://consultation.exemple.fr/"}, **secure}
    assert client.http.post("/connexion", data=sent, **origin).status_code == 303
    path = re.search(r"/connexion/lien/\S+", letters(AT)[0].get_content())
    assert path
    assert client.http.get(path[0], **secure).location == "/connexion/lien"
    page = client._page(client.http.get("/connexion/lien", **secure), 200)
    entered = client.http.post("/connexion/lien", data={"csrf_token": page.form("/connexion/lien")["csrf_token"]}, **origin)
    assert entered.status_code == 303, "the name of the site, without its path, is enough for the form to be believed"
    cookie = entered.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))


def test_one_computer_may_not_ask_for_everybody(elsewhere) -> None:
    client = elsewhere(rate_limits=True)
    answers = [client.http.post("/connexion", data=sent(client, f"p{rank}@exemple.fr")).status_code for rank in range(35)]
    assert answers == [303] * 30 + [429] * 5
    page = client.post("/connexion", {"email": EMAIL}, 429)
    assert "Patientez quelques minutes" in page.main
    assert int(page.response.headers["Retry-After"]) > 0
    assert len(letters(AT)) == 30
    client.get("/connexion")


def sent(client: PageClient, email: str) -> dict[str, str]:
    return {"csrf_token": client.csrf_token(), "email": email}


def test_one_computer_may_not_try_codes_for_ever(elsewhere) -> None:
    client = elsewhere(rate_limits=True)
    for _ in range(60):
        client.post("/connexion/lien", status=410)
    client.post("/connexion/lien", status=429)

"""The second factor as a member of the team meets it: set once, asked at each sign-in, skipped, replaced, undone by another."""

from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import RoleGrant, SecondFactor
from consult.accounts.second_factor.rules import MOST_SECOND_FACTOR_TRIES, SECOND_FACTOR_LOCKED_FOR
from consult.ground import clock
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from tests.support.engines import SECRET
from tests.support.letters import code_of, letters, link_of, sign_in_letter
from tests.support.page import Page, PageClient
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
EMAIL = "moderation@exemple.fr"


@pytest.fixture(autouse=True)
def moderator(world: World, hold) -> Actor:
    world.edition()
    hold(AT)
    return world.person(ROCAMADOUR, Role.MODERATOR, email=EMAIL)


def arrive(client: PageClient, suite: str = "", email: str = EMAIL) -> Page:
    """Sign in by code; the redirection that follows."""
    client.post("/connexion", {"email": email, "suite": suite}, 303)
    return client.post("/connexion/code", {"code": code_of(sign_in_letter(clock.now()))}, 303)


def enrol(client: PageClient) -> tuple[str, list[str]]:
    """Set a second factor, as the pages say: its secret, and the recovery codes."""
    page = client.follow(client.post("/compte/second-facteur", {}, 303))
    secret = "".join(page.soup.select_one(".code-to-copy").get_text().split())  # type: ignore[union-attr]
    page = client.post("/compte/second-facteur/confirmation", {"code": code_now(secret)}, 200)
    return secret, [tag.get_text() for tag in page.soup.select(".recovery-codes code")]


def code_now(secret: str, steps: int = 0) -> str:
    """The digits of a phone, which goes by the world's time."""
    return pyotp.TOTP(secret).at(clock.outside() + timedelta(seconds=30) * steps)


def wrong(secret: str) -> str:
    near = {code_now(secret, step) for step in range(-3, 4)}
    return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


def may_moderate(client: PageClient) -> bool:
    return client.http.get("/moderation/rattachements").status_code == 200


# ── The first time ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_first_sign_in_leads_to_setting_it_then_where_one_was_going(client: PageClient) -> None:
    page = client.follow(arrive(client, "/moderation/rattachements"), 303)
    assert page.response.location == "/compte/second-facteur?suite=/moderation/rattachements"
    page = client.follow(page)
    assert page.h1 == "Votre second facteur"
    assert page.links()["Plus tard"] == "/moderation/rattachements"
    page = client.follow(client.post("/compte/second-facteur", page.form("/compte/second-facteur"), 303))
    assert page.h1 == "Copiez la clé dans votre application"
    drawing = page.soup.select_one(".qr-frame svg")
    assert drawing is not None
    assert drawing.title is not None
    key = page.soup.select_one(".code-to-copy")
    assert key is not None
    groups = key.get_text().split()
    assert {len(group) for group in groups} == {4}
    form = page.form("/compte/second-facteur/confirmation")
    page = client.post("/compte/second-facteur/confirmation", form | {"code": code_now("".join(groups))}, 200)
    assert page.h1 == "Vos codes de secours"
    codes = [tag.get_text() for tag in page.soup.select(".recovery-codes code")]
    assert len(set(codes)) == 10
    assert page.links()["J’ai gardé mes codes"] == "/moderation/rattachements"
    assert may_moderate(client)
    assert codes[0] not in client.get("/compte/second-facteur").text, "shown once"
    assert [str(letter["Subject"]) for letter in letters(AT)] == ["Votre second facteur est en place"]


def test_the_drawing_holds_the_key_and_only_the_page_holds_the_drawing(client: PageClient) -> None:
    arrive(client)
    page = client.follow(client.post("/compte/second-facteur", {}, 303))
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "style" not in (page.soup.select_one(".qr-frame svg") or {}).attrs  # type: ignore[union-attr]
    secret = "".join(page.soup.select_one(".code-to-copy").get_text().split())  # type: ignore[union-attr]
    addresses = [tag.get(name, "") for tag in page.soup.find_all(True) for name in ("href", "src", "action")]
    assert not any(secret in str(address) for address in addresses)
    with client.http.session_transaction() as cookie:
        assert secret not in repr(dict(cookie))


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "1234567", "１２３４５６"])
def test_what_is_no_code_is_said_beside_the_field(client: PageClient, typed: str) -> None:
    arrive(client)
    client.post("/compte/second-facteur", {}, 303)
    page = client.post("/compte/second-facteur/confirmation", {"code": typed}, 422)
    assert page.soup.select_one("#code-erreur")
    assert page.soup.select_one(".qr-frame svg"), "the key is still there to copy"


def test_a_wrong_first_code_leaves_everything_to_do_again(client: PageClient) -> None:
    arrive(client)
    page = client.follow(client.post("/compte/second-facteur", {}, 303))
    secret = "".join(page.soup.select_one(".code-to-copy").get_text().split())  # type: ignore[union-attr]
    page = client.post("/compte/second-facteur/confirmation", {"code": wrong(secret)}, 422)
    assert "Vérifiez l’heure de votre téléphone" in page.main
    assert not may_moderate(client)
    client.post("/compte/second-facteur/confirmation", {"code": code_now(secret)}, 200)
    assert may_moderate(client)


def test_confirming_what_was_not_begun_is_refused(client: PageClient) -> None:
    arrive(client)
    client.post("/compte/second-facteur/confirmation", {"code": "123456"}, 409)


def test_one_may_skip_it_and_act_as_anyone(client: PageClient) -> None:
    client.follow(arrive(client), 303)
    assert "Rocamadour (Lot)" in client.get("/compte").text
    refused = client.get("/moderation/rattachements", 403)
    assert refused.h1 == "Il manque votre second facteur"
    assert refused.links()["Donner mon second facteur"] == "/connexion/second-facteur?suite=/moderation/rattachements"
    client.post("/moderation/rattachements/1/refus", {"reason": "non"}, 403)
    assert "/moderation" not in client.get("/").links().values(), "the desk does not show"


def test_someone_who_has_not_said_who_they_are_is_asked_that_first(client: PageClient, world: World) -> None:
    from consult.accounts.actions import grant_role
    from consult.ground.actor import OPERATOR

    grant_role(OPERATOR, "nouvelle@exemple.fr", Role.ADMINISTRATOR, reason="Ouverture", at=AT)
    page = client.follow(arrive(client, "/pilotage/roles", "nouvelle@exemple.fr"))
    assert page.h1 == "Dites-nous qui vous êtes"
    answers = {"name": "Nouvelle Fictive", "profile": "agent", "function": "cheffe de projet"}
    after = client.post("/compte", answers, 303)
    assert after.response.location == "/connexion/second-facteur?suite=/pilotage/roles"
    assert client.follow(client.follow(after, 303)).h1 == "Votre second facteur"


# ── Each time ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_then_it_is_asked_at_each_sign_in_by_code_and_by_link(app: Flask, client: PageClient) -> None:
    arrive(client)
    secret, _ = enrol(client)
    letters(AT)
    for steps, by_link in ((1, False), (0, True)):
        with transaction() as session:
            session.scalars(select(SecondFactor)).one().last_step -= 100  # some time has gone by
        browser = PageClient(app)
        if by_link:
            browser.post("/connexion", {"email": EMAIL}, 303)
            browser.get(link_of(sign_in_letter(AT)), 303)
            page = browser.follow(browser.post("/connexion/lien", status=303))
        else:
            page = browser.follow(arrive(browser, "/moderation"))
        assert page.h1 == "Donnez votre second facteur"
        assert not may_moderate(browser)
        code = code_now(secret, steps)
        after = browser.post("/connexion/second-facteur", page.form() | {"code": f"{code[:3]} {code[3:]}"}, 303)
        assert after.response.location == ("/" if by_link else "/moderation")
        assert "Votre second facteur est reconnu" in browser.follow(after).main
        assert may_moderate(browser)


def test_a_recovery_code_is_read_however_it_is_written(app: Flask, client: PageClient) -> None:
    arrive(client)
    _, codes = enrol(client)
    letters(AT)
    for typed in (codes[0], codes[1].upper().replace("-", " "), codes[2].replace("-", "")):
        browser = PageClient(app)
        arrive(browser)
        browser.post("/connexion/second-facteur", {"code": typed}, 303)
        assert may_moderate(browser)
    browser = PageClient(app)
    arrive(browser)
    browser.post("/connexion/second-facteur", {"code": codes[0]}, 422)
    assert "il en reste 7 sur 10" in client.get("/compte/second-facteur").main


def test_five_wrong_codes_then_nothing_is_tried_for_a_quarter_of_an_hour(app: Flask, client: PageClient, hold) -> None:
    arrive(client)
    secret, codes = enrol(client)
    letters(AT)
    browser = PageClient(app)
    arrive(browser)
    said = [
        browser.post("/connexion/second-facteur", {"code": wrong(secret)}, 422).main for _ in range(MOST_SECOND_FACTOR_TRIES)
    ]
    assert "Il vous reste 4 essais" in said[0]
    assert "Il vous reste un essai" in said[3]
    assert "C’était le dernier essai" in said[4]
    for code in (wrong(secret), codes[0], code_now(secret, 1)):
        assert "Trop d’essais" in browser.post("/connexion/second-facteur", {"code": code}, 429).h1
    for _ in range(3):
        browser.post("/connexion/second-facteur", {"code": "abc"}, 422)  # is not a try
    hold(AT + SECOND_FACTOR_LOCKED_FOR - timedelta(microseconds=1))
    browser.post("/connexion/second-facteur", {"code": codes[0]}, 429)
    hold(AT + SECOND_FACTOR_LOCKED_FOR)
    browser.post("/connexion/second-facteur", {"code": codes[0]}, 303)
    assert may_moderate(browser)


def test_giving_it_renews_the_session(app: Flask, client: PageClient) -> None:
    arrive(client)
    stolen = client.http.get_cookie("session")
    assert stolen is not None
    enrol(client)
    thief = PageClient(app)
    thief.http.set_cookie("session", stolen.value)
    thief.get("/compte", 401)
    assert may_moderate(client)


def test_the_page_leads_on_whoever_needs_nothing(app: Flask, client: PageClient, world: World) -> None:
    client.get("/connexion/second-facteur", 401)
    client.sign_in(world.person(ROCAMADOUR))
    assert client.get("/connexion/second-facteur?suite=/2021/", 303).response.location == "/2021/"
    assert client.get("/connexion/second-facteur?suite=//ailleurs.exemple", 303).response.location == "/"
    client.post("/connexion/second-facteur", {"code": "123456"}, 409)
    client.get("/compte/second-facteur", 403)
    client.post("/compte/second-facteur", {}, 403)
    client.post("/compte/second-facteur/confirmation", {"code": "123456"}, 403)


def test_a_session_of_a_provider_and_one_of_the_demonstration_need_nothing(client: PageClient, world: World) -> None:
    from consult.demo.accounts import demo_address

    world.person(None, Role.MODERATOR, email=demo_address("moderation"))
    after = client.post("/connexion/demo", {"email": demo_address("moderation")}, 303)
    assert after.response.location == "/"
    assert may_moderate(client)


def test_without_its_last_role_the_factor_is_asked_no_more(app: Flask, client: PageClient, moderator: Actor) -> None:
    arrive(client)
    enrol(client)
    letters(AT)
    with transaction() as session:
        session.delete(session.scalars(select(RoleGrant).where(RoleGrant.person_id == moderator.person_id)).one())
    client.get("/moderation/rattachements", 403)
    browser = PageClient(app)
    assert arrive(browser).response.location == "/"
    browser.get("/compte/second-facteur", 403)


# ── Changing it, undoing it ──────────────────────────────────────────────────────────────────────────────────────────────


def test_replacing_asks_a_code_of_the_one_in_place(client: PageClient) -> None:
    arrive(client)
    secret, codes = enrol(client)
    client.post("/compte/second-facteur", {}, 422)
    client.post("/compte/second-facteur", {"act": "replace"}, 422)
    client.post("/compte/second-facteur", {"act": "erase", "code": codes[0]}, 422)
    page = client.post("/compte/second-facteur", {"act": "replace", "code": wrong(secret)}, 422)
    assert "Il vous reste 4 essais" in page.main
    assert not page.soup.select_one(".qr-frame")
    page = client.follow(client.post("/compte/second-facteur", {"act": "replace", "code": codes[0]}, 303))
    new = "".join(page.soup.select_one(".code-to-copy").get_text().split())  # type: ignore[union-attr]
    assert new != secret
    assert page.links()["Garder l’ancien"] == "/compte/second-facteur"
    assert not client.get("/compte/second-facteur").soup.select_one(".qr-frame"), "one may keep the old one"
    page = client.post("/compte/second-facteur/confirmation", {"code": code_now(new)}, 200)
    drawn = [tag.get_text() for tag in page.soup.select(".recovery-codes code")]
    assert not set(drawn) & set(codes)
    reading().expire_all()
    assert reading().scalars(select(SecondFactor)).one().secret == new


def test_new_recovery_codes_are_drawn_against_a_code(client: PageClient) -> None:
    arrive(client)
    _, codes = enrol(client)
    page = client.post("/compte/second-facteur", {"act": "codes", "code": codes[0]}, 200)
    drawn = [tag.get_text() for tag in page.soup.select(".recovery-codes code")]
    assert len(set(drawn)) == 10
    assert not set(drawn) & set(codes)
    client.post("/compte/second-facteur", {"act": "codes", "code": codes[1]}, 422)


def test_another_administrator_undoes_it_with_a_reason(app: Flask, client: PageClient, world: World, moderator: Actor) -> None:
    arrive(client)
    enrol(client)
    letters(AT)
    one = world.person(None, Role.ADMINISTRATOR, email="pilotage@exemple.fr")
    administrator = PageClient(app).sign_in(one)
    path = f"/pilotage/roles/{moderator.person_id}/second-facteur"
    page = administrator.get("/pilotage/roles")
    assert "Second facteur en place depuis le 2 mars 2021" in page.main
    assert "Second facteur pas encore en place" in page.main
    assert path in page.links().values()
    assert EMAIL in administrator.get(path).main or moderator.name in administrator.get(path).main
    administrator.post(path, {"reason": " "}, 422)
    assert may_moderate(client)
    administrator.post(path, {"reason": "Téléphone perdu, vérifié de vive voix"}, 303)
    assert not may_moderate(client), "in open sessions too"
    (letter,) = letters(AT)
    assert (letter["To"], letter["Subject"]) == (EMAIL, "Votre second facteur est annulé")
    administrator.get(path, 404)
    administrator.post(path, {"reason": "Encore"}, 409)
    administrator.get(f"/pilotage/roles/{one.person_id}/second-facteur", 403)
    administrator.post(f"/pilotage/roles/{one.person_id}/second-facteur", {"reason": "Le mien"}, 403)


@pytest.mark.parametrize("roles", [(), (Role.MODERATOR,), (Role.COMMITTEE, Role.OBSERVER)])
def test_nobody_else_undoes_it(app: Flask, client: PageClient, world: World, moderator: Actor, roles) -> None:
    arrive(client)
    enrol(client)
    path = f"/pilotage/roles/{moderator.person_id}/second-facteur"
    other = PageClient(app).sign_in(world.person(ROCAMADOUR, *roles))
    other.get(path, 403)
    other.post(path, {"reason": "Prise"}, 403)
    PageClient(app).post(path, {"reason": "Prise"}, 401)
    weak = PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR), strong=False)
    assert weak.post(path, {"reason": "Prise"}, 403).h1 == "Il manque votre second facteur"
    assert may_moderate(client)


# ── When the key of the site is changed ──────────────────────────────────────────────────────────────────────────────────


def test_a_changed_key_of_the_site_signs_out_and_says_what_still_serves(client: PageClient, elsewhere) -> None:
    arrive(client)
    secret, codes = enrol(client)
    other = elsewhere(secret_key="une autre clé du site, de plus de trente-deux caractères")
    other.http.set_cookie("session", str(client.http.get_cookie("session").value))  # type: ignore[union-attr]
    other.get("/compte", 401)
    arrive(other)
    page = other.get("/connexion/second-facteur")
    assert "Donnez un code de secours" in page.main
    assert "Donnez un code de secours" in other.post("/connexion/second-facteur", {"code": code_now(secret, 1)}, 422).main
    other.post("/connexion/second-facteur", {"code": codes[0]}, 303)
    assert may_moderate(other)
    assert "La clé du site a changé" in other.get("/compte/second-facteur").main


def test_with_the_older_key_among_the_fallbacks_nobody_is_signed_out(client: PageClient, elsewhere) -> None:
    arrive(client)
    secret, _ = enrol(client)
    other = elsewhere(secret_key="une autre clé du site, de plus de trente-deux caractères", secret_key_fallbacks=(SECRET,))
    other.http.set_cookie("session", str(client.http.get_cookie("session").value))  # type: ignore[union-attr]
    assert may_moderate(other)
    assert "clé du site" not in other.get("/compte/second-facteur").main
    arrive(other)
    assert "clé du site" not in other.get("/connexion/second-facteur").main
    other.post("/connexion/second-facteur", {"code": code_now(secret, 1)}, 303)

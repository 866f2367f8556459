"""A code to the official mailbox, as a browser asks for it and types it back."""

import re
from datetime import datetime, timedelta

import pytest
from flask import Flask

from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.queries import attachments_of
from consult.accounts.mailboxes import actions as mailboxes
from consult.accounts.mailboxes.rules import LASTS, LETTERS, MOST_CODES_A_REQUEST, MOST_TRIES
from consult.accounts.model import AttachmentStatus
from consult.config import Env
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.clock import paris
from tests.support.letters import letters
from tests.support.page import Page, PageClient
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, ROCAMADOUR, World, just_before

AT = paris(2021, 3, 2, 10)
MAILBOX = "mairie.fictive@wanadoo.invalid"
MASKED = "m…@wanadoo.invalid"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR)
    mailboxes.import_mailboxes(OPERATOR, f"siren,email\n{ROCAMADOUR},{MAILBOX}\n".encode(), at=AT)
    hold(AT)


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(email="jeanne@orange.invalid")


@pytest.fixture
def client(app: Flask, agent: Actor) -> PageClient:
    """Their browser."""
    return PageClient(app).sign_in(agent)


def ask(agent: Actor, siren: str = ROCAMADOUR) -> str:
    """The page of a new request."""
    return f"/compte/rattachements/{attachments.ask_attachment(agent, siren, at=AT)}/boite"


def status_of(agent: Actor) -> AttachmentStatus:
    return attachments_of(agent.person_id or 0).items[0].status


def code_of_the_letter(at: datetime = AT) -> str:
    found = [
        code
        for letter in letters(at)
        if letter["To"] == MAILBOX
        for code in re.findall(rf"^ +([{LETTERS}]{{4}}-[{LETTERS}]{{4}})$", letter.get_content(), re.MULTILINE)
    ]
    assert len(found) == 1
    return str(found[0])


def wrong(code: str) -> str:
    return code[:-1] + next(letter for letter in LETTERS if letter != code[-1])


def send(client: PageClient, path: str) -> tuple[Page, str]:
    page = client.follow(client.post(path, status=303))
    return page, code_of_the_letter()


def test_from_the_request_to_the_voice_in_two_presses(client: PageClient, agent: Actor) -> None:
    path = ask(agent)
    page = client.get(path)
    assert page.h1 == "Recevoir un code à la boîte officielle"
    assert MASKED in page.main
    assert f"{agent.name}, qui se présente comme « secrétaire de mairie », demande à parler au nom de Rocamadour" in page.main
    assert "Toute personne qui lit cette boîte peut vous donner le code" in page.main
    assert page.response.headers["Cache-Control"] == "no-store"
    assert 'name="code"' not in page.response.get_data(as_text=True)
    assert letters(AT) == [], "reading the page sends nothing"

    page, code = send(client, path)
    assert page.h1 == "Écrivez le code reçu par la boîte officielle"
    assert "jusqu’au 9 mars 2021 à 10 h 00" in page.main
    assert "dossier" in page.main
    page = client.follow(client.post(path, {"code": f" {code.lower()} "}, 303))
    assert "votre rattachement est vérifié" in page.main
    assert status_of(agent) is AttachmentStatus.VERIFIED
    client.get(path, 409)
    client.post(path, status=409)
    client.post(path, {"code": code}, 409)


def test_the_mailbox_is_never_shown_whole(client: PageClient, agent: Actor) -> None:
    path = ask(agent)
    shown = client.get(path).response.get_data(as_text=True)
    page, code = send(client, path)
    shown += page.response.get_data(as_text=True)
    shown += client.post(path, {"code": wrong(code)}, 422).response.get_data(as_text=True)
    assert "fictive@" not in shown
    assert code not in shown


def test_tries_are_counted_aloud_then_spent(client: PageClient, agent: Actor) -> None:
    path = ask(agent)
    _, code = send(client, path)
    said = [client.post(path, {"code": wrong(code)}, 422).main for _ in range(MOST_TRIES)]
    for text, left in zip(
        said, ["reste 4 essais", "reste 3 essais", "reste 2 essais", "reste un essai", "dernier essai"], strict=True
    ):
        assert left in text
    page = client.post(path, {"code": code}, 429)
    assert "Trop d’essais" in page.main
    assert "Envoyer un autre code" in page.main
    assert len(page.soup.select(f"main form[action='{path}']")) == 2, "to try, and to ask for another one"
    assert status_of(agent) is AttachmentStatus.PENDING
    _, code = send(client, path)
    client.post(path, {"code": code}, 303)


@pytest.mark.parametrize("typed", ["", "   ", "ABCD", "ABCD-EFG1", "ABCDEFGHJ", "<script>", "\0"])
def test_what_is_no_code_is_said_beside_the_field_and_costs_no_try(client: PageClient, agent: Actor, typed: str) -> None:
    path = ask(agent)
    _, code = send(client, path)
    page = client.post(path, {"code": typed}, 422)
    assert "huit lettres" in page.main
    assert page.soup.select_one("#code[aria-invalid=true]")
    client.post(path, {"code": code}, 303)


def test_an_old_code_says_so_and_another_one_can_be_asked_for(client: PageClient, agent: Actor, hold) -> None:
    path = ask(agent)
    _, code = send(client, path)
    hold(AT + LASTS)
    page = client.post(path, {"code": code}, 410)
    assert "ne sert plus" in page.main
    assert "Envoyer un autre code" in page.main
    assert client.get(path).h1 == "Recevoir un code à la boîte officielle"
    hold(just_before(AT + LASTS))
    client.post(path, {"code": code}, 303)


def test_a_code_typed_before_any_was_sent(client: PageClient, agent: Actor) -> None:
    assert "ne sert plus" in client.post(ask(agent), {"code": "ABCD-EFGH"}, 410).main


def test_enough_codes_for_today(client: PageClient, agent: Actor) -> None:
    path = ask(agent)
    for _ in range(MOST_CODES_A_REQUEST):
        client.post(path, status=303)
    page = client.get(path)
    assert "Assez de codes pour aujourd’hui" in page.main
    assert "Envoyer un autre code" not in page.main
    assert "Voir les autres voies" in page.main
    page = client.post(path, status=429)
    assert page.h1 == "Assez de codes pour aujourd’hui"
    assert page.links()["Voir les autres voies"] == "/compte/rattachements"
    assert len(letters(AT)) == MOST_CODES_A_REQUEST


def test_without_a_mailbox_the_other_ways_are_said(client: PageClient, agent: Actor) -> None:
    path = ask(agent, CAUVALDOR)
    page = client.get(path)
    assert "Nous ne connaissons pas la boîte officielle" in page.main
    assert page.links()["Voir les autres voies"] == "/compte/rattachements"
    assert "Voir les autres voies" in client.post(path, status=409).main
    client.post(path, {"code": "ABCD-EFGH"}, 410)


def test_somebody_else_s_request_does_not_exist(client: PageClient, world: World, agent: Actor) -> None:
    other = world.person()
    path = ask(other)
    mailboxes.send_code(other, int(path.split("/")[3]), at=AT)
    code = code_of_the_letter()
    for where in (path, "/compte/rattachements/999999/boite", "/compte/rattachements/99999999999999/boite"):
        client.get(where, 404)
        client.post(where, status=404)
        client.post(where, {"code": code}, 404)
        client.post(where, {"code": "pas un code"}, 404)
    assert letters(AT) == []
    assert status_of(other) is AttachmentStatus.PENDING


def test_a_visitor_is_asked_to_sign_in(app: Flask, agent: Actor) -> None:
    path, client = ask(agent), PageClient(app)
    client.get(path, 401)
    client.post(path, status=401)
    assert letters(AT) == []


def test_what_somebody_refused_waits_for_the_team(client: PageClient, world: World, agent: Actor) -> None:
    first = int(ask(agent).split("/")[3])
    attachments.refuse_attachment(world.person(None, Role.MODERATOR), first, reason="Inconnue en mairie.", at=AT)
    path = ask(agent)
    _, code = send(client, path)
    page = client.post(path, {"code": code}, 409)
    assert page.h1 == "Quelqu’un a déjà répondu non"
    assert page.links()["Voir ma demande"] == "/compte/rattachements"
    assert status_of(agent) is AttachmentStatus.PENDING


def test_the_page_costs_the_same_however_many_codes_were_sent(client: PageClient, agent: Actor) -> None:
    path = ask(agent)

    def cost() -> int:
        with count_statements() as sent:
            client.get(path)
        return len(sent)

    none = cost()
    for _ in range(MOST_CODES_A_REQUEST):
        client.post(path, status=303)
    assert cost() <= none
    assert none <= 2 + 4, "the session's, the edition's, and four of its own"


def test_in_production_no_folder_is_named(elsewhere, agent: Actor) -> None:
    path = ask(agent)
    mailboxes.send_code(agent, int(path.split("/")[3]), at=AT)
    page = elsewhere(env=Env.PRODUCTION).sign_in(agent).get(path)
    assert "Écrivez le code" in page.h1
    assert "dossier" not in page.main


def test_one_computer_may_not_try_for_ever(elsewhere, agent: Actor) -> None:
    path, client = ask(agent), elsewhere(rate_limits=True).sign_in(agent)
    sent = {"csrf_token": client.csrf_token(), "code": "ABCDEFGH"}
    answers = [client.http.post(path, data=sent).status_code for _ in range(62)]
    assert answers == [410] * 60 + [429] * 2


def test_the_day_after_a_code_may_be_sent_again(client: PageClient, agent: Actor, hold) -> None:
    path = ask(agent)
    for _ in range(MOST_CODES_A_REQUEST):
        client.post(path, status=303)
    hold(AT + timedelta(days=1) - timedelta(seconds=1))
    client.post(path, status=429)
    hold(AT + timedelta(days=1))
    client.post(path, status=303)

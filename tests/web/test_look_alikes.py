"""What looks alike, on the pages: one contribution, the desk, the form, with and without its script."""

import json

import pytest

from consult.calendar.model import Edition
from consult.contributions.queries import Filters, find
from consult.ground.actor import Actor, Role
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, need, service
from tests.support.world import GRAMAT, ROCAMADOUR, World

NEW, ASK = "/2021/contributions/nouvelle", "/2021/contributions/semblables"
TYPED = {"type": "besoin", "title": "Un nid-de-poule à signaler", "situation": "Les habitants notent sur un carnet."}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    return world.edition()


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def test_the_page_of_a_contribution_shows_them_with_the_shared_words(
    world: World, edition: Edition, agent: Actor, client: PageClient
) -> None:
    need(agent, edition)
    assert not client.get("/2021/contributions/1").soup.select(".look-alikes")
    need(world.person(GRAMAT), edition, title="Signaler un nid-de-poule <b>vite</b>")
    page = client.get("/2021/contributions/1")
    assert "Des besoins qui ressemblent à celui-ci" in page.main
    assert page.links()["Signaler un nid-de-poule <b>vite</b>"] == "/2021/contributions/2"
    assert "Mots en commun : " in page.main
    assert "Gramat (Lot)" in page.main


def test_a_service_says_how_many_look_for_it_and_a_need_what_may_answer(
    world: World, edition: Edition, agent: Actor, client: PageClient
) -> None:
    text = {"title": "Signaler un nid-de-poule", "situation": "Les habitants téléphonent.", "effects": ""}
    service(agent, edition, **text)
    for _ in range(2):
        need(world.person(GRAMAT), edition, **text)
    need(world.person(ROCAMADOUR), edition, **text)
    assert "2 collectivités cherchent peut-être ce service" in client.get("/2021/contributions/1").main
    assert "Des services existants y répondent peut-être" in client.get("/2021/contributions/2").main


def test_the_script_asks_in_the_body_and_nothing_is_kept(edition: Edition, agent: Actor, client: PageClient) -> None:
    need(agent, edition)
    answer = client.sign_in(agent).http.post(ASK, data={"csrf_token": client.csrf_token()} | TYPED)
    told = json.loads(answer.get_data(as_text=True))
    assert answer.headers["Cache-Control"] == "no-store"
    assert told["said"] == "1\u00a0contribution ressemble à votre texte."
    assert 'href="/2021/contributions/1#nous-aussi"' in told["html"]
    assert find(edition.id, Filters()).total == 1
    nothing = client.http.post(ASK, data={"csrf_token": client.csrf_token(), "type": "besoin", "title": "Ornithorynque"})
    assert nothing.get_json() == {"html": "", "said": "Rien ne ressemble à votre texte pour l’instant."}


def test_who_asks_is_signed_in_and_says_what_it_is(edition: Edition, agent: Actor, client: PageClient) -> None:
    client.post(ASK, TYPED, 401)
    client.sign_in(agent).post(ASK, TYPED | {"type": "idee"}, 400)
    assert client.http.post(ASK, data=TYPED).status_code == 400, "without its token"


def test_without_a_script_a_button_of_the_form_shows_them(edition: Edition, agent: Actor, client: PageClient) -> None:
    need(agent, edition)
    page = client.sign_in(agent).post(NEW, TYPED | {"act": "semblables"}, 200)
    assert "Des besoins qui ressemblent à votre texte" in page.main
    assert "1 contribution ressemble à votre texte." in page.main
    assert page.form()["title"] == TYPED["title"]
    assert find(edition.id, Filters()).total == 1


def test_the_desk_shows_them_and_leads_to_their_files(world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
    for _ in range(2):
        need(agent, edition)
    page = client.sign_in(world.person(None, Role.MODERATOR)).get("/moderation/2021/contributions/1")
    assert "Des besoins qui ressemblent à celui-ci" in page.main
    assert "Mots en commun" in page.main
    assert page.soup.select_one(".look-alikes a")["href"] == "/moderation/2021/contributions/2"

"""News in pages: written with pictures, without JavaScript; what waits, what is refused; the feed as others read it."""

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from xml.etree import ElementTree

import pytest

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.services.actions import ServiceDraft, create
from consult.services.model import News, Service
from tests.support.documents import pdf, png
from tests.support.letters import letters
from tests.support.naughty import HOSTILE
from tests.support.page import Page, PageClient, squeezed
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, during

AT = during(Stage.TRACKING)
SERVICE = "/2021/services/1"
WRITE = f"{SERVICE}/gestion/actualites"
TOLD = {"title": "Trois conseils", "body": "Trois conseils ont **siégé**.\n\n- à Gramat"}
QUEUE = "/pilotage/2021/actualites"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, moderator: Actor, hold: Callable[[datetime], None]) -> Service:
    hold(AT)
    draft = ServiceDraft("Séance claire", "Préparer une séance (fictif).", "Un besoin.", bearers=[ROCAMADOUR])
    return create(moderator, proposal(world.edition()).id, draft, at=AT)


@pytest.fixture
def bearer(client: PageClient, world: World, service: Service) -> PageClient:
    """Somebody of the collectivité that bears the service."""
    return PageClient(client.app).sign_in(world.person(ROCAMADOUR, email="porteuse@exemple.invalid"))


@pytest.fixture
def team(client: PageClient, moderator: Actor, service: Service) -> PageClient:
    return PageClient(client.app).sign_in(moderator)


def pictured(content: bytes, description: str = "Une salle pleine.", rank: int = 1) -> dict[str, object]:
    return {f"picture_{rank}": (BytesIO(content), "salle.png"), f"description_{rank}": description}


def test_news_is_public_at_once_in_the_name_of_the_collectivite(client: PageClient, bearer: PageClient) -> None:
    assert "Aucune actualité" in client.get(f"{SERVICE}/actualites").main
    page = bearer.get(SERVICE)
    assert page.links()["Tenir cette page à jour"] == f"{SERVICE}/gestion"
    form = bearer.get(WRITE)
    assert "au nom de Rocamadour (Lot), jamais au vôtre" in form.main
    done = bearer.follow(bearer.post(WRITE, form.form() | TOLD, 303))
    assert "L’actualité est publiée." in done.main
    read = client.get(f"{SERVICE}/actualites")
    assert "Trois conseils 2 juin 2021 · Rocamadour (Lot) Trois conseils ont siégé . à Gramat" in read.main
    assert read.soup.select_one(".news strong")
    one = client.get(read.links()["Trois conseils"])
    assert one.h1 == "Trois conseils"
    assert "Trois conseils" in client.get(SERVICE).main
    assert "personne" not in one.main.lower()


def test_a_picture_is_shown_with_its_description_and_runs_nothing(client: PageClient, bearer: PageClient) -> None:
    bearer.post(WRITE, TOLD | pictured(png()) | pictured(png(), "Un écran.", rank=3), 303)
    first, second = client.get(f"{SERVICE}/actualites").soup.select(".news img")
    assert (first["alt"], second["alt"]) == ("Une salle pleine.", "Un écran.")
    response = client.http.get(str(first["src"]))
    assert (response.status_code, response.mimetype, response.data) == (200, "image/png", png())
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert client.http.get(str(first["src"]), headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    client.get(str(first["src"]).replace("actualites/1/", "actualites/2/"), 404)
    client.get("/2021/services/9/actualites/1/images/1", 404)
    assert response.headers["Cache-Control"] == "no-cache"


def test_a_picture_that_waits_for_the_agency_is_kept_by_no_browser(client: PageClient, bearer: PageClient) -> None:
    bearer.post(WRITE, TOLD | {"body": "L’État a versé 10 000 €."} | pictured(png()), 303)
    source = f"{SERVICE}/actualites/1/images/1"
    assert bearer.http.get(source).headers["Cache-Control"] == "no-store"
    client.get(source, 404)


@pytest.mark.parametrize(
    ("typed", "content", "beside", "words"),
    [
        pytest.param({"title": " "}, None, "title", "Donnez un titre", id="no title"),
        pytest.param({"body": ""}, None, "body", "Écrivez quelques mots", id="no text"),
        pytest.param({"title": "é" * 161}, None, "title", "c’est 1 de trop", id="too long"),
        pytest.param(
            {"description_1": " "}, png(), "description_1", "Dites en une phrase", id="a picture that is not described"
        ),
        pytest.param({"description_2": "Un écran."}, None, "picture_2", "Choisissez l’image", id="a description of nothing"),
        pytest.param({}, pdf(), "picture_1", "Ce n’est pas une image", id="a document"),
        pytest.param({}, b"", "picture_1", "Ce n’est pas une image", id="an empty file"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    bearer: PageClient, typed: dict[str, str], content: bytes | None, beside: str, words: str
) -> None:
    sent = {} if content is None else pictured(content)
    page = bearer.post(WRITE, TOLD | sent | typed, 422)
    assert words in squeezed(page.soup.find(id=f"{beside}-erreur"))
    kept = page.form()
    assert kept["body"] == (TOLD | typed)["body"]
    assert reading().query(News).count() == 0


def test_a_picture_that_was_right_is_asked_again(bearer: PageClient) -> None:
    page = bearer.post(WRITE, TOLD | {"title": ""} | pictured(png()), 422)
    assert "Choisissez de nouveau cette image" in squeezed(page.soup.find(id="picture_1-erreur"))
    assert page.form()["description_1"] == "Une salle pleine."


def test_what_speaks_of_money_waits_then_is_read(client: PageClient, bearer: PageClient, team: PageClient) -> None:
    done = bearer.follow(bearer.post(WRITE, TOLD | {"body": "Il reste 12,5 k€."} | pictured(png()), 303))
    assert "Elle parle d’argent : l’agence la relit" in done.main
    assert "à valider Trois conseils" in done.main
    for path in (f"{SERVICE}/actualites", SERVICE, f"{SERVICE}/actualites.atom"):
        assert "Trois conseils" not in client.http.get(path).get_data(as_text=True)
    client.get(f"{SERVICE}/actualites/1", 404)
    client.get(f"{SERVICE}/actualites/1/images/1", 404)
    assert "pas encore publique" in bearer.get(f"{SERVICE}/actualites/1").main
    assert bearer.http.get(f"{SERVICE}/actualites/1/images/1").status_code == 200
    assert "1 actualité à relire" in team.get("/pilotage/2021/services").main
    assert "Il reste 12,5 k€." in team.get(QUEUE).main
    assert "L’actualité est publiée" in team.follow(team.post(f"{QUEUE}/1/publication", {}, 303)).main
    assert "Rien à relire" in team.get(QUEUE).main
    assert "Il reste 12,5 k€." in client.get(f"{SERVICE}/actualites").main
    (letter,) = [one for one in letters(AT) if one["To"] == "porteuse@exemple.invalid" and "Actualité" in one["Subject"]]
    assert " ".join(letter["Subject"].split()) == "Actualité publiée : Trois conseils"
    assert f"{SERVICE}/actualites" in letter.get_content()
    assert "déjà décidé" in team.post(f"{QUEUE}/1/publication", {}, 409).main


def test_the_agency_says_why_not(client: PageClient, bearer: PageClient, team: PageClient) -> None:
    bearer.post(WRITE, TOLD | {"body": "Il reste 300 €."}, 303)
    assert "Dites pourquoi" in team.post(f"{QUEUE}/1/refus", {"reason": " "}, 422).main
    team.follow(team.post(f"{QUEUE}/1/refus", {"reason": "Le montant est faux."}, 303))
    assert "refusé Trois conseils Le montant est faux." in bearer.get(WRITE).main
    client.get(f"{SERVICE}/actualites/1", 404)
    (letter,) = [one for one in letters(AT) if "non publiée" in one["Subject"]]
    assert "Le montant est faux." in letter.get_content()


def test_news_is_taken_back(client: PageClient, bearer: PageClient) -> None:
    bearer.post(WRITE, TOLD | pictured(png()), 303)
    page = bearer.get(WRITE)
    address = next(address for words, address in page.links().items() if words.startswith("Retirer"))
    bearer.post(address, {"reason": ""}, 422)
    bearer.post(address, {"reason": "On y reconnaît quelqu’un."}, 303)
    client.get(f"{SERVICE}/actualites/1", 404)
    client.get(f"{SERVICE}/actualites/1/images/1", 404)
    assert "Cette actualité a été retirée" in bearer.get(f"{SERVICE}/actualites/1").main
    assert "n’est plus lue" in bearer.post(address, {"reason": "x"}, 409).main


def test_the_pages_are_not_those_of_others(client: PageClient, world: World, bearer: PageClient) -> None:
    bearer.post(WRITE, TOLD | {"body": "300 €"}, 303)
    for actor in (world.person(GRAMAT), world.person(None, Role.OBSERVER)):
        outsider = PageClient(client.app).sign_in(actor)
        for path in (WRITE, f"{WRITE}/1/retrait", QUEUE, f"{QUEUE}/1/refus"):
            outsider.get(path, 403)
        outsider.post(WRITE, TOLD, 403)
        outsider.post(f"{QUEUE}/1/publication", {}, 403)
        outsider.get(f"{SERVICE}/actualites/1", 404)
    bearer.get(QUEUE, 403)
    assert reading().query(News).count() == 1


def test_the_feed_of_a_service(client: PageClient, bearer: PageClient, hold: Callable[[datetime], None]) -> None:
    empty = client.http.get(f"{SERVICE}/actualites.atom")
    assert ElementTree.fromstring(empty.data).find(f"{ATOM}entry") is None
    bearer.post(WRITE, TOLD | {"title": "Un <b>titre</b> & un autre"}, 303)
    hold(paris(2021, 7, 1))
    bearer.post(WRITE, TOLD, 303)
    response = client.http.get(f"{SERVICE}/actualites.atom")
    assert response.content_type == "application/atom+xml; charset=utf-8"
    entries = ElementTree.fromstring(response.data).findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["Trois conseils", "Un <b>titre</b> & un autre"]
    assert client.http.get(f"{SERVICE}/actualites.atom", headers={"If-None-Match": response.headers["ETag"]}).status_code == 304
    assert client.get(f"{SERVICE}/actualites").soup.find("link", type="application/atom+xml")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_news_is_harmless(client: PageClient, bearer: PageClient, hostile: str) -> None:
    bearer.post(WRITE, {"title": hostile[:160], "body": hostile} | pictured(png(), hostile[:500]), 303)
    for path in (SERVICE, f"{SERVICE}/actualites", f"{SERVICE}/actualites/1"):
        page = Page(client.http.get(path))
        assert page.status == 200
        assert not page.soup.main.find_all("script")  # type: ignore[union-attr]
        assert not page.soup.select("main img:not([src^='/2021/services/'])")
    ElementTree.fromstring(client.http.get(f"{SERVICE}/actualites.atom").data)


def test_one_and_three_cost_the_same(client: PageClient, bearer: PageClient, team: PageClient) -> None:
    def cost(reader: PageClient, path: str) -> int:
        with count_statements() as sent:
            reader.get(path)
        return len(sent)

    costs = []
    for _ in range(3):
        bearer.post(WRITE, TOLD | pictured(png()), 303)
        bearer.post(WRITE, TOLD | {"body": "300 €"}, 303)
        costs.append((cost(client, f"{SERVICE}/actualites"), cost(client, SERVICE), cost(team, QUEUE), cost(bearer, WRITE)))
    assert costs == [(6, 13, 5, 9)] * 3

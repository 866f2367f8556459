"""The Atom feed of any filtered list, and the filters that an address may carry."""

from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from sqlalchemy import update

from consult.calendar.model import Edition
from consult.contributions.model import Contribution
from consult.ground.actor import Profile
from consult.ground.database import transaction
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, need, service
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World

FEED, LIST = "/2021/contributions.atom", "/2021/contributions"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def edition(world: World) -> Edition:
    other, edition = world.edition("2022"), world.edition()
    need(world.person(ROCAMADOUR), other, title="Une autre édition")
    return edition


def entries(client: PageClient, query: str = "") -> Sequence[str]:
    """The titles of a feed, in its order."""
    feed = ElementTree.fromstring(client.http.get(FEED + query).data)
    return [entry.findtext(f"{ATOM}title") or "" for entry in feed.findall(f"{ATOM}entry")]


def test_a_feed_says_who_what_and_when_and_no_name(client: PageClient, world: World, edition: Edition) -> None:
    author = world.person(ROCAMADOUR, email="jeanne@mairie.exemple.fr")
    need(author, edition, title="Le pain & l’eau <b>", situation="x" * 700)
    answer = client.http.get(FEED)
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.data)
    assert feed.findtext(f"{ATOM}id") == "http://127.0.0.1:8000/2021/contributions.atom"
    assert feed.findtext(f"{ATOM}updated") == DURING_NEEDS.isoformat()
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"http://127.0.0.1:8000{FEED}", "alternate": f"http://127.0.0.1:8000{LIST}"}
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == "http://127.0.0.1:8000/2021/contributions/1"
    assert entry.findtext(f"{ATOM}title") == "Le pain & l’eau <b>"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Rocamadour (Lot)"
    assert entry.findtext(f"{ATOM}summary") == "x" * 600 + "…"
    assert author.name not in answer.text
    assert "exemple.fr" not in answer.text


def test_it_holds_the_last_fifty_and_none_that_is_hidden(client: PageClient, world: World, edition: Edition) -> None:
    author = world.person(ROCAMADOUR)
    for number in range(1, 53):
        need(author, edition, title=f"Titre {number}")
    with transaction() as session:
        session.execute(update(Contribution).where(Contribution.number == 52).values(hidden_at=DURING_NEEDS, hidden_reason="…"))
    assert entries(client) == [f"Titre {number}" for number in range(51, 1, -1)]


def test_when_nothing_changed_nothing_is_sent(client: PageClient, world: World, edition: Edition) -> None:
    need(world.person(ROCAMADOUR), edition)
    first = client.http.get(FEED)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = client.http.get(FEED, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    need(world.person(GRAMAT), edition)
    assert client.http.get(FEED, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_an_empty_feed_is_a_feed(client: PageClient, edition: Edition) -> None:
    assert entries(client) == []


def test_the_list_leads_to_its_feed_with_the_same_filters(client: PageClient, edition: Edition) -> None:
    page = client.get(f"{LIST}?type=besoin&region=76&q=école&tri=ancien&theme=inconnu")
    expected = f"{FEED}?type=besoin&region=76&q=%C3%A9cole"
    assert page.links()["Suivre cette liste (flux Atom)"] == expected
    assert page.soup.find("link", rel="alternate")["href"] == expected


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("nature=commune", ["Ville", "Village"]),
        ("nature=epci", ["Intercommunalité"]),
        ("region=76", ["Région", "Département", "Intercommunalité", "Village"]),
        ("region=84", ["Ville"]),
        ("population=lt2000", ["Village"]),
        ("population=ge100000&nature=commune", ["Ville"]),
        (f"collectivite={ROCAMADOUR}", ["Village"]),
        ("collectivite=214%20602%20401", ["Village"]),
        ("nature=commune&region=76&type=besoin&statut=en-attente&theme=mobilite-transports&departement=46", ["Village"]),
        ("q=villag", ["Village"]),
        ("q=associ", ["Partenaire"]),
        ("q=mairie+villag", []),
    ],
)
def test_each_filter_keeps_the_same_in_the_list_and_in_the_feed(
    client: PageClient, world: World, edition: Edition, query: str, titles: list[str]
) -> None:
    service(world.person(None, profile=Profile.PARTENAIRE), edition, title="Partenaire", partner="Une association")
    for siren, title in (
        (ROCAMADOUR, "Village"),
        (SAINT_ETIENNE, "Ville"),
        (CAUVALDOR, "Intercommunalité"),
        (LOT, "Département"),
        (OCCITANIE, "Région"),
    ):
        need(world.person(siren), edition, title=title)
    page = client.get(f"{LIST}?{query}")
    assert [item.get_text(strip=True) for item in page.soup.select(".item-title")] == titles
    assert entries(client, f"?{query}") == titles


@pytest.mark.parametrize(
    "query", ["nature=royaume", "region=99", "population=beaucoup", "collectivite=123456789", "collectivite=x"]
)
def test_a_value_that_does_not_exist_is_left_out_and_said(
    client: PageClient, world: World, edition: Edition, query: str
) -> None:
    need(world.person(ROCAMADOUR), edition, title="Village")
    page = client.get(f"{LIST}?{query}")
    assert f"« {query.partition('=')[2]} » n’existe pas dans cette édition : ce filtre est ignoré." in page.main
    assert "Village" in page.main
    assert entries(client, f"?{query}") == ["Village"]

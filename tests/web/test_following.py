"""Following from a page, the list of what one follows, its rhythm."""

import pytest

from consult.calendar.model import Edition
from consult.following.actions import follow
from consult.following.model import Follower, Rhythm
from consult.following.queries import follower
from consult.following.rules import Sort, Subject
from consult.following.told import TOLD
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.web.tidings import ALONE, OF_COLLECTIVITE, TOGETHER
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, need, proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

MINE = "/compte/suivis"


@pytest.fixture
def edition(world: World) -> Edition:
    """An edition with a contribution, and a proposition."""
    edition = world.edition()
    need(world.person(ROCAMADOUR), edition)
    proposal(edition)
    return edition


@pytest.fixture
def reader(world: World) -> Actor:
    """Somebody who reads."""
    return world.person(GRAMAT)


@pytest.mark.parametrize(
    ("path", "what"), [("/2021/contributions/1", "cette contribution"), ("/2021/propositions/1", "cette proposition")]
)
def test_a_page_is_followed_then_no_more(edition: Edition, reader: Actor, client: PageClient, path: str, what: str) -> None:
    client.sign_in(reader)
    page = client.follow(client.post(MINE, client.get(path).form(MINE), 303))
    assert f"Vous suivez {what}" in page.main
    assert "une fois par semaine" in page.text, "the rhythm is said"
    page = client.follow(client.post(f"{MINE}/arret", page.form(f"{MINE}/arret"), 303))
    assert f"Suivre {what}" in page.main


def test_a_visitor_is_led_to_sign_in_then_back(edition: Edition, client: PageClient) -> None:
    address = client.get("/2021/contributions/1").links()["Suivre cette contribution"]
    assert address == "/connexion?suite=/2021/contributions/1"


@pytest.mark.parametrize("subject", ["", "1/interest:1", "9999/contribution:1", "collectivite:000000000"])
def test_what_does_not_exist_is_not_followed(edition: Edition, reader: Actor, client: PageClient, subject: str) -> None:
    client.sign_in(reader).post(MINE, {"subject": subject}, 404)
    client.post(f"{MINE}/arret", {"subject": subject}, 404)


def test_the_list_costs_the_same_with_one_and_with_three(
    world: World, edition: Edition, reader: Actor, client: PageClient
) -> None:
    others = [need(world.person(ROCAMADOUR), edition, title=f"Un autre besoin, {rank}") for rank in range(2)]
    follow(reader, Subject(Sort.CONTRIBUTION, "1", edition.id), at=DURING_NEEDS)
    client.sign_in(reader)
    for more in (others, []):
        with count_statements() as sent:
            page = client.get(MINE)
        assert len(sent) == 8, "\n".join(sent)
        for one in more:
            follow(reader, Subject(Sort.CONTRIBUTION, str(one.number), edition.id), at=DURING_NEEDS)
    assert "3 pages suivies" in page.main
    assert "Un autre besoin, 1" in page.main


def test_the_rhythm_is_chosen_and_shown(edition: Edition, reader: Actor, client: PageClient) -> None:
    page = client.sign_in(reader).get(MINE)
    assert "Vous ne suivez rien pour l’instant" in page.main
    client.post(f"{MINE}/rythme", {"rhythm": "hourly"}, 422)
    page = client.follow(client.post(f"{MINE}/rythme", {"rhythm": "daily"}, 303))
    assert page.soup.find("input", value="daily").has_attr("checked")  # type: ignore[union-attr]
    assert follower(reader.person_id or 0).rhythm is Rhythm.DAILY  # type: ignore[union-attr]


def test_a_mailbox_that_was_refused_is_said(edition: Edition, reader: Actor, client: PageClient) -> None:
    follow(reader, Subject(Sort.PROPOSAL, "1", edition.id), at=DURING_NEEDS)
    assert "n’a pas pu vous être remis" not in client.sign_in(reader).get(MINE).main
    with transaction() as session:
        session.get_one(Follower, reader.person_id).bounced_at = DURING_NEEDS
    assert "Le 26 janvier 2021, votre messagerie a répondu que l’adresse" in client.get(MINE).main


def test_what_is_told_has_its_words() -> None:
    for kind, sorts in TOLD.items():
        assert Sort.COLLECTIVITE not in sorts or kind in OF_COLLECTIVITE, kind
        assert set(sorts) == {Sort.COLLECTIVITE} or kind in ALONE.keys() | TOGETHER.keys(), kind

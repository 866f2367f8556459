"""Choosing what one is told by mail."""

import pytest

from consult.accounts.model import Topic
from consult.accounts.own.notifications import wanted_topics
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from tests.support.page import PageClient
from tests.support.world import ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
PATH = "/compte/notifications"


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    hold(AT)


@pytest.fixture
def someone(world: World) -> Actor:
    """Somebody with an account."""
    return world.person(ROCAMADOUR, email="jeanne@mairie.exemple.fr")


def wanted(actor: Actor) -> frozenset[Topic]:
    reading().expire_all()
    return wanted_topics(actor.person_id or 0)


def test_everything_is_ticked_until_one_says_otherwise(client: PageClient, someone: Actor) -> None:
    page = client.sign_in(someone).get(PATH)
    assert "jeanne@mairie.exemple.fr" in page.main
    assert page.form()["topics"] == [topic.value for topic in Topic]
    for topic in Topic:
        assert topic.label in page.main
    assert "Ce qui concerne votre compte" in page.main
    assert "les questions de l’équipe ; le rappel de vos brouillons" in page.main, "all that a box silences is said beside it"


def test_what_is_ticked_is_what_one_is_told(client: PageClient, someone: Actor, world: World) -> None:
    other = world.person(ROCAMADOUR)
    client.sign_in(someone)
    page = client.follow(client.post(PATH, {"topics": ["results", "services"]}, 303))
    assert "Votre choix est enregistré." in page.main
    assert page.form()["topics"] == ["results", "services"]
    assert wanted(someone) == {Topic.RESULTS, Topic.SERVICES}
    page = client.follow(client.post(PATH, {}, 303))
    assert "topics" not in page.form()
    assert wanted(someone) == frozenset()
    assert wanted(other) == set(Topic)


def test_an_unknown_topic_changes_nothing(client: PageClient, someone: Actor) -> None:
    page = client.sign_in(someone).post(PATH, {"topics": ["results", "account"]}, 422)
    assert page.soup.select_one("#topics-erreur")
    assert wanted(someone) == set(Topic)


def test_a_visitor_is_asked_to_sign_in(client: PageClient) -> None:
    assert client.get(PATH, 401).links()["Se connecter"].endswith(f"suite={PATH}")
    client.post(PATH, {"topics": []}, 401)

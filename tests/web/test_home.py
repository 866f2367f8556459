"""The front page: what the moment calls for, and what each sort of person can do then."""

from datetime import datetime, timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Profile, Role
from tests.support.page import PageClient
from tests.support.world import ROCAMADOUR, World, closing_of, just_before, opening_of

TITLES = [
    pytest.param(just_before(opening_of(Stage.NEEDS)), "Des services numériques choisis", id="before everything"),
    pytest.param(opening_of(Stage.NEEDS), "De quels services numériques", id="needs open"),
    pytest.param(just_before(closing_of(Stage.NEEDS)), "De quels services numériques", id="needs are about to close"),
    pytest.param(opening_of(Stage.VOTING), "Votez pour", id="the vote opens"),
    pytest.param(just_before(closing_of(Stage.VOTING)), "Votez pour", id="the vote is about to close"),
    pytest.param(closing_of(Stage.VOTING), "Le vote est clos", id="the vote is closed"),
    pytest.param(opening_of(Stage.TRACKING), "Suivez les services", id="tracking opens"),
]


@pytest.mark.parametrize(("at", "title"), TITLES)
def test_the_title_follows_the_moment(world: World, client: PageClient, hold, at: datetime, title: str) -> None:
    world.edition()
    hold(at)
    assert client.get("/").h1.startswith(title)
    assert client.get("/2021/").h1.startswith(title)


PEOPLE = [
    pytest.param({}, Stage.NEEDS, "Une collectivité peut décrire un besoin", id="a visitor"),
    pytest.param({"siren": ROCAMADOUR}, Stage.NEEDS, "Au nom de Rocamadour (Lot)", id="an agent"),
    pytest.param(
        {"siren": ROCAMADOUR, "status": AttachmentStatus.PENDING},
        Stage.NEEDS,
        "Votre rattachement à Rocamadour (Lot) est encore à vérifier",
        id="someone who waits",
    ),
    pytest.param({"profile": Profile.PARTENAIRE}, Stage.NEEDS, "En tant que partenaire", id="a partner"),
    pytest.param({"profile": Profile.AGENT}, Stage.NEEDS, "Choisissez votre collectivité", id="nobody's agent"),
    pytest.param({"roles": [Role.MODERATOR]}, Stage.NEEDS, "0 contribution à examiner", id="a moderator"),
    pytest.param({}, Stage.VOTING, "Se connecter pour voter", id="a visitor during the vote"),
    pytest.param({"siren": ROCAMADOUR}, Stage.VOTING, "ne soutient encore aucune proposition", id="a voter"),
    pytest.param(
        {"siren": ROCAMADOUR, "status": AttachmentStatus.PENDING},
        Stage.VOTING,
        "compteront quand il le sera",
        id="a voter who waits",
    ),
    pytest.param({"profile": Profile.PARTENAIRE}, Stage.VOTING, "Les partenaires ne votent pas", id="a partner in the vote"),
    pytest.param({"siren": ROCAMADOUR}, Stage.INTERESTS, "Le comité de sélection examine", id="before the proclamation"),
    pytest.param({"siren": ROCAMADOUR}, Stage.TRACKING, "Chaque service dit où il en est", id="in the last stage"),
]


@pytest.mark.parametrize(("who", "stage", "words"), PEOPLE)
def test_the_box_follows_who_reads_it(
    world: World, client: PageClient, hold, who: dict[str, object], stage: Stage, words: str
) -> None:
    world.edition()
    hold(opening_of(stage) + timedelta(hours=1))
    if who:
        person = world.person(
            who.get("siren"),
            *who.get("roles", ()),
            profile=who.get("profile", Profile.AGENT),
            status=who.get("status", AttachmentStatus.VERIFIED),
        )
        client.sign_in(person)
    assert words in client.get("/").main


def test_a_site_without_an_edition_says_so(client: PageClient) -> None:
    assert "Bientôt" in client.get("/").h1


def test_past_editions_stay_readable(world: World, client: PageClient) -> None:
    world.edition("2021")
    world.edition("2027")
    page = client.get("/")
    assert "/2021/" in page.links().values()
    assert "2021" in client.get("/2021/").text

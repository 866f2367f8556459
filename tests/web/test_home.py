"""The front page: what the moment calls for, and what each sort of person can do then."""

from datetime import datetime, timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Profile, Role
from consult.interests.actions import InterestDraft, declare
from consult.interests.drafts import keep
from consult.interests.messages import ask
from consult.interests.model import Level
from consult.interests.publishing import accept
from consult.interests.rules import CHARTER
from consult.services.actions import ServiceDraft, create
from tests.support.page import PageClient
from tests.support.retained import proposal
from tests.support.world import ROCAMADOUR, World, closing_of, during, just_before, opening_of

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


def test_in_stages_three_and_four_the_box_says_what_waits_for_one_s_collectivite(
    world: World, client: PageClient, hold
) -> None:
    edition, team, agent = world.edition(), world.person(None, Role.MODERATOR), world.person(ROCAMADOUR)
    kept, at = proposal(edition), during(Stage.INTERESTS)
    client.sign_in(agent)
    hold(at)
    assert "1 proposition retenue" in client.get("/").main
    keep(agent, kept.id, {"motivation": "Oui"}, revision=0, at=at)
    page = client.get("/")
    assert "Votre candidature pour « Organiser des instances délibératives » n’est pas déposée" in page.main
    assert page.links()["La reprendre"] == "/2021/propositions/1/candidature"
    pilot = InterestDraft(Level.PILOTE, "A", "agent", "B", "maire", "Le jeudi.", "Oui.", CHARTER)
    interest = declare(agent, kept.id, pilot, at=at)
    page = client.get("/")
    assert "Rocamadour (Lot) est volontaire pour 1 proposition" in page.main
    assert page.links()["Voir nos candidatures"] == "/2021/candidatures"
    ask(team, interest.id, "Qui prend le relais ?", asks_correction=True, at=at)
    page = client.get("/")
    assert "L’équipe vous demande de corriger la candidature n° 1" in page.main
    assert page.links()["Lire ce que l’équipe demande"] == "/2021/candidatures/1"
    hold(during(Stage.TRACKING))
    assert "L’équipe vous demande de corriger" in client.get("/").main, "the instruction goes on after the close"
    accept(team, interest.id, at=during(Stage.TRACKING))
    create(team, kept.id, ServiceDraft("Séance claire", "Fictif.", "Raison."), at=during(Stage.TRACKING))
    page = client.get("/")
    assert "Rocamadour (Lot) porte « Séance claire »" in page.main
    assert page.links()["Tenir à jour « Séance claire »"] == "/2021/services/1/gestion"
    alike = page.links()["Ce que font des collectivités comme la vôtre"]
    client.get(alike.partition("#")[0])
    assert "personne n’a encore de service que vous n’ayez pas" in client.get(PAGE_OF_ROCAMADOUR).main


def test_partners_read_stage_three(world: World, client: PageClient, hold) -> None:
    proposal(world.edition())
    hold(during(Stage.INTERESTS))
    client.sign_in(world.person(profile=Profile.PARTENAIRE))
    assert "les partenaires lisent tout" in client.get("/").main


PAGE_OF_ROCAMADOUR = f"/collectivites/{ROCAMADOUR}"


def test_a_site_without_an_edition_says_so(client: PageClient) -> None:
    assert "Bientôt" in client.get("/").h1


def test_past_editions_stay_readable(world: World, client: PageClient) -> None:
    world.edition("2021")
    world.edition("2027")
    page = client.get("/")
    assert "/2021/" in page.links().values()
    assert "2021" in client.get("/2021/").text

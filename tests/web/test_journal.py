"""The public register, and the bilan: the acts of the team in words, the figures of each stage."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.actions import say_me_too
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.clock import paris
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.rules import CHARTER
from consult.journal.model import EventKind
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.services.actions import ServiceDraft, create, enter_phase
from consult.services.model import Phase
from consult.triage.actions import declare_ineligible, reorient, ungroup
from consult.voting.actions import give_support
from tests.support import stage_one
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, closing_of, during, just_before, opening_of, window

CLOSE = closing_of(Stage.VOTING)
INTERESTS = during(Stage.INTERESTS)
TRACKING = during(Stage.TRACKING)


@pytest.fixture
def edition(world: World) -> Edition:
    """An edition in which one of everything happened, up to the summer of 2021."""
    edition, other = world.edition(), world.edition("2020")
    agent, neighbour = world.person(ROCAMADOUR), world.person(GRAMAT)
    moderator, judge = world.person(None, Role.MODERATOR), world.person(None, Role.COMMITTEE)
    need, lost, strange = (stage_one.need(agent, edition, title=title) for title in ("Un", "Deux", "Trois"))
    stage_one.need(agent, other)
    say_me_too(neighbour, need.id, at=stage_one.DURING_NEEDS)
    found, also = stage_one.proposal(edition, "Signaler"), stage_one.proposal(edition, "Documents")
    stage_one.group(need, found, also)
    ungroup(moderator, need.id, also.id, at=stage_one.DURING_NEEDS + timedelta(hours=2))
    scheme = stage_one.scheme(edition)
    reorient(moderator, lost.id, scheme.id, reason="Ce guichet finance les études.", at=stage_one.DURING_NEEDS)
    declare_ineligible(moderator, strange.id, reason="Hors du champ.", at=stage_one.DURING_NEEDS)
    move_window(
        OPERATOR,
        edition.id,
        replace(window(Stage.VOTING), closes_at=CLOSE - timedelta(hours=1)),
        reason="Une heure de moins.",
        at=during(Stage.VOTING),
    )
    for actor in (agent, neighbour):
        give_support(actor, found.id, at=during(Stage.VOTING))
    decide(judge, found.id, Outcome.RETAINED, reason="La première.", at=CLOSE)
    decide(judge, also.id, Outcome.DEFERRED, reason="Plus tard.", at=CLOSE)
    proclaim(judge, edition.id, at=CLOSE)
    declare(neighbour, found.id, InterestDraft(Level.ATELIER, "", "", "", "", "", "Oui.", CHARTER), at=INTERESTS)
    service = create(moderator, found.id, ServiceDraft("Réverbère", "Fictif.", "Elle est attendue."), at=TRACKING)
    enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="Confirmé.", at=TRACKING + timedelta(days=30))
    enter_phase(moderator, service.id, Phase.STOPPED, reason="Fini.", learnt="Ceci.", at=TRACKING + timedelta(days=60))
    return edition


@pytest.fixture
def summer(edition: Edition, hold) -> Edition:
    hold(paris(2021, 9, 1))
    return edition


def test_every_act_of_the_team_is_told_latest_first(client: PageClient, summer: Edition) -> None:
    page = client.get("/2021/journal")
    told = [
        "« Réverbère » s’arrête, en phase « Construction ». Raison : Fini.",
        "« Réverbère » passe en phase « Construction ». Raison : Confirmé.",
        "Naissance du service « Réverbère ». Raison : Elle est attendue.",
        "Décisions du comité de sélection proclamées ensemble : 1 proposition retenue.",
        "Date changée. Fermeture : du 30 avril 2021 à 18 h 00 au 30 avril 2021 à 17 h 00 (heure de Paris). "
        "Raison : Une heure de moins.",
        "Contribution retirée de la proposition n° 2.",
        "Contribution regroupée avec d’autres dans les propositions n° 1, n° 2.",
        "Contribution déclarée non recevable. Raison : Hors du champ.",
        "Contribution réorientée vers le guichet « Axe 3 – guichets territoriaux ». Raison : Ce guichet finance les études.",
        "Guichet « Axe 3 – guichets territoriaux » ajouté.",
        "Édition annoncée, avec ses dates, ses thèmes et ses règles.",
    ]
    places = [page.main.index(words) for words in told]
    assert places == sorted(places)
    assert f"{len(told)} actes" in page.main
    links = page.links()
    assert links["Service n° 1"] == "/2021/services/1"
    assert links["Décisions du comité"] == "/2021/decisions"
    assert links["Contribution n° 1"] == "/2021/contributions/1"


def test_no_vote_and_no_person_is_in_the_register(client: PageClient, summer: Edition, world: World) -> None:
    page = client.get("/2021/journal")
    assert "Rocamadour" not in page.main
    assert "Gramat" not in page.main
    assert "Personne Fictive" not in page.main


def test_the_register_is_paged_and_costs_the_same(client: PageClient, summer: Edition, world: World) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get("/2021/journal")
        return len(sent)

    one = cost()
    agent, moderator = world.person(LOT), world.person(None, Role.MODERATOR)
    for _ in range(45):
        lost = stage_one.need(agent, summer)
        declare_ineligible(moderator, lost.id, reason="Hors du champ.", at=stage_one.DURING_NEEDS)
    assert cost() == one == 3  # the edition, the total, the page
    second = client.get("/2021/journal?page=2")
    assert "Édition annoncée" in second.main
    assert "Édition annoncée" not in client.get("/2021/journal").main


def test_an_act_prepared_in_private_is_not_told(client: PageClient, world: World, hold) -> None:
    edition = world.edition()
    found = stage_one.proposal(edition)
    hold(CLOSE)
    decide(world.person(None, Role.COMMITTEE), found.id, Outcome.RETAINED, reason="Un secret.", at=CLOSE)
    assert "Un secret" not in client.get("/2021/journal").text
    assert "1 acte," in client.get("/2021/journal").main


def test_the_words_of_the_register_cover_its_kinds() -> None:
    from consult.journal.model import PUBLIC_KINDS
    from consult.web.journal import WORDS

    assert set(WORDS) == PUBLIC_KINDS
    assert EventKind.SUPPORT_GIVEN not in WORDS


# ── the bilan ────────────────────────────────────────────────────────────────────────────


def figures(client: PageClient, actor: Actor | None = None) -> dict[str, str]:
    """The figures of the bilan, by their labels."""
    reader = PageClient(client.app)
    page = (reader.sign_in(actor) if actor else reader).get("/2021/bilan")
    return {
        str(one.select_one(".figures-label").get_text()): str(one.select_one(".figures-value").get_text())
        for one in page.soup.select(".figures li")
    }


def test_the_figures_of_every_stage(client: PageClient, summer: Edition) -> None:
    assert figures(client) == {
        "contributions reçues": "3",
        "ont reçu une réponse": "3",
        "propositions écrites à partir d’elles": "2",
        "collectivités ont voté": "2",
        "soutiens comptés": "2",
        "proposition retenue": "1",
        "reportée": "1",
        "non retenue": "0",
        "candidature déposée": "1",
        "acceptée": "0",
        "collectivité volontaire": "1",
        "service né": "1",
        "collectivité les utilise": "0",
        "jalon en retard": "0",
    }


@pytest.mark.parametrize(
    ("at", "shown", "hidden"),
    [
        pytest.param(just_before(opening_of(Stage.NEEDS)), "Rien à compter encore", "Recueil", id="before everything"),
        pytest.param(during(Stage.NEEDS), "Recueil", "Vote", id="while needs are collected"),
        pytest.param(during(Stage.VOTING), "secret jusqu’à la clôture", "soutiens comptés", id="during the vote"),
        pytest.param(
            just_before(CLOSE - timedelta(hours=1)), "secret jusqu’à la clôture", "soutiens comptés", id="to the last second"
        ),
        pytest.param(CLOSE - timedelta(hours=1), "soutiens comptés", "secret jusqu’à la clôture", id="from the close"),
        pytest.param(
            just_before(opening_of(Stage.TRACKING)), "Territoires référents", "services nés", id="before the last stage"
        ),
    ],
)
def test_a_stage_that_has_not_begun_has_no_figure(
    client: PageClient, edition: Edition, hold, at: datetime, shown: str, hidden: str
) -> None:
    hold(at)
    page = client.get("/2021/bilan").main
    assert shown in page
    assert hidden not in page


def test_the_bilan_costs_the_same_with_one_and_with_three(client: PageClient, summer: Edition, world: World) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get("/2021/bilan")
        return len(sent)

    cost()  # the result of the vote is counted, then kept
    one = cost()
    for siren in (GRAMAT, LOT):
        stage_one.need(world.person(siren), summer)
    assert cost() == one == 12  # the edition and eleven counts

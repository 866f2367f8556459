"""The charter in pages: read by everyone with its versions, changed at the desk, accepted as it is now."""

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Role
from consult.ground.database import reading
from consult.interests.charter_rules import FIRST
from consult.interests.charters import change_charter, in_force
from consult.interests.model import Interest
from tests.support.page import PageClient
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import ROCAMADOUR, World, closing_of, during

OPEN = during(Stage.INTERESTS)
PAGE, DESK, FORM = "/2021/charte", "/pilotage/2021/charte", "/2021/propositions/1/candidature"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    edition = world.edition()
    proposal(edition)
    hold(OPEN)
    return edition


@pytest.fixture
def desk(client: PageClient, world: World, edition: Edition) -> PageClient:
    return PageClient(client.app).sign_in(world.person(None, Role.ADMINISTRATOR))


def test_everyone_reads_what_each_level_commits_to(client: PageClient, edition: Edition) -> None:
    page = client.get(PAGE)
    for said in ("Version 2021-1", "Relecture.", "Ateliers.", "une demi-journée par semaine au moins", "n’a pas changé"):
        assert said in page.main
    assert "Changer la charte" not in page.main
    assert client.get("/2021/regles").links()["la charte"] == PAGE


def test_another_version_shows_what_it_changed_and_why(client: PageClient, desk: PageClient) -> None:
    assert desk.get(PAGE).links()["Changer la charte"] == DESK
    typed = desk.get(DESK).form()
    assert typed["read"] == "1"
    typed |= {"pilote": typed["pilote"].replace("tous les six mois", "tous les trois mois"), "reason": "Le comité le demande."}
    done = desk.follow(desk.post(DESK, typed, 303))
    assert "nouvelle version, 2021-2" in done.main
    page = client.get(PAGE)
    assert "Le comité le demande." in page.main
    assert ["trois" in tag.get_text() for tag in page.soup.select("section ins")] == [True]
    assert "Charte des territoires référents : version 2" in client.get("/2021/journal").main
    again = desk.post(DESK, typed | {"reason": "Encore."}, 409)
    assert "Ce dossier a changé entre-temps" in again.main
    assert again.form()["reason"] == "Encore."


@pytest.mark.parametrize("wrong", [{"preamble": " "}, {"pilote": "a" * 4001}, {"reason": ""}])
def test_what_is_wrong_is_said_and_nothing_is_lost(desk: PageClient, wrong: dict[str, str]) -> None:
    typed = desk.get(DESK).form() | {"reason": "Oui.", "atelier": "- autre chose"} | wrong
    page = desk.post(DESK, typed, 422)
    assert page.soup.find(id=f"{next(iter(wrong))}-erreur")
    assert page.form()["atelier"] == "- autre chose"


def test_after_the_close_it_is_read_only(desk: PageClient, hold) -> None:
    typed = desk.get(DESK).form() | {"reason": "Oui.", "atelier": "- autre chose"}
    hold(closing_of(Stage.INTERESTS))
    assert "La charte ne change plus" in desk.get(DESK).main
    assert "Elle est fermée depuis le" in desk.post(DESK, typed, 409).main


def test_the_desk_is_the_administrators(client: PageClient, world: World, edition: Edition) -> None:
    client.get(DESK, 401)
    PageClient(client.app).sign_in(world.person(None, Role.MODERATOR)).get(DESK, 403)


def test_a_page_left_open_reads_the_new_version_before_accepting_it(client: PageClient, world: World, edition: Edition) -> None:
    agent = PageClient(client.app).sign_in(world.person(ROCAMADOUR))
    shown = agent.get(FORM)
    assert "Version 2021-1" in shown.main
    typed = shown.form() | {"level": "atelier", "motivation": "Nous avons des idées.", "charter": "2021-1"}
    change_charter(OPERATOR, edition.id, FIRST | {"atelier": "- de venir chaque mois."}, read=1, reason="Plus clair.", at=OPEN)
    page = agent.post(FORM, typed, 422)
    assert "La charte a changé : lisez sa nouvelle version" in page.main
    assert "Version 2021-2" in page.main
    assert "de venir chaque mois" in page.main
    kept = page.form()
    assert kept["motivation"] == "Nous avons des idées."
    assert "charter" not in kept, "the tick is taken back"
    agent.post(FORM, kept | {"charter": "2021-2"}, 303)
    assert reading().query(Interest).one().charter == "2021-2"


def test_the_page_costs_the_same_whatever_its_versions(client: PageClient, edition: Edition) -> None:
    counted = []
    for read in (1, 2, 3):
        with count_statements() as sent:
            client.get(PAGE)
        counted.append(len(sent))
        change_charter(OPERATOR, edition.id, FIRST | {"atelier": f"- {read}"}, read=read, reason="Oui.", at=OPEN)
    assert counted == [2, 2, 2]  # the edition, the versions
    assert in_force(edition).number == 4

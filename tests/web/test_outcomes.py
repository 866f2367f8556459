"""« Que sont devenues les contributions ? »: the page adds up, its picture says the same, each figure leads to its list."""

import re

import pytest

from consult.calendar.model import Edition
from consult.contributions import actions
from consult.ground.actor import OPERATOR
from consult.triage.actions import declare_ineligible, reorient
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

PATH = "/2021/devenir"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    """Seven contributions: three wait, one of each other outcome; and another edition."""
    hold(DURING_NEEDS)
    edition, other = world.edition(), world.edition("2022")
    author = world.person(ROCAMADOUR)
    need(author, other)
    for _ in range(2):
        need(author, edition)
    service(world.person(GRAMAT), edition)
    group(need(author, edition), proposal(edition), proposal(edition, "Seconde"))
    reorient(OPERATOR, service(author, edition).id, scheme(edition).id, reason="Ce guichet.", at=DURING_NEEDS)
    declare_ineligible(OPERATOR, need(author, edition).id, reason="Hors champ.", at=DURING_NEEDS)
    actions.withdraw(author, need(author, edition).id, reason="Un doublon.", at=DURING_NEEDS)
    return edition


def test_received_is_the_sum_of_what_became_of_them(edition: Edition, client: PageClient) -> None:
    page = client.get(PATH)
    rows = [[cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] for row in page.soup.select("#etats tbody tr")]
    assert rows == [
        ["En attente d’examen", "2", "1", "3"],
        ["Réorientée", "0", "1", "1"],
        ["Non recevable", "1", "0", "1"],
        ["Regroupée", "1", "0", "1"],
        ["Retirée", "1", "0", "1"],
        ["Reçues", "5", "2", "7"],
    ]
    assert "7 contributions reçues" in page.main
    assert "Reçues = en attente d’examen (3) + réorientée (1) + non recevable (1) + regroupée (1) + retirée (1)." in page.main


def test_the_picture_says_the_same(edition: Edition, client: PageClient) -> None:
    picture = client.get(PATH).soup.select_one("svg.parts-bar")
    assert picture is not None
    widths = [float(part["width"]) for part in picture.find_all("rect")]
    assert sum(widths) == pytest.approx(100, abs=0.01)
    assert widths[0] == pytest.approx(300 / 7, abs=0.001)
    assert "En attente d’examen : 3" in picture.title.get_text().replace("\u00a0", " ")


def test_every_figure_leads_to_as_many_contributions(edition: Edition, client: PageClient) -> None:
    page = client.get(PATH)
    links = [(int(link.get_text()), link["href"]) for link in page.soup.select("table a")]
    assert len(links) > 15
    for count, path in links:
        found = re.search(r"(\d+) contributions?", client.get(str(path)).main)
        assert found is not None
        assert int(found[1]) == count, path


def test_themes_do_not_add_up_and_the_page_says_so(edition: Edition, client: PageClient) -> None:
    page = client.get(PATH)
    assert "ces lignes ne s’additionnent pas" in page.main
    row = page.soup.select("#themes-table tbody tr")[0]
    assert [cell.get_text(strip=True) for cell in row.find_all(["th", "td"])] == [
        "Mobilité et transports", "3", "1", "1", "1", "1", "7"
    ]  # fmt: skip


def test_an_edition_without_contributions_says_so(world: World, client: PageClient) -> None:
    world.edition()
    page = client.get(PATH)
    assert "Rien à compter pour l’instant" in page.main
    assert not page.soup.main.find_all("table")


def test_it_costs_three_statements_beyond_the_edition(edition: Edition, client: PageClient) -> None:
    with count_statements() as sent:
        client.get(PATH)
    assert len(sent) == 1 + 3, "\n".join(sent)

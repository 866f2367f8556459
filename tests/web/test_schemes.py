"""« Quelle aide pour mon projet ? »: the schemes, open or not on the day, in Paris."""

from datetime import date

import pytest

from consult.calendar.model import Edition
from consult.ground.clock import paris
from tests.support.page import PageClient
from tests.support.stage_one import scheme
from tests.support.world import World

PATH = "/2021/aides"


@pytest.fixture
def edition(world: World) -> Edition:
    edition, other = world.edition(), world.edition("2022")
    scheme(other, "ailleurs", name="Ailleurs")
    scheme(edition, "axe2", name="Axe 2", min_population=500_000, opens_on=date(2021, 1, 25), closes_on=date(2021, 5, 28))
    scheme(edition, "second", name="Second appel", opens_on=date(2021, 10, 8), closes_on=date(2021, 11, 22))
    scheme(edition, "societe", name="Société numérique")
    return edition


@pytest.mark.parametrize(
    ("at", "groups"),
    [
        pytest.param(
            paris(2021, 5, 28, 23, 59),
            [("Ouverts aujourd’hui", ["Axe 2"]), ("À venir", ["Second appel"]), ("Sans date connue", ["Société numérique"])],
            id="the last minute of the last day, in Paris",
        ),
        pytest.param(
            paris(2021, 5, 29),
            [("À venir", ["Second appel"]), ("Terminés", ["Axe 2"]), ("Sans date connue", ["Société numérique"])],
            id="the first minute of the next day",
        ),
        pytest.param(
            paris(2021, 10, 8),
            [("Ouverts aujourd’hui", ["Second appel"]), ("Terminés", ["Axe 2"]), ("Sans date connue", ["Société numérique"])],
            id="the first minute of a first day",
        ),
    ],
)
def test_each_stands_where_it_stands_today(edition: Edition, client: PageClient, hold, at, groups) -> None:
    hold(at)
    page = client.get(PATH)
    assert [
        (section.h2.get_text(strip=True), [title.get_text(strip=True) for title in section.find_all("h3")])
        for section in page.soup.main.find_all("section")
    ] == groups


def test_rules_are_in_plain_words(edition: Edition, client: PageClient, hold) -> None:
    hold(paris(2021, 3, 1))
    page = client.get(PATH)
    assert "à partir de 500 000 habitants" in page.main
    assert "du 25 janvier 2021 au 28 mai 2021, ces deux jours compris" in page.main
    assert page.main.count("Population") == 1


def test_an_edition_without_schemes_says_so(world: World, client: PageClient) -> None:
    world.edition()
    assert "Aucun guichet" in client.get(PATH).main

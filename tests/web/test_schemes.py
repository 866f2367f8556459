"""« Quelle aide pour mon projet ? »: the schemes, open or not on the day, in Paris."""

from datetime import date

import pytest
from bs4 import Tag

from consult.calendar.model import Edition
from consult.demo.company import EDITION_FILE
from consult.ground.actor import OPERATOR
from consult.ground.clock import paris
from consult.triage.file import read_schemes
from consult.triage.scheme_queries import schemes
from consult.triage.schemes import add_scheme
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_one import DURING_NEEDS, scheme
from tests.support.statements import count_statements
from tests.support.world import LOT, ROCAMADOUR, SAINT_ETIENNE, World

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
    every = client.get(PATH).soup.find("section", attrs={"aria-labelledby": "guichets"})
    assert standings(every) == groups


def standings(every: Tag) -> list[tuple[str, list[str]]]:
    """Each state that the page titles, with the schemes under it."""
    found: list[tuple[str, list[str]]] = []
    for title in every.find_all(["h3", "h4"]):
        said = title.get_text(strip=True)
        if title.name == "h3":
            found.append((said, []))
        else:
            found[-1][1].append(said)
    return found


def test_rules_are_in_plain_words(edition: Edition, client: PageClient, hold) -> None:
    hold(paris(2021, 3, 1))
    page = client.get(PATH)
    assert "à partir de 500 000 habitants" in page.main
    assert "du 25 janvier 2021 au 28 mai 2021, ces deux jours compris" in page.main
    assert page.main.count("Population") == 1


def test_an_edition_without_schemes_says_so(world: World, client: PageClient) -> None:
    world.edition()
    assert "Aucun guichet" in client.get(PATH).main


class TestTheAnswer:
    @pytest.fixture
    def table(self, world: World) -> Edition:
        """The schemes of 2021 as published, and those of another edition."""
        edition, other = world.edition(), world.edition("2022")
        scheme(other, "ailleurs", name="Ailleurs")
        for draft in read_schemes(EDITION_FILE):
            add_scheme(OPERATOR, edition.id, draft, at=DURING_NEEDS)
        return edition

    @staticmethod
    def said(page: Page, section: str) -> str:
        found = page.soup.find("section", attrs={"aria-labelledby": section})
        return squeezed(found) if found else ""

    def test_a_commune_by_its_name(self, table: Edition, client: PageClient) -> None:
        page = client.get(f"{PATH}?q=rocamadour&jour=2021-03-01")
        assert "Pour Rocamadour (Lot), commune" in self.said(page, "reponse")
        assert "Axe 3" in self.said(page, "reponse")
        assert "Jusqu’à 100" in self.said(page, "reponse")
        assert "Condition : Le territoire est rural" in self.said(page, "a-verifier")
        no = self.said(page, "sans-suite")
        assert "il en faut environ 500 000 habitants (seuil indicatif" in no
        assert "Pas encore ouvert : il ouvre le 8 octobre 2021." in no
        assert page.soup.find(id="q")["value"] == "rocamadour"

    def test_a_departement_is_helped_by_axe_2_and_so_not_by_axe_3(self, table: Edition, client: PageClient) -> None:
        page = client.get(f"{PATH}?siren={LOT}&jour=28/05/2021")
        assert "Axe 2 – données" in self.said(page, "reponse")
        assert "or s’applique déjà : « Axe 2 – dématérialisation »" in self.said(page, "sans-suite")
        after = client.get(f"{PATH}?siren={LOT}&jour=29/05/2021")
        assert "Axe 3" in self.said(after, "reponse")
        assert "Terminé : son dernier jour était le 28 mai 2021." in self.said(after, "sans-suite")

    def test_a_kind_and_a_population(self, table: Edition, client: PageClient) -> None:
        page = client.get(f"{PATH}?nature=epci&population=500+000&jour=2021-03-01")
        assert "Pour intercommunalité, 500 000 habitants" in self.said(page, "reponse")
        assert "Axe 2 – données" in self.said(page, "reponse")
        below = client.get(f"{PATH}?nature=epci&population=499+999+habitants&jour=2021-03-01")
        assert "Axe 2" not in self.said(below, "reponse")
        assert "Population trop petite : 499 999 habitants" in self.said(below, "sans-suite")
        unsaid = client.get(f"{PATH}?nature=epci&jour=2021-03-01")
        assert "Il dépend de la population" in self.said(unsaid, "a-verifier")

    @pytest.mark.parametrize(
        ("at", "applies"),
        [(paris(2021, 5, 28, 23, 59), True), (paris(2021, 5, 29), False)],
    )
    def test_the_day_is_today_in_paris_unless_it_is_said(
        self, table: Edition, client: PageClient, hold, at, applies: bool
    ) -> None:
        hold(at)
        page = client.get(f"{PATH}?siren={LOT}")
        assert ("Axe 2 – données" in self.said(page, "reponse")) is applies
        assert "aujourd’hui" in self.said(page, "reponse")

    def test_a_name_that_several_share_is_asked_again(self, table: Edition, client: PageClient) -> None:
        page = client.get(f"{PATH}?q=saint+etienne&theme=mobilite-transports&jour=2021-03-01")
        assert not self.said(page, "reponse")
        href = next(url for words, url in page.links().items() if words.startswith("Saint-Étienne (Loire)"))
        answer = client.get(href)
        assert "Pour Saint-Étienne (Loire), commune" in self.said(answer, "reponse")
        assert "sur « Mobilité et transports », le 1er mars 2021" in self.said(answer, "reponse")

    def test_the_name_that_is_shown_is_understood_when_sent_again(self, table: Edition, client: PageClient) -> None:
        shown = client.get(f"{PATH}?siren={SAINT_ETIENNE}").soup.find(id="q")["value"]
        assert shown == "Saint-Étienne (Loire)"
        assert "Pour Saint-Étienne (Loire)" in self.said(client.get(PATH, query_string={"q": shown}), "reponse")

    def test_the_form_holds_the_collectivite_of_who_asks(self, table: Edition, world: World, client: PageClient) -> None:
        client.sign_in(world.person(ROCAMADOUR))
        page = client.get(PATH)
        assert page.soup.find(id="q")["value"] == "Rocamadour (Lot)"
        assert not self.said(page, "reponse")

    @pytest.mark.parametrize(
        ("asked", "field", "message"),
        [
            ({"nature": "commune", "population": "beaucoup"}, "population", "Écrivez un nombre d’habitants"),
            ({"nature": "commune", "population": "-450"}, "population", "Écrivez un nombre d’habitants"),
            ({"nature": "commune", "population": "4,5"}, "population", "Écrivez un nombre d’habitants"),
            ({"nature": "commune", "population": "9999999999"}, "population", "trop grand"),
            ({"population": "450"}, "nature", "Dites aussi la nature"),
            ({"nature": "village"}, "nature", "n’existe pas ici"),
            ({"q": "Rocamadour", "nature": "commune"}, "nature", "pas les deux"),
            ({"q": "Rocamadour", "jour": "31/02/2021"}, "jour", "n’existe pas"),
            ({"q": "Rocamadour", "theme": "inconnu"}, "theme", "n’existe pas ici"),
            ({"q": "zzzzzz"}, "q", "Aucune collectivité ne correspond"),
            ({"siren": "999999999"}, "q", "Aucune collectivité ne correspond"),
            ({"q": "", "theme": "mobilite-transports"}, "q", "Donnez votre collectivité"),
        ],
    )
    def test_what_cannot_be_understood_is_said_beside_its_field(
        self, table: Edition, client: PageClient, asked: dict[str, str], field: str, message: str
    ) -> None:
        page = client.get(PATH, 422, query_string=asked)
        wrong = page.soup.find(id=f"{field}-erreur")
        assert wrong is not None
        assert message in squeezed(wrong)
        assert not self.said(page, "reponse")
        for name, typed in asked.items():
            if name in ("population", "jour"):
                assert page.soup.find(id=name)["value"] == typed

    def test_it_asks_no_more_of_the_base_with_more_schemes(self, world: World, client: PageClient) -> None:
        edition = world.edition()
        seen = []
        for number in (1, 3):
            while len(schemes(edition.id)) < number:
                scheme(edition, f"axe{len(schemes(edition.id))}")
            with count_statements() as sent:
                client.get(f"{PATH}?siren={LOT}")
            seen.append(len(sent))
        assert seen == [4, 4]

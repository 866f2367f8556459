"""Who supports a proposition: of which sorts, where, and which collectivités, from the close on; never a person."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.ground.database import reading
from consult.register.model import Collectivite
from consult.register.rules import Kind
from consult.voting.supporters import NAMES_PAGE
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_two import CLOSED, DURING_VOTE, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, opening_of
from tests.web.test_results import table

Hold = Callable[[datetime], None]
PAGE = "/2021/propositions/1/soutiens"
LAST_MOMENT = CLOSED - timedelta(microseconds=1)


def names(page: Page) -> dict[str, list[str]]:
    """The collectivités listed, by département."""
    return {
        squeezed(place.dt): [squeezed(item) for item in place.select("li")]
        for place in page.soup.select(".names-by-place > div")
    }


def voted(world: World, **changed: object) -> None:
    """Six collectivités support the first of three propositions; one more, whose attachment is pending, waits."""
    first, second, _ = propositions(world.edition(**changed))
    give_each([world.person(siren) for siren in (ROCAMADOUR, SAINT_ETIENNE, CAUVALDOR, LOT, OCCITANIE, CORSE)], first)
    give_each([world.person(GRAMAT, status=AttachmentStatus.PENDING)], first)
    give_each([world.person(GRAMAT)], second)


class TestWhileItIsSecret:
    @pytest.mark.parametrize("at", [DURING_VOTE, LAST_MOMENT], ids=["during", "one microsecond before"])
    @pytest.mark.parametrize("role", [None, *Role])
    def test_nobody_reads_it(self, world: World, client: PageClient, hold: Hold, at: datetime, role: Role | None) -> None:
        voted(world)
        hold(at)
        if role:
            client.sign_in(world.person(None, role))
        page = client.get(PAGE, 403)
        assert page.h1 == "Les résultats sont secrets jusqu’à la fin du vote"
        assert "Ils seront publics le 30 avril 2021 à 18 h 00 (heure de Paris)" in page.main
        assert "6" not in page.h1

    def test_it_is_there_at_the_closing_instant(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get(PAGE)
        assert "6 collectivités soutiennent cette proposition. Elle est 1re sur 3 au classement" in page.main
        assert "1 soutien reste à vérifier" in page.main


@pytest.mark.parametrize("secret", [True, False])
def test_before_the_opening_it_says_when(world: World, client: PageClient, hold: Hold, secret: bool) -> None:
    propositions(world.edition(tallies_hidden=secret))
    hold(opening_of(Stage.VOTING) - timedelta(microseconds=1))
    assert "Il ouvrira le 15 mars 2021 à 12 h 00" in client.get(PAGE).main


class TestWithoutSecret:
    def test_figures_while_it_votes_and_names_at_the_close(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world, tallies_hidden=False)
        hold(LAST_MOMENT)
        page = client.get(PAGE)
        assert "6 collectivités soutiennent cette proposition." in page.main
        assert "Résultats provisoires" in page.main
        assert "Leurs noms seront publiés à la clôture du vote, le 30 avril 2021 à 18 h 00 (heure de Paris)." in page.main
        assert names(page) == {}
        assert "Rocamadour" not in page.main
        hold(CLOSED)
        assert names(client.get(PAGE))["Loire"] == ["Saint-Étienne (Loire)"]


class TestAfterTheClose:
    def test_of_which_sorts_they_are(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get(PAGE)
        assert table(page, "par-sorte") == [
            ["communes", "2", "33,3 %"],
            ["intercommunalités", "1", "16,7 %"],
            ["départements", "1", "16,7 %"],
            ["régions", "1", "16,7 %"],
            ["collectivités à statut particulier", "1", "16,7 %"],
        ]
        assert [row[:2] for row in table(page, "par-region")] == [
            ["Auvergne-Rhône-Alpes", "1"],
            ["Corse", "1"],
            ["Occitanie", "4"],
        ]
        assert [row[:2] for row in table(page, "par-departement")] == [["Corse-du-Sud", "1"], ["Loire", "1"], ["Lot", "3"]]
        assert sum(int(row[1]) for row in table(page, "par-population")) == 6

    def test_which_they_are_by_departement_and_never_a_person(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get(PAGE)
        assert names(page) == {
            "Corse-du-Sud": ["Collectivité de Corse (Corse-du-Sud et Haute-Corse)"],
            "Loire": ["Saint-Étienne (Loire)"],
            "Lot": [
                "Communauté de communes Causses et Vallée de la Dordogne (Lot)",
                "Département du Lot",
                "Rocamadour (Lot)",
            ],
            "Régions": ["Région Occitanie"],
        }
        assert page.links()["Rocamadour (Lot)"] == f"/collectivites/{ROCAMADOUR}"
        assert "Personne Fictive" not in page.main
        assert "Gramat" not in page.main

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ("46", ["Lot"]),
            ("aucun", ["Régions"]),
            ("75", ["Corse-du-Sud", "Loire", "Lot", "Régions"]),
            ("'; --", ["Corse-du-Sud", "Loire", "Lot", "Régions"]),
            ("", ["Corse-du-Sud", "Loire", "Lot", "Régions"]),
        ],
    )
    def test_those_of_one_departement(
        self, world: World, client: PageClient, hold: Hold, asked: str, expected: list[str]
    ) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get(PAGE, query_string={"departement": asked})
        assert list(names(page)) == expected
        chosen = page.soup.select("#departement option[selected]")
        assert [str(option["value"]) for option in chosen] == ([asked] if len(expected) == 1 else [])

    def test_nobody_supports_it(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get("/2021/propositions/3/soutiens")
        assert "Aucune collectivité ne soutient cette proposition. Elle est 3e sur 3" in page.main
        assert page.soup.find("table") is None
        assert page.soup.find("figure") is None
        client.get("/2021/propositions/4/soutiens", 404)
        client.get("/2031/propositions/1/soutiens", 404)

    def test_they_are_read_page_by_page(self, world: World, client: PageClient, hold: Hold) -> None:
        (first,) = propositions(world.edition(), 1)
        in_the_lot = select(Collectivite.siren).where(Collectivite.departement == "46", Collectivite.kind == Kind.COMMUNE)
        communes = reading().scalars(in_the_lot.order_by(Collectivite.search_name).limit(NAMES_PAGE)).all()
        people = [world.person(siren) for siren in communes]
        give_each([world.person(OCCITANIE), *people], first)
        hold(CLOSED)
        page = client.get(PAGE)
        assert [len(those) for those in names(page).values()] == [NAMES_PAGE]
        assert "1 à 100 sur 101 collectivités" in page.main
        assert names(client.get(f"{PAGE}?page=2")) == {"Régions": ["Région Occitanie"]}
        assert names(client.get(f"{PAGE}?page=7")) == {"Régions": ["Région Occitanie"]}
        filtered = client.get(f"{PAGE}?departement=46&page=2")
        assert [len(those) for those in names(filtered).values()] == [NAMES_PAGE]

    def test_the_same_statements_for_1_and_3_supporters(self, world: World, client: PageClient, hold: Hold) -> None:
        (first,) = propositions(world.edition(), 1)
        hold(CLOSED)
        counted = []
        for sirens in ((ROCAMADOUR,), (GRAMAT, LOT)):
            give_each([world.person(siren) for siren in sirens], first)
            client.get(PAGE)
            with count_statements() as sent:
                client.get(PAGE)
            counted.append(len(sent))
        assert counted == [6, 6]


class TestTheWayToIt:
    def test_from_the_proposition_the_ranking_and_each_collectivite(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(LAST_MOMENT)
        for path in ("/2021/propositions/1", "/2021/resultats", f"/collectivites/{ROCAMADOUR}"):
            assert PAGE not in client.get(path).links().values(), path
        hold(CLOSED)
        assert client.get("/2021/propositions/1").links()["Voir qui la soutient"] == PAGE
        assert client.get("/2021/resultats").links()["Qui soutient la proposition n° 1 : 6"] == PAGE
        assert client.get(f"/collectivites/{ROCAMADOUR}").links()["qui d’autre la soutient"] == PAGE

"""Results from the second the vote closes; until then, turnout alone. Then the rules, and the command that recounts."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.ground.database import transaction
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from tests.support.commands import Operator
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, just_before, opening_of

Hold = Callable[[datetime], None]


def voted(world: World, **changed: object) -> None:
    """Three propositions: the third ahead, the first two tied by supports and by départements; one support waits."""
    first, second, third = propositions(world.edition(**changed))
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], first)
    give_each([world.person(siren) for siren in (CAUVALDOR, LOT)], second)
    give_each([world.person(siren) for siren in (ROCAMADOUR, SAINT_ETIENNE, OCCITANIE)], third)
    give_each([world.person(SAINT_ETIENNE, status=AttachmentStatus.PENDING)], second)


def table(page: Page, identity: str) -> list[list[str]]:
    """The rows of a table, as a person reads them."""
    found = page.soup.find("table", id=identity)
    assert found is not None, identity
    return [[squeezed(cell) for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")[1:]]


def shown(cell: str) -> str:
    """The number in a cell of the ranking, after the words that only a screen reader says."""
    return cell.rpartition(" : ")[2]


class TestBeforeTheClose:
    @pytest.mark.parametrize(
        "at",
        [DURING_VOTE, just_before(CLOSED), CLOSED - timedelta(microseconds=1)],
        ids=["during", "a second", "a microsecond"],
    )
    def test_until_when_it_is_secret_and_who_voted(self, world: World, client: PageClient, hold: Hold, at: datetime) -> None:
        voted(world)
        hold(at)
        page = client.get("/2021/resultats")
        assert "Les résultats paraîtront ici le 30 avril 2021 à 18 h 00 (heure de Paris)" in page.main
        assert "6 collectivités ont voté à cet instant, sur 36 242" in page.main
        assert table(page, "par-sorte")[0] == ["communes", "3", "34 875", "moins de 0,1 %"]
        assert page.soup.find("table", id="classement") is None
        assert page.soup.find("table", id="par-departement") is None
        assert "Gérer les documents" not in page.main
        assert "soutiens." not in page.main

    @pytest.mark.parametrize("secret", [True, False])
    def test_before_the_opening_nobody_has_voted(self, world: World, client: PageClient, hold: Hold, secret: bool) -> None:
        propositions(world.edition(tallies_hidden=secret))
        hold(just_before(opening_of(Stage.VOTING)))
        page = client.get("/2021/resultats")
        assert "Il ouvrira le 15 mars 2021 à 12 h 00" in page.main
        assert ("les résultats paraîtront ici à la clôture" in page.main) is secret
        assert "36 242 collectivités pourront voter" in page.main


class TestAfterTheClose:
    def test_the_ranking_with_its_ties_at_the_closing_instant(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get("/2021/resultats")
        assert "6 collectivités ont donné 7 soutiens à 3 propositions sur 3." in page.main
        rows = table(page, "classement")
        assert [(row[0], shown(row[2]), row[3]) for row in rows] == [("1", "3", "2"), ("2", "2", "1"), ("3", "2", "1")]
        assert rows[0][1] == "Ouvrir des données n° 3"
        assert "À égalité avec n° 2, avec autant de départements : la plus ancienne passe devant." in rows[1][1]

    def test_who_voted_by_kind_population_and_departement(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get("/2021/resultats/participation")
        by_kind = [
            ["communes", "3", "34 875", "moins de 0,1 %", "4"],
            ["intercommunalités", "1", "1 254", "moins de 0,1 %", "1"],
            ["départements", "1", "93", "1,1 %", "1"],
            ["régions", "1", "14", "7,1 %", "1"],
            ["collectivités à statut particulier", "0", "6", "0 %", "0"],
        ]
        assert table(page, "par-sorte") == by_kind == table(client.get("/2021/resultats"), "par-sorte")
        assert [(row[0], row[1], row[4]) for row in table(page, "par-population") if row[1] != "0"] == [
            ("de 500 à 1 999 habitants", "1", "2"),
            ("de 3 500 à 9 999 habitants", "1", "1"),
            ("de 10 000 à 49 999 habitants", "1", "1"),
            ("100 000 habitants et plus", "3", "3"),
        ]
        assert [(row[0], row[1], row[4]) for row in table(page, "par-region") if row[1] != "0"] == [
            ("Auvergne-Rhône-Alpes", "1", "1"),
            ("Occitanie", "5", "6"),
        ]
        assert len(table(page, "par-region")) == 18
        assert [(row[0], row[1], row[4]) for row in table(page, "par-departement") if row[1] != "0"] == [
            ("Loire", "1", "1"),
            ("Lot", "4", "5"),
        ]
        assert len(table(page, "par-departement")) == 101

    def test_a_tie_that_the_departements_break(self, world: World, client: PageClient, hold: Hold) -> None:
        first, second, third = propositions(world.edition())
        give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], first)
        give_each([world.person(siren) for siren in (ROCAMADOUR, SAINT_ETIENNE)], second)
        give_each([world.person(siren) for siren in (GRAMAT, LOT)], third)
        hold(CLOSED)
        rows = table(client.get("/2021/resultats"), "classement")
        assert [row[1].partition(" À")[0][-1] for row in rows] == ["2", "1", "3"]
        assert "À égalité avec n° 1 et n° 3 : départagées par le nombre de départements." in rows[0][1]
        assert "départagées par le nombre de départements ; avec n° 3, par l’ancienneté." in rows[1][1]

    def test_it_leads_to_the_data_and_the_rules(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        links = client.get("/2021/resultats").links()
        assert links["Télécharger les données du vote"] == "/2021/donnees"
        assert links["Toutes les règles"] == "/2021/regles"

    def test_once_proclaimed_each_line_says_what_was_decided(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = world.edition()
        proposals = propositions(edition)
        member = world.person(None, Role.COMMITTEE)
        give_each([world.person(ROCAMADOUR)], proposals[1])
        for proposal, outcome in zip(proposals, (Outcome.NOT_RETAINED, Outcome.RETAINED, Outcome.DEFERRED), strict=True):
            decide(member, proposal.id, outcome, reason="Une raison fictive.", at=CLOSED)
        hold(CLOSED + timedelta(days=1))
        assert "Retenue" not in client.get("/2021/resultats").main
        proclaim(member, edition.id, at=CLOSED + timedelta(days=1))
        page = client.get("/2021/resultats")
        assert "Résultat définitif, proclamé le 1er mai 2021 à 18 h 00" in page.main
        assert table(page, "classement")[0][1] == "Gérer les documents n° 2 Retenue"

    def test_an_edition_without_secret_shows_provisional_figures(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world, tallies_hidden=False)
        hold(DURING_VOTE)
        page = client.get("/2021/resultats")
        assert "Résultats provisoires" in page.main
        assert shown(table(page, "classement")[0][2]) == "3"
        assert "Recompter soi-même" not in page.main

    def test_the_same_statements_for_1_and_3_propositions(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = world.edition()
        give_each([world.person(ROCAMADOUR)], propositions(edition, 1)[0])
        hold(CLOSED)
        for _ in range(2):
            counted = []
            for path in (
                "/2021/resultats",
                "/2021/resultats",
                "/2021/resultats/participation",
                "/2021/propositions/1/soutiens",
            ):
                with count_statements() as sent:
                    client.get(path)
                counted.append(len(sent))
            assert counted == [10, 3, 2, 6], "counted, then kept"
            for proposal in propositions(edition, 2):
                give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)], proposal)

    def test_what_remains_to_be_verified_and_that_it_is_provisional_until_the_proclamation(
        self, world: World, client: PageClient, hold: Hold
    ) -> None:
        edition = world.edition()
        (first,) = propositions(edition, 1)
        waiting = [world.person(siren, status=AttachmentStatus.PENDING) for siren in (ROCAMADOUR, GRAMAT, LOT)]
        give_each(waiting, first)
        decide_attachment(waiting[2], AttachmentStatus.REFUSED)
        hold(CLOSED)
        page = client.get("/2021/resultats")
        assert "Résultat provisoire. Le vote est clos depuis le 30 avril 2021 à 18 h 00 (heure de Paris)." in page.main
        assert "2 soutiens restent à vérifier, et compteront si" in page.main
        decide_attachment(waiting[0], AttachmentStatus.VERIFIED, at=CLOSED)
        page = client.get("/2021/resultats")
        assert "1 soutien reste à vérifier, et comptera si" in page.main
        assert shown(table(page, "classement")[0][2]) == "1"
        decide_attachment(waiting[1], AttachmentStatus.VERIFIED, at=CLOSED)
        assert "Aucun soutien ne reste à vérifier" in client.get("/2021/resultats").main
        member = world.person(None, Role.COMMITTEE)
        decide(member, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED)
        proclaim(member, edition.id, at=CLOSED)
        for path in ("/2021/resultats", "/2021/resultats/participation", "/2021/propositions/1/soutiens"):
            page = client.get(path)
            assert "Résultat définitif, proclamé le 30 avril 2021 à 18 h 00 (heure de Paris)" in page.main
            assert "à vérifier" not in page.main
            assert "provisoire" not in page.main

    def test_a_long_ranking_is_read_page_by_page(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = world.edition()
        proposals = propositions(edition, 101)
        give_each([world.person(ROCAMADOUR)], proposals[-1])
        hold(CLOSED)
        page = client.get("/2021/resultats")
        rows = table(page, "classement")
        assert [row[0] for row in rows] == [str(rank) for rank in range(1, 101)]
        assert rows[0][1].endswith("n° 101")
        assert "n° 2, n° 3, n° 4, n° 5, n° 6, n° 7 et 93 autres, avec autant de départements" in rows[1][1]
        assert "1 à 100 sur 101 propositions" in page.main
        assert "1 collectivité a donné 1 soutien à 1 proposition sur 101." in page.main
        for address in ("/2021/resultats?page=2", "/2021/resultats?page=99"):
            assert [row[0] for row in table(client.get(address), "classement")] == ["101"]

    def test_a_title_corrected_since_shows_at_once(self, world: World, client: PageClient, hold: Hold) -> None:
        (first,) = propositions(world.edition(), 1)
        hold(CLOSED)
        assert "Signaler un incident" in client.get("/2021/resultats").main
        with transaction() as session:
            session.execute(update(Proposal).where(Proposal.id == first.id).values(title="Signaler une panne"))
        assert "Signaler une panne" in client.get("/2021/resultats").main


class TestParticipation:
    @pytest.mark.parametrize("secret", [True, False])
    def test_before_the_opening_it_says_when(self, world: World, client: PageClient, hold: Hold, secret: bool) -> None:
        propositions(world.edition(tallies_hidden=secret))
        hold(just_before(opening_of(Stage.VOTING)))
        assert "Il ouvrira le 15 mars 2021 à 12 h 00" in client.get("/2021/resultats/participation").main

    def test_while_the_vote_is_secret_turnout_alone(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED - timedelta(microseconds=1))
        page = client.get("/2021/resultats/participation")
        assert "6 collectivités ont voté, sur 36 242 qui le peuvent" in page.main
        assert "ces chiffres changent encore" in page.main
        assert ["Lot", "4", "322", "1,2 %"] in table(page, "par-departement")
        assert "Soutiens donnés" not in page.main
        hold(CLOSED)
        page = client.get("/2021/resultats/participation")
        assert "Soutiens donnés" in page.main
        assert "Résultat provisoire" in page.main

    def test_without_secret_the_supports_too_and_that_they_change(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world, tallies_hidden=False)
        hold(DURING_VOTE + timedelta(hours=1))
        page = client.get("/2021/resultats/participation")
        assert "Résultats provisoires" in page.main
        assert ["Occitanie", "5", "4 621", "0,1 %", "6"] in table(page, "par-region")

    def test_the_map_says_what_the_table_says(self, world: World, client: PageClient, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        page = client.get("/2021/resultats/participation")
        drawing = page.soup.select_one("#carte svg")
        assert drawing is not None
        on_the_map = [tuple(squeezed(title).split(" : ")) for title in drawing.select("path title")]
        assert sorted(on_the_map) == sorted((row[0], row[1]) for row in table(page, "par-departement"))
        assert squeezed(drawing.title) == "Carte : combien de collectivités ont voté dans chaque département"
        assert [str(path["class"]) for path in drawing.select("path") if path["class"] != ["map-0"]] == [
            "['map-1']",
            "['map-2']",
        ]
        key = [squeezed(item) for item in page.soup.select("#carte .map-key li")]
        assert key == ["aucune", "1", "4"]
        assert {"Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte"} <= {squeezed(t) for t in drawing.select("text")}
        assert page.links()["CC BY 4.0"] == "https://creativecommons.org/licenses/by/4.0/deed.fr"


class TestRules:
    def test_they_are_those_of_the_edition(self, world: World, client: PageClient, hold: Hold) -> None:
        world.edition(voter_kinds=["commune", "epci"], max_supports=3)
        hold(DURING_VOTE)
        page = client.get("/2021/regles")
        assert "Communes et intercommunalités" in page.main
        assert "Au plus 3 propositions par collectivité." in page.main
        assert "du 15 mars 2021 à 12 h 00 au 30 avril 2021 à 18 h 00" in page.main
        assert "figées depuis son ouverture" in page.main
        assert "au plus 50 % du coût" in page.main

    def test_before_the_vote_they_may_still_change(self, world: World, client: PageClient, hold: Hold) -> None:
        world.edition(tallies_hidden=False)
        hold(just_before(opening_of(Stage.VOTING)))
        page = client.get("/2021/regles")
        assert "seront figées à son ouverture" in page.main
        assert "est public pendant le vote" in page.main


class TestTally:
    @pytest.mark.parametrize("at", [DURING_VOTE, just_before(CLOSED)], ids=["during", "the last second"])
    @pytest.mark.parametrize("options", [(), ("--json",)])
    def test_it_is_refused_before_the_close(
        self, world: World, operator: Operator, hold: Hold, at: datetime, options: tuple[str, ...]
    ) -> None:
        voted(world)
        hold(at)
        ended = operator("tally", "2021", *options)
        assert (ended.code, ended.said) == (1, "")
        assert ended.errors.startswith("Les résultats sont secrets jusqu’à la fin du vote")
        assert "Ils seront publics le 30 avril 2021 à 18 h 00 (heure de Paris)." in ended.errors
        assert ended.errors.count("\n") == 1

    def test_it_recounts(self, world: World, operator: Operator, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        ended = operator("tally", "2021")
        assert ended.code == 0
        lines = [line.split() for line in ended.said.splitlines()]
        assert lines[0] == ["7", "soutiens", "de", "6", "collectivités"]
        assert [line[:5] for line in lines[2:]] == [
            ["1", "3", "2", "n°", "3"],
            ["2", "2", "1", "n°", "1"],
            ["3", "2", "1", "n°", "2"],
        ]

    def test_in_json_too(self, world: World, operator: Operator, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        said = json.loads(operator("tally", "2021", "--json").said)
        assert (said["edition"], said["collectivites"], said["supports"]) == ("2021", 6, 7)
        assert said["proposals"][1] == {
            "rank": 2,
            "number": 1,
            "title": "Signaler un incident",
            "supports": 2,
            "departements": 1,
            "tied_with": [2],
            "tie_broken_by": "number",
        }

    def test_it_says_whether_it_is_the_proclaimed_result(self, world: World, operator: Operator, hold: Hold) -> None:
        edition = world.edition()
        (first,) = propositions(edition, 1)
        member = world.person(None, Role.COMMITTEE)
        give_each([world.person(ROCAMADOUR)], first)
        decide(member, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED)
        proclaim(member, edition.id, at=CLOSED)
        hold(CLOSED)
        ended = operator("tally", "2021")
        assert (ended.code, ended.said.splitlines()[-1]) == (0, "Identique au résultat proclamé.")
        altered(first.id)
        ended = operator("tally", "2021")
        assert (ended.code, ended.errors.strip()) == (
            1,
            "Le recompte diffère du résultat proclamé pour les propositions n° 1.",
        )

    def test_an_unknown_edition(self, world: World, operator: Operator) -> None:
        world.edition()
        assert operator("tally", "2031").code == 1
        assert operator("tally").code == 2


def altered(proposal_id: int) -> None:
    """Someone with access to the base changes a frozen figure."""
    from sqlalchemy import update

    from consult.ground.database import transaction
    from consult.selection.model import Decision

    with transaction() as session:
        session.execute(update(Decision).where(Decision.proposal_id == proposal_id).values(supports=12))

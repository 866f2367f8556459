"""What would change if…: the page, and the command that does the same for an edition or for any Pabulib file."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from consult.calendar.model import Edition
from consult.ground.actor import Role
from consult.ground.database import transaction
from consult.proposals.model import Proposal
from consult.voting.results import forget
from tests.support.commands import Operator
from tests.support.page import PageClient, squeezed
from tests.support.stage_two import CLOSED, DURING_VOTE, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, just_before

Hold = Callable[[datetime], None]
ADDRESS = "/2021/resultats/autrement"
ELECTION = """META
key;value
description;Essai
num_projects;3
num_votes;3
budget;2
vote_type;approval
PROJECTS
project_id;cost;name
12;1;"Une école; un préau"
7;1;Une halle
9;2;Un pont
VOTES
voter_id;departement;population_stratum;population;vote
1;46;lt500;200;12
2;46;lt2000;900;12,9
3;75;ge100000;200000;7
"""


def voted(world: World, count: int = 2) -> Edition:
    """The first proposition has the small behind it, the second the numerous; nothing waits."""
    edition = world.edition(envelope=Decimal(100))
    first, second, *_ = propositions(edition, count)
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, CAUVALDOR)], first)
    give_each([world.person(siren) for siren in (OCCITANIE, SAINT_ETIENNE)], second)
    return edition


def proclaimed(edition: Edition) -> None:
    with transaction() as session:
        session.execute(update(Edition).where(Edition.id == edition.id).values(proclaimed_at=CLOSED + timedelta(days=1)))


def comparison(client: PageClient) -> list[list[str]]:
    """The lines of the table, its headers first, as a person reads them."""
    found = client.get(ADDRESS).soup.find("table", id="comparaison")
    assert found is not None
    return [[squeezed(cell) for cell in row.find_all(["th", "td"])] for row in found.find_all("tr")]


class TestThePage:
    def test_each_rule_beside_the_ranking_that_decides(self, world: World, client: PageClient, hold: Hold) -> None:
        proclaimed(voted(world))
        hold(CLOSED + timedelta(days=2))
        assert comparison(client) == [
            ["Rang au vote", "Proposition", "Soutiens", "Tranches", "Départements", "Habitants"],
            ["1", "Signaler un incident n° 1", "3", "1", "1", "2 ▼ 1 (1 rang plus bas)"],
            ["2", "Gérer les documents n° 2", "2", "2", "2", "1 ▲ 1 (1 rang plus haut)"],
        ]
        page = client.get(ADDRESS)
        assert "Les deux dernières règles demandent une enveloppe et le coût" in page.main
        assert "Le classement Qui a voté Ce qui changerait si…" in page.main

    def test_with_costs_and_an_envelope_what_is_funded(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = voted(world)
        proclaimed(edition)
        with transaction() as session:
            session.execute(update(Proposal).where(Proposal.edition_id == edition.id).values(cost=Decimal(60)))
        hold(CLOSED + timedelta(days=2))
        heads, first, second = comparison(client)
        assert heads[-2:] == ["Enveloppe", "Parts égales"]
        assert first[-2:] == ["1", "1"]
        assert second[-2:] == ["non financée", "non financée"]
        assert "Les deux dernières règles demandent" not in client.get(ADDRESS).main

    @pytest.mark.parametrize("role", [None, *Role])
    def test_before_the_proclamation_it_is_the_committee_s(
        self, world: World, client: PageClient, hold: Hold, role: Role | None
    ) -> None:
        voted(world)
        who = world.person(None, *([role] if role else []))
        client.sign_in(who, strong=True)
        hold(CLOSED)
        page = client.get(ADDRESS, status=200 if role is Role.COMMITTEE else 409)
        assert ("La sélection n’est pas encore proclamée" in page.main) is (role is not Role.COMMITTEE)
        if role is Role.COMMITTEE:
            assert "Voir ce qui changerait selon d’autres règles" in client.get("/comite/2021/").main

    @pytest.mark.parametrize("at", [DURING_VOTE, just_before(CLOSED)], ids=["during", "the last second"])
    def test_before_the_close_it_is_nobody_s(self, world: World, client: PageClient, hold: Hold, at: datetime) -> None:
        voted(world)
        client.sign_in(world.person(None, Role.COMMITTEE), strong=True)
        hold(at)
        assert "Le vote n’est pas terminé" in client.get(ADDRESS, status=409).main

    def test_nobody_voted(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = world.edition()
        propositions(edition, 1)
        proclaimed(edition)
        hold(CLOSED + timedelta(days=2))
        assert "il n’y a rien à comparer" in client.get(ADDRESS).main

    def test_the_same_statements_for_2_and_5_propositions(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = voted(world)
        proclaimed(edition)
        hold(CLOSED + timedelta(days=2))
        counted = []
        for _ in range(2):
            forget()
            for _ in ("counted", "kept"):
                with count_statements() as sent:
                    client.get(ADDRESS)
                counted.append(len(sent))
            propositions(edition, 3)
        assert counted == [12, 4, 12, 4]

    def test_what_is_kept_goes_with_the_result_and_the_costs(self, world: World, client: PageClient, hold: Hold) -> None:
        edition = voted(world)
        proclaimed(edition)
        hold(CLOSED + timedelta(days=2))
        assert comparison(client)[0][-1] == "Habitants"
        with transaction() as session:
            session.execute(update(Proposal).where(Proposal.edition_id == edition.id).values(cost=Decimal(60)))
        assert comparison(client)[0][-1] == "Parts égales"
        with transaction() as session:
            session.execute(update(Proposal).where(Proposal.number == 1).values(title="Un titre corrigé"))
        assert comparison(client)[1][1] == "Un titre corrigé n° 1"


class TestTheCommand:
    def test_an_edition(self, world: World, operator: Operator, hold: Hold) -> None:
        voted(world)
        hold(CLOSED)
        lines = [line.split()[:6] for line in operator("compare", "2021").said.splitlines()]
        assert lines[0] == ["rang", "soutiens", "tranches", "départements", "habitants", "proposition"]
        assert lines[1:] == [["1", "3", "1", "1", "2", "1"], ["2", "2", "2", "2", "1", "2"]]

    def test_an_edition_is_secret_before_the_close(self, world: World, operator: Operator, hold: Hold) -> None:
        voted(world)
        hold(just_before(CLOSED))
        ended = operator("compare", "2021")
        assert (ended.code, ended.said) == (1, "")
        assert ended.errors.startswith("Les résultats sont secrets")

    def test_no_such_edition(self, operator: Operator) -> None:
        ended = operator("compare", "2035")
        assert (ended.code, ended.errors) == (1, "Aucune édition « 2035 ».\n")


@pytest.mark.usefixtures("app")
class TestAnyElection:
    @pytest.fixture
    def engine(self) -> str:
        """A file knows no base."""
        return "sqlite"

    def test_by_every_rule_that_the_file_allows(self, operator: Operator, tmp_path: Path) -> None:
        (tmp_path / "une.pb").write_text(ELECTION, encoding="utf-8")
        said = json.loads(operator("compare", "--json", str(tmp_path / "une.pb")).said)
        assert said == {
            "decisive": [
                {"proposal": "12", "supports": 2},
                {"proposal": "7", "supports": 1},
                {"proposal": "9", "supports": 1},
            ],
            "rules": {
                "strata": ["12", "7", "9"],
                "departements": ["12", "7", "9"],
                "population": ["7", "12", "9"],
                "greedy": ["12", "7"],
                "equal_shares": ["12", "7"],
            },
        }
        assert "12 Une école; un préau" in operator("compare", str(tmp_path / "une.pb")).said

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "n’est pas au format Pabulib"),
            (b"x", "n’est pas au format Pabulib"),
            (ELECTION.replace("12,9", "12,404").encode(), "ligne 16 : ce bulletin nomme le projet « 404 »"),
            (ELECTION.replace("approval", "ordinal").encode(), "les votes sont de la sorte « ordinal »"),
            (ELECTION.replace("approval", "autre").encode(), "les votes sont de la sorte « autre »"),
            (ELECTION.encode("latin-1"), "n’est pas en UTF-8"),
        ],
        ids=["empty", "nothing", "unknown project", "ordinal", "unknown vote", "latin-1"],
    )
    def test_what_cannot_be_read_is_said_in_one_line(
        self, operator: Operator, tmp_path: Path, content: bytes, said: str
    ) -> None:
        (tmp_path / "une.pb").write_bytes(content)
        ended = operator("compare", str(tmp_path / "une.pb"))
        assert ended.code == 1
        assert said in ended.errors
        assert ended.errors.count("\n") == 1

    def test_a_file_that_is_not_there(self, operator: Operator, tmp_path: Path) -> None:
        assert operator("compare", str(tmp_path / "rien.pb")).errors == f"{tmp_path / 'rien.pb'} n’existe pas.\n"

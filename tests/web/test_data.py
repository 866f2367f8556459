"""Open data on the site: the page that describes the files, and the files as they are served."""

from datetime import datetime
from pathlib import Path

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.opendata.rules import OF_THE_VOTE
from consult.opendata.schema import FILES
from consult.voting.actions import give_support
from tests.support import stage_one
from tests.support.commands import Operator
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during, just_before

CLOSE = closing_of(Stage.VOTING)


@pytest.fixture
def edition(world: World) -> Edition:
    edition = world.edition()
    agent = world.person(ROCAMADOUR)
    need = stage_one.need(agent, edition, title="Écrire « à la main », encore")
    found = stage_one.proposal(edition)
    stage_one.group(need, found)
    give_support(agent, found.id, at=during(Stage.VOTING))
    return edition


@pytest.mark.parametrize(
    ("at", "words"),
    [
        pytest.param(just_before(CLOSE), "ce fichier paraîtra le 30 avril 2021 à 18 h 00", id="one second before the close"),
        pytest.param(CLOSE, "Télécharger supports.csv 1 ligne", id="at the close"),
    ],
)
def test_the_page_says_what_each_file_holds(client: PageClient, edition: Edition, hold, at: datetime, words: str) -> None:
    hold(at)
    page = client.get("/2021/donnees")
    assert words in page.main
    assert "Licence Ouverte 2.0" in page.main
    for file in FILES.values():
        assert {cell.get_text() for cell in page.soup.select(f"#colonnes-{file.name} tbody th")} == set(file.headers)


def test_a_file_is_served_to_be_kept(client: PageClient, edition: Edition, hold) -> None:
    hold(during(Stage.VOTING))
    answer = client.http.get("/2021/donnees/contributions.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''2021-contributions.csv"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    text = answer.get_data().decode("utf-8")
    assert text.startswith("number,type,title,")
    assert text.split("\r\n")[1].startswith('1,need,"Écrire « à la main », encore",')


@pytest.mark.parametrize(
    ("at", "status"),
    [
        pytest.param(just_before(CLOSE), 409, id="one second before the close"),
        pytest.param(CLOSE, 200, id="at the close"),
    ],
)
def test_the_ballot_file_waits_for_the_close_whoever_asks(
    client: PageClient, world: World, edition: Edition, hold, at: datetime, status: int
) -> None:
    hold(at)
    readers: list[Actor | None] = [None, world.person(GRAMAT), world.person(None, *Role)]
    for actor in readers:
        reader = PageClient(client.app)
        reader = reader.sign_in(actor) if actor else reader
        for file in ("supports.csv", "vote_journal.csv", "2021.pb"):
            answer = reader.http.get(f"/2021/donnees/{file}")
            assert answer.status_code == status, file
            assert (ROCAMADOUR in answer.get_data(as_text=True)) is (status == 200), file


def test_a_support_shows_in_the_propositions_file_at_the_close_only(client: PageClient, edition: Edition, hold) -> None:
    hold(just_before(CLOSE))
    record = client.http.get("/2021/donnees/proposals.csv").get_data(as_text=True).split("\r\n")[1]
    assert record.endswith(",1,,,,,http://127.0.0.1:8000/2021/propositions/1,,,,,")
    hold(CLOSE)
    record = client.http.get("/2021/donnees/proposals.csv").get_data(as_text=True).split("\r\n")[1]
    assert record.endswith(",1,1,1,,,http://127.0.0.1:8000/2021/propositions/1,,,,,")


def test_unknown_files_and_editions(client: PageClient, edition: Edition) -> None:
    client.get("/2021/donnees/people.csv", 404)
    client.get("/2021/donnees/..%2Fcontributions.csv", 404)
    client.get("/2031/donnees", 404)
    client.get("/2031/donnees/contributions.csv", 404)


def test_the_page_costs_the_same_with_one_and_with_three(client: PageClient, world: World, edition: Edition, hold) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get("/2021/donnees")
        return len(sent)

    hold(CLOSE)
    one = cost()
    for _ in range(2):
        stage_one.need(world.person(GRAMAT), edition)
    assert cost() == one == 2  # the edition, the sizes


def test_the_command_writes_the_same_bytes(
    client: PageClient, edition: Edition, hold, operator: Operator, tmp_path: Path
) -> None:
    ended = operator("export", "2021", "--to", str(tmp_path / "données"), CONSULT_NOW=CLOSE.isoformat())
    assert (ended.code, ended.errors) == (0, "")
    assert "contributions.csv : 1 ligne\n" in ended.said
    hold(CLOSE)
    written = {file.name: file.read_bytes() for file in (tmp_path / "données").iterdir()}
    served = {f"{name}.csv": client.http.get(f"/2021/donnees/{name}.csv").get_data() for name in FILES}
    assert written == served | {"pabulib.pb": client.http.get("/2021/donnees/2021.pb").get_data()}


def test_the_command_leaves_the_ballot_file_out_before_the_close(edition: Edition, operator: Operator, tmp_path: Path) -> None:
    ended = operator("export", "2021", "--to", str(tmp_path), CONSULT_NOW=just_before(CLOSE).isoformat())
    assert ended.code == 0
    assert "supports.csv : secret jusqu’à la clôture du vote, non écrit" in ended.said
    assert {file.name for file in tmp_path.iterdir()} == {f"{name}.csv" for name in FILES if name not in OF_THE_VOTE}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(["2031", "--to", "ici"], 1, "Aucune édition « 2031 ».", id="an unknown edition"),
        pytest.param(["2021"], 2, "--to", id="no folder"),
        pytest.param(["2021", "--to", "/dev/null/ici"], 1, "/dev/null/ici", id="a folder that cannot be"),
    ],
)
def test_a_command_that_cannot_says_why_in_one_line(
    edition: Edition, operator: Operator, arguments: list[str], code: int, words: str
) -> None:
    ended = operator("export", *arguments)
    assert ended.code == code
    assert words in ended.errors
    assert code == 2 or ended.errors.count("\n") == 1

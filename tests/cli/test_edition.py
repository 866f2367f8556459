"""`consult edition create`: an edition from a file, or one line that says what is wrong in it."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from consult.calendar import queries
from consult.calendar.model import Theme
from consult.calendar.rules import Stage
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.triage.model import Scheme
from tests.architecture.sources import ROOT
from tests.support.commands import Operator
from tests.support.world import World

EXAMPLE = ROOT / "consult" / "demo" / "edition-2021.toml"


def test_the_example_is_the_edition_of_2021_as_first_announced(world: World, operator: Operator) -> None:
    ended = operator("edition", "create", str(EXAMPLE))
    assert (ended.code, ended.errors) == (0, "")
    assert ended.said.splitlines()[0] == "Édition 2021 : /2021/, 14 thèmes, 8 guichets"
    calendar = queries.edition("2021").calendar
    assert calendar.window(Stage.NEEDS).opens_at == paris(2021, 1, 25, 9)
    assert calendar.window(Stage.VOTING).closes_at == calendar.window(Stage.INTERESTS).opens_at == paris(2021, 4, 15, 18)
    assert calendar.window(Stage.TRACKING).opens_at == paris(2021, 6, 1)
    assert reading().scalar(select(func.count()).select_from(Theme)) == 14
    assert reading().scalar(select(func.count()).select_from(Scheme)) == 8


def test_twice_is_one_line(world: World, operator: Operator) -> None:
    operator("edition", "create", str(EXAMPLE))
    ended = operator("edition", "create", str(EXAMPLE))
    assert ended.code == 1
    assert "l’édition « 2021 » existe déjà" in ended.errors
    assert ended.errors.count("\n") == 1


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        pytest.param('slug = "2021"', 'slug = "edition"', "slug « edition »", id="a slug that is no address"),
        pytest.param('"commune", "epci"', '"village"', "village", id="an unknown kind of voter"),
        pytest.param('slug = "citoyennete"', 'slug = "inclusion-numerique"', "deux thèmes", id="the same theme twice"),
        pytest.param(
            "opens = 2021-01-25T09:00:00", "opens = 2021-13-25T09:00:00", "n’est pas un fichier TOML", id="a month 13"
        ),
        pytest.param("opens = 2021-01-25T09:00:00", 'opens = "hier"', "« hier »", id="words for a date"),
        pytest.param(
            "closes = 2021-03-15T12:00:00", "closes = 2021-03-28T02:30:00", "n’existe pas", id="the hour that does not exist"
        ),
        pytest.param("closes = 2021-04-15T18:00:00", "closes = 2021-04-16T18:00:00", "empiètent", id="windows that overlap"),
        pytest.param('title = "Édition 2021"', "", "title", id="no title"),
        pytest.param("tallies_hidden = true", 'instruction = "personne"', "« personne »", id="an unknown answer"),
    ],
)
def test_a_wrong_file_is_refused_whole(
    world: World, operator: Operator, tmp_path: Path, old: str, new: str, words: str
) -> None:
    text = EXAMPLE.read_text("utf-8")
    assert old in text
    file = tmp_path / "edition.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    ended = operator("edition", "create", str(file))
    assert ended.code == 1
    assert words in ended.errors
    assert ended.errors.count("\n") == 1
    assert queries.latest_edition() is None


def test_a_file_that_is_not_there_is_wrong_usage(operator: Operator) -> None:
    assert operator("edition", "create", "absent.toml").code == 2

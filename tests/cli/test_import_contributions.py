"""`consult import contributions`: what an operator reads of a file that is tried, taken, taken again, refused."""

from pathlib import Path

import pytest

from tests.support.commands import Operator
from tests.support.stage_one import DURING_NEEDS
from tests.support.world import World

FILE = "id;title/fr;body/fr;category/name/fr;url\n3;Des vélos;<p>Un atelier.</p>;Santé;https://ailleurs.exemple.fr/3\n"
READ = "Fichier : export Decidim, encodage utf-8, séparateur « ; », source ailleurs.exemple.fr\n"
THEMES = "Sans thème dans cette édition : « Santé », 1 contribution\n"


@pytest.fixture(autouse=True)
def _edition(world: World, hold) -> None:
    world.edition()
    hold(DURING_NEEDS)


def written(folder: Path, content: str) -> str:
    path = folder / "export.csv"
    path.write_text(content, "utf-8")
    return str(path)


def test_a_file_is_tried_taken_and_taken_once(operator: Operator, tmp_path: Path) -> None:
    path = written(tmp_path, FILE)
    tried = operator("import", "contributions", "2021", path, "--dry-run")
    assert (tried.code, tried.errors) == (0, "")
    assert tried.said == (
        f"{READ}1 contribution à importer, 0 déjà là\nNuméros 1 à 1\n"
        f"  ligne 2 : Des vélos · Participant anonyme · sans thème\n{THEMES}Rien n’a été écrit : c’était un essai.\n"
    )
    taken = operator("import", "contributions", "2021", path, "--default-theme", "mobilite-transports")
    assert taken.said == f"{READ}1 contribution importée, 0 déjà là\nNuméros 1 à 1\n"
    assert operator("import", "contributions", "2021", path).said == f"{READ}0 contribution importée, 1 déjà là\n{THEMES}"


def test_a_refused_file_says_every_line(operator: Operator, tmp_path: Path) -> None:
    path = written(tmp_path, FILE + "3;;x;;\n")
    refused = operator("import", "contributions", "2021", path)
    assert (refused.code, refused.said) == (1, "")
    assert refused.errors == (
        f"{path} refusé, rien n’a changé :\n"
        "  ligne 3, colonne id : « 3 » est déjà à la ligne 2\n"
        "  ligne 3, colonne title/fr : le titre est vide\n"
    )


def test_a_file_that_is_not_there_and_an_edition_that_is_not(operator: Operator, tmp_path: Path) -> None:
    missing = operator("import", "contributions", "2021", str(tmp_path / "rien.csv"))
    assert (missing.code, missing.errors) == (1, f"{tmp_path / 'rien.csv'} n’existe pas.\n")
    assert operator("import", "contributions", "1999", written(tmp_path, FILE)).code == 1
    assert operator("import", "contributions").code == 2

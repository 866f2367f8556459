"""`consult register load|find`: what an operator reads, and one clear line when something is wrong."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from consult.register import queries
from consult.voting.actions import give_support
from consult.web.context import settings
from tests.register.conftest import bases, empty  # noqa: F401 - a base whose register may be changed
from tests.register.samples import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, lines, written
from tests.support.commands import Ended, Operator
from tests.support.stage_two import DURING_VOTE, propositions
from tests.support.vintages import ALVIGNAC, BEFORE, MIERS, PADIRAC, merged, siren, without
from tests.support.world import World


@pytest.fixture
def alone(empty: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Operator:  # noqa: F811
    """Runs commands on a base that knows nobody."""
    return Operator(settings(), monkeypatch, capsys)


def test_a_loading_says_how_many_of_each_kind(alone: Operator, tmp_path: Path) -> None:
    ended = alone("register", "load", str(written(tmp_path)))
    assert (ended.code, ended.errors) == (0, "")
    assert ended.said.splitlines() == [
        "Registre, millésime 2026 :",
        "         2  communes",
        "         1  intercommunalité",
        "         1  département",
        "         1  région",
        "         5  apparues : Communauté de communes Causses et Vallée de la Dordogne (Lot), Rocamadour (Lot), "
        "Gramat (Lot), Département du Lot, Région Occitanie",
    ]


def test_a_second_loading_says_that_nothing_changed(alone: Operator, tmp_path: Path) -> None:
    path = str(written(tmp_path))
    alone("register", "load", path)
    ended = alone("register", "load", path)
    assert ended.code == 0
    assert ended.said.splitlines()[-1] == "Inchangé."


def test_a_loading_says_what_changed(alone: Operator, tmp_path: Path) -> None:
    alone("register", "load", str(written(tmp_path)))
    changed = (CAUVALDOR, replace(GRAMAT, population=3_000), LOT, OCCITANIE)
    ended = alone("register", "load", str(written(tmp_path, changed)))
    assert ended.said.splitlines()[-4:] == [
        "         1  modifiée : Gramat (Lot)",
        "         1  disparue (elle reste lisible) : Rocamadour (Lot)",
        "         1  sans successeur connu ; « consult register succeed » le dit :",
        f"            {ROCAMADOUR.siren}  Rocamadour (Lot)",
    ]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda text: text[:-10], "ligne 6 : le fichier est tronqué"),
        (lambda text: text.replace("insee", "code", 1), "ligne 1 : colonne 'code' au lieu de 'insee'"),
        (lambda text: text.replace(ROCAMADOUR.siren, "214602402"), "ligne 3 : SIREN impossible : '214602402'"),
        (lambda text: text.replace("commune,,Gramat", "village,,Gramat"), "ligne 4 : nature inconnue : 'village'"),
    ],
)
def test_a_wrong_file_is_refused_in_one_line(alone: Operator, tmp_path: Path, damage, said: str) -> None:
    path = tmp_path / "register.csv"
    path.write_text(damage("".join(f"{line}\n" for line in lines())))
    assert alone("register", "load", str(path)) == Ended(1, "", f"{path} refusé, rien n’a changé : {said}\n")
    assert queries.counts_by_kind() == {}


@pytest.mark.parametrize(("name", "why"), [("none.csv", "n’existe pas"), ("", "est un dossier")])
def test_a_file_that_cannot_be_read_is_said_in_one_line(operator: Operator, tmp_path: Path, name: str, why: str) -> None:
    path = tmp_path / name
    assert operator("register", "load", str(path)) == Ended(1, "", f"{path} {why}.\n")


def test_without_a_file_the_shipped_register_is_loaded(operator: Operator) -> None:
    ended = operator("register", "load")
    assert ended.code == 0
    assert "    34\u202f875  communes" in ended.said
    assert ended.said.endswith("Inchangé.\n")


def test_a_search_gives_the_siren_the_departement_and_the_kind(operator: Operator) -> None:
    ended = operator("register", "find", "saint", "etienne", "--limit", "2")
    assert (ended.code, ended.errors) == (0, "")
    assert ended.said.splitlines() == [
        "214202186  Saint-Étienne (Loire) · commune · 173\u202f136 habitants",
        "244200770  Saint-Étienne Métropole (Loire) · métropole · 408\u202f391 habitants",
    ]


def test_a_search_that_finds_nobody_fails_in_one_line(operator: Operator) -> None:
    assert operator("register", "find", "zzzz") == Ended(1, "", "Aucune collectivité ne correspond à « zzzz ».\n")


def test_a_search_without_words_is_a_wrong_usage(operator: Operator) -> None:
    assert operator("register", "find").code == 2


def test_a_new_vintage_says_who_succeeds_whom_and_what_follows(alone: Operator, empty: Flask, tmp_path: Path) -> None:  # noqa: F811
    alone("register", "load", str(written(tmp_path, BEFORE)))
    world = World(empty)
    edition = world.edition()
    proposal = propositions(edition)[0]
    for row in (GRAMAT, MIERS):
        give_support(world.person(row.siren), proposal.id, at=DURING_VOTE)
    after = (
        *without(BEFORE, GRAMAT, MIERS, PADIRAC),
        merged(replace(GRAMAT, siren=siren(20009000), name="Gramat"), GRAMAT, MIERS),
    )
    path = str(written(tmp_path, after))
    told = [
        "         1  apparue : Gramat (Lot)",
        "         3  disparues (elles restent lisibles) : Gramat (Lot), Miers (Lot), Padirac (Lot)",
        "         2  successions :",
        "            Gramat (Lot) → Gramat (Lot)",
        "            Miers (Lot) → Gramat (Lot)",
        "         1  sans successeur connu ; « consult register succeed » le dit :",
        f"            {PADIRAC.siren}  Padirac (Lot)",
        "         2  rattachements terminés",
        "         1  vote où des voix sont réunies (le détail est secret jusqu’à la clôture)",
    ]
    now = DURING_VOTE.isoformat()
    tried = alone("register", "load", "--dry-run", path, CONSULT_NOW=now)
    assert (tried.code, tried.errors) == (0, "")
    assert sorted(tried.said.splitlines()[5:]) == sorted([*told, "Rien n’a été écrit : c’était un essai."])
    assert queries.get(GRAMAT.siren).is_current
    done = alone("register", "load", path, CONSULT_NOW=now)
    assert (done.code, sorted(done.said.splitlines()[5:])) == (0, sorted(told))
    assert alone("register", "load", path, CONSULT_NOW=now).said.splitlines()[-1] == "Inchangé."
    said = alone("register", "succeed", PADIRAC.siren, ALVIGNAC.siren, "--reason", "Arrêté du 3 janvier.", CONSULT_NOW=now)
    assert (said.code, said.said) == (0, "         1  succession :\n            Padirac (Lot) → Alvignac (Lot)\n")


@pytest.mark.parametrize(
    ("old", "new", "reason", "code", "said"),
    [
        (ROCAMADOUR.siren, GRAMAT.siren, "Parce que.", 1, "Cette collectivité existe toujours."),
        (ROCAMADOUR.siren, "214602409", "Parce que.", 1, "Aucune collectivité n’a le SIREN '214602409'."),
    ],
)
def test_a_succession_that_cannot_be_is_refused_in_one_line(
    alone: Operator, tmp_path: Path, old: str, new: str, reason: str, code: int, said: str
) -> None:
    alone("register", "load", str(written(tmp_path)))
    ended = alone("register", "succeed", old, new, "--reason", reason)
    assert (ended.code, ended.said) == (code, "")
    assert ended.errors.startswith(said)
    assert ended.errors.count("\n") == 1
    assert alone("register", "succeed", old, new).code == 2, "it takes a reason"


def test_progress_is_shown_to_whoever_watches(capsys: pytest.CaptureFixture[str]) -> None:
    from consult.cli.register import _show

    for done in (0, 50, 100):
        _show(done, 100)
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == "\rChargement du registre : 0 %\rChargement du registre : 50 %\rChargement du registre : 100 %\n"


def test_one_that_ended_is_found_with_its_successor(alone: Operator, tmp_path: Path) -> None:
    alone("register", "load", str(written(tmp_path, BEFORE)))
    alone("register", "load", str(written(tmp_path, (*without(BEFORE, MIERS, ALVIGNAC), merged(ALVIGNAC, MIERS)))))
    ended = alone("register", "find", "miers")
    assert (ended.code, ended.errors) == (0, "")
    (line,) = ended.said.splitlines()
    assert line.startswith(f"{MIERS.siren}  Miers (Lot) · Commune absorbée en ")
    assert line.endswith(f" par Alvignac (Lot), {ALVIGNAC.siren}")

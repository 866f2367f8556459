"""`consult register domains|mailboxes`: what an operator reads of a file that is taken, and of one that is not."""

from pathlib import Path

import pytest

from consult.accounts.domains.queries import known_domain
from consult.accounts.mailboxes.queries import mailbox_of
from tests.support.commands import Ended, Operator
from tests.support.world import GRAMAT, ROCAMADOUR

DOMAINS = f"domain,siren\nrocamadour.exemple,{ROCAMADOUR}\ngramat.exemple,{GRAMAT}\n"
MAILBOXES = f"siren,email\n{ROCAMADOUR},mairie@wanadoo.invalid\n{GRAMAT},mairie@orange.invalid\n"


def written(folder: Path, content: str, encoding: str = "utf-8") -> str:
    path = folder / "fichier.csv"
    path.write_text(content, encoding)
    return str(path)


def test_domains_are_added_and_twice_is_once(operator: Operator, tmp_path: Path) -> None:
    path = written(tmp_path, DOMAINS)
    assert operator("register", "domains", path) == Ended(0, "Domaines : 2 ajoutés, 0 déjà connu.\n", "")
    assert operator("register", "domains", path) == Ended(0, "Domaines : 0 ajouté, 2 déjà connus.\n", "")
    assert known_domain("rocamadour.exemple").note == "Fichier fichier.csv"


def test_mailboxes_are_brought_to_the_file(operator: Operator, tmp_path: Path) -> None:
    said = "Boîtes officielles : 2 ajoutées, 0 modifiée, 0 inchangée.\n"
    assert operator("register", "mailboxes", written(tmp_path, MAILBOXES)) == Ended(0, said, "")
    said = "Boîtes officielles : 0 ajoutée, 1 modifiée, 1 inchangée.\n"
    newer = MAILBOXES.replace("wanadoo", "laposte").replace(",", ";")
    assert operator("register", "mailboxes", written(tmp_path, newer, "utf-8-sig")) == Ended(0, said, "")
    assert mailbox_of(ROCAMADOUR) == "m…@laposte.invalid"


@pytest.mark.parametrize(
    ("command", "content", "faults"),
    [
        ("domains", f"{DOMAINS}orange.fr,{GRAMAT}\n=1+1,12\n", [
            "ligne 4 : « orange.fr » est ouvert à tous : une adresse là ne prouve rien",
            "ligne 5 : le SIREN « 12 » n’est pas au registre",
            "ligne 5 : « =1+1 » n’est pas un domaine",
        ]),
        ("mailboxes", f"{MAILBOXES}{GRAMAT},personne.fictive\n214602402,a@b.invalid\n", [
            "ligne 4 : ce n’est pas une adresse de courriel",
            "ligne 5 : le SIREN « 214602402 » n’est pas au registre",
        ]),
        ("domains", "", ["ligne 1 : le fichier est vide"]),
        ("mailboxes", DOMAINS, ["ligne 1 : les titres des colonnes doivent être « siren,email », et non « domain,siren »"]),
    ],
)  # fmt: skip
def test_every_fault_is_said_and_nothing_changes(
    operator: Operator, tmp_path: Path, command: str, content: str, faults: list[str]
) -> None:
    path = written(tmp_path, content)
    said = "".join(f"  {fault}\n" for fault in faults)
    assert operator("register", command, path) == Ended(1, "", f"{path} refusé, rien n’a changé :\n{said}")
    assert mailbox_of(ROCAMADOUR) is None


def test_a_file_of_another_encoding_says_how_to_save_it(operator: Operator, tmp_path: Path) -> None:
    path = written(tmp_path, f"{DOMAINS}évry.exemple,{GRAMAT}\n", "cp1252")
    ended = operator("register", "domains", path)
    assert ended.code == 1
    assert "ligne 4 : cette ligne n’est pas en UTF-8 ; enregistrez le fichier au format « CSV UTF-8 »" in ended.errors


@pytest.mark.parametrize("command", ["domains", "mailboxes"])
@pytest.mark.parametrize(("name", "why"), [("none.csv", "n’existe pas"), ("", "est un dossier")])
def test_a_file_that_cannot_be_read_is_said_in_one_line(
    operator: Operator, tmp_path: Path, command: str, name: str, why: str
) -> None:
    path = tmp_path / name
    assert operator("register", command, str(path)) == Ended(1, "", f"{path} {why}.\n")

"""`consult verify` and `pabulib.pb`: where the file for researchers says otherwise than the ballots, it is found."""

from datetime import timedelta
from pathlib import Path

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.opendata import pabulib
from consult.opendata.evidence import UnusableExportError
from consult.opendata.reading import Asked
from consult.opendata.recount import recount
from consult.voting.actions import give_support
from tests.register.samples import GRAMAT, ROCAMADOUR
from tests.support.journal import export
from tests.support.stage_two import CLOSED, DURING_VOTE, fresh, propositions
from tests.support.vintages import BEFORE, CAHORS, FIGEAC, MIERS, bring, merged, without
from tests.support.world import World
from tests.voting.test_verify import decide_all

AFTER = CLOSED + timedelta(hours=2)
INTO_GRAMAT = (*without(BEFORE, GRAMAT, MIERS), merged(GRAMAT, MIERS))


def exported(edition: Edition, folder: Path) -> Path:
    """The export as the command writes it, with the file for researchers."""
    export(edition, folder, at=AFTER)
    text = "".join(pabulib.election(Asked(fresh(edition), AFTER, "https://consultation.exemple.fr")))
    (folder / "pabulib.pb").write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def voted(small: World, tmp_path: Path) -> Edition:
    """Four collectivités, one of which joins another during the vote, and one that is never verified."""
    edition = small.edition()
    first, second, _ = propositions(edition)
    for siren, proposals in (
        (ROCAMADOUR.siren, (first, second)),
        (GRAMAT.siren, (first,)),
        (MIERS.siren, (first, second)),
        (CAHORS.siren, (second,)),
    ):
        for proposal in proposals:
            give_support(small.person(siren), proposal.id, at=DURING_VOTE)
    give_support(small.person(FIGEAC.siren, status=AttachmentStatus.PENDING), first.id, at=DURING_VOTE)
    bring(tmp_path, INTO_GRAMAT, at=DURING_VOTE + timedelta(hours=1))
    return edition


def faults(folder: Path) -> str:
    return "\n".join(map(str, recount(folder).faults))


def test_as_it_was_exported_it_says_the_same(voted: Edition, small: World, tmp_path: Path) -> None:
    assert faults(exported(voted, tmp_path / "closed")) == ""
    decide_all(small, voted)
    assert faults(exported(voted, tmp_path / "proclaimed")) == ""


def test_each_line_altered_removed_doubled_or_swapped_is_found(voted: Edition, small: World, tmp_path: Path) -> None:
    decide_all(small, voted)
    folder = exported(voted, tmp_path / "export")
    lines = (folder / "pabulib.pb").read_text("utf-8").split("\n")[:-1]
    start = lines.index("PROJECTS")
    assert len(lines) > start + 8

    def said(changed: list[str]) -> str:
        (folder / "pabulib.pb").write_text("".join(f"{line}\n" for line in changed), encoding="utf-8", newline="")
        return faults(folder)

    for rank in range(len(lines)):
        before, line, after = lines[:rank], lines[rank], lines[rank + 1 :]
        assert "pabulib.pb" in said([*before, *after]), line
        assert "pabulib.pb" in said([*before, line, line, *after]), line
        if ";" in line and not line.startswith(("key", "project_id", "voter_id")):
            cells = line.split(";")
            # What a proposition would cost, who follows whom, the title and the dates of the edition are in no other file.
            answered = {0} if rank < start else {0, 2, 3, 4} if rank < lines.index("VOTES") else {1, 2, 3, 4}
            unproven = ("description", "date_begin", "date_end", "max_length", "comment")
            answered |= {1} if rank < start and cells[0] not in unproven else set()
            for column in answered:
                other = str(int(cells[column]) + 1) if cells[column].isdigit() else f"{cells[column]}x"
                altered = ";".join([*cells[:column], other, *cells[column + 1 :]])
                assert "pabulib.pb" in said([*before, altered, *after]), altered
    votes = lines.index("VOTES") + 2
    assert "n’est pas à sa place" in said([*lines[:votes], lines[votes + 1], lines[votes], *lines[votes + 2 :]])


@pytest.mark.parametrize(
    ("added", "what"),
    [
        ("", "cette ligne est vide"),
        (";", "2 colonnes au lieu de 6"),
        (f"{GRAMAT.siren}", "1 colonne au lieu de 6"),
        ("999999999;1;commune;46;lt2000;900", "« 999999999 » n’est pas un SIREN"),
        (f"{GRAMAT.siren};1;commune;46;lt500;900", "« 900 » habitants, ce n’est pas dans la tranche « lt500 »"),
        (f"{GRAMAT.siren};1;commune;46;lt500;beaucoup", "« beaucoup » habitants"),
    ],
)
def test_what_no_voter_can_be_is_said_of_its_line(voted: Edition, tmp_path: Path, added: str, what: str) -> None:
    folder = exported(voted, tmp_path / "export")
    text = (folder / "pabulib.pb").read_text("utf-8")
    (folder / "pabulib.pb").write_text(f"{text}{added}\n", encoding="utf-8", newline="")
    assert f"pabulib.pb, ligne {text.count(chr(10)) + 1} : {what}" in faults(folder)


def test_a_quotation_mark_too_many_is_said_in_french(voted: Edition, tmp_path: Path) -> None:
    folder = exported(voted, tmp_path / "export")
    with (folder / "pabulib.pb").open("a", encoding="utf-8") as file:
        file.write('"')
    with pytest.raises(UnusableExportError, match="un guillemet y manque"):
        recount(folder)
    (folder / "pabulib.pb").unlink()
    lines = (folder / "supports.csv").read_text("utf-8").splitlines()
    (folder / "supports.csv").write_text("\n".join([*lines[:2], '"' + lines[2], *lines[3:]]), encoding="utf-8")
    with pytest.raises(UnusableExportError, match=r"supports\.csv, ligne 3 : .* un guillemet y manque"):
        recount(folder)


@pytest.mark.parametrize(
    "content", [b"", b"META\n", b"META\nkey;value\n\nPROJECTS\n", b"bonjour\n", b"VOTES\nvoter_id;vote\n1;1\n"]
)
def test_what_is_no_such_file(voted: Edition, tmp_path: Path, content: bytes) -> None:
    folder = exported(voted, tmp_path / "export")
    (folder / "pabulib.pb").write_bytes(content)
    assert "pabulib.pb : ses parties ou leurs en-têtes ne sont pas ceux du fichier publié" in faults(folder)


def test_bytes_that_are_no_text(voted: Edition, tmp_path: Path) -> None:
    folder = exported(voted, tmp_path / "export")
    (folder / "pabulib.pb").write_bytes("é".encode("latin-1"))
    with pytest.raises(UnusableExportError, match="UTF-8"):
        recount(folder)

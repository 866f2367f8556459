"""Reading a file of two columns that the team imports: every line checked before the first is used, every fault said.

CSV in UTF-8, with or without the mark that spreadsheets put first, separated by commas or semicolons.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

LONGEST_SHOWN = 60
"""Characters of a cell that a fault repeats."""

OTHER_ENCODING = "cette ligne n’est pas en UTF-8 ; enregistrez le fichier au format « CSV UTF-8 »"


class Fault(NamedTuple):
    """What is wrong, and at which line of the file, from 1."""

    line: int
    what: str

    def __str__(self) -> str:
        return f"ligne {self.line} : {self.what}"


class ImportFault(Exception):
    """The file is refused whole: nothing has changed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults, from line {faults[0].line}")
        self.faults = sorted(faults)


class Line(NamedTuple):
    """The two cells of a line, spaces around them gone."""

    number: int
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import found and changed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


def two_columns(content: bytes, first: str, second: str) -> list[Line]:
    """The lines of a file whose header is these two names; empty lines are left out.

    Raises ImportFault for what cannot be read as such a file: its encoding, its header, the number of its cells.
    """
    faults: list[Fault] = []
    texts = list(_decoded(content, faults))
    if not faults and not any(text.strip() for text in texts):
        faults.append(Fault(1, "le fichier est vide"))
    if faults:
        raise ImportFault(faults)
    lines = list(_lines(texts, (first, second), faults))
    if not faults and not lines:
        faults.append(Fault(1, "le fichier n’a que ses titres de colonnes"))
    if faults:
        raise ImportFault(faults)
    return lines


def _decoded(content: bytes, faults: list[Fault]) -> Iterator[str]:
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
        try:
            text = raw.decode()
        except UnicodeDecodeError:
            text = "\0"
        if "\0" in text:
            faults.append(Fault(number, OTHER_ENCODING))
        yield text


def _lines(texts: list[str], columns: tuple[str, str], faults: list[Fault]) -> Iterator[Line]:
    separator = ";" if ";" in texts[0] else ","
    reader = csv.reader((f"{text}\n" for text in texts), delimiter=separator, strict=True)
    try:
        header = tuple(cell.strip().lower() for cell in next(reader))
        if header != columns:
            found = shown(separator.join(header))
            faults.append(Fault(1, f"les titres des colonnes doivent être « {','.join(columns)} », et non {found}"))
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                faults.append(Fault(reader.line_num, f"{len(cells)} colonnes au lieu de {len(columns)}"))
            else:
                yield Line(reader.line_num, cells[0].strip(), cells[1].strip())
    except csv.Error:
        faults.append(Fault(max(1, reader.line_num), "ce n’est pas du CSV"))


def once_each(lines: Iterable[Line], said: str, faults: list[Fault]) -> Mapping[str, Line]:
    """Lines by their first cell: the same said twice is said once; another second cell is a fault, worded by `said`."""
    known: dict[str, Line] = {}
    for line in lines:
        before = known.setdefault(line.first, line)
        if before.second != line.second:
            faults.append(Fault(line.number, f"{said} à la ligne {before.number}"))
    return known


def shown(cell: str) -> str:
    """A cell as a fault repeats it: short, and without what would break the line."""
    short = cell if len(cell) <= LONGEST_SHOWN else f"{cell[:LONGEST_SHOWN]}…"
    return f"« {''.join(each if each.isprintable() else ' ' for each in short)} »"

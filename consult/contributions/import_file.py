"""Reading a CSV that comes from anywhere: its encoding, its separator, its records; nothing is judged but its form.

Spreadsheets write UTF-8 with or without a mark, UTF-16, Windows-1252 or the old encoding of the Mac; they separate by
commas, semicolons or tabs. What cannot be read is said with its line.
"""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from consult.ground.cells import long_cells

MOST_BYTES = 64 * 1024 * 1024
MOST_RECORDS = 20_000
LONGEST_CELL = 1_000_000
LONGEST_SHOWN = 60
"""Characters of a cell that a fault repeats."""
MOST_FAULTS = 1_000
"""Beyond, a file has nothing more to teach about what is wrong with it."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ACCENTED = frozenset("éèêëàâçùûîïôœÉÈÊÀÇÔ’«»–…°€")
_SAMPLE = 256 * 1024

Row = dict[str, str]


class Fault(NamedTuple):
    """What is wrong, at which line of the file (from 1; 0 when it is not in the file), in which column."""

    line: int
    column: str
    what: str

    def __str__(self) -> str:
        if not self.line:
            return self.what
        where = f"ligne {self.line}, colonne {self.column}" if self.column else f"ligne {self.line}"
        return f"{where} : {self.what}"


class ImportFault(Exception):
    """The file is refused whole: nothing has changed."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults, first {faults[0]}")
        self.faults = sorted(faults)


class Record(NamedTuple):
    """One record: the line it begins at, its cells by the header of their column."""

    line: int
    cells: Row


@dataclass(frozen=True, slots=True)
class Table:
    """A file that can be read: its headers as written, and its records, read when they are asked for."""

    content: bytes
    encoding: str
    separator: str
    headers: tuple[str, ...]

    def records(self, faults: list[Fault]) -> Iterator[Record]:
        """Every record that is not empty, one at a time. What breaks the form is added to `faults`."""
        with long_cells(LONGEST_CELL):
            text = io.TextIOWrapper(io.BytesIO(self.content), encoding=self.encoding, newline="")
            reader = csv.reader(text, delimiter=self.separator, strict=True)
            next(reader)
            started = reader.line_num + 1
            try:
                for cells in reader:
                    if any(cell.strip() for cell in cells):
                        if len(cells) == len(self.headers):
                            yield Record(started, dict(zip(self.headers, cells, strict=True)))
                        else:
                            faults.append(Fault(started, "", _uneven(len(cells), len(self.headers))))
                    started = reader.line_num + 1
            except csv.Error as error:
                faults.append(Fault(started, "", _broken(error)))


def read_table(content: bytes) -> Table:
    """The file as a table. Raises ImportFault for what is not one: empty, too big, not text, without headers."""
    if len(content) > MOST_BYTES:
        raise ImportFault([Fault(1, "", f"le fichier dépasse {MOST_BYTES // 1024**2} Mo : coupez-le en plusieurs")])
    encoding = _encoding(content)
    with long_cells(LONGEST_CELL):
        text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="")
        separator = _separator(text.readline(LONGEST_CELL))
        text.seek(0)
        try:
            headers = tuple(cell.strip() for cell in next(csv.reader(text, delimiter=separator, strict=True), ()))
        except csv.Error as error:
            raise ImportFault([Fault(1, "", _broken(error))]) from None
    if not any(headers):
        raise ImportFault([Fault(1, "", "la première ligne doit donner les titres des colonnes, elle est vide")])
    twice = sorted({header for header in headers if header and headers.count(header) > 1})
    if twice:
        raise ImportFault([Fault(1, header, "deux colonnes ont ce titre") for header in twice])
    return Table(content, encoding, separator, headers)


def _encoding(content: bytes) -> str:
    """How the file is encoded. Raises ImportFault for what is empty, no text, or text that was damaged."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _whole(content, encoding)
    if not content.strip():
        raise ImportFault([Fault(1, "", "le fichier est vide")])
    sample = content[:_SAMPLE]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[0::2])):
        if len(sample) % 2 == 0 and zeros.count(0) > len(zeros) * 0.7:
            return _whole(content, encoding)
    if (at := content.find(0)) >= 0:
        raise ImportFault([Fault(_line_of(content, at), "", "un caractère nul : ce n’est pas un fichier de texte")])
    try:
        return _whole(content, "utf-8")
    except ImportFault:
        if _mostly_utf8(content):
            raise
    return max(("cp1252", "mac_roman"), key=lambda encoding: _accented(sample, encoding))


def _whole(content: bytes, encoding: str) -> str:
    """The encoding, when all the file is in it; otherwise raises ImportFault, with the line."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding=encoding, newline="\n")
    number = 0
    try:
        for number, line in enumerate(text, start=1):
            if "\0" in line:
                raise ImportFault([Fault(number, "", "un caractère nul : ce n’est pas un fichier de texte")])
    except UnicodeDecodeError as error:
        bad = error.object[error.start : error.start + 8]
        at = _line_of(content, content.find(bad)) if encoding == "utf-8" else number + 1
        said = "un caractère illisible ; enregistrez le fichier au format « CSV UTF-8 »"
        raise ImportFault([Fault(at, "", said)]) from None
    if number == 0:
        raise ImportFault([Fault(1, "", "le fichier est vide")])
    return encoding


def _mostly_utf8(content: bytes) -> bool:
    """Whether what is not ASCII is, for the most part, well-formed UTF-8: the file was damaged, not written otherwise."""
    text = content.decode("utf-8", errors="replace")
    wrong = text.count("\ufffd")
    return sum(not char.isascii() for char in text) - wrong > wrong


def _accented(sample: bytes, encoding: str) -> int:
    """How French a sample reads in this encoding."""
    return sum(char in _ACCENTED for char in sample.decode(encoding, errors="ignore"))


def _line_of(content: bytes, at: int) -> int:
    return content.count(b"\n", 0, max(0, at)) + 1


def _separator(header: str) -> str:
    outside = "".join(header.split('"')[::2])
    return max(";,\t", key=outside.count)


def _uneven(found: int, expected: int) -> str:
    hint = "un texte qui contient le séparateur doit être entre guillemets" if found > expected else "il en manque"
    return f"{found} cellules pour {expected} colonnes : {hint}"


def _broken(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said or "field larger" in said:
        return "un guillemet ouvert ici n’est jamais refermé, ou une cellule est démesurée"
    if "expected after" in said:
        return "un guillemet au milieu d’une cellule doit être doublé"
    return "ce n’est pas du CSV"


def shown(cell: str) -> str:
    """A cell as a fault repeats it: short, and without what would break the line."""
    short = cell if len(cell) <= LONGEST_SHOWN else f"{cell[:LONGEST_SHOWN]}…"
    return f"« {''.join(each if each.isprintable() else ' ' for each in short)} »"

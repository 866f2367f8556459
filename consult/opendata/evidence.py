"""The files of an export, read for a recount: nothing else is needed, neither the base nor the site.

A million lines are read one after the other; what must be compared goes to a base of its own, on disk, that ends with the
recount. Memory does not follow the size of the files.
"""

import csv
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from consult.opendata.schema import FILES
from consult.voting.chain import Act, decision_digest, revision_digest, words_digest

Progress = Callable[[str, int], None]
"""Told from time to time which file is being read, and how many lines have been."""

CHUNK = 20_000
CACHE_KIB = 64_000


class UnusableExportError(ValueError):
    """A file that a recount cannot do without is not as it was published; the message says which and why, in one line."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was published."""

    where: str
    """Which file, and where in it."""
    what: str

    def __str__(self) -> str:
        return f"{self.where} : {self.what}"


@dataclass(slots=True)
class Stated:
    """What `proposals.csv` says of a proposition, its words kept as what seals them."""

    line: int
    title: str
    """On one line."""
    supports: str
    rank: str
    decision: str
    words: str
    decided: str
    revised: str
    is_as_proclaimed: bool
    """Whether it says that nothing was corrected of the decision."""


@dataclass(slots=True)
class Proposals:
    """`proposals.csv`, by reference number, and the edition that its addresses name."""

    by_number: dict[int, Stated] = field(default_factory=dict)
    slug: str = ""
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_proclaimed(self) -> bool:
        return any(one.decision for one in self.by_number.values())


@contextmanager
def scratch() -> Iterator[sqlite3.Connection]:
    """A base on disk for the length of a recount, which nobody else sees."""
    base = sqlite3.connect("", isolation_level=None)
    try:
        base.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        base.executescript(_TABLES)
        yield base
    finally:
        base.close()


_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE told (place INTEGER PRIMARY KEY, position INTEGER, at TEXT, act TEXT, proposal INTEGER, voter TEXT, receipt TEXT,
    replaces TEXT, counts TEXT, is_of_a_support INTEGER);
CREATE TABLE support (place INTEGER PRIMARY KEY, proposal INTEGER, siren TEXT, voter TEXT, at TEXT, receipt TEXT);
"""


@contextmanager
def opened(folder: Path, name: str) -> Iterator[TextIO]:
    """A file of the export, its headers read and found right. Raises UnusableExportError."""
    file = folder / f"{name}.csv"
    try:
        with file.open(encoding="utf-8", newline="") as text:
            header = text.readline()
            if not header:
                raise UnusableExportError(f"{file} est vide.")
            if header.rstrip("\r\n") != ",".join(FILES[name].headers):
                raise UnusableExportError(
                    f"{file} : l’en-tête n’est pas celui du fichier publié. Prenez le fichier tel qu’il a été téléchargé, "
                    "sans l’enregistrer depuis un tableur."
                )
            yield text
    except FileNotFoundError:
        raise UnusableExportError(f"{file} n’existe pas : il en faut trois, {_NEEDED}.") from None
    except UnicodeDecodeError:
        raise UnusableExportError(f"{file} n’est pas en UTF-8.") from None
    except OSError as error:
        raise UnusableExportError(f"{file} ne peut pas être lu ({why_unreadable(error)}).") from None


def why_unreadable(error: OSError) -> str:
    """What keeps a file from being read, in French for what people meet."""
    known = {IsADirectoryError: "c’est un dossier", PermissionError: "vous n’en avez pas le droit"}
    return known.get(type(error)) or str(error.strerror)


_NEEDED = "vote_journal.csv, supports.csv et proposals.csv"
_ADDRESS = re.compile(r"(.*)/(\d{4}[A-Za-z0-9-]*)/propositions/(\d+)")


def read_proposals(folder: Path) -> Proposals:
    """`proposals.csv`, and what is wrong in it whatever the vote says. Raises UnusableExportError."""
    found, roots = Proposals(), Counter[tuple[str, str]]()
    addresses: dict[int, tuple[int, re.Match[str] | None]] = {}
    last = 0
    with opened(folder, "proposals") as text:
        for line, cells in _records(text, "proposals", found.faults):
            row = dict(zip(FILES["proposals"].headers, cells, strict=True))
            number, supports, rank, decision = row["number"], row["supports"], row["rank"], row["decision"]
            known = whole(number)
            if known is None or known in found.by_number:
                found.faults.append(_of(line, f"le numéro « {number} » n’est pas celui d’une proposition, ou y est déjà"))
                continue
            if known < last:
                found.faults.append(_of(line, f"la proposition n° {number} n’est pas à sa place : les numéros se suivent"))
            last = max(last, known)
            found.by_number[known] = Stated(
                line,
                " ".join(row["title"].split()),
                supports,
                rank,
                decision,
                words_digest(number, row["title"], row["summary"], row["contributions"]),
                decision_digest(
                    number, supports, rank, decision, row["decision_reason"], row["decision_explanation"], row["recusals"]
                ),
                revision_digest(number, row["current_decision"], row["correction_reason"], row["corrected_at"]),
                (row["current_decision"], row["correction_reason"], row["corrected_at"]) == (decision, "", ""),
            )
            match = _ADDRESS.fullmatch(row["url"])
            addresses[known] = (line, match)
            if match:
                roots[match[1], match[2]] += 1
    root = roots.most_common(1)[0][0] if roots else ("", "")
    found.slug = root[1]
    for stated, (line, match) in addresses.items():
        if match is None or (match[1], match[2]) != root or whole(match[3]) != stated:
            found.faults.append(_of(line, f"l’adresse n’est pas celle de la proposition n° {stated}"))
    return found


def whole(text: str) -> int | None:
    """A whole number as our files write it; None for anything else."""
    return int(text) if re.fullmatch(r"[0-9]{1,15}", text) else None


def _of(line: int, what: str) -> Fault:
    return Fault(f"proposals.csv, ligne {line}", what)


def _records(text: TextIO, name: str, faults: list[Fault]) -> Iterator[tuple[int, Sequence[str]]]:
    """Each record with its number of columns, and the line of the file where it ends; a record that has not is a fault."""
    reader = csv.reader(text, strict=True)
    width = len(FILES[name].headers)
    while True:
        first = reader.line_num + 2  # the headers were read before
        try:
            cells = next(reader, None)
        except csv.Error:
            raise UnusableExportError(
                f"{name}.csv, ligne {first} : ce n’est pas une ligne de CSV ; un guillemet y manque, ou y est de trop."
            ) from None
        if cells is None:
            return
        line = reader.line_num + 1
        if len(cells) == width:
            yield line, cells
        else:
            faults.append(Fault(f"{name}.csv, ligne {line}", columns_instead(len(cells), width)))


def columns_instead(found: int, due: int) -> str:
    """How a line that is too short or too long is said."""
    return "cette ligne est vide" if not found else f"{found} colonne{'s' if found > 1 else ''} au lieu de {due}"


@dataclass(slots=True)
class Recount:
    """What the ballot file gives when it is counted."""

    supports: Counter[int] = field(default_factory=Counter)
    departements: dict[int, set[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def count(self, proposal: int, departement: str) -> None:
        """One more."""
        self.supports[proposal] += 1
        represented = self.departements.setdefault(proposal, set())
        if departement:
            represented.add(departement)


def read_supports(folder: Path, base: sqlite3.Connection, progress: Progress) -> Recount:
    """Count `supports.csv`, and keep its lines to compare them. Raises UnusableExportError."""
    counted = Recount()

    def rows(text: TextIO) -> Iterator[Sequence[Any]]:
        for line, cells in _records(text, "supports", counted.faults):
            proposal, siren, kind, departement, stratum, given_at, receipt = cells
            number = whole(proposal)
            if number is None:
                counted.faults.append(
                    Fault(f"supports.csv, ligne {line}", f"« {proposal} » n’est pas un numéro de proposition")
                )
                continue
            counted.count(number, departement)
            yield line, number, siren, ",".join((siren, kind, departement, stratum)), given_at, receipt

    with opened(folder, "supports") as text:
        keep(base, "INSERT INTO support VALUES (?, ?, ?, ?, ?, ?)", rows(text), lambda done: progress("supports.csv", done))
    return counted


def told_of(place: int, cells: Sequence[str]) -> Sequence[Any]:
    """A line of the journal as the scratch base keeps it."""
    position, at, act, proposal, siren, kind, departement, stratum, receipt, replaces, counts, _ = cells
    return (
        place,
        whole(position),
        at,
        act,
        whole(proposal),
        ",".join((siren, kind, departement, stratum)),
        receipt,
        replaces,
        counts,
        act in _OF_SUPPORTS,
    )


_OF_SUPPORTS = frozenset(act.value for act in Act if act.is_of_a_support)


def keep(base: sqlite3.Connection, statement: str, rows: Iterator[Sequence[Any]], progress: Callable[[int], None]) -> None:
    """Write rows a chunk at a time, and say how many are written."""
    done = 0
    while chunk := list(islice(rows, CHUNK)):
        base.execute("BEGIN")
        base.executemany(statement, chunk)
        base.execute("COMMIT")
        done += len(chunk)
        progress(done)

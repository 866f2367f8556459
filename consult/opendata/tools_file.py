"""`pabulib.pb` beside the ballot file, when an export has it: the same votes, the same count, the same propositions.

A voter there is whoever a voice belongs to now. What a merged collectivité gave is on its successor's ballot, and the files do
not say who follows whom: a ballot may hold more than what its voter gave itself, never less; the count of each proposition
settles the rest.
"""

import csv
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from consult.opendata.evidence import Fault, Proposals, Recount, UnusableExportError, keep, whole

FILE = "pabulib.pb"
COLUMNS = {
    "META": "key;value",
    "PROJECTS": "project_id;cost;votes;name;selected",
    "VOTES": "voter_id;vote;collectivite_kind;departement;population_stratum;population",
}
BEFORE_THE_PROCLAMATION = "project_id;cost;votes;name"


def not_as_counted(folder: Path, base: sqlite3.Connection, counted: Recount, proposals: Proposals) -> Iterator[Fault]:
    """What the file says otherwise than the others. Raises UnusableExportError."""
    file = folder / FILE
    if not file.exists():
        return
    base.execute("CREATE TABLE voter (place INTEGER PRIMARY KEY, siren TEXT, who TEXT)")
    base.execute("CREATE TABLE vote (siren TEXT, proposal INTEGER, place INTEGER)")
    try:
        sections = _read(file, base)
    except UnicodeDecodeError:
        raise UnusableExportError(f"{file} n’est pas en UTF-8.") from None
    except csv.Error as error:
        raise UnusableExportError(f"{file} n’est pas au format Pabulib ({error}).") from None
    except OSError as error:
        raise UnusableExportError(f"{file} ne peut pas être lu ({error.strerror}).") from None
    if sections is None:
        yield Fault(FILE, "ses parties ou leurs en-têtes ne sont pas ceux du fichier publié")
        return
    meta, projects = sections
    yield from _projects(projects, counted, proposals)
    yield from _ballots(base, counted)
    voters = base.execute("SELECT count(*) FROM voter").fetchone()[0]
    for key, due in (("num_projects", len(proposals.by_number)), ("num_votes", voters)):
        if meta.get(key) != str(due):
            yield Fault(FILE, f"{key} y vaut {meta.get(key) or 'rien'} au lieu de {due}")


def _read(file: Path, base: sqlite3.Connection) -> tuple[dict[str, str], list[tuple[int, list[str]]]] | None:
    """What the file says, its votes kept in the base; None when it is not laid out as ours are."""
    found: list[str] = []
    meta: dict[str, str] = {}
    projects: list[tuple[int, list[str]]] = []
    with file.open(encoding="utf-8", newline="") as text:
        lines = csv.reader(text, delimiter=";", strict=True)

        def voters() -> Iterator[Sequence[Any]]:
            for cells in lines:
                yield (
                    lines.line_num,
                    cells[0],
                    ",".join([cells[0], *cells[2:5]]) if len(cells) == 6 else "",
                    ",".join(cells[1:2]),
                )

        for cells in lines:
            if len(cells) == 1 and cells[0] in COLUMNS:
                found.append(cells[0])
                if ";".join(next(lines, [])) not in {COLUMNS[cells[0]], BEFORE_THE_PROCLAMATION}:
                    return None
                if cells[0] == "VOTES":
                    base.execute("CREATE TABLE line (place INTEGER, siren TEXT, who TEXT, votes TEXT)")
                    keep(base, "INSERT INTO line VALUES (?, ?, ?, ?)", voters(), lambda _: None)
            elif found[-1:] == ["META"] and len(cells) == 2:
                meta[cells[0]] = cells[1]
            elif found[-1:] == ["PROJECTS"] and len(cells) in (4, 5):
                projects.append((lines.line_num, cells))
            else:
                return None
    if found != list(COLUMNS):
        return None
    base.execute("INSERT INTO voter SELECT place, siren, who FROM line")
    rows = base.execute("SELECT siren, votes, place FROM line")
    keep(
        base,
        "INSERT INTO vote VALUES (?, ?, ?)",
        ((siren, whole(number), place) for siren, votes, place in rows for number in votes.split(",")),
        lambda _: None,
    )
    base.execute("CREATE INDEX vote_siren ON vote (siren, proposal)")
    return meta, projects


def _projects(projects: Sequence[tuple[int, list[str]]], counted: Recount, proposals: Proposals) -> Iterator[Fault]:
    seen: Counter[int | None] = Counter(whole(cells[0]) for _, cells in projects)
    for missing in sorted(number for number in proposals.by_number if not seen[number]):
        yield Fault(FILE, f"il manque la proposition n° {missing}")
    for place, (identifier, _, votes, name, *selected) in projects:
        number = whole(identifier)
        where = f"{FILE}, ligne {place}, proposition n° {identifier}"
        if number is None or number not in proposals.by_number or seen[number] > 1:
            yield Fault(where, "ce n’est pas une proposition de proposals.csv, ou elle y est déjà")
            continue
        said = proposals.by_number[number]
        if votes != str(counted.supports[number]):
            yield Fault(where, f"{votes or 'aucun'} vote(s) annoncé(s), {counted.supports[number]} recompté(s)")
        if name != said.title:
            yield Fault(where, "le titre n’est pas celui de proposals.csv")
        if selected != ([str(int(said.decision == "retained"))] if proposals.is_proclaimed else []):
            yield Fault(where, "la décision n’est pas celle de proposals.csv")


def _ballots(base: sqlite3.Connection, counted: Recount) -> Iterator[Fault]:
    for place, siren in base.execute(
        "SELECT place, siren FROM (SELECT place, siren, lag(siren) OVER (ORDER BY place) AS before FROM voter)"
        " WHERE siren <= before ORDER BY place"
    ):
        yield Fault(f"{FILE}, ligne {place}", f"le bulletin de {siren} n’est pas à sa place, ou y est déjà")
    for place, siren in base.execute(
        "SELECT DISTINCT voter.place, voter.siren FROM voter JOIN support USING (siren)"
        " LEFT JOIN vote ON vote.siren = support.siren AND vote.proposal = support.proposal WHERE vote.siren IS NULL"
        " UNION SELECT place, siren FROM voter WHERE siren IN (SELECT siren FROM support)"
        " AND who NOT IN (SELECT voter FROM support WHERE support.siren = voter.siren) ORDER BY 1"
    ):
        yield Fault(f"{FILE}, ligne {place}", f"le bulletin de {siren} n’est pas celui de supports.csv")
    votes = dict(base.execute("SELECT proposal, count(*) FROM vote GROUP BY proposal").fetchall())
    for number in sorted(counted.supports.keys() | votes.keys(), key=lambda one: (one is None, one or 0)):
        if votes.get(number, 0) != counted.supports[number]:
            what = (
                f"{votes.get(number, 0)} vote(s) pour la proposition n° {number}, {counted.supports[number]} dans supports.csv"
            )
            yield Fault(FILE, what if number is not None else "un vote ne nomme aucune proposition")

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

from consult.opendata.evidence import (
    Fault,
    Proposals,
    Recount,
    UnusableExportError,
    columns_instead,
    keep,
    whole,
    why_unreadable,
)
from consult.register.rules import is_siren, stratum

FILE = "pabulib.pb"
COLUMNS = {
    "META": "key;value",
    "PROJECTS": "project_id;cost;votes;name;selected",
    "VOTES": "voter_id;vote;collectivite_kind;departement;population_stratum;population",
}
WIDTH = 6
"""Columns of a voter."""
KEYS = (
    *("description", "country", "unit", "instance", "num_projects", "num_votes", "budget", "vote_type", "rule"),
    *("date_begin", "date_end", "min_length", "max_length", "edition", "language", "comment"),
)
ALWAYS = {
    "country": "France",
    "unit": "France",
    "vote_type": "approval",
    "rule": "unknown",
    "min_length": "1",
    "language": "fr",
}
BEFORE_THE_PROCLAMATION = "project_id;cost;votes;name"


def not_as_counted(folder: Path, base: sqlite3.Connection, counted: Recount, proposals: Proposals) -> Iterator[Fault]:
    """What the file says otherwise than the others. Raises UnusableExportError."""
    file = folder / FILE
    if not file.exists():
        return
    base.execute("CREATE TABLE voter (place INTEGER PRIMARY KEY, siren TEXT, who TEXT)")
    base.execute("CREATE TABLE vote (siren TEXT, proposal INTEGER, place INTEGER)")
    odd: list[Fault] = []
    try:
        sections = _read(file, base, odd)
    except UnicodeDecodeError:
        raise UnusableExportError(f"{file} n’est pas en UTF-8.") from None
    except csv.Error:
        raise UnusableExportError(f"{file} n’est pas au format Pabulib : un guillemet y manque, ou y est de trop.") from None
    except OSError as error:
        raise UnusableExportError(f"{file} ne peut pas être lu ({why_unreadable(error)}).") from None
    if sections is None:
        yield Fault(FILE, "ses parties ou leurs en-têtes ne sont pas ceux du fichier publié")
        return
    meta, projects = sections
    voters = base.execute("SELECT count(*) FROM voter").fetchone()[0]
    yield from _meta(meta, projects, proposals, voters)
    yield from odd
    yield from _projects(projects, counted, proposals)
    yield from _ballots(base, counted)


Rows = list[tuple[int, list[str]]]


def _read(file: Path, base: sqlite3.Connection, odd: list[Fault]) -> tuple[Rows, Rows] | None:
    """What the file says, its votes kept in the base; None when it is not laid out as ours are. `odd`: what no voter can be."""
    found: list[str] = []
    meta: Rows = []
    projects: Rows = []
    with file.open(encoding="utf-8", newline="") as text:
        lines = csv.reader(text, delimiter=";", strict=True)

        def voters() -> Iterator[Sequence[Any]]:
            for cells in lines:
                odd.extend(_oddities(lines.line_num, cells))
                if cells:
                    who = ",".join([cells[0], *cells[2:5]]) if len(cells) == WIDTH else ""
                    yield lines.line_num, cells[0], who, ",".join(cells[1:2])

        for cells in lines:
            if len(cells) == 1 and cells[0] in COLUMNS:
                found.append(cells[0])
                if ";".join(next(lines, [])) not in {COLUMNS[cells[0]], BEFORE_THE_PROCLAMATION}:
                    return None
                if cells[0] == "VOTES":
                    base.execute("CREATE TABLE line (place INTEGER, siren TEXT, who TEXT, votes TEXT)")
                    keep(base, "INSERT INTO line VALUES (?, ?, ?, ?)", voters(), lambda _: None)
            elif found[-1:] == ["META"] and len(cells) == 2:
                meta.append((lines.line_num, cells))
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


def _oddities(line: int, cells: Sequence[str]) -> Iterator[Fault]:
    """What a voter's line says that no voter can be, whatever the other files hold."""
    where = f"{FILE}, ligne {line}"
    if len(cells) != WIDTH:
        yield Fault(where, columns_instead(len(cells), WIDTH))
        return
    siren, *_, band, inhabitants = cells
    if not is_siren(siren):
        yield Fault(where, f"« {siren} » n’est pas un SIREN")
    known = whole(inhabitants)
    if inhabitants and (known is None or stratum(known) != band):
        yield Fault(where, f"« {inhabitants} » habitants, ce n’est pas dans la tranche « {band} »")


def _meta(meta: Rows, projects: Rows, proposals: Proposals, voters: int) -> Iterator[Fault]:
    """The keys of the file, in their order, and the values that the other files give."""
    keys = [key for _, (key, _) in meta]
    if keys != list(KEYS):
        wrong = next((f", ligne {line}" for (line, (key, _)), due in zip(meta, KEYS, strict=False) if key != due), "")
        yield Fault(f"{FILE}{wrong}", "les lignes de META ne sont pas celles du fichier publié")
    counted = str(len(proposals.by_number))
    due = ALWAYS | {"instance": proposals.slug, "edition": proposals.slug, "num_projects": counted, "num_votes": str(voters)}
    if all(cells[1] == "1" for _, cells in projects):
        due |= {"budget": counted} if any(cells[0] == "comment" and "coûte 1" in cells[1] for _, cells in meta) else {}
    for line, (key, value) in meta:
        if value != due.get(key, value):
            yield Fault(f"{FILE}, ligne {line}", f"{key} y vaut {value or 'rien'} au lieu de {due[key]}")


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

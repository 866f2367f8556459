"""Elections as voting researchers keep them (pabulib.org/format): read, so that the same rules can be tried on them.

Read here rather than by pabutools, which stops at the first oddity without saying where, takes minutes over a hundred thousand
ballots and joins lines after a quotation mark that nobody closed: real files have all three. The tests read with both.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from pathlib import Path

from consult.ground.cells import long_cells
from consult.voting.alternative_rules import Ballot, Budget
from consult.voting.rules import Ranked, Tally, ranking

READABLE = frozenset({"approval", "choose-1"})
"""The kinds of votes where a voter names what it supports, as ours do."""

CENTS = 100
LONGEST_TEXT = 500
"""How many lines a text between quotation marks may take: further on, nobody closed them."""

LONGEST_CELL = 10_000_000


class UnreadableElectionError(ValueError):
    """The file is no election that can be read; the message says why, in French, in one line."""


@dataclass(frozen=True, slots=True)
class Election:
    """Projects numbered from 1 in the order of the file, the ballots, and what there is to spend."""

    names: Mapping[int, str]
    """The identifier that the file gives each project."""
    titles: Mapping[int, str]
    """What it is called, where the file says."""
    ballots: Sequence[Ballot]
    budget: Budget | None
    remarks: Sequence[str] = ()
    """Where the file contradicts itself, in French, a line each: what is counted is always its ballots."""

    def supports(self) -> dict[int, int]:
        """How many ballots name each project."""
        counted = Counter(number for ballot in self.ballots for number in ballot.proposals)
        return {number: counted[number] for number in self.names}

    def standing(self) -> list[Ranked]:
        """The ranking by our rule: supports, then départements where ballots have one, then the order of the file."""
        supports = self.supports()
        departements: dict[int, set[str]] = {number: set() for number in self.names}
        for ballot in self.ballots:
            for number in ballot.proposals if ballot.departement else ():
                departements[number].add(ballot.departement or "")
        return ranking(
            Tally(number, number, self.titles[number], supports[number], len(departements[number])) for number in self.names
        )


@dataclass(slots=True)
class _Section:
    """A part of the file: its columns, then its rows, each with its line."""

    columns: Sequence[str] = ()
    rows: list[tuple[int, Sequence[str]]] = field(default_factory=list)

    def said(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row by column, in lower case; a cell that is left out, or says « None », is empty."""
        for line, cells in self.rows:
            values = ("" if cell.strip().lower() == "none" else cell.strip() for cell in cells)
            yield line, dict.fromkeys(self.columns, "") | dict(zip(self.columns, values, strict=False))


def election(file: Path) -> Election:
    """The election of a `.pb` file. Raises UnreadableElectionError, or OSError."""
    try:
        text = file.read_text(encoding="utf-8-sig")  # whatever ends its lines
    except UnicodeDecodeError:
        raise UnreadableElectionError("le fichier n’est pas en UTF-8.") from None
    with long_cells(LONGEST_CELL):
        meta, projects, votes = _sections(text.split("\n"))
    said = {cells[0].strip().lower(): cells[1].strip() for _, cells in meta.rows if len(cells) > 1}
    kind = said.get("vote_type", "")
    if kind.lower() not in READABLE:
        raise UnreadableElectionError(f"les votes sont de la sorte « {kind or '?'} » ; seule « approval » se recompte ici.")
    known = _projects(projects)
    ballots = _ballots(votes, {name: number for number, (_, name, _) in enumerate(known, start=1)})
    found = Election(
        names={number: name for number, (_, name, _) in enumerate(known, start=1)},
        titles={number: one.get("name", "") for number, (_, _, one) in enumerate(known, start=1)},
        ballots=ballots,
        budget=_budget(said.get("budget", ""), projects, known),
    )
    remarks = (*_not_as_said(said, known, found), *_odd_ballots(said, votes, ballots))
    return Election(found.names, found.titles, found.ballots, found.budget, remarks)


# ── the three parts ──────────────────────────────────────────────────────────────────────

_PARTS = ("META", "PROJECTS", "VOTES")


def _sections(lines: Sequence[str]) -> list[_Section]:
    """META, PROJECTS and VOTES, each there once, in any order."""
    found: dict[str, _Section] = {}
    section: _Section | None = None
    for line, cells in _records(lines):
        name = cells[0].strip().upper()
        if name in _PARTS and not any(cell.strip() for cell in cells[1:]):
            if name in found:
                raise UnreadableElectionError(f"ligne {line} : la partie {name} y est déjà.")
            section = found[name] = _Section()
        elif section is None:
            raise UnreadableElectionError("le fichier n’est pas au format Pabulib : il ne commence pas par META.")
        elif not section.columns:
            section.columns = tuple(cell.strip().lower() for cell in cells)
        else:
            section.rows.append((line, cells))
    missing = [name for name in _PARTS if name not in found]
    if missing:
        raise UnreadableElectionError(f"le fichier n’est pas au format Pabulib : il n’a pas de partie {missing[0]}.")
    return [found[name] for name in _PARTS]


def _records(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record that says something, and its line.

    A text between quotation marks may hold « ; » and go on over several lines, if it then gives a record as wide as the one
    before. Marks that are never closed, or stand in the middle of words, are but marks.
    """
    place, width = 0, 0
    while place < len(lines):
        line, cells, taken = lines[place], None, 1
        if '"' not in line:
            cells = line.split(";")
        else:
            cells, taken = _quoted(lines, place, width)
        if any(cell.strip() for cell in cells):
            yield place + 1, cells
            width = len(cells)
        place += taken


def _quoted(lines: Sequence[str], place: int, width: int) -> tuple[list[str], int]:
    """The cells of a record with quotation marks, and how many lines it takes."""
    cells = _strict(lines[place])
    if cells is not None:
        return cells, 1
    if _marks(lines[place]) % 2:
        last = min(place + LONGEST_TEXT, len(lines))
        end = next((end for end in range(place + 1, last) if _marks(lines[end]) % 2), None)
        cells = _strict("\n".join(lines[place : end + 1])) if end is not None else None
        if cells is not None and end is not None and len(cells) == width:
            return cells, end + 1 - place
    return lines[place].split(";"), 1


def _marks(line: str) -> int:
    return line.count('"')


def _strict(text: str) -> list[str] | None:
    """One record as RFC 4180 has it; None when it is not."""
    try:
        rows = list(csv.reader([text], delimiter=";", strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


# ── what they say ────────────────────────────────────────────────────────────────────────


def _projects(section: _Section) -> list[tuple[int, str, dict[str, str]]]:
    """Line, identifier and cells of each project, in the order of the file."""
    found: dict[str, tuple[int, str, dict[str, str]]] = {}
    identifier = "project_id" if "project_id" in section.columns else section.columns[0] if section.columns else ""
    for line, said in section.said():
        name = said[identifier]
        if not name:
            raise UnreadableElectionError(f"ligne {line} : ce projet n’a pas d’identifiant (project_id).")
        if name in found:
            raise UnreadableElectionError(f"ligne {line} : le projet « {name} » est déjà à la ligne {found[name][0]}.")
        found[name] = line, name, said
    return list(found.values())


def _ballots(section: _Section, numbers: Mapping[str, int]) -> list[Ballot]:
    if "vote" not in section.columns:
        raise UnreadableElectionError("la partie VOTES n’a pas de colonne « vote ».")
    found = []
    for line, said in section.said():
        chosen = {name for each in said["vote"].split(",") if (name := each.strip())}
        unknown = sorted(chosen - numbers.keys())
        if unknown:
            raise UnreadableElectionError(
                f"ligne {line} : ce bulletin nomme le projet « {unknown[0]} », qui n’est pas dans la partie PROJECTS."
            )
        found.append(_ballot(frozenset(numbers[name] for name in chosen), said))
    return found


def _ballot(proposals: frozenset[int], said: Mapping[str, str]) -> Ballot:
    inhabitants = said.get("population", "")
    return Ballot(
        proposals=proposals,
        stratum=said.get("population_stratum") or None,
        departement=said.get("departement") or None,
        inhabitants=int(inhabitants) if re.fullmatch(r"[0-9]{1,12}", inhabitants) else None,
    )


def _budget(envelope: str, section: _Section, projects: Sequence[tuple[int, str, Mapping[str, str]]]) -> Budget | None:
    """What each project costs and what there is to spend, to the last decimal; None where the file does not say."""
    if not envelope or "cost" not in section.columns or not projects:
        return None
    limit = _amount(envelope, "le budget")
    costs = {
        number: _amount(said["cost"], f"ligne {line} : le coût du projet « {name} »")
        for number, (line, name, said) in enumerate(projects, start=1)
    }
    unit = lcm(CENTS, limit.denominator, *(cost.denominator for cost in costs.values()))
    return Budget({number: int(cost * unit) for number, cost in costs.items()}, int(limit * unit)) if limit > 0 else None


def _amount(text: str, what: str) -> Fraction:
    """A sum of money: « 1 234,5 », « 1234.50 » or « 1.2E+06 »; a comma is always that of decimals."""
    digits = re.sub(r"\s", "", text).replace(",", ".")
    if not re.fullmatch(r"\+?([0-9]{1,20}(\.[0-9]{0,20})?|\.[0-9]{1,20})(e\+?[0-9]{1,2})?", digits, re.IGNORECASE):
        raise UnreadableElectionError(f"{what} n’est pas une somme : « {text} ».")
    return Fraction(digits)


# ── where a file contradicts itself ──────────────────────────────────────────────────────


def _not_as_said(
    said: Mapping[str, str], projects: Iterable[tuple[int, str, Mapping[str, str]]], found: Election
) -> Iterator[str]:
    """Numbers that the file gives, and that counting its lines does not."""
    for key, what, counted in (
        ("num_projects", "projets", len(found.names)),
        ("num_votes", "bulletins", len(found.ballots)),
    ):
        if said.get(key) and said[key] != str(counted):
            yield f"le fichier annonce {said[key]} {what} ({key}) et en contient {counted}."
    supports = found.supports()
    wrong = [
        f"« {name} » : {one['votes']} annoncé(s), {supports[number]} recompté(s)"
        for number, (_, name, one) in enumerate(projects, start=1)
        if one.get("votes") and one["votes"] != str(supports[number])
    ]
    if wrong:
        more = f" ; et {len(wrong) - 1} autre(s)" if wrong[1:] else ""
        yield f"la colonne « votes » des projets n’est pas ce que donnent les bulletins ({wrong[0]}{more})."


def _odd_ballots(said: Mapping[str, str], section: _Section, ballots: Sequence[Ballot]) -> Iterator[str]:
    """Ballots that the rules of that vote would not have accepted: counted as the file has them."""
    most = "1" if said.get("vote_type", "").lower() == "choose-1" else said.get("max_length", "")
    if re.fullmatch(r"[0-9]{1,9}", most):
        longer = sum(len(ballot.proposals) > int(most) for ballot in ballots)
        if longer:
            yield f"{longer} bulletin(s) nomment plus de {most} projet(s) : comptés tels quels."
    if "voter_id" in section.columns:
        voters = Counter(one["voter_id"] for _, one in section.said())
        again = sum(times - 1 for voter, times in voters.items() if voter)
        if again:
            yield f"{again} bulletin(s) portent un voter_id déjà lu : comptés aussi."

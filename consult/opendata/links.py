"""The chain of `vote_journal.csv`, link after link; where it breaks, which line was altered, removed, added or moved."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from consult.opendata.evidence import Fault, Progress, keep, opened, told_of, whole
from consult.opendata.schema import FILES
from consult.voting.chain import first_seal, seal

WIDTH = len(FILES["vote_journal"].headers)


@dataclass(slots=True)
class Chain:
    """What the journal is worth."""

    lines: int = 0
    """That are sealed."""
    unsealed: int = 0
    last_seal: str = ""
    is_whole: bool = True
    """Whether each line gives its seal, from the first to the last, in order."""
    faults: list[Fault] = field(default_factory=list)


def read_journal(folder: Path, slug: str, base: sqlite3.Connection, progress: Progress) -> Chain:
    """Follow the chain, and keep its lines to count from them. Raises UnusableExportError."""
    chain = Chain(last_seal=first_seal(slug))

    def rows(text: Iterator[str]) -> Iterator[Sequence[Any]]:
        for place, line in enumerate(text, start=1):
            said, _, sealed = line.rstrip("\r\n").rpartition(",")
            cells = [*said.split(","), sealed]
            if sealed:
                chain.lines += 1
                chain.is_whole &= not chain.unsealed and cells[0] == str(chain.lines) and seal(chain.last_seal, said) == sealed
                chain.last_seal = sealed
            else:
                chain.unsealed += 1
                chain.is_whole &= len(cells) == WIDTH and not cells[0]
            if len(cells) == WIDTH:
                yield told_of(place, cells)

    with opened(folder, "vote_journal") as text:
        statement = "INSERT INTO told VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        keep(base, statement, rows(text), lambda done: progress("vote_journal.csv", done))
    if not chain.is_whole:
        chain.faults = _Diagnosis(folder, slug, base).faults()
    return chain


@dataclass(frozen=True, slots=True)
class _Link:
    """A line of the file: where it stands, the position that it claims, what it says and its seal."""

    place: int
    position: int
    said: str
    seal: str

    def follows(self, previous: str) -> bool:
        return seal(previous, self.said) == self.seal


class _Diagnosis:
    """Says what happened to a broken chain.

    Lines are taken by the position that they claim. One that gives its seal, or whose seal the next one is chained to, is the
    line of that position; another one was added. A position that nobody claims was removed, unless the line that stands there
    in the file gives its seal under that position: only its number was altered. Last, lines that are not in the order of
    their positions were moved.
    """

    def __init__(self, folder: Path, slug: str, base: sqlite3.Connection) -> None:
        self.base = base
        self.previous: str | None = first_seal(slug)
        """The seal of the last line found; None after one that is missing."""
        self.last_place = 0
        self.added: set[int] = set()
        """Places of the lines that belong nowhere, as far as is known."""
        self.renumbered: set[int] = set()
        """Places of the lines that claim another position than theirs."""
        self.found: list[Fault] = []
        base.execute("CREATE TABLE link (place INTEGER PRIMARY KEY, position INTEGER, said TEXT, seal TEXT)")
        base.execute("CREATE TABLE standing (position INTEGER PRIMARY KEY, place INTEGER)")
        with opened(folder, "vote_journal") as text:
            keep(base, "INSERT INTO link VALUES (?, ?, ?, ?)", _links(text), lambda _: None)
        base.execute("CREATE INDEX link_position ON link (position, place)")

    def faults(self) -> list[Fault]:
        """Everything that was found, in the order of the lines."""
        expected = 1
        groups = self._by_position()
        following = next(groups, None)
        while following is not None:
            group, following = following, next(groups, None)
            expected = self._across_a_gap(expected, group[0].position)
            group = [link for link in group if link.place not in self.renumbered]
            if group:
                self._take(expected, group, following or [])
                expected += 1
        while self._is_renumbered(expected):
            expected += 1
        self._without_position()
        self.found += [
            Fault(f"vote_journal.csv, ligne {place + 1}", "cette ligne a été ajoutée : elle n’est pas dans la chaîne")
            for place in sorted(self.added)
        ]
        self._moved()
        return self.found

    def _by_position(self) -> Iterator[list[_Link]]:
        rows = self.base.execute("SELECT place, position, said, seal FROM link WHERE position > 0 ORDER BY position, place")
        for _, group in groupby((_Link(*row) for row in rows), key=lambda link: link.position):
            yield list(group)

    def _take(self, position: int, group: list[_Link], following: list[_Link]) -> None:
        """Choose the line of a position among those that claim it; the others were added."""
        chosen = next((link for link in group if self.previous is None or link.follows(self.previous)), None)
        after = chosen.seal if chosen else None
        if chosen is None:
            chosen, after = self._altered(position, group, following)
        self.previous, self.last_place = after, chosen.place
        self.base.execute("INSERT INTO standing VALUES (?, ?)", (position, chosen.place))
        self.added.update(link.place for link in group if link is not chosen)

    def _altered(self, position: int, group: list[_Link], following: list[_Link]) -> tuple[_Link, str]:
        """The line of a position that does not give its seal, and the seal that the next one is chained to."""
        previous = self.previous or ""
        for link in group:
            for after, what in (
                (link.seal, "cette ligne a été modifiée : elle ne donne pas son sceau"),
                (seal(previous, link.said), "le sceau de cette ligne a été modifié"),
            ):
                if any(one.follows(after) for one in following):
                    self._say(position, what)
                    return link, after
        self._say(position, "cette ligne ou son sceau a été modifié : elle ne donne pas son sceau")
        return group[0], group[0].seal

    def _across_a_gap(self, expected: int, position: int) -> int:
        """What became of the positions that nobody claims; the next one to be found."""
        while expected < position and self._is_renumbered(expected):
            expected += 1
        if expected < position:
            where = str(expected) if expected == position - 1 else f"{expected} à {position - 1}"
            self._say(where, "cette ligne a été retirée" if where.isdigit() else "ces lignes ont été retirées")
            self.previous = None
        return max(expected, position)

    def _is_renumbered(self, expected: int) -> bool:
        """Whether the line that stands next in the file is the one expected, under another number."""
        row = self.base.execute(
            "SELECT place, coalesce(position, 0), said, seal FROM link WHERE place = ? AND seal <> ''", (self.last_place + 1,)
        ).fetchone()
        if row is None or self.previous is None:
            return False
        link = _Link(*row)
        rest = link.said.partition(",")[2]
        if link.position == expected or seal(self.previous, f"{expected},{rest}") != link.seal:
            return False
        self._say(expected, "la position de cette ligne a été modifiée")
        self.previous, self.last_place = link.seal, link.place
        self.base.execute("INSERT INTO standing VALUES (?, ?)", (expected, link.place))
        self.added.discard(link.place)
        self.renumbered.add(link.place)
        return True

    def _without_position(self) -> None:
        """What has no position, or no seal before lines that have one, was added too."""
        last = self.base.execute("SELECT coalesce(max(place), 0) FROM standing").fetchone()[0]
        rows = self.base.execute(
            "SELECT place FROM link WHERE (position IS NULL OR position < 1) AND place NOT IN (SELECT place FROM standing)"
            " AND (seal <> '' OR said NOT LIKE ',%' OR place < ?)",
            (last,),
        )
        self.added.update(place for (place,) in rows)

    def _moved(self) -> None:
        """Lines that are not in the order of their positions."""
        moved = self.base.execute(
            "SELECT position FROM (SELECT position, row_number() OVER (ORDER BY position) AS due,"
            " row_number() OVER (ORDER BY place) AS rank FROM standing) WHERE due <> rank ORDER BY position"
        ).fetchall()
        positions = [position for (position,) in moved]
        if len(positions) == 2:
            self._say(f"{positions[0]} et {positions[1]}", "ces deux lignes ont été échangées")
        elif positions:
            self._say(f"{positions[0]} à {positions[-1]}", "ces lignes ne sont plus dans l’ordre")

    def _say(self, position: int | str, what: str) -> None:
        self.found.append(Fault(f"vote_journal.csv, position {position}", what))


def _links(text: Iterator[str]) -> Iterator[Sequence[Any]]:
    for place, line in enumerate(text, start=1):
        said, _, sealed = line.rstrip("\r\n").rpartition(",")
        yield place, whole(said.partition(",")[0]), said, sealed

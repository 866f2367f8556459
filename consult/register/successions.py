"""Who takes over from a collectivité that ended, worked out from what the register said before and says now.

What a succession rests on:

* A commune, a département, a région or a collectivité à statut particulier goes on with whoever holds its INSEE code now: as
  its own, or among those it took in. One that splits again gives its parts back: each holder of one of its codes succeeds it.
* An EPCI, which has no code, goes on with the EPCI that its member communes now belong to, followed through their own mergers.

One successor is the main one: the holder of its own code, otherwise the one that takes the most inhabitants.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.register.rules import Kind


@dataclass(frozen=True, slots=True)
class Line:
    """What the register says of a collectivité, as far as successions go."""

    siren: str
    kind: Kind
    insee: str
    former_insee: str
    """Separated by spaces."""
    departement: str
    population: int
    epci_siren: str


@dataclass(frozen=True, slots=True)
class Heir:
    """That `successor` takes over from `siren`."""

    siren: str
    successor: str
    is_main: bool


def heirs(ended: Iterable[Line], *, before: Iterable[Line], now: Sequence[Line]) -> list[Heir]:
    """Who succeeds each of those that ended, the main one first; nobody for whom the register does not say it.

    `before` holds those that were current until now, which may include the ended; `now` those that are.
    """
    current = {line.siren: line for line in now}
    holders = _holders(now)
    found: dict[str, list[str]] = {}
    groupings: list[Line] = []
    for line in sorted(ended, key=lambda line: line.siren):
        by_code = _by_code(line, holders, current)
        found[line.siren] = by_code
        if not by_code and line.kind is not Kind.COMMUNE:
            groupings.append(line)
    if groupings:
        where = _where_members_went(before, current, found)
        found |= {line.siren: _most_first(where[line.siren]) for line in groupings}
    return [Heir(siren, successor, rank == 0) for siren, each in found.items() for rank, successor in enumerate(each)]


_FAMILIES = {
    Kind.COMMUNE: "commune",
    Kind.DEPARTEMENT: "departement",
    Kind.SPECIAL_STATUS: "departement",
    Kind.REGION: "region",
}
"""Kinds whose codes are of one list; those of régions and départements overlap."""

Holders = Mapping[tuple[str, str], str]


def _holders(now: Sequence[Line]) -> Holders:
    """Who holds each code: as its own before all, then among those it took in, then as the département it stands for."""
    holders: dict[tuple[str, str], str] = {}
    for codes_of in (_own, _former, _stood_for):
        for line in now:
            for code in codes_of(line):
                holders.setdefault((_FAMILIES[line.kind], code), line.siren)
    return holders


def _own(line: Line) -> Iterator[str]:
    if line.kind in _FAMILIES and line.insee:
        yield line.insee


def _former(line: Line) -> Iterator[str]:
    if line.kind in _FAMILIES:
        yield from line.former_insee.split()


def _stood_for(line: Line) -> Iterator[str]:
    if line.kind is Kind.SPECIAL_STATUS:
        yield line.departement


def _by_code(line: Line, holders: Holders, current: Mapping[str, Line]) -> list[str]:
    family = _FAMILIES.get(line.kind)
    if family is None:
        return []
    of_own = [holders[family, code] for code in _own(line) if (family, code) in holders]
    of_parts = {holders[family, code] for code in _former(line) if (family, code) in holders}
    by_population = _most_first({siren: current[siren].population for siren in of_parts})
    return list(dict.fromkeys([*of_own, *by_population]))


def _where_members_went(
    before: Iterable[Line], current: Mapping[str, Line], found: Mapping[str, Sequence[str]]
) -> Mapping[str, Counter[str]]:
    """By EPCI, how many inhabitants of its former members each EPCI of today has."""
    went: dict[str, Counter[str]] = defaultdict(Counter)
    for member in before:
        if member.epci_siren:
            stays = member.siren if member.siren in current else next(iter(found.get(member.siren, ())), None)
            grouping = current[stays].epci_siren if stays else ""
            if grouping:
                went[member.epci_siren][grouping] += member.population
    return went


def _most_first(inhabitants: Mapping[str, int]) -> list[str]:
    return sorted(inhabitants, key=lambda siren: (-inhabitants[siren], siren))

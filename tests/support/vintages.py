"""Small vintages of the register, made in code from a few real lines, and loaded as an operator does."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from consult.register.actions import LoadReport, load
from consult.register.file import Row
from consult.register.rules import Kind, is_siren
from consult.services.merges import AFTER_LOADING
from tests.register.samples import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, written


def siren(number: int) -> str:
    """The SIREN that begins with these eight digits: the ninth is its Luhn key."""
    return next(found for key in range(10) if is_siren(found := f"{number:08}{key}"))


def commune(name: str, insee: str, **changed: object) -> Row:
    """A commune of the Lot, invented: its SIREN follows from its INSEE code, as real ones do."""
    made = replace(ROCAMADOUR, siren=siren(int(f"21{insee}0")), name=name, insee=insee, population=400)
    return replace(made, **changed)  # type: ignore[arg-type]


FIGEAC = replace(CAUVALDOR, siren=siren(20009900), name="Communauté de communes du Grand Figeac", population=43_000)
CAHORS = replace(CAUVALDOR, siren=siren(20009901), name="Communauté de communes du Grand Cahors", population=41_000)
MIERS = commune("Miers", "46193", population=430)
ALVIGNAC = commune("Alvignac", "46003", population=690)
PADIRAC = commune("Padirac", "46213", population=190)

BEFORE = (CAUVALDOR, FIGEAC, CAHORS, ROCAMADOUR, GRAMAT, MIERS, ALVIGNAC, PADIRAC, LOT, OCCITANIE)
"""Who there is at first: five communes of one EPCI, two others, a département, a région."""


def without(rows: Iterable[Row], *gone: Row) -> tuple[Row, ...]:
    """The rows but those."""
    sirens = {row.siren for row in gone}
    return tuple(row for row in rows if row.siren not in sirens)


def merged(into: Row, *gone: Row, **changed: object) -> Row:
    """The commune that took these in, as a later vintage lists it: itself, or one re-registered under another SIREN."""
    former = {code for row in (into, *gone) for code in (row.insee, *row.former_insee.split())} - {into.insee}
    population = into.population + sum(row.population for row in gone if row.insee != into.insee)
    return replace(into, population=population, former_insee=" ".join(sorted(former)), **changed)  # type: ignore[arg-type]


def bring(folder: Path, rows: Iterable[Row], *, at: datetime, is_rehearsal: bool = False) -> LoadReport:
    """Load these rows as a vintage, with all that follows."""
    return load(written(folder, tuple(rows)), at=at, then=AFTER_LOADING, is_rehearsal=is_rehearsal)


def dissolved(rows: Iterable[Row], epci: Row, goes_to: dict[str, Row]) -> tuple[Row, ...]:
    """The rows without this EPCI, its communes shared as told, by SIREN."""
    kept = without(rows, epci)
    return tuple(
        replace(row, epci_siren=goes_to[row.siren].siren) if row.kind is Kind.COMMUNE and row.epci_siren == epci.siren else row
        for row in kept
    )

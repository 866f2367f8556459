"""A register of a few lines, real ones, to load, change and damage."""

import lzma
from collections.abc import Sequence
from dataclasses import astuple, replace
from pathlib import Path

from consult.register.file import COLUMNS, Row
from consult.register.rules import Category, Kind

CAUVALDOR = Row(
    siren="200066371",
    kind=Kind.EPCI,
    category=Category.CC,
    name="Communauté de communes Causses et Vallée de la Dordogne",
    insee="",
    departement="46",
    departement_name="Lot",
    region="76",
    region_name="Occitanie",
    population=45_320,
    epci_siren="",
    postal_codes="",
    vintage="2026",
)
ROCAMADOUR = replace(
    CAUVALDOR,
    siren="214602401",
    kind=Kind.COMMUNE,
    category=None,
    name="Rocamadour",
    insee="46240",
    population=597,
    epci_siren=CAUVALDOR.siren,
    postal_codes="46500",
)
GRAMAT = replace(ROCAMADOUR, siren="214601288", name="Gramat", insee="46128", population=3_512)
LOT = replace(
    CAUVALDOR,
    siren="224600015",
    kind=Kind.DEPARTEMENT,
    category=None,
    name="Département du Lot",
    insee="46",
    population=176_473,
)
OCCITANIE = replace(
    LOT,
    siren="200053791",
    kind=Kind.REGION,
    name="Région Occitanie",
    insee="76",
    departement="",
    departement_name="",
    population=6_124_653,
)
ROWS = (CAUVALDOR, ROCAMADOUR, GRAMAT, LOT, OCCITANIE)


def lines(rows: Sequence[Row] = ROWS) -> list[str]:
    """The lines of a register file, the header first."""
    return [",".join(COLUMNS), *(",".join("" if cell is None else str(cell) for cell in astuple(row)) for row in rows)]


def written(folder: Path, rows: Sequence[Row] = ROWS) -> Path:
    """A compressed register file of these rows."""
    path = folder / "register.csv.xz"
    path.write_bytes(lzma.compress("".join(f"{line}\n" for line in lines(rows)).encode()))
    return path

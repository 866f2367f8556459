"""The register's file: its columns, and reading it whole, every line checked before the first is used.

One line a collectivité, CSV in UTF-8, compressed (.xz) or not. `build.py` makes the one that ships in `data/`.
"""

import csv
import hashlib
import io
import lzma
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import zip_longest
from pathlib import Path

from consult.register.rules import Category, Kind, is_siren

SHIPPED = Path(__file__).parent / "data" / "collectivites.csv.xz"


@dataclass(frozen=True, slots=True)
class Row:
    """One collectivité as the file says it. The fields are the file's columns, in order."""

    siren: str
    kind: Kind
    category: Category | None
    """Only an EPCI has one."""
    name: str
    insee: str
    """Empty for an EPCI, which has no code of its own."""
    departement: str
    """Code; the most populous one for what spreads over several; empty for a région."""
    departement_name: str
    region: str
    region_name: str
    population: int
    """Municipal population: everyone is counted once."""
    epci_siren: str
    """The EPCI, or the métropole de Lyon, a commune belongs to; empty otherwise."""
    postal_codes: str
    """Of a commune, separated by spaces."""
    former_insee: str = field(default="", kw_only=True)
    """INSEE codes that are now part of this one, separated by spaces: of the communes a commune took in (déléguées,
    associées, or known by nothing else since), of the départements that a special status stands for."""
    vintage: str
    """The year the file describes, the same on every line."""


COLUMNS = tuple(column.name for column in fields(Row))
COLUMNS_WITHOUT_FORMER = tuple(name for name in COLUMNS if name != "former_insee")
"""Of the files made before that column was: still read, and taken to say nothing of it."""


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file read whole and found sound."""

    rows: tuple[Row, ...]
    vintage: str
    digest: str
    """SHA-256 of what it says, whatever its compression."""
    says_former: bool
    """Whether it has the column `former_insee`."""


class RegisterFileError(Exception):
    """The file is refused whole; says at which line, from 1, and why."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"ligne {line} : {what}")
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class Source:
    """Where the shipped register comes from, as `SOURCE.toml` says it and the site must show it."""

    vintage: str
    source: str
    through: str
    licence: str
    licence_url: str
    attribution: str


SOURCE = Source(**tomllib.loads((SHIPPED.parent / "SOURCE.toml").read_text("utf-8")))


def read(path: Path) -> RegisterFile:
    """Read and check a register file.

    Raises RegisterFileError at the first line that is wrong, OSError when there is no such file.
    """
    content, is_whole = _content(path)
    lines = list(io.StringIO(content.decode("utf-8-sig", errors="surrogateescape"), newline=""))
    try:
        rows, columns = _checked(lines)
    except RegisterFileError as error:
        if error.line >= len(lines) and not content.endswith(b"\n"):
            is_whole = False
        if is_whole:
            raise
    if not is_whole:
        raise RegisterFileError(max(1, len(lines)), "le fichier est tronqué")
    return RegisterFile(rows, rows[0].vintage, hashlib.sha256(content).hexdigest(), columns is COLUMNS)


_XZ_MAGIC = b"\xfd7zXZ\x00"


def _content(path: Path) -> tuple[bytes, bool]:
    """What the file holds once uncompressed, and whether it holds all of it: a compressed stream says where it ends."""
    raw = path.read_bytes()
    if not raw.startswith(_XZ_MAGIC):
        return raw, True
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    try:
        content = decompressor.decompress(raw)
    except lzma.LZMAError as error:
        raise RegisterFileError(1, "la compression du fichier est abîmée") from error
    return content, decompressor.eof


def _checked(lines: list[str]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows, and the columns they came in."""
    rows: list[Row] = []
    line_of: dict[str, int] = {}
    columns = _columns(lines)
    for line, row in _rows(lines, columns):
        if row.siren in line_of:
            raise RegisterFileError(line, f"le SIREN {row.siren} est déjà à la ligne {line_of[row.siren]}")
        if rows and row.vintage != rows[0].vintage:
            raise RegisterFileError(line, f"millésime {row.vintage} au lieu de {rows[0].vintage}")
        line_of[row.siren] = line
        rows.append(row)
    if not rows:
        raise RegisterFileError(1, "le fichier n’a aucune collectivité")
    # Every EPCI named by a commune is in the file: so a file cut between two lines does not pass.
    groupings = {row.siren for row in rows if row.kind in (Kind.EPCI, Kind.SPECIAL_STATUS)}
    for row in rows:
        if row.epci_siren and row.epci_siren not in groupings:
            what = f"son intercommunalité, {row.epci_siren[:20]!r}, n’est pas dans le fichier, peut-être tronqué"
            raise RegisterFileError(line_of[row.siren], what)
    return tuple(rows), columns


def _rows(lines: list[str], columns: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(lines, strict=True)
    try:
        next(reader)
        for cells in reader:
            yield reader.line_num, _row(reader.line_num, cells, columns)
    except csv.Error as error:
        raise RegisterFileError(max(1, reader.line_num), _NOT_CSV) from error


_NOT_CSV = "ce n’est pas du CSV"


def _columns(lines: list[str]) -> tuple[str, ...]:
    """Which columns the header announces; raises RegisterFileError when it is neither of the two."""
    try:
        header = next(csv.reader(lines, strict=True), [])
    except csv.Error as error:
        raise RegisterFileError(1, _NOT_CSV) from error
    columns = COLUMNS_WITHOUT_FORMER if header and "former_insee" not in header else COLUMNS
    for expected, found in zip_longest(columns, header):
        if expected is None:
            raise RegisterFileError(1, f"colonne en trop : {found[:40]!r}")
        if found is None:
            raise RegisterFileError(1, f"colonne manquante : {expected!r}")
        if expected != found:
            raise RegisterFileError(1, f"colonne {found[:40]!r} au lieu de {expected!r}")
    return columns


_CODE = re.compile(r"[0-9A-Z]{0,5}")
_FORMER_INSEE = re.compile(r"([0-9A-Z]{1,5}( [0-9A-Z]{1,5})*)?")
_MAX_FORMER = 400
_POSTAL_CODES = re.compile(r"([0-9]{5}( [0-9]{5})*)?")
_VINTAGE = re.compile(r"[0-9]{4}")
_POPULATION = re.compile(r"[0-9]{1,8}")
_KINDS = {kind.value: kind for kind in Kind}
_CATEGORIES: dict[str, Category | None] = {"": None, **{category.value: category for category in Category}}
_MAX_NAME, _MAX_PLACE = 160, 60


def _row(line: int, cells: list[str], columns: tuple[str, ...]) -> Row:
    """The cells of one line, checked; raises RegisterFileError."""
    if len(cells) != len(columns):
        raise RegisterFileError(line, f"{len(cells)} colonnes au lieu de {len(columns)}")
    siren, kind, category, name, insee, departement, departement_name = cells[:7]
    region, region_name, population, epci_siren, postal_codes = cells[7:12]
    vintage, former_insee = cells[-1], cells[12] if columns is COLUMNS else ""
    is_region = kind == Kind.REGION.value
    for sound, what, cell in (
        (is_siren(siren), "SIREN impossible", siren),
        (kind in _KINDS, "nature inconnue", kind),
        (category in _CATEGORIES and bool(category) == (kind == Kind.EPCI.value), "catégorie impossible", category),
        (name and _is_clean(name, _MAX_NAME), "nom impossible", name),
        (_CODE.fullmatch(insee), "code INSEE impossible", insee),
        (len(departement) <= 3 and _CODE.fullmatch(departement), "code de département impossible", departement),
        (_is_clean(departement_name, _MAX_PLACE), "nom de département impossible", departement_name),
        (bool(departement) == bool(departement_name), "département sans nom ou sans code", departement),
        (is_region != bool(departement), "une région, et elle seule, n’a pas de département", departement),
        (0 < len(region) <= 3 and _CODE.fullmatch(region), "code de région impossible", region),
        (region_name and _is_clean(region_name, _MAX_PLACE), "nom de région impossible", region_name),
        (_POPULATION.fullmatch(population), "population impossible", population),
        (not epci_siren or kind == Kind.COMMUNE.value, "seule une commune a une intercommunalité", epci_siren),
        (_POSTAL_CODES.fullmatch(postal_codes), "codes postaux impossibles", postal_codes),
        (_FORMER_INSEE.fullmatch(former_insee), "anciens codes INSEE impossibles", former_insee),
        (len(former_insee) <= _MAX_FORMER, "trop d’anciens codes INSEE", former_insee),
        (_VINTAGE.fullmatch(vintage), "millésime impossible", vintage),
    ):
        if not sound:
            raise RegisterFileError(line, f"{what} : {cell[:40]!r}")
    return Row(
        siren,
        _KINDS[kind],
        _CATEGORIES[category],
        name,
        insee,
        departement,
        departement_name,
        region,
        region_name,
        int(population),
        epci_siren,
        postal_codes,
        vintage,
        former_insee=former_insee,
    )


def _is_clean(text: str, at_most: int) -> bool:
    return len(text) <= at_most and text == text.strip() and text.isprintable()

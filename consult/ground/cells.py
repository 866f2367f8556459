"""Cells and lines of the files that leave the site (RFC 4180), which a spreadsheet may open without running anything; and how
long a cell may be in one that comes in."""

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from consult.ground.clock import PARIS

Cell = str | int | Decimal | date | datetime | None

_NEEDS_QUOTES = re.compile(r"[\",;\t\r\n]|^ | $")


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe comes first where one would begin.

    Formulas begin with = + - or @, in full width too, since some spreadsheets fold it; spaces, tabs and line ends before
    them do not count, and a tab or a line end is never left first.
    """
    first = unicodedata.normalize("NFKC", text.lstrip()[:1])
    return f"'{text}" if first in {"=", "+", "-", "@", "−"} or text[:1] in {"\t", "\r", "\n"} else text


def cell(value: Cell) -> str:
    """A value as a file holds it: texts neutralised, instants in ISO 8601 with the offset of Paris, codes and numbers bare."""
    match value:
        case None:
            return ""
        case StrEnum():
            return value.value
        case str():
            return neutral(value)
        case datetime():
            return value.astimezone(PARIS).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case _:
            return f"{value:f}" if isinstance(value, Decimal) else str(value)


def line(values: Iterable[Cell]) -> str:
    """One record. Semicolons are quoted too, because French spreadsheets split on them."""
    return ",".join(map(_quoted, map(cell, values))) + "\r\n"


def listed(values: Iterable[str | int]) -> str:
    """Several codes or numbers in one cell."""
    return "|".join(map(str, values))


@contextmanager
def long_cells(characters: int) -> Iterator[None]:
    """Within the block, a cell that is read may be so long; afterwards, the limit of the process is what it was."""
    before = csv.field_size_limit(characters)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text

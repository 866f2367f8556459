"""When a file may be read; its cells and lines (RFC 4180), which a spreadsheet may open without running anything."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from consult.calendar.rules import Calendar, Stage
from consult.ground.clock import PARIS
from consult.ground.refusals import Reason, Verdict, verdict

Cell = str | int | date | datetime | None


def may_publish(name: str, calendar: Calendar, at: datetime) -> Verdict:
    """Whether a file may be read at this instant: the ballot file once the vote has closed, the others always."""
    return verdict((name != "supports" or calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER))


MOST_DOWNLOADS = 5
DOWNLOADS_COUNTED_OVER = timedelta(hours=1)


def may_download(downloads: int) -> Verdict:
    """Whether someone may download their own data, after so many times within DOWNLOADS_COUNTED_OVER."""
    return verdict((downloads < MOST_DOWNLOADS, Reason.TOO_MANY_DOWNLOADS))


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
            return str(value)


def line(values: Iterable[Cell]) -> str:
    """One record. Semicolons are quoted too, because French spreadsheets split on them."""
    return ",".join(map(_quoted, map(cell, values))) + "\r\n"


def listed(values: Iterable[str | int]) -> str:
    """Several codes or numbers in one cell."""
    return "|".join(map(str, values))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text

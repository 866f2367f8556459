"""What the cells of an imported file mean: dates however they are written, HTML as text, the themes of a row."""

import html
import json
import re
from collections.abc import Container, Sequence
from datetime import datetime
from urllib.parse import urlsplit

from consult.ground.clock import PARIS, utc
from consult.ground.pasted import html_to_text
from consult.ground.text import fold, visible

_FORMULA = re.compile(r"^'(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20\u2212]|[\t\r\n])")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,5});")
_ARROW = re.compile(r'"\s*=>\s*')
_EMPTY_LINES = re.compile(r"\n(?:[ \t\u00a0]*\n)+")
_SPACED_OFFSET = re.compile(r"\s+([+-]\d{2}:?\d{2})$")
_FRENCH_DAY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4})")


def bare(cell: str) -> str:
    """A cell as it was meant: the apostrophe that an export puts before what a spreadsheet would run is taken off."""
    return _FORMULA.sub("", cell)


def in_french(cell: str) -> str:
    """What a cell says in French, when it holds every language, as JSON or as Ruby writes it; any other cell as it is.

    « {"fr": "Un vélo", "en": "A bike"} » gives « Un vélo »; of a list, each name, apart by |.
    """
    if not cell.startswith(("{", "[")):
        return cell
    try:
        return _french(json.loads(_ARROW.sub('":', cell).replace('":nil', '":null'))) or cell
    except (ValueError, RecursionError):
        return cell


def _french(said: object) -> str:
    if isinstance(said, str):
        return said
    if isinstance(said, list):
        return "|".join(filter(None, map(_french, said)))
    if not isinstance(said, dict):
        return ""
    return next(filter(None, (_french(said[name]) for name in ("fr", "name", *said) if name in said)), "")


def text_of(cell: str) -> str:
    """A text, from plain text or from HTML, whose entities an export may also leave in plain text."""
    plain = html_to_text(cell)
    if plain == cell:
        plain = visible(html.unescape(cell) if _ENTITY.search(cell) else cell)
    return _EMPTY_LINES.sub("\n\n", plain).strip()


def instant_of(typed: str) -> datetime | None:
    """An instant, from ISO 8601 or as Decidim and spreadsheets write it, in Paris without a zone; None when it is none."""
    text = _SPACED_OFFSET.sub(r"\1", typed.strip().removesuffix("UTC").strip() + ("Z" if "UTC" in typed else ""))
    text = _FRENCH_DAY.sub(lambda day: f"{day[3]}-{int(day[2]):02}-{int(day[1]):02}", text)
    try:
        read = datetime.fromisoformat(text)
        return utc(read if read.tzinfo else read.replace(tzinfo=PARIS))
    except (ValueError, OverflowError):
        return None


def host_of(url: str) -> str:
    """The site an address is on; "" when it is no address."""
    try:
        return (urlsplit(url).hostname or "")[:60]
    except ValueError:
        return ""


def said_themes(said: str, known: Container[str]) -> Sequence[str]:
    """The themes a cell names, apart by | or ; or by commas, which a label may also hold. `known` are folded."""
    if fold(said) in known:
        return [said]
    found: list[str] = []
    for part in filter(None, map(str.strip, re.split(r"[|;\n]", said))):
        pieces = [piece.strip() for piece in part.split(",") if piece.strip()]
        found += [part] if fold(part) in known or not all(fold(piece) in known for piece in pieces) else pieces
    return found


def siren_of(cell: str) -> str:
    """A SIREN as it may be typed: spaces within do not count."""
    return "".join(cell.split())

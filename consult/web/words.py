"""How instants, numbers and names are worded in French, in Paris time."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from markupsafe import Markup, escape

from consult.ground.clock import PARIS

MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
NBSP = "\u00a0"
NARROW = "\u202f"


def day(value: date | datetime) -> str:
    """« 20 avril 2021 » (« 1er » for the first of the month)."""
    there = _in_paris(value)
    number = "1er" if there.day == 1 else str(there.day)
    return f"{number}{NBSP}{MONTHS[there.month - 1]} {there.year}"


def short_day(value: date | datetime) -> str:
    """« 20 avril »: without the year, where the page has said it."""
    return day(value).rsplit(" ", 1)[0]


def weekday(value: date | datetime) -> str:
    """« mardi 20 avril 2021 »."""
    return f"{WEEKDAYS[_in_paris(value).weekday()]} {day(value)}"


def hour(value: datetime) -> str:
    """« 18 h 00 »."""
    there = value.astimezone(PARIS)
    return f"{there.hour}{NBSP}h{NBSP}{there.minute:02}"


def at_hour(value: datetime) -> str:
    """« 20 avril 2021 à 18 h 00 »: where the zone was already said."""
    return f"{day(value)} à {hour(value)}"


def closing(value: datetime) -> str:
    """« 30 avril 2021 à 18 h 00 »; an instant at midnight closes the day before: « 31 mai 2021 à minuit »."""
    return f"{day(_last_day(value))} à minuit" if _is_midnight(value) else at_hour(value)


def short_closing(value: datetime) -> str:
    """« 30 avril, 18 h 00 », « 31 mai, minuit »."""
    return f"{short_day(_last_day(value))}, minuit" if _is_midnight(value) else f"{short_day(value)}, {hour(value)}"


def _is_midnight(value: datetime) -> bool:
    return value.astimezone(PARIS).time() == time()


def _last_day(value: datetime) -> date:
    return value.astimezone(PARIS).date() - timedelta(days=1)


def instant(value: datetime) -> str:
    """« 20 avril 2021 à 18 h 00 (heure de Paris) »: a date that binds."""
    return f"{at_hour(value)} (heure de{NBSP}Paris)"


def parsed(iso: str) -> datetime:
    """The instant that a letter or the journal carries as text, ISO 8601 with its offset."""
    return datetime.fromisoformat(iso)


def moment(value: datetime) -> str:
    """« mardi 20 avril 2021, 10 h 00 »."""
    return f"{weekday(value)}, {hour(value)}"


def _in_paris(value: date | datetime) -> date:
    return value.astimezone(PARIS) if isinstance(value, datetime) else value


def remaining(until: datetime, at: datetime) -> str:
    """How long is left, in the unit that matters: days (rounded down) from two days on, then hours, then minutes."""
    left = max(until - at, timedelta())
    days, hours = left.days, int(left.total_seconds() // 3600)
    minutes = int(left.total_seconds() // 60)
    if days >= 2:
        return f"{days}{NBSP}jours"
    if hours >= 2:
        return f"{hours}{NBSP}heures"
    if minutes >= 2:
        return f"{minutes}{NBSP}minutes"
    return f"moins de 2{NBSP}minutes"


def number(value: float | None) -> str:
    """« 34 875 », « 12,5 »: grouped by thousands, decimal comma."""
    if value is None:
        return ""
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.10g}"
    return text.replace(",", NARROW).replace(".", ",")


def euros(amount: Decimal | int) -> str:
    """« 12 000 € », « 12 000,50 € »: cents only where there are some."""
    whole, cents = divmod(round(Decimal(amount) * 100), 100)
    return f"{number(int(whole))}{f',{int(cents):02}' if cents else ''}{NBSP}€"


def weight(size: int) -> str:
    """« 9,8 Mo », « 320 ko », « 12 octets »: how heavy a document is, never said lighter than it is."""
    if size < 1_000:
        return plural(size, "octet")
    if size < 1_000_000:
        return f"{number(-(-size // 1_000))}{NBSP}ko"
    return f"{number(-(-size // 100_000) / 10)}{NBSP}Mo"


def plural(count: int, singular: str, many: str | None = None) -> str:
    """« 1 contribution », « 2 contributions »: the number and its noun; from 2 on it is plural."""
    return f"{number(count)}{NBSP}{singular if count < 2 else many or singular + 's'}"


_BEFORE_HIGH_SIGNS = re.compile(r"[ \u00a0\u202f]*([;?!»])(?=\s|$|[)»])")
_BEFORE_COLON = re.compile(r"[ \u00a0\u202f]+:(?=\s|$)")
_AFTER_GUILLEMET = re.compile(r"«[ \u00a0\u202f]*")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")


def typo(text: str) -> str:
    """French typography: no-break spaces where a sign must not go to the next line, typographic apostrophes."""
    text = _BEFORE_HIGH_SIGNS.sub(rf"{NBSP}\1", text)
    text = _BEFORE_COLON.sub(f"{NBSP}:", text)
    text = _AFTER_GUILLEMET.sub(f"«{NBSP}", text)
    return _APOSTROPHE.sub("’", text)


def paragraphs(text: str) -> Markup:
    """Text as its author wrote it, escaped: an empty line makes a paragraph, a line end a line."""
    blocks = re.split(r"\n[ \t]*\n+", str(text).strip())
    return Markup("\n").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.splitlines()))
        for block in blocks
        if block.strip()
    )

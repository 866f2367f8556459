"""The calendar of an edition as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlsplit

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window


def icalendar(edition: Edition, url: str, at: datetime) -> str:
    """One event a stage; the last stage, which has no end, is the instant it opens. Lines end in CRLF."""
    events = [_event(edition, window, url, at) for window in edition.calendar.windows]
    return calendar_file(edition.title, events)


def calendar_file(name: str, events: Iterable[Iterable[str]], *, method: str = "PUBLISH") -> str:
    """A whole file of these events, each the lines between BEGIN:VEVENT and END:VEVENT."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Consult//Calendrier//FR",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        f"X-WR-CALNAME:{text(name)}",
        *(line for event in events for line in ("BEGIN:VEVENT", *event, "END:VEVENT")),
        "END:VCALENDAR",
    ]
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(edition: Edition, window: Window, url: str, at: datetime) -> list[str]:
    stage: Stage = window.stage
    lines = [
        f"UID:{edition.slug}-{stage.value}@{urlsplit(url).hostname}",
        f"DTSTAMP:{stamp(at)}",
        f"DTSTART:{stamp(window.opens_at)}",
        f"DTEND:{stamp(window.closes_at or window.opens_at)}",
        f"SUMMARY:{text(stage.label)}",
        f"DESCRIPTION:{text(edition.title)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
    ]
    if window.closes_at:
        lines += alarm("TRIGGER;RELATED=END:-P1D", f"Dernier jour : {stage.label}")
    return lines


def alarm(trigger: str, said: str) -> list[str]:
    """What a diary recalls before an event, at an offset from its beginning or its end."""
    return ["BEGIN:VALARM", "ACTION:DISPLAY", trigger, f"DESCRIPTION:{text(said)}", "END:VALARM"]


def stamp(at: datetime) -> str:
    """An instant, in UTC."""
    return at.strftime("%Y%m%dT%H%M%SZ")


def text(value: str) -> str:
    """A text as a line of the file holds it."""
    for char in "\\;,":
        value = value.replace(char, f"\\{char}")
    return value.replace("\n", "\\n")


def _folded(line: str) -> list[str]:
    """Lines of at most 75 octets, continued after a space, never cut inside a character."""
    pieces, current = [], ""
    for char in line:
        if len((current + char).encode()) > 75:
            pieces.append(current)
            current = " "
        current += char
    return [*pieces, current]

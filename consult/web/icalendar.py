"""The calendar of an edition as an iCalendar file (RFC 5545)."""

from datetime import datetime
from urllib.parse import urlsplit

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window


def icalendar(edition: Edition, url: str, at: datetime) -> str:
    """One event a stage; the last stage, which has no end, is the instant it opens. Lines end in CRLF."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Consult//Calendrier//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(edition.title)}",
    ]
    for window in edition.calendar.windows:
        lines += _event(edition, window, url, at)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(edition: Edition, window: Window, url: str, at: datetime) -> list[str]:
    stage: Stage = window.stage
    lines = [
        "BEGIN:VEVENT",
        f"UID:{edition.slug}-{stage.value}@{urlsplit(url).hostname}",
        f"DTSTAMP:{_stamp(at)}",
        f"DTSTART:{_stamp(window.opens_at)}",
        f"DTEND:{_stamp(window.closes_at or window.opens_at)}",
        f"SUMMARY:{_text(stage.label)}",
        f"DESCRIPTION:{_text(edition.title)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
    ]
    if window.closes_at:
        lines += [
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            "TRIGGER;RELATED=END:-P1D",
            f"DESCRIPTION:{_text('Dernier jour : ' + stage.label)}",
            "END:VALARM",
        ]
    return [*lines, "END:VEVENT"]


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
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

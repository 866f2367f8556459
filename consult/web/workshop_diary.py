"""A workshop as an event for one's own diary (RFC 5545): updated where it moves, cancelled where it is."""

from datetime import datetime
from urllib.parse import urlsplit

from consult.config import Settings
from consult.web.icalendar import alarm, calendar_file, stamp, text
from consult.web.words import NBSP
from consult.workshops.queries import Sheet


def diary_file(sheet: Sheet, url: str, settings: Settings, *, edition: str, with_link: bool, at: datetime) -> str:
    """The file of one workshop. Its UID stays while SEQUENCE grows at each change, so a diary replaces what it had."""
    workshop = sheet.workshop
    is_cancelled = workshop.cancelled_at is not None
    said = f"Proposition n°{NBSP}{sheet.proposal_number}{NBSP}: {sheet.proposal_title}"
    if is_cancelled:
        said = f"Annulé{NBSP}: {workshop.cancel_reason}"
    elif with_link and workshop.link:
        said = f"{said}\n\nEn ligne{NBSP}: {workshop.link}"
    event = [
        f"UID:{edition}-atelier-{workshop.number}@{urlsplit(settings.base_url).hostname}",
        f"SEQUENCE:{workshop.revision}",
        f"DTSTAMP:{stamp(at)}",
        f"DTSTART:{stamp(workshop.starts_at)}",
        f"DTEND:{stamp(workshop.ends_at)}",
        f"SUMMARY:{text(workshop.title)}",
        f"DESCRIPTION:{text(said)}",
        f"LOCATION:{text(workshop.place or 'En ligne')}",
        f"URL:{url}",
        f"ORGANIZER;CN={_parameter(settings.site_name)}:mailto:{settings.mail_from}",
        f"STATUS:{'CANCELLED' if is_cancelled else 'CONFIRMED'}",
    ]
    if not is_cancelled:
        event += alarm("TRIGGER:-PT1H", workshop.title)
    return calendar_file(workshop.title, [event], method="CANCEL" if is_cancelled else "PUBLISH")


def _parameter(value: str) -> str:
    """The value of a parameter, which may hold no quote."""
    return f'"{value.replace(chr(34), "")}"'

"""The four stages of an edition, as the ribbon shows them: dates, state in words, first dates announced."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from consult.calendar.model import Edition, StageWindow
from consult.calendar.rules import Boundary, Edge, Stage, Window
from consult.web import words


@dataclass(frozen=True, slots=True)
class RibbonStage:
    """One stage of the ribbon."""

    name: str
    dates_text: str
    state: str
    state_text: str | Markup
    note: str | None
    url: str | None = None


def ribbon(edition: Edition, at: datetime) -> list[RibbonStage]:
    """The stages in order, as they stand at this instant."""
    return [_stage(edition, row, window, at) for row, window in zip(edition.windows, edition.calendar.windows, strict=True)]


def _stage(edition: Edition, row: StageWindow, window: Window, at: datetime) -> RibbonStage:
    if window.stage is Stage.INTERESTS and at in window and edition.proclaimed_at is None:
        state, text = "open", "En attente des décisions du comité"
    elif at in window:
        state, text = (
            "open",
            "En cours" + (f" · encore {words.remaining(window.closes_at, at)}" if window.closes_at else ""),
        )
    elif at < window.opens_at:
        state, text = "next", "À venir"
    else:
        state, text = "past", "Terminé"
    return RibbonStage(
        name=window.stage.short_label,
        dates_text=dates(window),
        state=state,
        state_text=_ticking(text, window, at) if state == "open" else text,
        note=_first_dates(row),
    )


def _ticking(text: str, window: Window, at: datetime) -> str | Markup:
    """The words of the open stage, kept true by a small script where there is one."""
    if window.closes_at is None:
        return text
    head, _, left = text.partition(" · ")
    return Markup('{} · <time data-countdown datetime="{}" data-now="{}">{}</time>').format(
        head, window.closes_at.isoformat(), at.isoformat(), escape(left)
    )


def dates(window: Window) -> str:
    """« 15 mars – 30 avril, 18 h 00 », « à partir du 1er juin »."""
    if window.closes_at is None:
        return f"à partir du {words.short_day(window.opens_at)}"
    return f"{words.short_day(window.opens_at)} – {words.short_closing(window.closes_at)}"


def _first_dates(row: StageWindow) -> str | None:
    if row.first_closes_at and row.closes_at != row.first_closes_at:
        return f"initialement jusqu’au {words.short_closing(row.first_closes_at).split(',')[0]}"
    if row.opens_at != row.first_opens_at:
        return f"initialement à partir du {words.short_day(row.first_opens_at)}"
    return None


def boundary_words(boundary: Boundary) -> str:
    """« Le vote se termine », « Les candidatures des territoires référents ouvrent »: what changes at a boundary."""
    subject, opens, closes = {
        "needs": ("Le recueil des besoins", "ouvre", "se termine"),
        "voting": ("Le vote", "ouvre", "se termine"),
        "interests": ("L’appel à territoires référents", "ouvre", "se termine"),
        "tracking": ("Le suivi des services lauréats", "ouvre", "se termine"),
    }[boundary.stage.value]
    return f"{subject} {opens if boundary.edge is Edge.OPENS else closes}"

"""The drawing of services along the months: where each phase and each promise stands, out of a thousand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from consult.services.model import Phase
from consult.services.portfolio import Life
from consult.services.rules import Keeping

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """A phase."""

    phase: Phase
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A promise, on its due day."""

    kept: Keeping
    left: float


@dataclass(frozen=True, slots=True)
class Row:
    """A service."""

    life: Life
    bars: Sequence[Bar]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Frieze:
    """All of them on one scale, from the beginning of a month to the end of another."""

    first: date
    last: date
    today: float
    years: Sequence[tuple[int, float]]
    """Each first of January within, and where it stands."""
    rows: Sequence[Row]
    phases: Sequence[Phase]
    """Those that are drawn, for the key."""


def frieze(lives: Sequence[Life], today: date) -> Frieze | None:
    """The drawing of these services; None when there is none."""
    days = [day for life in lives for day in _days(life)]
    if not days:
        return None
    first, last = min(days).replace(day=1), _next_month(max(*days, today))
    length = (last - first).days

    def at(day: date) -> float:
        return round(WIDTH * (day - first).days / length, 1)

    rows = [
        Row(
            life,
            [Bar(stay.phase, at(stay.since), max(at(stay.until or today) - at(stay.since), 2.0)) for stay in life.stays],
            [Mark(promise.kept, at(promise.due_on)) for promise in life.promises],
        )
        for life in lives
    ]
    years = [(year, at(date(year, 1, 1))) for year in range(first.year, last.year + 1) if first <= date(year, 1, 1) < last]
    seen = {bar.phase for row in rows for bar in row.bars}
    return Frieze(first, last, at(today), years, rows, [phase for phase in Phase if phase in seen])


def _days(life: Life) -> list[date]:
    return [*(stay.since for stay in life.stays), *(promise.due_on for promise in life.promises)]


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)

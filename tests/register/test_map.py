"""The map has every département of the register, overseas included, and says where it comes from."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from consult.register import build_map
from consult.register.map import SHIPPED, SOURCE, outlines
from consult.register.queries import departements

STEP = re.compile(r"-?\d+")


def corners(path: str) -> list[tuple[int, int]]:
    """Every point of a path, wherever its rings begin."""
    found = []
    for ring in path.strip("z").split("z"):
        numbers = [int(number) for number in STEP.findall(ring)]
        x, y = numbers[:2]
        found.append((x, y))
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def test_every_departement_of_the_register_is_on_the_map_and_nothing_else(app: Flask) -> None:
    assert list(outlines().outlines) == [code for code, _ in departements()]


def test_each_outline_is_a_shape_inside_the_drawing() -> None:
    drawing = outlines()
    for code, path in drawing.outlines.items():
        points = corners(path)
        assert len(points) > 3, code
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in points), code
        assert re.fullmatch(r"(M-?\d+[ -]\d+l[-\d ]+z)+", path), code


def test_overseas_fills_its_frames_and_nobody_else_enters_them() -> None:
    drawing = outlines()
    named = {frame.label: frame for frame in drawing.frames}
    assert list(named) == ["Autour de Paris", *(one.name for one in build_map.OVERSEAS)]
    for label, frame in named.items():
        inside = {
            code
            for code, path in drawing.outlines.items()
            if any(0 <= x - frame.x <= frame.width and 0 <= y - frame.y <= frame.height for x, y in corners(path))
        }
        expected = set(build_map.AROUND_PARIS) if frame.y == 0 else {o.code for o in build_map.OVERSEAS if o.name == label}
        assert inside == expected


def test_neighbours_share_the_points_of_their_border() -> None:
    """The Lot and the Dordogne: a border simplified on one side alone would leave a gap."""
    shared = set(corners(outlines().outlines["46"])) & set(corners(outlines().outlines["24"]))
    assert len(shared) > 5


def test_it_says_where_it_comes_from() -> None:
    assert SOURCE.licence == "CC BY 4.0"
    assert SOURCE.licence_url.startswith("https://creativecommons.org/")
    assert "Natural Earth" in SOURCE.attribution


def test_it_is_small_enough_to_be_drawn_in_a_page() -> None:
    assert SHIPPED.stat().st_size < 32_000


SQUARE = '<path id="{code}" aria-label="X" d="m 100,100 0,0 10,0 0,0 0,10 -10,0 0,0 z"/>'
WORLD = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[-61, 16], [0, 0]]],
    "objects": {"countries": {"geometries": [{"id": "250", "type": "MultiPolygon", "arcs": [[[0]]]}]}},
}


def test_a_source_that_has_changed_stops_the_build() -> None:
    with pytest.raises(build_map.MapError, match="95 départements instead of 96"):
        build_map.metropole("".join(SQUARE.format(code=f"{code:02}") for code in range(1, 96)))
    with pytest.raises(build_map.MapError, match="unforeseen in a path"):
        build_map.metropole(SQUARE.format(code="01").replace("0,10", "c 0,10"))
    with pytest.raises(build_map.MapError, match="not in the world"):
        build_map.overseas(WORLD)


def test_the_command_says_how_it_is_used(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["build_map"])
    assert build_map.main() == 2
    assert "MAP.svg WORLD.json OUT" in capsys.readouterr().err


def test_a_border_is_thinned_the_same_from_both_sides() -> None:
    border = [(0.0, 0.0), (10.0, 4.0), (20.0, -3.0), (30.0, 0.5), (40.0, 0.0), (60.0, 20.0)]
    assert build_map._thinned(border) == build_map._thinned(border[::-1])[::-1]


def test_what_ships_is_in_the_order_of_the_codes(tmp_path: Path) -> None:
    said = json.loads(SHIPPED.read_text("utf-8"))
    assert list(said) == ["width", "height", "frames", "outlines"]
    assert list(said["outlines"]) == sorted(said["outlines"])

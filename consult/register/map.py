"""The outlines of the départements, as `build_map.py` made them: read once, drawn by the pages."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from consult.register.build_map import Frame
from consult.register.file import Source

SHIPPED = Path(__file__).parent / "data" / "map.json"

SOURCE = Source(**tomllib.loads((SHIPPED.parent / "MAP.toml").read_text("utf-8")))
"""Where the outlines come from, which the page that draws them says."""


@dataclass(frozen=True, slots=True)
class Outlines:
    """A drawing, in units of its own: its size, its frames, and the `d` of an SVG path for each département by code."""

    width: int
    height: int
    frames: Sequence[Frame]
    outlines: Mapping[str, str]


@cache
def outlines() -> Outlines:
    """The drawing that ships."""
    said = json.loads(SHIPPED.read_text("utf-8"))
    return Outlines(said["width"], said["height"], [Frame(**frame) for frame in said["frames"]], said["outlines"])

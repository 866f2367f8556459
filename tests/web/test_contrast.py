"""Text is read at 7 : 1 or more, edges and focus are seen at 4.5 : 1, in the light scheme and in the dark one."""

import re
from pathlib import Path

import pytest

CSS = (Path(__file__).parents[2] / "static" / "app.css").read_text()
GROUNDS = ("paper", "card", "sunk")
KINDS = ("ocre", "bleu", "prune", "brique", "neutral")

TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "sapin", "sapin-deep", "brique") for ground in GROUNDS),
    *((kind, f"{kind}-tint") for kind in KINDS),
    *(("ink", f"{kind}-tint") for kind in (*KINDS, "sapin")),
    ("sapin-word", "sapin-tint"),
    ("ink-2", "sapin-tint"),
    ("on-sapin", "sapin"),
    ("on-sapin", "sapin-deep"),
]
SHAPES = [
    *((shape, ground) for shape in ("edge", "focus") for ground in GROUNDS),
    *(("focus", f"{kind}-tint") for kind in ("sapin", "ocre", "bleu", "brique")),
    ("sapin", "bar-rest"),
]
PAIRS = [(*pair, 7.0) for pair in TEXT] + [(*pair, 4.5) for pair in SHAPES]


def values(opening: str) -> dict[str, str]:
    """The colours of the first list of custom properties after `opening`."""
    body = CSS.partition(opening)[2].partition("}")[0]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3}(?:[0-9a-f]{3})?);", body))


LIGHT = values("\n:root {")
DARK = values("@media (prefers-color-scheme: dark) {\n  :root {")
SCHEMES = {"light": LIGHT, "dark": DARK}


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = (int(digits[start : start + 2], 16) / 255 for start in (0, 2, 4))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (the same) to 21 (black and white)."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("over", "under", "least"), PAIRS)
def test_colours_are_told_apart(scheme: str, over: str, under: str, least: float) -> None:
    colours = SCHEMES[scheme]
    assert contrast(colours[over], colours[under]) >= least


def test_the_dark_scheme_redefines_every_colour() -> None:
    assert LIGHT.keys() == DARK.keys()

"""A drawing of numbers that go up and down by steps, each month: two curves, the second within the first."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stairs:
    """What draws it, in units of its own: months across, numbers up."""

    width: int
    height: int
    """The highest number."""
    outer: str
    """The `d` of an SVG path, closed on the ground."""
    inner: str


def stairs(numbers: Sequence[tuple[int, int]]) -> Stairs | None:
    """The drawing of these (whole, part) by month; None when it would show nothing: a single month, or nothing but noughts."""
    height = max((whole for whole, _ in numbers), default=0)
    if len(numbers) < 2 or not height:
        return None
    return Stairs(
        len(numbers),
        height,
        _path([whole for whole, _ in numbers], height),
        _path([part for _, part in numbers], height),
    )


def _path(numbers: Sequence[int], height: int) -> str:
    steps = "".join(f"V{height - number}H{month}" for month, number in enumerate(numbers, start=1))
    return f"M0 {height}{steps}V{height}Z"

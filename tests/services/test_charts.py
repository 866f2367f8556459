"""The geometry of pictures: a bar is whole, a chart holds what it shows, and there is none where there is nothing to see."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.services.charts import HEIGHT, LEFT, RIGHT, TOP, WIDTH, chart, stacked

DAY = date(2021, 6, 1)


def decimals(*values: str) -> list[Decimal]:
    """These numbers, exact."""
    return [Decimal(value) for value in values]


def test_the_parts_of_a_sum_fill_the_bar() -> None:
    parts = stacked([("a", "A", Decimal(50)), ("b", "B", Decimal(0)), ("c", "C", Decimal(150))])
    assert [(part.name, part.start, part.width) for part in parts] == [("a", 0.0, 25.0), ("c", 25.0, 75.0)]


def test_nothing_has_no_parts() -> None:
    assert stacked([("a", "A", Decimal(0))]) == []


@pytest.mark.parametrize("days", [[], [0], [3, 3]])
def test_there_is_no_chart_without_two_days(days: list[int]) -> None:
    assert chart([(DAY + timedelta(days=n), Decimal(n)) for n in days], Decimal(5)) is None


@pytest.mark.parametrize(
    ("values", "target", "levels"),
    [
        pytest.param(("0", "10"), None, ("0", "5", "10"), id="round numbers"),
        pytest.param(("3", "98"), "100", ("0", "50", "100"), id="zero is near"),
        pytest.param(("95", "98"), None, ("95", "96", "97", "98"), id="zero is far"),
        pytest.param(("7", "7"), None, ("5", "10"), id="always the same"),
        pytest.param(("0", "0"), None, ("0", "1"), id="always nought"),
        pytest.param(("-4", "-1"), None, ("-4", "-2", "0"), id="below nought"),
        pytest.param(("0.0001", "0.0003"), None, ("0", "0.0001", "0.0002", "0.0003"), id="very small"),
    ],
)
def test_levels_are_round(values: tuple[str, ...], target: str | None, levels: tuple[str, ...]) -> None:
    drawn = chart(
        [(DAY + timedelta(days=n), value) for n, value in enumerate(decimals(*values))], Decimal(target) if target else None
    )
    assert drawn is not None
    assert [tick.value for tick in drawn.ticks] == decimals(*levels)


VALUES = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


@given(st.lists(VALUES, min_size=2, max_size=20), st.none() | VALUES)
def test_everything_is_inside_and_higher_values_are_higher(values: list[Decimal], target: Decimal | None) -> None:
    drawn = chart([(DAY + timedelta(days=n), value) for n, value in enumerate(values)], target)
    assert drawn is not None
    assert 2 <= len(drawn.ticks) <= 7
    for line in [*drawn.ticks, *drawn.points, *([drawn.target] if drawn.target else [])]:
        assert TOP - 0.01 <= line.y <= HEIGHT
    assert [point.x for point in drawn.points] == sorted(point.x for point in drawn.points)
    assert (drawn.points[0].x, drawn.points[-1].x) == (LEFT, WIDTH - RIGHT)
    by_value = sorted(drawn.points, key=lambda point: point.value)
    assert all(high.y <= low.y + 1e-6 for low, high in pairwise(by_value))
    assert drawn.path.startswith("M")
    assert drawn.path.count("L") == len(values) - 1

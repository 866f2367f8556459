"""Which shade a département has, and what each shade stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.web.maps import SHADES, departement_map, shades


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([], []),
        ([0, 0], []),
        ([0, 3, 3, 3], ["3"]),
        ([1, 2, 2, 7], ["1", "2", "7"]),
        ([1, 2, 3, 4], ["1", "2", "3", "4"]),
        ([1, 1, 1, 1, 2, 3, 4, 5], ["1", "2 à 3", "4 à 5"]),
        ([1, 2, 3, 4, 5, 6, 7, 8], ["1 à 2", "3 à 4", "5 à 6", "7 à 8"]),
        ([1, 40, 900, 1000, 1234], ["1 à 40", "900", "1\u202f000", "1\u202f234"]),
    ],
)
def test_what_each_shade_stands_for(numbers: list[int], expected: list[str]) -> None:
    assert [shade.label for shade in shades(numbers)] == expected


@given(st.lists(st.integers(0, 900), max_size=101))
def test_every_number_has_one_shade_and_every_shade_a_number(numbers: list[int]) -> None:
    found = shades(numbers)
    assert len(found) <= SHADES
    assert [shade.rank for shade in found] == list(range(1, len(found) + 1))
    for number in numbers:
        assert sum(shade.low <= number <= shade.high for shade in found) == (number > 0)
    assert all(any(shade.low <= number <= shade.high for number in numbers) for shade in found)


def test_a_departement_without_any_is_on_the_map_with_the_lightest_shade() -> None:
    drawn = departement_map({"46": ("Lot", 3), "42": ("Loire", 1), "971": ("Guadeloupe", 0)})
    by_code = {shape.code: shape for shape in drawn.shapes}
    assert (by_code["46"].shade, by_code["42"].shade, by_code["971"].shade, by_code["2A"].shade) == (2, 1, 0, 0)
    assert by_code["46"].label == "Lot"
    assert drawn.empty == len(drawn.shapes) - 2

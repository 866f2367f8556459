"""Whom a scheme helps, at the exact days and thresholds."""

from datetime import date

import pytest

from consult.triage.eligibility import Opening, opening

FIRST, LAST = date(2021, 1, 25), date(2021, 5, 28)


@pytest.mark.parametrize(
    ("opens_on", "closes_on", "today", "answer"),
    [
        (FIRST, LAST, date(2021, 1, 24), Opening.NEXT),
        (FIRST, LAST, FIRST, Opening.OPEN),
        (FIRST, LAST, LAST, Opening.OPEN),
        (FIRST, LAST, date(2021, 5, 29), Opening.OVER),
        (FIRST, None, date(2031, 1, 1), Opening.OPEN),
        (None, LAST, date(2001, 1, 1), Opening.OPEN),
        (None, LAST, date(2021, 5, 29), Opening.OVER),
        (None, None, FIRST, Opening.UNKNOWN),
    ],
)
def test_both_days_of_a_scheme_are_included(
    opens_on: date | None, closes_on: date | None, today: date, answer: Opening
) -> None:
    assert opening(opens_on, closes_on, today) is answer

"""Whom a scheme helps, at the exact days and thresholds, and why it does not help the others."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from consult.demo.company import EDITION_FILE
from consult.register.rules import Kind
from consult.triage.eligibility import (
    Answer,
    Judgement,
    Opening,
    Project,
    Terms,
    TermsError,
    Why,
    judgements,
    opening,
    standing,
)
from consult.triage.file import read_schemes

TABLE = {draft.code: draft.rules for draft in read_schemes(EDITION_FILE)}
COMMUNE, EPCI, DEPARTEMENT = Kind.COMMUNE, Kind.EPCI, Kind.DEPARTEMENT
YES, NO, UNKNOWN = Answer.APPLIES, Answer.DOES_NOT, Answer.UNKNOWN


def terms(**said: object) -> Terms:
    """A rule that is always open and helps everyone, unless more is said."""
    always = {"who": "Tous.", "purpose": "Tout.", "funding": "Un peu.", "opens_on": date(2000, 1, 1)}
    return Terms(**(always | said))  # type: ignore[arg-type]


def judged(
    schemes: Mapping[str, Sequence[Terms]],
    code: str,
    kind: Kind = COMMUNE,
    population: int | None = 450,
    theme: str | None = None,
    day: date = date(2021, 3, 1),
) -> Judgement:
    """What one of these schemes answers."""
    return judgements(schemes, Project(kind, population, theme, day))[code]


def whys(found: Judgement) -> list[Why]:
    """Its reasons."""
    return [cause.why for cause in found.causes]


@pytest.mark.parametrize(
    ("code", "kind", "population", "day", "answer", "reasons"),
    [
        ("axe2-donnees", COMMUNE, 450, date(2021, 3, 1), NO, [Why.TOO_SMALL]),
        ("axe2-donnees", EPCI, 499_999, date(2021, 3, 1), NO, [Why.TOO_SMALL]),
        ("axe2-donnees", EPCI, 500_000, date(2021, 3, 1), YES, []),
        ("axe2-donnees", DEPARTEMENT, 77_000, date(2021, 3, 1), YES, []),
        ("axe2-donnees", DEPARTEMENT, None, date(2021, 3, 1), YES, []),
        ("axe2-donnees", EPCI, None, date(2021, 3, 1), UNKNOWN, [Why.POPULATION_NOT_SAID]),
        ("axe2-donnees", EPCI, 500_000, date(2021, 1, 24), NO, [Why.NOT_YET]),
        ("axe2-donnees", EPCI, 500_000, date(2021, 1, 25), YES, []),
        ("axe2-donnees", EPCI, 500_000, date(2021, 5, 28), YES, []),
        ("axe2-donnees", EPCI, 500_000, date(2021, 5, 29), NO, [Why.CLOSED]),
        ("axe2-donnees", COMMUNE, 450, date(2021, 5, 29), NO, [Why.CLOSED, Why.TOO_SMALL]),
        ("axe2-second", EPCI, 299_999, date(2021, 10, 8), NO, [Why.TOO_SMALL]),
        ("axe2-second", EPCI, 300_000, date(2021, 10, 8), YES, []),
        ("axe2-second", EPCI, 300_000, date(2021, 10, 7), NO, [Why.NOT_YET]),
        ("axe2-second", DEPARTEMENT, 77_000, date(2021, 11, 22), YES, []),
        ("axe2-second", DEPARTEMENT, 77_000, date(2021, 11, 23), NO, [Why.CLOSED]),
        ("axe3-guichets", COMMUNE, 450, date(2021, 2, 28), NO, [Why.NOT_YET]),
        ("axe3-guichets", COMMUNE, 450, date(2021, 3, 1), YES, []),
        ("axe3-guichets", EPCI, 499_999, date(2021, 5, 28), YES, []),
        ("axe3-guichets", EPCI, 500_000, date(2021, 5, 28), NO, [Why.HELPED_ALREADY]),
        ("axe3-guichets", EPCI, 500_000, date(2021, 5, 29), YES, []),
        ("axe3-guichets", DEPARTEMENT, 77_000, date(2021, 10, 8), NO, [Why.HELPED_ALREADY]),
        ("axe3-guichets", EPCI, None, date(2021, 3, 1), UNKNOWN, [Why.DEPENDS]),
        ("investigations", COMMUNE, 450, date(2021, 3, 15), UNKNOWN, [Why.CONDITIONS]),
        ("investigations", COMMUNE, 450, date(2021, 3, 16), NO, [Why.CLOSED]),
        ("societe-numerique", COMMUNE, 450, date(2021, 3, 1), UNKNOWN, [Why.DATES_NOT_SAID, Why.CONDITIONS]),
        ("hors-champ", COMMUNE, 450, date(2021, 3, 1), NO, [Why.PAYS_NOTHING]),
    ],
)
def test_the_table_of_2021(
    code: str, kind: Kind, population: int | None, day: date, answer: Answer, reasons: list[Why]
) -> None:
    found = judged(TABLE, code, kind, population, None, day)
    assert (found.answer, whys(found)) == (answer, reasons)


def test_who_helps_already_is_named() -> None:
    (cause,) = judged(TABLE, "axe3-guichets", DEPARTEMENT, 77_000).causes
    assert cause.schemes == ("axe2-dematerialisation", "axe2-donnees", "axe2-cooperation")


def test_kinds_and_the_largest_population() -> None:
    only = {"un": [terms(kinds=(COMMUNE,), max_population=3500)]}
    assert judged(only, "un", COMMUNE, 3500).answer is YES
    assert whys(judged(only, "un", COMMUNE, 3501)) == [Why.TOO_LARGE]
    assert whys(judged(only, "un", EPCI, 3501)) == [Why.KIND, Why.TOO_LARGE]


def test_a_theme_that_is_not_said_decides_nothing() -> None:
    only = {"un": [terms(themes=("inclusion",))]}
    assert judged(only, "un", theme="inclusion").answer is YES
    assert whys(judged(only, "un", theme="mobilite")) == [Why.THEME]
    assert whys(judged(only, "un", theme=None)) == [Why.THEME_NOT_SAID]


def test_a_scheme_without_a_rule_is_unknown() -> None:
    assert whys(judged({"un": []}, "un")) == [Why.NO_RULE]


class TestSeveralRules:
    SPRING = terms(closes_on=date(2021, 5, 28), min_population=500_000)
    AUTUMN = terms(opens_on=date(2021, 10, 8), closes_on=date(2021, 11, 22), min_population=300_000)
    BOTH: Mapping[str, Sequence[Terms]] = {"axe2": [SPRING, AUTUMN]}

    def test_the_one_of_the_day_answers(self) -> None:
        assert judged(self.BOTH, "axe2", EPCI, 400_000, day=date(2021, 10, 8)).rule is self.AUTUMN
        found = judged(self.BOTH, "axe2", EPCI, 400_000)
        assert (found.rule, whys(found)) == (self.SPRING, [Why.TOO_SMALL])

    def test_and_one_that_will_help_is_said(self) -> None:
        assert judged(self.BOTH, "axe2", EPCI, 400_000).later is self.AUTUMN
        assert judged(self.BOTH, "axe2", EPCI, 299_999).later is None

    def test_between_two_calls_the_next_one_answers(self) -> None:
        found = judged(self.BOTH, "axe2", EPCI, 400_000, day=date(2021, 7, 1))
        assert (found.rule, whys(found), found.later) == (self.AUTUMN, [Why.NOT_YET], None)

    def test_a_scheme_is_open_as_soon_as_one_is(self) -> None:
        assert [standing(self.BOTH["axe2"], date(2021, month, 10)) for month in (5, 7, 10, 12)] == [
            Opening.OPEN,
            Opening.NEXT,
            Opening.OPEN,
            Opening.OVER,
        ]


def test_what_gives_way_in_a_circle_refuses_nobody() -> None:
    circle = {"un": [terms(unless=("deux",))], "deux": [terms(unless=("un",))]}
    assert {code: judged(circle, code).answer for code in circle} == {"un": UNKNOWN, "deux": UNKNOWN}


def test_what_gives_way_to_what_gives_way() -> None:
    chain = {"trois": [terms(unless=("deux", "ailleurs"))], "deux": [terms(unless=("un",))], "un": [terms()]}
    assert [judged(chain, code).answer for code in ("un", "deux", "trois")] == [YES, NO, YES]


@pytest.mark.parametrize(
    "wrong",
    [
        {"opens_on": date(2021, 5, 2), "closes_on": date(2021, 5, 1)},
        {"min_population": 2, "max_population": 1},
        {"min_population": -1},
        {"max_population": -1},
        {"rate": Decimal("1.01")},
    ],
)
def test_a_rule_that_nothing_meets_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(TermsError):
        terms(**wrong)


DAYS = some.dates(date(2021, 1, 1), date(2021, 1, 6))
FEW = some.integers(0, 5)
CODES, THEMES = ("un", "deux", "trois"), ("a", "b")


@some.composite
def any_rule(draw: some.DrawFn) -> Terms:
    """A rule with close limits, so that projects fall on them."""
    days, people = sorted([draw(DAYS), draw(DAYS)]), sorted([draw(FEW), draw(FEW)])
    some_kinds = some.sets(some.sampled_from(Kind), max_size=2).map(tuple)
    return terms(
        opens_on=draw(some.sampled_from([None, days[0]])),
        closes_on=draw(some.sampled_from([None, days[1]])),
        min_population=draw(some.sampled_from([None, people[0]])),
        max_population=draw(some.sampled_from([None, people[1]])),
        kinds=draw(some_kinds),
        exempt_kinds=draw(some_kinds),
        themes=draw(some.sets(some.sampled_from(THEMES)).map(tuple)),
        unless=draw(some.sets(some.sampled_from(CODES)).map(tuple)),
        conditions=draw(some.sampled_from(["", "Rural."])),
        rate=draw(some.sampled_from([None, Decimal(0), Decimal(1)])),
    )


PROJECTS = some.builds(Project, some.sampled_from(Kind), some.none() | FEW, some.none() | some.sampled_from(THEMES), DAYS)


@given(some.fixed_dictionaries({code: some.lists(any_rule(), max_size=3) for code in CODES}), PROJECTS)
def test_one_answer_each_and_a_reason_for_all_but_a_yes(schemes: dict[str, list[Terms]], project: Project) -> None:
    found = judgements(schemes, project)
    assert list(found) == list(schemes)
    for code, one in found.items():
        assert bool(one.causes) == (one.answer is not Answer.APPLIES)
        assert (one.rule in schemes[code]) if schemes[code] else (one.rule is None)
        if one.answer is Answer.APPLIES:
            assert one.rule is not None
            assert one.rule.opens_on is None or one.rule.opens_on <= project.day
            assert one.rule.closes_on is None or project.day <= one.rule.closes_on
            assert not any(found[other].answer is Answer.APPLIES for other in one.rule.unless)


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

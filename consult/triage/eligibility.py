"""Whom a scheme helps, for what, and when: what its rules answer to one project, and why, as pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from consult.register.rules import Kind


class TermsError(ValueError):
    """Two limits of a rule contradict each other; the message says which, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A rule of a scheme as published. Days are in Paris, both included; None and empty have no limit, and say nothing more.

    Raises TermsError when a limit is below the one it should be above.
    """

    who: str
    purpose: str
    funding: str
    opens_on: date | None = None
    closes_on: date | None = None
    kinds: tuple[Kind, ...] = ()
    """Kinds of collectivités it helps; empty: all."""
    min_population: int | None = None
    max_population: int | None = None
    is_indicative: bool = False
    """The limits of population were published with an « environ »."""
    exempt_kinds: tuple[Kind, ...] = ()
    """Kinds that the limits of population do not concern."""
    themes: tuple[str, ...] = ()
    """Slugs of the edition's themes; empty: all."""
    unless: tuple[str, ...] = ()
    """Codes of schemes: it helps only those whom none of them helps."""
    conditions: str = ""
    """What must also hold and nothing here can check, in words: the answer is then neither yes nor no."""
    rate: Decimal | None = None
    """The share of the cost that is paid, at most; 0: it pays nothing, and only says what is out of scope."""
    exclusions: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Refuse what no collectivité or no day could ever meet."""
        if self.opens_on and self.closes_on and self.closes_on < self.opens_on:
            raise TermsError("Le dernier jour est avant le premier.")
        lowest = self.min_population or 0
        if lowest < 0 or (self.max_population is not None and self.max_population < lowest):
            raise TermsError("La population maximale est sous la minimale, ou l’une d’elles est négative.")
        if self.rate is not None and not 0 <= self.rate <= 1:
            raise TermsError("Le taux va de 0 à 1.")

    @property
    def limits_population(self) -> bool:
        return self.min_population is not None or self.max_population is not None


class Opening(StrEnum):
    """Where a scheme stands on a given day."""

    OPEN = "open"
    NEXT = "next"
    OVER = "over"
    UNKNOWN = "unknown"
    """No date is known: it is neither promised nor denied."""

    @property
    def label(self) -> str:
        return {
            Opening.OPEN: "Ouvert",
            Opening.NEXT: "Pas encore ouvert",
            Opening.OVER: "Terminé",
            Opening.UNKNOWN: "Dates non précisées",
        }[self]


def opening(opens_on: date | None, closes_on: date | None, today: date) -> Opening:
    """Where a rule stands: both days are included, and a limit that is not known does not close it."""
    if opens_on is None and closes_on is None:
        return Opening.UNKNOWN
    if opens_on is not None and today < opens_on:
        return Opening.NEXT
    if closes_on is not None and closes_on < today:
        return Opening.OVER
    return Opening.OPEN


_NEAREST = (Opening.OPEN, Opening.NEXT, Opening.UNKNOWN, Opening.OVER)


def standing(rules: Sequence[Terms], today: date) -> Opening:
    """Where a scheme stands: open as soon as one of its rules is."""
    found = {opening(rule.opens_on, rule.closes_on, today) for rule in rules} or {Opening.UNKNOWN}
    return next(state for state in _NEAREST if state in found)


@dataclass(frozen=True, slots=True)
class Project:
    """For whom help is sought, about what, on which day in Paris; None: not said."""

    kind: Kind
    population: int | None
    theme: str | None
    day: date


class Answer(StrEnum):
    """What a scheme answers to a project."""

    APPLIES = "applies"
    UNKNOWN = "unknown"
    DOES_NOT = "does_not"


class Why(StrEnum):
    """Why a scheme does not apply, or why nobody can tell from here."""

    PAYS_NOTHING = "pays_nothing"
    NOT_YET = "not_yet"
    CLOSED = "closed"
    KIND = "kind"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    THEME = "theme"
    HELPED_ALREADY = "helped_already"

    NO_RULE = "no_rule"
    DATES_NOT_SAID = "dates_not_said"
    POPULATION_NOT_SAID = "population_not_said"
    THEME_NOT_SAID = "theme_not_said"
    CONDITIONS = "conditions"
    DEPENDS = "depends"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason, and what it needs to be said in words."""

    why: Why
    rule: Terms | None = None
    schemes: tuple[str, ...] = ()
    """Codes of the schemes that help already, or on which it depends."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a scheme answers to a project: yes without a word, otherwise every reason."""

    answer: Answer
    rule: Terms | None
    """The rule that answers: the one that applies, or else the one nearest to it; None when the scheme has none."""
    causes: tuple[Cause, ...] = ()
    later: Terms | None = None
    """A rule that will apply once its first day has come, when none does today."""


def judgements(schemes: Mapping[str, Sequence[Terms]], project: Project) -> Mapping[str, Judgement]:
    """What each scheme, by code, answers to a project: yes, no and why, or unknown and why.

    A scheme that gives way to others (`unless`) is judged after them. When schemes give way to one another in a circle,
    the ones met again on the way are taken as unknown: nobody is refused because of a circle.
    """
    found: dict[str, Judgement] = {}
    asked: set[str] = set()

    def judge(code: str) -> Answer:
        if code not in found:
            if code in asked:
                return Answer.UNKNOWN
            asked.add(code)
            others = dict.fromkeys(other for rule in schemes[code] for other in rule.unless if other in schemes)
            answers = {other: judge(other) for other in others}
            found[code] = _judgement(schemes[code], project, answers)
        return found[code].answer

    for code in schemes:
        judge(code)
    return {code: found[code] for code in schemes}


def _judgement(rules: Sequence[Terms], project: Project, others: Mapping[str, Answer]) -> Judgement:
    if not rules:
        return Judgement(Answer.UNKNOWN, None, (Cause(Why.NO_RULE),))
    weighed = [(rule, _against(rule, project, others), _doubts(rule, project, others)) for rule in rules]

    def distance(one: tuple[Terms, list[Cause], list[Cause]]) -> tuple[int, int, int]:
        rule, against, doubts = one
        where = opening(rule.opens_on, rule.closes_on, project.day)
        return (0 if not against and not doubts else 1 if not against else 2), _NEAREST.index(where), len(against)

    rule, against, doubts = min(weighed, key=distance)
    if not against:
        return Judgement(Answer.UNKNOWN if doubts else Answer.APPLIES, rule, tuple(doubts))
    later = (one for one, no, unsure in weighed if [cause.why for cause in no] == [Why.NOT_YET] and not unsure)
    first = min(later, key=lambda one: one.opens_on or project.day, default=None)
    return Judgement(Answer.DOES_NOT, rule, tuple(against), first if first is not rule else None)


def _against(rule: Terms, project: Project, others: Mapping[str, Answer]) -> list[Cause]:
    """Every reason for which a rule does not help a project."""
    where, number = opening(rule.opens_on, rule.closes_on, project.day), project.population
    counted = number is not None and project.kind not in rule.exempt_kinds
    helping = tuple(code for code in rule.unless if others.get(code) is Answer.APPLIES)
    held = {
        Why.PAYS_NOTHING: rule.rate == 0,
        Why.NOT_YET: where is Opening.NEXT,
        Why.CLOSED: where is Opening.OVER,
        Why.KIND: bool(rule.kinds) and project.kind not in rule.kinds,
        Why.TOO_SMALL: counted and rule.min_population is not None and (number or 0) < rule.min_population,
        Why.TOO_LARGE: counted and rule.max_population is not None and (number or 0) > rule.max_population,
        Why.THEME: bool(rule.themes) and project.theme is not None and project.theme not in rule.themes,
        Why.HELPED_ALREADY: bool(helping),
    }
    return [Cause(why, rule, helping if why is Why.HELPED_ALREADY else ()) for why, holds in held.items() if holds]


def _doubts(rule: Terms, project: Project, others: Mapping[str, Answer]) -> list[Cause]:
    """Every reason for which nobody can tell from here whether a rule helps a project."""
    limited = rule.limits_population and project.kind not in rule.exempt_kinds
    unsure = tuple(code for code in rule.unless if others.get(code) is Answer.UNKNOWN)
    held = {
        Why.DATES_NOT_SAID: rule.opens_on is None and rule.closes_on is None,
        Why.POPULATION_NOT_SAID: limited and project.population is None,
        Why.THEME_NOT_SAID: bool(rule.themes) and project.theme is None,
        Why.CONDITIONS: bool(rule.conditions),
        Why.DEPENDS: bool(unsure),
    }
    return [Cause(why, rule, unsure if why is Why.DEPENDS else ()) for why, holds in held.items() if holds]

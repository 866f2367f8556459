"""What the rule of a scheme says, and why it does not apply to a project, or nobody can tell from here, in plain words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from consult.triage.eligibility import Cause, Project, Terms, Why
from consult.web import words


@dataclass(frozen=True, slots=True)
class Names:
    """What schemes and themes are called: by code, by slug."""

    schemes: Mapping[str, str]
    themes: Mapping[str, str]


def rule_dates(rule: Terms) -> str:
    """Between which days it stands."""
    match rule.opens_on, rule.closes_on:
        case None, None:
            return "non précisées"
        case opens_on, None:
            return f"à partir du {_day(opens_on)}, sans date de fin connue"
        case None, closes_on:
            return f"jusqu’au {_day(closes_on)} compris"
        case opens_on, closes_on:
            return f"du {_day(opens_on)} au {_day(closes_on)}, ces deux jours compris"


def rule_lines(rule: Terms, names: Names) -> Sequence[tuple[str, str]]:
    """Everything a rule says, by label; what it says nothing of is empty."""
    others = ", ".join(names.schemes.get(code, code) for code in rule.unless)
    return [
        ("Pour qui", rule.who),
        ("Natures", ", ".join(kind.plural for kind in rule.kinds)),
        ("Population", _population(rule)),
        ("Autre condition", rule.conditions),
        ("Pas pour", f"ceux que ces guichets aident déjà{words.NBSP}: {others}" if others else ""),
        ("Pour quoi", rule.purpose),
        ("Thèmes", ", ".join(names.themes.get(slug, slug) for slug in rule.themes)),
        ("Financement", rule.funding),
        ("Ce qu’il ne paie pas", rule.exclusions),
        ("Dates", rule_dates(rule)),
    ]


def rule_changes(before: Terms, after: Terms, names: Names) -> Sequence[tuple[str, str, str]]:
    """What a correction changed: each label with what was said and what is."""
    both = zip([*rule_lines(before, names), *_beside(before)], [*rule_lines(after, names), *_beside(after)], strict=True)
    return [(label, was, now) for (label, was), (_, now) in both if was != now]


def _beside(rule: Terms) -> Sequence[tuple[str, str]]:
    """What a page shows under the rule, or counts with, and a correction may change alone."""
    share = "" if rule.rate is None else f"{words.number(float(100 * rule.rate))}{words.NBSP}%"
    return [("Part payée, au plus", share), ("Source", rule.source)]


def _population(rule: Terms) -> str:
    around = "environ " if rule.is_indicative else ""
    match rule.min_population, rule.max_population:
        case None, None:
            return ""
        case int(least), None:
            limits = f"à partir {'d’environ ' if around else 'de '}{words.plural(least, 'habitant')}"
        case None, int(most):
            limits = f"jusqu’à {around}{words.plural(most, 'habitant')}"
        case int(least), int(most):
            limits = f"de {around}{words.number(least)} à {words.plural(most, 'habitant')}"
    indicative = " (seuil indicatif)" if around else ""
    exempt = " et les ".join(kind.plural for kind in rule.exempt_kinds)
    return f"{limits}{indicative}{f', sauf pour les {exempt}' if exempt else ''}"


def said(cause: Cause, project: Project, names: Names) -> str:
    """A reason, as a whole sentence."""
    if cause.rule is None:
        return "Ses règles ne sont pas encore connues."
    others = _listed(cause.schemes, names.schemes)
    return words.typo(_SENTENCES[cause.why](cause.rule, project, names, others))


def _listed(keys: Sequence[str], known: Mapping[str, str]) -> str:
    return ", ".join(f"« {known.get(key, key)} »" for key in keys)


def _day(value: date | None) -> str:
    return words.day(value) if value else "un jour inconnu"


def _too_small(rule: Terms, project: Project, _names: Names, _others: str) -> str:
    needed = f"{'environ' if rule.is_indicative else 'au moins'} {words.plural(rule.min_population or 0, 'habitant')}"
    return f"Population trop petite : {_people(project)} ; il en faut {needed}{_indicative(rule)}."


def _too_large(rule: Terms, project: Project, _names: Names, _others: str) -> str:
    most = f"{'environ ' if rule.is_indicative else ''}{words.plural(rule.max_population or 0, 'habitant')}"
    return f"Population trop grande : {_people(project)} ; le maximum est de {most}{_indicative(rule)}."


def _people(project: Project) -> str:
    return words.plural(project.population or 0, "habitant")


def _indicative(rule: Terms) -> str:
    return " (seuil indicatif : s’il est proche, demandez au guichet)" if rule.is_indicative else ""


_SENTENCES: Mapping[Why, Callable[[Terms, Project, Names, str], str]] = {
    Why.PAYS_NOTHING: lambda *_: "Ce n’est pas une aide : il dit ce que la consultation ne finance pas.",
    Why.NOT_YET: lambda rule, *_: f"Pas encore ouvert : il ouvre le {_day(rule.opens_on)}.",
    Why.CLOSED: lambda rule, *_: f"Terminé : son dernier jour était le {_day(rule.closes_on)}.",
    Why.KIND: lambda rule, project, *_: (
        f"Réservé à d’autres collectivités ({', '.join(kind.plural for kind in rule.kinds)}) ; "
        f"vous demandez pour : {project.kind.label}."
    ),
    Why.TOO_SMALL: _too_small,
    Why.TOO_LARGE: _too_large,
    Why.THEME: lambda rule, _, names, *__: f"Autre thème : il n’aide que {_listed(rule.themes, names.themes)}.",
    Why.HELPED_ALREADY: lambda *told: f"Réservé à ceux qu’un autre guichet n’aide pas ; or s’applique déjà : {told[-1]}.",
    Why.DATES_NOT_SAID: lambda *_: "Dates non précisées.",
    Why.POPULATION_NOT_SAID: lambda *_: "Il dépend de la population : donnez-la pour le savoir.",
    Why.THEME_NOT_SAID: lambda rule, _, names, *__: f"Il n’aide que certains thèmes : {_listed(rule.themes, names.themes)}.",
    Why.CONDITIONS: lambda rule, *_: f"Condition : {rule.conditions}",
    Why.DEPENDS: lambda *told: f"Réservé à ceux qu’un autre guichet n’aide pas ; à vérifier d’abord : {told[-1]}.",
}
assert set(_SENTENCES) == set(Why) - {Why.NO_RULE}, "every reason has its words"  # noqa: S101

"""Why a scheme does not apply to a project, or why nobody can tell from here, in plain words."""

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

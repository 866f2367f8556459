"""The texts of a contribution one after the other, and what each correction changed, word by word."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from flask import Blueprint, render_template

from consult.calendar.queries import themes
from consult.contributions.actions import owner_of
from consult.contributions.differences import Piece, differences
from consult.contributions.hidden import HIDDEN_TITLE, is_readable
from consult.contributions.queries import one
from consult.contributions.rules import ContributionType
from consult.contributions.versions import FIELDS, Version, history
from consult.web import doors, words
from consult.web.context import actor, edition

pages = Blueprint("versions", __name__)

_COMMON = {"partner": "Organisation", "title": "Titre", "themes": "Thèmes"}
_NEED = _COMMON | {
    "situation": "La situation",
    "audience": "Qui est concerné",
    "effects": "Ce que cela changerait",
}
_SERVICE = _COMMON | {
    "situation": "Le service",
    "audience": "À qui il s’adresse",
    "effects": "Ce qu’il a changé",
    "users": "Qui l’utilise",
    "url": "Adresse du service",
    "repository": "Code source",
    "licence": "Licence",
    "funding_sought": "Financement recherché",
    "funding_purpose": "À quoi servirait un financement",
}
LABELS = {ContributionType.NEED: _NEED, ContributionType.EXISTING_SERVICE: _SERVICE}


@dataclass(frozen=True, slots=True)
class Step:
    """A version: its whole text, and what it changed in the one before, field by field."""

    rank: int
    at: datetime
    text: Sequence[tuple[str, str]]
    changes: Sequence[tuple[str, Sequence[Piece]]]


@pages.get("/<edition:e>/contributions/<int:n>/versions")
@doors.public
def index(e: str, n: int) -> str:
    """Every text of a contribution, the present one first. A hidden text is hidden in all of them."""
    the_edition = edition(e)
    contribution = one(the_edition.id, n)
    readable = is_readable(actor(), owner=owner_of(contribution), hidden_at=contribution.hidden_at)
    return render_template(
        "contributions/versions.html",
        contribution=contribution,
        title=contribution.title if readable else HIDDEN_TITLE,
        steps=_steps(history(contribution), contribution.type, the_edition.id) if readable else None,
    )


def _steps(versions: Sequence[Version], type_: ContributionType, edition_id: int) -> Sequence[Step]:
    names = {theme.slug: theme.label for theme in themes(edition_id)}
    labels = [(name, LABELS[type_][name]) for name in (*FIELDS, "themes") if name in LABELS[type_]]
    said = [(version, {name: _words(name, version.text.get(name), names) for name, _ in labels}) for version in versions]
    steps = [
        Step(version.rank, version.at, [(label, text[name]) for name, label in labels if text[name]], [])
        for version, text in said
    ]
    for rank, ((_, before), (_, after)) in enumerate(pairwise(said), start=1):
        changed = [(label, differences(before[name], after[name])) for name, label in labels if before[name] != after[name]]
        steps[rank] = Step(steps[rank].rank, steps[rank].at, steps[rank].text, changed)
    return steps[::-1]


def _words(name: str, value: Any, names: dict[str, str]) -> str:
    """A field of a version, as it is read."""
    if name == "themes":
        return " · ".join(names.get(slug, slug) for slug in value or ())
    if name == "funding_sought" and value:
        return words.euros(Decimal(value))
    return str(value or "")

"""The filters of contributions, as an address says them. A value that does not exist is left out, and the page says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from consult.calendar.queries import themes
from consult.contributions.queries import Filters, Sort
from consult.contributions.rules import RECEIVED, ContributionType
from consult.register.queries import departements
from consult.web.forms.contributions import FiltersForm

LONGEST_SAID = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the list."""

    form: FiltersForm
    filters: Filters
    active: Sequence[str]
    """The filters in force, in words."""
    ignored: Sequence[str]
    """What was asked for and does not exist, in words."""
    themes: Mapping[int, str]
    """Every theme of the edition, by id, for the lines of the list."""


def asked(edition_id: int) -> Asked:
    """Read the address of the request. Two statements, to know the themes and the départements."""
    every = themes(edition_id)
    form = FiltersForm(formdata=request.args)
    form.offer(every, departements())
    known = {name: _known(form[name]) for name in ("type", "theme", "statut", "departement", "tri")}
    filters = Filters(
        type=next((type_ for type_ in ContributionType if type_.slug == known["type"]), None),
        theme_id=next((theme.id for theme in every if theme.slug == known["theme"]), None),
        status=next((status for status in RECEIVED if status.slug == known["statut"]), None),
        departement=known["departement"],
        words=form.q.data or "",
        sort=Sort(known["tri"] or Sort.RECENT),
    )
    return Asked(
        form=form,
        filters=filters,
        active=[label for name in ("type", "theme", "statut", "departement") if (label := _label(form[name], known[name]))]
        + ([f"« {form.q.data} »"] if form.q.data else []),
        ignored=[
            f"{form[name].label.text} « {_short(form[name].data)} »" for name in known if form[name].data and not known[name]
        ],
        themes={theme.id: theme.label for theme in every},
    )


def _known(field: Any) -> str | None:
    """The value asked for, when it is one of the choices; an empty one asks for nothing."""
    return field.data if field.data and any(value == field.data for value, _ in field.choices) else None


def _label(field: Any, value: str | None) -> str:
    return next((label for known, label in field.choices if value and known == value), "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"

"""The filters of contributions, as an address says them. A value that does not exist is left out, and the page says so."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from consult.calendar.queries import themes
from consult.contributions.queries import Filters, Sort
from consult.contributions.rules import RECEIVED, ContributionType
from consult.register.queries import lines, places
from consult.register.rules import Kind, Stratum
from consult.web.forms.contributions import FiltersForm

LONGEST_SAID = 40
CHOSEN = ("type", "theme", "statut", "texte", "nature", "region", "departement", "population")
"""The filters that are a choice among a few, as addresses say them."""
FOR_THE_TEAM = ("texte",)
"""Those that the public list does not have."""
IN_ADDRESS = (*CHOSEN, "collectivite", "q")
"""Every filter, as addresses say them."""


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

    @property
    def query(self) -> dict[str, str]:
        """The filters in force, as an address says them; the sort is not one."""
        known = {name: _known(self.form[name]) for name in CHOSEN if name in self.form}
        return {
            name: value
            for name, value in (known | {"collectivite": self.filters.siren, "q": self.filters.words}).items()
            if value
        }


def asked(edition_id: int, *, by_team: bool = False) -> Asked:
    """Read the address of the request. Two statements, to know the themes and the places; one more for a collectivité.

    The desk has filters of its own, and its own order.
    """
    every = themes(edition_id)
    form = FiltersForm(formdata=request.args)
    form.offer(every, *places())
    for name in ("tri",) if by_team else FOR_THE_TEAM:
        del form[name]
    known = {name: _known(form[name]) for name in (*CHOSEN, "tri") if name in form}
    siren, named = _collectivite(form)
    filters = Filters(
        type=next((type_ for type_ in ContributionType if type_.slug == known["type"]), None),
        theme_id=next((theme.id for theme in every if theme.slug == known["theme"]), None),
        status=next((status for status in RECEIVED if status.slug == known["statut"]), None),
        departement=known["departement"],
        region=known["region"],
        kind=Kind(known["nature"]) if known["nature"] else None,
        stratum=Stratum(known["population"]) if known["population"] else None,
        siren=siren,
        words=form.q.data or "",
        hidden=known.get("texte") is not None,
        sort=Sort(known.get("tri") or Sort.RECENT),
    )
    chosen = [_label(form[name], value) for name, value in known.items() if name in CHOSEN]
    labels = [*chosen, named, f"« {form.q.data} »" if form.q.data else ""]
    unknown = [name for name in known if form[name].data and not known[name]]
    if form.collectivite.data and not siren:
        unknown.append("collectivite")
    return Asked(
        form=form,
        filters=filters,
        active=[label for label in labels if label],
        ignored=[f"{form[name].label.text} « {_short(form[name].data)} »" for name in unknown],
        themes={theme.id: theme.label for theme in every},
    )


def _collectivite(form: FiltersForm) -> tuple[str | None, str]:
    """The SIREN asked for, when the register knows it, and the name of the collectivité."""
    typed = form.collectivite.data
    found = lines([typed]).get(typed) if typed else None
    return (found.siren, found.full_name) if found else (None, "")


def _known(field: Any) -> str | None:
    """The value asked for, when it is one of the choices; an empty one asks for nothing."""
    return field.data if field.data and any(value == field.data for value, _ in field.choices) else None


def _label(field: Any, value: str | None) -> str:
    return next((label for known, label in field.choices if value and known == value), "")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SAID else f"{text[:LONGEST_SAID]}…"

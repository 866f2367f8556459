"""The filters of the desk of candidatures, as an address says them. A value that does not exist is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from consult.interests.desk import Filters, Preparation, Readers, Sort, volunteered_for
from consult.interests.model import InterestStatus, Level
from consult.register.queries import places, todays
from consult.register.rules import Kind, Stratum
from consult.web.context import actor
from consult.web.forms.steering_interests import ALL, DeskFiltersForm

CHOSEN = ("etat", "proposition", "niveau", "nature", "population", "departement", "reponse", "lecture", "message")
KEPT = (*CHOSEN, "tri", "page")
"""What an address of the desk keeps of the list."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the desk."""

    form: DeskFiltersForm
    filters: Filters
    active: Sequence[str]
    """The filters in force, in words."""

    @property
    def tells_notes(self) -> bool:
        """Whether the list was asked for by its notes: they are then shown, even to who has not given theirs."""
        return self.filters.sort is Sort.BEST or self.filters.read in (Readers.HIGH, Readers.MIDDLE, Readers.LOW)


def asked(edition_id: int) -> Asked:
    """Read the address of the request. Two statements, to know the propositions and the places."""
    form = DeskFiltersForm(formdata=request.args)
    form.offer(volunteered_for(edition_id), places()[0])
    known = {name: _known(form[name]) for name in (*CHOSEN, "tri")}
    state = known["etat"] or InterestStatus.SUBMITTED.value
    filters = Filters(
        proposal=int(known["proposition"]) if known["proposition"] else None,
        level=Level(known["niveau"]) if known["niveau"] else None,
        kind=Kind(known["nature"]) if known["nature"] else None,
        stratum=Stratum(known["population"]) if known["population"] else None,
        departement=known["departement"],
        status=None if state == ALL else InterestStatus(state),
        prepared=Preparation(known["reponse"]) if known["reponse"] else None,
        read=Readers(known["lecture"]) if known["lecture"] else None,
        unanswered=known["message"] is not None,
        sort=Sort(known["tri"] or Sort.OLDEST),
    )
    labels = [_label(form[name], known[name]) for name in CHOSEN]
    return Asked(form, filters, [label for label in labels if label])


def kept() -> dict[str, Any]:
    """What the address carries of the list."""
    return {name: request.args[name] for name in KEPT if request.args.get(name)}


def own() -> tuple[str, ...]:
    """The collectivités that the reader speaks for, and those that these stand for: they instruct nothing of what all offer."""
    sirens = {mandate.siren for mandate in actor().mandates}
    return (*sirens, *(ended for ended, today in (todays() if sirens else {}).items() if today.siren in sirens))


def _known(field: Any) -> str | None:
    return field.data if field.data and any(value == field.data for value, _ in field.choices) else None


def _label(field: Any, value: str | None) -> str:
    return next((label for known, label in field.choices if value and known == value), "")

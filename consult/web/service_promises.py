"""A promise of a service that slips or is given up, a stop that did not happen: one page an act, at its desk."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from consult.services import actions, phases
from consult.web import doors, words
from consult.web.context import actor, received_at
from consult.web.forms.service_desk import MoveForm, ReasonForm
from consult.web.service_desk import act, done, milestone_of, own

pages = Blueprint("service_promises", __name__)


@pages.route("/<edition:e>/services/<int:n>/gestion/jalons/<int:milestone_id>/report", methods=["GET", "POST"])
@doors.signed_in
def move(e: str, n: int, milestone_id: int) -> ResponseReturnValue:
    """A milestone is promised for another day."""
    sheet, form = own(e, n), MoveForm()
    promised = milestone_of(sheet, milestone_id)

    def write() -> ResponseReturnValue:
        actions.move_milestone(actor(), promised.id, due_on=form.due_on.data, reason=form.reason.data, at=received_at())
        return done(f"Jalon déplacé au {words.day(form.due_on.data)}. L’ancienne date reste affichée, barrée.", e, n)

    said = {"sheet": sheet, "promised": promised, "title": "Déplacer un jalon", "submit": "Déplacer ce jalon"}
    return act(form, write, "services/act.html", **said)


@pages.route("/<edition:e>/services/<int:n>/gestion/phase/annulation", methods=["GET", "POST"])
@doors.moderators
def undo_stop(e: str, n: int) -> ResponseReturnValue:
    """It was written that the service stopped, and it did not."""
    sheet, form = own(e, n), ReasonForm()

    def write() -> ResponseReturnValue:
        phases.undo_stop(actor(), sheet.service.id, reason=form.reason.data, at=received_at())
        return done("L’arrêt est annulé. Il reste dans l’histoire du service, barré.", e, n)

    return act(form, write, "services/act.html", sheet=sheet, title="Annuler un arrêt", submit="Annuler cet arrêt")


@pages.route("/<edition:e>/services/<int:n>/gestion/jalons/<int:milestone_id>/abandon", methods=["GET", "POST"])
@doors.signed_in
def drop(e: str, n: int, milestone_id: int) -> ResponseReturnValue:
    """A milestone is given up."""
    sheet, form = own(e, n), ReasonForm()
    promised = milestone_of(sheet, milestone_id)

    def write() -> ResponseReturnValue:
        actions.drop_milestone(actor(), promised.id, reason=form.reason.data, at=received_at())
        return done("Jalon abandonné. Il reste affiché, avec sa raison.", e, n)

    said = {"sheet": sheet, "promised": promised, "title": "Abandonner un jalon", "submit": "Abandonner ce jalon"}
    return act(form, write, "services/act.html", **said)

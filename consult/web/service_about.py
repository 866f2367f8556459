"""What a service says of itself, at its desk; and who bears it, which the agency decides."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from consult.ground.refusals import NotFound
from consult.services import queries
from consult.services.bearers import add_bearer, remove_bearer
from consult.services.links import describe
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.service_desk import BearerForm, DescriptionForm, ReasonForm
from consult.web.service_desk import act, done, own

pages = Blueprint("service_about", __name__)


@pages.route("/<edition:e>/services/<int:n>/gestion/presentation", methods=["GET", "POST"])
@doors.signed_in
def description(e: str, n: int) -> ResponseReturnValue:
    """Its name, its links, what it takes to deploy it."""
    sheet, form = own(e, n), DescriptionForm()
    if not form.is_submitted():
        form.show(sheet.service)

    def write() -> ResponseReturnValue:
        revision = -1 if form.revision.data is None else form.revision.data
        describe(actor(), sheet.service.id, form.draft(), revision=revision, at=received_at())
        return done("La présentation du service est à jour.", e, n)

    said = {"sheet": sheet, "title": "Présenter le service", "submit": "Enregistrer la présentation"}
    return act(form, write, "services/act.html", **said)


@pages.route("/<edition:e>/services/<int:n>/gestion/porteurs", methods=["GET", "POST"])
@doors.moderators
def bearers(e: str, n: int) -> ResponseReturnValue:
    """The collectivités that bear the service; one more."""
    sheet, form = own(e, n), BearerForm()
    said = {"sheet": sheet, "bearers": queries.borne_by(sheet.service.id)}

    def write() -> ResponseReturnValue:
        try:
            add_bearer(actor(), sheet.service.id, form.siren.data, reason=form.reason.data, at=received_at())
        except NotFound:
            form.siren.errors = ["Aucune collectivité du registre n’a ce SIREN aujourd’hui."]
            return render_template("services/bearers.html", form=form, **said), 422
        return done("Cette collectivité porte désormais le service.", e, n)

    return act(form, write, "services/bearers.html", **said)


@pages.route("/<edition:e>/services/<int:n>/gestion/porteurs/<siren>/retrait", methods=["GET", "POST"])
@doors.moderators
def remove(e: str, n: int, siren: str) -> ResponseReturnValue:
    """A collectivité no longer bears the service."""
    sheet, form = own(e, n), ReasonForm()
    found = next((one for one in queries.borne_by(sheet.service.id) if one.siren == siren), None)
    if found is None:
        raise NotFound

    def write() -> ResponseReturnValue:
        remove_bearer(actor(), sheet.service.id, siren, reason=form.reason.data, at=received_at())
        return done("Cette collectivité ne porte plus le service.", e, n)

    said = {"sheet": sheet, "title": "Retirer une collectivité porteuse", "submit": "Retirer cette collectivité"}
    return act(form, write, "services/act.html", about=found.full_name, **said)

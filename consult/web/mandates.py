"""In whose name one acts: choosing among one's own collectivités, from the header of every page."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.colleagues.mandates import choose_mandate
from consult.ground.refusals import NotFound
from consult.web import doors
from consult.web.context import actor, received_at, session_key
from consult.web.forms.colleagues import MandateForm
from consult.web.sign_in import local_path

pages = Blueprint("mandates", __name__)


@pages.post("/compte/mandat")
@doors.newcomers
def choose() -> ResponseReturnValue:
    """Act in the name of another of one's collectivités, and go on with the page one was reading."""
    form = MandateForm()
    if not form.validate_on_submit() or form.attachment.data is None:
        raise NotFound
    choose_mandate(actor(), session_key(), form.attachment.data, at=received_at())
    chosen = next((one for one in actor().mandates if one.attachment_id == form.attachment.data), None)
    if chosen:
        flash(f"Vous agissez maintenant pour {chosen.name}.", "success")
    return redirect(local_path(form.suite.data) or url_for("home.index"), 303)

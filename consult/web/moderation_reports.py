"""What readers reported, for the team: those that wait first, each settled with what was done."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.ground.refusals import Refused
from consult.triage.file_queries import reports
from consult.triage.reports import settle as settle_report
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.desk import SettleForm
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS, wording

pages = Blueprint("moderation_reports", __name__)


@pages.get("/moderation/<edition:e>/signalements")
@doors.moderators
def index(e: str) -> str:
    """The list."""
    return _page(edition(e))


@pages.post("/moderation/<edition:e>/signalements/<int:report_id>")
@doors.moderators
def settle(e: str, report_id: int) -> ResponseReturnValue:
    """Settle one, with what was done about it."""
    the_edition, form = edition(e), SettleForm()
    if not form.validate_on_submit():
        return _page(the_edition, report_id, form), 422
    try:
        settle_report(actor(), report_id, answer=form.answer.data, at=received_at())
    except Refused as refused:
        page = _page(the_edition, report_id, form, wording(refused.reason, refused.moment))
        return make_response(page, REFUSALS[refused.reason].status)
    flash("Le signalement est traité.", "success")
    return redirect(url_for("moderation_reports.index", e=e), 303)


def _page(the_edition: Edition, wrong: int | None = None, form: SettleForm | None = None, why_refused: str = "") -> str:
    found = reports(the_edition.id, page=page_number())
    forms = {one.id: SettleForm(formdata=None) for one in found.items if not one.settled_at}
    if form and wrong in forms:
        forms[wrong] = form
    for id_, each in forms.items():
        _apart(each, id_)
    return render_template("moderation/reports.html", page=found, forms=forms, form=form, why_refused=why_refused)


def _apart(form: SettleForm, report_id: int) -> None:
    """One of several on the page: its fields have ids of their own."""
    for field in form:
        field.id = field.label.field_id = f"{field.name}-{report_id}"

"""Bringing in contributions gathered elsewhere: a try that writes nothing, then the import, whole or not at all."""

from contextlib import closing

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.queries import editions, themes
from consult.contributions.import_file import ImportFault
from consult.contributions.import_queries import runs
from consult.contributions.imports import ImportReport, import_contributions
from consult.contributions.rules import may_import, may_see_imports
from consult.web import doors, words
from consult.web.context import actor, edition, latest_edition, received_at
from consult.web.forms.imports import ImportForm
from consult.web.reasons import wording

pages = Blueprint("imports", __name__)

MOST_BYTES = 20 * 1024 * 1024
FAULTS_SHOWN = 100


def _make_room() -> None:
    """Before anything of the request is read: a file of contributions weighs more than a form does elsewhere."""
    if request.method == "POST" and request.endpoint == "imports.create":
        may_see_imports(actor()).or_refuse()
        request.max_content_length = MOST_BYTES + 64 * 1024


@pages.record_once
def _before_the_token(state: BlueprintSetupState) -> None:
    """Just after the instant of reception is noted, and before the token of the form is looked for in the request."""
    state.app.before_request_funcs.setdefault(None, []).insert(1, _make_room)


@pages.get("/pilotage/imports")
@doors.administrators
def index() -> str:
    """The form, and what was imported before."""
    slug = request.args.get("edition")
    the_edition = edition(slug) if slug else latest_edition() or abort(404)
    form = ImportForm(formdata=None)
    return _page(the_edition, form)


@pages.post("/pilotage/imports")
@doors.administrators
def create() -> ResponseReturnValue:
    """Try, or import, a whole file."""
    the_edition = edition(request.form.get("edition", ""))
    form = ImportForm()
    form.offer(themes(the_edition.id))
    if not form.validate_on_submit():
        may_import(actor(), calendar=the_edition.calendar, at=received_at()).or_refuse()
        return _page(the_edition, form), 422
    is_try = request.form.get("act") == "try"
    try:
        with closing(form.file.data) as sent:
            content = sent.read()
        report = import_contributions(actor(), the_edition.id, content, form.options(), at=received_at(), is_rehearsal=is_try)
    except ImportFault as refused:
        form.file.errors = ["Ce fichier est refusé : rien n’a été importé. Corrigez-le, puis choisissez-le de nouveau."]
        return _page(the_edition, form, faults=refused), 422
    if is_try:
        return _page(the_edition, form, report=report)
    flash(_said(report), "success")
    return redirect(url_for("imports.index", edition=the_edition.slug), 303)


def _said(report: ImportReport) -> str:
    known = f" ; {words.plural(report.skipped, 'était déjà là', 'étaient déjà là')}" if report.skipped else ""
    if not report.numbers:
        return f"Rien de nouveau dans ce fichier{known}."
    first, last = report.numbers
    numbers = f"n°{words.NBSP}{first}" if first == last else f"n°{words.NBSP}{first} à {last}"
    return f"{words.plural(report.created, 'contribution importée', 'contributions importées')}, {numbers}{known}."


def _page(
    the_edition: Edition, form: ImportForm, *, faults: ImportFault | None = None, report: ImportReport | None = None
) -> str:
    form.edition.data = the_edition.slug
    form.offer(themes(the_edition.id))
    verdict = may_import(actor(), calendar=the_edition.calendar, at=received_at())
    return render_template(
        "steering/imports.html",
        the_edition=the_edition,
        editions=editions(),
        form=form,
        faults=faults.faults if faults else [],
        most=FAULTS_SHOWN,
        report=report,
        runs=runs(the_edition.id),
        why_not=wording(verdict.reason, verdict.moment) if verdict.reason else None,
    )

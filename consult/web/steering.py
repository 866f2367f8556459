"""The steering desk: what waits for the team, and the dates of an edition."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar import actions, queries
from consult.calendar.model import Edition, StageWindow
from consult.calendar.rules import Stage, may_move_window
from consult.ground.refusals import NotFound, Refused
from consult.interests.queries import awaiting
from consult.services.money_queries import waiting
from consult.services.queries import born
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.steering import MoveForm
from consult.workshops.queries import to_come

pages = Blueprint("steering", __name__)


@pages.get("/pilotage")
@doors.moderators
def index() -> str:
    """Every edition, what waits in each, and the desks."""
    return render_template(
        "steering/index.html",
        editions=queries.editions(),
        awaiting=awaiting(),
        born=born(),
        to_come=to_come(received_at()),
        proposed=waiting(),
    )


@pages.get("/pilotage/<edition:e>/calendrier")
@doors.administrators
def calendar(e: str) -> str:
    """The four windows, each with a way to move it."""
    the_edition = edition(e)
    return render_template("steering/calendar.html", windows=the_edition.windows, changes=queries.changes(the_edition.id))


@pages.get("/pilotage/<edition:e>/calendrier/<stage>")
@doors.administrators
def window(e: str, stage: str) -> str:
    """The form that moves a stage."""
    row = _row(edition(e), stage)
    return _form_page(row, MoveForm(opens_at=row.opens_at, closes_at=row.closes_at))


@pages.post("/pilotage/<edition:e>/calendrier/<stage>")
@doors.administrators
def move(e: str, stage: str) -> ResponseReturnValue:
    """Check the dates, show what would change, then — once confirmed — move them."""
    the_edition, form = edition(e), MoveForm()
    row = _row(the_edition, stage)
    if row.stage is not Stage.TRACKING:
        form.must_close()
    if not form.validate_on_submit():
        return _form_page(row, form), 422
    if form.is_edited_again:
        return _form_page(row, form)
    try:
        _check(the_edition, row, form)
        read = the_edition.read_if_moved(form.moved(row.stage), at=received_at())
        if form.is_confirmed and (read is None or form.must_be_understood()):
            return _move(the_edition, row, form)
    except Refused as refused:
        status = form.refused(refused)
        return _form_page(row, form), status
    page = render_template("steering/move_confirm.html", row=row, form=form, moved=form.moved(row.stage), read=read)
    return page, 422 if form.is_confirmed else 200


def _move(the_edition: Edition, row: StageWindow, form: MoveForm) -> ResponseReturnValue:
    actions.move_window(actor(), the_edition.id, form.moved(row.stage), reason=form.reason.data, at=received_at())
    flash(
        f"Les dates de l’étape «{words.NBSP}{row.stage.label}{words.NBSP}» sont changées. Le registre public le dit.", "success"
    )
    return redirect(url_for("steering.calendar", e=the_edition.slug), 303)


def _check(the_edition: Edition, row: StageWindow, form: MoveForm) -> None:
    """Ask the rule before asking to confirm. Raises Refused."""
    may_move_window(
        actor(),
        calendar=the_edition.calendar,
        moved=form.moved(row.stage),
        reason=form.reason.data,
        proclaimed=the_edition.proclaimed_at is not None,
        at=received_at(),
    ).or_refuse()


def _row(the_edition: Edition, stage: str) -> StageWindow:
    for row in the_edition.windows:
        if row.stage.value == stage:
            return row
    raise NotFound


def _form_page(row: StageWindow, form: MoveForm) -> str:
    return render_template("steering/move.html", row=row, form=form, is_endless=row.stage is Stage.TRACKING)

"""The grid by which candidatures are read: set in public, by an administrator, until it is used or candidatures close."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.refusals import Refused
from consult.interests.grid import criteria_of, drafts, grid_is_in_use, set_grid, version
from consult.interests.grid_rules import may_set_grid
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.steering_interests import GridForm

pages = Blueprint("steering_grid", __name__)


@pages.get("/pilotage/<edition:e>/criteres")
@doors.moderators
def show(e: str) -> str:
    """The grid, and the form that changes it; once it is frozen, since when and why."""
    the_edition = edition(e)
    current = drafts(criteria_of(the_edition.id))
    form = GridForm.of(current, formdata=None)
    form.read.data = version(current)
    return _page(the_edition, form)


@pages.post("/pilotage/<edition:e>/criteres")
@doors.administrators
def change(e: str) -> ResponseReturnValue:
    """Give the edition another grid, with its reason."""
    the_edition, form = edition(e), GridForm.of([])
    if not form.validate_on_submit():
        return _page(the_edition, form), 422
    try:
        set_grid(
            actor(),
            the_edition.id,
            form.criteria(),
            reason=form.reason.data,
            read=form.read.data or None,
            at=received_at(),
        )
    except Refused as refused:
        status = form.refused(refused)
        return _page(the_edition, form), status
    flash("La grille est fixée. Le journal public le dit, avec votre raison.", "success")
    return redirect(url_for("steering_grid.show", e=e), 303)


def _page(the_edition: Edition, form: GridForm) -> str:
    criteria, is_scored = criteria_of(the_edition.id), grid_is_in_use(the_edition.id)
    verdict = may_set_grid(
        actor(),
        calendar=the_edition.calendar,
        is_scored=is_scored,
        criteria=None,
        current=drafts(criteria),
        reason="",
        is_as_read=True,
        at=received_at(),
    )
    return render_template(
        "steering/grid.html",
        criteria=criteria,
        form=form,
        verdict=verdict,
        is_scored=is_scored,
        window=the_edition.calendar.window(Stage.INTERESTS),
    )

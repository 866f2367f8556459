"""What the committee decided, once proclaimed."""

from flask import Blueprint, render_template

from consult.calendar.rules import Stage
from consult.selection.model import Outcome
from consult.selection.queries import departed, proclaimed
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("decisions", __name__)


@pages.get("/<edition:e>/decisions")
@doors.public
def show(e: str) -> str:
    """Every decision with its reason and its rank, retained first; before the proclamation, a page that says so."""
    the_edition = edition(e)
    if the_edition.proclaimed_at is None:
        return render_template(
            "decisions/awaited.html",
            window=the_edition.calendar.window(Stage.VOTING),
            is_over=the_edition.calendar.has_closed(Stage.VOTING, received_at()),
        )
    decisions = proclaimed(the_edition.id)
    by_outcome = {outcome: [one for one in decisions if one.outcome is outcome] for outcome in Outcome}
    order = (Outcome.RETAINED, Outcome.DEFERRED, Outcome.NOT_RETAINED)
    return render_template(
        "decisions/show.html",
        sections=[(outcome, by_outcome[outcome]) for outcome in order],
        departures=departed(decisions),
    )

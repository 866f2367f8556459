"""What the committee decided, once proclaimed."""

from collections.abc import Sequence

from flask import Blueprint, render_template

from consult.calendar.rules import Stage
from consult.selection.model import Outcome
from consult.selection.queries import SHOWN_FIRST, Proclaimed, corrections, departed, proclaimed
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("decisions", __name__)


@pages.get("/<edition:e>/decisions")
@doors.public
def show(e: str) -> str:
    """Every decision with its reason and its rank, those retained now first; before the proclamation, a page that says so."""
    the_edition = edition(e)
    if the_edition.proclaimed_at is None:
        return render_template(
            "decisions/awaited.html",
            window=the_edition.calendar.window(Stage.VOTING),
            is_over=the_edition.calendar.has_closed(Stage.VOTING, received_at()),
        )
    decisions = proclaimed(the_edition.id)
    corrected = [one.proposal_id for one in decisions if one.corrections]
    return render_template(
        "decisions/show.html",
        sections=sections_of(decisions),
        departures=departed(decisions),
        corrections=corrections(corrected) if corrected else {},
    )


def sections_of(decisions: Sequence[Proclaimed]) -> Sequence[tuple[Outcome, Sequence[Proclaimed]]]:
    """The decisions by what they decide now, in the order of the page."""
    return [(outcome, [one for one in decisions if one.now is outcome]) for outcome in SHOWN_FIRST]

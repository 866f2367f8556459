"""The rules of an edition in plain words, as its own row and its calendar have them."""

from flask import Blueprint, render_template

from consult.calendar.rules import Stage
from consult.interests.rules import CHARTER
from consult.register.rules import Kind
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("rules", __name__)


@pages.get("/<edition:e>/regles")
@doors.public
def show(e: str) -> str:
    """Who votes, how it is counted and decided, what commits a territoire référent, and questions often asked."""
    the_edition = edition(e)
    return render_template(
        "rules/show.html",
        kinds=[kind.plural for kind in Kind if kind.value in the_edition.voter_kinds],
        windows={window.stage.value: window for window in the_edition.calendar.windows},
        is_frozen=the_edition.calendar.has_opened(Stage.VOTING, received_at()),
        charter=CHARTER,
    )

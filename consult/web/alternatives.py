"""What would change if… the same ballots were counted by other published rules: beside the ranking, never instead of it."""

from flask import Blueprint, render_template

from consult.voting.alternative_queries import comparison
from consult.voting.alternative_rules import may_see_alternatives
from consult.voting.queries import ballot_rules
from consult.web import doors
from consult.web.context import actor, edition, received_at

pages = Blueprint("alternatives", __name__)


@pages.get("/<edition:e>/resultats/autrement")
@doors.public
def show(e: str) -> str:
    """The ranking that decides, and what each other rule makes of it: for the committee, then, once proclaimed, for all."""
    the_edition, at = edition(e), received_at()
    may_see_alternatives(actor(), rules=ballot_rules(the_edition), at=at).or_refuse()
    return render_template("results/alternatives.html", compared=comparison(the_edition, at=at))

"""The results of the vote, from the second it closes; until then, turnout alone."""

from flask import Blueprint, render_template

from consult.calendar.rules import Stage
from consult.selection.queries import proclaimed
from consult.voting.queries import ballot_rules, ranked, turnout
from consult.voting.rules import may_see_tallies
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("results", __name__)


@pages.get("/<edition:e>/resultats")
@doors.public
def show(e: str) -> str:
    """The ranking, ties explained, and who voted; before the close, until when the tallies are secret, and turnout."""
    the_edition, at = edition(e), received_at()
    window = the_edition.calendar.window(Stage.VOTING)
    if at < window.opens_at or not may_see_tallies(ballot_rules(the_edition), at):
        return render_template("results/awaited.html", window=window, turnout=turnout(the_edition))
    ranking = ranked(the_edition, at=at)
    return render_template(
        "results/show.html",
        window=window,
        ranking=ranking,
        supports=sum(line.tally.supports for line in ranking),
        most=max((line.tally.supports for line in ranking), default=0),
        turnout=turnout(the_edition),
        is_over=the_edition.calendar.has_closed(Stage.VOTING, at),
        outcomes={decision.proposal_id: decision.outcome for decision in proclaimed(the_edition.id)},
    )

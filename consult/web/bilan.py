"""What came of an edition, stage by stage, counted from its data at the instant of the request."""

from collections import Counter

from flask import Blueprint, render_template

from consult.calendar import queries as calendars
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.rules import RECEIVED
from consult.ground.clock import paris_day
from consult.interests.queries import by_status
from consult.opendata.figures import key_figures
from consult.opendata.stage_figures import by_kind, by_level, life, meetings, phases
from consult.selection.queries import proclaimed
from consult.triage.queries import outcomes
from consult.voting.queries import ballot_rules
from consult.voting.results import results
from consult.voting.rules import may_see_tallies
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("bilan", __name__)


@pages.get("/<edition:e>/bilan")
@doors.public
def show(e: str) -> str:
    """The figures of the stages that have begun; what is still secret says so."""
    the_edition, at = edition(e), received_at()
    decisions = proclaimed(the_edition.id)
    return render_template(
        "bilan/show.html",
        opened={stage.value: the_edition.calendar.has_opened(stage, at) for stage in Stage},
        figures=key_figures(the_edition.id),
        outcomes=outcomes(the_edition.id),
        statuses=RECEIVED,
        supports=_supports(the_edition),
        voting=the_edition.calendar.window(Stage.VOTING),
        decided=Counter(decision.now.value for decision in decisions),
        interests=by_status(the_edition.id),
        by_level=by_level(the_edition.id),
        by_kind=by_kind(the_edition.id),
        meetings=meetings(the_edition.id, at),
        phases=phases(the_edition.id),
        life=life(the_edition.id, paris_day(at)),
        changes=len(calendars.changes(the_edition.id)),
    )


def _supports(the_edition: Edition) -> int | None:
    """How many supports count; None while the vote is secret."""
    at = received_at()
    if not the_edition.calendar.has_closed(Stage.VOTING, at) or not may_see_tallies(ballot_rules(the_edition), at):
        return None
    return results(the_edition, at=at).supports

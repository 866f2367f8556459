"""The committee's desk: a sheet per proposition, decisions prepared in private, one proclamation."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.proposals.model import Proposal
from consult.proposals.queries import contributions_of, one
from consult.selection import actions, queries
from consult.selection.rules import departures, may_decide, may_proclaim, may_read_deliberation
from consult.voting.queries import ballot_rules, breakdown, ranked
from consult.voting.rules import may_see_tallies
from consult.web import doors, words
from consult.web.context import actor, edition, latest_edition, received_at
from consult.web.forms.committee import DecisionForm, ProclamationForm

pages = Blueprint("committee", __name__)


@pages.get("/comite")
@doors.committee_and_observers
def index() -> str:
    """The desk of the latest edition."""
    latest = latest_edition()
    return _desk(latest) if latest else render_template("committee/empty.html")


@pages.get("/comite/<edition:e>/")
@doors.committee_and_observers
def desk(e: str) -> str:
    """Where the selection of an edition stands."""
    return _desk(edition(e))


def _desk(the_edition: Edition) -> str:
    return render_template("committee/desk.html", **_queue(edition(the_edition.slug)))


@pages.get("/comite/<edition:e>/propositions/<int:n>")
@doors.committee
def sheet(e: str, n: int) -> str:
    """All that helps to decide of one proposition, and the decision itself."""
    the_edition = edition(e)
    proposal, queue = one(the_edition.id, n), _queue(the_edition)
    prepared = queue["prepared"].get(proposal.id)
    form = DecisionForm(outcome=prepared.outcome, reason=prepared.reason) if prepared else DecisionForm()
    return _sheet(the_edition, proposal, form, queue)


@pages.post("/comite/<edition:e>/propositions/<int:n>")
@doors.committee
def decide(e: str, n: int) -> ResponseReturnValue:
    """Write what is decided of a proposition; nobody outside the committee reads it before the proclamation."""
    the_edition, form = edition(e), DecisionForm()
    proposal = one(the_edition.id, n)
    if not form.validate_on_submit():
        return _sheet(the_edition, proposal, form, _queue(the_edition)), 422
    actions.decide(actor(), proposal.id, form.outcome.data, reason=form.reason.data, at=received_at())
    flash(
        f"Décision enregistrée pour la proposition n°{words.NBSP}{n}. "
        "Elle reste visible du comité seul, et modifiable, jusqu’à la proclamation.",
        "success",
    )
    return redirect(url_for("committee.sheet", e=e, n=n), 303)


def _sheet(the_edition: Edition, proposal: Proposal, form: DecisionForm, queue: dict[str, Any]) -> str:
    at = received_at()
    proclaimed = the_edition.proclaimed_at is not None
    return render_template(
        "committee/sheet.html",
        proposal=proposal,
        form=form,
        contributions=contributions_of(proposal.id),
        breakdown=breakdown(the_edition, proposal.id, at=at) if queue["ranking"] else None,
        verdict=may_decide(actor(), calendar=the_edition.calendar, reason="…", proclaimed=proclaimed, at=at),
        **queue,
    )


@pages.get("/comite/<edition:e>/proclamation")
@doors.committee_and_administrators
def proclamation(e: str) -> str:
    """What the proclamation will do, before it is done."""
    return _proclamation(edition(e), ProclamationForm())


@pages.post("/comite/<edition:e>/proclamation")
@doors.committee_and_administrators
def proclaim(e: str) -> ResponseReturnValue:
    """Proclaim every decision at once, confirmed by a tick."""
    the_edition, form = edition(e), ProclamationForm()
    if not form.validate_on_submit():
        return _proclamation(the_edition, form), 422
    actions.proclaim(actor(), the_edition.id, at=received_at())
    flash("Le résultat est proclamé. Les personnes concernées sont prévenues par courriel.", "success")
    return redirect(url_for("decisions.show", e=e), 303)


def _proclamation(the_edition: Edition, form: ProclamationForm) -> str:
    queue = _queue(the_edition)
    progress = queue["progress"]
    verdict = may_proclaim(
        actor(),
        calendar=the_edition.calendar,
        proposals=progress.proposals,
        decided=progress.decided,
        proclaimed=the_edition.proclaimed_at is not None,
        at=received_at(),
    )
    letters = queries.concerned_count(the_edition.id) if verdict else 0
    return render_template("committee/proclamation.html", form=form, verdict=verdict, letters=letters, **queue)


def _queue(the_edition: Edition) -> dict[str, Any]:
    """The propositions in the order of the ranking — of their numbers while it is secret —, and where each one stands."""
    at = received_at()
    reads = may_read_deliberation(actor())
    deliberation = queries.deliberation(the_edition.id)
    progress = queries.Progress(len(deliberation), sum(line.outcome is not None for line in deliberation))
    if not reads:
        deliberation = [line.unsaid() for line in deliberation]
    ranking = ranked(the_edition, at=at) if may_see_tallies(ballot_rules(the_edition), at) else []
    places = {line.tally.proposal_id: line for line in ranking}
    outcomes = {line.proposal_id: line.outcome for line in deliberation if line.outcome}
    return {
        "queue": sorted(deliberation, key=lambda line: places[line.proposal_id].rank if ranking else line.number),
        "ranking": places,
        "prepared": {line.proposal_id: line for line in deliberation if line.outcome},
        "departures": departures(ranking, outcomes),
        "progress": progress,
        "reads": reads,
        "window": the_edition.calendar.window(Stage.VOTING),
        "is_over": the_edition.calendar.has_closed(Stage.VOTING, at),
    }

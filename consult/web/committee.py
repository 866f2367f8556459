"""The committee's desk: a sheet per proposition, deliberated in private, one proclamation, public corrections."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.ground.refusals import NotFound, Reason, Refused, Verdict
from consult.interests.queries import volunteers_of
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.proposals.queries import one
from consult.selection import actions, letters, opinions, queries, recusals
from consult.selection.corrections import correct_decision
from consult.selection.desk import as_proclaimed
from consult.web import doors, words
from consult.web.committee_pages import Forms, Selection, others_kept_out, refused, verdicts
from consult.web.committee_pages import sheet as sheet_page
from consult.web.context import actor, edition, latest_edition, received_at, settings
from consult.web.decisions import sections_of
from consult.web.forms.committee import (
    CorrectionForm,
    CostForm,
    DecisionForm,
    LiftForm,
    OpinionForm,
    ProclamationForm,
    RecusalForm,
)
from consult.web.mail import worded

pages = Blueprint("committee", __name__)


@pages.get("/comite")
@doors.committee_and_observers
def index() -> str:
    """The desk of the latest edition."""
    latest = latest_edition()
    return _desk(edition(latest.slug)) if latest else render_template("committee/empty.html")


@pages.get("/comite/<edition:e>/")
@doors.committee_and_observers
def desk(e: str) -> str:
    """Where the selection of an edition stands."""
    return _desk(edition(e))


def _desk(the_edition: Edition) -> str:
    return render_template("committee/desk.html", **Selection(the_edition).queue())


# ── the sheet of a proposition ───────────────────────────────────────────────────────────


@pages.get("/comite/<edition:e>/propositions/<int:n>")
@doors.committee_and_administrators
def sheet(e: str, n: int) -> str:
    """All that helps to decide of one proposition; its deliberation for the members who take part in it."""
    the_edition = edition(e)
    return sheet_page(the_edition, one(the_edition.id, n))


@pages.post("/comite/<edition:e>/propositions/<int:n>")
@doors.committee
def decide(e: str, n: int) -> ResponseReturnValue:
    """Write what is decided of a proposition; nobody outside the committee reads it before the proclamation."""
    the_edition, form = edition(e), DecisionForm()
    proposal = one(the_edition.id, n)
    if not form.validate_on_submit():
        return sheet_page(the_edition, proposal, Forms(decision=form)), 422
    try:
        actions.decide(
            actor(),
            proposal.id,
            form.outcome.data,
            reason=form.reason.data,
            explanation=form.explained(),
            seen=form.as_seen,
            at=received_at(),
        )
    except Refused as error:
        return _not_kept(error, the_edition, proposal, Forms(decision=form))
    told = f"Décision enregistrée pour la proposition n°{words.NBSP}{n}. "
    return _kept(e, n, told + "Elle reste visible du comité seul, et modifiable, jusqu’à la proclamation.")


@pages.post("/comite/<edition:e>/propositions/<int:n>/avis")
@doors.committee
def opine(e: str, n: int) -> ResponseReturnValue:
    """Say what one thinks of it."""
    the_edition, form = edition(e), OpinionForm()
    proposal = one(the_edition.id, n)
    if not form.validate_on_submit():
        return sheet_page(the_edition, proposal, Forms(opinion=form)), 422
    try:
        opinions.give_opinion(actor(), proposal.id, form.stance.data, notes=form.notes.data or "", at=received_at())
    except Refused as error:
        return _not_kept(error, the_edition, proposal, Forms(opinion=form))
    return _kept(e, n, "Votre avis est enregistré. Les autres membres le lisent, sous votre nom.")


@pages.route("/comite/<edition:e>/propositions/<int:n>/deport", methods=["GET", "POST"])
@doors.committee
def recuse(e: str, n: int) -> ResponseReturnValue:
    """Keep out of it, and say why."""
    the_edition, form = edition(e), RecusalForm()
    proposal = one(the_edition.id, n)
    _verdict(the_edition, proposal, "recuse").or_refuse()
    if not form.validate_on_submit():
        page = render_template("committee/recusal.html", proposal=proposal, form=form)
        return page, 422 if form.is_submitted() else 200
    recusals.recuse(actor(), proposal.id, reason=form.reason.data, at=received_at())
    told = "Votre déport est enregistré : vous ne lisez plus la délibération de cette proposition et n’y prenez plus part."
    return _kept(e, n, told)


@pages.route("/comite/<edition:e>/propositions/<int:n>/deport/levee", methods=["GET", "POST"])
@doors.administrators
def lift(e: str, n: int) -> ResponseReturnValue:
    """Let a member back in, and say why."""
    the_edition = edition(e)
    proposal = one(the_edition.id, n)
    _verdict(the_edition, proposal, "lift").or_refuse()
    form = LiftForm().offer(others_kept_out(Selection(the_edition), proposal))
    if not form.validate_on_submit():
        page = render_template("committee/lift.html", proposal=proposal, form=form)
        return page, 422 if form.is_submitted() else 200
    recusals.lift_recusal(actor(), proposal.id, form.member.data, reason=form.reason.data, at=received_at())
    return _kept(e, n, "Le déport est levé. Cette personne reprend part à la délibération.")


def _verdict(the_edition: Edition, proposal: Proposal, act: str) -> Verdict:
    return verdicts(Selection(the_edition), proposal)[act]


@pages.post("/comite/<edition:e>/propositions/<int:n>/cout")
@doors.committee_and_administrators
def estimate(e: str, n: int) -> ResponseReturnValue:
    """Say what it would cost."""
    the_edition, form = edition(e), CostForm()
    proposal = one(the_edition.id, n)
    if not form.validate_on_submit():
        return sheet_page(the_edition, proposal, Forms(cost=form)), 422
    try:
        opinions.estimate_cost(actor(), proposal.id, form.cost.data, at=received_at())
    except Refused as error:
        return _not_kept(error, the_edition, proposal, Forms(cost=form))
    return _kept(e, n, "Le coût estimé est enregistré." if form.cost.data else "Le coût n’est plus dit.")


def _kept(e: str, n: int, message: str) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("committee.sheet", e=e, n=n), 303)


def _not_kept(error: Refused, the_edition: Edition, proposal: Proposal, forms: Forms) -> ResponseReturnValue:
    """What is closed, or proclaimed, has its page; what another member changed meanwhile is shown beside what was typed."""
    if error.reason is not Reason.DECISION_CHANGED:
        raise error
    return refused(error, the_edition, proposal, forms)


# ── the proclamation ─────────────────────────────────────────────────────────────────────


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
    selection = Selection(the_edition)
    is_ahead = the_edition.proclaimed_at is None and bool(selection.ranking)
    told = letters.recipients(the_edition.id) if is_ahead else {}
    written = letters.examples(the_edition) if is_ahead and selection.reader.reads_all else {}
    samples = [
        (kind, count, worded(Notice.RESULT_PROCLAIMED, written.get(kind) or letters.specimen(the_edition, kind), settings()))
        for kind, count in told.items()
    ]
    return render_template(
        "committee/proclamation.html",
        form=form,
        verdict=selection.may_proclaim(),
        letters=sum(told.values()),
        samples=samples,
        **selection.queue(),
    )


@pages.get("/comite/<edition:e>/proclamation/essai")
@doors.committee
def rehearse(e: str) -> str:
    """The page of decisions as it would be if they were proclaimed now; nothing is written."""
    the_edition = edition(e)
    selection = Selection(the_edition)
    places = selection.places
    decisions = as_proclaimed(the_edition.id, selection.lines, places, selection.at) if places else []
    return render_template(
        "committee/rehearsal.html",
        sections=sections_of(decisions),
        decisions=decisions,
        departures=selection.departing,
        corrections={},
        **{name: value for name, value in selection.queue().items() if name != "departures"},
    )


# ── after it ─────────────────────────────────────────────────────────────────────────────


@pages.route("/comite/<edition:e>/propositions/<int:n>/correction", methods=["GET", "POST"])
@doors.committee
def correct(e: str, n: int) -> ResponseReturnValue:
    """Correct a proclaimed decision, in public."""
    the_edition, form = edition(e), CorrectionForm()
    proposal = one(the_edition.id, n)
    _verdict(the_edition, proposal, "correct").or_refuse()
    if not form.validate_on_submit():
        return _correction(proposal, form), 422 if form.is_submitted() else 200
    try:
        told = volunteers_of(proposal.id)
        outcome, reason, seen = form.decided(), form.reason.data, form.seen.data
        correct_decision(actor(), proposal.id, outcome, reason=reason, at=received_at(), also_told=told, seen=seen)
    except Refused as error:
        status = form.refused(error)
        return _correction(proposal, form), status
    flash("La correction est publiée, à côté de la décision d’origine. Les personnes concernées sont prévenues.", "success")
    return redirect(url_for("proposals.show", e=e, n=n), 303)


def _correction(proposal: Proposal, form: CorrectionForm) -> str:
    decision = queries.decision_of(proposal.id)
    if decision is None:
        raise NotFound
    form.seen.data = decision.corrections
    return render_template(
        "committee/correction.html",
        proposal=proposal,
        decision=decision,
        corrections=queries.corrections([proposal.id]).get(proposal.id, ()),
        form=form,
    )

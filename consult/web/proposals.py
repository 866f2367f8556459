"""Propositions: the list, and the page of one with every contribution it answers."""

from collections.abc import Mapping
from itertools import pairwise

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.rules import Stage, Verb
from consult.following.rules import Sort
from consult.ground.refusals import NotFound, Reason, Refused
from consult.ground.text import visible
from consult.proposals import actions
from consult.proposals.model import Proposal
from consult.proposals.queries import contributions_of, corrections_of, find, one, sharers_of, withdrawn
from consult.proposals.rules import may_correct_proposal, may_edit_proposal, may_withdraw_proposal, may_write_proposal
from consult.services.thread import NOTHING_YET, followed
from consult.triage.undoings import departures
from consult.web import doors, words
from consult.web.ballots import ballot_of, ballots_of
from consult.web.context import actor, edition, received_at
from consult.web.following import following_of
from consult.web.forms.triage import ProposalForm, WithdrawalForm, correction_form, proposal_form
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS, wording
from consult.web.thread import chain_of_proposal

pages = Blueprint("proposals", __name__)

FIELDS = {"title": "Titre", "summary": "Résumé", "changes": "Ce que cela changerait", "for_whom": "Pour qui"}
"""What a correction may change, in words."""


@pages.get("/<edition:e>/propositions")
@doors.public
def index(e: str) -> str:
    """Every proposition by number, with the button that supports it for those who may."""
    the_edition, at = edition(e), received_at()
    searched = visible(request.args.get("q", "")).strip()
    found = find(the_edition.id, words=searched, page=page_number())
    ids = [line.id for line in found.items]
    return render_template(
        "proposals/index.html",
        page=found,
        searched=searched,
        some_missing=not searched and any(after.number - line.number > 1 for line, after in pairwise(found.items)),
        followed=followed(ids) if the_edition.proclaimed_at else dict.fromkeys(ids, NOTHING_YET),
        ballots=ballots_of(the_edition, found.items, actor(), at),
        voting=the_edition.calendar.window(Stage.VOTING),
        is_early=not the_edition.calendar.has_opened(Stage.VOTING, at),
        is_over=the_edition.calendar.has_closed(Stage.VOTING, at),
        may_write=may_write_proposal(actor(), calendar=the_edition.calendar, at=at),
    )


@pages.get("/<edition:e>/propositions/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One proposition: the support box first, then the contributions it comes from and the collectivités behind them."""
    the_edition, at = edition(e), received_at()
    try:
        proposal = one(the_edition.id, n)
    except NotFound:
        return _withdrawn(e, n)
    answered = contributions_of(proposal.id)
    after = followed([proposal.id])[proposal.id] if the_edition.proclaimed_at else NOTHING_YET
    is_over = the_edition.calendar.has_closed(Stage.VOTING, at)
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        contributions=answered,
        departures=departures(the_edition.id, n, but={line.number for line in answered}),
        sharers=sharers_of(proposal.id),
        followed=after,
        links=chain_of_proposal(proposal.id, n, contributions=len(answered), after=after) if is_over else (),
        ballot=ballot_of(the_edition, proposal, actor(), at),
        volunteering=the_edition.calendar.window(Stage.INTERESTS),
        may_volunteer=the_edition.calendar.permits(Verb.DECLARE_INTEREST, at),
        may_edit=may_edit_proposal(actor(), calendar=the_edition.calendar, at=at),
        may_correct=may_correct_proposal(actor(), calendar=the_edition.calendar, at=at),
        corrections=corrections_of(proposal.id) if the_edition.calendar.has_opened(Stage.VOTING, at) else [],
        fields=FIELDS,
        following=following_of(Sort.PROPOSAL, n, the_edition),
    )


def _withdrawn(e: str, n: int) -> str:
    """What was withdrawn before the vote stays readable at its address, with the reason. Raises NotFound."""
    gone = withdrawn(e, n)
    if gone is None:
        raise NotFound
    return render_template("proposals/withdrawn.html", proposal=gone)


@pages.get("/moderation/<edition:e>/propositions/nouvelle")
@doors.moderators
def new(e: str) -> str:
    """Write a proposition."""
    may_write_proposal(actor(), calendar=edition(e).calendar, at=received_at()).or_refuse()
    return _form_page(proposal_form())


@pages.post("/moderation/<edition:e>/propositions/nouvelle")
@doors.moderators
def create(e: str) -> ResponseReturnValue:
    """Publish it. Refused, the text stays in the form."""
    the_edition, form = edition(e), proposal_form()
    if not form.validate_on_submit():
        return _form_page(form), 422
    draft = form.draft(is_fictitious=the_edition.is_fictitious)
    try:
        written = actions.create(actor(), the_edition.id, draft, at=received_at())
    except Refused as refused:
        return _kept(form, refused, e)
    flash(f"La proposition n°{words.NBSP}{written.number} est publiée. Regroupez-y des contributions.", "success")
    return redirect(url_for("proposals.show", e=e, n=written.number), 303)


@pages.get("/moderation/<edition:e>/propositions/<int:n>")
@doors.moderators
def edit(e: str, n: int) -> str:
    """Change a proposition, until the vote opens."""
    the_edition = edition(e)
    may_edit_proposal(actor(), calendar=the_edition.calendar, at=received_at()).or_refuse()
    proposal = one(the_edition.id, n)
    return _form_page(proposal_form(proposal), proposal=proposal)


@pages.post("/moderation/<edition:e>/propositions/<int:n>")
@doors.moderators
def update(e: str, n: int) -> ResponseReturnValue:
    """Keep the corrections; the journal keeps the words it had. Refused, the text stays in the form."""
    proposal = one(edition(e).id, n)
    form = proposal_form(proposal)
    if not form.validate_on_submit():
        return _form_page(form, proposal=proposal), 422
    try:
        actions.edit(actor(), proposal.id, form.draft(), at=received_at(), seen=form.revision.data)
    except Refused as refused:
        return _kept(form, refused, e, n)
    flash("Les corrections sont enregistrées.", "success")
    return redirect(url_for("proposals.show", e=e, n=n), 303)


@pages.get("/moderation/<edition:e>/propositions/<int:n>/retrait")
@doors.moderators
def withdrawal(e: str, n: int) -> str:
    """Withdraw a proposition before the vote: why, and what becomes of it."""
    the_edition = edition(e)
    proposal = one(the_edition.id, n)
    answers = len(contributions_of(proposal.id))
    may_withdraw_proposal(actor(), calendar=the_edition.calendar, at=received_at(), answers=answers).or_refuse()
    return render_template("proposals/withdraw.html", form=WithdrawalForm(), proposal=proposal)


@pages.post("/moderation/<edition:e>/propositions/<int:n>/retrait")
@doors.moderators
def withdraw(e: str, n: int) -> ResponseReturnValue:
    """Take it from those put to the vote; its page says why from then on."""
    proposal, form = one(edition(e).id, n), WithdrawalForm()
    if not form.validate_on_submit():
        return render_template("proposals/withdraw.html", form=form, proposal=proposal), 422
    actions.withdraw(actor(), proposal.id, reason=form.reason.data, at=received_at())
    flash(f"La proposition n°{words.NBSP}{n} est retirée. Son adresse reste, avec la raison.", "success")
    return redirect(url_for("proposals.show", e=e, n=n), 303)


@pages.get("/moderation/<edition:e>/propositions/<int:n>/correction")
@doors.moderators
def correction(e: str, n: int) -> str:
    """Correct a proposition once the vote has opened."""
    the_edition = edition(e)
    may_correct_proposal(actor(), calendar=the_edition.calendar, at=received_at()).or_refuse()
    proposal = one(the_edition.id, n)
    return _form_page(correction_form(proposal), proposal=proposal)


@pages.post("/moderation/<edition:e>/propositions/<int:n>/correction")
@doors.moderators
def correct(e: str, n: int) -> ResponseReturnValue:
    """Publish the correction, with its date, its reason, and the words before and after."""
    proposal = one(edition(e).id, n)
    form = correction_form(proposal)
    if not form.validate_on_submit():
        return _form_page(form, proposal=proposal), 422
    try:
        reason, seen = form.reason.data, form.revision.data
        actions.correct(actor(), proposal.id, form.draft(), reason=reason, at=received_at(), seen=seen)
    except Refused as refused:
        return _kept(form, refused, e, n)
    flash("La correction est publique, avec sa raison et les mots d’avant.", "success")
    return redirect(url_for("proposals.show", e=e, n=n), 303)


def _form_page(
    form: ProposalForm, why_refused: str = "", proposal: Proposal | None = None, theirs: Mapping[str, str] | None = None
) -> str:
    return render_template("proposals/form.html", form=form, why_refused=why_refused, proposal=proposal, theirs=theirs)


def _kept(form: ProposalForm, refused: Refused, e: str, n: int | None = None) -> ResponseReturnValue:
    """The form as typed. When somebody else wrote meanwhile, what they wrote is beside it, and it may be sent again."""
    proposal, theirs = one(edition(e).id, n) if n else None, {}
    if proposal and refused.reason is Reason.PROPOSAL_CHANGED:
        now = {name: getattr(proposal, name) for name in FIELDS}
        theirs = {FIELDS[name]: text for name, text in now.items() if text != form[name].data}
        form.revision.data = proposal.revision
    page = _form_page(form, wording(refused.reason, refused.moment), proposal, theirs)
    return make_response(page, REFUSALS[refused.reason].status)

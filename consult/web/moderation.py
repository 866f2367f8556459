"""The team's desks: what waits, and the triage of contributions — the queue, one file, the acts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.attachments.queries import pending_attachments
from consult.calendar.model import Edition
from consult.calendar.queries import editions
from consult.calendar.rules import Verb
from consult.contributions.model import Contribution
from consult.contributions.queries import Sort, find, ids_of, one, sharing
from consult.contributions.rules import Status
from consult.ground.clock import PARIS
from consult.ground.refusals import NotFound, Refused
from consult.proposals.queries import choices
from consult.proposals.queries import one as proposal_of
from consult.triage import actions
from consult.triage.model import Scheme
from consult.triage.queries import awaiting, destinations, schemes
from consult.triage.rules import FROM, may_triage, opening
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.contribution_filters import asked
from consult.web.forms.triage import GroupForm, IneligibleForm, ReorientForm, UngroupForm
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS, wording
from consult.web.thread import thread_of

pages = Blueprint("moderation", __name__)


@pages.get("/moderation")
@doors.moderators
def index() -> str:
    """What waits for the team."""
    return render_template(
        "moderation/index.html",
        editions=editions(),
        awaiting=awaiting(),
        attachments=pending_attachments().total,
    )


@pages.get("/moderation/<edition:e>/contributions")
@doors.moderators
def contributions(e: str) -> str:
    """The queue, awaiting first; several can be grouped at once."""
    return _desk(edition(e), None, Forms())


@pages.get("/moderation/<edition:e>/contributions/<int:n>")
@doors.moderators
def file(e: str, n: int) -> str:
    """The queue, and one file with the acts that its state and the calendar allow."""
    return _desk(edition(e), n, Forms())


@pages.post("/moderation/<edition:e>/contributions/regrouper")
@doors.moderators
def group(e: str) -> ResponseReturnValue:
    """Group one or several contributions into propositions, existing or new."""
    the_edition, form = edition(e), GroupForm()
    form.offer(proposals := choices(the_edition.id))
    opened = form.file.data
    if not form.validate_on_submit():
        if form.file.errors:
            abort(400)
        return _desk(the_edition, opened, Forms(group=form)), 422
    ids = ids_of(the_edition.id, form.contributions.data)
    if len(ids) != len(set(form.contributions.data)):
        raise NotFound
    wanted = [proposal.id for proposal in proposals if proposal.number in form.proposals.data]
    try:
        _group(list(ids.values()), wanted, form)
    except Refused as refused:
        return _refused(refused, the_edition, opened, Forms(group=form))
    flash(
        f"{words.plural(len(ids), 'contribution regroupée', 'contributions regroupées')}. Les auteurs sont prévenus.", "success"
    )
    return redirect(url_for("moderation.contributions", e=e), 303)


def _group(contribution_ids: Sequence[int], proposal_ids: Sequence[int], form: GroupForm) -> None:
    if draft := form.draft():
        actions.group_into_new(actor(), contribution_ids, draft, also=proposal_ids, at=received_at())
    else:
        actions.group(actor(), contribution_ids, proposal_ids, at=received_at())


@pages.post("/moderation/<edition:e>/contributions/<int:n>/degrouper")
@doors.moderators
def ungroup(e: str, n: int) -> ResponseReturnValue:
    """Take a contribution out of a proposition."""
    the_edition, form = edition(e), UngroupForm()
    contribution = one(the_edition.id, n)
    if not form.validate_on_submit():
        abort(400)
    proposal = proposal_of(the_edition.id, form.proposal.data)
    try:
        actions.ungroup(actor(), contribution.id, proposal.id, at=received_at())
    except Refused as refused:
        return _refused(refused, the_edition, n, Forms())
    flash(f"La contribution n°{words.NBSP}{n} est sortie de la proposition n°{words.NBSP}{proposal.number}.", "success")
    return redirect(url_for("moderation.file", e=e, n=n), 303)


@pages.post("/moderation/<edition:e>/contributions/<int:n>/reorienter")
@doors.moderators
def reorient(e: str, n: int) -> ResponseReturnValue:
    """Send a contribution to a scheme, with the reason."""
    the_edition, form = edition(e), ReorientForm()
    form.offer(_schemes(the_edition))
    if not form.validate_on_submit():
        return _desk(the_edition, n, Forms(reorient=form)), 422
    try:
        actions.reorient(actor(), one(the_edition.id, n).id, int(form.scheme.data), reason=form.reason.data, at=received_at())
    except Refused as refused:
        return _refused(refused, the_edition, n, Forms(reorient=form))
    return _done(e, n, "réorientée")


@pages.post("/moderation/<edition:e>/contributions/<int:n>/non-recevable")
@doors.moderators
def declare_ineligible(e: str, n: int) -> ResponseReturnValue:
    """Declare a contribution ineligible, with the reason."""
    the_edition, form = edition(e), IneligibleForm()
    if not form.validate_on_submit():
        return _desk(the_edition, n, Forms(ineligible=form)), 422
    try:
        actions.declare_ineligible(actor(), one(the_edition.id, n).id, reason=form.reason.data, at=received_at())
    except Refused as refused:
        return _refused(refused, the_edition, n, Forms(ineligible=form))
    return _done(e, n, "déclarée non recevable")


def _done(e: str, n: int, what: str) -> ResponseReturnValue:
    flash(f"La contribution n°{words.NBSP}{n} est {what}. Son auteur en reçoit la raison par courriel.", "success")
    return redirect(url_for("moderation.contributions", e=e), 303)


@dataclass(slots=True)
class Forms:
    """The forms of the acts, as typed when one of them came back."""

    group: GroupForm = field(default_factory=lambda: GroupForm(formdata=None))
    reorient: ReorientForm = field(default_factory=lambda: ReorientForm(formdata=None))
    ineligible: IneligibleForm = field(default_factory=lambda: IneligibleForm(formdata=None))

    @property
    def wrong(self) -> Any:
        """The one to correct, which the title of the page announces."""
        return next((form for form in (self.group, self.reorient, self.ineligible) if form.errors), None)


def _desk(the_edition: Edition, n: int | None, forms: Forms, why_refused: str = "") -> str:
    """The queue on the left; on the right the file `n`, or the form that groups several."""
    wanted = asked(the_edition.id)
    kept: dict[str, Any] = {
        name: request.args[name] for name in ("q", "statut", "type", "theme", "page") if request.args.get(name)
    }
    opened = one(the_edition.id, n) if n is not None else None
    file_ = _file(opened) if opened else {}
    joined = {went.key for went in file_.get("destinations", ())}
    forms.group.offer([proposal for proposal in choices(the_edition.id) if proposal.id not in joined])
    forms.reorient.offer(_schemes(the_edition))
    return render_template(
        "moderation/contributions.html",
        asked=wanted,
        page=find(the_edition.id, replace(wanted.filters, sort=Sort.WAITING), page=page_number()),
        forms=forms,
        form=forms.wrong,
        why_refused=why_refused,
        opened=opened,
        verdicts=_verdicts(the_edition, opened.status if opened else Status.PUBLISHED),
        groupable=FROM[Verb.GROUP],
        url_for_file=lambda number: url_for("moderation.file", e=the_edition.slug, n=number, **kept),
        url_for_page=lambda number: url_for("moderation.contributions", e=the_edition.slug, **(kept | {"page": number})),
        **file_,
    )


def _file(opened: Contribution) -> dict[str, Any]:
    went = destinations([opened.id]).get(opened.id, [])
    return {
        "destinations": went,
        "sharing": sharing(opened.id, None),
        "thread": thread_of(opened, went),
    }


def _verdicts(the_edition: Edition, status: Status) -> dict[str, Any]:
    """What the calendar and the state allow, by verb: a courtesy, the acts ask again."""
    return {
        verb.value: may_triage(actor(), verb, status=status, calendar=the_edition.calendar, at=received_at()) for verb in FROM
    }


def _schemes(the_edition: Edition) -> list[tuple[Scheme, str]]:
    """The schemes to choose from, each with where it stands today in Paris."""
    today = received_at().astimezone(PARIS).date()
    return [(scheme, opening(scheme.opens_on, scheme.closes_on, today).label.lower()) for scheme in schemes(the_edition.id)]


def _refused(refused: Refused, the_edition: Edition, n: int | None, forms: Forms) -> ResponseReturnValue:
    """The desk as it stands now, with what someone else did meanwhile, and what was typed."""
    page = _desk(the_edition, n, forms, wording(refused.reason, refused.moment))
    response = make_response(page, REFUSALS[refused.reason].status)
    response.headers["Cache-Control"] = "no-store"
    return response

"""The team's desks: what waits, and the triage of contributions — the queue, one file, what becomes of it."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from consult.accounts.attachments.queries import pending_attachments
from consult.calendar.queries import editions
from consult.contributions.queries import id_of, ids_of
from consult.ground.refusals import NotFound, Refused
from consult.proposals.queries import choices
from consult.proposals.queries import one as proposal_of
from consult.triage import actions
from consult.triage.file_queries import answers_waiting, contests_waiting, place_of, reports_waiting
from consult.triage.queries import awaiting
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.desk import Forms, desk, done, group_as_typed, offered_schemes, refused, seen, stay
from consult.web.forms.triage import GroupForm, IneligibleForm, ReorientForm, UngroupForm

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
        reports=reports_waiting(),
        contests=contests_waiting(),
        answers=answers_waiting(),
    )


@pages.get("/moderation/<edition:e>/contributions")
@doors.moderators
def contributions(e: str) -> str:
    """The queue, awaiting first; several can be grouped at once."""
    return desk(edition(e), None, Forms())


@pages.get("/moderation/<edition:e>/contributions/<int:n>")
@doors.moderators
def file(e: str, n: int) -> str:
    """The queue, and one file with the acts that its state and the calendar allow."""
    return desk(edition(e), n, Forms())


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
        return desk(the_edition, opened, Forms(group=form)), 422
    ids = ids_of(the_edition.id, form.contributions.data)
    if len(ids) != len(set(form.contributions.data)):
        raise NotFound
    as_seen = {ids[number]: revision for number, revision in form.revisions.data or () if number in ids}
    try:
        group_as_typed(the_edition, form, list(ids.values()), proposals, as_seen)
    except Refused as error:
        return refused(error, the_edition, opened, Forms(group=form))
    grouped = words.plural(len(ids), "contribution regroupée", "contributions regroupées")
    return done(the_edition, opened, f"{grouped}. Les auteurs sont prévenus.")


@pages.post("/moderation/<edition:e>/contributions/<int:n>/degrouper")
@doors.moderators
def ungroup(e: str, n: int) -> ResponseReturnValue:
    """Take a contribution out of a proposition."""
    the_edition, form = edition(e), UngroupForm()
    id_ = id_of(the_edition.id, n)
    if not form.validate_on_submit():
        abort(400)
    proposal = proposal_of(the_edition.id, form.proposal.data)
    try:
        actions.ungroup(actor(), id_, proposal.id, at=received_at(), seen=seen(id_, form))
    except Refused as error:
        return refused(error, the_edition, n, Forms())
    number = f"{words.NBSP}{proposal.number}"
    return stay(the_edition, n, f"La contribution n°{words.NBSP}{n} est sortie de la proposition n°{number}.")


@pages.post("/moderation/<edition:e>/contributions/<int:n>/reorienter")
@doors.moderators
def reorient(e: str, n: int) -> ResponseReturnValue:
    """Send a contribution to a scheme, with the reason."""
    the_edition, form = edition(e), ReorientForm()
    form.offer(offered_schemes(the_edition))
    if not form.validate_on_submit():
        return desk(the_edition, n, Forms(reorient=form)), 422
    place, reason = place_of(the_edition.id, n), form.reason.data
    scheme = int(form.scheme.data)
    try:
        actions.reorient(actor(), place.id, scheme, reason=reason, at=received_at(), seen=seen(place.id, form))
    except Refused as error:
        return refused(error, the_edition, n, Forms(reorient=form))
    return done(the_edition, n, _settled(n, "réorientée"), following=place.following)


@pages.post("/moderation/<edition:e>/contributions/<int:n>/non-recevable")
@doors.moderators
def declare_ineligible(e: str, n: int) -> ResponseReturnValue:
    """Declare a contribution ineligible, with the reason."""
    the_edition, form = edition(e), IneligibleForm()
    if not form.validate_on_submit():
        return desk(the_edition, n, Forms(ineligible=form)), 422
    place, reason = place_of(the_edition.id, n), form.reason.data
    try:
        actions.declare_ineligible(actor(), place.id, reason=reason, at=received_at(), seen=seen(place.id, form))
    except Refused as error:
        return refused(error, the_edition, n, Forms(ineligible=form))
    return done(the_edition, n, _settled(n, "déclarée non recevable"), following=place.following)


def _settled(n: int, what: str) -> str:
    return f"La contribution n°{words.NBSP}{n} est {what}. Son auteur en reçoit la raison par courriel."

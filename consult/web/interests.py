"""Stage 3, on the page of a proposition: its territoires référents, and volunteering to become one."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.refusals import NotFound, Refused, Verdict
from consult.interests import actions, drafts, queries
from consult.interests.charters import in_force
from consult.interests.model import InterestStatus
from consult.interests.queries import Standing
from consult.interests.rules import may_withdraw
from consult.register.queries import lines
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.interests import WithdrawalForm
from consult.web.paging import page_number
from consult.web.volunteering import may_declare_now, opened, write
from consult.workshops.queries import of_proposal

pages = Blueprint("interests", __name__)


@pages.get("/<edition:e>/propositions/<int:n>/territoires-referents")
@doors.public
def index(e: str, n: int) -> str:
    """Who volunteers for a proposition, at which level, and who was accepted."""
    the_edition = edition(e)
    standing = queries.standing(the_edition.id, n, actor().siren)
    counts = queries.counts(standing.proposal_id)
    total = sum(count.declared for count in counts)
    return render_template(
        "interests/index.html",
        proposal=standing,
        counts=counts,
        kinds=queries.by_kind(counts),
        volunteers=queries.volunteers(standing.proposal_id, total=total, page=page_number()),
        workshops=of_proposal(standing.proposal_id, actor()),
        window=the_edition.calendar.window(Stage.INTERESTS),
        declaring=may_declare_now(the_edition, standing),
        withdrawing=_may_withdraw(the_edition, standing),
    )


@pages.get("/<edition:e>/propositions/<int:n>/candidature")
@doors.signed_in
def new(e: str, n: int) -> str:
    """The form to volunteer, with what was begun or what is known; a page that says why not, when one may not."""
    the_edition = edition(e)
    return opened(the_edition, queries.standing(the_edition.id, n, actor().siren)).render()


@pages.post("/<edition:e>/propositions/<int:n>/candidature")
@doors.signed_in
def declare(e: str, n: int) -> ResponseReturnValue:
    """Keep what is typed, then what the button asks: nothing more, or volunteer."""
    the_edition = edition(e)
    return write(the_edition, queries.standing(the_edition.id, n, actor().siren))


@pages.get("/<edition:e>/propositions/<int:n>/candidature/fiche")
@doors.signed_in
def sheet(e: str, n: int) -> str:
    """What one has begun, on one sheet: the council deliberates before it is submitted."""
    the_edition = edition(e)
    standing = queries.standing(the_edition.id, n, actor().siren)
    draft = drafts.started(actor(), standing.proposal_id)
    if draft is None:
        raise NotFound
    whose = lines([draft.siren])[draft.siren]
    file = queries.File(drafts.as_offered(draft), standing.number, standing.title, draft.siren, whose)
    return render_template("interests/sheet.html", file=file, charter=in_force(the_edition), is_draft=True)


@pages.route("/<edition:e>/propositions/<int:n>/candidature/abandon", methods=["GET", "POST"])
@doors.signed_in
def throw_away(e: str, n: int) -> ResponseReturnValue:
    """Throw away what one has begun, once one has said so: it cannot be undone."""
    standing = queries.standing(edition(e).id, n, actor().siren)
    draft = drafts.started(actor(), standing.proposal_id)
    if draft is None:
        raise NotFound
    if request.method == "GET":
        return render_template("interests/throw_away.html", proposal=standing, draft=draft)
    drafts.throw_away(actor(), standing.proposal_id, at=received_at())
    flash("Ce brouillon est supprimé.", "success")
    return redirect(url_for("interests.index", e=e, n=n), 303)


@pages.route("/<edition:e>/propositions/<int:n>/candidature/retrait", methods=["GET", "POST"])
@doors.signed_in
def withdraw(e: str, n: int) -> ResponseReturnValue:
    """Take an interest back, and say why."""
    the_edition, form = edition(e), WithdrawalForm()
    standing = queries.standing(the_edition.id, n, actor().siren)
    if standing.interest_id is None:
        raise NotFound
    if request.method == "GET":
        _may_withdraw(the_edition, standing).or_refuse()
        return render_template("interests/withdraw.html", proposal=standing, form=form)
    try:
        if not form.validate():
            _may_withdraw(the_edition, standing).or_refuse()
            return render_template("interests/withdraw.html", proposal=standing, form=form), 422
        actions.withdraw(actor(), standing.interest_id, reason=form.reason.data, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return render_template("interests/withdraw.html", proposal=standing, form=form), status
    flash("Candidature retirée.", "success")
    return redirect(url_for("interests.index", e=e, n=n), 303)


def _may_withdraw(the_edition: Edition, standing: Standing) -> Verdict:
    """Whether the reader may take back their collectivité's live interest; there must be one."""
    return may_withdraw(
        actor(),
        calendar=the_edition.calendar,
        siren=actor().siren or "",
        status=standing.status or InterestStatus.WITHDRAWN,
        at=received_at(),
    )

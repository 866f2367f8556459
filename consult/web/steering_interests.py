"""The desk where the team reads expressions of interest, and answers."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.ground.refusals import Refused
from consult.interests import publishing, queries
from consult.interests.desk_rules import may_instruct
from consult.interests.model import InterestStatus
from consult.interests.queries import File
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.interests import AnswerForm
from consult.web.paging import page_number

pages = Blueprint("steering_interests", __name__)


@pages.get("/pilotage/<edition:e>/candidatures")
@doors.moderators
def index(e: str) -> str:
    """The queue of one state (`etat`), those that wait unless said otherwise."""
    return _page(edition(e), None, AnswerForm())


@pages.get("/pilotage/<edition:e>/candidatures/<int:n>")
@doors.moderators
def show(e: str, n: int) -> str:
    """One interest, with all that was said, beside the queue."""
    the_edition = edition(e)
    return _page(the_edition, queries.file(the_edition.id, n), AnswerForm())


@pages.post("/pilotage/<edition:e>/candidatures/<int:n>")
@doors.moderators
def answer(e: str, n: int) -> ResponseReturnValue:
    """Accept or decline, by the button that was pressed."""
    the_edition, form = edition(e), AnswerForm()
    file = queries.file(the_edition.id, n)
    accepts = request.form.get("answer") == "accept"
    if not form.validate_on_submit() or not (accepts or form.declines()):
        return _page(the_edition, file, form), 422
    act = publishing.accept if accepts else publishing.decline
    try:
        act(actor(), file.interest.id, reason=form.reason.data or publishing.IT_FITS, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _page(the_edition, file, form), status
    done = "acceptée" if accepts else "déclinée"
    flash(f"Candidature n°{words.NBSP}{n} {done}. {file.collectivite.full_name} est prévenue par courriel.", "success")
    return redirect(url_for("steering_interests.index", e=e), 303)


def _page(the_edition: Edition, file: File | None, form: AnswerForm) -> str:
    asked = request.args.get("etat", "")
    state = InterestStatus(asked) if asked in set(InterestStatus) else InterestStatus.SUBMITTED
    return render_template(
        "steering/interests.html",
        queue=queries.desk(the_edition.id, state, page=page_number()),
        state=state,
        states=list(InterestStatus),
        by_status=queries.by_status(the_edition.id),
        file=file,
        form=form,
        answering=file
        and may_instruct(
            actor(),
            calendar=the_edition.calendar,
            siren=file.interest.siren,
            status=file.interest.status,
            at=received_at(),
        ),
    )

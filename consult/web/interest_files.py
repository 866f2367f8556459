"""The file of a candidature, for the people of its collectivité: where it stands, what follows, messages, documents, its sheet.

Documents are for them and the team only. What the team prepares is never here.
"""

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.file_rules import MOST_FILES
from consult.contributions.files import arriving
from consult.extensions import limiter
from consult.ground.refusals import Refused
from consult.interests import corrections, files, messages, queries
from consult.interests.charters import accepted, in_force
from consult.interests.desk_rules import may_reply
from consult.interests.drafts import all_started
from consult.interests.file_rules import may_correct, may_join_documents, may_read_documents, may_read_own
from consult.interests.model import InterestMessage
from consult.interests.own import own_files
from consult.interests.queries import File
from consult.interests.rules import may_withdraw, speaks_for_a_collectivite
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.files import DOCUMENTS_SENT, attached, joined, sent, store, without_limits
from consult.web.forms.files import FilesForm
from consult.web.forms.interest_files import ReplyForm
from consult.web.forms.interests import InterestForm
from consult.web.limits import asker
from consult.web.volunteering import TEXTS, Page
from consult.web.writing import seen_revision

pages = Blueprint("interest_files", __name__)


@pages.get("/<edition:e>/candidatures")
@doors.signed_in
def index(e: str) -> str:
    """Where one's collectivité volunteers, and what one has begun without submitting it."""
    the_edition, siren = edition(e), actor().siren
    return render_template(
        "interests/files.html",
        begun=all_started(actor(), the_edition.id),
        files=own_files(the_edition.id, siren) if siren and speaks_for_a_collectivite(actor()) else [],
        window=the_edition.calendar.window(Stage.INTERESTS),
        is_open=received_at() in the_edition.calendar.window(Stage.INTERESTS),
    )


@pages.get("/<edition:e>/candidatures/<int:n>")
@doors.signed_in
def show(e: str, n: int) -> str:
    """The file of a candidature of one's collectivité."""
    the_edition = edition(e)
    return _page(the_edition, _own(the_edition, n), ReplyForm(), FilesForm())


@pages.post("/<edition:e>/candidatures/<int:n>/messages")
@doors.signed_in
def reply(e: str, n: int) -> ResponseReturnValue:
    """Write to the team."""
    the_edition, form = edition(e), ReplyForm()
    file = _own(the_edition, n)
    if not form.validate_on_submit():
        return _page(the_edition, file, form, FilesForm(formdata=None)), 422
    try:
        messages.reply(actor(), file.interest.id, form.body.data, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _page(the_edition, file, form, FilesForm(formdata=None)), status
    flash("Votre message est envoyé à l’équipe. Il reste dans ce dossier.", "success")
    return redirect(url_for("interest_files.show", e=e, n=n, _anchor="messages"), 303)


@pages.route("/<edition:e>/candidatures/<int:n>/correction", methods=["GET", "POST"])
@doors.signed_in
def correct(e: str, n: int) -> ResponseReturnValue:
    """The form again, when the team asks for a correction; what was typed comes back when a rule refuses it."""
    the_edition = edition(e)
    file = _own(the_edition, n)
    thread = corrections.messages_of(file.interest.id)
    _may_correct(the_edition, file, thread).or_refuse()
    page = _correction(the_edition, file, thread)
    if request.method == "GET":
        return page.render()
    try:
        if not page.form.validate():
            return page.answer(422)
        corrections.correct(actor(), file.interest.id, page.form.draft(), read=seen_revision() or 0, at=received_at())
    except Refused as refused:
        return page.refused(refused)
    flash("La correction est enregistrée. L’équipe la lira ; la version d’avant reste dans le dossier.", "success")
    return redirect(url_for("interest_files.show", e=e, n=n), 303)


@pages.post("/<edition:e>/candidatures/<int:n>/documents")
@doors.signed_in
@limiter.limit(DOCUMENTS_SENT, key_func=asker, exempt_when=without_limits)
def join(e: str, n: int) -> ResponseReturnValue:
    """Join the council's deliberation, or other documents: all, or none."""
    the_edition, form = edition(e), FilesForm()
    file = _own(the_edition, n)
    if not form.validate_on_submit():
        return _page(the_edition, file, ReplyForm(formdata=None), form), 422
    with arriving(store(), sent(form)) as arrivals:
        if not form.accept(arrivals):
            return _page(the_edition, file, ReplyForm(formdata=None), form), 422
        try:
            files.join_documents(actor(), store(), file.interest.id, arrivals, at=received_at())
        except Refused as refused:
            status = form.refused(refused)
            return _page(the_edition, file, ReplyForm(formdata=None), form), status
    flash(joined(arrivals), "success")
    return redirect(url_for("interest_files.show", e=e, n=n, _anchor="pieces"), 303)


@pages.post("/<edition:e>/candidatures/<int:n>/documents/<int:id_>/retrait")
@doors.signed_in
def remove(e: str, n: int, id_: int) -> ResponseReturnValue:
    """Take a document away, for good."""
    files.remove_document(actor(), store(), _own(edition(e), n).interest.id, id_, at=received_at())
    flash("Le document est retiré.", "success")
    return redirect(url_for("interest_files.show", e=e, n=n, _anchor="pieces"), 303)


@pages.get("/<edition:e>/candidatures/<int:n>/documents/<int:id_>")
@doors.signed_in
def download(e: str, n: int, id_: int) -> Response:
    """A document of the file, to its collectivité and the team."""
    file = queries.file(edition(e).id, n)
    may_read_documents(actor(), siren=file.speaker).or_refuse()
    return attached(files.document_of(file.interest.id, id_), private=True)


@pages.get("/<edition:e>/candidatures/<int:n>/fiche")
@doors.signed_in
def sheet(e: str, n: int) -> str:
    """What the council deliberates on: one sheet, with the draft of its deliberation."""
    the_edition = edition(e)
    file = _own(the_edition, n)
    return render_template("interests/sheet.html", file=file, charter=accepted(the_edition, file.interest.charter))


def _own(the_edition: Edition, n: int) -> File:
    """The file of this number, of the actor's collectivité. Raises NotFound or Refused."""
    file = queries.file(the_edition.id, n)
    may_read_own(actor(), siren=file.speaker).or_refuse()
    return file


def _about(the_edition: Edition, file: File) -> dict[str, Any]:
    interest = file.interest
    when = {"calendar": the_edition.calendar, "at": received_at()}
    return {"siren": file.speaker, "status": interest.status} | when


def _may_correct(the_edition: Edition, file: File, thread: Any) -> Any:
    return may_correct(actor(), **_about(the_edition, file), is_asked=any(map(_waits, thread)))


def _waits(message: InterestMessage) -> bool:
    return message.asks_correction and message.corrected_at is None


def _correction(the_edition: Edition, file: File, thread: Any) -> Page:
    """The form that corrects, filled in with the text as it is, or as sent."""
    interest, charter = file.interest, in_force(the_edition)
    shown = {name: getattr(interest, name) for name in TEXTS}
    form = InterestForm(charter.name, formdata=None, data=shown) if request.method == "GET" else InterestForm(charter.name)
    page = Page(the_edition, queries.standing(the_edition.id, file.proposal_number, file.speaker), charter, form)
    page.interest = interest
    page.asked = "\n\n".join(message.body for message in thread if _waits(message))
    page.rank = len(corrections.versions_of(interest.id))
    page.back = url_for("interest_files.show", e=the_edition.slug, n=interest.number)
    return page


def _page(the_edition: Edition, file: File, reply_form: ReplyForm, files_form: FilesForm) -> str:
    about, thread = _about(the_edition, file), corrections.messages_of(file.interest.id)
    return render_template(
        "interests/file.html",
        file=file,
        interest=file.interest,
        messages=thread,
        versions=corrections.versions_of(file.interest.id),
        documents=files.documents_of(file.interest.id),
        most=MOST_FILES,
        reply_form=reply_form,
        files_form=files_form,
        correcting=_may_correct(the_edition, file, thread),
        replying=may_reply(actor(), **about),
        joining=may_join_documents(actor(), **about),
        withdrawing=may_withdraw(actor(), **about),
        window=the_edition.calendar.window(Stage.INTERESTS),
    )

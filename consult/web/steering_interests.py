"""The desk where the team reads candidatures: the list, one file, what each reader notes, messages, the answer prepared."""

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.ground.refusals import Refused
from consult.interests import messages, preparing, queries, readings
from consult.interests.balance import balance, left_out
from consult.interests.desk import find
from consult.interests.ready import progress
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.steering_interests import AskForm, PrepareForm, SetBackForm
from consult.web.interest_desk import Forms, following, next_file, page, refused, stay, typed_reading
from consult.web.interest_filters import asked, kept, own
from consult.web.paging import page_number

pages = Blueprint("steering_interests", __name__)


@pages.get("/pilotage/<edition:e>/candidatures")
@doors.moderators
def index(e: str) -> str:
    """The candidatures that the filters keep, those to study unless said otherwise; how far the instruction got."""
    the_edition = edition(e)
    wanted, around = asked(the_edition.id), kept()
    ready, unprepared = progress(the_edition.id)
    return render_template(
        "steering/interests.html",
        asked=wanted,
        page=find(the_edition.id, wanted.filters, reader=actor().person_id, own=own(), page=page_number()),
        by_status=queries.by_status(the_edition.id),
        ready=ready,
        unprepared=unprepared,
        left_out=left_out(balance(the_edition.id, own=own())),
        kept=around,
        url_for_file=lambda number: url_for("steering_interests.show", e=e, n=number, **around),
    )


@pages.get("/pilotage/<edition:e>/candidatures/<int:n>")
@doors.moderators
def show(e: str, n: int) -> str:
    """One candidature, with all that was said, beside the list."""
    return page(edition(e), n, Forms())


@pages.post("/pilotage/<edition:e>/candidatures/<int:n>")
@doors.moderators
def prepare(e: str, n: int) -> ResponseReturnValue:
    """Prepare its answer, which nobody outside the team reads before the publication."""
    the_edition, form = edition(e), PrepareForm()
    file = queries.file(the_edition.id, n)
    revision = form.revision.data
    if not form.validate_on_submit():
        return page(the_edition, n, Forms(prepare=form)), 422
    then = next_file(the_edition, n)
    try:
        preparing.prepare(
            actor(),
            the_edition.id,
            [file.interest.id],
            form.answer.data,
            reason=form.reason.data,
            rank=form.rank.data,
            seen={} if revision is None else {file.interest.id: revision},
            at=received_at(),
        )
    except Refused as error:
        return refused(error, the_edition, n, Forms(prepare=form))
    told = f"Réponse préparée pour la candidature n°{words.NBSP}{n}. Personne n’est prévenu avant la publication."
    return following(the_edition, told, then)


@pages.post("/pilotage/<edition:e>/candidatures/<int:n>/reprise")
@doors.moderators
def set_back(e: str, n: int) -> ResponseReturnValue:
    """Take back the answer that was prepared."""
    the_edition, form = edition(e), SetBackForm()
    file = queries.file(the_edition.id, n)
    if not form.validate_on_submit():
        return page(the_edition, n, Forms()), 422
    seen = {} if form.revision.data is None else {file.interest.id: form.revision.data}
    try:
        preparing.set_back(actor(), the_edition.id, [file.interest.id], seen=seen, at=received_at())
    except Refused as error:
        return refused(error, the_edition, n, Forms())
    return stay(the_edition, n, "La réponse préparée est retirée. La candidature attend de nouveau la sienne.")


@pages.post("/pilotage/<edition:e>/candidatures/<int:n>/lecture")
@doors.moderators
def read(e: str, n: int) -> ResponseReturnValue:
    """Note it, by the grid of the edition."""
    the_edition = edition(e)
    file, form = queries.file(the_edition.id, n), typed_reading(the_edition.id)
    if not form.validate_on_submit():
        return page(the_edition, n, Forms(reading=form)), 422
    try:
        readings.read(actor(), file.interest.id, form.points(), note=form.note.data or "", at=received_at())
    except Refused as error:
        return refused(error, the_edition, n, Forms(reading=form))
    return stay(the_edition, n, "Votre lecture est enregistrée. Celles des autres sont maintenant visibles.", "lectures")


@pages.post("/pilotage/<edition:e>/candidatures/<int:n>/message")
@doors.moderators
def ask(e: str, n: int) -> ResponseReturnValue:
    """Write to the collectivité, and perhaps ask it to correct what it wrote."""
    the_edition, form = edition(e), AskForm()
    file = queries.file(the_edition.id, n)
    if not form.validate_on_submit():
        return page(the_edition, n, Forms(ask=form)), 422
    try:
        messages.ask(actor(), file.interest.id, form.body.data, form.asks_correction.data, at=received_at())
    except Refused as error:
        return refused(error, the_edition, n, Forms(ask=form))
    return stay(the_edition, n, f"Message envoyé à {file.collectivite.full_name}, par courriel.", "messages")

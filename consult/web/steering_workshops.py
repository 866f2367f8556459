"""The desk where the team holds workshops: announced, changed, cancelled, noted; who comes."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Verb
from consult.ground.refusals import Reason, Refused
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.base import Form
from consult.web.forms.workshops import CancelForm, NotesForm, WorkshopChangeForm, WorkshopForm
from consult.web.paging import page_number
from consult.workshops import actions, queries
from consult.workshops.queries import Sheet, drafted
from consult.workshops.rules import may_change, may_publish_notes

pages = Blueprint("steering_workshops", __name__)


@pages.get("/pilotage/<edition:e>/ateliers")
@doors.moderators
def index(e: str) -> str:
    """The workshops to come, or (`quand=passes`) those that are over, and the way to a new one."""
    the_edition, past = edition(e), request.args.get("quand") == "passes"
    return render_template(
        "steering/workshops.html",
        workshops=queries.listed(the_edition.id, actor(), past=past, at=received_at(), page=page_number()),
        past=past,
        is_open=the_edition.calendar.permits(Verb.HOLD_WORKSHOP, received_at()),
        window=the_edition.calendar.window(Stage.INTERESTS),
    )


@pages.route("/pilotage/<edition:e>/ateliers/nouveau", methods=["GET", "POST"])
@doors.moderators
def new(e: str) -> ResponseReturnValue:
    """Announce a workshop about a retained proposition."""
    the_edition, form = edition(e), WorkshopForm(proposal=request.args.get("proposition", type=int))
    form.offer([(id_, f"n°{words.NBSP}{n} — {title}") for id_, n, title in queries.retained_to_meet_about(the_edition.id)])

    def act() -> str:
        workshop = actions.announce(actor(), form.proposal.data, form.draft(), at=received_at())
        return f"Atelier n°{words.NBSP}{workshop.number} annoncé. Les volontaires de la proposition sont prévenus par courriel."

    return _act(e, form, act, "steering/workshop_new.html")


@pages.get("/pilotage/<edition:e>/ateliers/<int:n>")
@doors.moderators
def show(e: str, n: int) -> str:
    """A workshop, who comes to it, and the acts one can do."""
    the_edition = edition(e)
    sheet = queries.sheet(the_edition.id, n, actor())
    return render_template(
        "steering/workshop.html",
        sheet=sheet,
        workshop=sheet.workshop,
        room=sheet.room,
        attendees=queries.attendees(sheet.workshop.id),
        **_may(the_edition, sheet),
    )


@pages.route("/pilotage/<edition:e>/ateliers/<int:n>/modifier", methods=["GET", "POST"])
@doors.moderators
def change(e: str, n: int) -> ResponseReturnValue:
    """Change a workshop; those who come are told when it moves."""
    sheet = _sheet(e, n)
    workshop = sheet.workshop
    form = WorkshopChangeForm.of(drafted(workshop), read=workshop.revision)

    def act() -> str:
        is_told = actions.change(
            actor(),
            workshop.id,
            form.draft(),
            read=form.read.data or 0,
            reason=form.reason.data or "",
            at=received_at(),
        )
        return "Atelier déplacé. Les personnes inscrites sont prévenues par courriel." if is_told else "Atelier modifié."

    return _act(e, form, act, "steering/workshop_change.html", sheet)


@pages.route("/pilotage/<edition:e>/ateliers/<int:n>/annulation", methods=["GET", "POST"])
@doors.moderators
def cancel(e: str, n: int) -> ResponseReturnValue:
    """Cancel a workshop, and say why."""
    sheet, form = _sheet(e, n), CancelForm()

    def act() -> str:
        actions.cancel(actor(), sheet.workshop.id, reason=form.reason.data, at=received_at())
        return "Atelier annulé. Les personnes inscrites sont prévenues par courriel."

    return _act(e, form, act, "steering/workshop_cancel.html", sheet)


@pages.route("/pilotage/<edition:e>/ateliers/<int:n>/compte-rendu", methods=["GET", "POST"])
@doors.moderators
def notes(e: str, n: int) -> ResponseReturnValue:
    """Publish what was said, or correct it."""
    sheet = _sheet(e, n)
    form = NotesForm(notes=sheet.workshop.notes, read=sheet.workshop.revision)

    def act() -> str:
        actions.publish_notes(actor(), sheet.workshop.id, form.notes.data, read=form.read.data, at=received_at())
        return "Compte rendu corrigé." if sheet.workshop.notes_at else "Compte rendu publié, et annoncé par courriel."

    return _act(e, form, act, "steering/workshop_notes.html", sheet)


def _act(e: str, form: Form, act: Callable[[], str], template: str, sheet: Sheet | None = None) -> ResponseReturnValue:
    """Show a form; do what it asks once it is well typed; give it back with nothing lost when it is not, or is refused."""
    if not form.is_submitted():
        return render_template(template, form=form, sheet=sheet)
    if not form.validate():
        return render_template(template, form=form, sheet=sheet), 422
    try:
        message = act()
    except Refused as refused:
        status = form.refused(refused)
        if refused.reason is Reason.CHANGED_MEANWHILE and sheet is not None:
            form["read"].data = sheet.workshop.revision  # what the page now shows beside what was typed
        return render_template(template, form=form, sheet=sheet, is_stale=refused.reason is Reason.CHANGED_MEANWHILE), status
    flash(message, "success")
    if sheet is None:
        return redirect(url_for("steering_workshops.index", e=e), 303)
    return redirect(url_for("steering_workshops.show", e=e, n=sheet.workshop.number), 303)


def _sheet(e: str, n: int) -> Sheet:
    return queries.sheet(edition(e).id, n, actor())


def _may(the_edition: Edition, sheet: Sheet) -> dict[str, bool]:
    """Which acts the page offers."""
    workshop, at = sheet.workshop, received_at()
    calendar, is_cancelled, ends_at = the_edition.calendar, sheet.room.is_cancelled, workshop.ends_at
    changing = may_change(actor(), calendar=calendar, is_cancelled=is_cancelled, ends_at=ends_at, at=at)
    noting = may_publish_notes(actor(), calendar=calendar, is_cancelled=is_cancelled, ends_at=ends_at, at=at)
    return {"may_change": bool(changing), "may_note": bool(noting)}

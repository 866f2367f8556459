"""The desk of a service, where its own team and the agency keep it up to date: a phase, a milestone; one page an act."""

from collections.abc import Callable
from datetime import date, datetime

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.ground.clock import paris_day
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Refused
from consult.interests.rules import TEAM
from consult.services import actions, queries
from consult.services.model import Milestone, Service
from consult.services.news_queries import last_news_at
from consult.services.queries import Sheet
from consult.services.rules import NEXT_PHASES, is_of_service, is_silent
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.base import Form
from consult.web.forms.services import MilestoneForm, PhaseForm, ReachedForm

pages = Blueprint("service_desk", __name__)


@pages.get("/<edition:e>/services/<int:n>/gestion")
@doors.signed_in
def show(e: str, n: int) -> str:
    """A service, what it promises, and the acts one can do."""
    sheet, today = own(e, n), paris_day(received_at())
    service, last = sheet.service, last_news_at(sheet.service.id)
    return render_template(
        "services/desk.html",
        sheet=sheet,
        service=service,
        promises=queries.promises(service, today),
        silent_since=silent_since(service, last, today),
        bearers=queries.borne_by(service.id),
        is_agency=actor().has_role(*TEAM),
        following=NEXT_PHASES[service.phase],
    )


def silent_since(service: Service, last_news: datetime | None, today: date) -> date | None:
    """Since when a service has said nothing, once that is too long."""
    since = paris_day(last_news or service.born_at)
    return since if is_silent(service.phase, since, today) else None


@pages.route("/<edition:e>/services/<int:n>/gestion/phase", methods=["GET", "POST"])
@doors.signed_in
def phase(e: str, n: int) -> ResponseReturnValue:
    """The service enters its next phase, or stops."""
    sheet, form = own(e, n), PhaseForm()
    form.offer(NEXT_PHASES[sheet.service.phase])

    def write() -> ResponseReturnValue:
        actions.enter_phase(
            actor(),
            sheet.service.id,
            form.phase.data,
            reason=form.reason.data,
            day=form.day.data,
            learnt=form.learnt.data or "",
            at=received_at(),
        )
        return done(f"Phase enregistrée{words.NBSP}: {form.phase.data.label}.", e, n)

    return act(form, write, "services/act.html", sheet=sheet, title="Changer de phase", submit="Enregistrer cette phase")


@pages.route("/<edition:e>/services/<int:n>/gestion/jalons", methods=["GET", "POST"])
@doors.signed_in
def milestone(e: str, n: int) -> ResponseReturnValue:
    """The service promises something for a day."""
    sheet, form = own(e, n), MilestoneForm()

    def write() -> ResponseReturnValue:
        actions.set_milestone(actor(), sheet.service.id, title=form.title.data, due_on=form.due_on.data, at=received_at())
        return done(f"Jalon annoncé pour le {words.day(form.due_on.data)}.", e, n)

    return act(form, write, "services/act.html", sheet=sheet, title="Annoncer un jalon", submit="Annoncer ce jalon")


@pages.route("/<edition:e>/services/<int:n>/gestion/jalons/<int:milestone_id>", methods=["GET", "POST"])
@doors.signed_in
def reached(e: str, n: int, milestone_id: int) -> ResponseReturnValue:
    """A milestone was reached."""
    sheet, form = own(e, n), ReachedForm()
    promised = milestone_of(sheet, milestone_id)

    def write() -> ResponseReturnValue:
        actions.reach_milestone(actor(), promised.id, done_on=form.done_on.data, at=received_at())
        return done("Jalon atteint.", e, n)

    return act(
        form,
        write,
        "services/act.html",
        sheet=sheet,
        title="Jalon atteint",
        promised=promised,
        submit="Dire qu’il est atteint",
    )


def own(e: str, n: int) -> Sheet:
    """A service on whose pages the reader writes. Raises NotFound, or Refused with the reason of `is_of_service`."""
    sheet = queries.sheet(edition(e).id, n, actor().siren)
    is_of_service(actor(), queries.bearers(reading(), sheet.service.id)).or_refuse()
    return sheet


def act(form: Form, write: Callable[[], ResponseReturnValue], template: str, **said: object) -> ResponseReturnValue:
    """Show a form; do what it asks once it is well typed; give it back with nothing lost when it is not, or is refused."""
    if not form.is_submitted():
        return _form(template, form, **said)
    if not form.validate():
        return _form(template, form, **said), 422
    try:
        return write()
    except Refused as refused:
        status = form.refused(refused)
        return _form(template, form, **said), status


def _form(template: str, form: Form, **said: object) -> str:
    return render_template(template, form=form, **said)


def done(message: str, e: str, n: int) -> ResponseReturnValue:
    """Say what was done, back at the desk of the service."""
    flash(message, "success")
    return redirect(url_for("service_desk.show", e=e, n=n), 303)


def milestone_of(sheet: Sheet, milestone_id: int) -> Milestone:
    """A milestone of this service. Raises NotFound."""
    for found in queries.milestones(sheet.service.id):
        if found.id == milestone_id:
            return found
    raise NotFound

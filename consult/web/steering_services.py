"""The desk where the team keeps services up to date: a birth, a phase, a milestone, a deployment; one page an act."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.ground.clock import paris_day
from consult.ground.refusals import NotFound, Refused
from consult.services import actions, queries
from consult.services.model import Milestone
from consult.services.queries import Sheet
from consult.services.rules import NEXT_PHASES, keeping
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.base import Form
from consult.web.forms.services import DeploymentForm, MilestoneForm, PhaseForm, ReachedForm, ServiceForm
from consult.web.paging import page_number

pages = Blueprint("steering_services", __name__)


@pages.get("/pilotage/<edition:e>/services")
@doors.moderators
def index(e: str) -> str:
    """The services of an edition, and the way to a new one."""
    the_edition, today = edition(e), paris_day(received_at())
    total = queries.portfolio(the_edition.id, today).services
    return render_template(
        "steering/services.html",
        services=queries.lines(the_edition.id, total=total, page=page_number()),
        today=today,
        window=the_edition.calendar.windows[-1],
    )


@pages.route("/pilotage/<edition:e>/services/nouveau", methods=["GET", "POST"])
@doors.moderators
def new(e: str) -> ResponseReturnValue:
    """A service is born from a retained proposition."""
    the_edition, form = edition(e), ServiceForm()
    form.offer([(id_, _choice(number, title, born)) for id_, number, title, born in queries.fertile(the_edition.id)])

    def act() -> ResponseReturnValue:
        service = actions.create(actor(), form.proposal.data, form.draft(), at=received_at())
        return _done(f"«{words.NBSP}{service.name}{words.NBSP}» est né, en investigation.", e, service.number)

    return _act(form, act, "steering/service_new.html")


@pages.get("/pilotage/<edition:e>/services/<int:n>")
@doors.moderators
def show(e: str, n: int) -> str:
    """A service, what it promises, and the acts one can do."""
    sheet, today = _sheet(e, n), paris_day(received_at())
    phase = sheet.service.phase
    return render_template(
        "steering/service.html",
        sheet=sheet,
        service=sheet.service,
        milestones=[
            (milestone, keeping(milestone.due_on, milestone.done_on, phase=phase, today=today))
            for milestone in queries.milestones(sheet.service.id)
        ],
        following=NEXT_PHASES[phase],
    )


@pages.route("/pilotage/<edition:e>/services/<int:n>/phase", methods=["GET", "POST"])
@doors.moderators
def phase(e: str, n: int) -> ResponseReturnValue:
    """The service enters its next phase, or stops."""
    sheet, form = _sheet(e, n), PhaseForm()
    form.offer(NEXT_PHASES[sheet.service.phase])

    def act() -> ResponseReturnValue:
        actions.enter_phase(actor(), sheet.service.id, form.phase.data, reason=form.reason.data, at=received_at())
        return _done(f"Phase enregistrée{words.NBSP}: {form.phase.data.label}.", e, n)

    return _act(form, act, "steering/service_act.html", sheet=sheet, title="Changer de phase", submit="Enregistrer cette phase")


@pages.route("/pilotage/<edition:e>/services/<int:n>/jalons", methods=["GET", "POST"])
@doors.moderators
def milestone(e: str, n: int) -> ResponseReturnValue:
    """The service promises something for a day."""
    sheet, form = _sheet(e, n), MilestoneForm()

    def act() -> ResponseReturnValue:
        actions.set_milestone(actor(), sheet.service.id, title=form.title.data, due_on=form.due_on.data, at=received_at())
        return _done(f"Jalon annoncé pour le {words.day(form.due_on.data)}.", e, n)

    return _act(form, act, "steering/service_act.html", sheet=sheet, title="Annoncer un jalon", submit="Annoncer ce jalon")


@pages.route("/pilotage/<edition:e>/services/<int:n>/jalons/<int:milestone_id>", methods=["GET", "POST"])
@doors.moderators
def reached(e: str, n: int, milestone_id: int) -> ResponseReturnValue:
    """A milestone was reached."""
    sheet, form = _sheet(e, n), ReachedForm()
    promised = _milestone(sheet, milestone_id)

    def act() -> ResponseReturnValue:
        actions.reach_milestone(actor(), promised.id, done_on=form.done_on.data, at=received_at())
        return _done("Jalon atteint.", e, n)

    return _act(
        form,
        act,
        "steering/service_act.html",
        sheet=sheet,
        title="Jalon atteint",
        promised=promised,
        submit="Dire qu’il est atteint",
    )


@pages.route("/pilotage/<edition:e>/services/<int:n>/deploiements", methods=["GET", "POST"])
@doors.moderators
def deployment(e: str, n: int) -> ResponseReturnValue:
    """A collectivité tries or uses the service."""
    sheet, form = _sheet(e, n), DeploymentForm()

    def act() -> ResponseReturnValue:
        try:
            actions.declare_deployment(
                actor(),
                sheet.service.id,
                form.siren.data,
                status=form.status.data,
                since=form.since.data,
                at=received_at(),
            )
        except NotFound:
            form.siren.errors = ["Aucune collectivité du registre n’a ce SIREN."]
            return _form("steering/service_act.html", form, **said), 422
        return _done("Déploiement enregistré.", e, n)

    said = {"sheet": sheet, "title": "Déclarer un déploiement", "submit": "Déclarer ce déploiement"}
    return _act(form, act, "steering/service_act.html", **said)


def _act(form: Form, act: Callable[[], ResponseReturnValue], template: str, **said: object) -> ResponseReturnValue:
    """Show a form; do what it asks once it is well typed; give it back with nothing lost when it is not, or is refused."""
    if not form.is_submitted():
        return _form(template, form, **said)
    if not form.validate():
        return _form(template, form, **said), 422
    try:
        return act()
    except Refused as refused:
        status = form.refused(refused)
        return _form(template, form, **said), status


def _form(template: str, form: Form, **said: object) -> str:
    return render_template(template, form=form, **said)


def _done(message: str, e: str, n: int) -> ResponseReturnValue:
    flash(message, "success")
    return redirect(url_for("steering_services.show", e=e, n=n), 303)


def _sheet(e: str, n: int) -> Sheet:
    return queries.sheet(edition(e).id, n, None)


def _milestone(sheet: Sheet, milestone_id: int) -> Milestone:
    for found in queries.milestones(sheet.service.id):
        if found.id == milestone_id:
            return found
    raise NotFound


def _choice(number: int, title: str, born: int) -> str:
    already = f" ({words.plural(born, 'service')})" if born else ""
    return f"n°{words.NBSP}{number} — {title}{already}"

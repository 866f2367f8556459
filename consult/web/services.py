"""Stage 4: the portfolio of services, and the page of each one."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.clock import paris_day
from consult.ground.refusals import Refused, Verdict
from consult.interests.queries import referents
from consult.services import actions, queries
from consult.services.deployment_rules import may_speak_of_use
from consult.services.model import Phase, PhaseStep
from consult.services.queries import Sheet
from consult.services.rules import keeping
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.services import UseForm
from consult.web.paging import page_number
from consult.web.thread import chain_of_service

pages = Blueprint("services", __name__)


@pages.get("/<edition:e>/services")
@doors.public
def index(e: str) -> str:
    """Every service at a glance: phase, next milestone, late or not, deployments, last step."""
    the_edition, today = edition(e), paris_day(received_at())
    portfolio = queries.portfolio(the_edition.id, today)
    return render_template(
        "services/index.html",
        portfolio=portfolio,
        services=queries.lines(the_edition.id, total=portfolio.services, page=page_number()),
        window=the_edition.calendar.window(Stage.TRACKING),
        today=today,
    )


@pages.get("/<edition:e>/services/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One service: its phases, what it promises, who uses it, where it comes from."""
    the_edition = edition(e)
    return _page(the_edition, queries.sheet(the_edition.id, n, actor().siren), UseForm())


@pages.post("/<edition:e>/services/<int:n>/deploiement")
@doors.signed_in
def use(e: str, n: int) -> ResponseReturnValue:
    """« Nous utilisons ce service », in the name of one's collectivité."""
    the_edition, form, who = edition(e), UseForm(), actor()
    sheet = queries.sheet(the_edition.id, n, who.siren)
    try:
        if not form.validate_on_submit():
            _may_speak(the_edition).or_refuse()
            return _page(the_edition, sheet, form), 422
        actions.declare_deployment(
            who, sheet.service.id, who.siren or "", status=form.status.data, since=form.since.data, at=received_at()
        )
    except Refused as refused:
        status = form.refused(refused)
        return _page(the_edition, sheet, form), status
    flash(f"C’est enregistré : {who.collectivite_name} figure parmi les collectivités qui ont ce service.", "success")
    return redirect(url_for("services.show", e=e, n=n), 303)


def _page(the_edition: Edition, sheet: Sheet, form: UseForm) -> str:
    service, today = sheet.service, paris_day(received_at())
    return render_template(
        "services/show.html",
        sheet=sheet,
        service=service,
        phases=_phases(queries.steps(service.id)),
        milestones=[
            (milestone, keeping(milestone.due_on, milestone.done_on, phase=service.phase, today=today))
            for milestone in queries.milestones(service.id)
        ],
        uses=queries.uses(service.id, total=sheet.deployments, page=page_number()),
        links=chain_of_service(service.proposal_id, sheet.proposal_number, service=service.number),
        origins=queries.origins(service.proposal_id),
        referents=referents(service.proposal_id),
        speaking=_may_speak(the_edition) and service.phase is not Phase.STOPPED and not sheet.mine,
        form=form,
    )


def _phases(steps: Sequence[PhaseStep]) -> list[dict[str, str]]:
    """The phases as a timeline shows them: the last one is where the service stands."""
    *past, last = steps
    state = "stopped" if last.phase is Phase.STOPPED else "open"
    return [
        {"name": step.phase.label, "date_text": words.day(step.entered_at), "text": words.typo(step.reason), "state": state}
        for step, state in [*((step, "past") for step in past), (last, state)]
    ]


def _may_speak(the_edition: Edition) -> Verdict:
    """Whether the reader may say that their collectivité uses the service: the team does it at its desk."""
    who = actor()
    return may_speak_of_use(who, calendar=the_edition.calendar, bearers=(), siren=who.siren, at=received_at())

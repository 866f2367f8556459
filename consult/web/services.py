"""Stage 4: the portfolio of services, and the page of each one."""

from collections.abc import Sequence

from flask import Blueprint, render_template

from consult.ground.clock import paris_day
from consult.interests.queries import referents
from consult.services import queries
from consult.services.model import Phase, PhaseStep
from consult.services.queries import Sheet
from consult.services.rules import keeping
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.portfolio import at_a_glance
from consult.web.thread import chain_of_service

pages = Blueprint("services", __name__)


@pages.get("/<edition:e>/services")
@doors.public
def index(e: str) -> str:
    """Every service at a glance."""
    return at_a_glance(edition(e))


@pages.get("/<edition:e>/services/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One service: its phases, what it promises, who uses it, where it comes from."""
    the_edition = edition(e)
    return _page(queries.sheet(the_edition.id, n, actor().siren))


def _page(sheet: Sheet) -> str:
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
        links=chain_of_service(service.proposal_id, sheet.proposal_number, service=service.number),
        origins=queries.origins(service.id),
        referents=referents(service.proposal_id),
    )


def _phases(steps: Sequence[PhaseStep]) -> list[dict[str, str]]:
    """The phases as a timeline shows them: the last one is where the service stands."""
    *past, last = steps
    state = "stopped" if last.phase is Phase.STOPPED else "open"
    return [
        {"name": step.phase.label, "date_text": words.day(step.entered_at), "text": words.typo(step.reason), "state": state}
        for step, state in [*((step, "past") for step in past), (last, state)]
    ]

"""The agency's list of services, and the birth of a new one; each service is then kept up to date at its own desk."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.ground.clock import paris_day
from consult.interests.model import Level
from consult.interests.queries import referents
from consult.services import actions, queries
from consult.services.news_queries import how_many_wait
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.services import ServiceForm
from consult.web.paging import page_number
from consult.web.service_desk import act, done

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
        waiting=how_many_wait(the_edition.id),
        window=the_edition.calendar.windows[-1],
    )


@pages.route("/pilotage/<edition:e>/services/nouveau", methods=["GET", "POST"])
@doors.moderators
def new(e: str) -> ResponseReturnValue:
    """A service is born from a retained proposition, which is chosen first (`?proposal=`)."""
    proposals = {id_: _choice(number, title, born) for id_, number, title, born in queries.fertile(edition(e).id)}
    chosen = next((id_ for id_ in proposals if str(id_) == request.values.get("proposal")), None)
    form = ServiceForm()
    if chosen is None:
        form.offer([*proposals.items()])
    else:
        _offer_of(form, chosen, proposals[chosen])

    def create() -> ResponseReturnValue:
        service = actions.create(actor(), form.proposal.data, form.draft(), at=received_at())
        return done(f"«{words.NBSP}{service.name}{words.NBSP}» est né.", e, service.number)

    return act(form, create, "steering/service_new.html", chosen=chosen)


def _offer_of(form: ServiceForm, proposal_id: int, choice: str) -> None:
    """What goes with the proposition chosen: all its contributions, and its pilots, ticked."""
    contributions = queries.answerable(proposal_id)
    volunteers = referents(proposal_id)
    form.offer(
        [(proposal_id, choice)],
        [(id_, f"n°{words.NBSP}{number} — {title}") for id_, number, title in contributions],
        [(one.collectivite.siren, f"{one.collectivite.full_name} ({one.level.label.lower()})") for one in volunteers],
    )
    if not form.is_submitted():
        form.proposal.data = proposal_id
        form.contributions.data = [id_ for id_, _, _ in contributions]
        form.bearers.data = [one.collectivite.siren for one in volunteers if one.level is Level.PILOTE]


@pages.get("/pilotage/<edition:e>/services/<int:n>")
@doors.moderators
def show(e: str, n: int) -> ResponseReturnValue:
    """Where a service was kept up to date once: its desk has its own address."""
    return redirect(url_for("service_desk.show", e=e, n=n), 301)


def _choice(number: int, title: str, born: int) -> str:
    already = f" ({words.plural(born, 'service')})" if born else ""
    return f"n°{words.NBSP}{number} — {title}{already}"

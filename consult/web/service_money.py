"""The money of services: of one, line by line; of all those of an edition; and the desk where it is said."""

from collections.abc import Mapping
from decimal import Decimal

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar import queries as calendar
from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.interests.rules import TEAM
from consult.services import money, money_queries, queries
from consult.services.charts import Part, stacked
from consult.services.model import MoneyKind, Publication, Service
from consult.services.money_rules import Funding, may_cancel_line, room
from consult.services.rules import is_of_service
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.forms.money import CancelForm, LineForm
from consult.web.money_words import percent
from consult.web.paging import page_number
from consult.web.service_desk import act, own

pages = Blueprint("service_money", __name__)

Rooms = Mapping[MoneyKind, Decimal | None]


@pages.get("/<edition:e>/argent")
@doors.public
def whole(e: str) -> str:
    """The envelope of an edition, what is granted and what is left, and the money of each service."""
    the_edition = edition(e)
    found = money_queries.whole(the_edition.id, page=page_number())
    return render_template(
        "services/money_whole.html",
        funding=Funding(the_edition.envelope, the_edition.funding_rate),
        rate=percent(the_edition.funding_rate),
        granted=the_edition.granted,
        whole=found,
        parts=_of_envelope(the_edition.envelope, the_edition.granted),
    )


@pages.get("/<edition:e>/services/<int:n>/argent")
@doors.public
def show(e: str, n: int) -> str:
    """What a service costs, who pays, what is engaged and paid; each line with its date."""
    sheet = queries.sheet(edition(e).id, n, actor().siren)
    service = sheet.service
    return render_template(
        "services/money.html",
        service=service,
        totals=money.totals_of(service),
        rate=percent(service.rate),
        parts=plan(service),
        lines=money_queries.public_lines(service.id, page=page_number()),
        writes=actor().is_signed_in and is_of_service(actor(), queries.bearers(reading(), service.id)),
    )


@pages.route("/<edition:e>/services/<int:n>/gestion/argent", methods=["GET", "POST"])
@doors.signed_in
def desk(e: str, n: int) -> ResponseReturnValue:
    """Every line, and a new one: published at once by the agency, proposed by the service's own team."""
    sheet, form = own(e, n), LineForm().bounded_by(lambda: rooms(e, n))

    def write() -> ResponseReturnValue:
        line = money.add_line(actor(), sheet.service.id, form.draft(), at=received_at())
        said = f"{line.kind.label}{words.NBSP}: {words.euros(line.amount)}"
        if line.standing is Publication.PUBLISHED:
            flash(f"Ligne publiée. {said}.", "success")
        else:
            flash(f"Ligne proposée. {said}. Elle sera publique quand l’agence l’aura validée.", "success")
        return redirect(url_for("service_money.desk", e=e, n=n), 303)

    return act(
        form,
        write,
        "services/money_desk.html",
        sheet=sheet,
        service=sheet.service,
        rate=percent(sheet.service.rate),
        lines=money_queries.all_lines(sheet.service.id, page=page_number()),
        rooms=rooms_of(sheet.service, edition(e)),
        by_agency=actor().has_role(*TEAM),
    )


@pages.route("/<edition:e>/services/<int:n>/gestion/argent/<int:line_id>/annulation", methods=["GET", "POST"])
@doors.signed_in
def cancel(e: str, n: int, line_id: int) -> ResponseReturnValue:
    """Cancel a line, or take back what is only proposed, for a reason."""
    sheet, form = own(e, n), CancelForm()
    line = money_queries.line_of(sheet.service.id, line_id)
    may_cancel_line(
        actor(),
        calendar=edition(e).calendar,
        bearers=queries.bearers(reading(), sheet.service.id),
        standing=line.standing,
        reason="?",
        at=received_at(),
    ).or_refuse()

    def write() -> ResponseReturnValue:
        money.cancel_line(actor(), line.id, reason=form.reason.data, at=received_at())
        flash("Ligne retirée." if line.published_at is None else "Ligne annulée. Elle reste lisible, barrée.", "success")
        return redirect(url_for("service_money.desk", e=e, n=n), 303)

    return act(form, write, "services/money_cancel.html", sheet=sheet, service=sheet.service, line=line)


def plan(service: Service) -> list[Part]:
    """Who pays for a service, as a stacked bar shows it."""
    totals = money.totals_of(service)
    return stacked(
        [
            ("state", "Part de l’État", totals.state_share),
            ("others", "Autres financeurs", totals.others),
            ("missing", "Reste à trouver", totals.missing),
        ]
    )


def _of_envelope(envelope: Decimal | None, granted: Decimal) -> list[Part]:
    left = Decimal(0) if envelope is None else envelope - granted
    return stacked([("state", "Accordé", granted), ("missing", "Disponible", left)])


def rooms(e: str, n: int) -> Rooms:
    """The same as it is in the base now: somebody else may have written since the page was read."""
    the_edition = calendar.edition(e)
    return rooms_of(queries.sheet(the_edition.id, n, None).service, the_edition)


def rooms_of(service: Service, the_edition: Edition) -> Rooms:
    """How much may still be published of each kind; None where nothing bounds it."""
    totals, limits = money.totals_of(service), money.limits_of(service, the_edition)
    return {kind: room(kind, totals, limits) for kind in MoneyKind}

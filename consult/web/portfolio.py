"""The portfolio of an edition: its services at a glance, in a file, along the months."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, stream_with_context, url_for

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.cells import line
from consult.ground.clock import paris_day
from consult.services.portfolio import TIMELINE_SIZE, Filters, Line, Order, every_line, figures, lines, lives
from consult.web import doors
from consult.web.context import edition, received_at, settings
from consult.web.forms.portfolio import LATE, PHASES, SILENT, PortfolioForm
from consult.web.frieze import frieze
from consult.web.paging import page_number

pages = Blueprint("portfolio", __name__)

COLUMNS = (
    "number",
    "name",
    "phase",
    "next_milestone",
    "next_milestone_due_on",
    "is_late",
    "cost",
    "state_share",
    "engaged",
    "paid",
    "trials",
    "in_use",
    "last_news_on",
    "is_silent",
    "url",
)
"""Of the file. The open data has all that hangs on each service."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks of the portfolio."""

    form: PortfolioForm
    filters: Filters
    order: Order
    active: list[str]
    """The filters in force, in words."""
    query: dict[str, str]
    """The filters in force, as an address says them; the order is not one."""

    def sorted_by(self, path: str, order: str) -> str:
        """The address of the same list in another order."""
        return f"{path}?{urlencode(self.query | {'tri': order})}"


def asked() -> Asked:
    """Read the address of the request."""
    form = PortfolioForm(formdata=request.args)
    form.offer()
    known = {field.name: field.data for field in form if field.data and field.data in dict(field.choices)}
    order = Order(known.pop("tri", Order.NUMBER))
    form.tri.data = order.value
    return Asked(
        form,
        Filters(
            phase=next((phase for phase, slug in PHASES.items() if slug == known.get("phase")), None),
            is_late=known.get("etat") == LATE,
            is_silent=known.get("etat") == SILENT,
        ),
        order,
        [dict(form[name].choices)[value] for name, value in known.items()],
        known,
    )


def at_a_glance(the_edition: Edition) -> str:
    """Every service of the edition: phase, next promise, money, adoption, last news; filtered and sorted. Four statements, the
    edition's included.
    """
    wanted, today = asked(), paris_day(received_at())
    return render_template(
        "services/index.html",
        figures=figures(the_edition.id, today),
        asked=wanted,
        services=lines(the_edition.id, wanted.filters, wanted.order, today, page=page_number()),
        window=the_edition.calendar.window(Stage.TRACKING),
    )


@pages.get("/<edition:e>/services.csv")
@doors.public
def file(e: str) -> Response:
    """The same list, whole, as a spreadsheet opens it."""
    the_edition, wanted, today = edition(e), asked(), paris_day(received_at())
    found = every_line(the_edition.id, wanted.filters, wanted.order, today)
    return Response(
        stream_with_context(_csv(e, found)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{the_edition.slug}-portefeuille.csv"},
    )


def _csv(e: str, found: Iterator[Line]) -> Iterator[str]:
    yield line(COLUMNS)
    for one in found:
        yield line(_cells(e, one))


def _cells(e: str, one: Line) -> tuple[Any, ...]:
    return (
        one.number,
        one.name,
        one.phase,
        one.next_title,
        one.next_due_on,
        _flag(one.is_late),
        str(one.cost),
        str(one.state_share),
        str(one.engaged),
        str(one.paid),
        one.trials,
        one.in_use,
        one.told_on,
        _flag(one.is_silent),
        settings().base_url + url_for("services.show", e=e, n=one.number),
    )


def _flag(value: object) -> str:
    return "true" if value else "false"


@pages.get("/<edition:e>/services/frise")
@doors.public
def timeline(e: str) -> str:
    """The services along the months: their phases, what they promise; the same in a table."""
    the_edition, wanted, today = edition(e), asked(), paris_day(received_at())
    found = lines(the_edition.id, wanted.filters, wanted.order, today, page=page_number(), size=TIMELINE_SIZE)
    drawn = lives(found.items, today) if found.items else []
    return render_template(
        "services/frise.html", asked=wanted, services=found, lives=drawn, frieze=frieze(drawn, today), today=today
    )

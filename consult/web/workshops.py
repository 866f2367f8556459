"""Workshops: the list of an edition, the page of each one, its file for a diary, one's seat."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.refusals import Verdict
from consult.interests.rules import is_of_the_team
from consult.web import doors
from consult.web.context import actor, edition, received_at, settings
from consult.web.paging import page_number
from consult.web.workshop_diary import diary_file
from consult.workshops import queries, seats
from consult.workshops.queries import Sheet
from consult.workshops.rules import may_attend, may_give_up, may_read_link

pages = Blueprint("workshops", __name__)


@pages.get("/<edition:e>/ateliers")
@doors.public
def index(e: str) -> str:
    """The workshops to come, or (`quand=passes`) those that are over."""
    the_edition, past = edition(e), request.args.get("quand") == "passes"
    return render_template(
        "workshops/index.html",
        workshops=queries.listed(the_edition.id, actor(), past=past, at=received_at(), page=page_number()),
        past=past,
        window=the_edition.calendar.window(Stage.INTERESTS),
    )


@pages.get("/<edition:e>/ateliers/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One workshop: when, where, who comes, one's seat, and afterwards what was said."""
    the_edition = edition(e)
    sheet = queries.sheet(the_edition.id, n, actor())
    workshop = sheet.workshop
    return render_template(
        "workshops/show.html",
        sheet=sheet,
        workshop=workshop,
        room=sheet.room,
        coming=queries.coming(workshop.id),
        attending=_may_attend(the_edition, sheet),
        giving_up=may_give_up(actor(), calendar=the_edition.calendar, room=sheet.room, at=received_at()),
        reads_link=may_read_link(actor(), room=sheet.room),
        steering=is_of_the_team(actor()),
    )


@pages.get("/<edition:e>/ateliers/<int:n>.ics")
@doors.public
def ics(e: str, n: int) -> Response:
    """The same for a diary; the link of the meeting is there for whoever is shown it."""
    the_edition = edition(e)
    sheet = queries.sheet(the_edition.id, n, actor())
    body = diary_file(
        sheet,
        settings().base_url + url_for("workshops.show", e=e, n=n),
        settings(),
        edition=the_edition.slug,
        with_link=bool(may_read_link(actor(), room=sheet.room)),
        at=received_at(),
    )
    return Response(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''atelier-{the_edition.slug}-{n}.ics",
        },
    )


@pages.post("/<edition:e>/ateliers/<int:n>/inscription")
@doors.signed_in
def attend(e: str, n: int) -> ResponseReturnValue:
    """Take a seat, for one's collectivité."""
    sheet = queries.sheet(edition(e).id, n, actor())
    seats.take(actor(), sheet.workshop.id, at=received_at())
    flash(f"Vous avez votre place, pour {actor().collectivite_name}. Un courriel vous le confirme.", "success")
    return redirect(url_for("workshops.show", e=e, n=n), 303)


@pages.post("/<edition:e>/ateliers/<int:n>/desistement")
@doors.signed_in
def give_up(e: str, n: int) -> ResponseReturnValue:
    """Give one's seat to another."""
    sheet = queries.sheet(edition(e).id, n, actor())
    seats.give_up(actor(), sheet.workshop.id, at=received_at())
    flash("Votre place est rendue : quelqu’un d’autre peut la prendre.", "success")
    return redirect(url_for("workshops.show", e=e, n=n), 303)


def _may_attend(the_edition: Edition, sheet: Sheet) -> Verdict:
    return may_attend(actor(), calendar=the_edition.calendar, room=sheet.room, at=received_at())

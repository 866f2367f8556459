"""The calendar of an edition: its four windows, what moved, and a file for one's own diary."""

from flask import Blueprint, Response, render_template, url_for

from consult.calendar import queries
from consult.web import doors
from consult.web.context import edition, received_at, settings
from consult.web.icalendar import icalendar
from consult.web.ribbon import boundary_words, ribbon

pages = Blueprint("calendar", __name__)


@pages.get("/<edition:e>/calendrier")
@doors.public
def show(e: str) -> str:
    """The four stages, the next date, the register of changes."""
    at = received_at()
    the_edition = edition(e)
    following = the_edition.calendar.next_boundary(at)
    return render_template(
        "calendar/show.html",
        stages=ribbon(the_edition, at),
        windows=the_edition.windows,
        following=following,
        following_words=boundary_words(following) if following else None,
        changes=queries.changes(the_edition.id),
    )


@pages.get("/<edition:e>/calendrier.ics")
@doors.public
def ics(e: str) -> Response:
    """The same dates, for a diary: one event a stage, an alarm the day before each close."""
    the_edition = edition(e)
    return Response(
        icalendar(the_edition, settings().base_url + url_for("calendar.show", e=e), received_at()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''calendrier-{the_edition.slug}.ics"},
    )

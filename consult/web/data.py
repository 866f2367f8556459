"""Open data: what each file holds and when it is complete, and the files themselves."""

from flask import Blueprint, Response, abort, render_template, stream_with_context

from consult.calendar.rules import Stage
from consult.opendata.pabulib import election as ballots
from consult.opendata.queries import csv, sizes
from consult.opendata.reading import Asked
from consult.opendata.schema import FILES, LICENCE
from consult.web import doors
from consult.web.context import edition, received_at, settings

pages = Blueprint("data", __name__)


@pages.get("/<edition:e>/donnees")
@doors.public
def index(e: str) -> str:
    """The files, their columns, their licence."""
    the_edition = edition(e)
    return render_template(
        "data/index.html",
        files=FILES.values(),
        sizes=sizes(the_edition, received_at()),
        licence=LICENCE,
        vote_closes_at=the_edition.calendar.window(Stage.VOTING).closes_at,
    )


@pages.get("/<edition:e>/donnees/<name>.pb")
@doors.public
def election(e: str, name: str) -> Response:
    """The ballots as voting researchers' tools read them, under the name of the edition."""
    the_edition = edition(e)
    if name != the_edition.slug:
        abort(404)
    lines = ballots(Asked(the_edition, received_at(), settings().base_url))
    return Response(
        stream_with_context(lines),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{the_edition.slug}.pb"},
    )


@pages.get("/<edition:e>/donnees/<name>.csv")
@doors.public
def file(e: str, name: str) -> Response:
    """One file, sent as it is read."""
    the_edition = edition(e)
    lines = csv(name, Asked(the_edition, received_at(), settings().base_url))
    return Response(
        stream_with_context(lines),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{the_edition.slug}-{name}.csv"},
    )

"""The list of contributions as an Atom feed (RFC 4287): the same filters as the page, the last fifty, nobody's name."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from consult.contributions.queries import BEGINNING, latest
from consult.ground.text import visible
from consult.register.rules import full_name
from consult.web import doors
from consult.web.context import edition, settings
from consult.web.contribution_filters import asked

pages = Blueprint("feeds", __name__)

ENTRIES = 50


@pages.get("/<edition:e>/contributions.atom")
@doors.public
def contributions(e: str) -> Response:
    """What a reader of feeds asks again and again: when nothing changed, it is told so, and sent nothing."""
    the_edition = edition(e)
    wanted = asked(the_edition.id)
    rows = latest(the_edition.id, wanted.filters, size=ENTRIES)
    entries = [
        {
            "number": row.number,
            "title": visible(row.title),
            "type": row.type,
            "status": row.status,
            "speaker": full_name(row.name, row.kind, row.departement_name) if row.siren else row.partner,
            "text": visible(row.beginning).strip() + ("…" if len(row.beginning) == BEGINNING else ""),
            "published_at": row.published_at,
            "updated_at": max(row.published_at, row.status_at or row.published_at),
        }
        for row in rows
    ]
    asked_for: dict[str, Any] = {"e": e, **wanted.query}
    body = render_template(
        "contributions/_feed.xml",
        edition=the_edition,
        active=wanted.active,
        entries=entries,
        updated_at=max((one["updated_at"] for one in entries), default=the_edition.calendar.windows[0].opens_at),
        base_url=settings().base_url,
        self_path=url_for("feeds.contributions", **asked_for),
        page_path=url_for("contributions.index", **asked_for),
    )
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    response.make_conditional(request)
    response.headers.pop("Date", None)  # the server dates its answers, all of them alike
    return response

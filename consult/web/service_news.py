"""What a service tells: its news, its pictures, its feed. What is not published is read by its own team and the agency."""

import logging

from flask import Blueprint, Response, render_template, request, send_file, url_for

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.services import news_queries, queries
from consult.services.model import Publication
from consult.services.news_queries import Told
from consult.services.news_rules import may_read
from consult.services.queries import Sheet
from consult.services.rules import is_of_service
from consult.web import doors
from consult.web.context import actor, edition, settings
from consult.web.files import NOTHING_RUNS, store
from consult.web.paging import page_number

pages = Blueprint("service_news", __name__)
log = logging.getLogger(__name__)


@pages.get("/<edition:e>/services/<int:n>/actualites")
@doors.public
def index(e: str, n: int) -> str:
    """All that a service told, the latest first."""
    sheet = _sheet(e, n)
    is_own = bool(is_of_service(actor(), queries.bearers(reading(), sheet.service.id)))
    news = news_queries.told(sheet.service.id, page=page_number())
    return render_template("services/news.html", sheet=sheet, service=sheet.service, news=news, is_own=is_own)


@pages.get("/<edition:e>/services/<int:n>/actualites/<int:news_id>")
@doors.public
def show(e: str, n: int, news_id: int) -> str:
    """One piece of news, to whoever may read it."""
    sheet = _sheet(e, n)
    return render_template("services/news_one.html", sheet=sheet, service=sheet.service, told=_readable(sheet, news_id))


@pages.get("/<edition:e>/services/<int:n>/actualites/<int:news_id>/images/<int:picture_id>")
@doors.public
def picture(e: str, n: int, news_id: int, picture_id: int) -> Response:
    """A picture, to whoever may read its news."""
    news = _readable(_sheet(e, n), news_id).news
    found = news_queries.picture(news.id, picture_id)
    try:
        content = store().open(found.key)
    except FileNotFoundError:
        log.error("picture %s: its content is missing from the store", found.id)
        raise NotFound from None
    response = send_file(content, mimetype=found.media_type, etag=found.digest, conditional=False, max_age=None)
    response.content_length = found.size
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    response.headers["Cache-Control"] = "no-cache" if news.standing is Publication.PUBLISHED else "no-store"
    response.make_conditional(request.environ)
    return response


@pages.get("/<edition:e>/services/<int:n>/actualites.atom")
@doors.public
def feed(e: str, n: int) -> Response:
    """The last news, for a reader of feeds: when nothing changed, it is told so, and sent nothing."""
    sheet = _sheet(e, n)
    news = news_queries.told(sheet.service.id, size=news_queries.FEED).items
    body = render_template(
        "services/_feed.xml",
        service=sheet.service,
        news=news,
        updated_at=max((one.news.published_at or one.news.written_at for one in news), default=sheet.service.born_at),
        base_url=settings().base_url,
        self_path=url_for("service_news.feed", e=e, n=n),
        page_path=url_for("service_news.index", e=e, n=n),
    )
    response = Response(body, content_type="application/atom+xml; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=300"
    response.add_etag()
    response.make_conditional(request)
    response.headers.pop("Date", None)  # the server dates its answers, all of them alike
    return response


def _sheet(e: str, n: int) -> Sheet:
    return queries.sheet(edition(e).id, n, None)


def _readable(sheet: Sheet, news_id: int) -> Told:
    """News that the reader may read. Raises NotFound."""
    found = news_queries.one_told(sheet.service.id, news_id)
    if not may_read(actor(), bearers=queries.bearers(reading(), sheet.service.id), standing=found.news.standing):
        raise NotFound
    return found

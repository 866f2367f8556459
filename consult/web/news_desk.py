"""Where a service's people write its news, and take it back; where the agency first reads what speaks of money."""

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.contributions.files import arriving
from consult.extensions import limiter
from consult.ground.refusals import Refused
from consult.interests.rules import TEAM
from consult.services import news_queries
from consult.services.model import Publication
from consult.services.news import publish_news, refuse_news, take_news_back, tell_news
from consult.services.queries import Sheet
from consult.web import doors
from consult.web.context import actor, edition, received_at, settings
from consult.web.files import DOCUMENTS_SENT, store
from consult.web.forms.base import Form
from consult.web.forms.news import NewsForm
from consult.web.forms.service_desk import ReasonForm
from consult.web.limits import asker
from consult.web.service_desk import act, own

pages = Blueprint("news_desk", __name__)

READ = "L’actualité est publiée."
WAITS = "L’actualité est enregistrée. Elle parle d’argent : l’agence la relit avant qu’elle ne soit publique."


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.get("/<edition:e>/services/<int:n>/gestion/actualites")
@doors.signed_in
def index(e: str, n: int) -> ResponseReturnValue:
    """The form, and what is not public: waiting, refused, taken back."""
    return _page(own(e, n), NewsForm())


@pages.post("/<edition:e>/services/<int:n>/gestion/actualites")
@doors.signed_in
@limiter.limit(DOCUMENTS_SENT, key_func=asker, exempt_when=_without_limits)
def write(e: str, n: int) -> ResponseReturnValue:
    """Tell news: public at once, unless it speaks of money and is not the agency's."""
    sheet, form = own(e, n), NewsForm()
    if not form.validate_on_submit():
        return _page(sheet, form, 422)
    with arriving(store(), form.sent()) as pictures:
        if not form.accept(pictures):
            return _page(sheet, form, 422)
        try:
            news = tell_news(actor(), store(), sheet.service.id, form.draft(), pictures, at=received_at())
        except Refused as refused:
            return _page(sheet, form, form.refused(refused))
    is_read = news.standing is Publication.PUBLISHED
    flash(READ if is_read else WAITS, "success")
    return redirect(url_for("service_news.index" if is_read else "news_desk.index", e=e, n=n), 303)


@pages.route("/<edition:e>/services/<int:n>/gestion/actualites/<int:news_id>/retrait", methods=["GET", "POST"])
@doors.signed_in
def take_back(e: str, n: int, news_id: int) -> ResponseReturnValue:
    """What was told is no longer read."""
    sheet, form = own(e, n), ReasonForm()
    told = news_queries.one_told(sheet.service.id, news_id)

    def write_() -> ResponseReturnValue:
        take_news_back(actor(), news_id, reason=form.reason.data, at=received_at())
        flash("L’actualité n’est plus publique, ni ses images.", "success")
        return redirect(url_for("news_desk.index", e=e, n=n), 303)

    said = {"sheet": sheet, "about": told.news.title, "title": "Retirer une actualité", "submit": "Retirer cette actualité"}
    return act(form, write_, "services/act.html", **said)


def _page(sheet: Sheet, form: Form, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "services/news_desk.html",
        sheet=sheet,
        service=sheet.service,
        form=form,
        is_agency=actor().has_role(*TEAM),
        told_last=news_queries.told(sheet.service.id).items,
        unread=news_queries.unread(sheet.service.id),
    )
    return make_response(page, status)


# ── The agency ───────────────────────────────────────────────────────────────────────


@pages.get("/pilotage/<edition:e>/actualites")
@doors.moderators
def queue(e: str) -> str:
    """What speaks of money and waits for the agency, the oldest first."""
    return render_template("steering/news.html", waiting=news_queries.waiting(edition(e).id))


@pages.post("/pilotage/<edition:e>/actualites/<int:news_id>/publication")
@doors.moderators
def publish(e: str, news_id: int) -> ResponseReturnValue:
    """Everybody reads it from now on."""
    news_queries.of_edition(edition(e).id, news_id)
    publish_news(actor(), news_id, at=received_at())
    flash("L’actualité est publiée. Qui l’a écrite en est prévenu.", "success")
    return redirect(url_for("news_desk.queue", e=e), 303)


@pages.route("/pilotage/<edition:e>/actualites/<int:news_id>/refus", methods=["GET", "POST"])
@doors.moderators
def refuse(e: str, news_id: int) -> ResponseReturnValue:
    """It is not published, for a reason that its author is told."""
    form, found = ReasonForm(), news_queries.of_edition(edition(e).id, news_id)

    def write_() -> ResponseReturnValue:
        refuse_news(actor(), news_id, reason=form.reason.data, at=received_at())
        flash("L’actualité n’est pas publiée. Qui l’a écrite en est prévenu, avec la raison.", "success")
        return redirect(url_for("news_desk.queue", e=e), 303)

    return act(form, write_, "steering/news_refuse.html", found=found)

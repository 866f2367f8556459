"""The front page, and the home of each edition: where we are, what one can do now, key figures."""

from flask import Blueprint, render_template

from consult.web import doors
from consult.web.context import edition, latest_edition, received_at
from consult.web.ribbon import ribbon

pages = Blueprint("home", __name__)


@pages.get("/")
@doors.public
def index() -> str:
    """The current edition; on a site without one, what is coming."""
    latest = latest_edition()
    if latest is None:
        return render_template("home/empty.html")
    return _home(latest.slug)


editions = Blueprint("editions", __name__)


@editions.get("/<edition:slug>/")
@doors.public
def show(slug: str) -> str:
    """An edition's home; past editions stay readable."""
    return _home(slug)


def _home(slug: str) -> str:
    the_edition, at = edition(slug), received_at()
    return render_template("home/show.html", stages=ribbon(the_edition, at))

"""« Quelle aide pour mon projet ? »: the schemes of an edition, as their rules were published."""

from flask import Blueprint, render_template

from consult.ground.clock import PARIS
from consult.triage.eligibility import Opening
from consult.triage.scheme_queries import published
from consult.web import doors
from consult.web.context import edition, received_at

pages = Blueprint("schemes", __name__)


@pages.get("/<edition:e>/aides")
@doors.public
def index(e: str) -> str:
    """Each scheme, who it is for, what it pays, and whether it is open today in Paris."""
    today = received_at().astimezone(PARIS).date()
    groups: dict[Opening, list[object]] = {state: [] for state in Opening}
    for one in published(edition(e).id):
        groups[one.standing(today)].append(one)
    return render_template("schemes/index.html", groups=groups, today=today)

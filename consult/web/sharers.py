"""Every collectivité that shares a contribution, on a page of its own."""

from flask import Blueprint, render_template, request

from consult.contributions.queries import one
from consult.contributions.sharers import SharersSort, sharers
from consult.web import doors
from consult.web.context import edition
from consult.web.paging import page_number

pages = Blueprint("sharers", __name__)


@pages.get("/<edition:e>/contributions/<int:n>/nous-aussi")
@doors.public
def index(e: str, n: int) -> str:
    """All of them, by name or by date."""
    contribution = one(edition(e).id, n)
    asked = request.args.get("tri")
    sort = next((sort for sort in SharersSort if sort.value == asked), SharersSort.NAME)
    return render_template(
        "contributions/sharers.html",
        contribution=contribution,
        page=sharers(contribution.id, sort, page=page_number()),
        sort=sort,
        sorts=list(SharersSort),
    )

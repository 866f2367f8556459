"""Propositions: the list, and the page of one with every contribution it answers."""

from flask import Blueprint, render_template, request

from consult.calendar.rules import Stage
from consult.ground.text import visible
from consult.proposals.queries import contributions_of, find, one, sharers_of
from consult.services.thread import followed
from consult.web import doors
from consult.web.ballots import ballot_of, ballots_of
from consult.web.context import actor, edition, received_at
from consult.web.paging import page_number

pages = Blueprint("proposals", __name__)


@pages.get("/<edition:e>/propositions")
@doors.public
def index(e: str) -> str:
    """Every proposition by number, with the button that supports it for those who may."""
    the_edition, at = edition(e), received_at()
    searched = visible(request.args.get("q", "")).strip()
    found = find(the_edition.id, words=searched, page=page_number())
    return render_template(
        "proposals/index.html",
        page=found,
        searched=searched,
        followed=followed([line.id for line in found.items]),
        ballots=ballots_of(the_edition, found.items, actor(), at),
        voting=the_edition.calendar.window(Stage.VOTING),
        is_early=not the_edition.calendar.has_opened(Stage.VOTING, at),
    )


@pages.get("/<edition:e>/propositions/<int:n>")
@doors.public
def show(e: str, n: int) -> str:
    """One proposition: the support box first, then the contributions it comes from and the collectivités behind them."""
    the_edition, at = edition(e), received_at()
    proposal = one(the_edition.id, n)
    return render_template(
        "proposals/show.html",
        proposal=proposal,
        contributions=contributions_of(proposal.id),
        sharers=sharers_of(proposal.id),
        followed=followed([proposal.id])[proposal.id],
        ballot=ballot_of(the_edition, proposal, actor(), at),
    )

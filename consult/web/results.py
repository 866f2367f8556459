"""The results of the vote, from the second it closes: the ranking, who voted, who supports what. Until then, turnout alone."""

from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, render_template, request

from consult.calendar.rules import Stage
from consult.ground.paging import Page, offset
from consult.proposals.queries import one
from consult.selection.queries import proclaimed
from consult.voting.queries import ballot_rules, turnout
from consult.voting.results import Results, results, titled
from consult.voting.rules import Ranked, may_name_supporters, may_see_tallies
from consult.voting.supporters import WITHOUT, Supporter, Supporters, named, supporters
from consult.web import doors
from consult.web.context import edition, received_at
from consult.web.maps import departement_map
from consult.web.paging import page_number

pages = Blueprint("results", __name__)

RANKING_PAGE = 100
"""Propositions on a page of the ranking: those of 2021 fit on one."""


@pages.get("/<edition:e>/resultats")
@doors.public
def show(e: str) -> str:
    """The ranking, ties explained; before the close, until when the tallies are secret, and turnout."""
    the_edition, at = edition(e), received_at()
    window = the_edition.calendar.window(Stage.VOTING)
    if at < window.opens_at or not may_see_tallies(ballot_rules(the_edition), at):
        return render_template("results/awaited.html", window=window, turnout=turnout(the_edition))
    found = results(the_edition, at=at)
    return render_template(
        "results/show.html",
        window=window,
        results=found,
        page=_ranking(found),
        is_over=the_edition.calendar.has_closed(Stage.VOTING, at),
        outcomes={decision.proposal_id: decision.now for decision in proclaimed(the_edition.id)}
        if the_edition.proclaimed_at
        else {},
    )


def _ranking(found: Results) -> Page[Ranked]:
    """The page of the ranking that is asked for; the last one, when there are not so many."""
    asked = Page(found.ranking, 1, len(found.ranking), RANKING_PAGE)
    number = min(page_number(), asked.pages)
    first = offset(number, RANKING_PAGE)
    return Page(titled(found.ranking[first : first + RANKING_PAGE]), number, asked.total, RANKING_PAGE)


@pages.get("/<edition:e>/resultats/participation")
@doors.public
def participation(e: str) -> str:
    """Who voted, among those who may, by kind, population, région and département, with the supports they gave once public."""
    the_edition, at = edition(e), received_at()
    window = the_edition.calendar.window(Stage.VOTING)
    if at < window.opens_at:
        return render_template("results/awaited.html", window=window, turnout=turnout(the_edition))
    found = results(the_edition, at=at) if may_see_tallies(ballot_rules(the_edition), at) else None
    who = found.turnout if found else turnout(the_edition)
    return render_template(
        "results/participation.html",
        window=window,
        results=found,
        turnout=who,
        map=departement_map({share.key: (share.label, share.voted) for share in who.by_departement}),
        is_over=the_edition.calendar.has_closed(Stage.VOTING, at),
    )


@pages.get("/<edition:e>/propositions/<int:n>/soutiens")
@doors.public
def supported(e: str, n: int) -> str:
    """Who supports a proposition: of which sorts, where, and, once the vote is over, which collectivités."""
    the_edition, at = edition(e), received_at()
    proposal, window = one(the_edition.id, n), the_edition.calendar.window(Stage.VOTING)
    if at < window.opens_at:
        return render_template("results/awaited.html", window=window, turnout=turnout(the_edition))
    who = supporters(the_edition, proposal.id, at=at)
    is_over = bool(may_name_supporters(ballot_rules(the_edition), at))
    among, total = _among(who)
    page = named(the_edition, proposal.id, among=among, total=total, page=page_number(), at=at) if is_over else None
    found = results(the_edition, at=at) if is_over else None
    return render_template(
        "results/supported.html",
        proposal=proposal,
        window=window,
        who=who,
        map=departement_map({group.key: (group.label, group.supports) for group in who.by_departement}),
        is_over=is_over,
        results=found,
        line=found.rank_of(proposal.id) if found else None,
        among=among,
        without=WITHOUT,
        page=page,
        places=_places(page.items, who) if page else [],
    )


def _among(who: Supporters) -> tuple[str | None, int]:
    """Of which département the names are asked for, or of none, and how many there are; without an answer, all of them."""
    asked = request.args.get("departement", "")
    placed = {group.key: group.supports for group in who.by_departement}
    placed[WITHOUT] = who.total - sum(placed.values())
    return (asked, placed[asked]) if placed.get(asked) else (None, who.total)


def _places(found: Sequence[Supporter], who: Supporters) -> list[tuple[str, list[Supporter]]]:
    """The names of a page, under that of their département."""
    labels = {group.key: group.label for group in who.by_departement}
    return [(labels.get(code or "", "Régions"), list(those)) for code, those in groupby(found, key=lambda one: one.departement)]

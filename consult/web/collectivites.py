"""Collectivités: searching the register, and the identity of one."""

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.ground.text import visible
from consult.register import queries
from consult.register.file import SOURCE
from consult.register.rules import is_siren
from consult.register.search import MOST, SUGGESTIONS
from consult.web import doors, words
from consult.web.paging import page_number

pages = Blueprint("collectivites", __name__)

LONGEST = 120
"""Characters of what is typed that a search looks at."""


@pages.get("/collectivites")
@doors.public
def index() -> ResponseReturnValue:
    """The search, its results, and where the register comes from. One that was picked in the suggestions is gone to."""
    picked = request.args.get("siren", "")
    if is_siren(picked) and picked in queries.lines([picked]):
        return redirect(url_for("collectivites.show", siren=picked))
    typed = visible(request.args.get("q", "")).strip()[:LONGEST]
    return render_template(
        "collectivites/index.html",
        q=typed,
        page=queries.find(typed, page_number()) if typed else None,
        counts=queries.counts_by_kind() if not typed else {},
        most=MOST,
        source=SOURCE,
        loaded=queries.latest_load(),
    )


@pages.get("/collectivites/suggestions")
@doors.public
def suggestions() -> Response:
    """The likeliest collectivités, for whoever is still typing: the same for everyone, and good for ten minutes.

    When there are more, a Link header says where the rest is.
    """
    typed = request.args.get("q", "")
    found = queries.search(typed, limit=SUGGESTIONS + 1)
    answer = jsonify(
        [
            {"siren": one.siren, "name": one.full_name, "what": f"{one.kind_label}, {words.plural(one.population, 'habitant')}"}
            for one in found[:SUGGESTIONS]
        ]
    )
    answer.headers["Cache-Control"] = "private, max-age=600"
    if len(found) > SUGGESTIONS:
        answer.headers["Link"] = f'<{url_for("collectivites.index", q=typed)}>; rel="next"'
    return answer


@pages.get("/collectivites/<siren>")
@doors.public
def show(siren: str) -> str:
    """Who it is, in the register."""
    found = queries.get(siren)
    return render_template(
        "collectivites/show.html",
        collectivite=found,
        epci=queries.lines([found.epci_siren]).get(found.epci_siren) if found.epci_siren else None,
        members=queries.members(siren),
        source=SOURCE,
        loaded=queries.latest_load(),
    )

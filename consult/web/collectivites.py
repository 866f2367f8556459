"""Collectivités: searching the register; the identity of one, and what it does here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.queries import editions
from consult.calendar.rules import Stage, Verb
from consult.contributions.of_collectivite import shared_by, written_by
from consult.following.rules import Sort
from consult.ground.paging import Page
from consult.ground.text import visible
from consult.interests.of_collectivite import offered_by_alike
from consult.interests.queries import offered_by
from consult.register import queries
from consult.register.file import SOURCE
from consult.register.model import Collectivite
from consult.register.neighbours import DoneByAlike
from consult.register.rules import Kind, is_siren
from consult.register.search import MOST, SUGGESTIONS
from consult.register.vanished import vanished
from consult.services.of_collectivite import borne, had_by_alike
from consult.services.queries import used_by
from consult.voting.queries import supported_by
from consult.web import doors, words
from consult.web.context import actor, received_at
from consult.web.following import following_of
from consult.web.paging import page_number
from consult.workshops.of_collectivite import attended_by

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
        vanished=vanished(typed) if page_number() == 1 else [],
        counts=queries.counts_by_kind() if not typed else {},
        most=MOST,
        source=SOURCE,
        loaded=queries.latest_load(),
    )


@pages.get("/collectivites/suggestions")
@doors.public
def suggestions() -> Response:
    """The likeliest collectivités, for whoever is still typing: the same for everyone, and good for ten minutes.

    One that ended leads to the one that stands for it. When there are more, a Link header says where the rest is.
    """
    typed = request.args.get("q", "")
    found = queries.search(typed, limit=SUGGESTIONS + 1)
    suggested = [
        {"siren": one.siren, "name": one.full_name, "what": f"{one.kind_label}, {words.plural(one.population, 'habitant')}"}
        for one in found[:SUGGESTIONS]
    ]
    if len(found) < SUGGESTIONS:
        gone = vanished(typed, limit=SUGGESTIONS - len(found))
        suggested += [{"siren": one.successor.siren, "name": one.line.full_name, "what": one.said} for one in gone]
    answer = jsonify(suggested)
    answer.headers["Cache-Control"] = "private, max-age=600"
    if len(found) > SUGGESTIONS:
        answer.headers["Link"] = f'<{url_for("collectivites.index", q=typed)}>; rel="next"'
    return answer


@pages.get("/collectivites/<siren>")
@doors.public
def show(siren: str) -> str:
    """Who it is, in the register, and what it does in each edition."""
    found, every = queries.get(siren), editions()
    doings = _doings(siren, every)
    return render_template(
        "collectivites/show.html",
        collectivite=found,
        epci=queries.lines([found.epci_siren]).get(found.epci_siren) if found.epci_siren else None,
        members=queries.members(siren),
        past=queries.past_of(siren),
        source=SOURCE,
        loaded=queries.latest_load(),
        doings=doings,
        alike=_alike(found, every),
        following=following_of(Sort.COLLECTIVITE, siren),
        has_several=len({edition.id for doing in doings for edition, _ in doing.by_edition}) > 1,
        is_fictitious=any(edition.is_fictitious for doing in doings for edition, _ in doing.by_edition),
    )


@dataclass(frozen=True, slots=True)
class Doing:
    """One sort of things that a collectivité does: edition by edition, and how many lines are left out."""

    key: str
    title: str
    endpoint: str
    by_edition: Sequence[tuple[Edition, Sequence[Any]]]
    others: int


def _doings(siren: str, every: Sequence[Edition]) -> list[Doing]:
    """Everything that is public about what a collectivité does; what it does not do is left out."""
    sorts: list[tuple[str, str, str, Page[Any]]] = [
        ("contributions", "Ce qu’elle a écrit", "contributions.show", written_by(siren)),
        ("partages", "Ce qu’elle partage : « nous aussi »", "contributions.show", shared_by(siren)),
        ("soutiens", "Ce qu’elle a soutenu au vote", "proposals.show", supported_by(siren, every, at=received_at())),
        ("candidatures", "Où elle se porte volontaire", "interests.index", offered_by(siren)),
        ("ateliers", "Les ateliers où elle vient", "workshops.show", attended_by(siren)),
        ("portes", "Les services qu’elle porte", "services.show", borne(siren)),
        ("services", "Les services qu’elle utilise", "services.show", used_by(siren)),
    ]
    return [
        Doing(key, title, endpoint, _by_edition(page.items, every), page.total - len(page.items))
        for key, title, endpoint, page in sorts
        if page.items
    ]


def _by_edition(items: Sequence[Any], every: Sequence[Edition]) -> list[tuple[Edition, Sequence[Any]]]:
    found = [(edition, [item for item in items if item.edition_id == edition.id]) for edition in every]
    return [(edition, those) for edition, those in found if those]


@dataclass(frozen=True, slots=True)
class Alike:
    """What collectivités like this one do, and it might: the same kind, the same stratum, the nearest first."""

    who: str
    """« des communes »."""
    is_own: bool
    """Whether the reader acts in the name of this one: they are told that there is nothing, too."""
    near: bool
    """Whether those that have the services are of its région."""
    services: Sequence[tuple[Edition, DoneByAlike]]
    offers: Sequence[tuple[Edition, DoneByAlike]]


def _alike(one: Collectivite, every: Sequence[Edition]) -> Alike | None:
    """None when there is nothing to say, and nobody to say it to. Two statements, three when none of them is near."""
    at, by_id = received_at(), {edition.id: edition for edition in every}
    still_open = [edition.id for edition in every if edition.calendar.permits(Verb.DECLARE_INTEREST, at)]
    tracked = any(edition.calendar.has_opened(Stage.TRACKING, at) for edition in every)
    services, near = had_by_alike(one) if one.is_current and tracked else ((), False)
    offers = offered_by_alike(one, still_open) if one.is_current else ()
    own = actor().siren == one.siren
    if not services and not offers and not (own and tracked):
        return None
    who = "d’autres groupements" if one.kind is Kind.OTHER_GROUPING else f"des {one.kind.plural}"
    named = ([(by_id[done.edition_id], done) for done in those] for those in (services, offers))
    return Alike(who, own, near, *named)

"""What looks like a text being written. It is sent in the body of the request: it is not public yet, and stays unsaid."""

from flask import Blueprint, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from consult.contributions.look_alikes import LookAlikes, look_alikes
from consult.contributions.rules import ContributionType
from consult.extensions import limiter
from consult.ground.text import visible
from consult.web import doors, words
from consult.web.context import edition, settings
from consult.web.limits import asker

pages = Blueprint("look_alikes", __name__)

ASKED = "200 per 15 minutes"
"""By one account: as one types, one asks some fifteen times a minute at most."""


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.post("/<edition:e>/contributions/semblables")
@doors.signed_in
@limiter.limit(ASKED, key_func=asker, exempt_when=_without_limits)
def ask(e: str) -> ResponseReturnValue:
    """For the script of the form: what to show, and what to say of it. Nothing is kept."""
    the_edition = edition(e)
    asked = request.form.get("type")
    type_ = next((each for each in ContributionType if each.slug == asked), None) or abort(400)
    found = typed_look_alikes(the_edition.id, type_)
    shown = render_template("contributions/_look_alikes.html", look_alikes=found, type=type_, shown_for="writer")
    answer = jsonify({"html": shown if found.any else "", "said": said(found)})
    answer.headers["Cache-Control"] = "no-store"
    return answer


def typed_look_alikes(edition_id: int, type_: ContributionType) -> LookAlikes:
    """What looks like the text of the form that was sent."""
    return look_alikes(edition_id, type_, " ".join(visible(request.form.get(name, "")) for name in TEXTS))


TEXTS = ("title", "situation", "effects")


def said(found: LookAlikes) -> str:
    """How many there are, in words."""
    total = len(found.alike) + len(found.answers)
    if not total:
        return "Rien ne ressemble à votre texte pour l’instant."
    return words.plural(total, "contribution ressemble", "contributions ressemblent") + " à votre texte."

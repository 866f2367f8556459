"""`/repetition`, in the demonstration only: move the site's time forward, and see the edition played up to there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.sign_in.actions import carry_sessions
from consult.calendar.model import Edition
from consult.demo import rehearsal
from consult.ground.clock import paris
from consult.ground.refusals import NotFound
from consult.web import doors, words
from consult.web.context import latest_edition, received_at, settings
from consult.web.forms.rehearsal import MoveForm
from consult.web.ribbon import boundary_words

pages = Blueprint("rehearsal", __name__)

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """Somewhere to go, and why."""

    at: datetime
    label: str


NAMED = (
    Moment(paris(2021, 1, 26, 10), "Les premières contributions arrivent"),
    Moment(paris(2021, 2, 22, 10), "Le recueil bat son plein, l’examen a commencé"),
    Moment(paris(2021, 4, 13, 10), "Le vote est prolongé de deux semaines"),
    Moment(paris(2021, 4, 20, 10), "Le vote est en cours"),
    Moment(paris(2021, 5, 3, 17), "Le comité proclame ses décisions"),
    Moment(paris(2021, 5, 20, 10), "Des territoires se portent volontaires"),
    Moment(paris(2021, 6, 8, 12), "Le premier service est né"),
    Moment(paris(2021, 10, 25, 10), "Des services grandissent, un autre s’est arrêté"),
    Moment(paris(2021, 12, 20, 10), "Les services sont en usage"),
)


@pages.get("/repetition")
@doors.public
def show() -> str:
    """Where the rehearsal stands and where it can go."""
    return _page(MoveForm())


@pages.post("/repetition")
@doors.public
def move() -> ResponseReturnValue:
    """Go there. The past is refused beside the field."""
    _only_in_the_demo()
    form, at = MoveForm(), received_at()
    if not form.validate():
        return _page(form), 422
    target = form.target()
    if target <= at:
        form.instant.errors = [f"Le site est déjà au {words.moment(at)}. En arrière : make demo FRESH=1 AT=…"]
        return _page(form), 422
    memory = rehearsal.remember(settings().instance_dir, settings().database_url)
    rehearsal.advance(memory, target)
    carry_sessions(at=target)
    flash(f"Le site est maintenant au {words.moment(target)}.", "success")
    return redirect(url_for("home.index"), 303)


def _page(form: MoveForm) -> str:
    _only_in_the_demo()
    at, edition = received_at(), latest_edition()
    return render_template(
        "rehearsal/show.html",
        form=form,
        boundaries=_around_boundaries(edition, at) if edition else [],
        named=[moment for moment in NAMED if moment.at > at],
    )


def _around_boundaries(edition: Edition, at: datetime) -> list[Moment]:
    """A minute before and a minute after each opening and closing still to come; one line for edges at the same instant."""
    found: dict[datetime, list[str]] = {}
    for boundary in edition.calendar.boundaries:
        found.setdefault(boundary.at, []).append(boundary_words(boundary))
    moments = []
    for instant, changes in found.items():
        what = ", puis ".join(change[0].lower() + change[1:] for change in changes)
        moments += [
            Moment(instant - MINUTE, f"Une minute avant : {what}"),
            Moment(instant + MINUTE, f"Une minute après : {what}"),
        ]
    return [moment for moment in moments if moment.at > at]


def _only_in_the_demo() -> None:
    if not settings().is_demo:
        raise NotFound

"""Following a contribution, a proposition, a service or a collectivité; what one follows, and how often one is told."""

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.queries import address_of_person
from consult.accounts.rules import readable_address
from consult.calendar.model import Edition
from consult.following import actions, queries
from consult.following.model import Rhythm
from consult.following.queries import Titled
from consult.following.rules import DEFAULT, Sort, Subject, subject_of
from consult.ground.database import reading
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.following import RhythmForm
from consult.web.paging import page_number

pages = Blueprint("following", __name__)

ENDPOINTS = {Sort.CONTRIBUTION: "contributions.show", Sort.PROPOSAL: "proposals.show", Sort.SERVICE: "services.show"}
WHAT = {
    Sort.CONTRIBUTION: "cette contribution",
    Sort.PROPOSAL: "cette proposition",
    Sort.SERVICE: "ce service",
    Sort.COLLECTIVITE: "cette collectivité",
}


@dataclass(frozen=True, slots=True)
class Following:
    """What `components/follow.html` shows: a button to follow it, or not to any more."""

    subject: str
    what: str
    """« cette contribution », « ce service »."""
    is_followed: bool
    is_signed_in: bool


def following_of(sort: Sort, key: int | str, edition: Edition | None = None) -> Following:
    """Whether the reader follows this: `following_of(Sort.SERVICE, n, the_edition)`, `following_of(Sort.COLLECTIVITE, siren)`.

    One statement for somebody signed in, none for a visitor. How many follow is said nowhere: during the vote, those who
    support a proposition do.
    """
    subject = Subject(sort, str(key), edition.id if edition else None)
    who = actor()
    return Following(subject.name, WHAT[sort], queries.is_followed(who.person_id, subject), who.is_signed_in)


def page_of(one: Titled) -> str:
    """The address of what is followed."""
    if one.subject.sort is Sort.COLLECTIVITE:
        return url_for("collectivites.show", siren=one.subject.key)
    return url_for(ENDPOINTS[one.subject.sort], e=one.edition, n=int(one.subject.key))


@pages.get("/compte/suivis")
@doors.newcomers
def index() -> str:
    """What I follow, and how often I am told."""
    return _page(RhythmForm(rhythm=_rhythm()))


@pages.post("/compte/suivis")
@doors.newcomers
def begin() -> ResponseReturnValue:
    """Follow."""
    subject = _asked()
    actions.follow(actor(), subject, at=received_at())
    flash(f"Vous suivez {WHAT[subject.sort]}. Rythme des messages : {_rhythm().label.lower()}.", "success")
    return _back(subject)


@pages.post("/compte/suivis/arret")
@doors.newcomers
def stop() -> ResponseReturnValue:
    """Do not follow any more."""
    subject = _asked()
    actions.stop(actor(), subject, at=received_at())
    flash(f"Vous ne suivez plus {WHAT[subject.sort]}.", "success")
    return _back(subject)


@pages.post("/compte/suivis/rythme")
@doors.newcomers
def choose() -> ResponseReturnValue:
    """Be told more, or less, often."""
    form = RhythmForm()
    if not form.validate_on_submit():
        return _page(form), 422
    actions.choose_rhythm(actor(), form.rhythm.data, at=received_at())
    flash("Votre choix est enregistré.", "success")
    return redirect(url_for("following.index"), 303)


def _asked() -> Subject:
    return subject_of(request.form.get("subject", "")) or abort(404)


def _rhythm() -> Rhythm:
    found = queries.follower(actor().person_id or 0)
    return found.rhythm if found else DEFAULT


def _back(subject: Subject) -> ResponseReturnValue:
    """To the page one was reading: the list, or that of what is followed."""
    if request.form.get("from") == "list":
        return redirect(url_for("following.index"), 303)
    (one,) = queries.titled(reading(), [subject.name]).values()
    return redirect(f"{page_of(one)}#suivre", 303)


def _page(form: RhythmForm) -> str:
    person_id = actor().person_id or 0
    return render_template(
        "following/index.html",
        form=form,
        page=queries.followed_by(person_id, page=page_number()),
        follower=queries.follower(person_id),
        page_of=page_of,
        email=readable_address(address_of_person(person_id)),
    )

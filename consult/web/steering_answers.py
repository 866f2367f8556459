"""Answering candidatures together: a filtered list prepared in one act, the balance, then everything published at once."""

from collections import Counter
from collections.abc import Collection, Sequence

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.ground.refusals import NotFound, Refused
from consult.interests.balance import balance, left_out
from consult.interests.desk import MOST_AT_ONCE, Line, find, ids_of
from consult.interests.desk_rules import ANSWERABLE, ANSWERS, as_read, may_publish
from consult.interests.letters import said
from consult.interests.model import InterestStatus
from consult.interests.preparing import prepare
from consult.interests.publishing import publish as publish_answers
from consult.interests.ready import Ready, progress, ready
from consult.outbox.model import Notice
from consult.web import doors, words
from consult.web.context import actor, edition, received_at, settings
from consult.web.forms.steering_interests import BulkForm, PublicationForm
from consult.web.interest_filters import asked, kept, own
from consult.web.mail import worded
from consult.web.reasons import REFUSALS, wording

pages = Blueprint("steering_answers", __name__)

LONGEST_NUMBER = 9
"""Digits."""


# ── several at once ──────────────────────────────────────────────────────────────────────


@pages.get("/pilotage/<edition:e>/candidatures/lot")
@doors.moderators
def together(e: str) -> str:
    """Those of the filtered list that may be answered, or those that were ticked in it, and the form that prepares for all."""
    return _together(edition(e), BulkForm(formdata=None))


@pages.post("/pilotage/<edition:e>/candidatures/lot")
@doors.moderators
def prepare_all(e: str) -> ResponseReturnValue:
    """Prepare the same answer for all of them, or none."""
    the_edition, form = edition(e), BulkForm()
    if not form.validate_on_submit():
        return _together(the_edition, form), 422
    numbers = list(dict.fromkeys(form.interests.data))
    ids = ids_of(the_edition.id, numbers)
    if len(ids) != len(numbers):
        raise NotFound
    seen = {ids[number]: revision for number, revision in form.revisions.data or () if number in ids}
    try:
        prepare(
            actor(),
            the_edition.id,
            [ids[number] for number in numbers],
            form.answer.data,
            reason=form.reason.data,
            seen=seen,
            at=received_at(),
        )
    except Refused as refused:
        page = _together(the_edition, form, wording(refused.reason, refused.moment))
        return make_response(page, REFUSALS[refused.reason].status)
    prepared = words.plural(len(numbers), "réponse préparée", "réponses préparées")
    flash(f"{prepared}. Personne n’est prévenu avant la publication.", "success")
    return redirect(url_for("steering_interests.index", e=e, **kept()), 303)


def _together(the_edition: Edition, form: BulkForm, why_refused: str = "") -> str:
    """The list as it stands now: what is prepared is what this page shows, in its order."""
    wanted = asked(the_edition.id)
    out = own()
    found = find(the_edition.id, wanted.filters, reader=actor().person_id, own=out, size=MOST_AT_ONCE)
    ticked = set(form.interests.data or ()) or _ticked(request.args.getlist("choix"))
    lines = [line for line in found.items if _is_answerable(line, out) and (not ticked or line.number in ticked)]
    return render_template(
        "steering/interests_together.html",
        asked=wanted,
        lines=lines,
        ticked=sorted(ticked),
        total=found.total,
        form=form,
        why_refused=why_refused,
        kept=kept() | {"page": None},
    )


def _ticked(typed: Sequence[str]) -> set[int]:
    """The numbers that an address ticks; what no candidature could bear is left out."""
    return {int(number) for number in typed if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER}


def _is_answerable(line: Line, out: Collection[str]) -> bool:
    return line.status in ANSWERABLE and line.collectivite.siren not in out


# ── who would be left out ────────────────────────────────────────────────────────────────


@pages.get("/pilotage/<edition:e>/candidatures/equilibre")
@doors.moderators
def weigh(e: str) -> str:
    """Who volunteers, who is in and who would be, by kind, size, region and département; of all, or of one proposition."""
    the_edition = edition(e)
    wanted = asked(the_edition.id)
    shares = balance(the_edition.id, proposal=wanted.filters.proposal, level=wanted.filters.level, own=own())
    return render_template("steering/interests_balance.html", asked=wanted, shares=shares, left_out=left_out(shares))


# ── the publication ──────────────────────────────────────────────────────────────────────


@pages.get("/pilotage/<edition:e>/candidatures/publication")
@doors.moderators
def publication(e: str) -> str:
    """What the publication will do, before it is done."""
    return _publication(edition(e), PublicationForm(formdata=None))


@pages.post("/pilotage/<edition:e>/candidatures/publication")
@doors.moderators
def publish(e: str) -> ResponseReturnValue:
    """Publish every answer that the page listed, confirmed by a tick."""
    the_edition, form = edition(e), PublicationForm()
    if not form.validate_on_submit():
        return _publication(the_edition, form), 422
    try:
        published = publish_answers(actor(), the_edition.id, seen=form.seen.data or None, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _publication(the_edition, form), status
    done = words.plural(len(published), "réponse publiée", "réponses publiées")
    flash(f"{done}. Chaque collectivité reçoit la sienne par courriel.", "success")
    return redirect(url_for("steering_interests.index", e=e), 303)


def _publication(the_edition: Edition, form: PublicationForm) -> str:
    """Everything that would be published; of what one keeps out of, how many, and nothing that says which answer."""
    listed = ready(the_edition.id)
    out = own()
    shown = [one for one in listed if one.collectivite.siren not in out]
    form.seen.data = as_read((one.number, one.revision) for one in listed)
    form.confirm.data = False
    counted = Counter(one.answer for one in shown)
    return render_template(
        "steering/interests_publication.html",
        form=form,
        listed=shown,
        total=len(listed),
        own=len(listed) - len(shown),
        counted=[(answer, counted[answer]) for answer in ANSWERS],
        letters=sum(one.letters for one in listed),
        samples=_samples(the_edition, shown),
        unprepared=progress(the_edition.id)[1],
        left_out=left_out(balance(the_edition.id, own=out)),
        verdict=may_publish(
            actor(),
            calendar=the_edition.calendar,
            prepared=len(listed),
            is_as_read=True,
            all_retained=all(one.is_retained or one.answer is InterestStatus.DECLINED for one in listed),
            at=received_at(),
        ),
    )


def _samples(the_edition: Edition, listed: Sequence[Ready]) -> list[tuple[InterestStatus, int, tuple[str, str]]]:
    """For each answer, how many letters leave, and the first of them as it would be read."""
    found = []
    for answer in ANSWERS:
        of_it = [one for one in listed if one.answer is answer]
        if of_it:
            letter = worded(Notice.INTEREST_DECIDED, _words(the_edition, of_it[0]), settings())
            found.append((answer, sum(one.letters for one in of_it), letter))
    return found


def _words(the_edition: Edition, one: Ready) -> dict[str, object]:
    return dict(
        said(
            edition=the_edition.slug,
            number=one.number,
            answer=one.answer,
            rank=one.rank,
            level=one.level,
            reason=one.reason,
            collectivite=one.collectivite.full_name,
            proposal_number=one.proposal_number,
            proposal=one.proposal_title,
        )
    )

"""Deciding of a filtered list at once: a page says how many and which, then one act does all of them, or none."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Verb
from consult.contributions.queries import Sort, find, ids_of
from consult.contributions.rules import Status
from consult.ground.refusals import NotFound, Refused
from consult.proposals.queries import choices
from consult.triage.actions import declare_all_ineligible, reorient_all
from consult.triage.rules import may_triage
from consult.web import doors, words
from consult.web.context import actor, edition, received_at
from consult.web.contribution_filters import asked
from consult.web.desk import group_as_typed, kept_filters, offered_schemes
from consult.web.forms.desk import BulkIneligibleForm, BulkReorientForm
from consult.web.forms.triage import GroupForm
from consult.web.reasons import REFUSALS, wording

pages = Blueprint("moderation_bulk", __name__)

MOST = 200
"""How many contributions one act decides of at most: what a person can read on a page."""


@pages.get("/moderation/<edition:e>/lot")
@doors.moderators
def index(e: str) -> str:
    """What waits in the list, as it is filtered, and the acts that would decide of all of it."""
    return _page(edition(e))


@pages.post("/moderation/<edition:e>/lot/regrouper")
@doors.moderators
def group(e: str) -> ResponseReturnValue:
    """Let the same propositions, existing or new, answer all of them."""
    the_edition, form = edition(e), GroupForm()
    form.offer(proposals := choices(the_edition.id))

    def act(ids: list[int], seen: dict[int, int]) -> None:
        group_as_typed(the_edition, form, ids, proposals, seen)

    return _decided(the_edition, "group", form, act, ("contribution regroupée", "contributions regroupées"))


@pages.post("/moderation/<edition:e>/lot/reorienter")
@doors.moderators
def reorient(e: str) -> ResponseReturnValue:
    """Send all of them to one scheme, for one reason."""
    the_edition, form = edition(e), BulkReorientForm()
    form.offer(offered_schemes(the_edition))

    def act(ids: list[int], seen: dict[int, int]) -> None:
        reorient_all(actor(), ids, int(form.scheme.data), reason=form.reason.data, at=received_at(), seen=seen)

    return _decided(the_edition, "reorient", form, act, ("contribution réorientée", "contributions réorientées"))


@pages.post("/moderation/<edition:e>/lot/non-recevable")
@doors.moderators
def declare_ineligible(e: str) -> ResponseReturnValue:
    """Declare all of them ineligible, for one reason."""
    the_edition, form = edition(e), BulkIneligibleForm()

    def act(ids: list[int], seen: dict[int, int]) -> None:
        declare_all_ineligible(actor(), ids, reason=form.reason.data, at=received_at(), seen=seen)

    done = ("contribution déclarée non recevable", "contributions déclarées non recevables")
    return _decided(the_edition, "ineligible", form, act, done)


def _decided(
    the_edition: Edition,
    name: str,
    form: Any,
    act: Callable[[list[int], dict[int, int]], None],
    done: tuple[str, str],
) -> ResponseReturnValue:
    if not form.validate_on_submit():
        return _page(the_edition, **{name: form}), 422
    numbers = set(form.contributions.data)
    ids = ids_of(the_edition.id, sorted(numbers))
    if len(ids) != len(numbers):
        raise NotFound
    seen = {ids[number]: revision for number, revision in form.revisions.data or () if number in ids}
    try:
        act(list(ids.values()), seen)
    except Refused as refused:
        page = _page(the_edition, wording(refused.reason, refused.moment), dict(form.revisions.data or ()), **{name: form})
        return make_response(page, REFUSALS[refused.reason].status)
    flash(f"{words.plural(len(ids), *done)}. Leurs auteurs sont prévenus.", "success")
    return redirect(url_for("moderation.contributions", e=the_edition.slug, **kept_filters()), 303)


def _page(the_edition: Edition, why_refused: str = "", sent: Mapping[int, int] | None = None, **typed: Any) -> str:
    """The list as it stands now: what is decided is what this page shows.

    `sent`: the revisions that were decided of when the act was refused; those that are no longer so are named.
    """
    wanted, proposals = asked(the_edition.id, by_team=True), choices(the_edition.id)
    forms = {
        "group": GroupForm(formdata=None),
        "reorient": BulkReorientForm(formdata=None),
        "ineligible": BulkIneligibleForm(formdata=None),
    } | typed
    forms["group"].offer(proposals)
    forms["reorient"].offer(offered_schemes(the_edition))
    filters = replace(wanted.filters, status=Status.PUBLISHED, sort=Sort.OLDEST)
    found = find(the_edition.id, filters, size=MOST)
    revisions = {line.number: line.revision for line in found.items}
    now: dict[str, Any] = {"status": Status.PUBLISHED, "calendar": the_edition.calendar, "at": received_at()}
    return render_template(
        "moderation/bulk.html",
        asked=wanted,
        found=found,
        changed=[number for number, revision in sorted((sent or {}).items()) if revisions.get(number) != revision],
        forms=forms,
        form=next(iter(typed.values()), None),
        why_refused=why_refused,
        kept=kept_filters() | {"statut": None, "page": None},
        verdicts={verb.value: may_triage(actor(), verb, **now) for verb in (Verb.GROUP, Verb.REORIENT)},
    )

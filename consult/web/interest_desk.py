"""The desk of candidatures as a page: the list beside it, the open file with its forms, and what a refusal shows."""

from dataclasses import dataclass
from typing import Any

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.refusals import Refused
from consult.interests import queries
from consult.interests.corrections import versions_of
from consult.interests.desk import after, find, messages_of
from consult.interests.desk_rules import keeps_out, may_ask, may_instruct
from consult.interests.files import documents_of
from consult.interests.grid import criteria_of
from consult.interests.queries import File
from consult.interests.readings import mean_of, readings_of
from consult.web.context import actor, received_at
from consult.web.forms.steering_interests import AskForm, PrepareForm, ReadingForm, SetBackForm
from consult.web.interest_filters import asked, kept, own
from consult.web.paging import page_number
from consult.web.reasons import REFUSALS, wording


@dataclass(slots=True)
class Forms:
    """The forms of a file, as typed when one of them came back; one that is absent is drawn from what is kept."""

    prepare: PrepareForm | None = None
    reading: ReadingForm | None = None
    ask: AskForm | None = None


def page(the_edition: Edition, n: int, forms: Forms, why_refused: str = "") -> str:
    """The list on the left, as it is filtered; on the right, the file."""
    wanted, file = asked(the_edition.id), queries.file(the_edition.id, n)
    criteria, readings = criteria_of(the_edition.id), readings_of(file.interest.id)
    mine = next((one for one in readings if one.person_id == actor().person_id), None)
    prepare = forms.prepare or _prepare_form(file)
    if forms.prepare is None or why_refused or prepare.revision.data is None:
        prepare.revision.data = file.interest.revision  # incomplete, it keeps that of the page it was typed on
    back = SetBackForm(formdata=None)
    back.revision.data = file.interest.revision
    around = kept()
    now: dict[str, Any] = {
        "calendar": the_edition.calendar,
        "siren": file.speaker,
        "status": file.interest.status,
        "at": received_at(),
    }
    return render_template(
        "steering/interest.html",
        asked=wanted,
        queue=find(the_edition.id, wanted.filters, reader=actor().person_id, own=own(), page=page_number()),
        file=file,
        is_out=keeps_out(actor(), file.speaker),
        criteria=criteria,
        readings=readings if mine or not may_instruct(actor(), **now) else [],
        others=len(readings) - (mine is not None),
        mean=mean_of(readings, {one.id: one.weight for one in criteria}),
        mine=mine,
        messages=messages_of(file.interest.id),
        documents=documents_of(file.interest.id),
        versions=versions_of(file.interest.id),
        prepare=prepare,
        back=back,
        reading=forms.reading or _reading_form(criteria, mine),
        ask=forms.ask or AskForm(formdata=None),
        form=next((one for one in (forms.prepare, forms.reading, forms.ask) if one and one.errors), None),
        instructing=may_instruct(actor(), **now),
        asking=may_ask(actor(), **now),
        closes_at=the_edition.calendar.window(Stage.INTERESTS).closes_at,
        why_refused=why_refused,
        kept=around,
        url_for_file=lambda number: url_for("steering_interests.show", e=the_edition.slug, n=number, **around),
        url_for_page=lambda number: url_for("steering_interests.index", e=the_edition.slug, **(around | {"page": number})),
    )


def _prepare_form(file: File) -> PrepareForm:
    one = file.interest
    given = {"answer": one.prepared, "reason": one.prepared_reason, "rank": one.prepared_rank} if one.prepared else {}
    return PrepareForm(formdata=None, data=given)


def _reading_form(criteria: Any, mine: Any) -> ReadingForm:
    given = {f"points_{criterion}": points for criterion, points in mine.points.items()} if mine else {}
    return ReadingForm.of(criteria, formdata=None, data=given | ({"note": mine.note} if mine else {}))


def typed_reading(edition_id: int) -> ReadingForm:
    """The points that were sent."""
    criteria: Any = criteria_of(edition_id)
    return ReadingForm.of(criteria)


def refused(error: Refused, the_edition: Edition, n: int, forms: Forms) -> ResponseReturnValue:
    """The file as it stands now, with what someone else did meanwhile, and what was typed."""
    if REFUSALS[error.reason].status in (401, 403):
        raise error
    response = make_response(page(the_edition, n, forms, wording(error.reason, error.moment)), REFUSALS[error.reason].status)
    response.headers["Cache-Control"] = "no-store"
    return response


def stay(the_edition: Edition, n: int, message: str, anchor: str | None = None) -> ResponseReturnValue:
    """Say what was done, on the same file."""
    flash(message, "success")
    return redirect(url_for("steering_interests.show", e=the_edition.slug, n=n, **kept(), _anchor=anchor), 303)


def following(the_edition: Edition, message: str, then: int | None) -> ResponseReturnValue:
    """Say what was done, then open the next file of the list as it was filtered (`then`, found before the act); or the list."""
    flash(message, "success")
    if then is None:
        return redirect(url_for("steering_interests.index", e=the_edition.slug, **kept()), 303)
    return redirect(url_for("steering_interests.show", e=the_edition.slug, n=then, **kept()), 303)


def next_file(the_edition: Edition, n: int) -> int | None:
    """The number of the file after this one in the list as it is filtered."""
    filters = asked(the_edition.id).filters
    return after(the_edition.id, filters, n, reader=actor().person_id, own=own())

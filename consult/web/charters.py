"""The charter of the territoires référents: the version in force, the others and what changed; the desk that changes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Verb
from consult.contributions.differences import Piece, differences
from consult.ground.refusals import Refused
from consult.interests.charter_rules import PARTS, PREAMBLE
from consult.interests.charters import Version, change_charter, in_force, versions
from consult.interests.model import Level
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.charters import CharterForm

pages = Blueprint("charters", __name__)

LABELS = {PREAMBLE: "Pour toutes les collectivités"} | {level.value: level.label for level in Level}


@dataclass(frozen=True, slots=True)
class Step:
    """A version, and what it changed in the one before, part by part."""

    version: Version
    changes: Sequence[tuple[str, Sequence[Piece]]]


@pages.get("/<edition:e>/charte")
@doors.public
def show(e: str) -> str:
    """What volunteers accept, and every version of it."""
    found = versions(edition(e))
    return render_template("interests/charter.html", charter=found[0], steps=steps(found))


def steps(latest_first: Sequence[Version]) -> Sequence[Step]:
    """Each version with what it changed, the latest first."""
    changed = [Step(after, _changes(before, after)) for after, before in pairwise(latest_first)]
    return [*changed, Step(latest_first[-1], ())]


def _changes(before: Version, after: Version) -> Sequence[tuple[str, Sequence[Piece]]]:
    return [
        (LABELS[part], differences(before.said[part], after.said[part]))
        for part in PARTS
        if before.said[part] != after.said[part]
    ]


@pages.get("/pilotage/<edition:e>/charte")
@doors.administrators
def edit(e: str) -> str:
    """The words in force, to be changed until the candidatures close."""
    the_edition = edition(e)
    return _desk(the_edition, CharterForm.of(in_force(the_edition)))


@pages.post("/pilotage/<edition:e>/charte")
@doors.administrators
def change(e: str) -> ResponseReturnValue:
    """Give the charter another version."""
    the_edition, form = edition(e), CharterForm()
    if not form.validate_on_submit():
        return _desk(the_edition, form), 422
    try:
        new = change_charter(
            actor(), the_edition.id, form.said(), read=form.read.data or 0, reason=form.reason.data, at=received_at()
        )
    except Refused as refused:
        status = form.refused(refused)
        return _desk(the_edition, form), status
    flash(f"La charte a une nouvelle version, {new.name}. Les candidatures à venir l’acceptent ; le journal le dit.", "success")
    return redirect(url_for("charters.show", e=e), 303)


def _desk(the_edition: Edition, form: CharterForm) -> str:
    return render_template(
        "steering/charter.html",
        form=form,
        parts=PARTS,
        window=the_edition.calendar.window(Stage.INTERESTS),
        is_open=the_edition.calendar.permits(Verb.CHANGE_CHARTER, received_at()),
    )

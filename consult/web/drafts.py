"""Drafts, one's own alone: their list, one of them to go on with, throwing it away. `writing` does what its form asks."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.contributions import drafts
from consult.contributions.drafts import number_of, own_draft, own_drafts, own_texts
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.writing import Page, closes_at, form_of, write

pages = Blueprint("drafts", __name__)


@pages.get("/<edition:e>/contributions/brouillons")
@doors.signed_in
def index(e: str) -> str:
    """Mine, the latest saved first: none of them is published. Then what I did publish."""
    the_edition = edition(e)
    return render_template(
        "contributions/drafts.html",
        drafts=own_drafts(actor(), the_edition.id),
        texts=own_texts(actor(), the_edition.id),
        closes_at=closes_at(the_edition),
    )


@pages.get("/<edition:e>/contributions/brouillons/<int:draft_id>")
@doors.signed_in
def show(e: str, draft_id: int) -> ResponseReturnValue:
    """Go on writing, from any device; once published, the contribution it became."""
    draft = own_draft(actor(), edition(e).id, draft_id)
    number = number_of(draft)
    if number is not None:
        return redirect(url_for("contributions.show", e=e, n=number), 303)
    return Page(draft.type, form_of(draft.type, draft), draft).render()


@pages.post("/<edition:e>/contributions/brouillons/<int:draft_id>")
@doors.signed_in
def update(e: str, draft_id: int) -> ResponseReturnValue:
    """Keep what was typed, then what the button asks: nothing more, a preview, or its publication."""
    draft = own_draft(actor(), edition(e).id, draft_id)
    return write(e, draft.type, draft)


@pages.get("/<edition:e>/contributions/brouillons/<int:draft_id>/suppression")
@doors.signed_in
def removal(e: str, draft_id: int) -> ResponseReturnValue:
    """Ask before it is thrown away: it cannot be undone."""
    draft = own_draft(actor(), edition(e).id, draft_id)
    if draft.contribution_id is not None:
        return redirect(url_for("drafts.show", e=e, draft_id=draft_id), 303)
    return render_template("contributions/draft_delete.html", draft=draft)


@pages.post("/<edition:e>/contributions/brouillons/<int:draft_id>/suppression")
@doors.signed_in
def remove(e: str, draft_id: int) -> ResponseReturnValue:
    """Throw it away."""
    draft = own_draft(actor(), edition(e).id, draft_id)
    drafts.delete_draft(actor(), draft.id, at=received_at())
    flash("Ce brouillon est supprimé.", "success")
    return redirect(url_for("drafts.index", e=e), 303)

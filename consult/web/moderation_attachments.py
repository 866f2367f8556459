"""The team's desk for attachments: who asks to speak for which collectivité."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts import attachments
from consult.accounts.attachment_queries import AttachmentFile, attachment_file, pending_attachments
from consult.accounts.rules import may_verify_attachment
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.accounts import RefusalForm
from consult.web.paging import page_number

pages = Blueprint("moderation_attachments", __name__)


@pages.get("/moderation/rattachements")
@doors.moderators
def index() -> str:
    """Requests to be decided, oldest first; the first one is open."""
    queue = pending_attachments(page=page_number())
    opened = attachment_file(queue.items[0].id) if queue.items else None
    return render_template("moderation/attachments.html", queue=queue, opened=opened, **_decision(opened))


@pages.get("/moderation/rattachements/<int:attachment_id>")
@doors.moderators
def show(attachment_id: int) -> str:
    """One request, decided or not."""
    return _file_page(attachment_id, RefusalForm())


@pages.post("/moderation/rattachements/<int:attachment_id>/verification")
@doors.moderators
def verify(attachment_id: int) -> ResponseReturnValue:
    """Say that the person speaks for the collectivité."""
    attachments.verify_attachment(actor(), attachment_id, at=received_at())
    decided = attachment_file(attachment_id)
    flash(f"{decided.person} parle maintenant pour {decided.collectivite}. Un courriel l’en avertit.", "success")
    return redirect(url_for("moderation_attachments.index"), 303)


@pages.post("/moderation/rattachements/<int:attachment_id>/refus")
@doors.moderators
def refuse(attachment_id: int) -> ResponseReturnValue:
    """Say that they do not, and why."""
    form = RefusalForm()
    if not form.validate_on_submit():
        return _file_page(attachment_id, form), 422
    attachments.refuse_attachment(actor(), attachment_id, reason=form.reason.data, at=received_at())
    decided = attachment_file(attachment_id)
    flash(
        f"La demande de {decided.person} pour {decided.collectivite} est refusée. La raison lui est envoyée par courriel.",
        "success",
    )
    return redirect(url_for("moderation_attachments.index"), 303)


def _file_page(attachment_id: int, form: RefusalForm) -> str:
    opened = attachment_file(attachment_id)
    queue = pending_attachments(page=page_number())
    return render_template("moderation/attachments.html", queue=queue, opened=opened, **_decision(opened, form))


def _decision(opened: AttachmentFile | None, form: RefusalForm | None = None) -> dict[str, object]:
    """What can be decided of the open request, by whom is looking at it."""
    if opened is None:
        return {"form": None, "may_decide": None}
    answer = may_verify_attachment(actor(), person_id=opened.person_id, status=opened.status)
    return {"form": form or RefusalForm(), "may_decide": answer}

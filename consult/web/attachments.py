"""Leaving a collectivité, or ending what a colleague can do in its name."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts import rules
from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.desk import AttachmentFile, attachment_file
from consult.accounts.model import AttachmentStatus
from consult.ground.refusals import NotFound
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.attachments import EndingForm, LeaveForm

pages = Blueprint("attachments", __name__)


@pages.get("/compte/rattachements/<int:attachment_id>/fin")
@doors.signed_in
def end(attachment_id: int) -> str:
    """What ending this attachment changes, and what it does not."""
    one = _known(attachment_id)
    return _page(one, _form(one))


@pages.post("/compte/rattachements/<int:attachment_id>/fin")
@doors.signed_in
def end_now(attachment_id: int) -> ResponseReturnValue:
    """Leave, or show somebody the door."""
    one = _known(attachment_id)
    form = _form(one)
    if not form.validate_on_submit():
        return _page(one, form), 422
    attachments.end_attachment(actor(), attachment_id, reason=form.reason.data or "", at=received_at())
    flash(_said(one), "success")
    return redirect(_beside(one), 303)


def _said(one: AttachmentFile) -> str:
    """What has just been ended, in a sentence or two."""
    is_own, waited = one.person_id == actor().person_id, one.status is AttachmentStatus.PENDING
    if is_own and waited:
        return f"Votre demande pour {one.collectivite} est retirée."
    if is_own:
        return f"Vous ne parlez plus pour {one.collectivite}. Ce que vous avez fait en son nom reste."
    what = "La demande de {} pour {} est close" if waited else "{} ne parle plus pour {}"
    return f"{what.format(one.person, one.collectivite)}. La raison lui est envoyée par courriel."


def _beside(one: AttachmentFile) -> str:
    """Where one comes from: one's own attachments, the people of the collectivité or, for the team, the file."""
    if one.person_id == actor().person_id:
        return url_for("account.attachments")
    if actor().siren == one.siren and actor().is_verified:
        return url_for("colleagues.index")
    if actor().acting_for(one.siren):
        return url_for("account.attachments")
    return url_for("moderation_attachments.show", attachment_id=one.id)


def _known(attachment_id: int) -> AttachmentFile:
    """What is to be ended. Raises NotFound for whoever may not know that it exists, Refused when there is nothing to end."""
    one, who = attachment_file(attachment_id), actor()
    acting = who.acting_for(one.siren) or who
    if not rules.may_know_attachment(acting, person_id=one.person_id, siren=one.siren):
        raise NotFound
    rules.may_end_attachment(acting, person_id=one.person_id, siren=one.siren, status=one.status, reason="…").or_refuse()
    return one


def _form(one: AttachmentFile) -> LeaveForm | EndingForm:
    return LeaveForm() if one.person_id == actor().person_id else EndingForm()


def _page(one: AttachmentFile, form: LeaveForm | EndingForm) -> str:
    is_own = one.person_id == actor().person_id
    return render_template("account/attachment_end.html", one=one, form=form, is_own=is_own, back=_beside(one))

"""The team's desk for attachments: who asks to speak for which collectivité, and what was decided."""

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.accounts import rules
from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.desk import AttachmentFile, Known, attachment_file, known_of
from consult.accounts.attachments.queries import AttachmentLine, decided_attachments, pending_attachments
from consult.accounts.model import AttachmentStatus
from consult.ground.paging import Page
from consult.ground.refusals import Verdict
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.attachments import (
    ACCEPTED_BECAUSE,
    REFUSED_BECAUSE,
    AcceptanceForm,
    EndingForm,
    RefusalForm,
    ReopeningForm,
)
from consult.web.paging import page_number

pages = Blueprint("moderation_attachments", __name__)

LISTS = {
    "a-verifier": AttachmentStatus.PENDING,
    "verifies": AttachmentStatus.VERIFIED,
    "refuses": AttachmentStatus.REFUSED,
    "termines": AttachmentStatus.ENDED,
}
"""The lists of the desk, by what `statut` says in an address."""


@dataclass(slots=True)
class Forms:
    """The forms of the acts, as typed when one of them came back."""

    accept: AcceptanceForm = field(default_factory=lambda: AcceptanceForm(formdata=None))
    refuse: RefusalForm = field(default_factory=lambda: RefusalForm(formdata=None, reason=_ready_made()))
    reopen: ReopeningForm = field(default_factory=lambda: ReopeningForm(formdata=None))
    end: EndingForm = field(default_factory=lambda: EndingForm(formdata=None))


@pages.get("/moderation/rattachements")
@doors.moderators
def index() -> str:
    """Requests to be decided, oldest first, or what was decided, latest first; the first one is open."""
    queue = _queue(_status())
    return _desk(queue, attachment_file(queue.items[0].id) if queue.items else None, Forms())


@pages.get("/moderation/rattachements/<int:attachment_id>")
@doors.moderators
def show(attachment_id: int) -> str:
    """One attachment, decided or not."""
    return _file_page(attachment_id, Forms())


@pages.post("/moderation/rattachements/<int:attachment_id>/verification")
@doors.moderators
def verify(attachment_id: int) -> ResponseReturnValue:
    """Say that the person speaks for the collectivité, why, and what was seen."""
    form = AcceptanceForm()
    if not form.validate_on_submit():
        return _file_page(attachment_id, Forms(accept=form)), 422
    attachments.verify_attachment(actor(), attachment_id, reason=form.why, seen=form.seen.data or "", at=received_at())
    return _done(attachment_id, "{person} parle maintenant pour {collectivite}. Un courriel l’en avertit.")


@pages.post("/moderation/rattachements/<int:attachment_id>/refus")
@doors.moderators
def refuse(attachment_id: int) -> ResponseReturnValue:
    """Say that they do not, and why."""
    form = RefusalForm()
    if not form.validate_on_submit():
        return _file_page(attachment_id, Forms(refuse=form)), 422
    attachments.refuse_attachment(actor(), attachment_id, reason=form.reason.data, at=received_at())
    return _done(
        attachment_id, "La demande de {person} pour {collectivite} est refusée. La raison lui est envoyée par courriel."
    )


@pages.post("/moderation/rattachements/<int:attachment_id>/reouverture")
@doors.moderators
def reopen(attachment_id: int) -> ResponseReturnValue:
    """Take a refusal back, and decide again."""
    form = ReopeningForm()
    if not form.validate_on_submit():
        return _file_page(attachment_id, Forms(reopen=form)), 422
    attachments.reopen_attachment(actor(), attachment_id, reason=form.reason.data, at=received_at())
    flash("La demande est rouverte. Un courriel le dit à la personne, avec la raison.", "success")
    return redirect(url_for("moderation_attachments.show", attachment_id=attachment_id), 303)


@pages.post("/moderation/rattachements/<int:attachment_id>/fin")
@doors.moderators
def end(attachment_id: int) -> ResponseReturnValue:
    """Stop what a person can do in a collectivité's name."""
    form = EndingForm()
    if not form.validate_on_submit():
        return _file_page(attachment_id, Forms(end=form)), 422
    attachments.end_attachment(actor(), attachment_id, reason=form.reason.data, at=received_at())
    return _done(attachment_id, "{person} ne parle plus pour {collectivite}. La raison lui est envoyée par courriel.")


def _done(attachment_id: int, said: str) -> ResponseReturnValue:
    """Say what was decided, and go on with what waits."""
    decided = attachment_file(attachment_id)
    flash(said.format(person=decided.person, collectivite=decided.collectivite), "success")
    return redirect(url_for("moderation_attachments.index"), 303)


def _status() -> AttachmentStatus:
    return LISTS.get(request.args.get("statut", ""), AttachmentStatus.PENDING)


def _queue(status: AttachmentStatus) -> Page[AttachmentLine]:
    if status is AttachmentStatus.PENDING:
        return pending_attachments(page=page_number())
    return decided_attachments(status, page=page_number())


def _ready_made() -> str:
    """The words that the reason of a refusal starts from, when a link of the page asks for some."""
    _, words = REFUSED_BECAUSE.get(request.args.get("motif", ""), ("", ""))
    return words


def _file_page(attachment_id: int, forms: Forms) -> str:
    return _desk(_queue(_status()), attachment_file(attachment_id), forms)


def _desk(queue: Page[AttachmentLine], opened: AttachmentFile | None, forms: Forms) -> str:
    known = known_of(opened) if opened else None
    listed = next(name for name, status in LISTS.items() if status is _status())
    return render_template(
        "moderation/attachments.html",
        queue=queue,
        lists=LISTS,
        listed=listed,
        kept={name: request.args[name] for name in ("statut", "page") if request.args.get(name)},
        opened=opened,
        known=known,
        forms=forms,
        verdicts=_verdicts(opened, known) if opened and known else {},
        accepted_because=ACCEPTED_BECAUSE,
        refused_because=REFUSED_BECAUSE,
    )


_TO_BE_SAID = "…"
"""Every decision takes a reason, which is still to be typed when the page asks what may be done."""


def _verdicts(one: AttachmentFile, known: Known) -> dict[str, Verdict]:
    """What whoever is looking may decide of the open file."""
    about: dict[str, Any] = {"person_id": one.person_id, "status": one.status, "reason": _TO_BE_SAID}
    return {
        "verify": rules.may_verify_attachment(actor(), **about, is_current=one.is_current),
        "refuse": rules.may_refuse_attachment(actor(), **about),
        "reopen": rules.may_reopen_attachment(
            actor(),
            **about,
            profile=one.profile,
            is_current=one.is_current,
            is_open=one.closed_at is None,
            asked_anew=known.asked_anew,
        ),
        "end": rules.may_end_attachment(actor(), **about, siren=one.siren),
    }

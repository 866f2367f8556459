"""A code to the official mailbox: whoever opens it gives the code to the person, who types it back here."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.mailboxes import actions as mailboxes
from consult.accounts.mailboxes.queries import mailbox_request
from consult.accounts.mailboxes.rules import parse_code
from consult.extensions import limiter
from consult.ground.refusals import Reason
from consult.web import doors
from consult.web.context import actor, mail_folder, received_at, settings
from consult.web.forms.proofs import MailboxCodeForm
from consult.web.reasons import REFUSALS

pages = Blueprint("mailbox_codes", __name__)

ASKED_AND_TRIED = "60 per 15 minutes"
"""From one computer; a mairie and its neighbours may share one address on the network."""


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.get("/compte/rattachements/<int:attachment_id>/boite")
@doors.signed_in
def show(attachment_id: int) -> Response:
    """Which mailbox, what is sent there, and where to type the code."""
    return _mailbox_page(attachment_id, MailboxCodeForm())


@pages.post("/compte/rattachements/<int:attachment_id>/boite")
@doors.signed_in
@limiter.limit(ASKED_AND_TRIED, exempt_when=_without_limits)
def act(attachment_id: int) -> ResponseReturnValue:
    """Send a code, or try the one that was typed."""
    return _try(attachment_id) if "code" in request.form else _send(attachment_id)


def _send(attachment_id: int) -> ResponseReturnValue:
    mailboxes.send_code(actor(), attachment_id, at=received_at())
    flash("Un code part vers la boîte officielle.", "success")
    return redirect(url_for("mailbox_codes.show", attachment_id=attachment_id), 303)


def _try(attachment_id: int) -> ResponseReturnValue:
    form = MailboxCodeForm()
    if not form.validate_on_submit():
        return _mailbox_page(attachment_id, form, 422)
    attempt = mailboxes.try_code(actor(), attachment_id, parse_code(form.code.data) or "", at=received_at())
    reason = attempt.verdict.reason
    if reason in _BESIDE_THE_FIELD:
        form.code.errors = [_BESIDE_THE_FIELD[reason], *_tries_left(reason, attempt.tries_left)]
        return _mailbox_page(attachment_id, form, REFUSALS[reason].status)
    attempt.verdict.or_refuse()
    flash("Le code est le bon : votre rattachement est vérifié.", "success")
    return redirect(url_for("account.attachments"), 303)


_BESIDE_THE_FIELD = {
    Reason.CODE_WRONG: "Ce code n’est pas le bon. Vérifiez les huit lettres du dernier message reçu.",
    Reason.CODE_EXPIRED: "Ce code ne sert plus : il a plus de sept jours, ou un autre l’a remplacé. Demandez-en un nouveau.",
    Reason.TOO_MANY_TRIES: "Trop d’essais : par sécurité, ce code ne peut plus être essayé. Demandez-en un nouveau.",
}
"""What came of a try, as the page says it: where another code can be asked for."""


def _tries_left(reason: Reason | None, left: int) -> list[str]:
    if reason is not Reason.CODE_WRONG:
        return []
    if left == 0:
        return ["C’était le dernier essai : demandez un autre code."]
    return [f"Il vous reste {left} essais." if left > 1 else "Il vous reste un essai."]


def _mailbox_page(attachment_id: int, form: MailboxCodeForm, status: int = 200) -> Response:
    asked = mailbox_request(actor(), attachment_id, at=received_at())
    if asked.may_send.reason is Reason.ALREADY_DECIDED:
        asked.may_send.or_refuse()
    page = render_template("account/mailbox_code.html", asked=asked, form=form, mail_folder=mail_folder())
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response

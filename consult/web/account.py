"""A person's own pages: who they are, for which collectivité they act."""

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectChoice

from consult.accounts import actions
from consult.accounts.attachments import actions as attaching
from consult.accounts.attachments.queries import OwnAttachment, attachments_of, own_attachment
from consult.accounts.colleagues.invitation_queries import invitations_for
from consult.accounts.model import AttachmentStatus
from consult.accounts.queries import address_of_person
from consult.accounts.rules import readable_address
from consult.ground.actor import Profile
from consult.ground.refusals import Reason, Refused
from consult.ground.text import visible
from consult.register.queries import lines
from consult.register.rules import is_siren
from consult.register.search import SUGGESTIONS, CollectiviteLine, search
from consult.register.vanished import vanished
from consult.web import doors, words
from consult.web.collectivites import LONGEST
from consult.web.context import actor, received_at
from consult.web.forms.accounts import AccountForm
from consult.web.forms.attachments import AttachmentForm
from consult.web.paging import page_number
from consult.web.reasons import wording
from consult.web.successors import succeeded

pages = Blueprint("account", __name__)


@pages.get("/compte")
@doors.newcomers
def show() -> str:
    """Who I am, in whose name I act, and what I can do next."""
    who = actor()
    return _account_page(AccountForm(name=who.name, profile=who.profile, function=who.function))


@pages.post("/compte")
@doors.newcomers
def edit() -> ResponseReturnValue:
    """Say, or change, one's name, profile and function; then go where one was going."""
    form = AccountForm()
    if not form.validate_on_submit():
        return _account_page(form), 422
    try:
        actions.complete_account(actor(), form.draft(), at=received_at())
    except Refused as refused:
        form.profile.errors = [wording(refused.reason)]
        return _account_page(form), 422
    flash("Votre compte est à jour.", "success")
    return redirect(session.pop("suite", None) or url_for("account.show"), 303)


def _account_page(form: AccountForm) -> str:
    email = readable_address(address_of_person(actor().person_id or 0))
    return render_template("account/show.html", form=form, email=email)


@pages.get("/compte/rattachements")
@doors.signed_in
def attachments() -> str:
    """My attachments, and the search for a collectivité."""
    return _attachments_page(AttachmentForm())


@pages.post("/compte/rattachements")
@doors.signed_in
def ask_attachment() -> ResponseReturnValue:
    """Ask to speak for a collectivité."""
    form = AttachmentForm()
    if not form.validate_on_submit():
        return _attachments_page(form), 422
    try:
        asked = attaching.ask_attachment(actor(), form.siren.data, at=received_at())
    except Refused as refused:
        if refused.reason is not Reason.NOT_IN_REGISTER:
            raise
        form.siren.errors = [wording(refused.reason) + succeeded(form.siren.data)]
        return _attachments_page(form), 422
    flash(_outcome(own_attachment(actor().person_id or 0, asked)), "success")
    return redirect(url_for("account.attachments"), 303)


def _outcome(asked: OwnAttachment) -> str:
    """What came of asking, in a sentence or two."""
    if asked.status is AttachmentStatus.VERIFIED:
        return f"Vous parlez maintenant pour {asked.collectivite}. C’est vérifié aussitôt : {asked.way.label}."
    if asked.carries_a_proof:
        return (
            f"Votre demande est enregistrée, avec sa preuve : {asked.way.label}. Quelqu’un avait déjà dit non :"
            " c’est donc l’équipe qui décide, et elle vous préviendra par courriel."
        )
    return "Votre demande est enregistrée. L’équipe la vérifie, et vous préviendra par courriel."


@pages.post("/compte/rattachements/<int:attachment_id>/retrait")
@doors.signed_in
def withdraw_attachment(attachment_id: int) -> ResponseReturnValue:
    """Take back a request that nobody has answered yet."""
    attaching.withdraw_attachment(actor(), attachment_id, at=received_at())
    flash("Votre demande est retirée.", "success")
    return redirect(url_for("account.attachments"), 303)


def _attachments_page(form: AttachmentForm) -> str:
    typed = visible(request.values.get("q", "")).strip()[:LONGEST]
    found = [] if actor().profile is Profile.PARTENAIRE else _found(typed, form)
    form.siren.choices = [SelectChoice(one.siren, one.full_name) for one in found[:SUGGESTIONS]]
    return render_template(
        "account/attachments.html",
        form=form,
        q=typed,
        found=found[:SUGGESTIONS],
        vanished=[] if actor().profile is Profile.PARTENAIRE else vanished(typed),
        is_cut=len(found) > SUGGESTIONS,
        helps={one.siren: _what_it_is(one) for one in found},
        mine=attachments_of(actor().person_id or 0, page=page_number()),
        invitations=invitations_for(actor().person_id or 0, at=received_at()),
    )


def _found(typed: str, form: AttachmentForm) -> list[CollectiviteLine]:
    """The one picked among the suggestions, if there is one, already chosen; otherwise what the words find, and one more."""
    form.siren.data = form.siren.data or request.args.get("siren")
    picked = "siren" in request.args or not typed
    if picked and is_siren(form.siren.data or ""):
        return list(lines([form.siren.data]).values())
    return search(typed, limit=SUGGESTIONS + 1)


def _what_it_is(one: CollectiviteLine) -> str:
    return f"{one.kind_label}, {words.plural(one.population, 'habitant')}"

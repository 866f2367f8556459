"""Changing the address of one's account: the new one is typed, then the two codes, on one page."""

from flask import Blueprint, flash, make_response, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.own import addresses
from consult.accounts.queries import address_of_person
from consult.accounts.rules import parse_address, readable_address
from consult.extensions import limiter
from consult.ground.refusals import Reason, Refused
from consult.web import doors
from consult.web.context import actor, received_at, session_key, settings
from consult.web.forms.own_account import AddressCodesForm, AddressForm
from consult.web.sign_in import PROOFS_TRIED

pages = Blueprint("addresses", __name__)


ASKED = "address_change"
"""Where the browser's session holds what was asked, and the key of its codes."""

CODES_OVER = (
    "Ces codes ne servent plus : quinze minutes ont passé, ils ont déjà servi, ou trop d’essais ont été faits."
    " Redonnez votre nouvelle adresse pour en recevoir d’autres."
)


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.get("/compte/adresse")
@doors.newcomers
def show() -> ResponseReturnValue:
    """Ask for the new address."""
    return _page(AddressForm())


@pages.post("/compte/adresse")
@doors.newcomers
def ask() -> ResponseReturnValue:
    """Send the two codes. The answer never says whether the new address has an account."""
    form = AddressForm()
    address = parse_address(form.email.data or "") if form.validate_on_submit() else None
    if address is None:
        return _page(form, 422)
    try:
        asked = addresses.ask_address_change(actor(), address.email, at=received_at())
    except Refused as refused:
        return _page(form, form.refused(refused))
    session[ASKED] = {"id": asked.change_id, "key": asked.key, "email": address.email}
    return redirect(url_for("addresses.codes"), 303)


@pages.get("/compte/adresse/codes")
@doors.newcomers
def codes() -> ResponseReturnValue:
    """Ask for both codes."""
    if ASKED not in session:
        return redirect(url_for("addresses.show"), 303)
    return _codes_page(AddressCodesForm())


@pages.post("/compte/adresse/codes")
@doors.newcomers
@limiter.limit(PROOFS_TRIED, exempt_when=_without_limits)
def change() -> ResponseReturnValue:
    """Try both codes; when they are right, the account has its new address."""
    held, form = session.get(ASKED), AddressCodesForm()
    if held is None:
        return redirect(url_for("addresses.show"), 303)
    if not form.validate_on_submit():
        return _codes_page(form, 422)
    attempt = addresses.change_address(
        actor(),
        addresses.Asked(held["id"], held["key"]),
        old_code=form.old_code.data,
        new_code=form.new_code.data,
        session_key=session_key(),
        at=received_at(),
    )
    if attempt.verdict.reason is Reason.CODE_WRONG:
        return _codes_page(_told(form, attempt), 422)
    del session[ASKED]
    if attempt.verdict.reason in (Reason.CODE_EXPIRED, Reason.TOO_MANY_TRIES):
        again = AddressForm(formdata=None, email=readable_address(held["email"]))
        again.form_errors.append(CODES_OVER)
        return _page(again, 410)
    attempt.verdict.or_refuse()
    flash("Votre adresse est changée. Vos autres sessions sont fermées.", "success")
    return redirect(url_for("account.show"), 303)


def _told(form: AddressCodesForm, attempt: addresses.Attempt) -> AddressCodesForm:
    """Which of the two codes is wrong, and how many tries are left."""
    left = {0: "C’était le dernier essai : demandez d’autres codes.", 1: "Il vous reste un essai."}
    said = left.get(attempt.tries_left, f"Il vous reste {attempt.tries_left} essais.")
    for field, matches in ((form.old_code, attempt.old_matches), (form.new_code, attempt.new_matches)):
        if not matches:
            field.errors = [f"Ce code n’est pas le bon. {said}"]
    return form


def _page(form: AddressForm, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("account/address.html", form=form, email=_mine()), status)


def _codes_page(form: AddressCodesForm, status: int = 200) -> ResponseReturnValue:
    new = readable_address(session[ASKED]["email"])
    return make_response(render_template("account/address_codes.html", form=form, email=_mine(), new=new), status)


def _mine() -> str:
    return readable_address(address_of_person(actor().person_id or 0))

"""The second factor of the team: setting it, changing it, giving it. The desks stay closed until a session has given it."""

import segno
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from pyotp import TOTP

from consult.accounts.queries import address_of_person
from consult.accounts.second_factor import actions as second_factor
from consult.accounts.second_factor.actions import Attempt
from consult.accounts.second_factor.queries import OwnSecondFactor, own_second_factor
from consult.accounts.second_factor.rules import may_set_second_factor
from consult.ground import clock
from consult.ground.refusals import Reason
from consult.web import doors
from consult.web.context import actor, received_at, session_key, settings
from consult.web.forms.base import Form
from consult.web.forms.second_factor import ChangeForm, FirstCodeForm, GiveForm
from consult.web.reasons import REFUSALS
from consult.web.session_cookie import ends
from consult.web.sign_in import local_path, renew

pages = Blueprint("second_factor", __name__)


# ── Setting it, changing it ──────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/compte/second-facteur")
@doors.newcomers
def show() -> ResponseReturnValue:
    """How it stands; the key to copy, when one is being set, and `nouveau` is asked for if it takes the place of another."""
    state = _state()
    if state.is_set and not (state.new_secret and "nouveau" in request.args):
        return _show(state, ChangeForm())
    return _show(state, FirstCodeForm(suite=local_path(request.args.get("suite"))))


@pages.post("/compte/second-facteur")
@doors.newcomers
def change() -> ResponseReturnValue:
    """Begin to set one; or, against a code of the one in place, begin to replace it, or draw new recovery codes."""
    state = _state()
    if not state.is_set:
        second_factor.draw(actor(), session_key(), at=received_at())
        return redirect(url_for("second_factor.show", suite=local_path(request.form.get("suite"))), 303)
    form = ChangeForm()
    if not form.validate_on_submit():
        return _show(state, form, 422)
    key, instants = session_key(), {"at": received_at(), "outside": clock.outside()}
    if form.act.data == "codes":
        attempt = second_factor.draw_recovery_codes(actor(), form.code.data, **instants)
    else:
        attempt = second_factor.replace(actor(), key, form.code.data, **instants)
    if _is_wrong(form, attempt):
        return _show(state, form, 422)
    return _codes(attempt, None) if attempt.recovery_codes else redirect(url_for("second_factor.show", nouveau=1), 303)


@pages.post("/compte/second-facteur/confirmation")
@doors.newcomers
def confirm() -> ResponseReturnValue:
    """Type a first code of the new key: it is in place, and the session gives it at once."""
    state, form = _state(), FirstCodeForm()
    if not form.validate_on_submit():
        return _show(state, form, 422)
    attempt = second_factor.confirm(actor(), session_key(), form.code.data, at=received_at(), outside=clock.outside())
    if _is_wrong(form, attempt):
        return _show(state, form, 422)
    renew(attempt.session_key, ends=ends())
    return _codes(attempt, local_path(form.suite.data))


def _state() -> OwnSecondFactor:
    who = actor()
    may_set_second_factor(who).or_refuse()
    return own_second_factor(who.person_id or 0, session_key())


def _show(state: OwnSecondFactor, form: Form, status: int = 200) -> ResponseReturnValue:
    address = address_of_person(actor().person_id or 0)
    secret = state.new_secret if isinstance(form, FirstCodeForm) else None
    key = TOTP(secret, name=address, issuer=settings().site_name) if secret else None
    return _unkept(
        render_template(
            "second_factor/show.html",
            state=state,
            form=form,
            picture=_picture(key.provisioning_uri()) if key else None,
            groups=_in_groups(key.secret) if key else "",
            suite=local_path(request.values.get("suite")),
        ),
        status,
    )


def _picture(uri: str) -> Markup:
    """A QR code as a drawing in the page: the key is at no address, and asked of nobody."""
    drawing = segno.make(uri, error="m", micro=False).svg_inline(
        scale=5, border=3, light="#fff", title="QR code de la clé", svgclass="qr", lineclass=None
    )
    return Markup(drawing)  # noqa: S704 - drawn here, from an address and a key that it holds as black squares


def _codes(attempt: Attempt, suite: str | None) -> ResponseReturnValue:
    """The recovery codes, in the answer itself: a redirection would have to keep them somewhere on the way."""
    groups = [_in_groups(code, "-") for code in attempt.recovery_codes]
    return _unkept(render_template("second_factor/codes.html", codes=groups, suite=suite), 200)


def _in_groups(text: str, by: str = " ") -> str:
    return by.join(text[start : start + 4] for start in range(0, len(text), 4))


# ── Giving it ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pages.get("/connexion/second-facteur")
@doors.newcomers
def ask() -> ResponseReturnValue:
    """Ask for a code; lead whoever has none yet to set one, and whoever needs none on their way."""
    suite = local_path(request.args.get("suite"))
    if not actor().withheld:
        return redirect(suite or url_for("home.index"), 303)
    state = _state()
    if not state.is_set:
        return redirect(url_for("second_factor.show", suite=suite), 303)
    return _ask(GiveForm(suite=suite), state)


@pages.post("/connexion/second-facteur")
@doors.newcomers
def give() -> ResponseReturnValue:
    """Try a code. The right one opens the desks in this session."""
    form = GiveForm()
    if not form.validate_on_submit():
        return _ask(form, _state(), 422)
    attempt = second_factor.give(actor(), session_key(), form.code.data, at=received_at(), outside=clock.outside())
    if _is_wrong(form, attempt):
        return _ask(form, _state(), 422)
    renew(attempt.session_key, ends=ends())
    flash("Votre second facteur est reconnu : les bureaux de l’équipe vous sont ouverts.", "success")
    return redirect(local_path(form.suite.data) or url_for("home.index"), 303)


def _ask(form: GiveForm, state: OwnSecondFactor, status: int = 200) -> ResponseReturnValue:
    suite, readable = local_path(form.suite.data), state.is_readable
    return _unkept(render_template("second_factor/ask.html", form=form, suite=suite, is_readable=readable), status)


def _is_wrong(form: Form, attempt: Attempt) -> bool:
    """Whether the code was a wrong one: said beside the field, with the tries left. Raises Refused for any other refusal."""
    if attempt.verdict.reason is Reason.SECOND_FACTOR_WRONG:
        words = REFUSALS[Reason.SECOND_FACTOR_WRONG]
        form["code"].errors = [f"{words.title}. {words.text}{_left(attempt.tries_left)}"]
        return True
    attempt.verdict.or_refuse()
    return False


def _left(tries: int | None) -> str:
    if tries is None:
        return ""
    if tries == 0:
        return " C’était le dernier essai avant un quart d’heure."
    return f" Il vous reste {tries} essais." if tries > 1 else " Il vous reste un essai."


def _unkept(page: str, status: int) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response

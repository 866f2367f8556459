"""Signing in without a password: an address, a message, a code to type or a link to open; then signing out."""

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_user, logout_user

from consult.accounts.oidc.queries import id_token_of
from consult.accounts.queries import actor_of_session, address_of_link, existing_addresses
from consult.accounts.rules import SESSION_LASTS, parse_address, readable_address
from consult.accounts.sign_in import actions as sign_in
from consult.demo.accounts import DEMO_ACCOUNTS, demo_address
from consult.extensions import limiter
from consult.ground import clock
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound, Reason, Refused
from consult.web import doors
from consult.web.announced import announced_by
from consult.web.context import SessionUser, mail_folder, received_at, settings
from consult.web.devices import device
from consult.web.forms.accounts import CodeForm, SignInForm
from consult.web.provider import sign_out_url
from consult.web.session_cookie import ENDS

pages = Blueprint("sign_in", __name__)


MESSAGES_ASKED = "30 per 15 minutes"
PROOFS_TRIED = "60 per 15 minutes"
"""From one computer; a mairie and its neighbours may share one address on the network."""
LONGEST_TOKEN = 64
"""Characters of a link's token that are looked at: what is longer is no link of ours, and would not fit in a cookie."""


def _without_limits() -> bool:
    return not settings().rate_limits


@pages.get("/connexion")
@doors.public
def new() -> Response:
    """Ask for an address."""
    form = SignInForm(email=session.get("sign_in", {}).get("email"), suite=local_path(request.args.get("suite")))
    return _new_page(form)


@pages.post("/connexion")
@doors.public
@limiter.limit(MESSAGES_ASKED, exempt_when=_without_limits)
def ask() -> ResponseReturnValue:
    """Send the message. The answer never says whether there is an account."""
    form = SignInForm()
    address = parse_address(form.email.data or "") if form.validate_on_submit() else None
    if address is None:
        return _new_page(form, 422)
    key = sign_in.request_sign_in(address.email, at=received_at())
    session["sign_in"] = {"email": address.email, "key": key, "suite": local_path(form.suite.data)}
    return redirect(url_for("sign_in.code"), 303)


def _new_page(form: SignInForm, status: int = 200) -> Response:
    invited = announced_by(local_path(form.suite.data))
    return _private("sign_in/new.html", status, form=form, invited=invited, demo_accounts=_demo_accounts())


@pages.get("/connexion/code")
@doors.public
def code() -> ResponseReturnValue:
    """Ask for the six digits."""
    if "sign_in" not in session:
        return redirect(url_for("sign_in.new"), 303)
    return _code_page(CodeForm())


@pages.post("/connexion/code")
@doors.public
@limiter.limit(PROOFS_TRIED, exempt_when=_without_limits)
def try_code() -> ResponseReturnValue:
    """Try the six digits."""
    asked, form = session.get("sign_in"), CodeForm()
    if asked is None:
        raise Refused(Reason.CODE_EXPIRED)
    if not form.validate_on_submit():
        return _code_page(form, 422)
    attempt = sign_in.sign_in_by_code(asked["key"], form.code.data, device=device(), at=received_at())
    if attempt.verdict.reason is Reason.CODE_WRONG:
        form.code.errors = [_wrong_code(attempt.tries_left)]
        return _code_page(form, 422)
    attempt.verdict.or_refuse()
    return enter(attempt.session_key)


def _wrong_code(tries_left: int) -> str:
    if tries_left == 0:
        return "Ce code n’est pas le bon, et c’était le dernier essai. Ouvrez le lien du message, ou demandez-en un autre."
    left = f"Il vous reste {tries_left} essais." if tries_left > 1 else "Il vous reste un essai."
    return f"Ce code n’est pas le bon. Vérifiez les six chiffres du dernier message reçu. {left}"


@pages.get("/connexion/lien/<token>")
@doors.public
def take_link(token: str) -> ResponseReturnValue:
    """Take the link of a message out of the address at once: what a history keeps, or another site is told, is no secret."""
    session["link"] = token[:LONGEST_TOKEN]
    return _unkept(make_response(redirect(url_for("sign_in.link"), 303)))


@pages.get("/connexion/lien")
@doors.public
def link() -> ResponseReturnValue:
    """Show a button: a mail scanner that opens the link spends nothing."""
    if "link" not in session:
        return redirect(url_for("sign_in.new"), 303)
    email = address_of_link(session["link"], at=received_at())
    if email is None:
        raise Refused(Reason.CODE_EXPIRED)
    return _private("sign_in/link.html", email=readable_address(email))


@pages.post("/connexion/lien")
@doors.public
@limiter.limit(PROOFS_TRIED, exempt_when=_without_limits)
def use_link() -> ResponseReturnValue:
    """Press the button."""
    attempt = sign_in.sign_in_by_link(session.get("link", ""), device=device(), at=received_at())
    attempt.verdict.or_refuse()
    return enter(attempt.session_key)


@pages.post("/connexion/demo")
@doors.public
def demo() -> ResponseReturnValue:
    """In the demonstration only: become one of its accounts."""
    email = request.form.get("email", "")
    if not settings().is_demo or email not in map(demo_address, DEMO_ACCOUNTS):
        raise NotFound
    return enter(sign_in.open_demo_session(email, device=device(), at=received_at()))


@pages.post("/deconnexion")
@doors.public
def out() -> ResponseReturnValue:
    """End the session, here and in the base; and the provider's own, if it was opened there."""
    user: Any = current_user
    id_token = id_token_of(user.key) if user.is_authenticated else None
    _leave()
    session.clear()
    flash("Votre session est fermée.", "success")
    return redirect((id_token and sign_out_url(id_token)) or url_for("home.index"), 303)


def enter(session_key: str, suite: str | None = None) -> ResponseReturnValue:
    """Renew the browser's session around the one just opened, and go where the person was going: `suite`, or what they said
    when they asked for a code.

    Whoever must still give a second factor is asked for it on the way.
    """
    suite = suite or session.get("sign_in", {}).get("suite")
    who = renew(session_key)
    if who.withheld:
        suite = url_for("second_factor.ask", suite=suite)
    if not who.is_complete:
        session["suite"] = suite
        return redirect(url_for("account.show"), 303)
    flash(f"Bonjour {who.name}. Votre session est ouverte.", "success")
    return redirect(suite or url_for("home.index"), 303)


def renew(session_key: str, *, ends: float | None = None) -> Actor:
    """Give this browser another session, with nothing of the one before, and say whose it is. Raises NotFound if it is over.

    `ends`: when the cookie is to end, if the session in the base is one that was open already.
    """
    _leave()
    session.clear()
    who = actor_of_session(session_key, at=received_at())
    if who is None:
        raise NotFound
    login_user(SessionUser(session_key, who))
    session.permanent = True
    session[ENDS] = ends or (clock.outside() + SESSION_LASTS).timestamp()
    return who


def _leave() -> None:
    """End the session that this browser held, if any, in the base too: a copy of its cookie no longer works."""
    user: Any = current_user
    if user.is_authenticated:
        sign_in.sign_out(user.actor, user.key, at=received_at())
        logout_user()


def _code_page(form: CodeForm, status: int = 200) -> Response:
    asked = session["sign_in"]
    email = readable_address(asked["email"])
    return _private("sign_in/code.html", status, form=form, asked=asked, email=email, mail_folder=mail_folder())


def _demo_accounts() -> list[tuple[str, str, str]]:
    """In the demonstration only: address, label and description of the accounts that exist."""
    if not settings().is_demo:
        return []
    offered = {demo_address(name): account for name, account in DEMO_ACCOUNTS.items()}
    existing = existing_addresses(offered)
    return [(email, account.label, account.description) for email, account in offered.items() if email in existing]


def _private(template: str, status: int = 200, **values: Any) -> Response:
    """A page that holds an address or a secret: no cache keeps it."""
    return _unkept(make_response(render_template(template, **values), status))


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


def local_path(text: str | None) -> str | None:
    """The path of a page of this site, or None for what might lead anywhere else."""
    if not text or len(text) > 500 or not text.startswith("/") or text.startswith("//"):
        return None
    if "\\" in text or not text.isprintable():
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return None if parts.scheme or parts.netloc or "//" in parts.path else text

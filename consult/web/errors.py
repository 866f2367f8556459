"""What a person reads when something does not go as they hoped: why, until or since when, and where to go.

A rule's refusal answers 401, 403 or 409; what does not exist 404; our own fault 500, with a reference to quote and without
asking anything of the database.
"""

import logging
import secrets
from typing import Any

from flask import Flask, Response, current_app, g, make_response, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from consult.ground.refusals import NotFound, Reason, Refused
from consult.ground.text import visible
from consult.web import limits
from consult.web.reasons import REFUSALS, when

log = logging.getLogger(__name__)


SHORTEST_SENTENCE = 20
"""What is shorter is soon written again."""

ABOUT_A_BALLOT = frozenset({Reason.ALREADY_SUPPORTED, Reason.NOT_SUPPORTED, Reason.SUPPORTS_SPENT})
ABOUT_A_PROPOSAL = frozenset({Reason.PROPOSAL_ANSWERS, Reason.PROPOSAL_FROZEN, Reason.PROPOSAL_WITHDRAWN})


def init_app(app: Flask) -> None:
    """Give every failure its page."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(NotFound, lambda _error: _page(404))
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _away)
    app.register_error_handler(InterfaceError, _away)
    app.register_error_handler(Exception, _ours)


def _refused(error: Refused) -> Response:
    said = REFUSALS[error.reason]
    return _page(
        said.status,
        title=said.title,
        explanation=said.text,
        when=when(error.moment),
        ways_out=_ways_out(error.reason),
    )


def _form_expired(_error: CSRFError) -> Response:
    return _page(
        400,
        title="Ce formulaire ne sert plus",
        explanation="Vous vous êtes connecté ou déconnecté depuis qu’il a été ouvert. Rien n’a été enregistré : rouvrez la"
        " page, puis recommencez.",
        ways_out=[("Rouvrir la page", _page_of_the_form()), ("Aller à l’accueil", url_for("home.index"))],
    )


def _page_of_the_form() -> str:
    """The nearest page, up the address that the form was sent to, that can be read again."""
    path = f"/{request.path.lstrip('/')}"  # two slashes would name another site
    while path.strip("/") and not current_app.url_map.bind("").test(path, "GET"):
        path = path.rpartition("/")[0]
    return path or url_for("home.index")


def _page(status: int, **said: Any) -> Response:
    try:
        page = render_template("errors/refusal.html", status=status, typed=_typed(), **said)
        response = make_response(page, status)
    except (OperationalError, InterfaceError) as error:  # even a refusal is drawn inside an edition
        return _away(error)
    response.headers["Cache-Control"] = "no-store"
    return response


def _typed() -> list[str]:
    """The sentences of the form that was sent, to be copied: no refusal loses what somebody wrote.

    Only those of a page of ours: another site does not choose what ours says.
    """
    if request.method != "POST" or request.origin != request.host_url.rstrip("/"):
        return []
    try:
        values = [value for _, value in request.form.items(multi=True)]
    except HTTPException:  # too heavy to be read
        return []
    return [text for text in map(visible, values) if len(text) >= SHORTEST_SENTENCE and " " in text.strip()]


def _ways_out(reason: Reason) -> list[tuple[str, str]]:
    """Where to go from a refusal, the best way first."""
    ways = {
        Reason.SIGN_IN: [("Se connecter", url_for("sign_in.new", suite=_here()))],
        Reason.SECOND_FACTOR: [("Donner mon second facteur", url_for("second_factor.ask", suite=_here()))],
        Reason.PROFILE_INCOMPLETE: [("Compléter mon compte", url_for("account.show"))],
        Reason.NO_COLLECTIVITE: [("Choisir ma collectivité", url_for("account.attachments"))],
        Reason.ATTACHMENT_PENDING: [("Voir ma demande", url_for("account.attachments"))],
        Reason.NO_MAILBOX: [("Voir les autres voies", url_for("account.attachments"))],
        Reason.TOO_MANY_CODES: [("Voir les autres voies", url_for("account.attachments"))],
        Reason.PROOF_PUT_ASIDE: [("Voir ma demande", url_for("account.attachments"))],
        Reason.PARTNER_MAY_NOT: [("Voir mon compte", url_for("account.show"))],
        Reason.MANDATE_ENDED: [("Voir mes rattachements", url_for("account.attachments"))],
        Reason.INVITATION_NOT_YOURS: [("Voir mon compte", url_for("account.show"))],
        Reason.INVITATION_CLOSED: [("Me rattacher autrement", url_for("account.attachments"))],
        Reason.OIDC_OFF: [("Se connecter par courriel", url_for("sign_in.new"))],
        Reason.CODE_EXPIRED: [("Demander un autre code", url_for("sign_in.new"))],
        Reason.TOO_MANY_TRIES: [("Demander un autre code", url_for("sign_in.new"))],
    }.get(reason, [])
    edition = g.get("edition")
    number = (request.view_args or {}).get("n")
    if edition is not None and number is not None and reason in ABOUT_A_PROPOSAL:
        ways.append(("Lire la proposition", url_for("proposals.show", e=edition.slug, n=number)))
    if edition is not None and reason in ABOUT_A_BALLOT:
        ways.append(("Voir notre bulletin", url_for("ballots.show", e=edition.slug)))
    if edition is not None:
        ways.append(("Voir le calendrier", url_for("calendar.show", e=edition.slug)))
    return [*ways, ("Aller à l’accueil", url_for("home.index"))]


def _here() -> str | None:
    """The page to come back to after signing in: only one that can be read again by its address."""
    return request.full_path.rstrip("?") if request.method == "GET" else None


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status >= 500:
        return _ours(error)
    again = limits.again_at(error)
    response = _page(status, when=limits.until(again) if again else "")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _away(error: Exception) -> Response:
    log.error("database away: %s: %s", _where(), type(error).__name__)
    return _apology(503)


def _ours(error: Exception) -> Response:
    reference = secrets.token_hex(4).upper()
    log.error("reference %s: %s", reference, _where(), exc_info=error)
    return _apology(500, reference)


def _where() -> str:
    """The request as the log says it: on one line, whatever its address holds, and without the secret of a sign-in link."""
    address = str(request.url_rule) if request.blueprint == "sign_in" else request.path
    return f"{request.method} {address!r}"


def _apology(status: int, reference: str = "") -> Response:
    """A page that asks nothing of the base, the session or the limiter; the reference finds the trace in the log. What was
    typed is there to be copied: what is our fault loses nothing either.
    """
    template = current_app.jinja_env.get_template("errors/error.html")
    response = make_response(template.render(status=status, reference=reference, typed=_typed(), url_for=url_for), status)
    response.headers["Cache-Control"] = "no-store"
    return response

"""A small OIDC provider of our own, on this machine alone, for the demonstration and the tests.

It does what ProConnect does, over real HTTP: discovery, keys, a page to say who one is, code, tokens, a userinfo that it signs,
sign-out. It can be told to misbehave, so that one sees what the site makes of it: for one sign-in, on its page, or altogether.

`python -m consult.demo.provider` serves on the socket that its parent hands over, and ends when its parent does.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import flask_bootstrap
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    jsonify,
    redirect,
    render_template,
    request,
    send_from_directory,
)
from flask.typing import ResponseReturnValue
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from consult.demo.faults import Fault
from consult.demo.identities import PEOPLE, Somebody
from consult.ground import clock
from consult.web.provider import CALLBACK
from consult.web.templating import FrenchTypography

ROOT = Path(__file__).parent.parent.parent
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static" / "bootstrap5"
LIVES_FOR = 60
"""Seconds a token is good, as at ProConnect."""


@dataclass(frozen=True, slots=True)
class _Grant:
    """What a code, then an access token, stands for."""

    who: Somebody
    fault: Fault | None
    nonce: str
    challenge: str
    redirect_uri: str


@dataclass(slots=True)
class State:
    """What the provider knows, and how it is told to misbehave."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str
    people: tuple[Somebody, ...] = PEOPLE
    metadata: dict[str, Any] = field(default_factory=dict)
    """Said in place of what is right."""
    is_broken: bool = False
    """Answers 500 to everything."""
    key: ECKey | RSAKey = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    forged: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"))
    codes: dict[str, _Grant] = field(default_factory=dict)
    tokens: dict[str, _Grant] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    """The path of each request."""
    may_end: threading.Event = field(default_factory=threading.Event)
    """Set when whoever keeps silent may stop."""

    @property
    def algorithm(self) -> str:
        """How it signs."""
        return "RS256" if isinstance(self.key, RSAKey) else "ES256"


pages = Blueprint("provider", __name__)


def _state() -> State:
    found: State = current_app.extensions["provider"]
    return found


@pages.before_request
def _note() -> None:
    _state().asked.append(request.path)
    if _state().is_broken:
        abort(500)


@pages.get("/.well-known/openid-configuration")
def metadata() -> Response:
    """What there is here, and where."""
    issuer = _state().issuer
    known = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "end_session_endpoint": f"{issuer}/session/end",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "scopes_supported": ["openid", "given_name", "usual_name", "email", "siret"],
        "id_token_signing_alg_values_supported": [_state().algorithm],
        "userinfo_signing_alg_values_supported": [_state().algorithm],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
    }
    return jsonify(known | _state().metadata)


@pages.get("/jwks")
def keys() -> Response:
    """The public key."""
    state = _state()
    return jsonify({"keys": [state.key.as_dict(private=False) | {"use": "sig", "alg": state.algorithm}]})


@pages.get("/authorize")
def choose() -> str:
    """Ask who one is."""
    _check_client(request.args)
    return render_template("oidc/provider.html", people=_state().people, faults=list(Fault), asked=request.args)


@pages.post("/authorize")
def authorize() -> ResponseReturnValue:
    """Give a code to the site, through the browser."""
    asked = request.form
    _check_client(asked)
    who = next((each for each in _state().people if each.subject == asked.get("subject")), None)
    fault = Fault(asked["fault"]) if asked.get("fault") else None
    if who is None or fault is Fault.DECLINED:
        return _back(asked, error="access_denied", error_description="Rien n’a été confirmé.")
    if fault is Fault.OUT_OF_ORDER:
        return _back(asked, error="temporarily_unavailable")
    code = secrets.token_urlsafe(32)
    _state().codes[code] = _Grant(who, fault, asked["nonce"], asked["code_challenge"], asked["redirect_uri"])
    return _back(asked, code=code, **({"state": "un-autre-state"} if fault is Fault.STATE else {}))


def _check_client(asked: Mapping[str, str]) -> None:
    state = _state()
    holds = (
        asked.get("client_id") == state.client_id,
        asked.get("redirect_uri") == state.redirect_uri,
        asked.get("response_type") == "code",
        "openid" in asked.get("scope", "").split(),
        asked.get("code_challenge_method") == "S256",
        min(len(asked.get(name, "")) for name in ("state", "nonce", "code_challenge")) >= 32,
    )
    if not all(holds):
        abort(400)


def _back(asked: Mapping[str, str], **said: str) -> ResponseReturnValue:
    return redirect(f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], 'iss': _state().issuer} | said)}", 303)


@pages.post("/token")
def token() -> ResponseReturnValue:
    """Change a code for tokens: once, for this client, with its secret and the verifier that the challenge was made of."""
    state, asked = _state(), request.form
    if (
        not hmac.compare_digest(asked.get("client_secret", ""), state.client_secret)
        or asked.get("client_id") != state.client_id
    ):
        return jsonify(error="invalid_client"), 401
    grant = state.codes.pop(asked.get("code", ""), None)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest()).rstrip(b"=")
    if grant is None or grant.challenge != challenge.decode() or asked.get("redirect_uri") != grant.redirect_uri:
        return jsonify(error="invalid_grant"), 400
    if grant.fault in _INSTEAD_OF_A_TOKEN:
        return _instead_of_a_token(grant.fault)
    access_token = secrets.token_urlsafe(32)
    state.tokens[access_token] = grant
    said = {"access_token": access_token, "token_type": "Bearer", "expires_in": LIVES_FOR, "id_token": _id_token(grant)}
    return jsonify(said)


_INSTEAD_OF_A_TOKEN = frozenset(fault for fault in Fault if fault.value.startswith("token_"))


def _instead_of_a_token(fault: Fault | None) -> ResponseReturnValue:
    if fault is Fault.TOKEN_500:
        abort(500)
    if fault is Fault.TOKEN_REDIRECT:
        return redirect(f"{_state().issuer}/jwks", 307)
    if fault is Fault.TOKEN_HUGE:
        return Response("{" + " " * 5_000_000 + "}", mimetype="application/json")
    if fault is Fault.TOKEN_SLOW:
        return Response(_drop_by_drop(_state().may_end), mimetype="application/json")
    if fault is Fault.TOKEN_SILENT:
        _state().may_end.wait(30)
    return Response("<html>Bonjour", mimetype="application/json")


def _drop_by_drop(may_end: threading.Event) -> Iterator[str]:
    while not may_end.wait(0.05):
        yield " "


def _id_token(grant: _Grant) -> str:
    state, fault, now = _state(), grant.fault, int(clock.outside().timestamp())
    claims: dict[str, Any] = {
        "iss": state.issuer,
        "sub": grant.who.subject,
        "aud": state.client_id,
        "iat": now,
        "exp": now + LIVES_FOR,
        "nonce": grant.nonce,
    }
    wrong: dict[Fault | None, dict[str, Any]] = {
        Fault.ISSUER: {"iss": "https://un-autre.exemple.fr"},
        Fault.AUDIENCE: {"aud": "un-autre-site"},
        Fault.AUTHORIZED_PARTY: {"aud": [state.client_id, "un-autre-site"], "azp": "un-autre-site"},
        Fault.EXPIRED: {"iat": now - 3_600, "exp": now - 3_500},
        Fault.ISSUED_LATER: {"iat": now + 86_400, "exp": now + 86_460},
        Fault.NONCE: {"nonce": "un-autre-nonce"},
    }
    claims |= wrong.get(fault, {})
    if fault is Fault.NO_SUBJECT:
        del claims["sub"]
    return _signed(claims, fault)


def _signed(claims: dict[str, Any], fault: Fault | None) -> str:
    state = _state()
    header = {"alg": state.algorithm, "kid": state.key.kid}
    if fault is Fault.FORGED:
        return jwt.encode(header, claims, state.forged)
    if fault is Fault.UNKNOWN_KEY:
        return jwt.encode(header | {"kid": "une-autre-cle"}, claims, state.forged)
    if fault in (Fault.ALG_NONE, Fault.ALG_HMAC):
        return _as_an_attacker_would(header, claims, fault)
    return jwt.encode(header, claims, state.key)


def _as_an_attacker_would(header: dict[str, Any], claims: dict[str, Any], fault: Fault) -> str:
    """A token that no library agrees to make: unsigned, or signed with what everybody knows."""
    said = header | {"alg": "none" if fault is Fault.ALG_NONE else "HS256"}
    body = ".".join(_encoded(json.dumps(part).encode()) for part in (said, claims))
    if fault is Fault.ALG_NONE:
        return f"{body}."
    return f"{body}.{_encoded(hmac.digest(_state().key.as_pem(private=False), body.encode(), 'sha256'))}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pages.get("/userinfo")
def userinfo() -> ResponseReturnValue:
    """What is known of the person of an access token, signed."""
    grant = _state().tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if grant is None:
        return jsonify(error="invalid_token"), 401
    if grant.fault is Fault.USERINFO_500:
        abort(500)
    now = int(clock.outside().timestamp())
    claims = {"iss": _state().issuer, "aud": _state().client_id, "sub": grant.who.subject, "iat": now, "exp": now + LIVES_FOR}
    claims |= grant.who.claims()
    wrong: dict[Fault | None, dict[str, Any]] = {
        Fault.OTHER_SUBJECT: {"sub": "quelqu-un-d-autre"},
        Fault.NO_EMAIL: {"email": None},
        Fault.NOT_AN_EMAIL: {"email": "solene chez martel"},
        Fault.USERINFO_AUDIENCE: {"aud": "un-autre-site"},
    }
    claims |= wrong.get(grant.fault, {})
    if grant.fault is Fault.USERINFO_PLAIN:
        return jsonify(claims)
    signed = _signed(claims, Fault.FORGED if grant.fault is Fault.USERINFO_FORGED else None)
    return Response(signed, content_type="application/jwt")


@pages.get("/session/end")
def end_session() -> ResponseReturnValue:
    """Close the provider's own session — it keeps none — and go back to the site."""
    back_to = request.args.get("post_logout_redirect_uri", "")
    ours, theirs = urlsplit(_state().redirect_uri), urlsplit(back_to)
    if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
        abort(400)
    jwt.decode(request.args.get("id_token_hint", ""), _state().key, [_state().algorithm])
    return redirect(f"{back_to}?{urlencode({'state': request.args.get('state', '')})}", 303)


# ── serving it ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def create_provider(state: State) -> Flask:
    """The provider's own application: it shares nothing with the site but its style sheets."""
    app = Flask(
        __name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"), static_url_path="/static"
    )
    app.extensions["provider"] = state
    app.jinja_env.add_extension(FrenchTypography)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.add_url_rule(
        "/bootstrap/<path:filename>", "bootstrap.static", lambda filename: send_from_directory(BOOTSTRAP, filename)
    )
    app.register_blueprint(pages)
    return app


class _Quiet(WSGIRequestHandler):
    """Says nothing of the requests it answers: their addresses hold codes."""

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - the name of its framework
        pass


def server_of(state: State, *, port: int = 0, fd: int | None = None) -> BaseWSGIServer:
    """A server of this provider on loopback, on a port or on a socket that listens already."""
    return make_server("127.0.0.1", port, create_provider(state), threaded=True, request_handler=_Quiet, fd=fd)


def main() -> None:
    """Serve on the socket handed over, until the standard input ends: it does when the parent is no more, however it ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which then ends us
    environ = os.environ
    state = State(
        issuer=environ["CONSULT_OIDC_ISSUER"],
        client_id=environ["CONSULT_OIDC_CLIENT_ID"],
        client_secret=environ["CONSULT_OIDC_CLIENT_SECRET"],
        redirect_uri=environ["CONSULT_BASE_URL"] + CALLBACK,
    )
    server = server_of(state, fd=int(sys.argv[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()

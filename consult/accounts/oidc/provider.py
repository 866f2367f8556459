"""Talking with the OIDC provider: its metadata, its keys, a code exchanged for tokens, the userinfo that it signs.

Authlib speaks OAuth, joserfc verifies signatures, requests carries. Each request has a few seconds in all, follows no
redirection and reads no more than a hundred kilobytes: a provider that fails must not take this site with it.

A userinfo that is not signed is refused, even over TLS: ProConnect signs, and one rule is easier to hold than two.
"""

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key
from requests import HTTPError, PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidJSONError
from urllib3.exceptions import HTTPError as TransportError

from consult.accounts.oidc import protocol as oidc
from consult.accounts.oidc.protocol import Asked, Told, away, wrong

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Asymmetric ones alone: who knows a public key, or the client's secret, must not be able to sign."""

KEPT_FOR = timedelta(minutes=10)
LARGEST = 100_000
"""Bytes of an answer."""

_PRINTABLE = re.compile(r"[\x21-\x7e]+")
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")


@dataclass(slots=True)
class _Kept:
    """The provider's metadata and keys, as they were read at an instant."""

    at: datetime
    metadata: dict[str, Any]
    keys: list[Key]


@dataclass(slots=True)
class Provider:
    """The provider, as this process knows it. Instants are the world's, never those of a rehearsal.

    Every method that asks it something raises OidcFailure.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    patience: float
    """Seconds for a request."""
    _kept: _Kept | None = field(default=None, init=False, repr=False)

    def authorization_url(self, asked: Asked, *, at: datetime) -> str:
        """Where to send the browser."""
        with self._client() as client, _failing("metadata"):
            endpoint = self._known(client, at).metadata["authorization_endpoint"]
            url, _ = client.create_authorization_url(
                endpoint, state=asked.state, nonce=asked.nonce, code_verifier=asked.verifier
            )
        return str(url)

    def answer(self, asked: Asked, said: Mapping[str, str], *, at: datetime) -> Told:
        """What the answer that came through the browser is worth: who the person is, verified from end to end."""
        code = oidc.code_of(asked, said, issuer=self.issuer)
        with self._client() as client:
            metadata = self._known(client, at).metadata
            with _failing("token"):
                token = client.fetch_token(
                    metadata["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=asked.verifier,
                    auth=client.client_auth(_client_authentication(metadata)),
                )
            id_token = token.get("id_token")
            if not _is_printable(id_token) or not _is_printable(token.get("access_token")):
                raise wrong("token")
            with _failing("id_token"):
                id_claims = self._claims(client, id_token, at)
            oidc.check_id_token(id_claims, issuer=self.issuer, client_id=self.client_id, nonce=asked.nonce, at=at)
            with _failing("userinfo"):
                answer = _good(client.get(metadata["userinfo_endpoint"], headers={"Accept": "application/jwt"}))
                if answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/jwt":
                    raise wrong("userinfo_unsigned")
                claims = self._claims(client, answer.content.strip(), at)
        return oidc.told_by(claims, id_claims, id_token, client_id=self.client_id, at=at)

    def end_session_url(self, id_token: str, *, back_to: str, state: str, at: datetime) -> str | None:
        """Where the provider's own session is closed; None when it has no such place."""
        with self._client() as client:
            endpoint = self._known(client, at).metadata.get("end_session_endpoint")
        if not endpoint:
            return None
        asked = urlencode({"id_token_hint": id_token, "state": state, "post_logout_redirect_uri": back_to})
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{asked}"

    def check(self, *, at: datetime) -> None:
        """Whether it answers, and is who the settings say."""
        with self._client() as client:
            self._read(client, at)

    # ── what is known of it ──────────────────────────────────────────────────────────

    def _known(self, client: OAuth2Session, at: datetime) -> _Kept:
        kept = self._kept
        return kept if kept and abs(at - kept.at) < KEPT_FOR else self._read(client, at)

    def _read(self, client: OAuth2Session, at: datetime) -> _Kept:
        """Its metadata and keys, read now."""
        with _failing("metadata"):
            url = f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"
            metadata = _good(client.get(url, withhold_token=True)).json()
            if metadata["issuer"] != self.issuer:
                raise wrong("metadata_issuer")
            optional = [metadata["end_session_endpoint"]] if metadata.get("end_session_endpoint") else []
            if not all(map(self._is_as_safe, [*(metadata[name] for name in _ENDPOINTS), *optional])):
                raise wrong("metadata")
        with _failing("keys"):
            published = _good(client.get(metadata["jwks_uri"], withhold_token=True)).json()["keys"]
            keys = [JWKRegistry.import_key(each) for each in published if _may_sign(each)]
        self._kept = _Kept(at, metadata, keys)
        return self._kept

    def _is_as_safe(self, url: str) -> bool:
        """Whether an address is no less protected than the issuer's own."""
        parts = urlsplit(url)
        return _is_printable(url) and bool(parts.netloc) and parts.scheme in {"https", urlsplit(self.issuer).scheme}

    # ── signatures ───────────────────────────────────────────────────────────────────

    def _claims(self, client: OAuth2Session, token: str, at: datetime) -> dict[str, Any]:
        """The claims of a token, its signature verified with the key it names."""
        return jwt.decode(token, lambda signed: self._key(client, signed.headers(), at), ALGORITHMS).claims

    def _key(self, client: OAuth2Session, header: Mapping[str, Any], at: datetime) -> Key:
        """The key that this header names; a provider changes keys, so an unknown one is looked for once more."""
        key = _named(self._known(client, at).keys, header)
        if key is None and self._known(client, at).at != at:
            key = _named(self._read(client, at).keys, header)
        if key is None:
            raise wrong("unknown_key")
        return key

    @contextmanager
    def _client(self) -> Iterator[OAuth2Session]:
        client = OAuth2Session(
            self.client_id,
            self.client_secret,
            scope=oidc.SCOPE,
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            leeway=0,  # ProConnect's tokens last a minute: with Authlib's own leeway they are born expired
        )
        client.trust_env = self.issuer.startswith("https://")  # no proxy stands before a provider on this machine
        carrier = _Careful(self.patience)
        client.mount("https://", carrier)
        client.mount("http://", carrier)
        try:
            yield client
        finally:
            client.close()


class _Careful(HTTPAdapter):
    """Carries a request: so many seconds in all, no redirection, no answer beyond a size."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self.patience = patience

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        """The answer, read to its end."""
        until = time.monotonic() + self.patience
        response = super().send(request, *args, **options | {"stream": True, "timeout": self.patience})
        try:
            if response.is_redirect:
                raise wrong("redirected")
            body = bytearray()
            while chunk := response.raw.read1(16_384, decode_content=True):
                body += chunk
                if len(body) > LARGEST:
                    raise wrong("too_long")
                if time.monotonic() > until:
                    raise away("too_slow")
        finally:
            response.close()
        response.raw = BytesIO(body)
        return response


@contextmanager
def _failing(step: str) -> Iterator[None]:
    """Whatever the libraries raise while something is asked, as a failure of that step."""
    try:
        yield
    except HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise (away if status >= 500 or status == 429 else wrong)(f"{step}_{status}") from error
    except InvalidJSONError as error:
        raise wrong(step) from error
    except (RequestException, TransportError) as error:
        raise away(step) from error
    except (AuthlibBaseError, JoseError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise wrong(step) from error


def _good(answer: Any) -> Any:
    """An answer that is one. Raises HTTPError."""
    if answer.status_code != 200:
        raise HTTPError(response=answer)
    return answer


def _is_printable(text: Any) -> bool:
    return isinstance(text, str) and _PRINTABLE.fullmatch(text) is not None


def _client_authentication(metadata: Mapping[str, Any]) -> str:
    """As the provider likes its clients to say their secret: in the form, as ProConnect does, or in the header otherwise."""
    liked = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return "client_secret_post" if "client_secret_post" in liked else "client_secret_basic"


def _may_sign(published: Mapping[str, Any]) -> bool:
    return published.get("kty") in {"RSA", "EC"} and published.get("use", "sig") == "sig"


def _named(keys: list[Key], header: Mapping[str, Any]) -> Key | None:
    """The key a header names; without a name, the only one there is."""
    if "kid" not in header:
        return keys[0] if len(keys) == 1 else None
    return next((key for key in keys if key.get("kid") == header["kid"]), None)

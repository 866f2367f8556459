"""What passes between this site and an OIDC provider such as ProConnect, and why an answer is not taken.

Pure values and checks; `provider.py` does the talking. Nothing the provider says is believed before it is verified: it comes
through a browser, which may be anybody's, or from a server, which may be wrong. A failure carries one word for the journal,
never a token nor an address.
"""

import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from consult.ground.refusals import Reason, Refused
from consult.ground.text import visible

SCOPE = "openid given_name usual_name email siret"
LEEWAY = timedelta(seconds=60)
"""By how much the provider's clock may differ from ours."""

LONGEST_NAME = 120
_NEVER = 1e11
"""The year 5138, in seconds."""
_SUBJECT = re.compile(r"[\x21-\x7e]{1,255}")
_ERROR = re.compile(r"[a-z_]{1,40}")
_PROVIDER_FAULTS = frozenset({"server_error", "temporarily_unavailable"})


class OidcFailure(Refused):
    """Signing in through the provider did not succeed; `why` is the word that the journal keeps."""

    def __init__(self, reason: Reason, why: str) -> None:
        super().__init__(reason)
        self.why = why


def wrong(why: str) -> OidcFailure:
    """The answer cannot be taken."""
    return OidcFailure(Reason.OIDC_WRONG, why)


def away(why: str) -> OidcFailure:
    """There is no answer, or it is the provider's own fault."""
    return OidcFailure(Reason.OIDC_AWAY, why)


@dataclass(frozen=True, slots=True)
class Asked:
    """What only the browser that asks knows, in its session: its answer is recognised by it, once."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def draw(cls) -> Self:
        """Three secrets of 256 random bits."""
        return cls(*(secrets.token_urlsafe(32) for _ in range(3)))

    @classmethod
    def recall(cls, kept: Mapping[str, str] | None) -> Self:
        """What a session kept of it. Raises OidcFailure when nothing was asked from there, or when it was answered already."""
        if kept is None:
            raise wrong("not_asked")
        return cls(kept["state"], kept["nonce"], kept["verifier"])


@dataclass(frozen=True, slots=True)
class Told:
    """What the provider says of somebody, everything having been verified."""

    issuer: str
    subject: str
    email: str
    is_email_verified: bool
    name: str
    siret: str | None
    """As it was said: it may be no SIRET at all."""
    id_token: str


def code_of(asked: Asked, said: Mapping[str, str], *, issuer: str) -> str:
    """The code of an answer that came through the browser. Raises OidcFailure: whoever says no, the state comes first."""
    if not _same(asked.state, said.get("state")):
        raise wrong("state")
    if said.get("iss", issuer) != issuer:  # RFC 9207: another provider's answer, brought here
        raise wrong("issuer")
    if "error" in said:
        error = said["error"] if _ERROR.fullmatch(said["error"]) else "error"
        raise OidcFailure(Reason.OIDC_AWAY if error in _PROVIDER_FAULTS else Reason.OIDC_DECLINED, error)
    if not said.get("code"):
        raise wrong("no_code")
    return said["code"]


def check_id_token(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, at: datetime) -> None:
    """The claims of an ID token whose signature is good, at an instant of the world's time (OpenID Connect Core, 3.1.3.7).

    Raises OidcFailure.
    """
    _check_common(claims, issuer=issuer, client_id=client_id, at=at)
    _require(_instant(claims.get("exp")) is not None, "expired")
    _require((_instant(claims.get("iat")) or _NEVER) <= (at + LEEWAY).timestamp(), "issued_later")
    _require(_same(nonce, claims.get("nonce")), "nonce")
    audience = claims["aud"]
    several = isinstance(audience, list) and len(audience) > 1
    _require(claims.get("azp", None if several else client_id) == client_id, "authorized_party")


def told_by(claims: Mapping[str, Any], id_claims: Mapping[str, Any], id_token: str, *, client_id: str, at: datetime) -> Told:
    """What a userinfo whose signature is good says of the person of this ID token. Raises OidcFailure."""
    issuer, subject = str(id_claims["iss"]), id_claims.get("sub")
    _check_common(claims, issuer=issuer, client_id=client_id, at=at)
    _require(isinstance(subject, str) and _SUBJECT.fullmatch(subject) is not None, "no_subject")
    _require(_same(str(subject), claims.get("sub")), "subject")
    email, siret = claims.get("email"), claims.get("siret")
    if not isinstance(email, str) or not email.strip():
        raise wrong("no_email")
    return Told(
        issuer=issuer,
        subject=str(subject),
        email=email,
        is_email_verified=claims.get("email_verified") is True,
        name=_name(claims.get("given_name"), claims.get("usual_name")),
        siret="".join(siret.split()) or None if isinstance(siret, str) else None,
        id_token=id_token,
    )


def _check_common(claims: Mapping[str, Any], *, issuer: str, client_id: str, at: datetime) -> None:
    """For whom it is, from whom, until when."""
    _require(claims.get("iss") == issuer, "issuer")
    audience = claims.get("aud")
    _require(client_id in (audience if isinstance(audience, list) else [audience]), "audience")
    _require((at - LEEWAY).timestamp() < (_instant(claims.get("exp", _NEVER)) or 0), "expired")
    starts = _instant(claims.get("nbf", 0))
    _require(starts is not None and starts <= (at + LEEWAY).timestamp(), "issued_later")


def _instant(value: Any) -> float | None:
    """Seconds since 1970, or None for what is no number of seconds: JSON also knows true, and Python's NaN."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _NEVER
    return float(value) if is_number else None


def _same(expected: str, said: Any) -> bool:
    return isinstance(said, str) and hmac.compare_digest(expected.encode(), said.encode("utf-8", "replace"))


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise wrong(why)


def _name(*parts: Any) -> str:
    """First and last name on one line, as far as they are text."""
    words = [visible(part) for part in parts if isinstance(part, str)]
    return " ".join(" ".join(words).split())[:LONGEST_NAME].strip()

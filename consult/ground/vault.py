"""What the base must hold and a stolen copy of it must not give: sealed with a key that is drawn from the site's secret one.
And marks, by which the site knows an address that it wrote itself.

What was sealed under an older secret key is read as long as that key is among the fallbacks (`CONSULT_SECRET_KEY_FALLBACKS`),
and by nobody otherwise. Sealing the same text twice gives the same thing (AES-SIV): what is kept here is random already.
"""

import base64
import hmac
import re
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator


@dataclass(slots=True)
class _Keys:
    held: list[AESSIV] = field(default_factory=list)
    """The one that seals, then those that only open."""
    marking: list[bytes] = field(default_factory=list)


_keys = _Keys()


def use(secret_key: str, fallbacks: Sequence[str] = ()) -> None:
    """From now on this process seals with this key, and opens what it or one of the older ones sealed."""
    _keys.held = [AESSIV(_drawn_from(key, b"consult: sealed columns")) for key in (secret_key, *fallbacks)]
    _keys.marking = [_drawn_from(key, b"consult: marks") for key in (secret_key, *fallbacks)]


def _drawn_from(secret_key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=64, salt=None, info=purpose).derive(secret_key.encode())


def seal(clear: str) -> str:
    """What is written in the base in its place: four characters for three, and some thirty more."""
    return base64.urlsafe_b64encode(_keys.held[0].encrypt(clear.encode(), None)).decode()


def unseal(sealed: str) -> str | None:
    """What was sealed; None when none of the keys opens it."""
    try:
        content = base64.b64decode(sealed, altchars=b"-_", validate=True)
    except (Error, ValueError):
        return None
    return next((clear for key in _keys.held if (clear := _opened(key, content)) is not None), None)


def is_fresh(sealed: str) -> bool:
    """Whether the present key sealed it."""
    clear = unseal(sealed)
    return clear is not None and seal(clear) == sealed


def _opened(key: AESSIV, content: bytes) -> str | None:
    try:
        return key.decrypt(content, None).decode()
    except (InvalidTag, ValueError):
        return None


def mark(text: str) -> str:
    """Sixteen characters that only this site can write after a text: ninety-six bits of it."""
    return _marked(_keys.marking[0], text)


def is_marked(text: str, typed: str) -> bool:
    """Whether these are the mark of that text, with the present key or an older one."""
    return any(hmac.compare_digest(_marked(key, text).encode(), typed.encode()) for key in _keys.marking)


def _marked(key: bytes, text: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, text.encode(), "sha256")[:12]).decode()


class Sealed(TypeDecorator[str]):
    """A text that the base holds sealed. What no key opens is read as None, like what is not there.

    What matches `in_clear` was written before it was sealed: it is read as it is, and sealed when it is next written.
    """

    impl = String
    cache_ok = True

    def __init__(self, length: int, *, in_clear: str) -> None:
        super().__init__(length)
        self.in_clear = in_clear

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None or re.fullmatch(self.in_clear, value):
            return value
        return unseal(value)

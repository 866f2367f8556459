"""What the base must hold and a stolen copy of it must not give: sealed with a key that is drawn from the site's secret one.

What was sealed under an older secret key is read as long as that key is among the fallbacks (`CONSULT_SECRET_KEY_FALLBACKS`),
and by nobody otherwise. Sealing the same text twice gives the same thing (AES-SIV): what is kept here is random already.
"""

import base64
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


_keys = _Keys()


def use(secret_key: str, fallbacks: Sequence[str] = ()) -> None:
    """From now on this process seals with this key, and opens what it or one of the older ones sealed."""
    _keys.held = [_drawn_from(key) for key in (secret_key, *fallbacks)]


def _drawn_from(secret_key: str) -> AESSIV:
    return AESSIV(HKDF(SHA256(), length=64, salt=None, info=b"consult: sealed columns").derive(secret_key.encode()))


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

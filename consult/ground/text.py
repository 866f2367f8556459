"""Folding of French text, so that search and sort see letters and not their dress."""

import re
import unicodedata

_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"))
_STRANGE = re.compile("[^\\n\\t -~\u00a0\u00c0-\u017f«»°·‘’“”…–—•€]")
"""What few texts hold: accents on their own, and all that may not be shown. Only these are looked at, one by one."""
_LETTERS_AND_DIGITS = bytes(byte if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, every run of other characters as one space.

    « L’Haÿ-les-Roses » gives "l hay les roses". The same function fills the stored columns and folds the query.
    """
    if text.isascii():
        bare = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text)
        bare = _without(decomposed, {char for char in set(_STRANGE.findall(decomposed)) if unicodedata.combining(char)}).lower()
        for one, two in _LIGATURES:
            bare = bare.replace(one, two)
    return b" ".join(bare.encode("ascii", "replace").translate(_LETTERS_AND_DIGITS).split()).decode()


def _without(text: str, chars: set[str]) -> str:
    """The text without these characters: a text has few different ones, and is left as it is when none is there."""
    for char in chars:
        text = text.replace(char, "")
    return text


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT = frozenset("\u200d")


def visible(text: str) -> str:
    """The text as it may be stored: NFC, without control, formatting or unassigned characters.

    Line ends become \\n; tabs and line ends stay. The zero-width joiner stays, because emoji and some scripts need it.
    PostgreSQL refuses NUL, and bidirectional overrides can make a page say something else than what was typed.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = {char for char in set(_STRANGE.findall(text)) if unicodedata.category(char) in _INVISIBLE} - _KEPT
    return unicodedata.normalize("NFC", _without(text, hidden))  # last: what stood between a letter and its accent is gone

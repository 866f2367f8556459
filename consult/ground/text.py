"""Folding of French text, so that search and sort see letters and not their dress."""

import unicodedata

_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"))
_LETTERS_AND_DIGITS = bytes(byte if chr(byte).isalnum() and byte < 128 else 32 for byte in range(256))


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, every run of other characters as one space.

    « L’Haÿ-les-Roses » gives "l hay les roses". The same function fills the stored columns and folds the query.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    bare = _without(decomposed, {char for char in set(decomposed) if unicodedata.combining(char)})
    bare = bare.lower()
    for one, two in _LIGATURES:
        bare = bare.replace(one, two)
    return b" ".join(bare.encode("ascii", "replace").translate(_LETTERS_AND_DIGITS).split()).decode()


def _without(text: str, chars: set[str]) -> str:
    """The text without these characters: a text has few different ones, and is left as it is when none is there."""
    for char in chars:
        text = text.replace(char, "")
    return text


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}
_KEPT = set("\n\t\u200d")


def visible(text: str) -> str:
    """The text as it may be stored: NFC, without control, formatting or unassigned characters.

    Line ends become \\n; tabs and line ends stay. The zero-width joiner stays, because emoji and some scripts need it.
    PostgreSQL refuses NUL, and bidirectional overrides can make a page say something else than what was typed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    hidden = {char for char in set(text) - _KEPT if unicodedata.category(char) in _INVISIBLE}
    return unicodedata.normalize("NFC", _without(text, hidden))  # last: what stood between a letter and its accent is gone

"""Folding of French text, so that search and sort see letters and not their dress."""

import re
import unicodedata

_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss"})
_NOT_ALPHANUMERIC = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case, without accents or ligatures, every run of other characters as one space.

    « L’Haÿ-les-Roses » gives "l hay les roses". The same function fills the stored columns and folds the query.
    """
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _NOT_ALPHANUMERIC.sub(" ", bare.lower().translate(_LIGATURES)).strip()


_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def visible(text: str) -> str:
    """The text as it may be stored: NFC, without control, formatting or unassigned characters.

    Line ends become \\n; tabs and line ends stay. The zero-width joiner stays, because emoji and some scripts need it.
    PostgreSQL refuses NUL, and bidirectional overrides can make a page say something else than what was typed.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in text if c in "\n\t\u200d" or unicodedata.category(c) not in _INVISIBLE)
    return unicodedata.normalize("NFC", kept)  # last: what stood between a letter and its accent is gone

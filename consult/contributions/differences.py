"""What a correction changed, word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

_WORDS = re.compile(r"\s+|[^\W_]+|.", re.DOTALL)
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
MOST_WORDS = 6000
"""Beyond this many words and spaces, lines are compared: reading what changed stays quick, however long the text."""


class Change(StrEnum):
    """What became of a piece of text."""

    KEPT = "kept"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that was kept, added or removed."""

    change: Change
    text: str


def differences(before: str, after: str) -> Sequence[Piece]:
    """The pieces of both texts in order: without what was added they make `before`, without what was removed `after`."""
    old, new = _pieces(before, after)
    return [piece for piece in _changes(old, new) if piece.text]


def _pieces(before: str, after: str) -> tuple[list[str], list[str]]:
    words = _WORDS.findall(before), _WORDS.findall(after)
    if max(map(len, words)) <= MOST_WORDS:
        return words
    return _LINES.findall(before), _LINES.findall(after)


def _changes(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new).get_opcodes():
        removed, added = "".join(old[old_from:old_to]), "".join(new[new_from:new_to])
        if tag == "equal":
            yield Piece(Change.KEPT, removed)
        else:
            yield Piece(Change.REMOVED, removed)
            yield Piece(Change.ADDED, added)

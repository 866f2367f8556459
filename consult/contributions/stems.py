"""French words cut to their stems, and how much two texts look alike: pure functions, the same on every engine."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from consult.contributions.french import ORDINARY, SAID_IN_PASSING
from consult.ground.text import fold

COMPARED = 600
"""Characters of a text whose stems are kept: its title and how it begins say what it is about."""
READ_CLOSELY = 300
"""Characters that are compared letter by letter."""
HALF = 0.5
LONGEST_STEM = 40
"""As the column that holds them."""

_ENDINGS = (
    *("issements", "issement", "atrices", "atrice", "ateurs", "ateur", "ations", "ation", "logies", "logie", "ements"),
    *("ement", "euses", "euse", "ences", "ence", "ances", "ance", "ables", "able", "istes", "iste", "ismes", "isme", "ites"),
    *("ite", "ives", "ive", "ifs", "if", "eurs", "eur", "aux", "ales", "ale", "als", "al", "iques", "ique", "ees", "ee", "es"),
    *("er", "ez", "ants", "antes", "ante", "ant", "ent", "ions", "ion", "e", "s", "x"),
)
_LEFT_AT_LEAST = 4
_WORD = re.compile(r"[^\W_]+")
_GRAM = 4


def compared(*texts: str) -> str:
    """What of these texts is indexed and compared."""
    return " ".join(text for text in texts if text)[:COMPARED]


def stems(text: str) -> Mapping[str, str]:
    """The stems of a text's telling words, each with the first word that has it, in lower case and in the text's order."""
    found: dict[str, str] = {}
    for written in _WORD.findall(text):
        for stem in _stems_of(written):
            found.setdefault(stem, written.lower())
    return found


def stem_set(text: str) -> set[str]:
    """The stems of a text's telling words, when the words themselves do not matter."""
    return {stem for written in set(_WORD.findall(text)) for stem in _stems_of(written)}


@lru_cache(maxsize=20_000)
def _stems_of(written: str) -> tuple[str, ...]:
    """The stem of one word as written; none for one said in passing. Kept: a text says few words that no other says."""
    return tuple(_stem(word)[:LONGEST_STEM] for word in fold(written).split() if _tells(word))


def _tells(word: str) -> bool:
    """Whether a folded word says something: « 27 » or « 1978 » does not."""
    return len(word) > 1 and word not in SAID_IN_PASSING and not word.isdigit()


def _stem(word: str) -> str:
    """A folded word without its first known ending, as long as four letters are left: « inscriptions » gives "inscript"."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _LEFT_AT_LEAST:
            return word[: -len(ending)]
    return word


_ORDINARY = frozenset(map(_stem, ORDINARY))


def is_ordinary(stem: str) -> bool:
    """Whether it is the stem of a word that any text may hold, whatever it is about."""
    return stem in _ORDINARY


def telling(stem: str, count: int, total: int) -> float:
    """How much a stem says of a text, when `count` texts of `total` hold it: an ordinary word says half of what is rare."""
    return rarity(count, total) * (HALF if is_ordinary(stem) else 1.0)


def rarity(count: int, total: int) -> float:
    """How much a stem says of a text, when `count` texts of `total` hold it: the rarer, the more. Always above nothing."""
    return math.log((max(total, count) + 1) / (count + 0.5))


def closeness(text: str, others: Sequence[str]) -> Sequence[float]:
    """How alike a text and each of the others are, from 0 to 1: the cosine of their four-letter pieces.

    A piece weighs the less, the more of these texts hold it: what they all say tells none of them apart.
    """
    pieces = [_pieces(each[:READ_CLOSELY]) for each in (text, *others)]
    holders = Counter(piece for counts in pieces for piece in counts)
    weight = {piece: 1 + math.log((len(pieces) + 1) / (held + 1)) for piece, held in holders.items()}
    mine, *theirs = [{piece: (1 + math.log(n)) * weight[piece] for piece, n in counts.items()} for counts in pieces]
    return [_cosine(mine, each) for each in theirs]


def _pieces(text: str) -> Counter[str]:
    """Every run of four characters of the folded text, with the spaces before its first word and after its last."""
    folded = f" {fold(text)} "
    return Counter([folded[start : start + _GRAM] for start in range(len(folded) - _GRAM + 1)])


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = _length(one) * _length(other)
    return sum(value * other.get(piece, 0.0) for piece, value in one.items()) / lengths if lengths else 0.0


def _length(vector: Mapping[str, float]) -> float:
    return math.sqrt(sum(value * value for value in vector.values()))

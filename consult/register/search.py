"""Searching the register as one types: every answer within a couple of milliseconds, on either engine.

What is looked for is every collectivité in which each word typed begins a word; the order is `_level`, then population.
Three ways lead to the same list, chosen by counting first, up to `FEW`:

* a word is rare: the few collectivités it leads to are read and sorted;
* communes are not wanted: neither are there many others;
* every word is common (« s », « saint », « le »): names are looked up, then the most populous collectivités are tried one
  after the other, and as words that common are in many of them, the list is soon full.

Answers computed in advance, a copy in memory and the engines' own full-text indexes were left out: the first for their
size, the second because a loading would leave it behind, the last because the two engines would not agree.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, not_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.register.model import Collectivite, CollectiviteSearch, CollectiviteWord
from consult.register.rules import Category, Kind, Search, full_name, kind_label, parse

SUGGESTIONS = 10
MOST = 1_000
FEW = 1_500
"""As many rows as can be read and sorted within a millisecond."""
FEW_NAMES = 400
"""From here on, trying the most populous one after the other is quicker than reading every name that begins so."""


@dataclass(frozen=True, slots=True)
class CollectiviteLine:
    """A collectivité as a list shows it."""

    siren: str
    name: str
    kind: Kind
    category: Category | None
    departement: str | None
    departement_name: str | None
    population: int

    @property
    def full_name(self) -> str:
        return full_name(self.name, self.kind, self.departement_name)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind, self.category)


LINE = (
    Collectivite.siren,
    Collectivite.name,
    Collectivite.kind,
    Collectivite.category,
    Collectivite.departement,
    Collectivite.departement_name,
    Collectivite.population,
)


def search(typed: str, *, limit: int = SUGGESTIONS, kinds: Collection[Kind] | None = None) -> list[CollectiviteLine]:
    """The collectivités that what was typed may designate, the likeliest first; at most three statements."""
    asked = parse(typed)
    return _first(asked, kinds, limit, _count(asked)) if asked else []


def find(typed: str, number: int = 1, *, kinds: Collection[Kind] | None = None) -> Page[CollectiviteLine]:
    """A page of the same list. It ends at `MOST`: who gets there will rather type another word."""
    asked = parse(typed)
    if asked is None:
        return Page([], 1, 0)
    counts = _count(asked)
    matching = _matching(asked, kinds, counts)
    total = reading().scalar(_up_to(MOST, _index.rank, *matching)) or 0
    if number <= 1:
        return Page(_first(asked, kinds, PAGE_SIZE, counts), 1, total)
    skip = offset(number)
    return Page(_lines(_sorted(matching, asked, min(PAGE_SIZE, MOST - skip), skip)) if skip < total else [], number, total)


Condition = ColumnElement[bool]
_Chosen = Select[str, int, int]
"""SIREN, level and rank of the rows to show."""
_index, _word = CollectiviteSearch, CollectiviteWord


def _matching(asked: Search, kinds: Collection[Kind] | None, counts: "_Counts") -> list[Condition]:
    """What a row must satisfy; by way of its rarest word, when there is a rare one."""
    conditions: list[Condition] = []
    if asked.siren:
        conditions.append(_index.siren.between(asked.siren.ljust(9, "0"), asked.siren.ljust(9, "9")))
    else:
        conditions += [_index.terms.contains(f" {word}") for word in asked.words if word != counts.rarest]
    if counts.rarest:
        conditions.append(_index.rank.in_(select(_word.rank).where(_begins(_word.word, counts.rarest))))
    if asked.communes_only:
        conditions.append(_index.kind == Kind.COMMUNE)
    if kinds is not None:
        conditions.append(_index.kind.in_(kinds))
    return conditions


def _begins(column: InstrumentedAttribute[str], prefix: str) -> Condition:
    """A range of the column's index: « ~ » sorts after everything a folded text can hold."""
    return and_(column >= prefix, column < f"{prefix}~")


def _any_begins(column: InstrumentedAttribute[str], prefixes: Iterable[str]) -> Condition:
    return or_(*(_begins(column, prefix) for prefix in prefixes))


def _level(asked: Search) -> ColumnElement[int]:
    """The exact name, with or without its legal form or its article, then names that begin with what was typed, then exact
    names followed by where (« sainte colombe 05 »), then the rest.
    """
    return case(
        (_index.name.in_(asked.phrases), 0),
        (_index.bare_name.in_(asked.phrases), 1),
        (_any_begins(_index.name, asked.phrases), 2),
        (_any_begins(_index.bare_name, asked.phrases), 3),
        (_index.name.in_(_beginnings(asked)), 4),
        else_=5,
    )


def _beginnings(asked: Search) -> list[str]:
    """Every phrase without its last word, or its last words."""
    words = (phrase.split() for phrase in asked.phrases)
    return [" ".join(some[:end]) for some in words for end in range(1, len(some))]


def _sorted(conditions: Iterable[Condition], asked: Search, limit: int, skip: int = 0) -> _Chosen:
    """The rows that satisfy all the conditions, the likeliest first."""
    level = _level(asked).label("level")
    chosen = select(_index.siren, level, _index.rank).where(*conditions).order_by(level, _index.rank)
    return chosen.limit(limit).offset(skip)


def _most_populous(conditions: Iterable[Condition], limit: int) -> _Chosen:
    """The first rows that satisfy all the conditions: the most populous are tried first, and no further than needed."""
    chosen = select(_index.siren, literal(0).label("level"), _index.rank).where(*conditions)
    return chosen.order_by(_index.rank).limit(limit)


@dataclass(frozen=True, slots=True)
class _Counts:
    """How many rows each word, and what was typed as the beginning of a name, lead to; counted up to FEW."""

    words: dict[str, int]
    names: int

    @property
    def rarest(self) -> str | None:
        """The word by which to look, if there is one that leads to few rows."""
        word = min(self.words, key=lambda word: self.words[word], default=None)
        return word if word is not None and self.words[word] < FEW else None


def _count(asked: Search) -> _Counts:
    """One statement, and none for a SIREN."""
    if asked.siren:
        return _Counts({}, 0)
    few = [_up_to(FEW, _word.rank, _begins(_word.word, word)) for word in asked.words]
    few.append(_up_to(FEW, _index.rank, _any_begins(_index.name, asked.phrases)))
    *words, names = reading().execute(select(*(count.scalar_subquery() for count in few))).one()
    return _Counts(dict(zip(asked.words, words, strict=True)), names)


def _up_to(most: int, column: InstrumentedAttribute[int], *conditions: Condition) -> Select[int]:
    """How many rows satisfy the conditions, without counting further than `most`."""
    return select(func.count()).select_from(select(column).where(*conditions).limit(most).subquery())


def _first(asked: Search, kinds: Collection[Kind] | None, limit: int, counts: _Counts) -> list[CollectiviteLine]:
    """The head of the list."""
    matching = _matching(asked, kinds, counts)
    if asked.siren or counts.rarest or (kinds is not None and Kind.COMMUNE not in kinds):
        return _lines(_sorted(matching, asked, limit))

    begins = _any_begins(_index.name, asked.phrases)
    exactly = or_(_index.name.in_(asked.phrases), _index.bare_name.in_(asked.phrases))
    named = or_(begins, _any_begins(_index.bare_name, asked.phrases), _index.name.in_(_beginnings(asked)))
    if counts.names < FEW_NAMES:
        found, rest = _lines(_sorted([named, *matching], asked, limit)), not_(named)
    else:
        found, rest = _lines(_sorted([exactly, *matching], asked, limit)), and_(not_(exactly), _by_scanning(asked))
    if len(found) == limit:
        return found
    return found + _lines(_most_populous([rest, *matching], limit - len(found)))


def _by_scanning(asked: Search) -> Condition:
    """The name begins with what was typed: said so that no index answers, for there are too many."""
    return or_(*(_index.name.startswith(phrase) for phrase in asked.phrases))


def _lines(chosen: _Chosen) -> list[CollectiviteLine]:
    """What lists show of the chosen rows, in their order."""
    rows = chosen.subquery()
    statement = select(*LINE).join(rows, rows.c.siren == Collectivite.siren).order_by(rows.c.level, rows.c.rank)
    return [CollectiviteLine(*row) for row in reading().execute(statement)]

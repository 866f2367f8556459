"""Searching the register as one types: every answer within a couple of milliseconds, on either engine.

What is looked for is every collectivité in which each word typed begins a word; the order is `_level`, then population.
A first statement counts, up to a point, what the words and the name lead to. Then the shortest of these ways:

* names that begin with what was typed, when they fill the list;
* the rarest word: the few collectivités it leads to are read and sorted (so are those of a SIREN, or of a kind with few);
* every word is common (« s », « saint », « le »): the most populous collectivités are tried one after the other, and as
  words that common are in many of them, the list is soon full.

Statements are built once for each shape of a search, then only given values: building them takes longer than running
them. Answers computed in advance, a copy in memory and the engines' own full-text indexes were left out: the first for
their size, the second because a loading would leave it behind, the last because the two engines would not agree.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, Table, and_, any_, bindparam, case, func, literal, not_, or_, select

from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.register.model import Collectivite, CollectiviteSearch, CollectiviteWord
from consult.register.rules import Category, Kind, Search, full_name, kind_label, parse

SUGGESTIONS = 10
MOST = 1_000
"""Where a list of results ends."""
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
    is_current: bool

    @property
    def full_name(self) -> str:
        return full_name(self.name, self.kind, self.departement_name)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind, self.category)


_collectivite = cast(Table, Collectivite.__table__).c
LINE = tuple(_collectivite[field.name] for field in fields(CollectiviteLine))
"""The columns of a line."""


def search(typed: str, *, limit: int = SUGGESTIONS, kinds: Collection[Kind] | None = None) -> list[CollectiviteLine]:
    """The collectivités that what was typed may designate, the likeliest first; four statements at most."""
    asked = parse(typed)
    return _head(_question(asked, kinds), limit) if asked else []


def find(typed: str, number: int = 1, *, kinds: Collection[Kind] | None = None) -> Page[CollectiviteLine]:
    """A page of the same list. It ends at `MOST`: who gets there will rather type another word."""
    asked = parse(typed)
    if asked is None:
        return Page([], 1, 0)
    question = _question(asked, kinds)
    total = reading().scalar(_total(question.shape), question.values) or 0
    skip = offset(number)
    if skip == 0:
        return Page(_head(question, PAGE_SIZE), 1, total)
    found = _lines(_ordered(question.shape), question, min(PAGE_SIZE, MOST - skip), skip) if skip < total else []
    return Page(found, number, total)


# What is asked: a shape, which decides of the statements, and values for them.


@dataclass(frozen=True, slots=True)
class _Shape:
    """What two searches share that run the same statements."""

    phrases: int
    words: int
    by_rarest: bool
    by_siren: bool
    by_kind: bool
    communes_only: bool
    has_arrays: bool
    """Whether the engine does: PostgreSQL."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A search, ready to be asked."""

    shape: _Shape
    values: dict[str, Any]
    names: int
    """How many names begin with what was typed, counted up to FEW."""
    is_narrow: bool
    """Whether all that it leads to can be read at once."""


def _question(asked: Search, kinds: Collection[Kind] | None) -> _Question:
    """Count what the words lead to, in one statement (none for a SIREN), and set the rarest apart if it is rare."""
    values: dict[str, Any] = {"few": FEW, "most": MOST, "kinds": list(kinds or ()), "beginnings": _beginnings(asked)}
    for i, (phrase, bare) in enumerate(zip(asked.phrases, asked.bare_phrases, strict=True)):
        values |= {f"phrase{i}": phrase, f"phrase{i}_end": _end(phrase), f"bare{i}": bare, f"bare{i}_end": _end(bare)}
    for i, word in enumerate(asked.words):
        values |= {f"counted{i}": word, f"counted{i}_end": _end(word)}

    counts, names = [0], 0
    if asked.siren:
        values |= {"first_siren": asked.siren.ljust(9, "0"), "last_siren": asked.siren.ljust(9, "9")}
    else:
        *counts, names = reading().execute(_counts(len(asked.words), len(asked.phrases)), values).one()
    by_rarest = not asked.siren and min(counts) < FEW
    words = [] if asked.siren else list(asked.words)
    if by_rarest:
        rarest = words.pop(counts.index(min(counts)))
        values |= {"rarest": rarest, "rarest_end": _end(rarest)}
    values |= {f"word{i}": f"% {word}%" for i, word in enumerate(words)}
    shape = _Shape(
        phrases=len(asked.phrases),
        words=len(words),
        by_rarest=by_rarest,
        by_siren=bool(asked.siren),
        by_kind=kinds is not None,
        communes_only=asked.communes_only,
        has_arrays=reading().get_bind().dialect.name == "postgresql",
    )
    others_only = kinds is not None and Kind.COMMUNE not in kinds
    return _Question(shape, values, names, is_narrow=by_rarest or bool(asked.siren) or others_only)


def _end(prefix: str) -> str:
    """Sorts after all that begins with the prefix: « ~ » comes after everything a folded text can hold."""
    return f"{prefix}~"


def _beginnings(asked: Search) -> list[str]:
    """Every phrase without its last word, or its last words."""
    split = (phrase.split() for phrase in asked.phrases)
    return [" ".join(words[:end]) for words in split for end in range(1, len(words))]


def _head(question: _Question, limit: int) -> list[CollectiviteLine]:
    """The first of the list, by the shortest way."""
    shape, found = question.shape, []
    if question.names >= FEW_NAMES:
        found = _lines(_exact(shape), question, limit)
        found += _lines(_beginning(shape), question, limit - len(found))
    elif question.names >= limit or not question.is_narrow:
        found = _lines(_named(shape), question, limit)
    if len(found) == limit:
        return found
    if question.is_narrow or question.names >= FEW_NAMES:
        return _lines(_ordered(shape), question, limit)
    return found + _lines(_unnamed(shape), question, limit - len(found))


def _lines(statement: Select[Any], question: _Question, limit: int, skip: int = 0) -> list[CollectiviteLine]:
    if limit <= 0:
        return []
    rows = reading().execute(statement, question.values | {"limit": limit, "skip": skip})
    return [CollectiviteLine(*row) for row in rows]


# The statements.

_Condition = ColumnElement[bool]
_index = cast(Table, CollectiviteSearch.__table__).c
_word = cast(Table, CollectiviteWord.__table__).c


@cache
def _counts(words: int, phrases: int) -> Select[Any]:
    """How many rows each word leads to, and names begin with a phrase."""
    few = [_up_to("few", _word.rank, _begins(_word.word, f"counted{i}")) for i in range(words)]
    few.append(_up_to("few", _index.rank, _name_begins(phrases)))
    return select(*(count.scalar_subquery() for count in few))


@cache
def _total(shape: _Shape) -> Select[Any]:
    return _up_to("most", _index.rank, *_matching(shape))


def _up_to(most: str, column: ColumnElement[int], *conditions: _Condition) -> Select[Any]:
    """How many rows satisfy the conditions, without counting further than `most`."""
    return select(func.count()).select_from(select(column).where(*conditions).limit(bindparam(most)).subquery())


@cache
def _ordered(shape: _Shape) -> Select[Any]:
    """Everything that matches."""
    return _sorted(shape)


@cache
def _named(shape: _Shape) -> Select[Any]:
    """What matches and has a name that was meant, in any of the ways of `_level`."""
    return _sorted(shape, _is_named(shape.phrases))


@cache
def _exact(shape: _Shape) -> Select[Any]:
    """What matches and has exactly the name typed."""
    return _sorted(shape, _is_exact(shape.phrases))


@cache
def _beginning(shape: _Shape) -> Select[Any]:
    """What matches and has a longer name; by trying, since the index would give too many."""
    begins = or_(*(_index.name.startswith(bindparam(f"phrase{i}")) for i in range(shape.phrases)))
    return _most_populous(shape, begins, not_(_is_exact(shape.phrases)))


@cache
def _unnamed(shape: _Shape) -> Select[Any]:
    """What matches and has another name."""
    return _most_populous(shape, not_(_is_named(shape.phrases)))


def _sorted(shape: _Shape, *conditions: _Condition) -> Select[Any]:
    level = _level(shape.phrases).label("level")
    return _shown(select(_index.siren, level, _index.rank).where(*conditions, *_matching(shape)).order_by(level, _index.rank))


def _most_populous(shape: _Shape, *conditions: _Condition) -> Select[Any]:
    """The most populous are tried first, and no more of them than needed."""
    level = literal(0).label("level")
    return _shown(select(_index.siren, level, _index.rank).where(*conditions, *_matching(shape)).order_by(_index.rank))


def _shown(chosen: Select[Any]) -> Select[Any]:
    """The lines of the rows chosen, in their order."""
    rows = chosen.limit(bindparam("limit")).offset(bindparam("skip")).subquery().c
    return (
        select(*LINE)
        .join_from(rows.siren.table, _collectivite.siren.table, rows.siren == _collectivite.siren)
        .order_by(rows.level, rows.rank)
    )


def _matching(shape: _Shape) -> Sequence[_Condition]:
    """What a row must satisfy."""
    conditions: list[_Condition] = [_index.terms.like(bindparam(f"word{i}")) for i in range(shape.words)]
    if shape.by_rarest:
        ranks = select(_word.rank).where(_begins(_word.word, "rarest"))
        # PostgreSQL would rather read the whole table than look up a thousand ranks, unless they come as an array.
        as_array = any_(func.array(ranks.scalar_subquery()))
        conditions.append(_index.rank == as_array if shape.has_arrays else _index.rank.in_(ranks))
    if shape.by_siren:
        conditions.append(_index.siren.between(bindparam("first_siren"), bindparam("last_siren")))
    if shape.by_kind:
        conditions.append(_index.kind.in_(bindparam("kinds", expanding=True)))
    if shape.communes_only:
        conditions.append(_index.kind == Kind.COMMUNE)
    return conditions


def _level(phrases: int) -> ColumnElement[int]:
    """The exact name, with or without its legal form or its article, then names that begin with what was typed, then exact
    names followed by where (« sainte colombe 05 »), then the rest.
    """
    return case(
        (_is("name", "phrase", phrases), 0),
        (_is("bare_name", "bare", phrases), 1),
        (_name_begins(phrases), 2),
        (_bare_name_begins(phrases), 3),
        (_index.name.in_(bindparam("beginnings", expanding=True)), 4),
        else_=5,
    )


def _is_exact(phrases: int) -> _Condition:
    return or_(_is("name", "phrase", phrases), _is("bare_name", "bare", phrases))


def _is_named(phrases: int) -> _Condition:
    beginnings = _index.name.in_(bindparam("beginnings", expanding=True))
    return or_(_name_begins(phrases), _bare_name_begins(phrases), beginnings)


def _name_begins(phrases: int) -> _Condition:
    return or_(*(_begins(_index.name, f"phrase{i}") for i in range(phrases)))


def _bare_name_begins(phrases: int) -> _Condition:
    return or_(*(_begins(_index.bare_name, f"bare{i}") for i in range(phrases)))


def _is(column: str, value: str, phrases: int) -> _Condition:
    return or_(*(_index[column] == bindparam(f"{value}{i}") for i in range(phrases)))


def _begins(column: ColumnElement[str], value: str) -> _Condition:
    """A range of the column's index."""
    return and_(column >= bindparam(value), column < bindparam(f"{value}_end"))

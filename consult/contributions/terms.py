"""The whole words of contributions and their marks, for the search: derived from what was published, never typed.

The table says of each word which contributions hold it, sixty-three numbers a row, one bit each. So does it of a mark, what the
filters ask of a contribution and no act of the team changes: its type, its place, its themes. A mark begins with a sign that no
word has. Whoever writes in a row waits for whoever is writing there: the lock of the numbers, taken first, gives them an order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import and_
from typing import Any
from typing import cast as cast_type

from sqlalchemy import ARRAY, BigInteger, Integer, Select, String, Table, cast, delete, func, literal, select, union_all, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from consult.calendar.numbers import lock_numbers
from consult.contributions.model import Contribution, ContributionTerm
from consult.ground.database import reading

LONGEST_TERM = 60
BATCH = 5_000
WIDTH = 63
"""Numbers a row: the bits of an integer of the base, its sign apart."""
_LAST = "{"
"""Comes after every letter and digit."""


def terms(search_text: str) -> set[str]:
    """Each word of a folded text, once, as long as its column is."""
    return {word[:LONGEST_TERM] for word in search_text.split()}


MARKED = ("type", "departement", "region", "kind", "stratum", "siren")
"""The columns of a contribution that its marks repeat, beside its themes."""


def marks(of: Mapping[str, Any], theme_ids: Iterable[int]) -> set[str]:
    """The marks of a contribution whose columns are these; what is None or absent leaves none."""
    placed = {f"={name}:{of[name]}" for name in MARKED if of.get(name)}
    return placed | {f"=theme:{theme_id}" for theme_id in theme_ids}


class TermsToAdd:
    """The words and marks of contributions on their way to the table, gathered one by one."""

    def __init__(self) -> None:
        self.held: defaultdict[tuple[str, int], int] = defaultdict(int)

    def add(self, number: int, found: Iterable[str]) -> None:
        """The contribution of this number holds these words, or these marks."""
        block, rank = divmod(number, WIDTH)
        for term in found:
            self.held[term, block] |= 1 << rank

    def write(self, session: Session, edition_id: int) -> None:
        """Write them beside those that are there, under the lock of the numbers. One statement, but for a file of thousands.

        In the order of the table, which is how it is written fastest; so many at a time, as an import has little memory.
        """
        in_order = iter(sorted(self.held))
        while some := list(islice(in_order, BATCH)):
            _add(session, [(edition_id, term, block, self.held[term, block]) for term, block in some])


def _add(session: Session, rows: Sequence[tuple[int, str, int, int]]) -> None:
    columns = ("edition_id", "term", "block", "held")
    if session.get_bind().dialect.name == "postgresql":  # four lists in one statement: ten times faster than row by row
        types = (Integer, String, Integer, BigInteger)
        lists: list[Any] = [cast(list(one), ARRAY(of)) for one, of in zip(zip(*rows, strict=True), types, strict=True)]
        given = func.unnest(*lists).table_valued(*columns).render_derived()
        new: Any = postgresql.insert(_table()).from_select(columns, select(given))
        session.execute(_beside(new))
    else:
        session.execute(_beside(sqlite.insert(_table())), [dict(zip(columns, row, strict=True)) for row in rows])


def _table() -> Table:
    """The table itself: row by row, the mapped class costs as much again as the writing."""
    return cast_type(Table, ContributionTerm.__table__)


def _beside(new: Any) -> Any:
    both = _table().c.held.bitwise_or(new.excluded.held)
    return new.on_conflict_do_update(index_elements=["edition_id", "term", "block"], set_={"held": both})


def add_terms(session: Session, contribution: Contribution, theme_ids: Iterable[int]) -> None:
    """Write the words and marks of a contribution that has none yet, under the lock of the numbers. One statement."""
    new = TermsToAdd()
    new.add(contribution.number, terms(contribution.search_text))
    new.add(contribution.number, marks({name: getattr(contribution, name) for name in MARKED}, theme_ids))
    new.write(session, contribution.edition_id)


def index_terms(session: Session, contribution: Contribution, theme_ids: Iterable[int]) -> None:
    """Write anew the words and marks of a contribution, after its text changed. Three statements, and a lock."""
    lock_numbers(session, Contribution, contribution.edition_id)
    block, rank = divmod(contribution.number, WIDTH)
    bit, held = 1 << rank, ContributionTerm.held
    here = (ContributionTerm.edition_id == contribution.edition_id, ContributionTerm.block == block)
    unread = {"synchronize_session": False}
    session.execute(delete(ContributionTerm).where(*here, held == bit), execution_options=unread)
    others = update(ContributionTerm).where(*here, held.bitwise_and(bit) != 0).values(held=held - bit)
    session.execute(others, execution_options=unread)
    add_terms(session, contribution, theme_ids)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Numbers of contributions of an edition, as the table keeps them."""

    blocks: Mapping[int, int]

    def __len__(self) -> int:
        return sum(held.bit_count() for held in self.blocks.values())

    def __contains__(self, number: int) -> bool:
        block, rank = divmod(number, WIDTH)
        return bool(self.blocks.get(block, 0) >> rank & 1)

    def __iter__(self) -> Iterator[int]:
        """The lowest first."""
        for block, held in sorted(self.blocks.items()):
            yield from (block * WIDTH + rank for rank in range(WIDTH) if held >> rank & 1)

    def some(self, wanted: slice, *, latest_first: bool) -> Sequence[int]:
        """Those of a page, from `start` to `stop`; the others unread: what comes before is only counted."""
        found: list[int] = []
        skipped, size = wanted.start, wanted.stop - wanted.start
        for block, held in sorted(self.blocks.items(), reverse=latest_first):
            if skipped >= (here := held.bit_count()):
                skipped -= here
                continue
            found += list(Numbers({block: held}))[:: -1 if latest_first else 1][skipped:]
            skipped = 0
            if len(found) >= size:
                break
        return found[:size]


def holding(
    edition_id: int,
    beginnings: Sequence[str],
    marked: Collection[str],
    *,
    also: Select[int] | None = None,
    but_hidden: bool = True,
) -> Numbers:
    """The contributions that bear each mark and hold, for each beginning, a word that begins so. One statement.

    `also` selects numbers to add, whatever they hold; hidden texts are left out, unless told otherwise. The words are compared
    as bytes on both engines.
    """
    term = ContributionTerm.term
    wanted = [term == mark for mark in sorted(marked)]
    for beginning in beginnings:
        cut = beginning[:LONGEST_TERM]
        wanted.append((term >= cut) & (term < cut + _LAST))
    asked = [
        select(literal(rank).label("rank"), ContributionTerm.block, ContributionTerm.held).where(
            ContributionTerm.edition_id == edition_id, one
        )
        for rank, one in enumerate(wanted)
    ]
    out, more = len(asked), len(asked) + 1
    if but_hidden:
        hidden = select(literal(out), Contribution.number, literal(0))
        asked.append(hidden.where(Contribution.edition_id == edition_id, Contribution.hidden_at.is_not(None)))
    if also is not None:
        asked.append(also.with_only_columns(literal(more), *also.selected_columns, literal(0)))
    found: list[defaultdict[int, int]] = [defaultdict(int) for _ in range(more + 1)]
    for rank, block, held in reading().execute(union_all(*asked)):
        if rank < out:
            found[rank][block] |= held
        else:
            found[rank][block // WIDTH] |= 1 << block % WIDTH
    blocks = {
        block: _in_all(block, found[:out]) & ~found[out].get(block, 0) | found[more].get(block, 0)
        for block in {*found[0], *found[more]}
    }
    return Numbers({block: held for block, held in blocks.items() if held})


def _in_all(block: int, found: Sequence[Mapping[int, int]]) -> int:
    return reduce(and_, (one.get(block, 0) for one in found))

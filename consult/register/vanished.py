"""Finding a collectivité by a name it no longer has: those that ended, and who now stands for each.

They are as few as the mergers since the site opened, and are read apart from the search of the current ones, which is quick for
having only those to read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Row, or_, select
from sqlalchemy.orm import aliased

from consult.ground.database import reading
from consult.register.model import Collectivite
from consult.register.queries import holders
from consult.register.rules import Kind, Search, parse, search_key, words_of
from consult.register.search import LINE, CollectiviteLine

MOST_SHOWN = 5
MOST_READ = 500
"""Names read for one search: « saint » begins many."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """A collectivité that ended, and the current one that stands for it."""

    line: CollectiviteLine
    ended_on: date
    successor: CollectiviteLine

    @property
    def said(self) -> str:
        """What became of it: « Commune absorbée en 2022 par Alvignac (Lot) »."""
        year, by = self.ended_on.year, self.successor.full_name
        if self.line.kind is Kind.COMMUNE:
            return f"Commune absorbée en {year} par {by}"
        return f"N’existe plus depuis {year} : {by} lui succède"


def vanished(typed: str, *, limit: int = MOST_SHOWN) -> list[Vanished]:
    """Those that ended and that what was typed may designate, the largest first. One statement, none without a word.

    One whose name did not change is left out: the search of the current ones finds it.
    """
    asked = parse(typed)
    if asked is None:
        return []
    today, found = aliased(Collectivite), holders()
    todays = [getattr(today, column.name) for column in LINE]
    rows = reading().execute(
        select(*LINE, Collectivite.ended_on, Collectivite.insee, Collectivite.postal_codes, *todays)
        .join(found, found.c.siren == Collectivite.siren)
        .join(today, today.siren == found.c.holder)
        .where(
            ~Collectivite.is_current,
            today.is_current,
            (Collectivite.search_name != today.search_name) | (Collectivite.kind != today.kind),
            _may_be(asked),
        )
        .order_by(Collectivite.population.desc(), Collectivite.siren)
        .limit(MOST_READ)
    )
    return [_read(row) for row in rows if _is_meant(asked, row)][:limit]


def _may_be(asked: Search) -> ColumnElement[bool]:
    """One of the words begins one of its name, or is one of its codes: the base cannot fold the name of a département."""
    if asked.siren:
        return Collectivite.siren.startswith(asked.siren)
    columns = (Collectivite.search_name, Collectivite.insee, Collectivite.postal_codes)
    return or_(*((" " + column).contains(f" {word}") for word in asked.words for column in columns))


def _is_meant(asked: Search, row: Row[*tuple[object, ...]]) -> bool:
    """Whether each word typed begins one of its own."""
    if asked.siren:
        return True
    if asked.communes_only and row.kind is not Kind.COMMUNE:
        return False
    keys = (row.name, row.departement_name, row.departement, row.insee, row.postal_codes)
    own = words_of([search_key(key) for key in keys if key], row.kind, row.category)
    return all(any(each.startswith(word) for each in own) for word in asked.words)


def _read(row: Sequence[object]) -> Vanished:
    size = len(LINE)
    line, (ended_on, _, _), successor = row[:size], row[size : size + 3], row[size + 3 :]
    return Vanished(CollectiviteLine(*line), ended_on, CollectiviteLine(*successor))  # type: ignore[arg-type]

"""How the files read the base: a batch at a time, in an order that a new row does not upset."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select

from consult.calendar.model import Edition
from consult.ground.cells import Cell
from consult.ground.database import reading
from consult.register.model import Collectivite

BATCH = 1_000

Lines = Iterator[Sequence[Cell]]
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

WHERE = (Collectivite.departement, Collectivite.region, Collectivite.stratum)
WHO_AND_WHERE = (Collectivite.siren, Collectivite.name, Collectivite.kind, *WHERE)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which edition's file, at which instant, and where the site is: for the addresses in the file."""

    edition: Edition
    at: datetime
    base_url: str

    def url(self, page: str, number: int) -> str:
        return f"{self.base_url}/{self.edition.slug}/{page}/{number}"


def batches(following: Callable[[Any], AnySelect], first: Any, key: Callable[[AnyRow], Any]) -> Iterator[Sequence[AnyRow]]:
    """The rows that `following(last key)` finds, `BATCH` at a time, until there are none."""
    last = first
    while rows := reading().execute(following(last).limit(BATCH)).all():
        yield rows
        last = key(rows[-1])


def grouped(statement: AnySelect) -> Mapping[int, Sequence[Any]]:
    """(key, value) rows as values by key, in the order they come."""
    found: dict[int, list[Any]] = defaultdict(list)
    for key, value in reading().execute(statement):
        found[key].append(value)
    return found

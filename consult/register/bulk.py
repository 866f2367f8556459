"""Writing tens of thousands of rows: SQLAlchemy words the statement, the driver gets the rows.

Measured on the whole register: handing dictionaries to SQLAlchemy takes twice as long, mostly to copy them row by row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self, cast

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, update

from consult.ground.database import Base

Progress = Callable[[int, int], None]
"""Told, as the writing goes, how many rows are written and how many there are to write."""

BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Write:
    """One statement and the rows to run it for. Values must be what the driver stores: no datetime, no JSON."""

    statement: Insert | Update
    names: tuple[str, ...]
    """Of the parameters, in the order of each row."""
    rows: Sequence[tuple[object, ...]]

    @classmethod
    def insert(cls, model: type[Base], names: Sequence[str], rows: Sequence[tuple[object, ...]]) -> Self:
        """New rows of a table; `names` are its columns."""
        return cls(insert(table(model)), tuple(names), rows)

    @classmethod
    def update(cls, model: type[Base], key: str, rows: Sequence[Mapping[str, object]]) -> Self:
        """Set every column given, on the row that has this `key`."""
        target = table(model)
        columns = tuple(rows[0]) if rows else (key,)
        statement = update(target).where(target.c[key] == bindparam("the_key"))
        return cls(statement, (*columns, "the_key"), [(*row.values(), row[key]) for row in rows])


def table(model: type[Base]) -> Table:
    """The table of a mapped class."""
    return cast(Table, model.__table__)


def write(connection: Connection, writes: Sequence[Write], progress: Progress) -> None:
    """Run the statements, in order, on all their rows."""
    total, done = sum(len(write.rows) for write in writes), 0
    dialect = connection.dialect
    for each in writes:
        if not each.rows:
            continue
        columns = [name for name in each.names if name != "the_key"]
        text = str(each.statement.compile(dialect=dialect, column_keys=columns))
        for start in range(0, len(each.rows), BATCH):
            batch = each.rows[start : start + BATCH]
            rows: Any = batch if dialect.positional else [dict(zip(each.names, row, strict=True)) for row in batch]
            connection.exec_driver_sql(text, rows)
            done += len(batch)
            progress(done, total)

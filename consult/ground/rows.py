"""Rows that one act writes, handed to the driver as they are, and together where the engine can.

What thousands do in the same hour, such as giving a support, is written without building objects that nobody reads again: the
statements are built once, and PostgreSQL is asked once for all the rows of an act instead of once a table.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Insert, Select, bindparam, literal, select
from sqlalchemy.orm import DeclarativeBase, Session

Statement = Insert | Mapping[str, Insert]
"""An insert, or what it is in each dialect."""


def one_row(model: type[DeclarativeBase], *columns: str) -> Insert:
    """An insert of one row in these columns; the value of each is a parameter named after both: `event_at`."""
    table: Any = model.__table__
    return table.insert().values({name: bindparam(_parameter(table.name, name), type_=table.c[name].type) for name in columns})  # type: ignore[no-any-return]


def values_of(model: type[DeclarativeBase], **values: Any) -> dict[str, Any]:
    """The parameters of `one_row`."""
    return {_parameter(model.__tablename__, name): value for name, value in values.items()}


def _parameter(table: str, column: str) -> str:
    return f"{table}_{column}"


class Together:
    """Inserts of one act: one statement on PostgreSQL, where a write may be part of another, in turn on SQLite.

    They read nothing of one another, and no two of their parameters have the same name.
    """

    def __init__(self, *inserts: Statement) -> None:
        self._in_turn = [_in(insert, "sqlite") for insert in inserts]
        self._at_once = _as_one([_in(insert, "postgresql") for insert in inserts])

    def write(self, session: Session, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> None:
        """Write the rows, or those of each of many. Raises IntegrityError when one may not be: then none is."""
        connection = session.connection()
        statements = [self._at_once] if connection.dialect.name == "postgresql" else self._in_turn
        for statement in statements:
            connection.execute(statement, values)


def _in(insert: Statement, dialect: str) -> Insert:
    return insert if isinstance(insert, Insert) else insert[dialect]


def _as_one(inserts: list[Insert]) -> Select[int]:
    return select(literal(1)).add_cte(*(insert.cte(f"written_{rank}") for rank, insert in enumerate(inserts)))

"""Reference numbers: short, stable, given in order within an edition."""

from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.ground.database import Lock, lock


def next_number(session: Session, table: Any, edition_id: int) -> int:
    """The number the next row of `table` takes in this edition; nobody else can take it until the transaction ends."""
    lock_numbers(session, table, edition_id)
    return int(session.execute(following(table, edition_id)).scalar_one())


def lock_numbers(session: Session, table: Any, edition_id: int) -> None:
    """Wait for whoever is taking a number of `table` in this edition."""
    lock(session, Lock.NUMBERS, f"{table.__tablename__}:{edition_id}")


def following(table: Any, edition_id: int) -> Select[int]:
    """The question that answers the next number, to be asked under `lock_numbers`."""
    return select(func.coalesce(func.max(table.number), 0) + 1).where(table.edition_id == edition_id)

"""Which workers are alive, as the base or the machine knows it: what a dead one held is sent without waiting.

A worker is a number and something that the system takes back the instant its process ends, however it ends: a lock of the
base's own session on PostgreSQL; on SQLite, where every worker is on the same machine, a lock on a file beside the base.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from consult.ground.database import Lock, db, is_free


@contextmanager
def present() -> Iterator[int]:
    """The number of a worker, alive until the block or its process ends."""
    number = secrets.randbelow(2**31 - 1) + 1
    with _on_postgresql(number) if db.engine.dialect.name == "postgresql" else _on_sqlite(number):
        yield number


def is_dead(session: Session, number: int) -> bool:
    """Whether the worker of this number is no more."""
    if db.engine.dialect.name == "postgresql":
        return bool(session.scalar(select(is_free(session, Lock.WORKER, number))))
    with suppress(FileNotFoundError):
        file = os.open(_file(db.engine, number), os.O_RDWR)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            _file(db.engine, number).unlink(missing_ok=True)
        finally:
            os.close(file)
    return True


@contextmanager
def _on_postgresql(number: int) -> Iterator[None]:
    """The lock is the session's, not a transaction's: it lasts as long as the connection."""
    with db.engine.connect() as connection:
        key = func.hashtextextended(f"{Lock.WORKER.value}:{number}", 0)
        connection.execute(select(func.pg_advisory_lock(key)))
        try:
            yield
        finally:
            connection.execute(select(func.pg_advisory_unlock(key)))


@contextmanager
def _on_sqlite(number: int) -> Iterator[None]:
    path = _file(db.engine, number)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(file)


def _file(engine: Engine, number: int) -> Path:
    return Path(f"{engine.url.database}.worker-{number}")

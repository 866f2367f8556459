"""The database: the base of every table, the reading session, and the only place that commits.

Reading happens in autocommit: no transaction is held while a page is drawn. Writing happens inside `transaction()`, which
takes SQLite's write lock at once (`BEGIN IMMEDIATE`: a deferred transaction that reads and then writes fails under load)
and PostgreSQL's READ COMMITTED, with advisory locks where an order between acts matters.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Engine,
    Enum,
    Integer,
    MetaData,
    ScalarSelect,
    Select,
    String,
    bindparam,
    cast,
    event,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, ORMExecuteState, Session
from sqlalchemy.types import TypeDecorator

Member = TypeVar("Member", bound=StrEnum)

db = SQLAlchemy(session_options={"expire_on_commit": False})

DatabaseFailure = DBAPIError
"""What is raised when the base is away, or does not answer as expected; a loop survives it, a command ends."""

BUSY_TIMEOUT_MS = 30_000


class Instant(TypeDecorator[datetime]):
    """An aware datetime, stored in UTC. SQLite drops zones, so a naive datetime is refused on the way in."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime is not an instant: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Exact(TypeDecorator[Decimal]):
    """A decimal with so many places, stored as a whole number of its last place.

    Exact on both engines, and the base itself sums and compares it: SQLite knows no decimals, only floating numbers. What has
    more places is refused on the way in.
    """

    impl = BigInteger
    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        scaled = value.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} places")
        return int(scaled)

    def process_result_value(self, value: int | Decimal | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-self.places)


class Base(DeclarativeBase):
    """Base of every table. Constraints have predictable names, so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own spelling
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


Euros = Exact(2)
"""An amount, in the base a whole number of cents."""

BigKey = BigInteger().with_variant(Integer, "sqlite")
"""A key that may outgrow 32 bits; on SQLite only INTEGER numbers itself."""


def str_enum(cls: type[Member], *, growing: bool = False) -> Enum:
    """A VARCHAR holding the member's *value*, with a CHECK: no native type, no member name in the base.

    A `growing` vocabulary, such as the kinds of events, has no CHECK: a new word needs no migration.
    """
    return Enum(
        cls,
        native_enum=False,
        create_constraint=not growing,
        length=40,
        values_callable=lambda members: [member.value for member in members],
        name=cls.__name__.lower(),
    )


class WriteOutsideTransaction(RuntimeError):
    """Something tried to write outside `transaction()`."""


class NestedTransaction(RuntimeError):
    """`transaction()` was entered twice: one verb is one transaction."""


@contextmanager
def transaction(*, survives: bool = True) -> Iterator[Session]:
    """The session, inside one writing transaction: committed at the end, rolled back if anything is raised.

    What was read before is forgotten first, so an act judges what is in the base now, not what the page had seen.

    What nobody was promised may be said not to `survives`: a power cut can take it back, and it costs no wait for the disk. The
    death of a process never does.

    Raises NestedTransaction when called inside itself.
    """
    session = reading()
    if session.info.get("writing"):
        raise NestedTransaction
    session.close()
    session.info["writing"] = True
    try:
        dialect = session.get_bind().dialect.name
        options: dict[str, Any] = {"consult_write": "FULL" if survives else "NORMAL"}
        if dialect == "postgresql":
            options["isolation_level"] = "READ COMMITTED"
        connection = session.connection(execution_options=options)
        if dialect == "postgresql" and not survives:
            connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
        yield session
        session.flush()
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False


def reading() -> Session:
    """The session, for reading."""
    return db.session


def ask(asked: Select[*tuple[Any, ...]], values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a select built once, for what every page asks: columns alone, so nothing of the ORM comes between."""
    return reading().connection().execute(asked, values)


class Lock(StrEnum):
    """What acts may have to queue for, beyond a row of their own."""

    EDITION = "edition"
    COLLECTIVITE = "collectivite"
    NUMBERS = "numbers"
    REGISTER = "register"
    IDENTITY = "identity"
    ADDRESS = "address"
    ROLES = "roles"
    PERSON = "person"
    SEAL = "seal"
    FOLLOWING = "following"
    WORKER = "worker"


class Taking:
    """How one kind of lock is taken, its statements built once: thousands of votes share an edition's.

    `key` is what tells one lock from another of its kind: a parameter, or what looks it up with the lock, not before it.
    Without any, nothing is locked.
    """

    def __init__(self, kind: Lock, key: ColumnElement[Any]) -> None:
        name = func.hashtextextended(literal(f"{kind.value}:") + cast(key, String), 0)
        self._alone = select(func.pg_advisory_xact_lock(name))
        self._shared = select(func.pg_advisory_xact_lock_shared(name))

    def take(self, session: Session, *, shared: bool = False, **looked_up_by: Any) -> None:
        """Wait for, then hold until the end of the transaction; `looked_up_by` gives the key its parameters.

        `shared` lets many hold it at once, against one exclusive holder: voters share the edition's lock, a calendar move takes
        it alone. On SQLite the writer's lock of the whole base already gives this order.
        """
        connection = session.connection()  # no table is read: what the session adds to a statement is of no use
        if connection.dialect.name == "postgresql":
            connection.execute(self._shared if shared else self._alone, looked_up_by)


_TAKING = {kind: Taking(kind, bindparam("key", type_=String)) for kind in Lock}


def lock(session: Session, kind: Lock, key: str | int | ScalarSelect[int], *, shared: bool = False) -> None:
    """Take the named lock, as `Taking.take` does; a key that is still to be looked up is looked up with it."""
    if isinstance(key, ScalarSelect):
        Taking(kind, key).take(session, shared=shared)
    else:
        _TAKING[kind].take(session, shared=shared, key=str(key))


def is_free(session: Session, kind: Lock, key: int) -> ColumnElement[bool]:
    """Whether nobody holds the named lock, not even shared, at an instant after the one the statement reads the base at.

    Whoever is answered yes, reading, knows that every act under that lock which began before what the statement read is
    over. On SQLite, where writers follow one another, none ever began before it and is not over.
    """
    if session.get_bind().dialect.name != "postgresql":
        return true()
    return func.pg_try_advisory_xact_lock(func.hashtextextended(f"{kind.value}:{key}", 0))


@event.listens_for(Session, "before_flush")
def _only_in_a_transaction(session: Session, _context: object, _instances: object) -> None:
    if not session.info.get("writing") and (session.new or session.dirty or session.deleted):
        raise WriteOutsideTransaction


@event.listens_for(Session, "do_orm_execute")
def _statements_too(asked: ORMExecuteState) -> None:
    if not asked.session.info.get("writing") and (asked.is_insert or asked.is_update or asked.is_delete):
        raise WriteOutsideTransaction


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # we say BEGIN ourselves
        for pragma in (
            f"busy_timeout = {BUSY_TIMEOUT_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",  # an answered vote survives a power cut
            "foreign_keys = ON",
            "cache_size = -32000",
        ):
            connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    written = connection.get_execution_options().get("consult_write")
    if connection.dialect.name == "sqlite" and written:
        connection.exec_driver_sql(f"PRAGMA synchronous = {written}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def engine_options(url: str) -> dict[str, Any]:
    """The engine settings that go with a database address: autocommit for reading on PostgreSQL, a checked pool.

    An error never prints the values of its statement: a code, an address or a vote does not go to a log.
    """
    options: dict[str, Any] = {"url": url, "hide_parameters": True}
    if url.startswith("postgresql"):
        options |= {"isolation_level": "AUTOCOMMIT", "pool_pre_ping": True, "pool_size": 4, "max_overflow": 4}
    return options


def is_reachable() -> bool:
    """Whether the base answers a trivial question."""
    try:
        with db.engine.connect() as connection:
            return bool(connection.execute(select(1)).scalar_one() == 1)
    except Exception:  # whatever the driver raises, the answer is no
        return False

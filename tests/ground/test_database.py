"""The one commit point, SQLite's lock taken at once, the order between acts, and what the base itself refuses."""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import pytest
from flask import Flask
from sqlalchemy import create_engine, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from consult.calendar.model import Edition, StageWindow, Theme
from consult.calendar.rules import Stage
from consult.ground.clock import paris
from consult.ground.database import (
    Lock,
    NestedTransaction,
    WriteOutsideTransaction,
    db,
    is_reachable,
    lock,
    reading,
    transaction,
)
from consult.journal.model import Event, EventKind
from tests.support.naughty import HOSTILE, ODD
from tests.support.world import World, opening_of

AT = paris(2021, 3, 1, 9)


def an_event(**said: object) -> Event:
    """Some row to write."""
    return Event(**({"at": AT, "kind": EventKind.SCHEME_ADDED, "data": {}} | said))  # type: ignore[arg-type]


def count() -> int:
    """How many events the base holds, asked afresh."""
    with db.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM event")).scalar_one())


# ── one commit ───────────────────────────────────────────────────────────────────────


def test_what_is_written_is_kept_at_the_end(app: Flask) -> None:
    with transaction() as session:
        session.add(an_event())
        session.flush()
        assert count() == 0
    assert count() == 1


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_nothing_is_kept_of_an_act_that_fails(app: Flask, error: type[BaseException]) -> None:
    def act() -> None:
        with transaction() as session:
            session.add(an_event())
            session.flush()
            raise error

    with pytest.raises(error):
        act()
    assert count() == 0
    with transaction() as session:
        session.add(an_event())
    assert count() == 1, "the next act is not hindered"


def test_one_verb_is_one_transaction(app: Flask) -> None:
    def act() -> None:
        with transaction() as session:
            session.add(an_event())
            with transaction():
                pass

    with pytest.raises(NestedTransaction):
        act()
    assert count() == 0


@pytest.mark.parametrize(
    "write",
    [
        pytest.param(lambda session: (session.add(an_event()), session.flush()), id="a row"),
        pytest.param(lambda session: session.execute(insert(Event), [{"at": AT, "kind": "x:y", "data": {}}]), id="an insert"),
        pytest.param(lambda session: session.execute(update(Event).values(siren="1")), id="an update"),
        pytest.param(lambda session: session.execute(delete(Event)), id="a delete"),
        pytest.param(lambda session: session.execute(update(Event.__table__).values(siren="1")), id="an update of a table"),
    ],
)
def test_nothing_is_written_outside_a_transaction(app: Flask, write: Callable[[object], object]) -> None:
    with transaction() as session:
        session.add(an_event())
    with pytest.raises(WriteOutsideTransaction):
        write(reading())
    reading().rollback()
    reading().expunge_all()
    assert count() == 1


def test_a_changed_row_is_not_written_by_reading_on(world: World) -> None:
    world.edition()
    row = reading().scalars(select(Edition)).one()
    row.title = "Un autre titre"
    with pytest.raises(WriteOutsideTransaction):
        reading().scalars(select(Theme)).all()
    reading().close()


def test_an_act_judges_what_is_in_the_base_now(world: World) -> None:
    """What the page had seen is forgotten: a colleague may have changed it meanwhile."""
    edition_id = world.edition().id
    assert reading().get_one(Edition, edition_id).title == "Édition 2021"
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("UPDATE edition SET title = 'Changée entre-temps'"))
    with transaction() as session:
        assert session.get_one(Edition, edition_id).title == "Changée entre-temps"


def test_reading_holds_no_transaction(app: Flask) -> None:
    reading().scalars(select(Event)).all()
    if db.engine.dialect.name == "sqlite":
        with closing(other_sqlite()) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("DELETE FROM event")
            other.execute("COMMIT")
    else:
        with db.engine.connect() as connection:
            idle = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in %'")
            assert connection.execute(idle).scalar_one() == 0


def test_after_an_act_reading_is_in_autocommit_again(app: Flask) -> None:
    with transaction() as session:
        session.add(an_event())
    assert len(reading().scalars(select(Event)).all()) == 1
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("DELETE FROM event"))
    assert reading().scalars(select(Event)).all() == []


# ── order between acts ───────────────────────────────────────────────────────────────


def other_sqlite() -> sqlite3.Connection:
    """Another connection to the same file, which does not wait."""
    connection = sqlite3.connect(str(db.engine.url.database), timeout=0)
    connection.isolation_level = None
    return connection


@pytest.mark.parametrize("engine", ["sqlite"])
def test_sqlite_takes_its_write_lock_at_once(app: Flask) -> None:
    with closing(other_sqlite()) as other:
        with transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


@pytest.mark.parametrize("engine", ["sqlite"])
def test_sqlite_lets_others_read_meanwhile(app: Flask) -> None:
    with closing(other_sqlite()) as other, transaction() as session:
        session.add(an_event())
        session.flush()
        assert other.execute("SELECT count(*) FROM event").fetchone() == (0,)


@pytest.mark.parametrize("engine", ["sqlite"])
def test_sqlite_is_set_to_lose_nothing(app: Flask) -> None:
    with db.engine.connect() as connection:
        pragmas = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        pragmas |= {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("foreign_keys", "busy_timeout")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize("engine", ["postgresql"])
@pytest.mark.parametrize(
    ("held_shared", "asked", "granted"),
    [
        (True, "pg_try_advisory_xact_lock_shared(hashtextextended('edition:7', 0))", True),
        (True, "pg_try_advisory_xact_lock(hashtextextended('edition:7', 0))", False),
        (False, "pg_try_advisory_xact_lock_shared(hashtextextended('edition:7', 0))", False),
        (False, "pg_try_advisory_xact_lock(hashtextextended('edition:7', 0))", False),
        (False, "pg_try_advisory_xact_lock(hashtextextended('edition:8', 0))", True),
        (False, "pg_try_advisory_xact_lock(hashtextextended('numbers:7', 0))", True),
    ],
    ids=["shared by two", "alone waits for shared", "shared waits for alone", "alone waits", "another key", "another lock"],
)
def test_postgresql_puts_acts_in_order(app: Flask, held_shared: bool, asked: str, granted: bool) -> None:
    with transaction() as session:
        lock(session, Lock.EDITION, 7, shared=held_shared)
        with db.engine.connect() as other, other.begin():
            assert other.execute(text(f"SELECT {asked}")).scalar_one() is granted
    with db.engine.connect() as other, other.begin():
        assert other.execute(text(f"SELECT {asked}")).scalar_one() is True, "let go with the transaction"


@pytest.mark.parametrize("engine", ["postgresql"])
def test_postgresql_writes_in_read_committed(app: Flask) -> None:
    with transaction() as session:
        assert session.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    assert db.engine.dialect.name == "postgresql"


def test_an_act_that_must_wait_comes_after(app: Flask) -> None:
    order, trying, broken = [], threading.Event(), []

    def second() -> None:
        try:
            with app.app_context():
                trying.set()
                with transaction() as session:
                    lock(session, Lock.ROLES, "all")
                    order.append(session.scalar(select(Event.siren)))
                db.session.close()
        except BaseException as error:  # a thread must not fail in silence
            broken.append(error)

    waiting = threading.Thread(target=second)
    with transaction() as session:
        lock(session, Lock.ROLES, "all")
        waiting.start()
        assert trying.wait(10)
        session.add(an_event(siren="000000001"))
        session.flush()
        order.append("first")
    waiting.join(30)
    assert not broken
    assert order == ["first", "000000001"]


# ── what the base says of values ─────────────────────────────────────────────────────


def test_an_instant_comes_back_in_utc_to_the_microsecond(app: Flask) -> None:
    overseas = datetime(2021, 4, 30, 20, 0, 0, 123456, tzinfo=timezone(timedelta(hours=4)))
    with transaction() as session:
        session.add(an_event(at=overseas))
    reading().expire_all()
    found = reading().scalars(select(Event.at)).one()
    assert found == overseas
    assert found.tzinfo is UTC


def test_instants_compare_in_the_base_whatever_their_zone(app: Flask) -> None:
    with transaction() as session:
        session.add(an_event(at=AT))
    overseas = (AT + timedelta(seconds=1)).astimezone(timezone(timedelta(hours=-10)))
    assert reading().scalar(select(Event.id).where(Event.at < overseas)) is not None
    assert reading().scalar(select(Event.id).where(Event.at > overseas)) is None


def test_a_naive_datetime_is_refused(app: Flask) -> None:
    def act() -> None:
        with transaction() as session:
            session.add(an_event(at=datetime(2021, 4, 30, 18)))  # noqa: DTZ001

    with pytest.raises(StatementError, match="not an instant"):
        act()


def test_an_enum_is_kept_as_its_value_and_no_other_word_is(world: World) -> None:
    world.edition()
    stored = reading().execute(text("SELECT stage FROM stage_window ORDER BY opens_at")).scalars().all()
    assert stored == [stage.value for stage in Stage]
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text("UPDATE stage_window SET stage = 'lunch' WHERE stage = 'needs'"))


def test_a_window_that_closes_before_it_opens_is_refused_whatever_the_code(world: World) -> None:
    world.edition()
    with pytest.raises(IntegrityError), transaction() as session:
        session.execute(update(StageWindow).where(StageWindow.stage == Stage.NEEDS).values(closes_at=opening_of(Stage.NEEDS)))


def test_what_a_row_points_to_must_exist(app: Flask) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(an_event(edition_id=404))


@pytest.mark.parametrize("typed", [*HOSTILE, *ODD])
def test_hostile_and_odd_texts_come_back_as_typed(app: Flask, typed: str) -> None:
    with transaction() as session:
        session.add(an_event(data={"reason": typed}))
    reading().expire_all()
    assert reading().scalars(select(Event)).one().data == {"reason": typed}


def test_a_base_that_answers_is_reachable(app: Flask) -> None:
    assert is_reachable()


def test_one_that_does_not_is_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = create_engine("sqlite:////nowhere/at/all.sqlite3")
    monkeypatch.setitem(db.engines, "default", nowhere)
    assert not is_reachable()
    nowhere.dispose()


def test_an_error_does_not_print_the_values_of_its_statement(app: Flask) -> None:
    """A code, an address or a vote must not go to a log."""
    with pytest.raises(DBAPIError) as stopped, db.engine.connect() as connection:
        connection.execute(text("SELECT nothing FROM nowhere WHERE code = :code"), {"code": "un secret"})
    assert "nowhere" in str(stopped.value)
    assert "un secret" not in str(stopped.value)

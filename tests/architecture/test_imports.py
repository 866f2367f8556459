"""Imports go down, and each piece of furniture knows only what it may."""

from collections.abc import Iterator
from enum import Enum
from importlib import import_module

from tests.architecture.sources import EDGES, ROOMS, ROOT, Import, Source, sources

IN_ROOMS = [source for source in sources() if source.is_in_a_room]
BROWSER_SIDE = {"flask", "werkzeug", "jinja2", "markupsafe", "wtforms", "click", "whitenoise", "gunicorn", "itsdangerous"}


def test_every_folder_is_a_room_or_an_edge() -> None:
    folders = {path.name for path in (ROOT / "consult").iterdir() if (path / "__init__.py").exists()}
    assert folders == {*ROOMS, *EDGES}


def test_imports_go_down() -> None:
    assert faults(IN_ROOMS, _goes_up) == []


def _goes_up(source: Source, imported: Import) -> str:
    if imported.top != "consult":
        return ""
    if imported.room not in ROOMS:
        return "no room knows the edges or the application"
    below = ROOMS.index(imported.room) <= ROOMS.index(source.room)
    return "" if below else f"{source.room} stands below {imported.room}"


def test_the_pages_do_not_know_the_commands() -> None:
    pages = [source for source in sources() if source.room == "web"]
    assert faults(pages, lambda _source, imported: "an edge beside it" if imported.room == "cli" else "") == []


def test_rooms_know_nothing_of_the_web() -> None:
    assert faults(IN_ROOMS, _knows_the_web) == []


def _knows_the_web(source: Source, imported: Import) -> str:
    if source.name == "consult/ground/database.py" and imported.top == "flask_sqlalchemy_lite":
        return ""  # the session is that of the application's context
    foreign = imported.top in BROWSER_SIDE or imported.top.startswith("flask_")
    return "a room works the same from a page, a command or a test" if foreign else ""


def test_rules_receive_values() -> None:
    assert faults([source for source in IN_ROOMS if source.furniture == "rules"], _is_no_value) == []


def _is_no_value(_source: Source, imported: Import) -> str:
    if imported.top == "sqlalchemy" or imported.module == "consult.ground.database":
        return "a rule never meets a session"
    if imported.module.endswith((".queries", ".actions")):
        return "a rule is told, it does not look"
    if imported.module.endswith(".model") and not _is_enum(imported):
        return "a rule judges values, not rows"
    return ""


def _is_enum(imported: Import) -> bool:
    found = getattr(import_module(imported.module), imported.name, None)
    return isinstance(found, type) and issubclass(found, Enum)


def test_queries_only_read() -> None:
    writes = {"insert", "update", "delete", "transaction"}

    def writes_something(_source: Source, imported: Import) -> str:
        return "what changes something is an action" if imported.name in writes else ""

    assert faults([source for source in IN_ROOMS if source.furniture == "queries"], writes_something) == []


def test_models_hold_tables_and_nothing_that_reads_or_writes_them() -> None:
    def reads_or_writes(_source: Source, imported: Import) -> str:
        return "a table does not look at others" if imported.module.endswith((".queries", ".actions")) else ""

    assert faults([source for source in IN_ROOMS if source.furniture == "model"], reads_or_writes) == []


def test_there_is_no_sql_above_the_rooms() -> None:
    above = [
        source
        for source in sources()
        if source.room in EDGES and source.name not in ("consult/web/errors.py", "consult/cli/__init__.py")
    ]
    assert faults(above, _speaks_sql) == []


def _speaks_sql(_source: Source, imported: Import) -> str:
    if imported.top == "sqlalchemy":
        return "queries belong to a room"
    return "only an act opens a transaction" if imported.name == "transaction" else ""


def faults(where: list[Source], fault_of: object) -> list[str]:
    """What is wrong, one line each: file, line, import, why."""

    def said() -> Iterator[str]:
        for source in where:
            for imported in source.imports():
                why = fault_of(source, imported)  # type: ignore[operator]
                if why:
                    yield f"{source.name}:{imported.line}: {imported.module} {imported.name}: {why}"

    return list(said())

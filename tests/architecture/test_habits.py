"""One clock, one commit, no lazy reading, docstrings, small files, and nothing asked of strangers."""

import ast
import re

import pytest
from sqlalchemy.orm import RelationshipProperty

from consult import tables
from tests.architecture.sources import ROOMS, ROOT, Source, sources, tracked_files

WALL_CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "datetime.datetime.utcnow"),
    *("date.today", "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("func.now", "func.current_timestamp", "func.localtime", "text.now"),
}
MOST_LINES = 400


def test_only_the_clock_reads_the_wall_clock() -> None:
    assert called(WALL_CLOCKS, but="consult/ground/clock.py") == []


def test_rooms_are_told_the_instant() -> None:
    asked = [line for line in called({"clock.now", "now"}) if line.split("/")[1] in ROOMS and "consult/ground/" not in line]
    assert [line for line in asked if not line.startswith("consult/outbox/actions.py")] == []  # deliver() is given a clock


def test_only_the_ground_commits() -> None:
    ends = {
        f"{line}: {name}"
        for source in sources()
        for line, name in _calls(source)
        if name.rpartition(".")[2] in {"commit", "rollback", "begin", "begin_nested", "savepoint"}
    }
    assert [end for end in sorted(ends) if not end.startswith("consult/ground/database.py")] == []


def test_every_act_takes_the_instant_it_was_received_at() -> None:
    without = [
        f"{source.name}:{function.lineno}: {function.name}"
        for source in sources()
        if source.furniture == "actions"
        for function in _functions(source)
        if not function.name.startswith("_") and _opens_a_transaction(function) and "at" not in _parameters(function)
    ]
    assert without == []


def test_relationships_are_read_in_queries_or_not_at_all() -> None:
    lazy = [
        f"{mapper.class_.__name__}.{relationship.key}"
        for mapper in tables.Base.registry.mappers
        for relationship in mapper.relationships
        if isinstance(relationship, RelationshipProperty) and relationship.lazy != "raise"
    ]
    assert lazy == []


def test_what_is_public_says_what_it_does() -> None:
    silent = [
        f"{source.name}:{getattr(node, 'lineno', 1)}: {getattr(node, 'name', 'the module')}"
        for source in sources()
        for node in [source.tree, *source.tree.body]
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not getattr(node, "name", "").startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


def test_no_module_outgrows_its_room() -> None:
    sizes = {source.name: len(source.path.read_text("utf-8").splitlines()) for source in sources()}
    assert {name: lines for name, lines in sizes.items() if lines > MOST_LINES} == {}


ASKED_OF_OTHERS = re.compile(
    r"""(?:\b(?:src|srcset|action|formaction|poster|data)\s*=\s*["']?|<link\b[^>]*\bhref\s*=\s*["']?|url\(\s*["']?|@import\s+["']?
        |\bfrom\s+["']|\bimport\s*\(?\s*["']|\bfetch\s*\(\s*["'`])\s*(?:https?:)?//""",
    re.VERBOSE,
)


def test_pages_ask_nothing_of_a_third_party() -> None:
    asked = [
        f"{path.relative_to(ROOT)}: {found.group()}"
        for folder in ("templates", "static")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in {".html", ".css", ".js", ".svg", ".txt"}
        for found in ASKED_OF_OTHERS.finditer(path.read_text("utf-8"))
    ]
    assert asked == []


@pytest.mark.parametrize(
    ("line", "is_asked"),
    [
        ('<script src="https://cdn.exemple.invalid/x.js">', True),
        ("<img src=//exemple.invalid/x.png>", True),
        ('<link rel="stylesheet" href="https://exemple.invalid/x.css">', True),
        ("background: url('https://exemple.invalid/x.png')", True),
        ('import x from "https://exemple.invalid/x.js"', True),
        ('<a href="https://exemple.invalid/licence">Licence</a>', False),
        ('<svg xmlns="http://www.w3.org/2000/svg">', False),
        ('<script src="/static/app/menu.js">', False),
    ],
)
def test_what_asks_something_of_a_third_party(line: str, is_asked: bool) -> None:
    assert bool(ASKED_OF_OTHERS.search(line)) is is_asked


REGISTRIES = tuple(
    ".".join(parts).encode()
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("docker", "io"),
        ("proxy", "golang", "org"),
    )
)
INSTALL_FROM = re.compile(
    rb"--(?:extra-)?index-url|--find-links|--trusted-host|--registry\b|\bindex-url\s*="
    rb"|\bregistry\s*=\s*['\"]?http"
)


def test_no_file_says_where_packages_come_from() -> None:
    saying = [
        str(path.relative_to(ROOT))
        for path in tracked_files()
        if path.name != "test_habits.py"
        and (any(host in (content := path.read_bytes()) for host in REGISTRIES) or INSTALL_FROM.search(content))
    ]
    assert saying == []


def test_pins_have_hashes_and_no_address() -> None:
    for lock in ("requirements.lock", "tests/requirements.lock"):
        lines = (ROOT / lock).read_text("utf-8").splitlines()
        assert not [line for line in lines if "://" in line or " @ " in line]
        pins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
        assert pins
        assert all("--hash=sha256:" in lines[number + 1] for number in pins), lock


def called(names: set[str], but: str = "") -> list[str]:
    """Where one of these is called, one line each, outside the file `but`."""
    return [f"{line}: {name}" for source in sources() if source.name != but for line, name in _calls(source) if name in names]


def _calls(source: Source) -> list[tuple[str, str]]:
    return [(f"{source.name}:{line}", name) for line, name in source.calls()]


def _functions(source: Source) -> list[ast.FunctionDef]:
    return [node for node in source.tree.body if isinstance(node, ast.FunctionDef)]


def _opens_a_transaction(function: ast.FunctionDef) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "transaction" for node in ast.walk(function))


def _parameters(function: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]}

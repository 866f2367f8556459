"""The source as the tests of the house read it: files, imports and calls, without running anything."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

ROOT = Path(__file__).parents[2]

ROOMS = (
    "ground",
    "journal",
    "outbox",
    "calendar",
    "register",
    "accounts",
    "contributions",
    "proposals",
    "triage",
    "voting",
    "selection",
    "interests",
    "workshops",
    "services",
    "following",
    "opendata",
)
"""From the ground up: a room may use those before it, and itself."""

EDGES = ("web", "cli", "demo")


@dataclass(frozen=True)
class Import:
    """`module` is whole: `from consult.web import words` gives consult.web.words. `name` is what it binds, if it is inside."""

    line: int
    module: str
    name: str = ""

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    @property
    def room(self) -> str:
        """The part of `consult` it comes from: a room, an edge, or a module of the first floor."""
        return self.module.split(".")[1] if self.top == "consult" and "." in self.module else ""


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def room(self) -> str:
        """`voting` for consult/voting/rules.py, `config` for consult/config.py."""
        parts = self.path.relative_to(ROOT / "consult").with_suffix("").parts
        return parts[0]

    @property
    def is_in_a_room(self) -> bool:
        return self.room in ROOMS

    @property
    def furniture(self) -> str:
        """`rules` for consult/voting/rules.py."""
        return self.path.stem

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text("utf-8"))

    def walk(self, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
        """Every node of these kinds."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kinds))

    def calls(self) -> Iterator[tuple[int, str]]:
        """Line and dotted name of everything called: `datetime.now`, `session.commit`, `transaction`."""
        for node in self.walk(ast.Call):
            yield node.lineno, dotted(node.func)  # type: ignore[attr-defined]

    def imports(self) -> Iterator[Import]:
        """Every import, those inside functions too."""
        for node in self.walk(ast.Import, ast.ImportFrom):
            if isinstance(node, ast.Import):
                yield from (Import(node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{self.name}:{node.lineno}: an import says where it comes from"
                for alias in node.names:
                    yield _resolved(node.lineno, node.module or "", alias.name)

    def strings(self) -> Iterator[str]:
        """Every literal string."""
        for node in self.walk(ast.Constant):
            if isinstance(node.value, str):  # type: ignore[attr-defined]
                yield node.value  # type: ignore[attr-defined]


def _resolved(line: int, module: str, name: str) -> Import:
    path = ROOT / module.replace(".", "/") / name
    if path.with_suffix(".py").exists() or (path / "__init__.py").exists():
        return Import(line, f"{module}.{name}")
    return Import(line, module, name)


def dotted(node: ast.AST) -> str:
    """`a.b.c` as it is written; what is not a name becomes `?`."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the application."""
    return tuple(Source(path) for path in sorted((ROOT / "consult").rglob("*.py")))


def tracked_files() -> list[Path]:
    """Every file the repository holds, or is about to."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]

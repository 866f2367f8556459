"""Every template is used, every page has a layout, every address they point to exists."""

from collections.abc import Iterator
from functools import cache

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader, meta, nodes

from consult import create_app
from consult.outbox.model import Notice
from tests.architecture.sources import ROOT, sources
from tests.support.engines import Engines

TEMPLATES = ROOT / "templates"
ENVIRONMENT = Environment(loader=FileSystemLoader(TEMPLATES))
NAMES = tuple(sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file()))
NOT_PAGES = ("components/", "layouts/", "mail/")


@cache
def parsed(name: str) -> nodes.Template:
    """The template, parsed once."""
    return ENVIRONMENT.parse((TEMPLATES / name).read_text("utf-8"))


def referenced(name: str) -> set[str]:
    """The templates this one extends, includes or imports."""
    return {other for other in meta.find_referenced_templates(parsed(name)) if other}


@cache
def named_in_python() -> set[str]:
    """The templates that Python names."""
    return {text for source in sources() for text in source.strings() if text in NAMES}


@pytest.fixture(scope="module")
def site(engines: Engines) -> Flask:
    """The application, for its addresses."""
    return create_app(engines.settings("sqlite:///:memory:"))


def test_every_template_is_used() -> None:
    used = named_in_python() | {f"mail/{notice.value}.txt" for notice in Notice}
    used |= {other for name in NAMES for other in referenced(name)}
    assert [name for name in NAMES if name not in used] == []


def test_every_template_named_exists() -> None:
    missing = {
        f"{source.name}: {text}"
        for source in sources()
        for text in source.strings()
        if text.endswith(".html") and " " not in text and text not in NAMES
    }
    missing |= {f"{name}: {other}" for name in NAMES for other in referenced(name) if other not in NAMES}
    assert sorted(missing) == []


def test_every_page_extends_a_layout() -> None:
    pages = [
        name
        for name in NAMES
        if not name.startswith(NOT_PAGES) and not name.rpartition("/")[2].startswith("_") and name in named_in_python()
    ]
    assert pages
    assert [name for name in pages if not _layout_of(name).startswith("layouts/")] == []


def _layout_of(name: str) -> str:
    """The first layout up the chain of `extends`; what extends nothing gives ''."""
    for extends in parsed(name).find_all(nodes.Extends):
        above = extends.template.value if isinstance(extends.template, nodes.Const) else ""
        return above if above.startswith("layouts/") else _layout_of(above)
    return ""


def test_a_component_is_one_macro_and_says_what_it_takes() -> None:
    for name in NAMES:
        if name.startswith("components/"):
            source = (TEMPLATES / name).read_text("utf-8")
            assert source.startswith("{#"), f"{name} opens with a comment"
            assert list(parsed(name).find_all(nodes.Macro)), f"{name} holds a macro"


def test_every_address_named_exists(site: Flask) -> None:
    known = {rule.endpoint for rule in site.url_map.iter_rules()}
    unknown = {f"{where}: {endpoint}" for where, endpoint in _endpoints() if endpoint not in known}
    assert sorted(unknown) == []


def test_an_address_that_cannot_be_built_is_an_error(site: Flask) -> None:
    assert site.url_build_error_handlers == []


def _endpoints() -> Iterator[tuple[str, str]]:
    for name in NAMES:
        for call in parsed(name).find_all(nodes.Call):
            is_address = isinstance(call.node, nodes.Name) and call.node.name in {"url_for", "nav_link"}
            if is_address and call.args and isinstance(call.args[0], nodes.Const):
                yield name, call.args[0].value
    import ast

    for source in sources():
        for node in source.walk(ast.Call):
            named = getattr(node.func, "id", "") == "url_for" and node.args  # type: ignore[attr-defined]
            if named and isinstance(node.args[0], ast.Constant):  # type: ignore[attr-defined]
                yield source.name, node.args[0].value  # type: ignore[attr-defined]


def test_every_static_file_is_asked_for() -> None:
    asked = "".join((TEMPLATES / name).read_text("utf-8") for name in NAMES)
    asked += "".join(path.read_text("utf-8") for path in (ROOT / "static").rglob("*.js"))
    files = [path for path in (ROOT / "static").rglob("*") if path.is_file()]
    assert [str(path) for path in files if path.name not in asked] == []

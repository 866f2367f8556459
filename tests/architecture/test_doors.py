"""Every view says who may enter, and every address of the public surface leads to one."""

import sys
from types import ModuleType

import pytest
from flask import Blueprint, Flask
from werkzeug.exceptions import HTTPException

from consult import create_app, web
from consult.web import doors
from tests.support.addresses import READ, WRITE
from tests.support.engines import Engines


@pytest.fixture(scope="module")
def site(engines: Engines) -> Flask:
    """The application, for its addresses: no base is needed to know them."""
    return create_app(engines.settings("sqlite:///:memory:"))


@pytest.mark.parametrize(("method", "address"), [*(("GET", a) for a in READ), *(("POST", a) for a in WRITE)])
def test_the_public_surface_is_there(site: Flask, method: str, address: str) -> None:
    try:
        endpoint, _ = site.url_map.bind("exemple.invalid").match(address, method)
    except HTTPException as error:
        pytest.fail(f"{method} {address} leads nowhere: {error.name}", pytrace=False)
    assert endpoint in site.view_functions


def test_every_view_has_a_door(site: Flask) -> None:
    without = [name for name, view in site.view_functions.items() if not isinstance(getattr(view, "door", None), doors.Door)]
    assert set(without) <= doors.ASSETS


def test_an_application_with_an_unmarked_view_does_not_start(engines: Engines, monkeypatch: pytest.MonkeyPatch) -> None:
    family = ModuleType("consult.web.unmarked")
    family.pages = Blueprint("unmarked", __name__)  # type: ignore[attr-defined]
    family.pages.get("/ouverte-a-tous-vents")(lambda: "entrez")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, family.__name__, family)
    monkeypatch.setattr(web, "FAMILIES", (*web.FAMILIES, "unmarked"))
    with pytest.raises(doors.UnmarkedViewError, match="unmarked"):
        create_app(engines.settings("sqlite:///:memory:"))


def test_what_writes_is_never_a_get(site: Flask) -> None:
    """A view that answers POST with no GET beside it is named by what it does; one that answers both shows its form by GET."""
    both = {"GET", "HEAD", "OPTIONS", "POST"}
    odd = [str(rule) for rule in site.url_map.iter_rules() if not (rule.methods or set()) <= both]
    assert odd == []


def test_every_family_is_registered() -> None:
    from tests.architecture.sources import ROOT

    not_pages = {"__init__", "assets", "context", "doors", "errors", "headers", "templating"}
    with_blueprint = {
        path.stem
        for path in (ROOT / "consult" / "web").glob("*.py")
        if path.stem not in not_pages and "Blueprint(" in path.read_text("utf-8")
    }
    assert with_blueprint == set(web.FAMILIES)

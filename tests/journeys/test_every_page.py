"""Every page that a link leads to, as everyone sees it: axe finds nothing, and nothing sticks out on a phone."""

import hashlib
import re
from collections.abc import Callable, Iterator

import pytest

from tests.support.addresses import READ
from tests.support.visitor import Visitor

SAMPLES = 2
"""How many pages of one kind are looked at: two contributions are drawn by one template."""

looked_at: set[str] = set()
"""What was looked at already: a page that says the same to two people is reviewed once."""


@pytest.mark.moment("tracking")
@pytest.mark.parametrize("who", ["visitor", "agent", "moderation", "comite", "pilotage"])
def test_in_the_last_stage(visit: Callable[..., Visitor], who: str) -> None:
    review_everything(visit(None if who == "visitor" else who))


@pytest.mark.moment("needs")
@pytest.mark.parametrize("who", ["agent", "moderation"])
def test_while_needs_are_written(visit: Callable[..., Visitor], who: str) -> None:
    review_everything(visit(who))


@pytest.mark.moment("voting")
@pytest.mark.parametrize("who", ["agent", "attente"])
def test_during_the_vote(visit: Callable[..., Visitor], who: str) -> None:
    review_everything(visit(who))


@pytest.mark.moment("selection")
@pytest.mark.parametrize("who", ["comite", "deport", "pilotage"])
def test_while_the_committee_decides(visit: Callable[..., Visitor], who: str) -> None:
    review_everything(visit(who))


@pytest.mark.moment("interests")
@pytest.mark.parametrize("who", ["agent", "moderation"])
def test_while_territories_volunteer(visit: Callable[..., Visitor], who: str) -> None:
    review_everything(visit(who))


@pytest.mark.moment("tracking")
def test_the_review_sees_what_is_wrong(visit: Callable[..., Visitor]) -> None:
    visitor = visit().go("/connexion")
    visitor.page.evaluate(
        """() => {
            document.documentElement.removeAttribute("lang");
            document.querySelector("label").remove();
            document.querySelector("h1").style.minWidth = "500px";
            document.querySelector("main p").style.color = "#ccc";
        }"""
    )
    found = " ".join(visitor.review().faults)
    visitor.faults.clear()
    for what in ("html-has-lang", "label", "color-contrast", "at 360: 1"):
        assert what in found, what


def review_everything(visitor: Visitor) -> None:
    """Follow every link from the public surface on; review what has not been seen yet."""
    todo, met = list(READ), {}
    while todo:
        path = todo.pop(0)
        if is_a_file(path) or not is_new(path, met):
            continue
        visitor.go(path)
        said = hashlib.sha256(without_tokens(visitor.main.inner_html()).encode()).hexdigest()
        if said not in looked_at:
            looked_at.add(said)
            visitor.review()
        todo += links(visitor)
    assert len(met) > 25, "links were followed"


def is_a_file(path: str) -> bool:
    """What a browser would download rather than show."""
    is_named_so = path.partition("?")[0].endswith((".ics", ".csv", ".json", ".atom", ".pb"))
    return is_named_so or path == "/sante" or path.startswith(("/static/", "/collectivites/suggestions"))


def is_new(path: str, met: dict[str, set[str]]) -> bool:
    """Whether there are still few pages of this kind."""
    kind = re.sub(r"\d+", "n", path.partition("?")[0].replace("/2021", "/e", 1)) + ("?" if "?" in path else "")
    known = met.setdefault(kind, set())
    if path in known or len(known) == SAMPLES:
        return False
    known.add(path)
    return True


def links(visitor: Visitor) -> Iterator[str]:
    """Where the page leads on this site."""
    for href in visitor.page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))"):
        if href.startswith("/"):
            yield href.partition("#")[0]


def without_tokens(html: str) -> str:
    """The same page asked twice differs by its CSRF tokens and its minutes."""
    html = re.sub(r'name="csrf_token"[^>]*', "", html)
    return re.sub(r'data-now="[^"]*"|\d+ h \d\d', "", html.replace("\u00a0", " "))

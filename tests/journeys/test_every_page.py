"""Every page that a link leads to, as everyone sees it: axe finds nothing, and nothing sticks out on a phone."""

import hashlib
import re
from collections.abc import Callable

import pytest

from tests.support.addresses import READ
from tests.support.visitor import Visitor

SAMPLES = 2
"""How many pages of one kind are looked at: two contributions are drawn by one template."""

READ_PAGE = """() => [
    document.querySelector("main").innerHTML,
    Array.from(document.querySelectorAll("a[href]"), link => link.getAttribute("href")),
]"""
"""What the main part says, and where the page leads."""

looked_at: set[str] = set()
"""What was looked at already: a page that says the same to two people is reviewed once."""

FAULTS = {
    "document.documentElement.removeAttribute('lang')": "html-has-lang",
    "document.title = ''": "document-title",
    "document.querySelector('main label').remove()": "label",
    "document.querySelector('main label').textContent = ' '": "label",
    "document.querySelector('main p').style.color = '#ccc'": "color-contrast",
    "document.querySelector('main').style.backgroundColor = '#777'": "color-contrast",
    "document.querySelector('main form button').textContent = ''": "button-name",
    "document.querySelector('footer a').textContent = ''": "link-name",
    "document.querySelector('footer li').replaceWith(document.createElement('p'))": "list",
    "document.querySelector('h1').outerHTML = '<h3>Titre</h3>'": "page-has-heading-one",
    "document.querySelector('main h2').outerHTML = '<h5>Titre</h5>'": "heading-order",
    "document.querySelector('h1').textContent = ''": "empty-heading",
    "document.querySelector('main p').setAttribute('aria-described', 'x')": "aria-valid-attr",
    "document.querySelector('main input:not([type=hidden])').setAttribute('aria-required', 'x')": "aria-valid-attr-value",
    "document.querySelector('main input:not([type=hidden])').autocomplete = 'x'": "autocomplete-valid",
    "document.querySelector('main p').innerHTML += '<img src=\"/static/favicon.svg\">'": "image-alt",
    "document.querySelector('main p').tabIndex = 3": "tabindex",
    "document.querySelector('main').insertAdjacentHTML('afterend', '<p>Hors de tout</p>')": "region",
    "document.querySelector('main').id = 'x'": "skip-link",
    "document.querySelector('meta[name=viewport]').content += ', user-scalable=no'": "meta-viewport",
    "document.querySelector('main').insertAdjacentHTML('beforeend', '<nav></nav><nav></nav>')": "landmark-unique",
    "Object.assign(document.querySelector('main p').style, {height: '5px', overflow: 'scroll'})": "scrollable-region-focusable",
    "document.querySelector('h1').style.minWidth = '500px'": "at 360: 1",
}
"""What is made wrong on a page that was found without fault, and what is said of it then."""


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
@pytest.mark.parametrize(("fault", "what"), FAULTS.items(), ids=FAULTS.values())
def test_the_review_sees_what_is_wrong(visit: Callable[..., Visitor], fault: str, what: str) -> None:
    visitor = visit().go("/connexion").review()
    assert not visitor.faults, "and this page has been looked at already"
    visitor.page.evaluate(fault)
    found = " ".join(visitor.review().faults)
    visitor.faults.clear()
    assert what in found


def review_everything(visitor: Visitor) -> None:
    """Follow every link from the public surface on; review what has not been seen yet."""
    todo, met = list(READ), {}
    while todo:
        path = todo.pop(0)
        if is_a_file(path) or not is_new(path, met):
            continue
        html, leads = visitor.go(path).page.evaluate(READ_PAGE)
        said = hashlib.sha256(without_tokens(html).encode()).hexdigest()
        if said not in looked_at:
            looked_at.add(said)
            visitor.review()
        todo += [href.partition("#")[0] for href in leads if href.startswith("/")]
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


def without_tokens(html: str) -> str:
    """The same page asked twice differs by its CSRF tokens and its minutes."""
    html = re.sub(r'name="csrf_token"[^>]*', "", html)
    return re.sub(r'data-now="[^"]*"|\d+ h \d\d', "", html.replace("\u00a0", " "))

"""A browser without JavaScript: follows links and forms, and reviews every HTML answer it is given."""

from contextvars import Context
from itertools import pairwise
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from consult.accounts.model import PersonSession
from consult.accounts.queries import digest
from consult.ground import clock
from consult.ground.actor import Actor
from consult.ground.database import transaction

SITE = "Construisons ensemble"


class Page:
    """An HTML answer, parsed."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response
        self.status = response.status_code
        self.soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")

    @property
    def h1(self) -> str:
        """The only h1 of the page."""
        return squeezed(self.soup.h1)

    @property
    def text(self) -> str:
        """Everything a person reads, spaces squeezed."""
        return squeezed(self.soup.body or self.soup)

    @property
    def main(self) -> str:
        """What a person reads in the main part of the page."""
        return squeezed(self.soup.main or self.soup)

    def links(self) -> dict[str, str]:
        """Addresses by link text."""
        return {squeezed(a): str(a["href"]) for a in self.soup.find_all("a", href=True)}

    def form(self, action: str | None = None) -> dict[str, Any]:
        """What the form of this action (or the last of the page's main part) would send as it stands."""
        forms = (self.soup.main or self.soup).find_all("form")
        form = next(f for f in forms if f.get("action") == action) if action else forms[-1]
        values: dict[str, Any] = {}
        for field in form.find_all(["input", "textarea", "select"]):
            _add_value(values, field)
        return values


def _add_value(values: dict[str, Any], field: Tag) -> None:
    name = str(field.get("name") or "")
    if not name or field.get("type") in ("submit", "button"):
        return
    if field.name == "textarea":
        values[name] = field.get_text().removeprefix("\r").removeprefix("\n")  # WTForms begins a text area with a line end
    elif field.name == "select":
        chosen = field.find("option", selected=True) or field.find("option")
        values[name] = chosen.get("value", "") if chosen else ""
    elif field.get("type") in ("checkbox", "radio"):
        if field.has_attr("checked"):
            values.setdefault(name, [])
            values[name].append(field.get("value", "on"))
    else:
        values[name] = field.get("value", "")


def squeezed(tag: Tag | None) -> str:
    """The text of a tag with every run of spaces, no-break or not, as one space."""
    return " ".join(tag.get_text(" ").split()) if tag else ""


class Browser(FlaskClient):
    """Sends each request outside the test's own application context: nothing of one request is left for the next."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)  # what is sent as it is read must be read before the context ends
        return Context().run(super().open, *args, **kwargs)


class PageClient:
    """Requests pages as a person would; a page that breaks the house rules fails the test."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = Browser(app, app.response_class)

    def sign_in(self, actor: Actor, *, strong: bool = True) -> "PageClient":
        """Open a session for this person, without going through the mail; `strong`: with its second factor given."""
        key, at = f"session-of-{actor.person_id}", clock.outside()  # later than any instant a test stands at
        factor = at if strong else None
        with transaction() as session:
            session.add(PersonSession(key_hash=digest(key), person_id=actor.person_id, opened_at=at, second_factor_at=factor))
        with self.http.session_transaction() as cookie:
            cookie["_user_id"] = key
            cookie["_fresh"] = True
        return self

    def get(self, path: str, status: int = 200, **kwargs: Any) -> Page:
        """GET, checked for its status, and reviewed when it is HTML."""
        return self._page(self.http.get(path, **kwargs), status)

    def post(self, path: str, data: dict[str, Any] | None = None, status: int = 302, **kwargs: Any) -> Page:
        """POST with the CSRF token of this session."""
        return self._page(self.http.post(path, data={"csrf_token": self.csrf_token()} | (data or {}), **kwargs), status)

    def csrf_token(self) -> str:
        """A token of this session, as every form carries one."""
        with self.http.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw))

    def follow(self, page: Page, status: int = 200) -> Page:
        """Go where a redirection points."""
        assert page.status in (301, 302, 303, 307, 308), page.status
        return self.get(str(page.response.headers["Location"]), status)

    def _page(self, response: TestResponse, status: int) -> Page:
        page = Page(response)
        assert response.status_code == status, f"{response.status_code} instead of {status}: {page.main[:800]}"
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
            review(page)
        return page


def review(page: Page) -> None:
    """What every page owes its readers. The messages teach."""
    soup = page.soup
    html = soup.html
    assert html is not None, "an answer in text/html is a whole page"
    assert html.get("lang") == "fr", "the page says its language"
    assert len(soup.find_all("h1")) == 1, "one h1 a page"
    title = squeezed(soup.title)
    assert title.startswith(page.h1[:60]), f"the title starts with the h1: {title!r} / {page.h1!r}"
    assert soup.main is not None, "the page has a main part"
    ids = [str(tag["id"]) for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids)), f"an id is used once: {sorted({i for i in ids if ids.count(i) > 1})}"
    for script in soup.find_all("script"):
        assert script.get("src"), "no inline script: the content security policy refuses it"
    assert not soup.find_all("style"), "no inline style sheet: the content security policy refuses it"
    assert not soup.find_all(style=True), "no style attribute: the content security policy refuses it"
    for tag in soup.find_all(["script", "link", "img"]):
        address = str(tag.get("src") or tag.get("href") or "")
        assert not address.startswith(("http:", "https:", "//")), f"nothing is asked of a third party: {address}"
    _review_headings(soup)
    _review_fields(soup, set(ids))
    for form in soup.find_all("form", method="post"):
        assert form.find("input", attrs={"name": "csrf_token"}), "a form that writes carries a CSRF token"
    for link in soup.find_all("a", href=True):
        assert link["href"] != "#", f"a link leads somewhere: {squeezed(link)!r}"
        assert squeezed(link) or link.get("aria-label"), "a link has words"
    for table in soup.find_all("table"):
        assert table.caption, "a table has a caption"
        if table.get("role"):  # it stacks on a phone, where its new look would take its roles away
            bare = table.find_all(["tr", "td", "th"], role=False)
            assert not bare, f"every row and cell of a table that stacks says its role: {bare[0]}"
    assert "None" not in page.main.split(), "no Python None in what a person reads"


def _review_headings(soup: BeautifulSoup) -> None:
    levels = [int(tag.name[1]) for tag in soup.main.find_all(["h1", "h2", "h3", "h4"])]  # type: ignore[union-attr]
    for before, after in pairwise(levels):
        assert after <= before + 1, f"a heading level is not skipped: h{before} then h{after}"


def _review_fields(soup: BeautifulSoup, ids: set[str]) -> None:
    labelled = {str(label["for"]) for label in soup.find_all("label") if label.get("for")}
    for field in soup.find_all(["input", "textarea", "select"]):
        if field.get("type") in ("hidden", "submit", "button"):
            continue
        name = field.get("id")
        assert name in labelled or field.get("aria-label") or field.find_parent("label"), f"a field has a label: {field}"
        for described in str(field.get("aria-describedby") or "").split():
            assert described in ids, f"what describes a field exists: {described}"

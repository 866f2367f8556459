"""Someone in front of a real browser, with or without JavaScript."""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.support.site import Site

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
WIDE, NARROW = 1280, 360
DEMO = "demo.exemple.fr"

PIECES = Path(__file__).with_name("pieces.js").read_text()
blameless: set[bytes] = set()
"""The pieces of pages, as `pieces.js` cuts them, of which axe had nothing to say: it is asked again as soon as one is new."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chromium of this machine, without a window."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path, "Chromium is installed: make test sees to it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        yield browser
        browser.close()


class Visitor:
    """Reads, presses and types as a person does, by what is written on the page; keeps what the page did wrong."""

    def __init__(self, browser: Browser, site: Site, *, javascript: bool = True) -> None:
        self.site = site
        self.javascript = javascript
        self.faults: list[str] = []
        self._context = browser.new_context(
            base_url=site.url,
            java_script_enabled=javascript,
            locale="fr-FR",
            timezone_id="Indian/Reunion",  # the site speaks Paris time wherever one is
            viewport={"width": WIDE, "height": 800},
        )
        self._context.set_default_timeout(10_000)
        self.page: Page = self._context.new_page()
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.page.on("request", lambda request: self._note_request(request.url))
        self.page.on("console", lambda said: self._note_console(said.type, said.text))

    def _note_request(self, url: str) -> None:
        if not url.startswith((f"{self.site.url}/", f"{self.site.provider_url}/", "data:")):
            self.faults.append(f"{self.page.url}: asked {url}")

    def _note_console(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.faults.append(f"{self.page.url}: {text}")

    def leave(self) -> None:
        """Close the browser's window; whatever a page did wrong is said now."""
        self._context.close()
        assert self.faults == []

    # ── moving ───────────────────────────────────────────────────────────────────────

    def go(self, path: str) -> Self:
        """Type an address."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status < 500, path
        return self

    def become(self, account: str) -> Self:
        """Take the place of a demonstration account, in one click."""
        self.go("/connexion")
        return self.take(self.page.locator(f"form:has(input[value='{account}@{DEMO}'])").get_by_role("button"))

    def follow(self, words: str, *, exact: bool = True) -> Self:
        """Click a link of the page's main part."""
        return self.take(self.main.get_by_role("link", name=words, exact=exact).first)

    def press(self, words: str, *, within: Locator | None = None) -> Self:
        """Press a button."""
        return self.take((within or self.main).get_by_role("button", name=words, exact=True).first)

    def take(self, way: Locator) -> Self:
        """Click what leads to another page, and be there."""
        with self.page.expect_navigation():
            way.click()
        return self

    def fill(self, **fields: str) -> Self:
        """Type into fields by their names."""
        for name, value in fields.items():
            self.main.locator(f"[name={name}]:is(input, textarea):not([type=hidden])").fill(value)
        return self

    def choose(self, *labels: str) -> Self:
        """Tick boxes and radio buttons by their labels."""
        for label in labels:
            self.main.get_by_label(label).first.check()
        return self

    # ── reading ──────────────────────────────────────────────────────────────────────

    @property
    def main(self) -> Locator:
        """The main part of the page."""
        return self.page.locator("main")

    @property
    def h1(self) -> str:
        """The title of the page."""
        return squeezed(self.page.locator("h1").inner_text())

    @property
    def text(self) -> str:
        """What the main part says, runs of spaces squeezed."""
        return squeezed(self.main.inner_text())

    @property
    def path(self) -> str:
        """Where we are on the site."""
        return self.page.url.removeprefix(self.site.url)

    # ── reviewing ────────────────────────────────────────────────────────────────────

    def review(self) -> Self:
        """What every page owes everyone, wide and narrow: nothing for axe to say, nothing beyond the right edge."""
        for width in (WIDE, NARROW):
            if width != WIDE:
                self.page.set_viewport_size({"width": width, "height": 800})
            if self.javascript:  # axe is a script; what it reads is the same page
                self.faults += [f"{self.path} at {width}: {fault}" for fault in self._violations(width)]
            beyond = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if beyond > 0:
                self.faults.append(f"{self.path} at {width}: {beyond} pixels beyond the right edge")
        self.page.set_viewport_size({"width": WIDE, "height": 800})
        return self

    def _violations(self, width: int) -> list[str]:
        # Contrast does not depend on the width, and takes most of the time: it is measured once, wide.
        pieces = self._pieces(painted=width == WIDE)
        if pieces <= blameless:
            return []
        if self.page.evaluate("!window.axe"):
            self.page.evaluate(AXE_SCRIPT)
        rules = {"color-contrast": {"enabled": width == WIDE}}
        found = self.page.evaluate("rules => axe.run(document, {resultTypes: ['violations'], rules})", rules)
        if not found["violations"]:
            blameless.update(pieces, self._pieces(painted=False))
        return [
            f"{violation['id']}: {node['html'][:160]}" for violation in found["violations"] for node in violation["nodes"][:3]
        ]

    def _pieces(self, *, painted: bool) -> set[bytes]:
        return {hashlib.blake2b(piece.encode()).digest() for piece in self.page.evaluate(PIECES, painted)}


def squeezed(text: str) -> str:
    """Every run of spaces, no-break or not, as one space."""
    return " ".join(text.split())

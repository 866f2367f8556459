"""With the keyboard alone, on a phone, with large letters: the site can be read and used."""

from collections.abc import Callable

import pytest

from tests.support.visitor import NARROW, Visitor

pytestmark = pytest.mark.moment("voting")

PAGES = ["/", "/connexion", "/2021/contributions", "/2021/propositions/3", "/2021/calendrier", "/collectivites"]

FOCUSED = """() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const style = getComputedStyle(focused), box = focused.getBoundingClientRect();
    return {
        words: (focused.getAttribute("aria-label") || focused.innerText || focused.name || "").trim(),
        outline: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    };
}"""


@pytest.mark.parametrize("path", PAGES)
def test_the_first_stop_leads_to_the_contents(visit: Callable[..., Visitor], path: str) -> None:
    visitor = visit().go(path)
    visitor.page.keyboard.press("Tab")
    assert visitor.page.evaluate(FOCUSED)["words"] == "Aller au contenu"
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "contenu"


@pytest.mark.parametrize("path", PAGES)
def test_one_always_sees_where_one_is(visit: Callable[..., Visitor], path: str) -> None:
    visitor, stops = visit("agent").go(path), 0
    visitor.page.emulate_media(reduced_motion="reduce")  # scrolling is then done at once, as it must be
    while True:
        visitor.page.keyboard.press("Tab")
        focused = visitor.page.evaluate(FOCUSED)
        if focused is None:
            break
        stops += 1
        assert focused["shown"], focused
        assert focused["outline"] >= 3, focused
        assert stops < 300, "the keyboard gets out of the page"
    assert stops > 10


def test_signing_in_needs_no_mouse(visit: Callable[..., Visitor]) -> None:
    visitor = visit().go("/connexion")
    visitor.main.get_by_label("Adresse de courriel").focus()
    visitor.page.keyboard.type("au-clavier@mairie.exemple.fr")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")
    assert visitor.h1 == "Écrivez le code reçu par courriel"


def test_the_menu_of_a_phone_opens_and_leads_somewhere(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit(javascript=javascript)
    visitor.page.set_viewport_size({"width": NARROW, "height": 640})
    visitor.go("/")
    calendar = visitor.page.get_by_role("navigation", name="Navigation principale").get_by_role("link", name="Calendrier")
    assert not calendar.is_visible()
    visitor.page.get_by_text("Menu", exact=True).click()
    visitor.take(calendar)
    assert visitor.path == "/2021/calendrier"


@pytest.mark.parametrize("path", PAGES)
def test_letters_twice_as_large_stay_inside(visit: Callable[..., Visitor], path: str) -> None:
    visitor = visit().go(path)
    visitor.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_countdown_is_written_without_javascript_too(visit: Callable[..., Visitor], javascript: bool) -> None:
    assert "encore 10 jours" in visit(javascript=javascript).go("/2021/calendrier").text

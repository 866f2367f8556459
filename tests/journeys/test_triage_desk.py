"""The triage desk in a browser: two moderators on the same file, and the keyboard."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")

QUEUE = "/moderation/2021/contributions?statut=en-attente"


def test_two_browsers_on_the_same_file(visit: Callable[..., Visitor]) -> None:
    first = visit("moderation").go(QUEUE)
    first.take(first.page.locator(".desk-queue .item-title a").first)
    path = first.path.partition("?")[0]
    first.page.wait_for_load_state("networkidle")  # the page has said that it is open
    second = visit("pilotage").go(path).review()
    assert "a aussi ce dossier ouvert" in second.text
    reason = "Cette demande relève d’un autre guichet."
    for visitor in (first, second):
        visitor.page.get_by_text("Déclarer non recevable", exact=True).click()
        visitor.page.locator("#ineligible-reason").fill(reason)
    first.press("Déclarer non recevable et prévenir l’auteur")
    assert "est déclarée non recevable" in first.text
    second.press("Déclarer non recevable et prévenir l’auteur")
    assert "Ce dossier a changé entre-temps" in second.text
    assert "Revenir sur cette décision" in second.text


def test_the_queue_is_worked_through_with_the_keyboard(visit: Callable[..., Visitor]) -> None:
    visitor = visit("moderation").go(QUEUE)
    keys = visitor.page.keyboard
    titles = visitor.page.locator(".desk-queue .item-title a").all_inner_texts()
    keys.press("j")
    keys.press("j")
    keys.press("k")
    keys.press("j")
    assert visitor.page.evaluate("document.activeElement.innerText") == titles[1]
    with visitor.page.expect_navigation():
        keys.press("o")
    assert visitor.page.locator(".desk-file h2").first.inner_text() == titles[1]
    keys.press("i")
    assert visitor.page.evaluate("document.activeElement.id") == "ineligible-reason"
    keys.type("jkori")
    assert visitor.page.locator("#ineligible-reason").input_value() == "jkori", "letters are letters in a field"
    keys.press("Escape")
    keys.press("?")
    assert visitor.page.get_by_text("contribution suivante, précédente").is_visible()
    visitor.page.get_by_label("Raccourcis actifs").uncheck()
    keys.press("q")
    assert not visitor.page.locator("#question-text").is_visible()

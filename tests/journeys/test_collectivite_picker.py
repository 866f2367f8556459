"""Suggestions as one types, with the keyboard alone; and the same search without them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("voting")


def typing(visitor: Visitor, words: str) -> Locator:
    """The search field, once the suggestions for these words are there."""
    field = visitor.go("/collectivites").page.get_by_role("combobox")
    field.press_sequentially(words)
    expect(field).to_have_attribute("aria-expanded", "true")
    return field


def chosen(visitor: Visitor) -> str:
    """The suggestion that a screen reader would say, if one is chosen."""
    return visitor.page.evaluate(
        "() => document.getElementById(document.activeElement.getAttribute('aria-activedescendant'))?.innerText ?? ''"
    )


def test_arrows_choose_and_enter_goes(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    field = typing(visitor, "rocama")
    expect(visitor.page.get_by_role("option")).to_have_text(["Rocamadour (Lot) commune, 597\u00a0habitants"])
    expect(visitor.main.get_by_role("status")).to_contain_text("1 proposition")
    visitor.review()
    field.press("ArrowDown")
    assert chosen(visitor).startswith("Rocamadour (Lot)")
    field.press("Enter")
    visitor.page.wait_for_url("**/collectivites/214602401")
    assert visitor.h1 == "Rocamadour (Lot)"


def test_arrows_go_round_by_the_field(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    field = typing(visitor, "saint etienne")
    expect(visitor.page.get_by_role("option")).to_have_count(10)
    field.press("ArrowUp")
    last = chosen(visitor)
    field.press("ArrowDown")
    assert chosen(visitor) == ""
    field.press("ArrowDown")
    assert chosen(visitor).startswith("Saint-Étienne (Loire)") != last.startswith("Saint-Étienne (Loire)")


def test_escape_closes_and_keeps_what_was_typed(visit: Callable[..., Visitor]) -> None:
    field = typing(visit(), "rocama")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("rocama")


def test_enter_alone_searches_what_was_typed(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    typing(visitor, "rocama").press("Enter")
    visitor.page.wait_for_url("**q=rocama")
    assert "1 résultat pour « rocama »" in visitor.text


def test_words_that_nobody_has_suggest_nobody(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    field = visitor.go("/collectivites").page.get_by_role("combobox")
    field.press_sequentially("zzzz")
    expect(visitor.main.get_by_role("status")).to_have_text("Aucune proposition.")
    expect(field).to_have_attribute("aria-expanded", "false")


def test_a_search_without_javascript_lists_and_leads(visit: Callable[..., Visitor]) -> None:
    visitor = visit(javascript=False).go("/collectivites").fill(q="rocamadour").press("Chercher").review()
    visitor.follow("Rocamadour (Lot)").review()
    assert visitor.h1 == "Rocamadour (Lot)"

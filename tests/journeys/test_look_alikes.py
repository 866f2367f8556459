"""What looks like the text being written: shown as one types and said politely; by a button where there is no script."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")

TITLE = "Réserver la salle des fêtes et les tables"
SITUATION = "Le calendrier de la salle est un carnet, et deux associations réservent les mêmes tables."


def suggested(writer: Visitor) -> list[str]:
    return writer.main.locator("[data-found] .item-title").all_inner_texts()


def by_button(visit: Callable[..., Visitor]) -> list[str]:
    """What the button gives for the text, without any script."""
    writer = visit("elu", javascript=False).go("/2021/contributions/nouvelle?type=besoin")
    writer.fill(title=TITLE, situation=SITUATION).press("Voir ce qui ressemble").review()
    assert writer.main.locator("[name=title]").input_value() == TITLE, "nothing typed is lost"
    assert writer.main.locator("[data-said]").inner_text().endswith("à votre texte.")
    return suggested(writer)


def test_it_comes_as_one_types_and_is_reached_with_the_keyboard(visit: Callable[..., Visitor]) -> None:
    expected = by_button(visit)
    assert expected, "the demonstration holds a text about a hall"

    writer = visit("agent").go("/2021/contributions/nouvelle?type=besoin").review()
    assert not writer.main.get_by_role("button", name="Voir ce qui ressemble").is_visible()
    said = writer.main.locator("[data-said]")
    assert said.get_attribute("role") == "status", "it is said when the reader pauses, and takes nobody away from the text"
    assert said.inner_text() == ""
    keyboard = writer.page.keyboard
    writer.main.locator("[name=title]").focus()
    keyboard.type(TITLE)
    keyboard.press("Tab")
    situation = writer.main.locator("[name=situation]")
    situation.focus()
    keyboard.type(SITUATION)
    expect(said).to_contain_text("à votre texte.", timeout=20_000)
    expect(situation).to_be_focused()
    assert suggested(writer) == expected
    assert "Mots en commun" in writer.main.locator("[data-found]").inner_text()
    writer.review()

    first = writer.main.locator("[data-found] .item-title a").first
    for _ in range(60):
        keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    keyboard.press("Enter")
    expect(writer.page.locator("h1")).to_have_text(expected[0])


def test_a_text_like_no_other_brings_nothing(visit: Callable[..., Visitor]) -> None:
    writer = visit("agent").go("/2021/contributions/nouvelle?type=besoin")
    writer.main.locator("[name=title]").press_sequentially("Il faudrait quelques ornithorynques chaque vendredi")
    said = writer.main.locator("[data-said]")
    expect(said).to_have_text("Rien ne ressemble à votre texte pour l’instant.", timeout=20_000)
    assert suggested(writer) == []

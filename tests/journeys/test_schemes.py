"""« Quelle aide pour mon projet ? » in a browser, with and without JavaScript: by a name, a name of several, a size."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")

PATH = "/2021/aides"


def test_a_project_finds_what_helps_it_and_why_the_rest_does_not(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit(javascript=javascript).go(PATH).review()
    visitor.press("Chercher une aide")
    assert "à corriger" in visitor.review().text, "nothing was asked"
    visitor.fill(q="Rocamadour")
    visitor.press("Chercher une aide").review()
    assert "Pour Rocamadour (Lot), commune" in visitor.text
    assert "Population trop petite" in visitor.text
    visitor.follow("Axe 2 – dématérialisation")
    assert visitor.path.partition("#")[2].startswith("guichet-"), "each answer leads to the whole rule"


def test_a_name_that_several_have_is_asked_again(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit(javascript=javascript).go(f"{PATH}?q=saint-martin&theme=mobilite-transports").review()
    assert "Laquelle est la vôtre ?" in visitor.text
    first = visitor.main.locator("section[aria-labelledby=laquelle] .item-title a").first
    name = first.inner_text()
    visitor.take(first).review()
    assert f"Pour {name}" in visitor.text.replace("\u00a0", " ")
    assert "sur « Mobilité et transports »" in visitor.text, "the subject is not asked twice"


def test_a_size_is_enough_and_one_s_own_name_is_there(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit("departement", javascript=javascript).go(PATH)
    assert visitor.main.locator("#q").input_value().startswith("Département")
    visitor.fill(q="", population="600 000")
    visitor.main.locator("#nature").select_option(label="Intercommunalité")
    visitor.press("Chercher une aide").review()
    assert "600 000 habitants" in visitor.text
    assert "s’applique" in visitor.text

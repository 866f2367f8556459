"""A proposition withdrawn before the vote, in a browser, with and without JavaScript."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("needs")

NEW = "/moderation/2021/propositions/nouvelle"


def test_one_written_twice_is_withdrawn_and_says_why(visit: Callable[..., Visitor], javascript: bool) -> None:
    visitor = visit("moderation", javascript=javascript).go(NEW)
    visitor.fill(title="Une proposition écrite deux fois", summary="La même chose, dite autrement.")
    visitor.press("Publier cette proposition")
    address = visitor.path
    visitor.follow("Corriger cette proposition").follow("La retirer avant le vote").review()
    assert "ne sera pas soumise au vote" in visitor.text
    visitor.press("Retirer cette proposition").review()
    assert "Écrivez la raison" in visitor.text
    visitor.fill(reason="Elle dit la même chose qu’une autre.")
    visitor.press("Retirer cette proposition").review()
    assert visitor.path == address
    stranger = visit(javascript=javascript).go(address).review()
    assert "retirée avant le vote" in stranger.text
    assert "Elle dit la même chose qu’une autre." in stranger.text

"""The thread in a browser, from what a collectivité wrote to who uses what came of it, and back; and what those like it do."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("tracking")


def test_the_thread_is_followed_both_ways(visit: Callable[..., Visitor], javascript: bool) -> None:
    reader = visit(javascript=javascript).go("/2021/contributions/1").review()
    title = reader.main.locator("h1").inner_text()
    reader.take(reader.main.locator(".timeline a[href*='/services/']").first).review()
    reader.take(reader.main.locator(".chain a[href$='/territoires-referents']").first).review()
    reader.go("/2021/contributions/1").take(reader.main.locator(".timeline a[href*='/collectivites/']").first).review()
    reader.take(reader.main.locator("#services ~ .items a[href*='/services/']").first)
    reader.take(reader.main.locator("a[href$='/contributions/1']").first)
    assert reader.main.locator("h1").inner_text() == title


def test_one_s_collectivite_reads_what_others_like_it_do(visit: Callable[..., Visitor], javascript: bool) -> None:
    agent = visit("agent", javascript=javascript).go("/").review()
    agent.follow("Ce que font des collectivités comme la vôtre").review()
    assert "Ce que font des communes comme la vôtre" in agent.text
    agent.take(agent.main.locator("#comme-elle ~ .items .item-title a").first)
    assert "Qui l’utilise" in agent.text

"""Between stages 2 and 3: the committee decides in private, and nothing shows before the proclamation."""

from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

pytestmark = pytest.mark.moment("selection")


def test_a_decision_is_prepared_in_private(visit: Callable[..., Visitor], javascript: bool) -> None:
    number = 12 if javascript else 14
    reason = f"Une raison fictive du comité pour la proposition {number}."
    member = visit("comite", javascript=javascript).go(f"/comite/2021/propositions/{number}").review()
    member.choose("Retenue").fill(reason=reason)
    member.take(member.main.locator("form:has([name=reason]) button[type=submit]").first)
    member.go(f"/comite/2021/propositions/{number}")
    assert reason in member.main.inner_html()

    for who in (None, "agent", "moderation"):
        reader = visit(who, javascript=javascript)
        for path in ("/2021/decisions", f"/2021/propositions/{number}", "/2021/journal", "/2021/resultats"):
            assert reason not in reader.go(path).page.content(), path


def test_everything_is_proclaimed_together_or_not_at_all(visit: Callable[..., Visitor], javascript: bool) -> None:
    member = visit("comite", javascript=javascript).go("/comite/2021/proclamation").review()
    assert member.main.get_by_role("button", name="Proclamer").count() == 0, "decisions are still missing"

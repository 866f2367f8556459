"""Stage 2: a collectivité gives and withdraws its voice; nobody reads a tally before the close; then everybody does."""

import re
from collections.abc import Callable

import pytest

from tests.support.visitor import Visitor

RECEIPT = re.compile(r"Référence : ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})")


@pytest.mark.moment("voting")
def test_a_collectivite_supports_changes_its_mind_and_supports_again(visit: Callable[..., Visitor], javascript: bool) -> None:
    account, place, number = ("agent", "Rocamadour (Lot)", 12) if javascript else ("departement", "Département du Lot", 14)
    voter = visit(account, javascript=javascript).go(f"/2021/propositions/{number}").review()
    voter.press("Soutenir cette proposition")
    first = RECEIPT.search(voter.text)
    assert first
    assert place in voter.text
    voter.review().press("Retirer notre soutien")
    assert "est retiré" in voter.text

    voter.go("/2021/propositions").press(f"Soutenir la proposition n° {number}")
    second = RECEIPT.search(voter.text)
    assert second
    assert second.group(1) != first.group(1)
    voter.go("/2021/mon-bulletin").review()
    assert second.group(1) in voter.text
    assert first.group(1) not in voter.text


@pytest.mark.moment("voting")
def test_two_colleagues_have_one_voice(visit: Callable[..., Visitor], javascript: bool) -> None:
    number = 16 if javascript else 17
    one, other = (visit(name, javascript=javascript).go(f"/2021/propositions/{number}") for name in ("agent", "collegue"))
    one.press("Soutenir cette proposition")
    other.press("Soutenir cette proposition")
    assert other.h1 == "Votre collectivité soutient déjà cette proposition"
    other.review()


@pytest.mark.moment("voting")
@pytest.mark.parametrize("who", ["visitor", "agent", "moderation", "comite", "pilotage", "observation"])
def test_nobody_reads_a_tally_before_the_close(visit: Callable[..., Visitor], who: str) -> None:
    reader = visit(None if who == "visitor" else who).go("/2021/resultats")
    assert "secrets jusqu’à la clôture" in reader.text
    assert reader.main.get_by_role("table", name=re.compile("[Cc]lassement")).count() == 0
    assert not re.search(r"\d+ soutiens", reader.text)


@pytest.mark.moment("selection")
def test_everyone_reads_the_result_after_the_close(visit: Callable[..., Visitor], javascript: bool) -> None:
    reader = visit(javascript=javascript).go("/2021/resultats").review()
    assert re.search(r"\d+ collectivités ont donné \d[\d ]* soutiens", reader.text)
    reader.go("/2021/decisions")
    assert "n° 1" not in reader.text, "nothing is decided yet in public"


@pytest.mark.moment("selection")
def test_it_is_too_late_to_vote(visit: Callable[..., Visitor]) -> None:
    voter = visit("agent").go("/2021/propositions/12")
    assert voter.main.get_by_role("button", name=re.compile("[Ss]outen")).count() == 0
    assert "30 avril 2021 à 18 h 00" in voter.text

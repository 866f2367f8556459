"""Folding for search and sort; what may be stored."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.ground.text import fold, visible
from tests.support.naughty import HOSTILE, INVISIBLE, ODD


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Haÿ-les-Roses", "l hay les roses"),
        ("L'HAŸ LES ROSES", "l hay les roses"),
        ("Œuilly", "oeuilly"),
        ("Lœuilly", "loeuilly"),
        ("Ǽsop, ægis", "aesop aegis"),
        ("STRAẞE, Straße", "strasse strasse"),
        ("Saint-Étienne-du-Grès", "saint etienne du gres"),
        ("e\u0301te\u0301", "ete"),
        ("ﬁn de ① ligne²", "fin de 1 ligne2"),
        ("  --- ", ""),
        ("", ""),
    ],
)
def test_letters_and_not_their_dress(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_what_is_folded_is_words_of_letters_and_figures(text: str) -> None:
    assert re.fullmatch(r"([a-z0-9]+( [a-z0-9]+)*)?", fold(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "Z", "P"])))
def test_folding_does_not_see_case_nor_composition(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(), st.text())
def test_a_space_between_two_texts_keeps_their_words(one: str, other: str) -> None:
    assert fold(f"{one} {other}") == f"{fold(one)} {fold(other)}".strip()


@given(st.text())
def test_what_is_visible_is_visible(text: str) -> None:
    kept = visible(text)
    assert visible(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    assert "\x00" not in kept
    assert kept.encode("utf-8").decode("utf-8") == kept


@given(st.text(alphabet=st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_nothing_that_can_be_seen_is_lost(text: str) -> None:
    assert visible(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("text", [*HOSTILE, *ODD])
def test_odd_and_hostile_texts_are_kept_as_typed(text: str) -> None:
    assert visible(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("text", "kept"), INVISIBLE)
def test_what_cannot_be_seen_is_left_out(text: str, kept: str) -> None:
    assert visible(text) == kept

"""What a correction changed, word by word: nothing of either text is lost on the way."""

import time

from hypothesis import given
from hypothesis import strategies as st

from consult.contributions.differences import MOST_WORDS, Change, differences

TEXTS = st.text(alphabet="ab c\n.’é", max_size=40)


def said(before: str, after: str) -> str:
    marks = {Change.KEPT: "{}", Change.ADDED: "[+{}]", Change.REMOVED: "[-{}]"}
    return "".join(marks[piece.change].format(piece.text) for piece in differences(before, after))


def test_words_are_compared_whole() -> None:
    assert said("Un carnet à la mairie.", "Un classeur à la mairie.") == "Un [-carnet][+classeur] à la mairie."
    assert said("", "Neuf") == "[+Neuf]"
    assert said("Vieux", "") == "[-Vieux]"
    assert said("Le même", "Le même") == "Le même"
    assert said("", "") == ""


@given(TEXTS, TEXTS)
def test_both_texts_can_be_found_again(before: str, after: str) -> None:
    pieces = differences(before, after)
    assert "".join(piece.text for piece in pieces if piece.change is not Change.ADDED) == before
    assert "".join(piece.text for piece in pieces if piece.change is not Change.REMOVED) == after


def test_long_texts_are_compared_line_by_line() -> None:
    lines = [f"ligne {rank} de ce texte\n" for rank in range(MOST_WORDS)]
    changed = [*lines[:10], "autre ligne\n", *lines[11:]]
    pieces = differences("".join(lines), "".join(changed))
    assert [piece.text for piece in pieces if piece.change is Change.REMOVED] == ["ligne 10 de ce texte\n"]


def test_a_text_of_one_repeated_word_is_quick() -> None:
    begun = time.perf_counter()
    differences("mot " * 2900, "mots " * 2900)
    assert time.perf_counter() - begun < 5

"""What was undone of a contribution, as steps of its thread: what it had become is not forgotten."""

from collections.abc import Sequence

from consult.contributions.rules import Status
from consult.triage.undoings import Undoing
from consult.web import words


def name(one: Undoing) -> str:
    """What was done."""
    if one.contested:
        return "De nouveau à examiner, après une contestation"
    return f"Sortie de {_propositions(one.proposals)}" if one.was is Status.GROUPED else "De nouveau à examiner"


def text(one: Undoing) -> str:
    """What it had become, and why it is so no longer."""
    had = "" if one.was is Status.GROUPED and not one.contested else f"{_had_become(one)}. "
    return words.typo(f"{had}{f'Raison : {one.reason}' if one.reason else ''}".strip())


def _had_become(one: Undoing) -> str:
    if one.was is Status.GROUPED:
        return f"Elle était regroupée dans {_propositions(one.proposals)}"
    if one.was is Status.REORIENTED:
        return f"Elle était réorientée vers « {one.scheme} »"
    return f"Elle était déclarée {one.was.label.lower()}"


def _propositions(numbers: Sequence[int]) -> str:
    listed = ", ".join(f"n°{words.NBSP}{number}" for number in numbers)
    return f"la proposition {listed}" if len(numbers) == 1 else f"les propositions {listed}"

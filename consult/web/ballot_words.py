"""The rules of a vote in words: on their page, at the steering desk and in the public register."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from consult.register.rules import Kind
from consult.web import words


def who_votes(kinds: Sequence[str]) -> str:
    """« Communes, intercommunalités et départements »."""
    named = [kind.plural for kind in Kind if kind.value in kinds]
    said = " et ".join(filter(None, (", ".join(named[:-1]), *named[-1:])))
    return said[:1].upper() + said[1:]


def how_many(maximum: int | None) -> str:
    """« Au plus 3 propositions par collectivité »."""
    return "Sans limite" if maximum is None else f"Au plus {words.plural(maximum, 'proposition')} par collectivité"


def how_secret(is_hidden: bool) -> str:
    """Until when the tallies are hidden."""
    return "Secret pour tous jusqu’à la clôture" if is_hidden else "Public pendant le vote"


@dataclass(frozen=True, slots=True)
class Change:
    """One rule, as it was and as it is."""

    label: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What changed between two versions of the rules, as `RulesVersion.said` keeps them."""
    return [
        Change(label, say(before[name]), say(after[name]))
        for name, label, say in _SAID
        if say(before[name]) != say(after[name])
    ]


_SAID: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("voter_kinds", "Qui vote", who_votes),
    ("max_supports", "Nombre de soutiens", how_many),
    ("tallies_hidden", "Nombre de soutiens de chaque proposition", how_secret),
)

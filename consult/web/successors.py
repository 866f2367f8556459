"""Who stands today for a collectivité that ended, said beside its name wherever what it wrote or supported is shown."""

from collections.abc import Mapping
from typing import Protocol

from flask import g

from consult.register.queries import CollectiviteLine, todays
from consult.web import words


class Named(Protocol):
    """What a page names a collectivité by: a line of a list, or the row itself."""

    @property
    def siren(self) -> str | None:
        """None for a partner, who is no collectivité."""

    @property
    def is_current(self) -> bool:
        """Whether the register still lists it."""


def now_called(one: Named | None) -> str:
    """« (aujourd’hui Cressensac-Sarrazac (Lot)) », after the name of one that ended and was succeeded; nothing otherwise.

    One statement for the whole page, and only where somebody named on it has ended.
    """
    if one is None or one.siren is None or one.is_current:
        return ""
    today = stands_for(one.siren)
    return f" (aujourd’hui {words.typo(today.full_name)})" if today else ""


def succeeded(siren: str) -> str:
    """« Lui succède aujourd’hui X. », after the refusal of one that ended; nothing when nobody is known to."""
    today = stands_for(siren)
    return f" Lui succède aujourd’hui {words.typo(today.full_name)}." if today else ""


def stands_for(siren: str) -> CollectiviteLine | None:
    """The current collectivité that stands for one that ended, if any."""
    if "todays" not in g:
        g.todays = todays()
    known: Mapping[str, CollectiviteLine] = g.todays
    return known.get(siren)

"""Whom a scheme helps, and when."""

from datetime import date
from enum import StrEnum


class Opening(StrEnum):
    """Where a scheme stands on a given day."""

    OPEN = "open"
    NEXT = "next"
    OVER = "over"
    UNKNOWN = "unknown"
    """No date is known: it is neither promised nor denied."""

    @property
    def label(self) -> str:
        return {
            Opening.OPEN: "Ouvert",
            Opening.NEXT: "Pas encore ouvert",
            Opening.OVER: "Terminé",
            Opening.UNKNOWN: "Dates non précisées",
        }[self]


def opening(opens_on: date | None, closes_on: date | None, today: date) -> Opening:
    """Where a scheme stands: both days are included, and a limit that is not known does not close it."""
    if opens_on is None and closes_on is None:
        return Opening.UNKNOWN
    if opens_on is not None and today < opens_on:
        return Opening.NEXT
    if closes_on is not None and closes_on < today:
        return Opening.OVER
    return Opening.OPEN

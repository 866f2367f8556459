"""Reading what was undone: what a contribution had become, and which ones a proposition answered no longer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from consult.contributions.model import Contribution
from consult.contributions.rules import Status
from consult.ground.database import reading
from consult.journal.model import Event, EventKind

KINDS = (EventKind.CONTRIBUTION_UNGROUPED, EventKind.CONTRIBUTION_REOPENED, EventKind.CONTEST_ANSWERED)


@dataclass(frozen=True, slots=True)
class Undoing:
    """An outcome, or a part of it, that was taken back."""

    at: datetime
    was: Status
    proposals: Sequence[int]
    """The numbers of the propositions that it left."""
    scheme: str | None
    """The name of the scheme that it was sent to."""
    contested: bool
    """Whether a contest was upheld; otherwise the team took it back itself."""
    reason: str


def undoings(contribution: Contribution) -> Sequence[Undoing]:
    """What was undone of a contribution, in order. One statement; none when nothing can have been.

    An outcome is a revision of the file, and its undoing another.
    """
    if contribution.revision < 2:
        return []
    events = reading().scalars(
        select(Event)
        .where(
            Event.edition_id == contribution.edition_id,
            Event.kind.in_(KINDS),
            Event.subject == f"contribution:{contribution.number}",
        )
        .order_by(Event.at, Event.id)
    )
    return [_undoing(event) for event in events if event.kind is not EventKind.CONTEST_ANSWERED or event.data["before"]]


@dataclass(frozen=True, slots=True)
class Departure:
    """A contribution that a proposition no longer answers, by its number, and when it last left."""

    number: int
    at: datetime


def departures(edition_id: int, proposal: int, *, but: Collection[int]) -> Sequence[Departure]:
    """Which contributions left the proposition of this number, in order; not those in `but`, which came back. One statement."""
    events = reading().scalars(
        select(Event)
        .where(
            Event.edition_id == edition_id,
            Event.kind.in_((EventKind.CONTRIBUTION_UNGROUPED, EventKind.CONTEST_ANSWERED)),
        )
        .order_by(Event.at, Event.id)
    )
    left = {number: event.at for event in events if proposal in _left(event) and (number := _number(event)) not in but}
    return [Departure(*one) for one in left.items()]


def _left(event: Event) -> Sequence[int]:
    """The propositions that a contribution left."""
    taken_out = event.kind is EventKind.CONTRIBUTION_UNGROUPED
    data: dict[str, Sequence[int]] = event.data if taken_out else event.data["before"] or {}
    return data.get("proposals", ())


def _number(event: Event) -> int:
    return int((event.subject or "").partition(":")[2])


def _undoing(event: Event) -> Undoing:
    data: dict[str, Any] = event.data
    taken_out = event.kind is EventKind.CONTRIBUTION_UNGROUPED
    before = {"status": Status.GROUPED, "proposals": data["proposals"]} if taken_out else data["before"]
    return Undoing(
        at=event.at,
        was=Status(before["status"]),
        proposals=before["proposals"],
        scheme=before.get("scheme"),
        contested=event.kind is EventKind.CONTEST_ANSWERED,
        reason=data.get("reason", ""),
    )

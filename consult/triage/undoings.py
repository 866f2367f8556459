"""Reading how the outcome of a contribution was undone: what it was before stays told, on its page."""

from collections.abc import Sequence
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

"""The grid by which interests are read: what it may be, until when it may change, and what points come to."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.desk_rules import may_instruct
from consult.interests.model import InterestStatus

MOST_CRITERIA = 12
WEIGHTS = range(1, 11)
POINTS = {
    0: "0 : pas du tout",
    1: "1 : peu",
    2: "2 : en partie",
    3: "3 : bien",
    4: "4 : tout à fait",
}
"""The points that a reader may give on one criterion, in words."""


@dataclass(frozen=True, slots=True)
class CriterionDraft:
    """One line of the grid: what is asked, what helps to answer, and how much it weighs."""

    label: str
    help: str
    weight: int


def may_set_grid(
    actor: Actor,
    *,
    calendar: Calendar,
    is_scored: bool,
    criteria: Sequence[CriterionDraft] | None,
    current: Sequence[CriterionDraft],
    reason: str,
    is_as_read: bool,
    at: datetime,
) -> Verdict:
    """Whether an administrator may give the edition this grid, in public and with a reason.

    It is frozen by the first points given, or by the close of the candidatures, whichever comes first: nobody is read by two
    grids, and nobody draws a grid on the candidatures that came. Asked without criteria (None): may the form be shown?
    """
    gate = calendar.gate(Verb.SET_GRID, at)
    return verdict(
        gate if gate else Verdict(Reason.GRID_FROZEN, gate.moment),
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (not is_scored, Reason.GRID_IN_USE),
        (criteria is None or bool(reason.strip()), Reason.REASON_MISSING),
        (criteria is None or is_sound(criteria), Reason.GRID_UNSOUND),
        (is_as_read, Reason.GRID_CHANGED),
        (criteria != current, Reason.GRID_UNCHANGED),
    )


def is_sound(criteria: Sequence[CriterionDraft]) -> bool:
    """Whether there is at least one criterion, not too many, each with its own words and a weight from 1 to 10."""
    labels = {one.label.strip().lower() for one in criteria}
    return (
        0 < len(criteria) <= MOST_CRITERIA
        and "" not in labels
        and len(labels) == len(criteria)
        and all(one.weight in WEIGHTS for one in criteria)
    )


def may_read(
    actor: Actor,
    *,
    calendar: Calendar,
    siren: str,
    status: InterestStatus,
    criteria: Collection[int],
    points: Mapping[int, int],
    note: str,
    at: datetime,
) -> Verdict:
    """Whether the actor may note an interest: points on every criterion, or some words where there is no grid."""
    return verdict(
        may_instruct(actor, calendar=calendar, siren=siren, status=status, at=at),
        (set(points) == set(criteria) and all(given in POINTS for given in points.values()), Reason.READING_INCOMPLETE),
        (bool(criteria) or bool(note.strip()), Reason.NOTHING_SAID),
    )


def weighted_mean(readings: Iterable[Mapping[int, int]], weights: Mapping[int, int]) -> Decimal | None:
    """What the points of one or several readers come to, out of 4, to the nearest hundredth; None without any.

    Points and weights are by criterion. Every reader counts as much as the others.
    """
    given = [(weights[criterion], points) for one in readings for criterion, points in one.items()]
    total = sum(weight for weight, _ in given)
    if not total:
        return None
    return (Decimal(sum(weight * points for weight, points in given)) / total).quantize(Decimal("0.01"), ROUND_HALF_UP)

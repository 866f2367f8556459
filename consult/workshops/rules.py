"""Who may hold a workshop, come to it, and say what was said there.

A workshop is announced before it begins, may be changed or cancelled until it ends, and its notes come after. A seat is for
the verified people of a collectivité that volunteers for the proposition, at whatever level.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.rules import is_of_the_team, speaks_for_a_collectivite

REMINDED_BEFORE = timedelta(days=2)
"""How long before it begins those who come are reminded of it."""

LONGEST = timedelta(days=7)
"""A workshop that lasts longer is a mistyped date."""


@dataclass(frozen=True, slots=True)
class WorkshopDraft:
    """When and where people meet, what for, and how many they may be."""

    title: str
    about: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    capacity: int | None


def may_announce(actor: Actor, *, calendar: Calendar, is_proclaimed: bool, is_retained: bool, at: datetime) -> Verdict:
    """Whether the actor may announce a workshop about a proposition."""
    return verdict(
        calendar.gate(Verb.HOLD_WORKSHOP, at),
        is_of_the_team(actor),
        (is_proclaimed, Reason.NOT_PROCLAIMED),
        (is_retained, Reason.NOT_RETAINED),
    )


def is_sound(draft: WorkshopDraft, *, at: datetime, kept_start: datetime | None = None) -> Verdict:
    """Whether what is announced can be: to come, in order, somewhere. `kept_start`: when it already was to begin."""
    return verdict(
        (draft.starts_at < draft.ends_at <= draft.starts_at + LONGEST, Reason.WORKSHOP_INVERTED),
        (draft.starts_at > at or draft.starts_at == kept_start, Reason.WORKSHOP_IN_THE_PAST),
        (draft.ends_at > at, Reason.WORKSHOP_IN_THE_PAST),
        (bool(draft.place.strip() or draft.link.strip()), Reason.WORKSHOP_NOWHERE),
    )


def may_change(actor: Actor, *, calendar: Calendar, is_cancelled: bool, ends_at: datetime, at: datetime) -> Verdict:
    """Whether the actor may change a workshop, or cancel it: until it ends."""
    return verdict(
        calendar.gate(Verb.HOLD_WORKSHOP, at),
        is_of_the_team(actor),
        (not is_cancelled, Reason.WORKSHOP_CANCELLED),
        (at < ends_at, Reason.WORKSHOP_OVER),
    )


def changes_well(*, is_as_read: bool, seats: int, capacity: int | None, is_moved: bool, reason: str) -> Verdict:
    """Whether a change takes nothing from anybody: no seat already taken, and no other date or place without a reason."""
    return verdict(
        (is_as_read, Reason.CHANGED_MEANWHILE),
        (capacity is None or seats <= capacity, Reason.CAPACITY_BELOW_SEATS),
        (not is_moved or bool(reason.strip()), Reason.REASON_MISSING),
    )


def is_moved(before: WorkshopDraft, after: WorkshopDraft) -> bool:
    """Whether those who come must be told: another instant, another place, another link."""
    return _when_and_where(before) != _when_and_where(after)


def _when_and_where(draft: WorkshopDraft) -> tuple[datetime, datetime, str, str]:
    return draft.starts_at, draft.ends_at, draft.place, draft.link


def may_cancel(
    actor: Actor, *, calendar: Calendar, is_cancelled: bool, ends_at: datetime, reason: str, at: datetime
) -> Verdict:
    """Whether the actor may cancel a workshop, for a reason that those who come receive."""
    return verdict(
        may_change(actor, calendar=calendar, is_cancelled=is_cancelled, ends_at=ends_at, at=at),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_publish_notes(actor: Actor, *, calendar: Calendar, is_cancelled: bool, ends_at: datetime, at: datetime) -> Verdict:
    """Whether the actor may publish what was said, or correct it: once it is over."""
    return verdict(
        calendar.gate(Verb.HOLD_WORKSHOP, at),
        is_of_the_team(actor),
        (not is_cancelled, Reason.WORKSHOP_CANCELLED),
        (ends_at <= at, Reason.WORKSHOP_NOT_OVER),
    )


@dataclass(frozen=True, slots=True)
class Room:
    """What a workshop has left for whoever asks, and where they stand."""

    starts_at: datetime
    is_cancelled: bool
    capacity: int | None
    seats: int
    """Taken."""
    has_seat: bool
    is_volunteer: bool
    """Whether their collectivité has a live expression of interest in the proposition."""

    @property
    def left(self) -> int | None:
        """Seats left; None has no limit."""
        return None if self.capacity is None else max(self.capacity - self.seats, 0)


def may_attend(actor: Actor, *, calendar: Calendar, room: Room, at: datetime) -> Verdict:
    """Whether the actor may take a seat: until the workshop begins, while one is left."""
    return verdict(
        calendar.gate(Verb.ATTEND_WORKSHOP, at),
        speaks_for_a_collectivite(actor),
        (room.is_volunteer, Reason.NOT_A_VOLUNTEER),
        (not room.has_seat, Reason.ALREADY_SEATED),
        (not room.is_cancelled, Reason.WORKSHOP_CANCELLED),
        (at < room.starts_at, Reason.WORKSHOP_BEGUN),
        (room.left != 0, Reason.WORKSHOP_FULL),
    )


def may_give_up(actor: Actor, *, calendar: Calendar, room: Room, at: datetime) -> Verdict:
    """Whether the actor may give their seat to another: until the workshop begins."""
    return verdict(
        calendar.gate(Verb.ATTEND_WORKSHOP, at),
        (actor.is_signed_in, Reason.SIGN_IN),
        (room.has_seat, Reason.NO_SEAT),
        (not room.is_cancelled, Reason.WORKSHOP_CANCELLED),
        (at < room.starts_at, Reason.WORKSHOP_BEGUN),
    )


def may_read_link(actor: Actor, *, room: Room) -> Verdict:
    """Whether the actor is shown the link of the meeting: the team, and who has a seat and still speaks for a volunteer."""
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (bool(is_of_the_team(actor)) or room.has_seat, Reason.NO_SEAT),
    )


def is_time_to_remind(*, starts_at: datetime, at: datetime) -> bool:
    """Whether those who come are reminded at this instant: within the last two days, until it begins."""
    return starts_at - REMINDED_BEFORE <= at < starts_at

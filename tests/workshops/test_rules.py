"""Who may announce a workshop, change it, come to it, and when: truth tables, each gate at its very instant."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from consult.calendar.rules import Calendar, Stage, Verb
from consult.ground.actor import Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.workshops.rules import (
    LONGEST,
    REMINDED_BEFORE,
    Room,
    changes_well,
    is_moved,
    is_sound,
    is_time_to_remind,
    may_announce,
    may_attend,
    may_cancel,
    may_change,
    may_give_up,
    may_publish_notes,
    may_read_link,
)
from tests.support.meetings import MEETING, STARTS
from tests.support.world import ROCAMADOUR, SECOND, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
OPENS = opening_of(Stage.INTERESTS)
ENDS = MEETING.ends_at
BEFORE = STARTS - timedelta(days=5)

VISITOR = Actor()
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
VERIFIED = Actor(person_id=1, name="A", profile=Profile.AGENT, function="agent", mandate=MANDATE, mandates=(MANDATE,))
PENDING = replace(VERIFIED, mandate=replace(MANDATE, standing=Standing.PENDING))
NOBODY_S = replace(VERIFIED, mandate=None)
PARTNER = replace(VERIFIED, profile=Profile.PARTENAIRE, mandate=None)
MODERATOR = Actor(person_id=2, name="M", roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=3, name="P", roles=frozenset({Role.ADMINISTRATOR}))
OBSERVER = Actor(person_id=4, name="O", roles=frozenset({Role.OBSERVER}))
COMMITTEE = Actor(person_id=5, name="C", roles=frozenset({Role.COMMITTEE}))

ROOM = Room(STARTS, is_cancelled=False, capacity=3, seats=2, has_seat=False, is_volunteer=True)
SEATED = replace(ROOM, has_seat=True)

NOT_THE_TEAM = [
    (VISITOR, Reason.SIGN_IN),
    (VERIFIED, Reason.NOT_YOUR_ROLE),
    (OBSERVER, Reason.NOT_YOUR_ROLE),
    (COMMITTEE, Reason.NOT_YOUR_ROLE),
]


@pytest.mark.parametrize(
    ("at", "reason"),
    [(just_before(OPENS), Reason.STAGE_CLOSED), (OPENS, None), (OPENS + timedelta(days=4000), None)],
)
def test_workshops_are_held_from_the_opening_of_stage_three_and_without_end(at: datetime, reason: Reason | None) -> None:
    assert may_announce(MODERATOR, calendar=CALENDAR, is_proclaimed=True, is_retained=True, at=at).reason is reason
    attending = may_attend(VERIFIED, calendar=CALENDAR, room=replace(ROOM, starts_at=at + SECOND), at=at)
    assert attending.reason is reason
    if attending.moment:
        assert (attending.moment.verb, attending.moment.since) == (Verb.ATTEND_WORKSHOP.value, OPENS)


@pytest.mark.parametrize(("who", "reason"), [*NOT_THE_TEAM, (MODERATOR, None), (ADMINISTRATOR, None)])
def test_only_the_team_holds_workshops(who: Actor, reason: Reason | None) -> None:
    told = {"calendar": CALENDAR, "is_cancelled": False, "ends_at": ENDS, "at": BEFORE}
    assert may_announce(who, calendar=CALENDAR, is_proclaimed=True, is_retained=True, at=BEFORE).reason is reason
    assert may_change(who, **told).reason is reason  # type: ignore[arg-type]
    assert may_cancel(who, **told, reason="Parce que.").reason is reason  # type: ignore[arg-type]
    assert may_publish_notes(who, **told | {"at": ENDS}).reason is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("is_proclaimed", "is_retained", "reason"),
    [(False, True, Reason.NOT_PROCLAIMED), (False, False, Reason.NOT_PROCLAIMED), (True, False, Reason.NOT_RETAINED)],
)
def test_about_a_proposition_retained_and_known_to_be(is_proclaimed: bool, is_retained: bool, reason: Reason) -> None:
    verdict = may_announce(MODERATOR, calendar=CALENDAR, is_proclaimed=is_proclaimed, is_retained=is_retained, at=BEFORE)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({}, None),
        ({"ends_at": STARTS}, Reason.WORKSHOP_INVERTED),
        ({"ends_at": STARTS - SECOND}, Reason.WORKSHOP_INVERTED),
        ({"ends_at": STARTS + LONGEST}, None),
        ({"ends_at": STARTS + LONGEST + SECOND}, Reason.WORKSHOP_INVERTED),
        ({"starts_at": BEFORE, "ends_at": BEFORE + SECOND}, Reason.WORKSHOP_IN_THE_PAST),
        ({"starts_at": BEFORE + SECOND, "ends_at": BEFORE + 2 * SECOND}, None),
        ({"place": " ", "link": ""}, Reason.WORKSHOP_NOWHERE),
        ({"place": ""}, None),
        ({"link": ""}, None),
    ],
)
def test_what_is_announced_can_be(changed: dict[str, object], reason: Reason | None) -> None:
    assert is_sound(replace(MEETING, **changed), at=BEFORE).reason is reason  # type: ignore[arg-type]


def test_a_workshop_that_has_begun_keeps_its_beginning() -> None:
    at = STARTS + timedelta(minutes=10)
    assert is_sound(MEETING, at=at, kept_start=STARTS)
    assert is_sound(MEETING, at=at).reason is Reason.WORKSHOP_IN_THE_PAST
    over = replace(MEETING, ends_at=at)
    assert is_sound(over, at=at, kept_start=STARTS).reason is Reason.WORKSHOP_IN_THE_PAST


@pytest.mark.parametrize(
    ("at", "change", "notes"),
    [
        (STARTS, None, Reason.WORKSHOP_NOT_OVER),
        (just_before(ENDS), None, Reason.WORKSHOP_NOT_OVER),
        (ENDS, Reason.WORKSHOP_OVER, None),
    ],
)
def test_it_is_changed_until_it_ends_and_noted_from_then_on(at: datetime, change: Reason | None, notes: Reason | None) -> None:
    told = {"calendar": CALENDAR, "is_cancelled": False, "ends_at": ENDS, "at": at}
    assert may_change(MODERATOR, **told).reason is change  # type: ignore[arg-type]
    assert may_cancel(MODERATOR, **told, reason="Parce que.").reason is change  # type: ignore[arg-type]
    assert may_publish_notes(MODERATOR, **told).reason is notes  # type: ignore[arg-type]


def test_what_is_cancelled_is_cancelled_once_and_has_no_notes() -> None:
    told = {"calendar": CALENDAR, "is_cancelled": True, "ends_at": ENDS}
    assert may_change(MODERATOR, **told, at=BEFORE).reason is Reason.WORKSHOP_CANCELLED  # type: ignore[arg-type]
    assert may_cancel(MODERATOR, **told, reason="Encore.", at=BEFORE).reason is Reason.WORKSHOP_CANCELLED  # type: ignore[arg-type]
    assert may_publish_notes(MODERATOR, **told, at=ENDS).reason is Reason.WORKSHOP_CANCELLED  # type: ignore[arg-type]
    assert may_attend(VERIFIED, calendar=CALENDAR, room=replace(ROOM, is_cancelled=True), at=BEFORE).reason is (
        Reason.WORKSHOP_CANCELLED
    )
    assert may_give_up(VERIFIED, calendar=CALENDAR, room=replace(SEATED, is_cancelled=True), at=BEFORE).reason is (
        Reason.WORKSHOP_CANCELLED
    )


def test_a_cancellation_has_its_reason() -> None:
    verdict = may_cancel(MODERATOR, calendar=CALENDAR, is_cancelled=False, ends_at=ENDS, reason=" \n", at=BEFORE)
    assert verdict.reason is Reason.REASON_MISSING


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({}, None),
        ({"is_as_read": False}, Reason.CHANGED_MEANWHILE),
        ({"capacity": 2}, None),
        ({"capacity": 1}, Reason.CAPACITY_BELOW_SEATS),
        ({"is_moved": True, "reason": "Salle prise."}, None),
        ({"is_moved": True, "reason": " "}, Reason.REASON_MISSING),
    ],
)
def test_a_change_takes_nothing_from_anybody(asked: dict[str, object], reason: Reason | None) -> None:
    told = {"is_as_read": True, "seats": 2, "capacity": None, "is_moved": False, "reason": ""} | asked
    assert changes_well(**told).reason is reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "moved"),
    [
        ({"title": "Autre"}, False),
        ({"about": "Autre"}, False),
        ({"capacity": 12}, False),
        ({"starts_at": STARTS - SECOND}, True),
        ({"ends_at": ENDS + SECOND}, True),
        ({"place": "Ailleurs"}, True),
        ({"link": "https://ailleurs.exemple.fr"}, True),
    ],
)
def test_another_instant_or_another_place_is_a_move(changed: dict[str, object], moved: bool) -> None:
    assert is_moved(MEETING, replace(MEETING, **changed)) is moved  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "room", "reason"),
    [
        (VERIFIED, ROOM, None),
        (VISITOR, ROOM, Reason.SIGN_IN),
        (PARTNER, ROOM, Reason.PARTNER_MAY_NOT),
        (NOBODY_S, ROOM, Reason.NO_COLLECTIVITE),
        (PENDING, ROOM, Reason.ATTACHMENT_PENDING),
        (VERIFIED, replace(ROOM, is_volunteer=False), Reason.NOT_A_VOLUNTEER),
        (MODERATOR, ROOM, Reason.NO_COLLECTIVITE),
        (VERIFIED, SEATED, Reason.ALREADY_SEATED),
        (VERIFIED, replace(ROOM, seats=3), Reason.WORKSHOP_FULL),
        (VERIFIED, replace(ROOM, seats=4), Reason.WORKSHOP_FULL),
        (VERIFIED, replace(ROOM, seats=3, capacity=None), None),
        (VERIFIED, replace(SEATED, seats=3), Reason.ALREADY_SEATED),
    ],
)
def test_who_may_come(who: Actor, room: Room, reason: Reason | None) -> None:
    assert may_attend(who, calendar=CALENDAR, room=room, at=BEFORE).reason is reason


@pytest.mark.parametrize(("at", "reason"), [(just_before(STARTS), None), (STARTS, Reason.WORKSHOP_BEGUN)])
def test_seats_are_taken_and_given_up_until_it_begins(at: datetime, reason: Reason | None) -> None:
    assert may_attend(VERIFIED, calendar=CALENDAR, room=ROOM, at=at).reason is reason
    assert may_give_up(VERIFIED, calendar=CALENDAR, room=SEATED, at=at).reason is reason


def test_only_a_seat_that_one_has_is_given_up() -> None:
    assert may_give_up(VISITOR, calendar=CALENDAR, room=SEATED, at=BEFORE).reason is Reason.SIGN_IN
    assert may_give_up(VERIFIED, calendar=CALENDAR, room=ROOM, at=BEFORE).reason is Reason.NO_SEAT


@pytest.mark.parametrize(
    ("who", "room", "reason"),
    [
        (VISITOR, ROOM, Reason.SIGN_IN),
        (VERIFIED, ROOM, Reason.NO_SEAT),
        (OBSERVER, ROOM, Reason.NO_SEAT),
        (VERIFIED, SEATED, None),
        (MODERATOR, ROOM, None),
        (ADMINISTRATOR, ROOM, None),
    ],
)
def test_the_link_is_for_the_team_and_for_who_comes(who: Actor, room: Room, reason: Reason | None) -> None:
    assert may_read_link(who, room=room).reason is reason


@pytest.mark.parametrize(
    ("at", "due"),
    [
        (STARTS - REMINDED_BEFORE - SECOND, False),
        (STARTS - REMINDED_BEFORE, True),
        (just_before(STARTS), True),
        (STARTS, False),
    ],
)
def test_a_reminder_is_for_the_last_two_days(at: datetime, due: bool) -> None:
    assert is_time_to_remind(starts_at=STARTS, at=at) is due


@pytest.mark.parametrize(("capacity", "seats", "left"), [(None, 40, None), (3, 2, 1), (3, 3, 0), (3, 4, 0)])
def test_what_is_left(capacity: int | None, seats: int, left: int | None) -> None:
    assert replace(ROOM, capacity=capacity, seats=seats).left == left

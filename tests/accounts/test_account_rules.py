"""Another address, closing, two years asleep: the truth tables, at their exact instants."""

from datetime import UTC, datetime, timedelta

import pytest

from consult.accounts.own.rules import (
    MOST_ADDRESS_CHANGES,
    dormant_since,
    may_ask_address_change,
    may_change_address,
    may_close_account,
    may_write_to,
)
from consult.accounts.rules import MOST_REQUESTS, MOST_TRIES
from consult.ground.actor import OPERATOR, VISITOR, Actor
from consult.ground.refusals import Reason

SOMEONE = Actor(person_id=1)


@pytest.mark.parametrize(
    ("actor", "is_same", "asked", "reason"),
    [
        pytest.param(VISITOR, False, 0, Reason.SIGN_IN, id="a visitor"),
        pytest.param(OPERATOR, False, 0, Reason.SIGN_IN, id="the command line"),
        pytest.param(SOMEONE, True, 0, Reason.ADDRESS_UNCHANGED, id="the same address"),
        pytest.param(SOMEONE, True, MOST_ADDRESS_CHANGES, Reason.ADDRESS_UNCHANGED, id="the same, when none is left"),
        pytest.param(SOMEONE, False, 0, None, id="the first of the day"),
        pytest.param(SOMEONE, False, MOST_ADDRESS_CHANGES - 1, None, id="the last of the day"),
        pytest.param(SOMEONE, False, MOST_ADDRESS_CHANGES, Reason.TOO_MANY_CODES, id="one more"),
    ],
)
def test_who_may_ask_for_another_address(actor: Actor, is_same: bool, asked: int, reason: Reason | None) -> None:
    assert may_ask_address_change(actor, is_same=is_same, asked=asked).reason is reason


@pytest.mark.parametrize(
    ("sign_ins", "changes", "may"),
    [
        (0, 0, True),
        (MOST_REQUESTS - 1, 0, True),
        (0, MOST_REQUESTS - 1, True),
        (2, 2, True),
        (MOST_REQUESTS, 0, False),
        (0, MOST_REQUESTS, False),
        (3, MOST_REQUESTS - 3, False),
    ],
)
def test_an_address_is_written_to_so_many_times_whatever_the_page(sign_ins: int, changes: int, may: bool) -> None:
    assert may_write_to(sign_ins=sign_ins, changes=changes) is may


@pytest.mark.parametrize(
    ("actor", "live", "tries", "matches", "is_taken", "reason"),
    [
        pytest.param(VISITOR, True, 0, True, False, Reason.SIGN_IN, id="a visitor"),
        pytest.param(SOMEONE, False, 0, True, False, Reason.CODE_EXPIRED, id="too late"),
        pytest.param(SOMEONE, False, MOST_TRIES, False, True, Reason.CODE_EXPIRED, id="too late for everything"),
        pytest.param(SOMEONE, True, MOST_TRIES - 1, True, False, None, id="right at the last try"),
        pytest.param(SOMEONE, True, MOST_TRIES, True, False, Reason.TOO_MANY_TRIES, id="right, one try too late"),
        pytest.param(SOMEONE, True, 0, False, False, Reason.CODE_WRONG, id="wrong"),
        pytest.param(SOMEONE, True, 0, False, True, Reason.CODE_WRONG, id="wrong: it is not said that it is taken"),
        pytest.param(SOMEONE, True, 0, True, True, Reason.ADDRESS_TAKEN, id="right, but somebody came first"),
        pytest.param(SOMEONE, True, 0, True, False, None, id="right"),
    ],
)
def test_when_two_codes_move_an_account(
    actor: Actor, live: bool, tries: int, matches: bool, is_taken: bool, reason: Reason | None
) -> None:
    verdict = may_change_address(actor, live=live, tries=tries, matches=matches, is_taken=is_taken)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("actor", "is_last", "reason"),
    [
        (VISITOR, False, Reason.SIGN_IN),
        (OPERATOR, False, Reason.SIGN_IN),
        (SOMEONE, True, Reason.LAST_ADMINISTRATOR),
        (SOMEONE, False, None),
    ],
)
def test_who_may_close_their_account(actor: Actor, is_last: bool, reason: Reason | None) -> None:
    assert may_close_account(actor, is_last_administrator=is_last).reason is reason


@pytest.mark.parametrize(
    ("at", "since"),
    [
        (datetime(2023, 3, 2, 9, 0, 0, 1, tzinfo=UTC), datetime(2021, 3, 2, 9, 0, 0, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), datetime(2022, 2, 28, 12, tzinfo=UTC)),
        (datetime(2026, 2, 28, 12, tzinfo=UTC), datetime(2024, 2, 28, 12, tzinfo=UTC)),
        (datetime(2026, 3, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC)),
    ],
)
def test_two_years_are_two_years_of_the_calendar(at: datetime, since: datetime) -> None:
    assert dormant_since(at) == since
    assert at - since >= timedelta(days=730)

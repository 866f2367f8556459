"""Instants: aware, in UTC, said in Paris; and the rehearsal that moves them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.ground import clock
from consult.ground.clock import PARIS, NoSuchLocalTimeError, from_paris, held_at, paris, utc

VOTE_CLOSES = paris(2021, 4, 30, 18)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _back_to_the_wall_clock() -> Iterator[None]:
    yield
    clock.stop_rehearsing()


def test_now_is_an_instant_in_utc() -> None:
    before, now, after = datetime.now(UTC), clock.now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.tzinfo is UTC


def test_winter_and_summer_in_paris() -> None:
    assert paris(2021, 1, 25, 9) == datetime(2021, 1, 25, 8, tzinfo=UTC)
    assert paris(2021, 4, 30, 18) == datetime(2021, 4, 30, 16, tzinfo=UTC)


def test_a_local_time_alone_is_not_an_instant() -> None:
    with pytest.raises(ValueError, match="naive"):
        utc(datetime(2021, 4, 30, 18))  # noqa: DTZ001
    with pytest.raises(ValueError, match="naive"):
        clock.rehearse(datetime(2021, 4, 30, 18))  # noqa: DTZ001


def test_the_same_instant_from_overseas() -> None:
    reunion = datetime(2021, 4, 30, 20, tzinfo=timezone(timedelta(hours=4)))
    assert utc(reunion) == VOTE_CLOSES
    assert utc(reunion).tzinfo is UTC


@pytest.mark.parametrize(
    "local",
    [
        datetime(2020, 3, 29, 2, 30),  # noqa: DTZ001
        datetime(2021, 3, 28, 2, 0),  # noqa: DTZ001
        datetime(2021, 3, 28, 2, 59, 59),  # noqa: DTZ001
        datetime(2020, 10, 25, 2, 30),  # noqa: DTZ001
        datetime(2021, 10, 31, 2, 0),  # noqa: DTZ001
        datetime(2021, 10, 31, 2, 59, 59),  # noqa: DTZ001
    ],
)
def test_the_hour_that_does_not_exist_and_the_one_that_exists_twice_are_refused(local: datetime) -> None:
    with pytest.raises(NoSuchLocalTimeError):
        from_paris(local)


@pytest.mark.parametrize(
    ("local", "instant"),
    [
        (datetime(2021, 3, 28, 1, 59, 59), datetime(2021, 3, 28, 0, 59, 59, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2021, 3, 28, 3, 0), datetime(2021, 3, 28, 1, 0, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2021, 10, 31, 1, 59, 59), datetime(2021, 10, 30, 23, 59, 59, tzinfo=UTC)),  # noqa: DTZ001
        (datetime(2021, 10, 31, 3, 0), datetime(2021, 10, 31, 2, 0, tzinfo=UTC)),  # noqa: DTZ001
    ],
)
def test_the_hours_around_them_are_not(local: datetime, instant: datetime) -> None:
    assert from_paris(local) == instant


@given(st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2037, 12, 31)))  # noqa: DTZ001
def test_what_is_read_in_paris_is_what_was_typed_there(local: datetime) -> None:
    try:
        instant = from_paris(local)
    except NoSuchLocalTimeError:
        assert local.month in (3, 10)
        assert local.hour == 2
    else:
        assert instant.tzinfo is UTC
        assert instant.astimezone(PARIS).replace(tzinfo=None) == local


def test_a_rehearsal_starts_where_it_is_told_and_runs_on() -> None:
    assert not clock.is_rehearsing()
    clock.rehearse(VOTE_CLOSES)
    first, second = clock.now(), clock.now()
    assert VOTE_CLOSES <= first <= second < VOTE_CLOSES + A_MINUTE
    assert clock.is_rehearsing()
    clock.rehearse(VOTE_CLOSES + timedelta(days=30))
    assert clock.now() >= VOTE_CLOSES + timedelta(days=30)
    clock.stop_rehearsing()
    assert not clock.is_rehearsing()
    assert abs(clock.now() - datetime.now(UTC)) < A_MINUTE


def test_a_clock_that_is_held_stays_and_then_runs_again() -> None:
    clock.rehearse(VOTE_CLOSES)
    with held_at(paris(2021, 1, 25, 9)):
        assert clock.now() == clock.now() == paris(2021, 1, 25, 9)
        with held_at(paris(2021, 2, 1)):
            assert clock.now() == paris(2021, 2, 1)
        assert clock.now() == paris(2021, 1, 25, 9)
    assert VOTE_CLOSES <= clock.now() < VOTE_CLOSES + A_MINUTE


def test_a_clock_is_let_go_even_when_something_fails() -> None:
    with pytest.raises(RuntimeError), held_at(VOTE_CLOSES):
        raise RuntimeError
    assert abs(clock.now() - datetime.now(UTC)) < A_MINUTE

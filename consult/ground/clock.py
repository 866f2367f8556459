"""The only reader of the wall clock, and the rehearsal that can move it.

An instant is read once, at the edge where a request or a command arrives, then handed down as `at`. A rehearsal shifts the
clock of this process: the site's time starts at the instant asked for, and runs on. A clock that is held stays where it is:
that is how the demonstration is played, and how tests stand at the very instant a stage closes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


@dataclass(slots=True)
class _Rehearsal:
    shift: timedelta | None = None
    held: datetime | None = None


_rehearsal = _Rehearsal()


def now() -> datetime:
    """The site's present instant: aware, UTC, to the microsecond."""
    if _rehearsal.held is not None:
        return _rehearsal.held
    return datetime.now(UTC) + (_rehearsal.shift or timedelta())


def outside() -> datetime:
    """The instant it is in the world, even in a rehearsal: for whatever is agreed with others, such as a provider's tokens or
    the codes of a phone. Aware, UTC."""
    return datetime.now(UTC)


def rehearse(instant: datetime) -> None:
    """From now on the site's time starts at `instant` (aware) and runs on. Refused in production by the settings."""
    _rehearsal.shift = utc(instant) - datetime.now(UTC)


@contextmanager
def held_at(instant: datetime) -> Iterator[None]:
    """Hold the clock at an instant (aware) for the length of a block."""
    before, _rehearsal.held = _rehearsal.held, utc(instant)
    try:
        yield
    finally:
        _rehearsal.held = before


def stop_rehearsing() -> None:
    """Back to the wall clock."""
    _rehearsal.shift = None


def is_rehearsing() -> bool:
    """Whether the site's time has been moved away from the wall clock."""
    return _rehearsal.shift is not None


def utc(instant: datetime) -> datetime:
    """The same instant in UTC.

    Raises ValueError for a naive datetime: a local time alone does not say an instant.
    """
    if instant.tzinfo is None:
        raise ValueError(f"a naive datetime is not an instant: {instant!r}")
    return instant.astimezone(UTC)


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """The instant, in UTC, of a wall-clock time in Paris."""
    return datetime(year, month, day, hour, minute, second, tzinfo=PARIS).astimezone(UTC)


def paris_day(instant: datetime) -> date:
    """The day it is in Paris at this instant."""
    return instant.astimezone(PARIS).date()


class NoSuchLocalTimeError(ValueError):
    """This wall-clock time does not exist in Paris (clocks go forward) or exists twice (they go back)."""


def from_paris(local: datetime) -> datetime:
    """The instant, in UTC, of a naive wall-clock time typed by someone in Paris.

    Raises NoSuchLocalTimeError for the hour that does not exist in March and for the one that exists twice in October:
    a binding date may not be ambiguous, so the person is asked for another time.
    """
    first, second = (local.replace(tzinfo=PARIS, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first != second:
        raise NoSuchLocalTimeError(local.isoformat(sep=" "))
    return first

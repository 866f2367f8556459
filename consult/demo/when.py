"""The steps of the demonstration, and when they happen."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from consult.ground.clock import PARIS, paris


@dataclass(frozen=True, slots=True)
class Step:
    """One act: its instant, and how it is done. What must exist before the first visit comes first, whatever the instant."""

    at: datetime
    act: Callable[[], object]
    is_setting: bool = False


def day(text: str, hour: int) -> datetime:
    """An hour of a day written `2021-06-08`, in Paris."""
    on = date.fromisoformat(text)
    return paris(on.year, on.month, on.day, hour)


def working_hour(at: datetime) -> datetime:
    """An instant of the same weekday, or of the Friday before, between nine and half past five in Paris."""
    there = at.astimezone(PARIS).replace(second=0, microsecond=0)
    there -= timedelta(days=max(0, there.weekday() - 4))
    hour, minute = divmod(9 * 60 + (there.hour * 60 + there.minute) * 510 // 1440, 60)
    return paris(there.year, there.month, there.day, hour, minute)

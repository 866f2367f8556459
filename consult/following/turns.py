"""One turn of `consult work`: what is overdue, what is new, and the messages that are due, a batch at a time."""

from collections.abc import Callable
from datetime import datetime

from consult.following.digests import write_digests
from consult.following.model import Rhythm
from consult.following.overdue import tell_overdue
from consult.following.spreading import spread_some, where_to_look


def follow_on(is_over: Callable[[], bool], *, whole: bool, at: datetime) -> None:
    """Spread what is new and write the messages that are due, until `is_over` says to stop: the next turn goes on from there.

    `whole`: look at what is overdue and at every rhythm, and back to the first event; otherwise only at what has just happened.
    """
    if whole:
        tell_overdue(at=at)
    since = where_to_look(whole=whole)
    is_new = since is not None
    while since is not None and not is_over():
        since = spread_some(since=since, at=at)
    if is_new or whole:
        for rhythm in (Rhythm.AT_ONCE, Rhythm.DAILY, Rhythm.WEEKLY) if whole else (Rhythm.AT_ONCE,):
            after: int | None = 0
            while after is not None and not is_over():
                after = write_digests(rhythm, after=after, at=at)

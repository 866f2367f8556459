"""When a file may be read, and how often one’s own data."""

from datetime import datetime, timedelta

from consult.calendar.rules import Calendar, Stage
from consult.ground.refusals import Reason, Verdict, verdict

OF_THE_VOTE = frozenset({"supports", "vote_journal", "pabulib"})
"""The files that tell who votes for what: the ballots, the journal that they can be counted from again, the same for tools."""


def may_publish(name: str, calendar: Calendar, at: datetime) -> Verdict:
    """Whether a file may be read at this instant: those of the vote once it has closed, the others always."""
    return verdict((name not in OF_THE_VOTE or calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER))


MOST_DOWNLOADS = 5
DOWNLOADS_COUNTED_OVER = timedelta(hours=1)


def may_download(downloads: int) -> Verdict:
    """Whether someone may download their own data, after so many times within DOWNLOADS_COUNTED_OVER."""
    return verdict((downloads < MOST_DOWNLOADS, Reason.TOO_MANY_DOWNLOADS))

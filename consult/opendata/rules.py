"""When a file may be read, and how often one’s own data."""

from datetime import datetime, timedelta

from consult.calendar.rules import Calendar, Stage
from consult.ground.refusals import Reason, Verdict, verdict


def may_publish(name: str, calendar: Calendar, at: datetime) -> Verdict:
    """Whether a file may be read at this instant: the ballot file once the vote has closed, the others always."""
    return verdict((name != "supports" or calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER))


MOST_DOWNLOADS = 5
DOWNLOADS_COUNTED_OVER = timedelta(hours=1)


def may_download(downloads: int) -> Verdict:
    """Whether someone may download their own data, after so many times within DOWNLOADS_COUNTED_OVER."""
    return verdict((downloads < MOST_DOWNLOADS, Reason.TOO_MANY_DOWNLOADS))

"""How often one account, or one computer that is signed in nowhere, may ask for the same sort of thing: what no person
reaches, and a script does.

Whoever is signed in is counted by their account, wherever they write from: a whole département may sit behind one address.
Visitors are counted by theirs, many at once. Every minute counts afresh. Signing in and the acts of an
account have narrower limits of their own, beside their views.

Votes are counted in the memory of the process that receives them, and never wait for another machine; the rest where the
operator says (`CONSULT_REDIS_URL`), and a Redis that is away stops nobody.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from threading import Lock

from flask import Flask, request
from flask_limiter import RateLimitExceeded
from werkzeug.exceptions import HTTPException, TooManyRequests

from consult.config import Settings
from consult.extensions import computer, limiter
from consult.ground import clock
from consult.ground.actor import Actor
from consult.web import words
from consult.web.context import actor, received_at

log = logging.getLogger(__name__)

MINUTE = 60


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many of a sort of request are answered each minute."""

    name: str
    by_account: int
    by_address: int
    """For visitors: all those who share it."""


VOTES = Allowance("votes", 3000, 3000)
"""An account may try for a while, without a refusal, all that a server answers; nobody signed out votes."""
WRITING = Allowance("writing", 600, 1800)
"""What is sent by a form, whatever it is: a draft keeps itself every three seconds at most."""
FILES = Allowance("files", 300, 300)
FEEDS = Allowance("feeds", 300, 1200)
"""Read by programs, many of which wake up on the hour, in every office at once."""
SEARCHES = Allowance("searches", 600, 1800)
"""The names of collectivités are searched as they are typed."""

READING = {
    "data.file": FILES,
    "data.election": FILES,
    "portfolio.file": FILES,
    "files.download": FILES,
    "files.download_of_draft": FILES,
    "interest_files.download": FILES,
    "interest_files.sheet": FILES,
    "interests.sheet": FILES,
    "personal_data.file": FILES,
    "calendar.ics": FEEDS,
    "workshops.ics": FEEDS,
    "feeds.contributions": FEEDS,
    "service_news.feed": FEEDS,
    "collectivites.suggestions": SEARCHES,
}
"""What costs more to answer than a page, or is read by programs."""

BALLOTS = frozenset({"ballots.give", "ballots.withdraw"})


class Counts:
    """How many times each has asked within the present minute, in the memory of this process."""

    def __init__(self) -> None:
        self._lock, self._minute, self._asked = Lock(), 0, Counter[str]()

    def add(self, key: str, minute: int) -> int:
        """Count one more; how many there are."""
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._asked.clear()
            self._asked[key] += 1
            return self._asked[key]


def init_app(app: Flask, settings: Settings) -> None:
    """Count every request that has an allowance, before its view; a site without limits does not even look."""
    if not settings.rate_limits:
        return
    here = Counts()
    elsewhere = _shared if settings.redis_url else here.add

    @app.before_request
    def _count() -> None:
        allowance = of_request()
        if allowance is not None:
            _hit(allowance, here.add if allowance is VOTES else elsewhere)


def of_request() -> Allowance | None:
    """The allowance that this request is counted in, if any."""
    endpoint = request.endpoint or ""
    if request.method == "POST":
        return VOTES if endpoint in BALLOTS else WRITING
    return READING.get(endpoint) or (SEARCHES if request.args.get("q") else None)


def _hit(allowance: Allowance, add: Callable[[str, int], int]) -> None:
    """Raises TooManyRequests, which says in how many seconds to ask again, beyond the allowance."""
    who, seconds = actor(), received_at().timestamp()
    most = allowance.by_account if who.is_signed_in else allowance.by_address
    if add(f"{allowance.name}:{_counted(who)}", int(seconds // MINUTE)) > most:
        raise TooManyRequests(retry_after=ceil(MINUTE - seconds % MINUTE))


def asker() -> str:
    """Who is counted: an account, or a computer that is signed in nowhere."""
    return _counted(actor())


def _counted(who: Actor) -> str:
    return f"person:{who.person_id}" if who.is_signed_in else computer()


def _shared(key: str, minute: int) -> int:
    storage = limiter.storage
    try:
        return storage.incr(f"{key}:{minute}", 2 * MINUTE)
    except storage.base_exceptions as error:
        log.warning("limits are not counted: %s", type(error).__name__)
        return 0


def again_at(error: HTTPException) -> datetime | None:
    """When what was refused as too much will be answered again, in the site's own time, if this is why it was refused."""
    if isinstance(error, RateLimitExceeded):
        reached = limiter.current_limit
        seconds = reached.reset_at - clock.outside().timestamp() if reached else MINUTE
    elif isinstance(error, TooManyRequests) and isinstance(error.retry_after, int):
        seconds = error.retry_after
    else:
        return None
    return received_at() + timedelta(seconds=max(seconds, 1))


def until(at: datetime) -> str:
    """The first whole minute from which one may go on, in words."""
    whole = at.replace(second=0, microsecond=0)
    whole = whole if whole == at else whole + timedelta(minutes=1)
    return f"Vous pourrez recommencer à partir de {words.hour(whole)} (heure de{words.NBSP}Paris)."

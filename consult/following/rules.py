"""What may be followed and by whom, and up to which instant a message of each rhythm tells. Pure."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from consult.following.model import Rhythm
from consult.ground.actor import Actor
from consult.ground.clock import PARIS, utc
from consult.ground.refusals import Reason, Verdict, verdict

HOUR = time(8)
"""When daily and weekly messages are written, in Paris; weekly ones on a Monday."""

DEFAULT = Rhythm.WEEKLY
"""How those who chose nothing are told."""


class Sort(StrEnum):
    """What may be followed, as the journal names it."""

    CONTRIBUTION = "contribution"
    PROPOSAL = "proposal"
    SERVICE = "service"
    COLLECTIVITE = "collectivite"


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that may be followed: by its number within its edition, or by its SIREN."""

    sort: Sort
    key: str
    edition_id: int | None = None

    @property
    def name(self) -> str:
        """As it is stored: `3/contribution:12`, `collectivite:214602404`."""
        within = "" if self.edition_id is None else f"{self.edition_id}/"
        return f"{within}{self.sort.value}:{self.key}"


_NAME = re.compile(r"(?:([0-9]{1,9})/(contribution|proposal|service):([0-9]{1,9})|collectivite:([0-9]{9}))", re.ASCII)


def subject_of(name: str) -> Subject | None:
    """What a stored name speaks of; None when it speaks of nothing that may be followed."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    edition_id, sort, number, siren = found.groups()
    return Subject(Sort.COLLECTIVITE, siren) if siren else Subject(Sort(sort), str(int(number)), int(edition_id))


def may_follow(actor: Actor) -> Verdict:
    """Whether the actor may follow something: anyone with an account, since messages go to its address."""
    return verdict((actor.is_signed_in, Reason.SIGN_IN))


def told_until(rhythm: Rhythm, at: datetime) -> datetime | None:
    """Up to which instant a message of this rhythm, written at `at`, tells; None when none is ever written.

    What comes later waits for the next one: a day's message is the same at whatever hour it is written.
    """
    if rhythm is Rhythm.NEVER:
        return None
    if rhythm is Rhythm.AT_ONCE:
        return at
    local = at.astimezone(PARIS)
    back = local.weekday() if rhythm is Rhythm.WEEKLY else 0
    period = timedelta(days=7 if rhythm is Rhythm.WEEKLY else 1)
    latest = datetime.combine(local.date() - timedelta(days=back), HOUR, PARIS)
    if latest > local:
        latest = datetime.combine(latest.date() - period, HOUR, PARIS)
    return utc(latest)

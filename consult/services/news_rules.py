"""What a service may tell, with which pictures, and what waits for the agency: whatever speaks of money."""

import re
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from html import unescape

from consult.calendar.rules import Calendar, Verb
from consult.contributions.file_types import FileType
from consult.ground.actor import Actor
from consult.ground.refusals import ALLOWED, Reason, Verdict, verdict
from consult.interests.rules import TEAM, is_of_the_team
from consult.services.model import Publication
from consult.services.rules import is_of_service, may_update

SENT_TWICE = timedelta(hours=1)
"""How long the same words in the same name are the same news: a button pressed twice, a page open in two tabs."""

MOST_PICTURES = 3
MOST_PICTURE_BYTES = 5_000_000
PICTURES = (FileType.PNG, FileType.JPEG)

_MONEY = re.compile(
    r"€|(?<![^\W\d_])(?:[kmg]?\s?euros?|[kmg]?eur|kilo-?euros?|millions? d[’']euros?)(?![^\W\d_])", re.IGNORECASE
)
_MARKS = re.compile(r"[*_~`\\]")


def speaks_of_money(*texts: str) -> bool:
    """Whether an amount is written in one of these texts, in €, k€, M€ or euros. The Eure and Europe are no amounts.

    They are looked at as they will be read: without the marks of Markdown, an entity for what it stands for.
    """
    return any(_MONEY.search(_MARKS.sub("", unescape(text))) for text in texts)


def standing_of(actor: Actor, *texts: str) -> Publication:
    """Whether what the actor tells is read at once: what speaks of money waits for the agency, unless it is the agency's."""
    if actor.has_role(*TEAM) or not speaks_of_money(*texts):
        return Publication.PUBLISHED
    return Publication.PROPOSED


def leaves_money(actor: Actor, *texts: str) -> Verdict:
    """Whether these texts, public at once, leave amounts to the agency: a service's own team says none by another way."""
    return verdict((actor.has_role(*TEAM) or not speaks_of_money(*texts), Reason.MONEY_IS_THE_AGENCY_S))


def is_acceptable_picture(size: int, type_: FileType | None) -> Verdict:
    """Whether a picture may be shown, for what it is."""
    return verdict((size <= MOST_PICTURE_BYTES, Reason.PICTURE_TOO_BIG), (type_ in PICTURES, Reason.NOT_A_PICTURE))


def may_tell(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], descriptions: Sequence[str], at: datetime
) -> Verdict:
    """Whether the actor may tell news of a service, with as many pictures as there are descriptions."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        (len(descriptions) <= MOST_PICTURES, Reason.TOO_MANY_PICTURES),
        (all(said.strip() for said in descriptions), Reason.PICTURE_UNDESCRIBED),
    )


def may_publish(actor: Actor, *, calendar: Calendar, standing: Publication, at: datetime) -> Verdict:
    """Whether the actor may publish news that waits: the agency."""
    return verdict(
        calendar.gate(Verb.UPDATE_SERVICE, at),
        is_of_the_team(actor),
        (standing is Publication.PROPOSED, Reason.NEWS_NOT_WAITING),
    )


def may_refuse(actor: Actor, *, calendar: Calendar, standing: Publication, reason: str, at: datetime) -> Verdict:
    """Whether the actor may refuse it, for a reason."""
    return verdict(
        may_publish(actor, calendar=calendar, standing=standing, at=at),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_take_back(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    by_agency: bool,
    standing: Publication,
    reason: str,
    at: datetime,
) -> Verdict:
    """Whether the actor may take back news that is read, or that waits, for a reason; what the agency wrote, the agency."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        is_of_the_team(actor) if by_agency else ALLOWED,
        (standing in (Publication.PUBLISHED, Publication.PROPOSED), Reason.NEWS_NOT_READ),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_read(actor: Actor, *, bearers: Collection[str], standing: Publication) -> bool:
    """Whether the actor reads this: everybody what is published, the service's team and the agency what is not."""
    return standing is Publication.PUBLISHED or bool(is_of_service(actor, bearers))

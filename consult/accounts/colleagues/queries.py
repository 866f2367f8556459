"""Reading what the people of one collectivité see: each other, and what was done in its name.

Whoever calls these has asked `may_see_colleagues` first.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, case, cast, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from consult.accounts.attachments.actions import was_put_aside
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.accounts.queries import known_as
from consult.calendar.model import Edition
from consult.ground.actor import Profile
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, PAGE_SIZE, Page, offset
from consult.journal.model import Event, EventKind

# ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who speaks for the collectivité, or asks to."""

    attachment_id: int
    person_id: int
    name: str
    profile: Profile | None
    function: str
    way: AttachmentWay
    since: datetime
    """When they were verified, or when they asked."""
    is_put_aside: bool = False
    """Whether a colleague or the team has answered no before: only the team can answer again."""


def colleagues(siren: str) -> Page[Colleague]:
    """Who surely speaks for this collectivité, the oldest first, at most MOST_LISTED. One statement."""
    rows = _people(siren, AttachmentStatus.VERIFIED, Attachment.verified_at)
    return Page([_colleague(row) for row in rows], 1, _total(rows), MOST_LISTED)


def requests_to_join(siren: str) -> Page[Colleague]:
    """Who asks to, the oldest first, at most MOST_LISTED. Two statements."""
    rows = _people(siren, AttachmentStatus.PENDING, Attachment.requested_at)
    aside = _put_aside(siren, [row.person_id for row in rows])
    return Page([_colleague(row, is_put_aside=row.person_id in aside) for row in rows], 1, _total(rows), MOST_LISTED)


def _people(siren: str, status: AttachmentStatus, since: InstrumentedAttribute[Any]) -> Sequence[Row[Any]]:
    statement = (
        select(
            Attachment.id,
            Attachment.person_id,
            known_as().label("name"),
            Person.profile,
            Person.function,
            Attachment.way,
            since.label("since"),
            func.count().over().label("total"),
        )
        .join(Person, Person.id == Attachment.person_id)
        .where(Attachment.siren == siren, Attachment.status == status)
        .order_by(since, Attachment.id)
        .limit(MOST_LISTED)
    )
    return reading().execute(statement).all()


def _colleague(row: Row[Any], *, is_put_aside: bool = False) -> Colleague:
    return Colleague(row.id, row.person_id, row.name, row.profile, row.function, row.way, row.since, is_put_aside=is_put_aside)


def _total(rows: Sequence[Row[Any]]) -> int:
    return rows[0].total if rows else 0


def _put_aside(siren: str, people: Collection[int]) -> set[int]:
    """Who, among these people, was last answered no by somebody else."""
    latest_first = (
        select(Attachment).where(Attachment.siren == siren, Attachment.person_id.in_(people)).order_by(Attachment.id.desc())
    )
    known: dict[int, list[Attachment]] = {}
    for attachment in reading().scalars(latest_first):
        known.setdefault(attachment.person_id, []).append(attachment)
    return {person_id for person_id, theirs in known.items() if was_put_aside(theirs)}


# ── What was done ────────────────────────────────────────────────────────────────────────────────────────────────────────

DEEDS = (
    EventKind.CONTRIBUTION_PUBLISHED,
    EventKind.CONTRIBUTION_EDITED,
    EventKind.CONTRIBUTION_WITHDRAWN,
    EventKind.CONTRIBUTION_REORIENTED,
    EventKind.CONTRIBUTION_DECLARED_INELIGIBLE,
    EventKind.CONTRIBUTION_GROUPED,
    EventKind.CONTRIBUTION_UNGROUPED,
    EventKind.ME_TOO_SAID,
    EventKind.ME_TOO_WITHDRAWN,
    EventKind.SUPPORT_GIVEN,
    EventKind.SUPPORT_WITHDRAWN,
    EventKind.SUPPORT_MERGED,
    EventKind.SUPPORT_RESTORED,
    EventKind.INTEREST_DECLARED,
    EventKind.INTEREST_WITHDRAWN,
    EventKind.INTEREST_ACCEPTED,
    EventKind.INTEREST_DECLINED,
    EventKind.INTEREST_WAITLISTED,
    EventKind.INTEREST_MOVED_UP,
    EventKind.DEPLOYMENT_DECLARED,
    EventKind.ATTACHMENT_VERIFIED,
    EventKind.ATTACHMENT_REFUSED,
    EventKind.ATTACHMENT_REOPENED,
    EventKind.ATTACHMENT_ENDED,
    EventKind.INVITATION_SENT,
    EventKind.INVITATION_REVOKED,
    EventKind.INVITATION_DECLINED,
)
"""What of the journal is said to the people of a collectivité: what was done in its name, and what became of it. Requests that
wait have their own list, and an invitation that is accepted shows as the attachment it gives."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done in the name of a collectivité, or about it."""

    at: datetime
    kind: EventKind
    by: str
    """Who did it; empty for the team, whose members are not named here."""
    about: str
    """Whom an attachment concerns; empty for anything else, or when they did it themselves."""
    edition: str | None
    """The slug."""
    subject: str
    data: dict[str, Any]


def deeds(siren: str, *, page: int = 1) -> Page[Deed]:
    """What was done in the name of this collectivité, latest first. Two statements."""
    session, where = reading(), (Event.siren == siren) & Event.kind.in_(DEEDS)
    concerned, attachment = aliased(Person), aliased(Attachment)
    of_its_people = exists().where(Attachment.siren == siren, Attachment.person_id == Event.person_id).correlate(Event)
    total = session.scalar(select(func.count()).select_from(Event).where(where)) or 0
    rows = session.execute(
        select(
            Event.at,
            Event.kind,
            case((of_its_people, known_as()), else_="").label("by"),
            case((concerned.id != func.coalesce(Event.person_id, 0), known_as(concerned)), else_="").label("about"),
            Edition.slug,
            func.coalesce(Event.subject, ""),
            Event.data,
        )
        .outerjoin(Person, Person.id == Event.person_id)
        .outerjoin(Edition, Edition.id == Event.edition_id)
        .outerjoin(
            attachment,
            (attachment.siren == siren) & (Event.subject == literal("attachment:").concat(cast(attachment.id, String))),
        )
        .outerjoin(concerned, concerned.id == attachment.person_id)
        .where(where)
        .order_by(Event.at.desc(), Event.id.desc())
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([Deed(*row) for row in rows], page, total)

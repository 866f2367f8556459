"""A milestone whose day is past, and three months without news: said to the service's own team first, then to whoever follows.

The team is told seven days before; on the day, the page says it to everyone and those who follow are told, once. When the
milestone is moved or reached in the meantime, or news published, nothing is said. What was overdue long before the site knew of
it is shown, and told to nobody: a list of projects that is entered with its past brings no heap of messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, String, and_, bindparam, cast, func, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.following.spreading import NEWS_FOR
from consult.ground.actor import VISITOR
from consult.ground.clock import paris_day
from consult.ground.database import Lock, lock, transaction
from consult.journal.actions import record
from consult.journal.model import Event, EventKind
from consult.outbox.actions import Circular
from consult.outbox.model import Notice
from consult.services.model import Bearer, Milestone, News, Phase, Publication, Service
from consult.services.rules import SILENCE, is_silent

WARNED_BEFORE = timedelta(days=7)

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Overdue:
    """Something that a service owes: from which day on it is overdue, and what tells it from any other."""

    kind: EventKind
    service: AnyRow
    from_day: date
    key: str
    said: dict[str, Any]


def tell_overdue(*, at: datetime) -> None:
    """Warn each service's team of what will be overdue within a week, and write in the journal what is, for whoever follows."""
    today = paris_day(at)
    with transaction() as session:
        lock(session, Lock.FOLLOWING, "overdue")
        owed = [*_milestones(session, today), *_silences(session, today)]
        told = _told(session, {each.service.edition_id for each in owed})
        for each in owed:
            _warn(session, each, at)
            subject = f"service:{each.service.number}"
            if each.from_day <= today and (each.service.edition_id, subject, each.key) not in told:
                said = each.said | {"name": each.service.name, "key": each.key}
                record(session, each.kind, VISITOR, at=at, edition_id=each.service.edition_id, subject=subject, **said)


def _of_services(*columns: Any) -> Select[*tuple[Any, ...]]:
    named = (Service.id, Service.edition_id, Service.number, Service.name, Service.phase, Edition.slug)
    return select(*named, *columns).select_from(Service).join(Edition, Edition.id == Service.edition_id)


def _milestones(session: Session, today: date) -> Iterator[Overdue]:
    """Those not kept whose day is at hand, or lately past. A stopped service has dropped its own."""
    rows = session.execute(
        _of_services(Milestone.id.label("milestone_id"), Milestone.title, Milestone.due_on)
        .join(Milestone, Milestone.service_id == Service.id)
        .where(
            Milestone.done_on.is_(None),
            Milestone.dropped_at.is_(None),
            Milestone.due_on.between(today - NEWS_FOR, today + WARNED_BEFORE),
            Service.phase != Phase.STOPPED,
        )
        .order_by(Milestone.id)
    )
    for row in rows:
        due_on = row.due_on.isoformat()
        said = {"title": row.title, "due_on": due_on}
        key = f"milestone:{row.milestone_id}:{due_on}"
        yield Overdue(EventKind.MILESTONE_LATE, row, row.due_on + timedelta(days=1), key, said)


def _silences(session: Session, today: date) -> Iterator[Overdue]:
    """Services whose last news, or birth, is almost three months old, or was lately."""
    published = and_(News.service_id == Service.id, News.standing == Publication.PUBLISHED)
    news = select(func.max(News.published_at)).where(published).correlate(Service).scalar_subquery()
    for row in session.execute(_of_services(func.coalesce(news, Service.born_at).label("last_at")).order_by(Service.id)):
        last = paris_day(row.last_at)
        from_day = last + SILENCE
        if is_silent(row.phase, last, today + WARNED_BEFORE) and from_day >= today - NEWS_FOR:
            since = last.isoformat()
            yield Overdue(EventKind.SERVICE_SILENT, row, from_day, f"silence:{row.id}:{since}", {"since": since})


def _told(session: Session, editions: set[int]) -> set[tuple[int, str, str]]:
    """What the journal has said already. One statement."""
    kinds = (EventKind.MILESTONE_LATE, EventKind.SERVICE_SILENT)
    rows = session.execute(
        select(Event.edition_id, Event.subject, Event.data).where(Event.edition_id.in_(editions), Event.kind.in_(kinds))
    )
    return {(row.edition_id, row.subject, row.data["key"]) for row in rows}


def _warn(session: Session, each: Overdue, at: datetime) -> None:
    """One message to each of the service's people, once for this day: a milestone that moves is another matter."""
    data = each.said | {
        "kind": each.kind.value,
        "service": each.service.name,
        "edition": each.service.slug,
        "number": each.service.number,
        "from_day": each.from_day.isoformat(),
    }
    _TO_THE_TEAM.post(session, at=at, due_at=at, data=data, named=f"overdue:{each.key}:", of=each.service.id)


_TO_THE_TEAM = Circular(
    Notice.SERVICE_TO_TEND,
    select(bindparam("named", type_=String) + cast(Person.id, String), Person.email)
    .where(
        Person.id.in_(
            select(Attachment.person_id)
            .join(Bearer, Bearer.siren == Attachment.siren)
            .where(Bearer.service_id == bindparam("of"), Attachment.status == AttachmentStatus.VERIFIED)
        ),
        wants(Topic.SERVICES),
    )
    .order_by(Person.id),
)

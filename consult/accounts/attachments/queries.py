"""Reading attachments: one's own, and the team's queue. Everything known of one request has its own file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, UnaryExpression, case, exists, func, select
from sqlalchemy.orm import aliased

from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, OfficialMailbox, Person
from consult.accounts.queries import LIVE, known_as
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import full_name


@dataclass(frozen=True, slots=True)
class OwnAttachment:
    """An attachment, as the person it concerns sees it, and what ways remain to verify it."""

    id: int
    siren: str
    collectivite: str
    status: AttachmentStatus
    way: AttachmentWay
    requested_at: datetime
    decided_at: datetime | None
    verified_at: datetime | None
    reason: str
    ended_by_other: bool
    """Whether a colleague or the team ended it, rather than the person or the register."""
    ended_by_register: bool
    """Whether it ended with the collectivité: nobody decided it, and no reason of anybody's is to be read."""
    is_current: bool
    """Whether the register still holds the collectivité."""
    colleagues: int
    """How many others are verified for it."""
    has_mailbox: bool
    """Whether its official mailbox is known."""
    is_put_aside: bool
    """Whether somebody else had said no to the one before: no proof reverses that without the team."""

    @property
    def carries_a_proof(self) -> bool:
        """Whether it waits although something proves it: somebody had said no before."""
        return self.status is AttachmentStatus.PENDING and self.way is not AttachmentWay.MODERATOR


def _own(person_id: int) -> Select[*tuple[Any, ...]]:
    other = aliased(Attachment)
    colleagues = (
        select(func.count())
        .where(
            other.siren == Attachment.siren,
            other.status == AttachmentStatus.VERIFIED,
            other.person_id != Attachment.person_id,
        )
        .correlate(Attachment)
        .scalar_subquery()
    )
    before = aliased(Attachment)
    is_no = (before.status == AttachmentStatus.REFUSED) | (
        (before.status == AttachmentStatus.ENDED) & (before.decided_by != before.person_id)
    )
    last_answer = (  # as `attachments.was_put_aside` reads it
        select(case((is_no, 1), else_=0))
        .where(
            before.person_id == Attachment.person_id,
            before.siren == Attachment.siren,
            before.id < Attachment.id,
            is_no | before.verified_at.is_not(None),
        )
        .order_by(before.id.desc())
        .limit(1)
        .correlate(Attachment)
        .scalar_subquery()
    )
    return (
        select(
            Attachment,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            Collectivite.is_current,
            colleagues.label("colleagues"),
            exists().where(OfficialMailbox.siren == Attachment.siren).correlate(Attachment).label("has_mailbox"),
            func.coalesce(last_answer, 0).label("is_put_aside"),
        )
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Attachment.person_id == person_id)
    )


def _as_own(row: Row[Any]) -> OwnAttachment:
    one: Attachment = row.Attachment
    return OwnAttachment(
        id=one.id,
        siren=one.siren,
        collectivite=full_name(row.name, row.kind, row.departement_name),
        status=one.status,
        way=one.way,
        requested_at=one.requested_at,
        decided_at=one.decided_at,
        verified_at=one.verified_at,
        reason=one.reason,
        ended_by_other=one.status is AttachmentStatus.ENDED and one.decided_by not in (None, one.person_id),
        ended_by_register=one.status is AttachmentStatus.ENDED and one.decided_by is None,
        is_current=row.is_current,
        colleagues=row.colleagues,
        has_mailbox=row.has_mailbox,
        is_put_aside=bool(row.is_put_aside),
    )


def attachments_of(person_id: int, *, page: int = 1) -> Page[OwnAttachment]:
    """Every attachment of a person, live ones first, then the latest. Two statements."""
    session = reading()
    total = session.scalar(select(func.count()).where(Attachment.person_id == person_id)) or 0
    rows = session.execute(
        _own(person_id)
        .order_by(case((Attachment.status.in_(LIVE), 0), else_=1), Attachment.id.desc())
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([_as_own(row) for row in rows], page, total)


def own_attachment(person_id: int, attachment_id: int) -> OwnAttachment:
    """One of a person's own attachments. One statement. Raises NotFound."""
    row = reading().execute(_own(person_id).where(Attachment.id == attachment_id)).one_or_none()
    if row is None:
        raise NotFound
    return _as_own(row)


@dataclass(frozen=True, slots=True)
class AttachmentLine:
    """An attachment on the team's desk: who, for which collectivité, where it stands, since when."""

    id: int
    person: str
    siren: str
    collectivite: str
    status: AttachmentStatus
    requested_at: datetime
    decided_at: datetime | None


def desk_lines(*where: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The lines under these conditions, still without an order; `as_line` reads each row."""
    return (
        select(
            Attachment.id,
            known_as().label("person"),
            Attachment.siren,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            Attachment.status,
            Attachment.requested_at,
            Attachment.decided_at,
        )
        .join(Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(*where)
    )


def as_line(row: Row[Any]) -> AttachmentLine:
    """A row of `desk_lines`."""
    name = full_name(row.name, row.kind, row.departement_name)
    return AttachmentLine(row.id, row.person, row.siren, name, row.status, row.requested_at, row.decided_at)


def pending_attachments(*, page: int = 1) -> Page[AttachmentLine]:
    """Requests still to be decided, oldest first. Two statements, however many there are."""
    return _desk(AttachmentStatus.PENDING, page, (Attachment.requested_at.asc(), Attachment.id.asc()))


def decided_attachments(status: AttachmentStatus, *, page: int = 1) -> Page[AttachmentLine]:
    """Those that were verified, refused or ended, the latest decision first. Two statements."""
    return _desk(status, page, (Attachment.decided_at.desc(), Attachment.id.desc()))


def _desk(status: AttachmentStatus, page: int, order: Sequence[UnaryExpression[Any]]) -> Page[AttachmentLine]:
    """The few of a page are chosen in an index before their names are looked up: the last page costs what the first does."""
    where = Attachment.status == status
    total = reading().scalar(select(func.count()).where(where)) or 0
    few = select(Attachment.id).where(where).order_by(*order).offset(offset(page)).limit(PAGE_SIZE)
    rows = reading().execute(desk_lines(Attachment.id.in_(few)).order_by(*order))
    return Page([as_line(row) for row in rows], page, total)

"""Reading attachments: one's own, the team's queue, everything known of a request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import aliased

from consult.accounts.model import Attachment, AttachmentStatus, Person
from consult.accounts.queries import LIVE, known_as
from consult.ground.actor import Profile
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import Category, Kind, full_name, kind_label


@dataclass(frozen=True, slots=True)
class OwnAttachment:
    """An attachment, as the person it concerns sees it."""

    id: int
    siren: str
    collectivite: str
    status: AttachmentStatus
    requested_at: datetime
    decided_at: datetime | None
    reason: str


def attachments_of(person_id: int, *, page: int = 1) -> Page[OwnAttachment]:
    """Every attachment of a person, live ones first, then the latest. Two statements."""
    session, where = reading(), Attachment.person_id == person_id
    total = session.scalar(select(func.count()).select_from(Attachment).where(where)) or 0
    rows = session.execute(
        select(
            Attachment.id,
            Attachment.siren,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            Attachment.status,
            Attachment.requested_at,
            Attachment.decided_at,
            Attachment.reason,
        )
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(where)
        .order_by(case((Attachment.status.in_(LIVE), 0), else_=1), Attachment.id.desc())
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    items = [
        OwnAttachment(
            row.id,
            row.siren,
            full_name(row.name, row.kind, row.departement_name),
            row.status,
            row.requested_at,
            row.decided_at,
            row.reason,
        )
        for row in rows
    ]
    return Page(items, page, total)


@dataclass(frozen=True, slots=True)
class PendingAttachment:
    """A request, as the queue shows it."""

    id: int
    person: str
    collectivite: str
    requested_at: datetime


def pending_attachments(*, page: int = 1) -> Page[PendingAttachment]:
    """Requests still to be decided, oldest first. Two statements, however many there are."""
    session, where = reading(), Attachment.status == AttachmentStatus.PENDING
    total = session.scalar(select(func.count()).select_from(Attachment).where(where)) or 0
    rows = session.execute(
        select(
            Attachment.id,
            Person.name.label("person"),
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            Attachment.requested_at,
        )
        .join(Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(where)
        .order_by(Attachment.requested_at, Attachment.id)
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    items = [
        PendingAttachment(row.id, row.person, full_name(row.name, row.kind, row.departement_name), row.requested_at)
        for row in rows
    ]
    return Page(items, page, total)


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """Everything known of a request, for who decides."""

    id: int
    status: AttachmentStatus
    requested_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    reason: str
    person_id: int
    person: str
    profile: Profile | None
    function: str
    email: str
    siren: str
    name: str
    kind: Kind
    category: Category | None
    insee: str | None
    departement_name: str | None
    population: int
    colleagues: Sequence[str] = ()
    """Name and function of people already verified for the same collectivité, at most MOST_COLLEAGUES of them."""

    @property
    def collectivite(self) -> str:
        return full_name(self.name, self.kind, self.departement_name)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind, self.category)

    @property
    def domain(self) -> str:
        """What comes after the @ of the person's address, in ASCII: two domains that merely look alike differ here."""
        return self.email.rpartition("@")[2]


MOST_COLLEAGUES = 20


def attachment_file(attachment_id: int) -> AttachmentFile:
    """A request and what is known about it, decided or not. Two statements. Raises NotFound."""
    decider = aliased(Person)
    row = (
        reading()
        .execute(
            select(
                Attachment.id,
                Attachment.status,
                Attachment.requested_at,
                Attachment.decided_at,
                known_as(decider).label("decided_by"),
                Attachment.reason,
                Attachment.person_id,
                known_as().label("person"),
                Person.profile,
                Person.function,
                Person.email,
                Collectivite.siren,
                Collectivite.name,
                Collectivite.kind,
                Collectivite.category,
                Collectivite.insee,
                Collectivite.departement_name,
                Collectivite.population,
            )
            .join(Person, Person.id == Attachment.person_id)
            .join(Collectivite, Collectivite.siren == Attachment.siren)
            .outerjoin(decider, decider.id == Attachment.decided_by)
            .where(Attachment.id == attachment_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return AttachmentFile(**row._mapping, colleagues=_colleagues(row.siren, but=row.person_id))


def _colleagues(siren: str, *, but: int) -> Sequence[str]:
    rows = reading().execute(
        select(Person.name, Person.function)
        .join(Attachment, Attachment.person_id == Person.id)
        .where(Attachment.siren == siren, Attachment.status == AttachmentStatus.VERIFIED, Person.id != but)
        .order_by(Attachment.verified_at, Attachment.id)
        .limit(MOST_COLLEAGUES)
    )
    return [f"{name}, {function}" for name, function in rows]

"""Reading people: who acts in a session, who waits to be attached, who holds a role."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session, aliased

from consult.accounts import rules
from consult.accounts.model import Attachment, AttachmentStatus, Person, PersonSession, RoleGrant, SignInRequest
from consult.ground.actor import Actor, Mandate, Profile, Role, Standing
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import Category, Kind, full_name, kind_label

LIVE = (AttachmentStatus.PENDING, AttachmentStatus.VERIFIED)


def digest(secret: str) -> str:
    """What the base keeps of a token, a code or a session key: it cannot be used if the base is read."""
    return hashlib.sha256(secret.encode()).hexdigest()


# ── Who acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _actors() -> Select[*tuple[Any, ...]]:
    """Person × live attachment × role: a few rows each, the surest and oldest attachment first."""
    return (
        select(
            Person.id,
            Person.name,
            Person.profile,
            Person.function,
            RoleGrant.role,
            Attachment.id.label("attachment_id"),
            Attachment.status,
            Collectivite.siren,
            Collectivite.name.label("collectivite"),
            Collectivite.departement_name,
            Collectivite.kind,
        )
        .select_from(Person)
        .outerjoin(RoleGrant, RoleGrant.person_id == Person.id)
        .outerjoin(Attachment, (Attachment.person_id == Person.id) & Attachment.status.in_(LIVE))
        .outerjoin(Collectivite, Collectivite.siren == Attachment.siren)
        .order_by(case((Attachment.status == AttachmentStatus.VERIFIED, 0), else_=1), Attachment.id)
    )


def actor_of_session(key: str) -> Actor | None:
    """Who acts in this session, in one statement. None when the session has ended, or never was."""
    return _actor(
        _actors()
        .join(PersonSession, PersonSession.person_id == Person.id)
        .where(PersonSession.key_hash == digest(key), PersonSession.ended_at.is_(None))
    )


def actor_of_person(person_id: int) -> Actor | None:
    """The same, for a person known by other means."""
    return _actor(_actors().where(Person.id == person_id))


def as_now(session: Session, actor: Actor) -> Actor:
    """The actor with their attachment as it stands inside this transaction: without a mandate if it was refused or ended.

    One statement; none for who speaks for nobody. An actor is read before the transaction, and may have changed since.
    """
    if actor.mandate is None:
        return actor
    status = session.scalar(
        select(Attachment.status).where(
            Attachment.id == actor.mandate.attachment_id,
            Attachment.person_id == actor.person_id,
            Attachment.status.in_(LIVE),
        )
    )
    return replace(actor, mandate=replace(actor.mandate, standing=Standing(status.value)) if status else None)


def _actor(statement: Select[*tuple[Any, ...]]) -> Actor | None:
    rows = reading().execute(statement).all()
    if not rows:
        return None
    first = rows[0]
    return Actor(
        person_id=first.id,
        name=first.name,
        profile=first.profile,
        function=first.function,
        roles=frozenset(Role(row.role) for row in rows if row.role),
        mandate=_mandate(first) if first.attachment_id else None,
    )


def _mandate(row: Any) -> Mandate:
    return Mandate(
        attachment_id=row.attachment_id,
        siren=row.siren,
        standing=Standing(row.status.value),
        name=full_name(row.collectivite, row.kind, row.departement_name),
        kind=row.kind.value,
    )


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def address_of_link(token: str, *, at: datetime) -> str | None:
    """Whose session this link would open; None when it no longer serves. Reading it spends nothing."""
    found = (
        reading()
        .execute(
            select(SignInRequest.email, SignInRequest.expires_at, SignInRequest.used_at).where(
                SignInRequest.token_hash == digest(token)
            )
        )
        .one_or_none()
    )
    return found.email if found and rules.is_live(expires_at=found.expires_at, used_at=found.used_at, at=at) else None


def address_of_person(person_id: int) -> str:
    """Where mail to this person goes. Raises NotFound."""
    email = reading().scalar(select(Person.email).where(Person.id == person_id))
    if email is None:
        raise NotFound
    return email


def existing_addresses(keys: Collection[str]) -> set[str]:
    """Which of these addresses, in lower case, have an account."""
    return set(reading().scalars(select(Person.email_key).where(Person.email_key.in_(keys))))


# ── Attachments ──────────────────────────────────────────────────────────────────────────────────────────────────────────


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
                decider.name.label("decided_by"),
                Attachment.reason,
                Attachment.person_id,
                Person.name.label("person"),
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


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A role that someone holds."""

    person_id: int
    name: str
    email: str
    role: Role
    granted_at: datetime


_HOLDERS = select(Person.id, Person.name, Person.email, RoleGrant.role, RoleGrant.granted_at).join(
    Person, Person.id == RoleGrant.person_id
)


def role_holders(*, page: int = 1) -> Page[RoleHolder]:
    """Who holds which role, by address, then by role. Two statements."""
    session = reading()
    total = session.scalar(select(func.count()).select_from(RoleGrant)) or 0
    rows = session.execute(_HOLDERS.order_by(Person.email_key, RoleGrant.role).offset(offset(page)).limit(PAGE_SIZE))
    return Page([RoleHolder(*row) for row in rows], page, total)


def role_holder(person_id: int, role: Role) -> RoleHolder:
    """One role of one person. Raises NotFound when they do not hold it."""
    row = reading().execute(_HOLDERS.where(Person.id == person_id, RoleGrant.role == role)).one_or_none()
    if row is None:
        raise NotFound
    return RoleHolder(*row)

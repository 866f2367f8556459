"""Reading people: who acts in a session, where mail goes, who holds a role."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, case, exists, func, select
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    MutedTopic,
    Person,
    PersonSession,
    RoleGrant,
    SecondFactor,
    SignInRequest,
    Topic,
)
from consult.ground.actor import Actor, Mandate, Role, Standing
from consult.ground.database import ask, reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import full_name

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
        .where(Person.closed_at.is_(None))
        .order_by(case((Attachment.status == AttachmentStatus.VERIFIED, 0), else_=1), Attachment.id)
    )


def actor_of_session(key: str, *, at: datetime) -> Actor | None:
    """Who acts in this session, in one statement. None when the session has ended, or never was.

    The roles that need a second factor are withheld until the session has given it, or was opened by a provider that did.
    """
    found = ask(_OF_SESSION, {"key_hash": digest(key), "opened_after": at - rules.SESSION_LASTS}).all()
    if not found:
        return None
    first = found[0]
    is_strong = rules.is_strong(first.way, second_factor_at=first.second_factor_at)
    return _actor(found, chosen=first.chosen, is_strong=is_strong)


_OF_SESSION = (
    _actors()
    .add_columns(PersonSession.attachment_id.label("chosen"), PersonSession.way, PersonSession.second_factor_at)
    .join(PersonSession, PersonSession.person_id == Person.id)
    .where(
        PersonSession.key_hash == bindparam("key_hash"),
        PersonSession.ended_at.is_(None),
        PersonSession.opened_at > bindparam("opened_after"),
    )
)
"""Built once: every request of somebody signed in asks it."""


def session_is_open(at: datetime) -> tuple[ColumnElement[bool], ...]:
    """The conditions, on PersonSession, under which it still serves."""
    return PersonSession.ended_at.is_(None), PersonSession.opened_at > at - rules.SESSION_LASTS


def actor_of_person(person_id: int) -> Actor | None:
    """The same, for a person known by other means: nothing is withheld."""
    rows = reading().execute(_actors().where(Person.id == person_id)).all()
    return _actor(rows) if rows else None


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


def _actor(rows: Sequence[Row[Any]], *, chosen: int | None = None, is_strong: bool = True) -> Actor:
    """The person of these rows; in the name of the collectivité they chose, or of the surest and oldest."""
    first = rows[0]
    mandates = tuple({row.attachment_id: _mandate(row) for row in rows if row.attachment_id}.values())
    roles = frozenset(Role(row.role) for row in rows if row.role)
    withheld = frozenset() if is_strong else frozenset(role for role in roles if role.needs_second_factor)
    return Actor(
        person_id=first.id,
        name=first.name,
        profile=first.profile,
        function=first.function,
        roles=roles - withheld,
        withheld=withheld,
        mandate=next((mandate for mandate in mandates if mandate.attachment_id == chosen), mandates[0] if mandates else None),
        mandates=mandates,
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


CLOSED_ACCOUNT = "un compte fermé"


def known_as(person: Any = Person) -> ColumnElement[str]:
    """A person's name as others may read it: nobody's any more once the account is closed."""
    return case((person.closed_at.is_not(None), CLOSED_ACCOUNT), else_=person.name)


def wants(topic: Topic) -> ColumnElement[bool]:
    """The condition, on Person, under which mail about this topic is sent: not muted, and the account is open."""
    muted = exists().where(MutedTopic.person_id == Person.id, MutedTopic.topic == topic).correlate(Person)
    return ~muted & Person.closed_at.is_(None)


def existing_addresses(keys: Collection[str]) -> set[str]:
    """Which of these addresses, in lower case, have an account."""
    return set(reading().scalars(select(Person.email_key).where(Person.email_key.in_(keys))))


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """A role that someone holds."""

    person_id: int
    name: str
    email: str
    role: Role
    granted_at: datetime
    second_factor_at: datetime | None
    """Since when they have a second factor; None for whoever has set none."""


_HOLDERS = (
    select(Person.id, Person.name, Person.email, RoleGrant.role, RoleGrant.granted_at, SecondFactor.confirmed_at)
    .join(Person, Person.id == RoleGrant.person_id)
    .outerjoin(SecondFactor, SecondFactor.person_id == Person.id)
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

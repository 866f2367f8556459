"""Reading people: who acts in a session, who waits to be attached."""

import hashlib
from typing import Any

from sqlalchemy import Select, case, select

from consult.accounts.model import Attachment, AttachmentStatus, Person, PersonSession, RoleGrant
from consult.ground.actor import Actor, Mandate, Role, Standing
from consult.ground.database import reading
from consult.register.model import Collectivite
from consult.register.rules import full_name

LIVE = (AttachmentStatus.PENDING, AttachmentStatus.VERIFIED)


def digest(secret: str) -> str:
    """What the base keeps of a token, a code or a session key: it cannot be used if the base is read."""
    return hashlib.sha256(secret.encode()).hexdigest()


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

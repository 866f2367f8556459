"""Reading identities: one's own, what the provider said last, what closing its session takes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from consult.accounts.model import Attachment, AttachmentStatus, Identity, Person, PersonSession
from consult.accounts.oidc.rules import Establishment, weigh
from consult.accounts.queries import LIVE, digest
from consult.ground.database import reading
from consult.register.model import Collectivite
from consult.register.rules import full_name


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """An identity, as its person sees it."""

    id: int
    siret: str | None
    linked_at: datetime
    seen_at: datetime


def identities_of(person_id: int, *, most: int = 20) -> list[OwnIdentity]:
    """The identities that open a person's account, the latest used first. One statement."""
    rows = reading().execute(
        select(Identity.id, Identity.siret, Identity.linked_at, Identity.seen_at)
        .where(Identity.person_id == person_id)
        .order_by(Identity.seen_at.desc(), Identity.id.desc())
        .limit(most)
    )
    return [OwnIdentity(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class NamedEstablishment:
    """The establishment that the provider named last, and what came of it."""

    siret: str | None
    meaning: Establishment
    collectivite: str | None
    status: AttachmentStatus | None
    """Where the latest attachment to its collectivité stands."""


def named_establishment(person_id: int) -> NamedEstablishment | None:
    """What the provider said last of where a person works; None for who never signed in through it. Two statements."""
    session = reading()
    row = session.execute(
        select(
            Identity.siret, Person.profile, Collectivite.siren, Collectivite.name, Collectivite.kind,
            Collectivite.departement_name, Collectivite.is_current,
        )
        .join(Person, Person.id == Identity.person_id)
        .outerjoin(Collectivite, Collectivite.siren == func.substr(Identity.siret, 1, 9))
        .where(Identity.person_id == person_id)
        .order_by(Identity.seen_at.desc(), Identity.id.desc())
        .limit(1)
    ).first()  # fmt: skip
    if row is None:
        return None
    status = session.scalar(
        select(Attachment.status)
        .where(Attachment.person_id == person_id, Attachment.siren == row.siren)
        .order_by(case((Attachment.status.in_(LIVE), 0), else_=1), Attachment.id.desc())
        .limit(1)
    )
    name = full_name(row.name, row.kind, row.departement_name) if row.siren else None
    return NamedEstablishment(row.siret, weigh(row.siret, is_current=row.is_current, profile=row.profile), name, status)


def id_token_of(session_key: str) -> str | None:
    """What the provider must be shown to close its own session with this one; None for a session opened without it."""
    return reading().scalar(
        select(PersonSession.id_token).where(PersonSession.key_hash == digest(session_key), PersonSession.ended_at.is_(None))
    )

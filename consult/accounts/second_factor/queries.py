"""Reading how somebody's second factor stands, and who of the team has one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, func, select, type_coerce

from consult.accounts.model import Person, PersonSession, RecoveryCode, RoleGrant, SecondFactor
from consult.accounts.queries import digest
from consult.accounts.rules import parse_address
from consult.ground import vault
from consult.ground.database import reading
from consult.ground.refusals import NotFound


@dataclass(frozen=True, slots=True)
class OwnSecondFactor:
    """How it stands for a person, in one of their sessions."""

    confirmed_at: datetime | None
    """Since when it is in place; None when it is not."""
    new_secret: str | None
    """Being set from this session."""
    recovery_codes: int
    """Still unused."""
    is_readable: bool = True
    """Whether the site can still tell a right code of the phone: not when its secret key was changed since."""

    @property
    def is_set(self) -> bool:
        return self.confirmed_at is not None


def own_second_factor(person_id: int, session_key: str) -> OwnSecondFactor:
    """How it stands for whoever acts in this session. One statement."""
    unused = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    new_secret = select(PersonSession.new_secret).where(PersonSession.key_hash == digest(session_key))
    confirmed_at = select(SecondFactor.confirmed_at).where(SecondFactor.person_id == person_id)
    secret = select(SecondFactor.secret).where(SecondFactor.person_id == person_id)
    asked = select(*(each.scalar_subquery() for each in (confirmed_at, new_secret, unused, secret)))
    since, drawn, codes, readable = reading().execute(asked).one()
    return OwnSecondFactor(since, drawn, codes, is_readable=since is None or readable is not None)


@dataclass(frozen=True, slots=True)
class Seals:
    """Under which key of the site the second factors are kept."""

    total: int
    to_seal: int
    """In clear, or under an older key: sealed with the present one when next given."""
    unreadable: int
    """No key that the site knows opens them."""


def seals() -> Seals:
    """How the second factors of the team are kept. One statement."""
    kept = reading().execute(select(SecondFactor.secret, type_coerce(SecondFactor.secret, String).label("kept"))).all()
    unreadable = sum(secret is None for secret, _ in kept)
    return Seals(len(kept), sum(not vault.is_fresh(raw) for _, raw in kept) - unreadable, unreadable)


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody who holds a role."""

    person_id: int
    name: str
    email: str


def member_with_second_factor(person_id: int) -> TeamMember:
    """Who this is. Raises NotFound for whoever holds no role, or has set no second factor."""
    holds_a_role = select(RoleGrant.person_id).where(RoleGrant.person_id == person_id).exists()
    found = (
        reading()
        .execute(
            select(Person.id, Person.name, Person.email)
            .join(SecondFactor, SecondFactor.person_id == Person.id)
            .where(Person.id == person_id, holds_a_role)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return TeamMember(*found)


def person_at(email: str) -> int:
    """The number of the person at this address. Raises NotFound."""
    address = parse_address(email)
    person_id = reading().scalar(select(Person.id).where(Person.email_key == address.key)) if address else None
    if person_id is None:
        raise NotFound
    return person_id

"""Having an account, saying who one is, granting roles. Signing in, attaching and the rest have their own files, by noun."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.model import Attachment, Person, RoleGrant
from consult.accounts.queries import LIVE
from consult.accounts.rules import Address
from consult.ground.actor import VISITOR, Actor, Profile, Role
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind

# ── The account ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AccountDraft:
    """Who someone says they are."""

    name: str
    profile: Profile
    function: str


def find_or_create_person(email: str, *, at: datetime) -> int:
    """The person at this address, made if there is none: their number. Raises ValueError for what is no address."""
    address = address_of(email)
    with transaction() as session:
        lock(session, Lock.ADDRESS, address.key)
        return find_or_create(session, address, at)


def address_of(email: str) -> Address:
    """The address, understood. Raises ValueError for what is no address: forms have checked it."""
    address = rules.parse_address(email)
    if address is None:
        raise ValueError("not an e-mail address")
    return address


def find_or_create(session: Session, address: Address, at: datetime) -> int:
    """The person at this address, inside a transaction that holds the lock of the address."""
    person_id = session.scalar(select(Person.id).where(Person.email_key == address.key))
    if person_id is not None:
        return person_id
    person = Person(email=address.email, email_key=address.key, name="", function="", created_at=at, last_seen_at=at)
    session.add(person)
    session.flush()
    record(session, EventKind.ACCOUNT_CREATED, Actor(person_id=person.id), at=at)
    return person.id


def complete_account(actor: Actor, draft: AccountDraft, *, at: datetime) -> None:
    """Say, or change, one's name, profile and function.

    Raises Refused with the reason of `may_describe_oneself`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        live = select(Attachment.id).where(Attachment.person_id == person.id, Attachment.status.in_(LIVE))
        is_partner = draft.profile is Profile.PARTENAIRE
        rules.may_describe_oneself(
            actor,
            profile=draft.profile,
            speaks_for_someone=is_partner and session.scalar(live.limit(1)) is not None,
        ).or_refuse()
        kind = EventKind.ACCOUNT_EDITED if person.profile else EventKind.ACCOUNT_COMPLETED
        person.name, person.profile, person.function = draft.name, draft.profile, draft.function
        record(session, kind, actor, at=at, profile=draft.profile.value)


def locked_person(session: Session, actor: Actor) -> Person:
    """The actor's own row, theirs until the end of the transaction.

    Raises Refused for a visitor, and for somebody who has closed their account since: in another window, perhaps.
    """
    rules.may_act_for_oneself(actor).or_refuse()
    person = lock_person(session, actor.person_id or 0)
    rules.may_act_for_oneself(actor if person.closed_at is None else VISITOR).or_refuse()
    return person


def lock_person(session: Session, person_id: int) -> Person:
    """Somebody's row, held until the end of the transaction. Rows that only point to it, such as an event's, may be written
    meanwhile (`FOR NO KEY UPDATE`): no two acts can wait for each other over that. Taken before any attachment's."""
    return session.scalars(select(Person).where(Person.id == person_id).with_for_update(key_share=True)).one()


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def grant_role(actor: Actor, email: str, role: Role, *, reason: str, at: datetime) -> None:
    """Give a role to the person at this address. An operator may give one to an address that has no account yet: it is made.

    Raises NotFound when nobody has this address, Refused with the reason of `may_grant_role`, ValueError for what is no
    address.
    """
    address = address_of(email)
    with transaction() as session:
        lock(session, Lock.ROLES, "all")
        actor = with_roles_held(session, actor)
        person_id = _holder(session, actor, address, at)
        rules.may_grant_role(actor, is_held=_held(session, person_id, role) is not None, reason=reason).or_refuse()
        session.add(RoleGrant(person_id=person_id, role=role, granted_at=at, granted_by=actor.person_id))
        _record_role(session, EventKind.ROLE_GRANTED, actor, person_id, role, reason, at)


def with_roles_held(session: Session, actor: Actor) -> Actor:
    """The actor with the roles that they still hold, under the lock of roles: of two administrators who revoke each other at
    the same instant, the second one is none any more."""
    if actor.is_operator:
        return actor
    held = session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == actor.person_id)).all()
    return replace(actor, roles=actor.roles.intersection(held))


def _holder(session: Session, actor: Actor, address: Address, at: datetime) -> int:
    if actor.is_operator:
        lock(session, Lock.ADDRESS, address.key)
        find_or_create(session, address, at)
    open_account = (Person.email_key == address.key) & Person.closed_at.is_(None)
    person_id = session.scalar(select(Person.id).where(open_account))
    if person_id is None:
        raise NotFound
    return person_id


def _held(session: Session, person_id: int, role: Role) -> RoleGrant | None:
    return session.get(RoleGrant, (person_id, role))


def revoke_role(actor: Actor, email: str, role: Role, *, reason: str, at: datetime) -> None:
    """Take a role back from the person at this address. At least one administrator always remains.

    Raises NotFound when nobody has this address, Refused with the reason of `may_revoke_role`, ValueError for what is no
    address.
    """
    address = address_of(email)
    with transaction() as session:
        lock(session, Lock.ROLES, "all")
        actor = with_roles_held(session, actor)
        person_id = session.scalar(select(Person.id).where(Person.email_key == address.key))
        if person_id is None:
            raise NotFound
        grant = _held(session, person_id, role)
        administrators = session.scalar(select(func.count()).where(RoleGrant.role == Role.ADMINISTRATOR)) or 0
        rules.may_revoke_role(actor, role, is_held=grant is not None, administrators=administrators, reason=reason).or_refuse()
        session.execute(delete(RoleGrant).where(RoleGrant.person_id == person_id, RoleGrant.role == role))
        _record_role(session, EventKind.ROLE_REVOKED, actor, person_id, role, reason, at)


def _record_role(
    session: Session, kind: EventKind, actor: Actor, person_id: int, role: Role, reason: str, at: datetime
) -> None:
    record(session, kind, actor, at=at, subject=f"person:{person_id}", role=role.value, reason=reason.strip())

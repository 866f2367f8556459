"""Closing an account, asked for or after two years without a visit: the person disappears, what the collectivité did remains.

The row of the person stays, nameless, behind what was done in a collectivité's name, so that no count moves; attachments keep
the instant at which they were verified, by which supports count. The address is free again: whoever signs in with it later is
somebody new.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from consult.accounts.colleagues.invitation_queries import FORGOTTEN
from consult.accounts.model import (
    AddressChange,
    Attachment,
    AttachmentStatus,
    Identity,
    Invitation,
    InvitationOutcome,
    MutedTopic,
    Person,
    PersonSession,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
    SignInRequest,
)
from consult.accounts.own import rules as account_rules
from consult.accounts.queries import LIVE
from consult.ground.actor import VISITOR, Actor, Role
from consult.ground.database import Lock, lock, reading, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import forget_address, post, post_many
from consult.outbox.model import Notice

BATCH = 50
"""Accounts that one turn of `consult work` warns or closes: the next turn goes on."""

ASKED, DORMANT = "asked", "dormant"
"""Why an account was closed, in the journal."""


def close_account(actor: Actor, *, at: datetime) -> None:
    """Close one's own account, for ever. A last message says so.

    Raises Refused with the reason of `may_close_account`, NotFound when it is closed already.
    """
    account_rules.may_close_account(actor, is_last_administrator=False).or_refuse()
    with transaction() as session:
        person = _locked(session, actor.person_id or 0, Person.closed_at.is_(None))
        if person is None:
            raise NotFound
        last = _is_last_administrator(session, person.id)
        account_rules.may_close_account(actor, is_last_administrator=last).or_refuse()
        _close(session, person, actor, why=ASKED, at=at)


def _locked(session: Session, person_id: int, which: ColumnElement[bool]) -> Person | None:
    """The person, if they are still so, once nobody else grants a role, signs in or changes address.

    In the order in which all those take their locks. The row is not taken from those who only refer to it: an act in another
    window ends first, and the update waits for it.
    """
    lock(session, Lock.ROLES, "all")
    key = session.scalar(select(Person.email_key).where(Person.id == person_id))
    if key is None:
        return None
    lock(session, Lock.ADDRESS, key)
    still = (Person.id == person_id) & (Person.email_key == key)
    return session.scalars(select(Person).where(still, which).with_for_update(key_share=True)).one_or_none()


def _is_last_administrator(session: Session, person_id: int) -> bool:
    administrators = session.scalars(select(RoleGrant.person_id).where(RoleGrant.role == Role.ADMINISTRATOR)).all()
    return list(administrators) == [person_id]


def _close(session: Session, person: Person, actor: Actor, *, why: str, at: datetime) -> None:
    """`actor` is the person, or nobody when the account is closed for want of a visit."""
    who = Actor(person_id=actor.person_id)  # the journal does not say in whose name: an account is nobody else's
    _end_attachments(session, person.id, who, at)
    _give_roles_back(session, person.id, who, at)
    email, key = person.email, person.email_key
    _close_invitations(session, person.id, key, at)
    forget_address(session, key, at=at, with_waiting=True)
    session.execute(delete(SignInRequest).where(SignInRequest.email_key == key))
    for kept in (PersonSession, Identity, SecondFactor, RecoveryCode, MutedTopic, AddressChange):
        session.execute(delete(kept).where(kept.person_id == person.id))
    person.email = person.email_key = f"ferme-{person.id}@compte.invalid"
    person.name, person.profile, person.function = "", None, ""
    person.warned_at, person.closed_at = None, at
    post(session, Notice.ACCOUNT_CLOSED, email, key=f"account_closed:{person.id}", at=at, is_dormant=why == DORMANT)
    record(session, EventKind.ACCOUNT_CLOSED, who, at=at, subject=f"person:{person.id}", why=why)


def _end_attachments(session: Session, person_id: int, who: Actor, at: datetime) -> None:
    live = select(Attachment).where(Attachment.person_id == person_id, Attachment.status.in_(LIVE)).order_by(Attachment.id)
    for attachment in session.scalars(live.with_for_update(key_share=True)):
        attachment.status, attachment.decided_at, attachment.decided_by = AttachmentStatus.ENDED, at, person_id
        subject, way = f"attachment:{attachment.id}", attachment.way.value
        record(session, EventKind.ATTACHMENT_ENDED, who, at=at, siren=attachment.siren, subject=subject, way=way)


def _give_roles_back(session: Session, person_id: int, who: Actor, at: datetime) -> None:
    held = session.scalars(delete(RoleGrant).where(RoleGrant.person_id == person_id).returning(RoleGrant.role)).all()
    for role in sorted(held):
        subject = f"person:{person_id}"
        record(session, EventKind.ROLE_REVOKED, who, at=at, subject=subject, role=role.value, reason="compte fermé")


def _close_invitations(session: Session, person_id: int, key: str, at: datetime) -> None:
    """Those that wait, from them or for them; the address is removed from those that are over too."""
    waiting = Invitation.closed_at.is_(None)
    for whose, outcome in (
        (Invitation.invited_by == person_id, InvitationOutcome.REVOKED),
        (Invitation.email_key == key, InvitationOutcome.DECLINED),
    ):
        session.execute(update(Invitation).where(whose, waiting).values(closed_at=at, outcome=outcome))
    session.execute(update(Invitation).where(Invitation.email_key == key).values(email=FORGOTTEN, email_key=FORGOTTEN))


# ── Two years without a visit ────────────────────────────────────────────────────────────────────────────────────────────


def warn_dormant(*, at: datetime, limit: int = BATCH) -> int:
    """Tell those whose last visit is two years old that their account will close, once each; gives how many were told.

    Two workers at once never take the same person, nor wait for one another: what one is writing to, the other leaves.
    """
    with transaction() as session:
        asleep = session.scalars(
            select(Person)
            .where(
                Person.closed_at.is_(None), Person.warned_at.is_(None), Person.last_seen_at <= account_rules.dormant_since(at)
            )
            .order_by(Person.last_seen_at, Person.id)
            .limit(limit)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        days = account_rules.WARNING_LASTS.days
        letters = [(f"account_dormant:{person.id}:{at.isoformat()}", person.email, {"days": days}) for person in asleep]
        post_many(session, Notice.ACCOUNT_DORMANT, letters, at=at)
        for person in asleep:
            person.warned_at = at
            record(session, EventKind.ACCOUNT_WARNED, VISITOR, at=at, subject=f"person:{person.id}")
        return len(asleep)


def close_dormant(*, at: datetime, limit: int = BATCH) -> int:
    """Close the accounts that nobody came back to since their warning, each in a transaction of its own; gives how many.

    The last administrator's is left open.
    """
    due = select(Person.id).where(_is_due(at)).order_by(Person.warned_at, Person.id).limit(limit)
    return sum(_close_one(person_id, at) for person_id in reading().scalars(due).all())


def _is_due(at: datetime) -> ColumnElement[bool]:
    return Person.closed_at.is_(None) & (Person.warned_at <= at - account_rules.WARNING_LASTS)


def _close_one(person_id: int, at: datetime) -> bool:
    """Whether it was closed: a visit, or another worker, may have come first."""
    with transaction() as session:
        person = _locked(session, person_id, _is_due(at))
        if person is None or _is_last_administrator(session, person.id):
            return False
        _close(session, person, VISITOR, why=DORMANT, at=at)
        return True

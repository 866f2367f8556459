"""Signing in through an OIDC provider: whose account an identity opens, and the collectivité that its establishment proves.

An identity is an issuer and a subject: the address it comes with may change, and then the account keeps its own. It is locked
before the address it comes with, and both before the person.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consult.accounts.actions import find_or_create, lock_person, locked_person
from consult.accounts.attachments.actions import prove
from consult.accounts.attachments.proofs import Proof
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Identity, Person, RoleGrant, SessionWay
from consult.accounts.oidc import rules
from consult.accounts.oidc.protocol import OidcFailure, Told, wrong
from consult.accounts.oidc.rules import Establishment
from consult.accounts.queries import LIVE
from consult.accounts.rules import parse_address
from consult.accounts.sign_in.actions import open_session
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.register.model import Collectivite


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody has come in: the key of their session, and what their establishment brought."""

    session_key: str
    establishment: Establishment
    status: AttachmentStatus | None
    """Where the attachment to the collectivité of their establishment stands, if there is one."""
    is_news: bool
    """Whether the provider had not said this establishment before."""


def sign_in_with(told: Told, *, device: str = "", at: datetime) -> Arrival:
    """Open a session for the person of this identity; an unknown one joins the account of its address, or begins one.

    Raises OidcFailure for an address that is none, Refused with the reason of `may_join_account`.
    """
    with transaction() as session:
        lock(session, Lock.IDENTITY, f"{told.issuer} {told.subject}")
        identity = _identity(session, told)
        is_new = identity is None
        if identity is None:
            identity = _link(session, _person_at(session, told, at), told, at)
        return _enter(session, identity, told, is_new=is_new, device=device, at=at)


def link_identity(actor: Actor, told: Told, *, device: str = "", at: datetime) -> Arrival:
    """Make this identity the actor's, and open a session through it. It may be theirs already.

    Raises Refused with the reason of `may_link_identity`.
    """
    with transaction() as session:
        lock(session, Lock.IDENTITY, f"{told.issuer} {told.subject}")
        identity = _identity(session, told)
        rules.may_link_identity(actor, holder=identity.person_id if identity else None).or_refuse()
        is_new = identity is None
        if identity is None:
            identity = _link(session, locked_person(session, actor).id, told, at)
        return _enter(session, identity, told, is_new=is_new, device=device, at=at)


def unlink_identity(actor: Actor, identity_id: int, *, at: datetime) -> None:
    """Forget one of one's own identities: it opens nothing any more. Mail still does.

    Raises NotFound when it is somebody else's, or forgotten already.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        gone = session.execute(
            delete(Identity).where(Identity.id == identity_id, Identity.person_id == person.id).returning(Identity.id)
        ).first()
        if gone is None:
            raise NotFound
        record(session, EventKind.IDENTITY_UNLINKED, _oneself(actor), at=at, subject=f"identity:{identity_id}")


def note_failure(actor: Actor, refused: Refused, *, at: datetime) -> None:
    """Keep that an attempt through the provider failed, and why: one word, no token, no address."""
    what = refused.why if isinstance(refused, OidcFailure) else None
    with transaction() as session:
        way, why = SessionWay.OIDC.value, refused.reason.value
        record(session, EventKind.SIGN_IN_FAILED, _oneself(actor), at=at, way=way, why=why, what=what)


def _oneself(actor: Actor) -> Actor:
    """The actor in nobody's name: an account is not its collectivité's."""
    return Actor(person_id=actor.person_id)


def _identity(session: Session, told: Told) -> Identity | None:
    """The identity, if somebody's account that is still open has it; their row is held."""
    identity = session.scalars(select(Identity).where(Identity.issuer == told.issuer, Identity.subject == told.subject)).first()
    if identity is None:
        return None
    lock_person(session, identity.person_id)
    session.expire(identity)  # its person may have closed their account, or forgotten it, while we waited
    return session.scalars(select(Identity).where(Identity.id == identity.id)).one_or_none()


def _person_at(session: Session, told: Told, at: datetime) -> int:
    """The person at the address that the provider says, made if there is none."""
    address = parse_address(told.email)
    if address is None:
        raise wrong("email")
    lock(session, Lock.ADDRESS, address.key)
    person_id = session.scalar(select(Person.id).where(Person.email_key == address.key))
    if person_id is not None:
        roles = session.scalars(select(RoleGrant.role).where(RoleGrant.person_id == person_id)).all()
        rules.may_join_account(is_vouched=told.is_email_verified, roles=roles).or_refuse()
    person_id = find_or_create(session, address, at)
    lock_person(session, person_id).is_address_proved = told.is_email_verified
    return person_id


def _link(session: Session, person_id: int, told: Told, at: datetime) -> Identity:
    person = lock_person(session, person_id)
    person.name = person.name or told.name
    identity = Identity(person_id=person_id, issuer=told.issuer, subject=told.subject, linked_at=at, seen_at=at)
    session.add(identity)
    session.flush()
    if person.created_at != at:  # nobody is told of what they just began
        post(session, Notice.IDENTITY_LINKED, person.email, key=f"identity_linked:{identity.id}", at=at)
    record(session, EventKind.IDENTITY_LINKED, Actor(person_id=person_id), at=at, subject=f"identity:{identity.id}")
    return identity


def _enter(session: Session, identity: Identity, told: Told, *, is_new: bool, device: str, at: datetime) -> Arrival:
    siret = told.siret if rules.is_siret(told.siret) else None
    is_news = is_new or siret != identity.siret
    identity.siret, identity.seen_at = siret, at
    establishment, status = _attach(session, identity, is_news=is_news, at=at)
    key = open_session(session, identity.person_id, SessionWay.OIDC, at=at, device=device, id_token=told.id_token)
    return Arrival(key, establishment, status, is_news)


def _attach(
    session: Session, identity: Identity, *, is_news: bool, at: datetime
) -> tuple[Establishment, AttachmentStatus | None]:
    """Attach the person to the collectivité of their establishment, if it proves anything.

    Once only: who has left it since is not brought back each time they sign in.
    """
    person_id, siret = identity.person_id, identity.siret
    siren = siret[:9] if siret else ""
    establishment = rules.weigh(
        siret,
        is_current=session.scalar(
            select(Collectivite.is_current).where(Collectivite.siren == siren).with_for_update(read=True)
        ),
        profile=session.scalar(select(Person.profile).where(Person.id == person_id)),
    )
    live = session.scalar(
        select(Attachment.status).where(
            Attachment.person_id == person_id, Attachment.siren == siren, Attachment.status.in_(LIVE)
        )
    )
    if establishment is Establishment.PROOF and (is_news or live):
        proof = Proof(AttachmentWay.OIDC, {"issuer": identity.issuer, "siret": siret})
        return establishment, prove(session, Actor(person_id=person_id), siren, proof, at=at).status
    return establishment, live

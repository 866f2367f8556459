"""Inviting somebody to speak for the same collectivité; accepting, declining, taking back.

The message holds no secret: who signs in with the address it was sent to may accept, and a forwarded message opens nothing.
Whatever concerns the invitations of a collectivité queues behind its lock: one address has one live invitation, and of two
acts on the same one at the same instant the first wins.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consult.accounts.actions import address_of, locked_person
from consult.accounts.attachments.actions import prove
from consult.accounts.attachments.proofs import Proof
from consult.accounts.colleagues import rules
from consult.accounts.colleagues.invitation_queries import FORGOTTEN, marked, serving
from consult.accounts.model import Attachment, AttachmentWay, Invitation, InvitationOutcome, Person
from consult.accounts.queries import as_now
from consult.accounts.rules import Address
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice

ADDRESS_KEPT = timedelta(days=30)
"""How long the address of an invitation stays in the base after it expired."""


def invite(actor: Actor, email: str, *, at: datetime) -> int:
    """Invite an address to speak for the collectivité in whose name the actor acts; gives the number of the invitation.

    What is answered never depends on whether the address has an account. An invitation that no longer serves makes room.

    Raises Refused with the reason of `may_invite`, ValueError for what is no address: forms have checked it.
    """
    address = address_of(email)
    with transaction() as session:
        if actor.siren:
            lock(session, Lock.COLLECTIVITE, actor.siren)
        who = as_now(session, actor)
        own_key = session.scalar(select(Person.email_key).where(Person.id == who.person_id))
        same = (Invitation.siren == who.siren) & (Invitation.email_key == address.key)
        lately = Invitation.created_at > at - rules.INVITATIONS_COUNTED_OVER
        count = select(func.count()).select_from(Invitation)
        rules.may_invite(
            who,
            email_key=address.key,
            own_key=own_key or "",
            waiting=set(session.scalars(select(Invitation.email_key).where(Invitation.siren == who.siren, serving(at)))),
            sent_today=session.scalar(count.where(Invitation.invited_by == who.person_id, lately)) or 0,
            to_this_address_today=session.scalar(count.where(same, lately)) or 0,
        ).or_refuse()
        session.execute(
            update(Invitation)
            .where(same, Invitation.closed_at.is_(None))
            .values(closed_at=at, outcome=InvitationOutcome.EXPIRED)
        )
        _forget_addresses(session, at)
        return _send(session, who, address, at).id


def _send(session: Session, who: Actor, address: Address, at: datetime) -> Invitation:
    invitation = Invitation(
        siren=who.siren,
        email=address.email,
        email_key=address.key,
        invited_by=who.person_id,
        created_at=at,
        expires_at=at + rules.INVITATION_LASTS,
    )
    session.add(invitation)
    session.flush()
    post(
        session,
        Notice.INVITATION,
        address.email,
        key=f"{Notice.INVITATION.value}:{invitation.id}",
        at=at,
        number=invitation.id,
        mark=marked(invitation.id),
        by_name=who.name,
        by_function=who.function,
        collectivite=who.collectivite_name,
        until=invitation.expires_at.isoformat(),
    )
    _record(session, EventKind.INVITATION_SENT, who, invitation, at)
    return invitation


def _forget_addresses(session: Session, at: datetime) -> None:
    """An address that nothing needs any more is not kept: most of those invited never had an account to close."""
    old = (
        select(Invitation.id)
        .where(Invitation.expires_at <= at - ADDRESS_KEPT, Invitation.email_key != FORGOTTEN)
        .limit(100)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(Invitation)
        .where(Invitation.id.in_(old))
        .values(
            email=FORGOTTEN,
            email_key=FORGOTTEN,
            closed_at=func.coalesce(Invitation.closed_at, at),
            outcome=func.coalesce(Invitation.outcome, InvitationOutcome.EXPIRED),
        ),
        execution_options={"synchronize_session": False},
    )


def accept_invitation(actor: Actor, invitation_id: int, *, at: datetime) -> Attachment:
    """Speak from now on for the collectivité of an invitation sent to one's own address; gives the attachment.

    It waits for the team all the same (its status is then PENDING) when a colleague or the team had answered this person no:
    see `prove`.

    Raises NotFound, Refused with the reason of `may_answer_invitation` or of `may_prove_attachment`: the invitation then
    still serves.
    """
    with transaction() as session:
        invitation = _held_for(session, actor, invitation_id, at)
        evidence = {"by": invitation.invited_by, "invitation": invitation.id}
        attachment = prove(session, actor, invitation.siren, Proof(AttachmentWay.INVITATION, evidence), at=at)
        _close(session, EventKind.INVITATION_ACCEPTED, InvitationOutcome.ACCEPTED, actor, invitation, at)
    return attachment


def decline_invitation(actor: Actor, invitation_id: int, *, at: datetime) -> None:
    """Say no to an invitation sent to one's own address.

    Raises NotFound, Refused with the reason of `may_answer_invitation`.
    """
    with transaction() as session:
        invitation = _held_for(session, actor, invitation_id, at)
        _close(session, EventKind.INVITATION_DECLINED, InvitationOutcome.DECLINED, actor, invitation, at)


def revoke_invitation(actor: Actor, invitation_id: int, *, at: datetime) -> None:
    """Take back an invitation of the collectivité in whose name the actor acts, whichever colleague sent it.

    Raises NotFound when it is another collectivité's, Refused with the reason of `may_revoke_invitation`.
    """
    with transaction() as session:
        _queue(session, invitation_id)
        invitation = _held(session, invitation_id)
        if invitation.siren != actor.siren:
            raise NotFound
        who = as_now(session, actor)
        rules.may_revoke_invitation(who, is_live=_serves(session, invitation, at)).or_refuse()
        _close(session, EventKind.INVITATION_REVOKED, InvitationOutcome.REVOKED, who, invitation, at)


def _queue(session: Session, invitation_id: int) -> None:
    """Wait for whatever else is done with the invitations of the same collectivité. Raises NotFound."""
    siren = session.scalar(select(Invitation.siren).where(Invitation.id == invitation_id))
    if siren is None:
        raise NotFound
    lock(session, Lock.COLLECTIVITE, siren)


def _held(session: Session, invitation_id: int) -> Invitation:
    return session.scalars(select(Invitation).where(Invitation.id == invitation_id).with_for_update()).one()


def _held_for(session: Session, actor: Actor, invitation_id: int, at: datetime) -> Invitation:
    """The invitation, for whoever answers it: their own row is held first, as it is when they close their account."""
    _queue(session, invitation_id)
    person = locked_person(session, actor)
    invitation = _held(session, invitation_id)
    is_to_them = person.is_address_proved and invitation.email_key in (person.email_key, FORGOTTEN)
    is_mine = is_to_them and invitation.invited_by != person.id
    rules.may_answer_invitation(actor, is_mine=is_mine, serves=_serves(session, invitation, at)).or_refuse()
    return invitation


def _serves(session: Session, invitation: Invitation, at: datetime) -> bool:
    return session.scalar(select(Invitation.id).where(Invitation.id == invitation.id, serving(at))) is not None


def _close(
    session: Session, kind: EventKind, outcome: InvitationOutcome, actor: Actor, invitation: Invitation, at: datetime
) -> None:
    invitation.closed_at, invitation.outcome = at, outcome
    _record(session, kind, actor, invitation, at)


def _record(session: Session, kind: EventKind, actor: Actor, invitation: Invitation, at: datetime) -> None:
    record(session, kind, actor, at=at, siren=invitation.siren, subject=f"invitation:{invitation.id}")

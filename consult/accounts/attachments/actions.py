"""Attaching to a collectivité: asking, withdrawing, verifying, refusing, reopening, ending. What proves it by itself has its
own file.

A person's row is locked before their attachments, and a collectivité's lock is taken before either: acts that meet wait for
one another, and never in a circle.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.actions import lock_person, locked_person
from consult.accounts.attachments.joined import tell_colleagues
from consult.accounts.attachments.proofs import Proof, proof_at_hand
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    AttachmentWay,
    Invitation,
    InvitationOutcome,
    Person,
)
from consult.accounts.queries import LIVE, as_now
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import Event, EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.register.rules import full_name, is_siren


def ask_attachment(actor: Actor, siren: str, *, at: datetime) -> int:
    """Ask to speak for a collectivité: verified at once when a proof is at hand, otherwise pending. Gives its number.

    Raises Refused with the reason of `may_ask_attachment`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        held = session.execute(
            select(Attachment.siren, Attachment.status).where(Attachment.person_id == person.id, Attachment.status.in_(LIVE))
        ).all()
        rules.may_ask_attachment(
            actor,
            profile=person.profile,
            siren=siren,
            is_current=_is_current(session, siren),
            live={row.siren for row in held},
            pending=sum(row.status is AttachmentStatus.PENDING for row in held),
        ).or_refuse()
        proof = proof_at_hand(session, person, siren)
        return (prove(session, actor, siren, proof, at=at) if proof else _ask(session, actor, person.id, siren, at)).id


def _is_current(session: Session, siren: str) -> bool:
    """Held until the act is over: a loading of the register that ends it comes before or after, never in between."""
    found = select(Collectivite.is_current).where(Collectivite.siren == siren)
    return is_siren(siren) and bool(session.scalar(found.with_for_update(read=True)))


def _ask(session: Session, actor: Actor, person_id: int, siren: str, at: datetime) -> Attachment:
    attachment = Attachment(
        person_id=person_id,
        siren=siren,
        status=AttachmentStatus.PENDING,
        way=AttachmentWay.MODERATOR,
        evidence={},
        requested_at=at,
        reason="",
    )
    session.add(attachment)
    session.flush()
    _record(session, EventKind.ATTACHMENT_ASKED, actor, attachment, at)
    return attachment


def prove(session: Session, actor: Actor, siren: str, proof: Proof, *, at: datetime) -> Attachment:
    """Attach the actor to a collectivité on the strength of a proof, inside a transaction: verified at once, without the team.

    A request that waits is verified; an attachment that was verified in a weaker way keeps its instant and takes the surer
    way. What a colleague or the team ended or refused is never reversed by a proof: it becomes, or stays, a request that
    carries the proof, for a moderator (its status is then PENDING).

    Raises Refused with the reason of `may_prove_attachment`.
    """
    person = locked_person(session, actor)
    rules.may_prove_attachment(actor, profile=person.profile, is_current=_is_current(session, siren)).or_refuse()
    known = session.scalars(
        select(Attachment)
        .where(Attachment.person_id == person.id, Attachment.siren == siren)
        .order_by(Attachment.id.desc())
        .with_for_update(key_share=True)
    ).all()
    live = next((each for each in known if each.status in LIVE), None)
    if live is not None and live.status is AttachmentStatus.VERIFIED:
        if proof.way.strength > live.way.strength:
            live.way, live.evidence = proof.way, dict(proof.evidence)
            _record(session, EventKind.ATTACHMENT_VERIFIED, actor, live, at)
        return live
    attachment = live or _ask(session, actor, person.id, siren, at)
    attachment.way, attachment.evidence = proof.way, dict(proof.evidence)
    if not was_put_aside(known):
        give_voice(session, actor, attachment, at=at)
    return attachment


def was_put_aside(known: Sequence[Attachment]) -> bool:
    """Whether the last answer of others about one person's attachments to a collectivité, latest first, was no. A request
    that they made and took back since is no answer: it does not wash away the one before."""
    for each in known:
        if rules.is_put_aside(each.status, decided_by=each.decided_by, person_id=each.person_id):
            return True
        if each.verified_at is not None:
            return False
    return False


def withdraw_attachment(actor: Actor, attachment_id: int, *, at: datetime) -> None:
    """Take back one's own request, while nobody has answered it.

    Raises NotFound when it is somebody else's, Refused with the reason of `may_withdraw_attachment`.
    """
    with transaction() as session:
        attachment = locked_attachment(session, attachment_id)
        if attachment.person_id != actor.person_id:
            raise NotFound
        rules.may_withdraw_attachment(actor, status=attachment.status).or_refuse()
        _decide(actor, attachment, AttachmentStatus.ENDED, "", at)
        _record(session, EventKind.ATTACHMENT_ENDED, actor, attachment, at)


def verify_attachment(actor: Actor, attachment_id: int, *, reason: str, seen: str = "", at: datetime) -> None:
    """Say for the team that a person speaks for a collectivité, why, and what was seen; tell them, and their colleagues.

    Raises NotFound, and Refused with the reason of `may_verify_attachment`.
    """
    with transaction() as session:
        # The collectivité before the attachment, as a loading of the register takes them: neither waits for the other.
        is_current = _is_current(session, _siren_of(session, attachment_id))
        attachment = locked_attachment(session, attachment_id)
        rules.may_verify_attachment(
            actor,
            person_id=attachment.person_id,
            status=attachment.status,
            is_current=is_current,
            reason=reason,
        ).or_refuse()
        attachment.evidence = _seen(attachment, seen.strip())
        attachment.way = AttachmentWay.MODERATOR
        give_voice(session, actor, attachment, reason=reason, at=at)


def _seen(attachment: Attachment, seen: str) -> dict[str, Any]:
    """What the team's decision rests on: what it saw, and the proof that the request carried, if any."""
    carried = {} if attachment.way is AttachmentWay.MODERATOR else {"carried": attachment.way.value, **attachment.evidence}
    return carried | ({"seen": seen} if seen else {})


def give_voice(session: Session, actor: Actor, attachment: Attachment, *, reason: str = "", at: datetime) -> None:
    """Make an attachment verified, by its way and on its evidence, inside the transaction that holds its row; tell the
    person, and the colleagues who want to know. The caller has asked its rule."""
    _decide(actor, attachment, AttachmentStatus.VERIFIED, reason, at)
    attachment.verified_at = at
    event = _record(session, EventKind.ATTACHMENT_VERIFIED, actor, attachment, at)
    about = _about(session, attachment)
    _tell(session, Notice.ATTACHMENT_VERIFIED, about, event, reason=attachment.reason, way=attachment.way.label)
    named = {"collectivite": about.collectivite, "name": about.name, "function": about.function}
    tell_colleagues(session, actor, attachment, **named, at=at)


def refuse_attachment(actor: Actor, attachment_id: int, *, reason: str, at: datetime) -> None:
    """Say that they do not, and tell them why.

    Raises NotFound, and Refused with the reason of `may_refuse_attachment`.
    """
    with transaction() as session:
        attachment = locked_attachment(session, attachment_id)
        rules.may_refuse_attachment(actor, person_id=attachment.person_id, status=attachment.status, reason=reason).or_refuse()
        _decide(actor, attachment, AttachmentStatus.REFUSED, reason, at)
        event = _record(session, EventKind.ATTACHMENT_REFUSED, actor, attachment, at)
        _tell(session, Notice.ATTACHMENT_REFUSED, _about(session, attachment), event, reason=attachment.reason)


def reopen_attachment(actor: Actor, attachment_id: int, *, reason: str, at: datetime) -> None:
    """Take a refusal back: the request waits again, since the day it was made. The person is told why.

    Raises NotFound, and Refused with the reason of `may_reopen_attachment`.
    """
    with transaction() as session:
        person_id = session.scalar(select(Attachment.person_id).where(Attachment.id == attachment_id))
        if person_id is None:
            raise NotFound
        person = lock_person(session, person_id)  # they may be asking anew, or becoming a partner, at the same instant
        is_current = _is_current(session, _siren_of(session, attachment_id))
        attachment = locked_attachment(session, attachment_id)
        live = (Attachment.person_id == person_id, Attachment.siren == attachment.siren, Attachment.status.in_(LIVE))
        rules.may_reopen_attachment(
            actor,
            person_id=person_id,
            profile=person.profile,
            status=attachment.status,
            is_current=is_current,
            is_open=person.closed_at is None,
            asked_anew=session.scalar(select(Attachment.id).where(*live, Attachment.id != attachment_id)) is not None,
            reason=reason,
        ).or_refuse()
        attachment.status, attachment.decided_at = AttachmentStatus.PENDING, None
        attachment.decided_by, attachment.reason = None, ""
        event = _record(session, EventKind.ATTACHMENT_REOPENED, actor, attachment, at, reason=reason.strip())
        _tell(session, Notice.ATTACHMENT_REOPENED, _about(session, attachment), event, reason=reason.strip())


def end_attachment(actor: Actor, attachment_id: int, *, reason: str = "", at: datetime) -> None:
    """Leave a collectivité; or end, for one's own or for the team, what somebody else could do in its name, and tell them why.

    What they did stays, and counts if it did. Invitations that somebody else's decision finds open are revoked with it:
    whoever is shown the door lets nobody in.

    Raises NotFound when it is not the actor's to know of, Refused with the reason of `may_end_attachment`.
    """
    with transaction() as session:
        siren = _siren_of(session, attachment_id)
        lock(session, Lock.COLLECTIVITE, siren)  # two colleagues who end each other at once do not both
        attachment = locked_attachment(session, attachment_id)
        who = as_now(session, actor.acting_for(siren) or actor)
        if not rules.may_know_attachment(who, person_id=attachment.person_id, siren=siren):
            raise NotFound
        was_verified = attachment.status is AttachmentStatus.VERIFIED
        rules.may_end_attachment(
            who, person_id=attachment.person_id, siren=siren, status=attachment.status, reason=reason
        ).or_refuse()
        _decide(actor, attachment, AttachmentStatus.ENDED, reason, at)
        event = _record(session, EventKind.ATTACHMENT_ENDED, who, attachment, at)
        if attachment.person_id != actor.person_id:
            _revoke_invitations(session, attachment, at)
            by = f"{actor.name}, {actor.function}" if who.is_verified and who.siren == siren else ""
            about = _about(session, attachment)
            _tell(session, Notice.ATTACHMENT_ENDED, about, event, reason=attachment.reason, by=by, was_verified=was_verified)


def _revoke_invitations(session: Session, attachment: Attachment, at: datetime) -> None:
    session.execute(
        update(Invitation)
        .where(
            Invitation.invited_by == attachment.person_id,
            Invitation.siren == attachment.siren,
            Invitation.closed_at.is_(None),
        )
        .values(closed_at=at, outcome=InvitationOutcome.REVOKED)
    )


def _siren_of(session: Session, attachment_id: int) -> str:
    """Whose name an attachment is about: it never changes. Raises NotFound."""
    siren = session.scalar(select(Attachment.siren).where(Attachment.id == attachment_id))
    if siren is None:
        raise NotFound
    return siren


def locked_attachment(session: Session, attachment_id: int) -> Attachment:
    """An attachment, held until the end of the transaction. Raises NotFound."""
    found = session.scalars(
        select(Attachment).where(Attachment.id == attachment_id).with_for_update(key_share=True)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _decide(actor: Actor, attachment: Attachment, status: AttachmentStatus, reason: str, at: datetime) -> None:
    attachment.status, attachment.decided_at = status, at
    attachment.decided_by, attachment.reason = actor.person_id, reason.strip()


@dataclass(frozen=True, slots=True)
class _About:
    """Whose attachment it is, and to what, as a letter says it."""

    email: str
    name: str
    function: str
    collectivite: str


def _about(session: Session, attachment: Attachment) -> _About:
    email, person, function, name, kind, departement_name = session.execute(
        select(Person.email, Person.name, Person.function, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join_from(Attachment, Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Attachment.id == attachment.id)
    ).one()
    return _About(email, person, function, full_name(name, kind, departement_name))


def _tell(session: Session, notice: Notice, about: _About, event: Event, **data: Any) -> None:
    """One letter an event: what is decided, reopened and decided again is told each time."""
    session.flush()
    key = f"{notice.value}:{event.id}"
    post(session, notice, about.email, key=key, at=event.at, collectivite=about.collectivite, **data)


def _record(
    session: Session, kind: EventKind, actor: Actor, attachment: Attachment, at: datetime, *, reason: str = ""
) -> Event:
    return record(
        session,
        kind,
        actor,
        at=at,
        siren=attachment.siren,
        subject=f"attachment:{attachment.id}",
        way=attachment.way.value,
        reason=reason or attachment.reason,
    )

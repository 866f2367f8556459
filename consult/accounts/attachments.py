"""Attaching to a collectivité: asking, withdrawing, verifying, refusing. What proves it by itself has its own file."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.actions import locked_person
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, Person
from consult.accounts.proofs import Proof, proof_at_hand
from consult.accounts.queries import LIVE
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
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
        is_current = is_siren(siren) and session.scalar(select(Collectivite.is_current).where(Collectivite.siren == siren))
        held = session.execute(
            select(Attachment.siren, Attachment.status).where(Attachment.person_id == person.id, Attachment.status.in_(LIVE))
        ).all()
        rules.may_ask_attachment(
            actor,
            profile=person.profile,
            siren=siren,
            is_current=bool(is_current),
            live={row.siren for row in held},
            pending=sum(row.status is AttachmentStatus.PENDING for row in held),
        ).or_refuse()
        proof = proof_at_hand(session, person, siren)
        return (prove(session, actor, siren, proof, at=at) if proof else _ask(session, actor, person.id, siren, at)).id


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
    is_current = is_siren(siren) and session.scalar(select(Collectivite.is_current).where(Collectivite.siren == siren))
    rules.may_prove_attachment(actor, profile=person.profile, is_current=bool(is_current)).or_refuse()
    known = session.scalars(
        select(Attachment)
        .where(Attachment.person_id == person.id, Attachment.siren == siren)
        .order_by(Attachment.id.desc())
        .with_for_update()
    ).all()
    live = next((each for each in known if each.status in LIVE), None)
    if live is not None and live.status is AttachmentStatus.VERIFIED:
        if proof.way.strength > live.way.strength:
            live.way, live.evidence = proof.way, dict(proof.evidence)
            _record(session, EventKind.ATTACHMENT_VERIFIED, actor, live, at)
        return live
    over = next((each for each in known if each.status not in LIVE), None)
    is_put_aside = over is not None and rules.is_put_aside(over.status, decided_by=over.decided_by, person_id=person.id)
    attachment = live or _ask(session, actor, person.id, siren, at)
    attachment.way, attachment.evidence = proof.way, dict(proof.evidence)
    if not is_put_aside:
        _verify(session, actor, attachment, "", at)
    return attachment


def withdraw_attachment(actor: Actor, attachment_id: int, *, at: datetime) -> None:
    """Take back one's own request, while nobody has answered it.

    Raises NotFound when it is somebody else's, Refused with the reason of `may_withdraw_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        if attachment.person_id != actor.person_id:
            raise NotFound
        rules.may_withdraw_attachment(actor, status=attachment.status).or_refuse()
        _decide(actor, attachment, AttachmentStatus.ENDED, "", at)
        _record(session, EventKind.ATTACHMENT_ENDED, actor, attachment, at)


def verify_attachment(actor: Actor, attachment_id: int, *, reason: str = "", at: datetime) -> None:
    """Say that a person speaks for a collectivité, and tell them.

    Raises NotFound, and Refused with the reason of `may_verify_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        rules.may_verify_attachment(actor, person_id=attachment.person_id, status=attachment.status).or_refuse()
        attachment.way, attachment.evidence = AttachmentWay.MODERATOR, {}
        _verify(session, actor, attachment, reason, at)


def _verify(session: Session, actor: Actor, attachment: Attachment, reason: str, at: datetime) -> None:
    _decide(actor, attachment, AttachmentStatus.VERIFIED, reason, at)
    attachment.verified_at = at
    _tell(session, Notice.ATTACHMENT_VERIFIED, attachment, at)
    _record(session, EventKind.ATTACHMENT_VERIFIED, actor, attachment, at)


def refuse_attachment(actor: Actor, attachment_id: int, *, reason: str, at: datetime) -> None:
    """Say that they do not, and tell them why.

    Raises NotFound, and Refused with the reason of `may_refuse_attachment`.
    """
    with transaction() as session:
        attachment = _locked_attachment(session, attachment_id)
        rules.may_refuse_attachment(actor, person_id=attachment.person_id, status=attachment.status, reason=reason).or_refuse()
        _decide(actor, attachment, AttachmentStatus.REFUSED, reason, at)
        _tell(session, Notice.ATTACHMENT_REFUSED, attachment, at)
        _record(session, EventKind.ATTACHMENT_REFUSED, actor, attachment, at)


def _locked_attachment(session: Session, attachment_id: int) -> Attachment:
    found = session.scalars(select(Attachment).where(Attachment.id == attachment_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found


def _decide(actor: Actor, attachment: Attachment, status: AttachmentStatus, reason: str, at: datetime) -> None:
    attachment.status, attachment.decided_at = status, at
    attachment.decided_by, attachment.reason = actor.person_id, reason.strip()


def _tell(session: Session, notice: Notice, attachment: Attachment, at: datetime) -> None:
    email, name, kind, departement_name = session.execute(
        select(Person.email, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join_from(Attachment, Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Attachment.id == attachment.id)
    ).one()
    post(
        session,
        notice,
        email,
        key=f"{notice.value}:{attachment.id}",
        at=at,
        collectivite=full_name(name, kind, departement_name),
        reason=attachment.reason,
    )


def _record(session: Session, kind: EventKind, actor: Actor, attachment: Attachment, at: datetime) -> None:
    subject = f"attachment:{attachment.id}"
    record(
        session, kind, actor, at=at, siren=attachment.siren, subject=subject, way=attachment.way.value, reason=attachment.reason
    )

"""Official mailboxes: importing them, sending a code there for a request, and taking it back from whoever made the request.

Two requests that concern one mailbox queue behind its lock, whichever collectivités share it; two tries of one code, behind
the row of the person who tries. The mailbox is shown masked, and written nowhere else than where the mail goes.
"""

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import Session

from consult.accounts.actions import locked_person
from consult.accounts.attachments.actions import locked_attachment, prove
from consult.accounts.attachments.proofs import Proof
from consult.accounts.domains.import_files import Fault, ImportFault, ImportReport, Line, once_each, shown, two_columns
from consult.accounts.mailboxes import rules
from consult.accounts.mailboxes.queries import latest_code, may_send_code, request_and_mailbox
from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    AttachmentWay,
    MailboxCode,
    OfficialMailbox,
    Person,
)
from consult.accounts.queries import digest
from consult.accounts.rules import is_live, may_see_attachments_desk, parse_address
from consult.ground.actor import OPERATOR, Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import ALLOWED, NotFound, Reason, Verdict
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.register.rules import Kind, full_name

# ── The code ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class CodeTry:
    """What came of a code typed back. A refusal is an answer here, not an exception: the try that failed must be kept."""

    verdict: Verdict
    tries_left: int = 0


def send_code(actor: Actor, attachment_id: int, *, at: datetime) -> None:
    """Send a code to the official mailbox of the collectivité that the actor asks to speak for. It replaces the one before.

    Raises NotFound when the request is somebody else's, Refused with the reason of `may_send_code`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        _lock_mailbox(session, attachment_id)
        _own_request(session, person, attachment_id)
        request = session.execute(request_and_mailbox(attachment_id)).one()
        may_send_code(session, actor, request, at=at).or_refuse()
        session.execute(
            update(MailboxCode)
            .where(MailboxCode.attachment_id == attachment_id, MailboxCode.expires_at > at, MailboxCode.used_at.is_(None))
            .values(expires_at=at)
        )
        code = rules.new_code()
        sent = MailboxCode(
            attachment_id=attachment_id,
            siren=request.siren,
            mailbox=rules.masked(request.mailbox),
            code_hash=_code_hash(attachment_id, code),
            sent_at=at,
            expires_at=at + rules.LASTS,
            tries=0,
        )
        session.add(sent)
        session.flush()
        post(
            session,
            Notice.MAILBOX_CODE,
            request.mailbox,
            key=f"mailbox_code:{sent.id}",
            at=at,
            code=rules.readable_code(code),
            person=person.name,
            function=person.function,
            collectivite=full_name(request.name, request.kind, request.departement_name),
        )
        _record(session, EventKind.MAILBOX_CODE_SENT, actor, sent, at)


def try_code(actor: Actor, attachment_id: int, code: str, *, at: datetime) -> CodeTry:
    """Type back a code, as `parse_code` writes it: the right one verifies the request, unless somebody had said no before.
    A wrong one is counted, and journaled.

    Raises NotFound when the request is somebody else's, Refused with the reason of `may_prove_attachment`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        request = _own_request(session, person, attachment_id)
        sent = session.scalars(latest_code(attachment_id).with_for_update()).one_or_none()
        answer = rules.may_use_code(
            status=request.status,
            live=sent is not None and is_live(expires_at=sent.expires_at, used_at=sent.used_at, at=at),
            tries=sent.tries if sent else 0,
            matches=sent is not None and hmac.compare_digest(sent.code_hash, _code_hash(attachment_id, code)),
        )
        if sent is None:
            return CodeTry(answer)
        if answer.reason is not None:
            sent.tries += answer.reason is Reason.CODE_WRONG
            _record(session, EventKind.MAILBOX_CODE_FAILED, actor, sent, at, why=answer.reason)
            return CodeTry(answer, tries_left=max(0, rules.MOST_TRIES - sent.tries))
        sent.used_at = at
        proof = Proof(AttachmentWay.MAILBOX, {"mailbox": sent.mailbox})
        attachment = prove(session, actor, sent.siren, proof, at=at)
        return CodeTry(ALLOWED if attachment.status is AttachmentStatus.VERIFIED else Verdict(Reason.PROOF_PUT_ASIDE))


def _own_request(session: Session, person: Person, attachment_id: int) -> Attachment:
    """A request of the person's own, held until the end of the transaction; its collectivité first, as a loading of the
    register takes them. Raises NotFound."""
    own = select(Attachment.siren).where(Attachment.id == attachment_id, Attachment.person_id == person.id)
    siren = session.scalar(own)
    if siren is None:
        raise NotFound
    session.execute(select(Collectivite.siren).where(Collectivite.siren == siren).with_for_update(read=True))
    return locked_attachment(session, attachment_id)


def _lock_mailbox(session: Session, attachment_id: int) -> None:
    """What is sent to the mailbox of a request, until the end of the transaction, is sent by us alone."""
    request = session.execute(request_and_mailbox(attachment_id)).one_or_none()
    if request is None:
        raise NotFound
    lock(session, Lock.ADDRESS, f"mailbox:{(request.mailbox or '').lower()}")


def _code_hash(attachment_id: int, code: str) -> str:
    return digest(f"{attachment_id}:{code}")


def _record(session: Session, kind: EventKind, actor: Actor, sent: MailboxCode, at: datetime, **data: Any) -> None:
    record(session, kind, actor, at=at, siren=sent.siren, subject=f"attachment:{sent.attachment_id}", **data)


# ── The mailboxes ────────────────────────────────────────────────────────────────────────────────────────────────────────


def import_mailboxes(actor: Actor, content: bytes, *, at: datetime) -> ImportReport:
    """Bring the mailboxes of the collectivités of a file `siren,email` to what it says, or none: the same file twice is the
    same as once. A code sent to a mailbox that is replaced no longer serves.

    Raises ImportFault with everything that is wrong in it, Refused for who may not.
    """
    may_see_attachments_desk(actor).or_refuse()
    lines = two_columns(content, "siren", "email")
    with transaction() as session:
        lock(session, Lock.REGISTER, "mailboxes")
        current = set(session.scalars(select(Collectivite.siren).where(Collectivite.is_current)))
        wanted = _checked(lines, current)
        known: dict[str, str] = dict(session.execute(select(OfficialMailbox.siren, OfficialMailbox.email)).all())
        new = [siren for siren in wanted if siren not in known]
        changed = [siren for siren in wanted if siren in known and known[siren] != wanted[siren]]
        for statement, sirens in ((insert(OfficialMailbox), new), (update(OfficialMailbox), changed)):
            if sirens:
                session.execute(statement, [{"siren": each, "email": wanted[each], "loaded_at": at} for each in sirens])
        _outdate_codes(session, set(changed), at)
        if new or changed:
            record(session, EventKind.MAILBOXES_IMPORTED, actor, at=at, added=len(new), changed=len(changed))
        return ImportReport(len(new), len(changed), len(wanted) - len(new) - len(changed))


def _checked(lines: list[Line], current: set[str]) -> dict[str, str]:
    """The addresses by SIREN. Raises ImportFault; it repeats no address."""
    faults: list[Fault] = []
    wanted = once_each(_sound(lines, current, faults), "cette collectivité a déjà une autre boîte,", faults)
    if faults:
        raise ImportFault(faults)
    return {siren: line.second for siren, line in wanted.items()}


def _sound(lines: list[Line], current: set[str], faults: list[Fault]) -> Iterator[Line]:
    for number, siren, typed in lines:
        address = parse_address(typed)
        if siren not in current:
            faults.append(Fault(number, f"le SIREN {shown(siren)} n’est pas au registre"))
        if address is None:
            faults.append(Fault(number, "ce n’est pas une adresse de courriel"))
        elif siren in current:
            yield Line(number, siren, address.email)


def _outdate_codes(session: Session, sirens: set[str], at: datetime) -> None:
    live = select(MailboxCode).where(MailboxCode.used_at.is_(None), MailboxCode.expires_at > at)
    for code in session.scalars(live.with_for_update()) if sirens else ():
        if code.siren in sirens:
            code.expires_at = at


def invent_mailboxes(domain: str, *, at: datetime) -> int:
    """Give every commune without a mailbox one on this domain, `mairie-<code INSEE>@…`: only a demonstration may call this.
    Gives how many."""
    email = literal("mairie-") + func.lower(Collectivite.insee) + f"@{domain}"
    without = (
        select(Collectivite.siren, email, literal(at, OfficialMailbox.loaded_at.type))
        .outerjoin(OfficialMailbox, OfficialMailbox.siren == Collectivite.siren)
        .where(Collectivite.is_current, Collectivite.kind == Kind.COMMUNE, OfficialMailbox.siren.is_(None))
    )
    with transaction() as session:
        missing = session.scalar(select(func.count()).select_from(without.subquery())) or 0
        if missing:
            session.execute(insert(OfficialMailbox).from_select(["siren", "email", "loaded_at"], without))
            record(session, EventKind.MAILBOXES_IMPORTED, OPERATOR, at=at, added=missing, changed=0)
        return missing

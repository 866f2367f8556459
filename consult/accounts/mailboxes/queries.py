"""Reading what one may know of a collectivité's official mailbox, and of the codes sent there for one's own request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from consult.accounts.mailboxes import rules
from consult.accounts.model import Attachment, MailboxCode, OfficialMailbox
from consult.accounts.rules import is_live
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Verdict
from consult.register.model import Collectivite
from consult.register.rules import full_name


@dataclass(frozen=True, slots=True)
class MailboxRequest:
    """A request of one's own, and how the official mailbox may verify it."""

    attachment_id: int
    collectivite: str
    mailbox: str | None
    """Masked; None when none is known."""
    awaited_until: datetime | None
    """Until when (outside) the latest code serves; None when none was sent that still does."""
    may_send: Verdict


def mailbox_request(actor: Actor, attachment_id: int, *, at: datetime) -> MailboxRequest:
    """What the person who asked may know. Four statements. Raises NotFound for a request that is somebody else's."""
    session = reading()
    row = session.execute(request_and_mailbox(attachment_id)).one_or_none()
    if row is None or row.person_id != actor.person_id:
        raise NotFound
    code = session.scalars(latest_code(attachment_id)).one_or_none()
    serves = code is not None and is_live(expires_at=code.expires_at, used_at=code.used_at, at=at)
    return MailboxRequest(
        attachment_id,
        full_name(row.name, row.kind, row.departement_name),
        rules.masked(row.mailbox) if row.mailbox else None,
        code.expires_at if code and serves and code.tries < rules.MOST_TRIES else None,
        may_send_code(session, actor, row, at=at),
    )


def mailbox_of(siren: str) -> str | None:
    """The official mailbox of a collectivité, masked; None when none is known."""
    email = reading().scalar(select(OfficialMailbox.email).where(OfficialMailbox.siren == siren))
    return rules.masked(email) if email else None


def request_and_mailbox(attachment_id: int) -> Select[*tuple[Any, ...]]:
    """A request, its collectivité, and the address of its mailbox, whole or none."""
    return (
        select(
            Attachment.id,
            Attachment.person_id,
            Attachment.siren,
            Attachment.status,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            Collectivite.is_current,
            OfficialMailbox.email.label("mailbox"),
        )
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .outerjoin(OfficialMailbox, OfficialMailbox.siren == Attachment.siren)
        .where(Attachment.id == attachment_id)
    )


def latest_code(attachment_id: int) -> Select[MailboxCode]:
    """The last code sent for a request: the only one that may serve."""
    return select(MailboxCode).where(MailboxCode.attachment_id == attachment_id).order_by(MailboxCode.id.desc()).limit(1)


def may_send_code(session: Session, actor: Actor, request: Row[Any], *, at: datetime) -> Verdict:
    """Whether one more code may be sent for a row of `request_and_mailbox`, after those already sent. Two statements."""
    recent = select(func.count()).select_from(MailboxCode).where(MailboxCode.sent_at > at - rules.COUNTED_OVER)
    same_mailbox = (OfficialMailbox.siren == MailboxCode.siren) & (
        func.lower(OfficialMailbox.email) == (request.mailbox or "").lower()
    )
    return rules.may_send_code(
        actor,
        status=request.status,
        is_current=request.is_current,
        has_mailbox=request.mailbox is not None,
        for_request=session.scalar(recent.where(MailboxCode.attachment_id == request.id)) or 0,
        to_mailbox=session.scalar(recent.join(OfficialMailbox, same_mailbox)) or 0,
    )

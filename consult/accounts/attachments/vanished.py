"""What becomes of those who spoke for a collectivité that left the register: they are told, and asked to attach anew.

Sets of rows, whole: as many statements for one person as for ten thousand. What was done in the collectivité's name stays, and
what was verified stays verified: nobody decided against anybody.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from consult.accounts.model import (
    Attachment,
    AttachmentStatus,
    Invitation,
    InvitationOutcome,
    KnownDomain,
    OfficialMailbox,
    Person,
)
from consult.accounts.queries import LIVE
from consult.ground.actor import Actor
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.outbox.actions import post_many
from consult.outbox.model import Notice
from consult.register.actions import LoadReport
from consult.register.model import Collectivite, Succession
from consult.register.rules import full_name

REASON = "La collectivité ne figure plus au registre."

_ENDED = select(Collectivite.siren).where(Collectivite.is_current.is_(False))


def end_attachments(session: Session, _report: LoadReport, actor: Actor, at: datetime) -> Mapping[str, int]:
    """End every attachment and request, every invitation, domain and mailbox of collectivités that ended. A `register.Step`."""
    letters = _letters(session, at)
    ended = session.execute(
        update(Attachment)
        .where(Attachment.siren.in_(_ENDED), Attachment.status.in_(LIVE))
        .values(status=AttachmentStatus.ENDED, decided_at=at, decided_by=None, reason=REASON)
        .returning(Attachment.id, Attachment.siren, Attachment.way)
        .execution_options(synchronize_session=False)
    ).all()
    facts = [Fact(row.siren, f"attachment:{row.id}", {"way": row.way.value, "reason": REASON}) for row in sorted(ended)]
    record_many(session, EventKind.ATTACHMENT_ENDED, actor, facts, at=at)
    post_many(session, Notice.COLLECTIVITE_ENDED, letters, at=at)
    return {
        "attachments_ended": len(ended),
        "invitations_revoked": _revoke_invitations(session, actor, at),
        "domains_removed": _remove_domains(session, actor, at),
        "mailboxes_removed": _remove_mailboxes(session),
    }


def _letters(session: Session, at: datetime) -> Sequence[tuple[str, str, dict[str, Any]]]:
    """To each person concerned: what ended, since when, and whom to attach to."""
    concerned = session.execute(
        select(
            Attachment.id,
            Attachment.siren,
            Attachment.status,
            Person.email,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
        )
        .join(Person, Person.id == Attachment.person_id)
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Collectivite.is_current.is_(False), Attachment.status.in_(LIVE))
        .order_by(Attachment.id)
    ).all()
    after = _successors(session)
    return [
        (
            f"{Notice.COLLECTIVITE_ENDED.value}:{row.id}:{at.timestamp():.0f}",  # a request may be reopened, and end again
            row.email,
            {
                "collectivite": full_name(row.name, row.kind, row.departement_name),
                "was_pending": row.status is AttachmentStatus.PENDING,
                "successors": after.get(row.siren, []),
            },
        )
        for row in concerned
    ]


def _successors(session: Session) -> Mapping[str, list[dict[str, str]]]:
    """Of each collectivité that ended and still has people: SIREN and name of those that take over, the main one first."""
    of_people = select(Attachment.siren).where(Attachment.siren.in_(_ENDED), Attachment.status.in_(LIVE))
    rows = session.execute(
        select(Succession.siren, Collectivite.siren, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join(Collectivite, Collectivite.siren == Succession.successor)
        .where(Succession.siren.in_(of_people))
        .order_by(Succession.siren, Succession.is_main.desc(), Collectivite.search_name, Collectivite.siren)
    )
    found: dict[str, list[dict[str, str]]] = {}
    for ended, siren, name, kind, departement_name in rows:
        found.setdefault(ended, []).append({"siren": siren, "name": full_name(name, kind, departement_name)})
    return found


def _revoke_invitations(session: Session, actor: Actor, at: datetime) -> int:
    revoked = session.execute(
        update(Invitation)
        .where(Invitation.siren.in_(_ENDED), Invitation.closed_at.is_(None))
        .values(closed_at=at, outcome=InvitationOutcome.REVOKED)
        .returning(Invitation.id, Invitation.siren)
        .execution_options(synchronize_session=False)
    ).all()
    facts = [Fact(row.siren, f"invitation:{row.id}") for row in sorted(revoked)]
    record_many(session, EventKind.INVITATION_REVOKED, actor, facts, at=at)
    return len(revoked)


def _remove_domains(session: Session, actor: Actor, at: datetime) -> int:
    removed = session.execute(
        delete(KnownDomain)
        .where(KnownDomain.siren.in_(_ENDED))
        .returning(KnownDomain.domain, KnownDomain.siren)
        .execution_options(synchronize_session=False)
    ).all()
    facts = [Fact(row.siren, data={"domain": row.domain, "reason": REASON}) for row in sorted(removed)]
    record_many(session, EventKind.DOMAIN_REMOVED, actor, facts, at=at)
    return len(removed)


def _remove_mailboxes(session: Session) -> int:
    removed = delete(OfficialMailbox).where(OfficialMailbox.siren.in_(_ENDED)).returning(OfficialMailbox.siren)
    return len(session.execute(removed.execution_options(synchronize_session=False)).all())

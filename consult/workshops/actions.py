"""Announcing a workshop, changing it, cancelling it, publishing what was said there."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, verdict
from consult.interests.queries import standing_within
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.workshops.model import Workshop
from consult.workshops.queries import concerned_to_tell, drafted, seated_to_tell, sheet_within, volunteers_to_tell
from consult.workshops.rules import (
    WorkshopDraft,
    changes_well,
    is_moved,
    is_sound,
    may_announce,
    may_cancel,
    may_change,
    may_publish_notes,
)


def announce(actor: Actor, proposal_id: int, draft: WorkshopDraft, *, at: datetime) -> Workshop:
    """Announce a workshop about a retained proposition; the people of its volunteers are told by mail.

    Raises Refused with the reason of `may_announce` or `is_sound`, NotFound for an unknown proposition.
    """
    with transaction() as session:
        standing = standing_within(session, proposal_id, None)
        edition = locked_edition(session, standing.edition_id)
        may_announce(
            actor,
            calendar=edition.calendar,
            is_proclaimed=edition.proclaimed_at is not None,
            is_retained=standing.is_retained,
            at=at,
        ).or_refuse()
        is_sound(draft, at=at).or_refuse()
        workshop = Workshop(
            edition_id=edition.id,
            number=next_number(session, Workshop, edition.id),
            proposal_id=proposal_id,
            created_at=at,
            created_by=actor.person_id,
            revision=0,
        )
        _write(workshop, draft)
        session.add(workshop)
        session.flush()
        record_of(session, EventKind.WORKSHOP_ANNOUNCED, actor, workshop, at)
        post_to_all(
            session,
            Notice.WORKSHOP_ANNOUNCED,
            volunteers_to_tell(workshop, "announced"),
            at=at,
            proposal=standing.title,
            **told(edition, workshop),
        )
    return workshop


def change(actor: Actor, workshop_id: int, draft: WorkshopDraft, *, read: int, reason: str, at: datetime) -> bool:
    """Change a workshop, `read` being the revision that the page showed; gives whether those who come were told.

    They are when it moves, to another instant or another place, and then the change has its reason.

    Raises Refused with the reason of `may_change`, `is_sound` or `changes_well`, NotFound.
    """
    with transaction() as session:
        workshop, edition = locked_workshop(session, workshop_id)
        is_cancelled = workshop.cancelled_at is not None
        may_change(actor, calendar=edition.calendar, is_cancelled=is_cancelled, ends_at=workshop.ends_at, at=at).or_refuse()
        is_sound(draft, at=at, kept_start=workshop.starts_at).or_refuse()
        before = drafted(workshop)
        moved = is_moved(before, draft)
        seats = sheet_within(session, workshop_id, actor).room.seats
        changes_well(
            is_as_read=workshop.revision == read, seats=seats, capacity=draft.capacity, is_moved=moved, reason=reason
        ).or_refuse()
        _write(workshop, draft)
        workshop.revision += 1
        record_of(
            session,
            EventKind.WORKSHOP_CHANGED,
            actor,
            workshop,
            at,
            reason=reason.strip(),
            moved=moved,
            before=before.starts_at.isoformat(),
        )
        if moved:
            post_to_all(
                session,
                Notice.WORKSHOP_CHANGED,
                seated_to_tell(workshop, f"changed:{workshop.revision}"),
                at=at,
                reason=reason.strip(),
                **told(edition, workshop, with_link=True),
            )
    return moved


def cancel(actor: Actor, workshop_id: int, *, reason: str, at: datetime) -> None:
    """Cancel a workshop: its page stays, with the reason; those who were to come are told by mail.

    Raises Refused with the reason of `may_cancel`, NotFound.
    """
    with transaction() as session:
        workshop, edition = locked_workshop(session, workshop_id)
        may_cancel(
            actor,
            calendar=edition.calendar,
            is_cancelled=workshop.cancelled_at is not None,
            ends_at=workshop.ends_at,
            reason=reason,
            at=at,
        ).or_refuse()
        workshop.cancelled_at, workshop.cancel_reason = at, reason.strip()
        workshop.revision += 1
        record_of(session, EventKind.WORKSHOP_CANCELLED, actor, workshop, at, reason=workshop.cancel_reason)
        post_to_all(
            session,
            Notice.WORKSHOP_CANCELLED,
            seated_to_tell(workshop, "cancelled"),
            at=at,
            reason=workshop.cancel_reason,
            **told(edition, workshop),
        )


def publish_notes(actor: Actor, workshop_id: int, notes: str, *, at: datetime, read: int | None = None) -> None:
    """Publish what was said at a workshop, in Markdown, or correct it; told by mail the first time only.

    `read` is the revision that the page showed: nobody's notes are overwritten unread.

    Raises Refused with the reason of `may_publish_notes`, or CHANGED_MEANWHILE; NotFound.
    """
    with transaction() as session:
        workshop, edition = locked_workshop(session, workshop_id)
        may_publish_notes(
            actor,
            calendar=edition.calendar,
            is_cancelled=workshop.cancelled_at is not None,
            ends_at=workshop.ends_at,
            at=at,
        ).or_refuse()
        verdict((read in (None, workshop.revision), Reason.CHANGED_MEANWHILE)).or_refuse()
        is_first, workshop.notes = workshop.notes_at is None, notes
        workshop.revision += 1
        workshop.notes_at = workshop.notes_at or at
        record_of(session, EventKind.WORKSHOP_NOTED, actor, workshop, at, corrected=not is_first)
        if is_first:
            recipients = concerned_to_tell(workshop, "notes")
            post_to_all(session, Notice.WORKSHOP_NOTES, recipients, at=at, **told(edition, workshop))


def locked_workshop(session: Session, workshop_id: int) -> tuple[Workshop, Edition]:
    """The workshop, which nobody else can change nor fill until the transaction ends, and its edition. Raises NotFound."""
    edition_id = session.scalar(select(Workshop.edition_id).where(Workshop.id == workshop_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    return session.scalars(select(Workshop).where(Workshop.id == workshop_id).with_for_update()).one(), edition


def told(edition: Edition, workshop: Workshop, *, with_link: bool = False) -> dict[str, Any]:
    """What a letter says of a workshop; its link only to those who come."""
    return {
        "edition": edition.slug,
        "number": workshop.number,
        "title": workshop.title,
        "starts_at": workshop.starts_at.isoformat(),
        "ends_at": workshop.ends_at.isoformat(),
        "place": workshop.place,
        "is_online": bool(workshop.link),
    } | ({"link": workshop.link} if with_link else {})


def record_of(session: Session, kind: EventKind, actor: Actor, workshop: Workshop, at: datetime, **data: Any) -> None:
    """Write in the journal what happened to a workshop; never its link."""
    proposal = session.scalars(select(Proposal.number).where(Proposal.id == workshop.proposal_id)).one()
    record(
        session,
        kind,
        actor,
        at=at,
        edition_id=workshop.edition_id,
        subject=f"workshop:{workshop.number}",
        title=workshop.title,
        starts_at=workshop.starts_at.isoformat(),
        proposal=proposal,
        **data,
    )


def _write(workshop: Workshop, draft: WorkshopDraft) -> None:
    workshop.title, workshop.about = draft.title.strip(), draft.about.strip()
    workshop.starts_at, workshop.ends_at = draft.starts_at, draft.ends_at
    workshop.place, workshop.link, workshop.capacity = draft.place.strip(), draft.link.strip(), draft.capacity

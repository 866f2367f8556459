"""What every act on an interest does: take it as it stands now, end it, keep the trace."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound
from consult.interests.model import Interest, InterestStatus
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.register.queries import speakers


def locked(session: Session, interest_id: int, *, alone: bool = False) -> tuple[Interest, Edition]:
    """The interest, which nobody else can change until the transaction ends, and its edition. Raises NotFound.

    `alone`: with the edition too, for an act that changes the places of others on a waiting list.
    """
    edition_id = select(Interest.edition_id).where(Interest.id == interest_id).scalar_subquery()
    edition = locked_edition(session, edition_id, alone=alone)
    return session.scalars(select(Interest).where(Interest.id == interest_id).with_for_update()).one(), edition


def locked_many(session: Session, edition_id: int, interest_ids: Collection[int]) -> tuple[Sequence[Interest], Edition]:
    """Interests of one edition, held alone, by number. Raises NotFound when one is missing, or of another edition."""
    edition = locked_edition(session, edition_id, alone=True)
    rows = session.scalars(
        select(Interest)
        .where(Interest.id.in_(set(interest_ids)), Interest.edition_id == edition_id)
        .order_by(Interest.number)
        .with_for_update()
    ).all()
    if len(rows) != len(set(interest_ids)):
        raise NotFound
    return rows, edition


def speaker(session: Session, interest: Interest) -> str:
    """Who speaks for an interest now: the collectivité that declared it, or whoever stands for it since it ended."""
    return speakers(session, [interest.siren])[interest.siren]


def settle(interest: Interest, status: InterestStatus, person_id: int | None, reason: str, *, at: datetime) -> None:
    """Give an interest another state, with its reason; an answer that was prepared for it is spent."""
    interest.status, interest.reason = status, reason.strip()
    interest.decided_at, interest.decided_by = at, person_id
    interest.waiting_rank = None
    forget_prepared(interest)


def forget_prepared(interest: Interest) -> None:
    """Leave nothing of the answer that was prepared."""
    interest.prepared, interest.prepared_reason, interest.prepared_rank = None, "", None
    interest.prepared_at = interest.prepared_by = None


def tell(session: Session, kind: EventKind, actor: Actor, interest: Interest, *, at: datetime, **data: Any) -> None:
    """One event, about the collectivité that volunteers, whoever acted; and one revision more."""
    interest.revision += 1
    record(
        session,
        kind,
        actor,
        at=at,
        edition_id=interest.edition_id,
        siren=interest.siren,
        subject=f"interest:{interest.number}",
        **data,
    )

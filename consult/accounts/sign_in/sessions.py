"""The open sessions of a person: the list of them, and ending one, all the others, or those that are over."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from consult.accounts import rules
from consult.accounts.model import PersonSession, SessionWay
from consult.accounts.queries import digest, session_is_open
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind

KEPT_FOR = timedelta(days=30)
"""From its opening: a session has been over for a fortnight at least, and nothing asks for it any more."""

BATCH = 500


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person recognises it."""

    id: int
    opened_at: datetime
    way: SessionWay
    device: str
    is_this_one: bool


def open_sessions(person_id: int, key: str, *, at: datetime, page: int = 1) -> Page[OpenSession]:
    """The sessions of a person that still serve, this one (whose key is `key`) first, then the latest. Two statements."""
    session, where = reading(), (PersonSession.person_id == person_id, *session_is_open(at))
    total = session.scalar(select(func.count()).select_from(PersonSession).where(*where)) or 0
    is_this_one = PersonSession.key_hash == digest(key)
    rows = session.execute(
        select(PersonSession.id, PersonSession.opened_at, PersonSession.way, PersonSession.device, is_this_one)
        .where(*where)
        .order_by(is_this_one.desc(), PersonSession.opened_at.desc(), PersonSession.id.desc())
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([OpenSession(*row) for row in rows], page, total)


def close_session(actor: Actor, session_id: int, *, at: datetime) -> None:
    """End one of one's own sessions, at once, whatever its browser still holds. Nothing happens when it was ended already.

    Raises NotFound when it is somebody else's, Refused for a visitor.
    """
    rules.may_act_for_oneself(actor).or_refuse()
    with transaction() as session:
        found = session.scalars(
            select(PersonSession)
            .where(PersonSession.id == session_id, PersonSession.person_id == actor.person_id)
            .with_for_update()
        ).one_or_none()
        if found is None:
            raise NotFound
        if found.ended_at is None:
            found.ended_at, found.id_token = at, None
            record(session, EventKind.SIGNED_OUT, actor, at=at, subject=f"session:{session_id}")


def close_other_sessions(actor: Actor, key: str, *, at: datetime) -> int:
    """End every session of the actor but the one whose key is `key`; gives how many were. Raises Refused for a visitor."""
    rules.may_act_for_oneself(actor).or_refuse()
    with transaction() as session:
        return end_sessions(session, actor, but=key, at=at)


def end_sessions(session: Session, actor: Actor, *, but: str, at: datetime) -> int:
    """The same, inside a transaction; journaled when there was one to end."""
    ended = session.scalars(
        update(PersonSession)
        .where(
            PersonSession.person_id == actor.person_id,
            PersonSession.key_hash != digest(but),
            *session_is_open(at),
        )
        .values(ended_at=at, id_token=None)
        .returning(PersonSession.id)
    ).all()
    if ended:
        record(session, EventKind.SESSIONS_CLOSED, actor, at=at, count=len(ended))
    return len(ended)


def forget_sessions(*, at: datetime) -> int:
    """Remove sessions long over, BATCH at most; gives how many. Two workers at once never wait for one another."""
    with transaction() as session:
        old = select(PersonSession.id).where(PersonSession.opened_at <= at - KEPT_FOR).order_by(PersonSession.id).limit(BATCH)
        gone = session.execute(
            delete(PersonSession)
            .where(PersonSession.id.in_(old.with_for_update(skip_locked=True)))
            .returning(PersonSession.id),
            execution_options={"synchronize_session": False},
        ).all()
        return len(gone)

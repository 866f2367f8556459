"""One message a person and a period, whatever happened in it to what they follow.

A message and the cursor of its reader are written in the same transaction, a batch of readers at a time: run twice, it is
written once; killed in the middle, the batches that are written are, and the next run goes on from there. What a message tells
is fixed when it is written; it is worded when it leaves, and what its reader has stopped following meanwhile is left out.
"""

import smtplib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.following.model import Follow, Follower, Rhythm, Tiding
from consult.following.queries import last_position
from consult.following.rules import told_until
from consult.ground.database import Lock, lock, transaction
from consult.journal.model import Event
from consult.outbox.actions import post_many
from consult.outbox.model import Message, Notice

BATCH = 500
MOST_TOLD = 60
"""Pieces of news that one message tells; it says how many more there are."""

NO_MAILBOX = smtplib.SMTPRecipientsRefused.__name__
"""How the outbox says that a server does not know the address."""

AnyRow = Row[*tuple[Any, ...]]


def write_digests(rhythm: Rhythm, *, after: int = 0, at: datetime) -> int | None:
    """Write the messages that are due at this rhythm, to a batch of people numbered after `after`; the number to go on from,
    None when all is written. Two workers at once wait for each other."""
    until = told_until(rhythm, at)
    if until is None:
        return None
    with transaction() as session:
        lock(session, Lock.FOLLOWING, "digests")
        upto = last_position(session) if rhythm is Rhythm.AT_ONCE else _last_before(session, until)
        due = session.execute(_due(rhythm, upto).where(Follower.person_id > after).limit(BATCH)).all()
        if not due:
            return None
        people = {row.person_id: row for row in due}
        news = _news(session, list(people), upto)
        letters = [
            (f"digest:{person_id}:{upto}", people[person_id].email, _said(rhythm, rows)) for person_id, rows in news.items()
        ]
        post_many(session, Notice.DIGEST, letters, at=at)
        session.execute(
            update(Follower)
            .where(Follower.person_id.in_(people))
            .values(told=upto, told_at=at)
            .execution_options(synchronize_session=False)
        )
        return due[-1].person_id if len(due) == BATCH else None


def is_reachable() -> ColumnElement[bool]:
    """The condition, on Follower and Person, under which somebody is written to: their account is open, and their mailbox has
    not been refused since they last signed in."""
    return and_(Person.closed_at.is_(None), or_(Follower.bounced_at.is_(None), Follower.bounced_at < Person.last_seen_at))


def _last_before(session: Session, until: datetime) -> int:
    """The position of the last piece of news before an instant: positions follow one another as instants do."""
    before = select(Tiding.position).where(Tiding.at < until).order_by(Tiding.position.desc()).limit(1)
    return session.scalar(before) or 0


def _due(rhythm: Rhythm, upto: int) -> Any:
    return (
        select(Follower.person_id, Person.email)
        .join(Person, Person.id == Follower.person_id)
        .where(Follower.rhythm == rhythm, Follower.told < upto, is_reachable(), exists(_concerns(upto)))
        .order_by(Follower.person_id)
    )


def _concerns(upto: int) -> Any:
    """The news, up to a position, of what a follower follows, and did not do; after what they were last told."""
    return (
        select(Follow.person_id, Tiding.event_id, Tiding.subject, Tiding.position)
        .join(Tiding, Tiding.subject == Follow.subject)
        .join(Event, Event.id == Tiding.event_id)
        .where(
            Follow.person_id == Follower.person_id,
            Follow.stopped_at.is_(None),
            Tiding.position > Follow.since,
            Tiding.position > Follower.told,
            Tiding.position <= upto,
            Event.person_id.is_distinct_from(Follow.person_id),
        )
        .correlate(Follower)
    )


def _news(session: Session, people: Sequence[int], upto: int) -> dict[int, list[AnyRow]]:
    """What there is to tell each of these people, in order. One statement."""
    concerns = _concerns(upto).correlate(None).where(Follower.person_id.in_(people))
    by_person: dict[int, list[AnyRow]] = defaultdict(list)
    for row in session.execute(concerns.order_by(Follow.person_id, Tiding.position)):
        by_person[row.person_id].append(row)
    return by_person


def _said(rhythm: Rhythm, rows: Sequence[AnyRow]) -> dict[str, Any]:
    """The pieces of news, by what they are about, and how many are left out; never what they say."""
    by_subject: dict[str, list[int]] = defaultdict(list)
    for row in rows[:MOST_TOLD]:
        by_subject[row.subject].append(row.event_id)
    return {
        "person": rows[0].person_id,
        "rhythm": rhythm.value,
        "news": by_subject,
        "others": max(0, len(rows) - MOST_TOLD),
    }


def refused(session: Session, message: Message, at: datetime) -> None:
    """A server says that the mailbox of a digest is not one: nothing more is written there until its owner signs in again."""
    if message.notice is Notice.DIGEST and message.failure == NO_MAILBOX:
        person_id = int(message.key.split(":")[1])
        theirs = select(Person.id).where(Person.id == person_id, Person.email == message.recipient)
        session.execute(
            update(Follower)
            .where(Follower.person_id.in_(theirs))
            .values(bounced_at=at)
            .execution_options(synchronize_session=False)
        )

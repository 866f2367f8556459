"""Following, no longer following, choosing how often one is told."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.actions import lock_person, locked_person
from consult.following.model import Follow, Follower, Rhythm
from consult.following.queries import last_position, titled
from consult.following.rules import DEFAULT, Subject, may_follow
from consult.ground.actor import VISITOR, Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind


def new_token() -> str:
    """What stops the messages, without a sign-in, for whoever holds one of them."""
    return secrets.token_urlsafe(24)


def follow(actor: Actor, subject: Subject, *, at: datetime) -> None:
    """Follow it from now on; what happened before is not told.

    Raises Refused with the reason of `may_follow`; NotFound for what does not exist.
    """
    may_follow(actor).or_refuse()
    with transaction() as session:
        person_id = locked_person(session, actor).id
        if subject.name not in titled(session, [subject.name]):
            raise NotFound
        since = last_position(session)
        known = session.get(Follow, (person_id, subject.name))
        if known is not None and known.stopped_at is None and known.is_chosen:
            return
        if known is None:
            known = Follow(person_id=person_id, subject=subject.name, at=at, since=since)
            session.add(known)
        if known.stopped_at is not None:
            known.since = since
        known.is_chosen, known.stopped_at, known.at = True, None, at
        _begin(session, person_id, since)
        _record(session, EventKind.FOLLOW_BEGUN, actor, subject, at)


def stop(actor: Actor, subject: Subject, *, at: datetime) -> None:
    """Do not follow it any more, whatever one does later.

    Raises Refused with the reason of `may_follow`; NotFound for what is not followed.
    """
    may_follow(actor).or_refuse()
    with transaction() as session:
        known = session.get(Follow, (locked_person(session, actor).id, subject.name))
        if known is None:
            raise NotFound
        if known.stopped_at is None:
            known.stopped_at = at
            _record(session, EventKind.FOLLOW_ENDED, actor, subject, at)


def choose_rhythm(actor: Actor, rhythm: Rhythm, *, at: datetime) -> None:
    """Be told at this rhythm. Raises Refused with the reason of `may_follow`."""
    may_follow(actor).or_refuse()
    with transaction() as session:
        one = _begin(session, locked_person(session, actor).id, last_position(session))
        _change(session, one, rhythm, actor, at)


def unsubscribe(token: str, *, at: datetime) -> None:
    """Stop every message, for whoever holds the token that each of them carries. Raises NotFound for an unknown one."""
    with transaction() as session:
        person_id = session.scalar(select(Follower.person_id).where(Follower.token == token))
        if person_id is None:
            raise NotFound
        lock_person(session, person_id)
        _change(session, session.get_one(Follower, person_id), Rhythm.NEVER, VISITOR, at)


def _begin(session: Session, person_id: int, position: int) -> Follower:
    """How this person is told: what they chose, or the default from this position on."""
    one = session.get(Follower, person_id)
    if one is None:
        one = Follower(person_id=person_id, rhythm=DEFAULT, token=new_token(), told=position)
        session.add(one)
        session.flush()
    return one


def _change(session: Session, one: Follower, rhythm: Rhythm, actor: Actor, at: datetime) -> None:
    if one.rhythm is rhythm:
        return
    if one.rhythm is Rhythm.NEVER:
        one.told = max(one.told, last_position(session))  # what they asked not to be told is not told afterwards
    before, one.rhythm = one.rhythm, rhythm
    subject = f"person:{one.person_id}"
    record(session, EventKind.RHYTHM_CHOSEN, actor, at=at, subject=subject, before=before.value, after=rhythm.value)


def _record(session: Session, kind: EventKind, actor: Actor, subject: Subject, at: datetime) -> None:
    named = f"{subject.sort.value}:{subject.key}"
    record(session, kind, actor, at=at, edition_id=subject.edition_id, subject=named)

"""Asking the author something, and being answered: inside the file, between the team and that collectivité only."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import as_now, wants
from consult.contributions.actions import owner_of
from consult.contributions.model import Contribution, Remark
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.triage.desk import Seen, is_as_seen, locked, tell
from consult.triage.file_rules import may_answer, may_question


def question(actor: Actor, contribution_id: int, *, text: str, at: datetime, seen: Seen | None = None) -> Remark:
    """Ask the author something; a letter says so.

    Raises Refused with the reason of `may_question`; NotFound.
    """
    with transaction() as session:
        edition, (contribution,) = locked(session, [contribution_id])
        last = _last(session, contribution)
        may_question(
            actor,
            status=contribution.status,
            waits=last is not None and last.is_question,
            calendar=edition.calendar,
            at=at,
            text=text,
            is_as_seen=is_as_seen(contribution, seen),
        ).or_refuse()
        remark = _add(session, actor, contribution, text, at=at, is_question=True)
        tell(session, EventKind.CONTRIBUTION_QUESTIONED, actor, contribution, at=at)
        _write_to(session, Notice.CONTRIBUTION_QUESTIONED, contribution.person_id, contribution, remark, edition.slug, at=at)
    return remark


def answer(actor: Actor, contribution_id: int, *, text: str, at: datetime) -> Remark:
    """Answer the question that waits; whoever asked it gets a letter.

    Raises Refused with the reason of `may_answer`; NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, (contribution,) = locked(session, [contribution_id])
        asked = _last(session, contribution)
        waits = asked is not None and asked.is_question
        may_answer(actor, owner=owner_of(contribution), waits=waits, calendar=edition.calendar, at=at, text=text).or_refuse()
        remark = _add(session, actor, contribution, text, at=at, is_question=False)
        tell(session, EventKind.CONTRIBUTION_ANSWERED, actor, contribution, at=at)
        if asked is not None:
            _write_to(session, Notice.CONTRIBUTION_ANSWERED, asked.person_id, contribution, remark, edition.slug, at=at)
    return remark


def _last(session: Session, contribution: Contribution) -> Remark | None:
    return session.scalars(
        select(Remark).where(Remark.contribution_id == contribution.id).order_by(Remark.id.desc()).limit(1)
    ).first()


def _add(session: Session, actor: Actor, contribution: Contribution, text: str, *, at: datetime, is_question: bool) -> Remark:
    remark = Remark(
        contribution_id=contribution.id, is_question=is_question, person_id=actor.person_id, text=text.strip(), at=at
    )
    session.add(remark)
    session.flush()
    return remark


def _write_to(
    session: Session,
    notice: Notice,
    person_id: int | None,
    contribution: Contribution,
    remark: Remark,
    edition: str,
    *,
    at: datetime,
) -> None:
    email = session.scalar(select(Person.email).where(Person.id == person_id, wants(Topic.CONTRIBUTIONS)))
    if email is None:
        return
    post(
        session,
        notice,
        email,
        key=f"remark:{remark.id}",
        at=at,
        edition=edition,
        number=contribution.number,
        title=contribution.title,
        text=remark.text,
    )

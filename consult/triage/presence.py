"""Who of the team has which file open, so that two do not work on the same one unknowingly."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from consult.accounts.model import Person
from consult.contributions.model import Contribution, DeskPresence, Status
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, reading, transaction
from consult.ground.refusals import NotFound
from consult.triage.rules import is_team

PRESENT_FOR = timedelta(minutes=2)
"""How long after its last sign a file is taken to be open: a page left open gives one every thirty seconds."""


def be_present(actor: Actor, contribution_id: int, *, at: datetime) -> None:
    """Say that the actor has this file open. Not journaled: nothing is decided, and it is forgotten within minutes.

    Raises Refused with the reason of `is_team`; NotFound.
    """
    with transaction() as session:
        is_team(actor).or_refuse()
        lock(session, Lock.PERSON, actor.person_id or 0)  # two tabs of the same person
        received = select(Contribution.id).where(Contribution.id == contribution_id, Contribution.status != Status.DRAFT)
        if session.scalar(received) is None:
            raise NotFound
        session.execute(delete(DeskPresence).where(DeskPresence.at <= at - PRESENT_FOR))
        session.merge(DeskPresence(contribution_id=contribution_id, person_id=actor.person_id, at=at))


def others_present(actor: Actor, contribution_id: int, *, at: datetime) -> Sequence[str]:
    """The names of those who also have this file open, for the team only. One statement."""
    return (
        reading()
        .scalars(
            select(Person.name)
            .join(DeskPresence, DeskPresence.person_id == Person.id)
            .where(
                DeskPresence.contribution_id == contribution_id,
                DeskPresence.person_id != actor.person_id,
                DeskPresence.at > at - PRESENT_FOR,
            )
            .order_by(Person.name)
        )
        .all()
    )

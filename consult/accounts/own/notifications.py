"""Choosing what one is told by mail. Whatever concerns the account itself is always sent."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from consult.accounts.actions import locked_person
from consult.accounts.model import MutedTopic, Topic
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.journal.actions import record
from consult.journal.model import EventKind


def wanted_topics(person_id: int) -> frozenset[Topic]:
    """What a person is told: everything they have not muted. One statement."""
    muted = reading().scalars(select(MutedTopic.topic).where(MutedTopic.person_id == person_id))
    return frozenset(Topic) - frozenset(muted)


def choose_notifications(actor: Actor, wanted: Collection[Topic], *, at: datetime) -> None:
    """Be told about these topics, and no other. Raises Refused for a visitor."""
    with transaction() as session:
        person = locked_person(session, actor)
        session.execute(delete(MutedTopic).where(MutedTopic.person_id == person.id))
        session.add_all(MutedTopic(person_id=person.id, topic=topic) for topic in Topic if topic not in wanted)
        told = sorted(topic.value for topic in Topic if topic in wanted)
        record(session, EventKind.NOTIFICATIONS_CHOSEN, actor, at=at, wanted=told)

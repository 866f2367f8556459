"""Correcting an interest when the team asks: the text as it was stays, for its collectivité and the team."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, exists, func, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, RoleGrant, Topic
from consult.accounts.queries import as_now, wants
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.interests.actions import InterestDraft
from consult.interests.charters import in_force_within
from consult.interests.file_rules import may_correct
from consult.interests.held import locked, speaker, tell
from consult.interests.model import Interest, InterestMessage, InterestVersion
from consult.interests.preparing import set_in_line
from consult.interests.rules import TEAM, is_whole
from consult.interests.waiting import change_list
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal

TEXT = (
    "level",
    "motivation",
    "availability",
    "referent_name",
    "referent_function",
    "sponsor_name",
    "sponsor_function",
    "charter",
)
"""What a correction may change."""


def correct(actor: Actor, interest_id: int, draft: InterestDraft, *, read: int, at: datetime) -> Interest:
    """Give an interest of the actor's collectivité another text, because the team asked; what was asked is then done.

    One that waits, and asks for another level, comes last on the list of that level: those who wait there came before it.

    `read` is how many versions had been kept when the page that asks was drawn. The charter in force is accepted anew.
    Whoever of the team asked is told by mail, once, if they are of it still.

    Raises Refused with the reason of `may_correct` or `is_whole`, NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        interest, edition = locked(session, interest_id, alone=True)
        asked = session.scalars(_asked(interest_id)).all()
        may_correct(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            is_asked=bool(asked),
            is_as_read=read == last_rank(session, interest_id),
            at=at,
        ).or_refuse()
        is_whole(
            level=draft.level,
            people=draft.people,
            availability=draft.availability,
            charter=draft.charter,
            in_force=_charter(session, edition),
        ).or_refuse()
        _keep_as_it_was(session, interest, at)
        before = interest.level
        for name, value in asdict(draft).items():
            setattr(interest, name, value)
        if draft.level is not before:
            change_list(session, interest, was=before)
            set_in_line(session, [interest], None)
        for message in asked:
            message.corrected_at = at
        tell(session, EventKind.INTEREST_CORRECTED, actor, interest, at=at, before=before.value, after=draft.level.value)
        _answer(session, edition, interest, [message.person_id for message in asked], at)
    return interest


def _answer(session: Session, edition: Edition, interest: Interest, asked_by: Sequence[int | None], at: datetime) -> None:
    of_the_team = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(TEAM))
    key = literal(f"interest_corrected:{interest.id}:{last_rank(session, interest.id)}:") + cast(Person.id, String)
    proposal = session.get_one(Proposal, interest.proposal_id)
    post_to_all(
        session,
        Notice.INTEREST_CORRECTED,
        select(key, Person.email).where(Person.id.in_(asked_by), of_the_team, wants(Topic.SERVICES)),
        at=at,
        edition=edition.slug,
        number=interest.number,
        proposal=proposal.title,
    )


def _charter(session: Session, edition: Edition) -> str:
    return in_force_within(session, edition).name


def _keep_as_it_was(session: Session, interest: Interest, at: datetime) -> None:
    """The text that ends at this instant, under the next rank: 1 is what was first submitted."""
    data: dict[str, Any] = {name: getattr(interest, name) for name in TEXT} | {"level": interest.level.value}
    rank = last_rank(session, interest.id) + 1
    session.add(InterestVersion(interest_id=interest.id, rank=rank, at=at, person_id=interest.person_id, data=data))


def last_rank(session: Session, interest_id: int) -> int:
    """How many texts of an interest were replaced by another: what team and collectivité do besides does not count."""
    return session.scalar(select(func.max(InterestVersion.rank)).where(InterestVersion.interest_id == interest_id)) or 0


def _asked(interest_id: int) -> Select[InterestMessage]:
    return (
        select(InterestMessage)
        .where(
            InterestMessage.interest_id == interest_id,
            InterestMessage.asks_correction,
            InterestMessage.corrected_at.is_(None),
        )
        .order_by(InterestMessage.id)
    )


def messages_of(interest_id: int) -> Sequence[InterestMessage]:
    """What the team and the collectivité wrote to each other, the first first. One statement."""
    return (
        reading()
        .scalars(select(InterestMessage).where(InterestMessage.interest_id == interest_id).order_by(InterestMessage.id))
        .all()
    )


def versions_of(interest_id: int) -> Sequence[InterestVersion]:
    """The texts it had before each correction, the first first; `at` is when each ended. One statement."""
    return (
        reading()
        .scalars(select(InterestVersion).where(InterestVersion.interest_id == interest_id).order_by(InterestVersion.rank))
        .all()
    )

"""A candidature being written: saved as one types, one's own alone, and not submitted. One a person, proposition and name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.accounts.queries import as_now
from consult.contributions.draft_rules import length_of
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, reading, transaction
from consult.ground.refusals import NotFound
from consult.interests.draft_rules import may_keep
from consult.interests.model import Interest, Level, StartedInterest
from consult.interests.queries import standing_within
from consult.proposals.model import Proposal
from consult.register.model import Collectivite

BATCH = 200

NAMES = ("referent_name", "referent_function", "sponsor_name", "sponsor_function")

Typed = Mapping[str, str]
"""What is in each field, by its name, as it was typed."""


def keep(actor: Actor, proposal_id: int, data: Typed, *, revision: int, at: datetime) -> StartedInterest:
    """Keep what is being written, from a page that showed it at `revision` (0: not kept yet). The same text changes nothing.

    Raises Refused with the reason of `may_keep`; NotFound for an unknown proposition.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        if actor.person_id is not None:
            lock(session, Lock.PERSON, actor.person_id)
        standing = standing_within(session, proposal_id, actor.siren)
        draft = session.scalars(_own(actor, proposal_id)).one_or_none()
        if draft is not None and draft.data == data:
            return draft
        is_latest = draft is None or draft.revision == revision
        may_keep(actor, has_live=standing.has_live, is_latest=is_latest, length=length_of(data)).or_refuse()
        if draft is None:
            draft = StartedInterest(
                edition_id=standing.edition_id,
                proposal_id=proposal_id,
                person_id=actor.person_id,
                siren=actor.siren,
                created_at=at,
                revision=0,
            )
            session.add(draft)
        draft.data, draft.saved_at, draft.revision = dict(data), at, draft.revision + 1
    return draft


def throw_away(actor: Actor, proposal_id: int, *, at: datetime) -> None:  # noqa: ARG001 - an act is told its instant
    """Forget what one has begun for a proposition, in the name one speaks in. Raises NotFound when there is nothing."""
    with transaction() as session:
        draft = session.scalars(_own(actor, proposal_id)).one_or_none()
        if draft is None:
            raise NotFound
        session.delete(draft)


def forget(session: Session, actor: Actor, proposal_id: int) -> None:
    """What was begun is now submitted: its text is there."""
    session.execute(
        delete(StartedInterest).where(
            StartedInterest.person_id == actor.person_id,
            StartedInterest.proposal_id == proposal_id,
            StartedInterest.siren == actor.siren,
        )
    )


def forget_started(*, at: datetime, limit: int = BATCH) -> int:
    """Forget what closed accounts had begun: nobody can read it any more. Gives how many."""
    with transaction() as session:
        gone = session.scalars(
            select(StartedInterest.id)
            .join(Person, Person.id == StartedInterest.person_id)
            .where(Person.closed_at <= at)
            .order_by(StartedInterest.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=StartedInterest)
        ).all()
        session.execute(delete(StartedInterest).where(StartedInterest.id.in_(gone)))
        return len(gone)


def started(actor: Actor, proposal_id: int) -> StartedInterest | None:
    """What the actor has begun for a proposition, in the name they speak in now. One statement."""
    return reading().scalars(_own(actor, proposal_id).execution_options(populate_existing=True)).one_or_none()


def as_offered(draft: StartedInterest) -> Interest:
    """What the draft would declare if it were submitted as it is; in no base. Its level may be none, its texts empty."""
    said = {name: draft.data.get(name, "") for name in ("availability", "motivation", *NAMES)}
    level = draft.data.get("level", "")
    return Interest(level=Level(level) if level in set(Level) else None, siren=draft.siren, **said)


@dataclass(frozen=True, slots=True)
class Begun:
    """A candidature that somebody has begun, in one line."""

    proposal_number: int
    proposal_title: str
    siren: str
    collectivite: str
    saved_at: datetime


def all_started(actor: Actor, edition_id: int) -> Sequence[Begun]:
    """Everything the actor has begun in an edition, in every name, the latest saved first. One statement."""
    rows = reading().execute(
        select(Proposal.number, Proposal.title, StartedInterest.siren, Collectivite.name, StartedInterest.saved_at)
        .join(Proposal, Proposal.id == StartedInterest.proposal_id)
        .join(Collectivite, Collectivite.siren == StartedInterest.siren)
        .where(StartedInterest.person_id == actor.person_id, StartedInterest.edition_id == edition_id)
        .order_by(StartedInterest.saved_at.desc(), StartedInterest.id.desc())
    )
    return [Begun(*row) for row in rows]


def _own(actor: Actor, proposal_id: int) -> Select[StartedInterest]:
    return select(StartedInterest).where(
        StartedInterest.person_id == actor.person_id,
        StartedInterest.proposal_id == proposal_id,
        StartedInterest.siren == actor.siren,
    )

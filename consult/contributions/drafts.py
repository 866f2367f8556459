"""Drafts: what someone is writing, saved as they type, theirs alone; and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.contributions.draft_rules import length_of, may_publish_from, may_save, may_start
from consult.contributions.model import Contribution, ContributionFile, ContributionType, Draft, Status
from consult.contributions.rules import RECEIVED
from consult.ground.actor import Actor, Profile
from consult.ground.database import Lock, lock, reading, transaction
from consult.ground.refusals import NotFound

BATCH = 200

Typed = Mapping[str, Any]
"""What is in each field, by its name: texts as they were typed, lists of what was ticked."""


def start_draft(actor: Actor, edition_id: int, type_: ContributionType, data: Typed, *, at: datetime) -> Draft:
    """Keep a new draft, in the name of the collectivité the actor speaks for now.

    Raises Refused with the reason of `may_start`.
    """
    with transaction() as session:
        if actor.person_id is not None:
            lock(session, Lock.PERSON, actor.person_id)
        live = session.scalar(select(func.count()).select_from(Draft).where(*_live(actor, edition_id))) or 0
        may_start(actor, live=live, length=length_of(data)).or_refuse()
        draft = Draft(
            edition_id=edition_id,
            person_id=actor.person_id,
            siren=_siren(actor),
            type=type_,
            data=dict(data),
            created_at=at,
            saved_at=at,
            revision=1,
        )
        session.add(draft)
    return draft


def save_draft(actor: Actor, draft_id: int, data: Typed, *, revision: int, at: datetime) -> Draft:
    """Save over a draft, from a page that showed it at `revision`. The same text saved twice changes nothing.

    Raises Refused with the reason of `may_save`; NotFound for another's.
    """
    with transaction() as session:
        draft = _locked(session, actor, draft_id)
        is_published = draft.contribution_id is not None
        if draft.data == data and not is_published:
            return draft
        may_save(actor, is_published=is_published, is_latest=draft.revision == revision, length=length_of(data)).or_refuse()
        draft.data, draft.saved_at, draft.revision = dict(data), at, draft.revision + 1
        draft.siren = draft.siren or _siren(actor)
    return draft


def delete_draft(actor: Actor, draft_id: int, *, at: datetime) -> None:  # noqa: ARG001 - an act is told its instant
    """Forget a draft and whatever was joined to it. Raises NotFound for another's, and for one that is published."""
    with transaction() as session:
        draft = _locked(session, actor, draft_id)
        if draft.contribution_id is not None:
            raise NotFound
        session.execute(delete(ContributionFile).where(ContributionFile.draft_id == draft.id))
        session.delete(draft)


def forget_drafts(*, at: datetime, limit: int = BATCH) -> int:
    """Forget the drafts of accounts that are closed: nobody can read them any more. Gives how many."""
    with transaction() as session:
        gone = session.scalars(
            select(Draft.id)
            .join(Person, Person.id == Draft.person_id)
            .where(Person.closed_at <= at, Draft.contribution_id.is_(None))
            .order_by(Draft.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Draft)
        ).all()
        session.execute(delete(ContributionFile).where(ContributionFile.draft_id.in_(gone)))
        session.execute(delete(Draft).where(Draft.id.in_(gone)))
        return len(gone)


def own_draft(actor: Actor, edition_id: int, draft_id: int) -> Draft:
    """A draft of one's own, published or not. One statement. Raises NotFound for any other."""
    found = reading().scalar(
        select(Draft)
        .where(Draft.id == draft_id, Draft.edition_id == edition_id, Draft.person_id == actor.person_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def own_drafts(actor: Actor, edition_id: int) -> Sequence[Draft]:
    """One's own drafts that are not published, the latest saved first. One statement."""
    return (
        reading().scalars(select(Draft).where(*_live(actor, edition_id)).order_by(Draft.saved_at.desc(), Draft.id.desc())).all()
    )


@dataclass(frozen=True, slots=True)
class OwnText:
    """What someone published, in one line."""

    number: int
    title: str
    type: ContributionType
    status: Status
    published_at: datetime | None


def own_texts(actor: Actor, edition_id: int) -> Sequence[OwnText]:
    """What the actor published themselves, the latest first. One statement."""
    rows = reading().execute(
        select(Contribution.number, Contribution.title, Contribution.type, Contribution.status, Contribution.published_at)
        .where(
            Contribution.person_id == actor.person_id,
            Contribution.edition_id == edition_id,
            Contribution.status.in_(RECEIVED),
        )
        .order_by(Contribution.number.desc())
    )
    return [OwnText(*row) for row in rows]


def number_of(draft: Draft) -> int | None:
    """The number of the contribution a draft became; None while it is not published. One statement, or none."""
    if draft.contribution_id is None:
        return None
    return reading().scalar(select(Contribution.number).where(Contribution.id == draft.contribution_id))


def draft_to_publish(session: Session, actor: Actor, edition_id: int, draft_id: int) -> tuple[Draft, Actor]:
    """A draft, its row locked, and its author speaking in the name it was written in.

    Raises Refused with the reason of `may_publish_from`; NotFound for another's.
    """
    draft = _locked(session, actor, draft_id)
    if draft.edition_id != edition_id:
        raise NotFound
    may_publish_from(actor, siren=draft.siren, is_published=draft.contribution_id is not None).or_refuse()
    return draft, (actor.acting_for(draft.siren) if draft.siren else None) or actor


def mark_published(draft: Draft, contribution: Contribution) -> None:
    """The draft became this contribution: its text is there now."""
    draft.contribution_id, draft.data = contribution.id, {}


def _locked(session: Session, actor: Actor, draft_id: int) -> Draft:
    own = select(Draft).where(Draft.id == draft_id, Draft.person_id == actor.person_id)
    found = session.scalars(own.with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found


def _live(actor: Actor, edition_id: int) -> tuple[Any, ...]:
    return (Draft.person_id == actor.person_id, Draft.edition_id == edition_id, Draft.contribution_id.is_(None))


def _siren(actor: Actor) -> str | None:
    return None if actor.profile is Profile.PARTENAIRE else actor.siren

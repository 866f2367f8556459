"""The grid of an edition: its criteria and their weights, set in public before anybody is read by them."""

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Select, delete, exists, select
from sqlalchemy.orm import Session

from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.interests.grid_rules import CriterionDraft, may_set_grid
from consult.interests.model import Criterion, Score
from consult.journal.actions import record
from consult.journal.model import EventKind


def set_grid(
    actor: Actor, edition_id: int, criteria: Sequence[CriterionDraft], *, reason: str, at: datetime, read: str | None = None
) -> None:
    """Give the edition these criteria, in this order. `read` is the `version` of the grid that the page showed.

    Raises Refused with the reason of `may_set_grid`, NotFound.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        current = drafts(_criteria(session, edition_id))
        may_set_grid(
            actor,
            calendar=edition.calendar,
            is_scored=session.scalar(select(is_scored(edition_id))) or False,
            criteria=criteria,
            current=current,
            reason=reason,
            is_as_read=read in (None, version(current)),
            at=at,
        ).or_refuse()
        session.execute(delete(Criterion).where(Criterion.edition_id == edition_id))
        session.add_all(
            Criterion(
                edition_id=edition_id, position=position, label=one.label.strip(), help=one.help.strip(), weight=one.weight
            )
            for position, one in enumerate(criteria, start=1)
        )
        record(
            session,
            EventKind.GRID_SET,
            actor,
            at=at,
            edition_id=edition_id,
            reason=reason.strip(),
            before=[asdict(one) for one in current],
            after=[asdict(one) for one in criteria],
        )


def criteria_of(edition_id: int) -> Sequence[Criterion]:
    """The criteria of an edition, in order; none for one that has no grid. One statement."""
    return _criteria(reading(), edition_id)


def criteria_within(session: Session, edition_id: int) -> Sequence[Criterion]:
    """The same inside a transaction."""
    return _criteria(session, edition_id)


def drafts(criteria: Sequence[Criterion]) -> list[CriterionDraft]:
    """The grid as it is written in a form."""
    return [CriterionDraft(one.label, one.help, one.weight) for one in criteria]


def version(criteria: Sequence[CriterionDraft]) -> str:
    """What a form says of the grid it was drawn from."""
    return hashlib.sha256(repr(criteria).encode()).hexdigest()[:16]


def is_scored(edition_id: int) -> ColumnElement[bool]:
    """Whether a reader has given points by this grid already."""
    return exists().where(Score.criterion_id == Criterion.id, Criterion.edition_id == edition_id)


def grid_is_in_use(edition_id: int) -> bool:
    """The same, read for a page. One statement."""
    return reading().scalar(select(is_scored(edition_id))) or False


def _criteria(session: Session, edition_id: int) -> Sequence[Criterion]:
    return session.scalars(_of_edition().where(Criterion.edition_id == edition_id)).all()


def _of_edition() -> Select[Criterion]:
    return select(Criterion).order_by(Criterion.position)

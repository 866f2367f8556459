"""What a service promises: a day, kept, late, moved or given up. Nothing of it is ever erased."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.model import EventKind
from consult.services.held import held, tell
from consult.services.model import Milestone, MilestoneMove, Service
from consult.services.news_rules import leaves_money
from consult.services.queries import bearers
from consult.services.rules import (
    is_still_promised,
    may_drop_milestone,
    may_move_milestone,
    may_reach_milestone,
    may_set_milestone,
)


def set_milestone(actor: Actor, service_id: int, *, title: str, due_on: date, at: datetime) -> Milestone:
    """Promise something for a day.

    Raises Refused with the reason of `may_set_milestone` or `leaves_money`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        who = as_now(session, actor)
        may_set_milestone(
            who,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            phase=service.phase,
            born_at=service.born_at,
            due_on=due_on,
            at=at,
        ).or_refuse()
        leaves_money(who, title).or_refuse()
        milestone = Milestone(service_id=service.id, title=title, due_on=due_on, set_at=at)
        session.add(milestone)
        session.flush()
        tell(session, EventKind.MILESTONE_SET, actor, service, at, title=title, due_on=due_on.isoformat(), id=milestone.id)
    return milestone


def move_milestone(actor: Actor, milestone_id: int, *, due_on: date, reason: str, at: datetime) -> None:
    """Promise it for another day; the day before stays shown, struck out.

    Raises Refused with the reason of `may_move_milestone` or `leaves_money`, NotFound.
    """
    with transaction() as session:
        milestone, service, who, when = _promise(session, actor, milestone_id, at)
        before = milestone.due_on
        may_move_milestone(
            who, **when, phase=service.phase, born_at=service.born_at, old=before, new=due_on, reason=reason
        ).or_refuse()
        leaves_money(who, reason).or_refuse()
        session.add(
            MilestoneMove(
                milestone_id=milestone.id,
                at=at,
                person_id=who.person_id,
                old_due_on=before,
                new_due_on=due_on,
                reason=reason.strip(),
            )
        )
        milestone.due_on = due_on
        tell(
            session,
            EventKind.MILESTONE_MOVED,
            who,
            service,
            at,
            title=milestone.title,
            before=before.isoformat(),
            after=due_on.isoformat(),
            reason=reason.strip(),
            id=milestone.id,
        )


def reach_milestone(actor: Actor, milestone_id: int, *, done_on: date, at: datetime) -> None:
    """Say that a milestone was reached, on a day that may be past.

    Raises Refused with the reason of `may_reach_milestone`, NotFound.
    """
    with transaction() as session:
        milestone, service, who, when = _promise(session, actor, milestone_id, at)
        may_reach_milestone(who, **when, born_at=service.born_at, done_on=done_on).or_refuse()
        milestone.done_on = done_on
        said: dict[str, Any] = {"title": milestone.title, "done_on": done_on.isoformat(), "id": milestone.id}
        tell(session, EventKind.MILESTONE_REACHED, who, service, at, **said)


def drop_milestone(actor: Actor, milestone_id: int, *, reason: str, at: datetime) -> None:
    """Give a milestone up: it stays readable, with its reason.

    Raises Refused with the reason of `may_drop_milestone` or `leaves_money`, NotFound.
    """
    with transaction() as session:
        milestone, service, who, when = _promise(session, actor, milestone_id, at)
        may_drop_milestone(who, **when, reason=reason).or_refuse()
        leaves_money(who, reason).or_refuse()
        milestone.dropped_at, milestone.drop_reason = at, reason.strip()
        said: dict[str, Any] = {"title": milestone.title, "reason": milestone.drop_reason, "id": milestone.id}
        tell(session, EventKind.MILESTONE_DROPPED, who, service, at, **said)


def _promise(
    session: Session, actor: Actor, milestone_id: int, at: datetime
) -> tuple[Milestone, Service, Actor, dict[str, Any]]:
    """A milestone and its service, which nobody else can change now; the actor as now, and what the rules ask of all three."""
    service_id = session.scalar(select(Milestone.service_id).where(Milestone.id == milestone_id))
    if service_id is None:
        raise NotFound
    service, edition = held(session, service_id)
    milestone = session.get_one(Milestone, milestone_id)
    promised = is_still_promised(already_done=milestone.done_on is not None, is_dropped=milestone.dropped_at is not None)
    when = {"calendar": edition.calendar, "bearers": bearers(session, service.id), "promised": promised, "at": at}
    return milestone, service, as_now(session, actor), when

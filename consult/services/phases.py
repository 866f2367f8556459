"""The phases of a service: each step has its day and its reason; what stops says what was learnt."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.services.held import held, tell
from consult.services.model import Phase, PhaseStep
from consult.services.news_rules import leaves_money
from consult.services.queries import bearers
from consult.services.rules import may_enter_phase, may_undo_stop


def enter_phase(
    actor: Actor,
    service_id: int,
    phase: Phase,
    *,
    reason: str,
    at: datetime,
    day: date | None = None,
    learnt: str = "",
) -> None:
    """Take a service to its next phase, or stop it: today, or on the past day it happened.

    Raises Refused with the reason of `may_enter_phase` or `leaves_money`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        actor = as_now(session, actor)
        may_enter_phase(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            now=service.phase,
            then=phase,
            reason=reason,
            at=at,
            day=day or paris_day(at),
            last_day=_last_day(session, service_id),
            learnt=learnt,
        ).or_refuse()
        leaves_money(actor, reason, learnt).or_refuse()
        before, service.phase = service.phase, phase
        past = day if day != paris_day(at) else None
        session.add(
            PhaseStep(service_id=service.id, phase=phase, entered_at=at, day=past, reason=reason.strip(), learnt=learnt.strip())
        )
        said = {"day": past.isoformat()} if past else {}
        tell(
            session,
            EventKind.SERVICE_PHASE_ENTERED,
            actor,
            service,
            at,
            name=service.name,
            reason=reason.strip(),
            before=before.value,
            after=phase.value,
            **said,
        )


def undo_stop(actor: Actor, service_id: int, *, reason: str, at: datetime) -> None:
    """Say that a service did not stop: it goes on in the phase it was in, as of the day it was said to stop.

    The stop stays in its history, struck out. Raises Refused with the reason of `may_undo_stop`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        actor = as_now(session, actor)
        may_undo_stop(actor, calendar=edition.calendar, now=service.phase, reason=reason, at=at).or_refuse()
        ordered = select(PhaseStep).where(PhaseStep.service_id == service_id).order_by(PhaseStep.id.desc()).limit(2)
        stop, before = session.scalars(ordered).all()
        service.phase, day = before.phase, stop.day or paris_day(stop.entered_at)
        session.add(PhaseStep(service_id=service.id, phase=before.phase, entered_at=at, day=day, reason=reason.strip()))
        said = {"reason": reason.strip(), "after": before.phase.value, "day": day.isoformat()}
        tell(session, EventKind.SERVICE_STOP_UNDONE, actor, service, at, name=service.name, **said)


def _last_day(session: Session, service_id: int) -> date:
    last = session.scalars(
        select(PhaseStep).where(PhaseStep.service_id == service_id).order_by(PhaseStep.id.desc()).limit(1)
    ).one()
    return last.day or paris_day(last.entered_at)

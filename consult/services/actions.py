"""The life of a service: its birth, its phases, what it promises."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from consult.accounts.queries import as_now
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.queries import standing_within
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.services.deployments import declare_deployment
from consult.services.held import held, tell
from consult.services.model import Milestone, Phase, PhaseStep, Service
from consult.services.queries import bearers, to_tell
from consult.services.rules import (
    may_create,
    may_enter_phase,
    may_reach_milestone,
    may_set_milestone,
)

__all__ = ["ServiceDraft", "create", "declare_deployment", "enter_phase", "reach_milestone", "set_milestone"]


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """What a service is born with: its name, what it does in a few words, and why it is born."""

    name: str
    summary: str
    reason: str


def create(actor: Actor, proposal_id: int, draft: ServiceDraft, *, at: datetime) -> Service:
    """Give birth to a service, in investigation; those who wrote, supported or volunteered are told by mail.

    Raises Refused with the reason of `may_create`, NotFound for an unknown proposition.
    """
    with transaction() as session:
        standing = standing_within(session, proposal_id, None)
        edition = locked_edition(session, standing.edition_id)
        may_create(
            actor,
            calendar=edition.calendar,
            is_proclaimed=edition.proclaimed_at is not None,
            is_retained=standing.is_retained,
            reason=draft.reason,
            at=at,
        ).or_refuse()
        service = Service(
            edition_id=edition.id,
            number=next_number(session, Service, edition.id),
            proposal_id=proposal_id,
            name=draft.name,
            summary=draft.summary,
            reason=draft.reason.strip(),
            born_at=at,
            phase=Phase.INVESTIGATION,
            rate=edition.funding_rate,
        )
        session.add(service)
        session.flush()
        session.add(PhaseStep(service_id=service.id, phase=service.phase, entered_at=at, reason=service.reason))
        tell(session, EventKind.SERVICE_BORN, actor, service, at, name=service.name, reason=service.reason)
        post_to_all(
            session,
            Notice.SERVICE_BORN,
            to_tell(service),
            at=at,
            name=service.name,
            summary=service.summary,
            proposal=standing.title,
            edition=edition.slug,
            number=service.number,
        )
    return service


def enter_phase(actor: Actor, service_id: int, phase: Phase, *, reason: str, at: datetime) -> None:
    """Take a service to its next phase, or stop it.

    Raises Refused with the reason of `may_enter_phase`, NotFound.
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
        ).or_refuse()
        before, service.phase = service.phase, phase
        session.add(PhaseStep(service_id=service.id, phase=phase, entered_at=at, reason=reason.strip()))
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
        )


def set_milestone(actor: Actor, service_id: int, *, title: str, due_on: date, at: datetime) -> Milestone:
    """Promise something for a day.

    Raises Refused with the reason of `may_set_milestone`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        actor = as_now(session, actor)
        may_set_milestone(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            phase=service.phase,
            born_at=service.born_at,
            due_on=due_on,
            at=at,
        ).or_refuse()
        milestone = Milestone(service_id=service.id, title=title, due_on=due_on, set_at=at)
        session.add(milestone)
        session.flush()
        tell(session, EventKind.MILESTONE_SET, actor, service, at, title=title, due_on=due_on.isoformat(), id=milestone.id)
    return milestone


def reach_milestone(actor: Actor, milestone_id: int, *, done_on: date, at: datetime) -> None:
    """Say that a milestone was reached, on a day that may be past.

    Raises Refused with the reason of `may_reach_milestone`, NotFound.
    """
    with transaction() as session:
        service_id = session.scalar(select(Milestone.service_id).where(Milestone.id == milestone_id))
        if service_id is None:
            raise NotFound
        service, edition = held(session, service_id)
        milestone = session.get_one(Milestone, milestone_id)
        actor = as_now(session, actor)
        may_reach_milestone(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            born_at=service.born_at,
            already_done=milestone.done_on is not None,
            done_on=done_on,
            at=at,
        ).or_refuse()
        milestone.done_on = done_on
        tell(
            session,
            EventKind.MILESTONE_REACHED,
            actor,
            service,
            at,
            title=milestone.title,
            done_on=done_on.isoformat(),
            id=milestone.id,
        )

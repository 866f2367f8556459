"""The life of a service: its birth, its phases, what it promises, where it is deployed."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.calendar.model import Edition
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.queries import standing_within
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.services.model import Deployment, DeploymentStatus, DeploymentStep, Milestone, Phase, PhaseStep, Service
from consult.services.queries import bearers, to_tell
from consult.services.rules import (
    may_create,
    may_declare_deployment,
    may_enter_phase,
    may_reach_milestone,
    may_set_milestone,
)


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
        _record(session, EventKind.SERVICE_BORN, actor, service, at, name=service.name, reason=service.reason)
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
        service, edition = _locked(session, service_id)
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
        _record(
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
        service, edition = _locked(session, service_id)
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
        _record(session, EventKind.MILESTONE_SET, actor, service, at, title=title, due_on=due_on.isoformat(), id=milestone.id)
    return milestone


def reach_milestone(actor: Actor, milestone_id: int, *, done_on: date, at: datetime) -> None:
    """Say that a milestone was reached, on a day that may be past.

    Raises Refused with the reason of `may_reach_milestone`, NotFound.
    """
    with transaction() as session:
        service_id = session.scalar(select(Milestone.service_id).where(Milestone.id == milestone_id))
        if service_id is None:
            raise NotFound
        service, edition = _locked(session, service_id)
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
        _record(
            session,
            EventKind.MILESTONE_REACHED,
            actor,
            service,
            at,
            title=milestone.title,
            done_on=done_on.isoformat(),
            id=milestone.id,
        )


def declare_deployment(
    actor: Actor, service_id: int, siren: str, *, status: DeploymentStatus, since: date, at: datetime
) -> Deployment:
    """Say that a collectivité tries or uses a service, since a day: its own people for theirs, the team for any.

    Raises Refused with the reason of `may_declare_deployment`, NotFound for an unknown service or collectivité.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        service, edition = _locked(session, service_id)
        may_declare_deployment(
            actor,
            calendar=edition.calendar,
            siren=siren,
            phase=service.phase,
            born_at=service.born_at,
            already=bool(
                session.scalar(select(exists().where(Deployment.service_id == service_id, Deployment.siren == siren)))
            ),
            since=since,
            at=at,
        ).or_refuse()
        if session.get(Collectivite, siren) is None:
            raise NotFound
        deployment = Deployment(
            service_id=service.id,
            siren=siren,
            status=status,
            since=since,
            declared_at=at,
            declared_by=actor.person_id,
        )
        session.add(deployment)
        session.flush()
        session.add(DeploymentStep(deployment_id=deployment.id, status=status, since=since, at=at, person_id=actor.person_id))
        _record(
            session,
            EventKind.DEPLOYMENT_DECLARED,
            actor,
            service,
            at,
            siren=siren,
            status=status.value,
            since=since.isoformat(),
        )
    return deployment


def _locked(session: Session, service_id: int) -> tuple[Service, Edition]:
    """The service, which nobody else can change until the transaction ends, and its edition."""
    edition_id = session.scalar(select(Service.edition_id).where(Service.id == service_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    return session.scalars(select(Service).where(Service.id == service_id).with_for_update()).one(), edition


def _record(
    session: Session,
    kind: EventKind,
    actor: Actor,
    service: Service,
    at: datetime,
    *,
    siren: str | None = None,
    **data: str | int,
) -> None:
    record(session, kind, actor, at=at, edition_id=service.edition_id, siren=siren, subject=f"service:{service.number}", **data)

"""Which collectivités try, use, or no longer use a service: said by their own people, or by the service's; then confirmed."""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Select, String, case, cast, func, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import as_now, wants
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.queries import verified_of
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.register.queries import goes_on_with
from consult.services.deployment_rules import IN_PLACE, Said, may_confirm, may_declare_deployment, may_unconfirm
from consult.services.held import held, tell
from consult.services.model import Deployment, DeploymentStatus, DeploymentStep, Service
from consult.services.news_rules import leaves_money
from consult.services.queries import bearers
from consult.services.rules import is_of_service


def declare_deployment(
    actor: Actor, service_id: int, siren: str, *, status: DeploymentStatus, since: date, at: datetime
) -> Deployment:
    """Say what a collectivité does with a service, since a day: its own people for theirs, the service's team for any.

    What the service's team says is confirmed by that; the people of a collectivité that others speak of are told by mail.
    Raises Refused with the reason of `may_declare_deployment`, NotFound for an unknown service or collectivité.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        service, edition = held(session, service_id)
        found = session.scalars(_of(service_id, siren)).first()
        team = bearers(session, service_id)
        may_declare_deployment(
            actor,
            calendar=edition.calendar,
            bearers=team,
            siren=siren,
            phase=service.phase,
            born_at=service.born_at,
            now=_last_said(session, found) if found else None,
            then=status,
            since=since,
            at=at,
        ).or_refuse()
        if found is None and session.get(Collectivite, siren) is None:
            raise NotFound
        before = found.status if found else None
        deployment = found or Deployment(service_id=service_id, siren=siren)
        deployment.status, deployment.since = status, since
        deployment.declared_at, deployment.declared_by = at, actor.person_id
        is_sure = bool(is_of_service(actor, team))
        deployment.confirmed_at, deployment.confirmed_by = (at, actor.person_id) if is_sure else (None, None)
        session.add(deployment)
        session.flush()
        session.add(DeploymentStep(deployment_id=deployment.id, status=status, since=since, at=at, person_id=actor.person_id))
        session.flush()
        count(service, before, status)
        said = {"status": status.value, "since": since.isoformat()} | ({"before": before.value} if before else {})
        tell(session, EventKind.DEPLOYMENT_DECLARED, actor, service, at, siren=deployment.siren, **said)
        if actor.siren != siren:
            data = {"service": service.name, "number": service.number, "edition": edition.slug, "by_service": is_sure, **said}
            post_to_all(session, Notice.DEPLOYMENT_DECLARED, _people(session, deployment), at=at, **data)
    return deployment


def confirm_deployments(actor: Actor, service_id: int, seen: Mapping[int, int], *, at: datetime) -> int:
    """Confirm what collectivités say, as the page showed it; gives how many. One that said something else since is left out.

    `seen`: by deployment, the last thing said of it that whoever confirms has read. Raises Refused with the reason of
    `may_confirm`, or because nothing is left to confirm of what was seen; NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        service, edition = held(session, service_id)
        may_confirm(actor, calendar=edition.calendar, bearers=bearers(session, service_id), at=at).or_refuse()
        latest = select(func.max(DeploymentStep.id)).where(DeploymentStep.deployment_id == Deployment.id).scalar_subquery()
        awaiting = (Deployment.service_id == service_id) & Deployment.confirmed_at.is_(None)
        rows = session.execute(
            select(Deployment, latest).where(awaiting, Deployment.id.in_(seen)).order_by(Deployment.id)
        ).all()
        sure = [deployment for deployment, step in rows if seen[deployment.id] == step]
        if not sure:
            raise Refused(Reason.CHANGED_MEANWHILE)
        for deployment in sure:
            deployment.confirmed_at, deployment.confirmed_by = at, actor.person_id
        record_many(
            session,
            EventKind.DEPLOYMENT_CONFIRMED,
            actor,
            [Fact(one.siren, f"service:{service.number}", _said(one)) for one in sure],
            at=at,
            edition_id=edition.id,
        )
    return len(sure)


def unconfirm_deployment(actor: Actor, deployment_id: int, *, reason: str, at: datetime) -> None:
    """Take back what was confirmed wrongly of a collectivité's use: what it says stays, and waits again.

    Raises Refused with the reason of `may_unconfirm`, NotFound.
    """
    with transaction() as session:
        service_id = session.scalar(select(Deployment.service_id).where(Deployment.id == deployment_id))
        if service_id is None:
            raise NotFound
        service, edition = held(session, service_id)
        actor, one = as_now(session, actor), session.get_one(Deployment, deployment_id)
        confirmed = one.confirmed_at
        may_unconfirm(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service_id),
            is_confirmed=confirmed is not None,
            reason=reason,
            at=at,
        ).or_refuse()
        leaves_money(actor, reason).or_refuse()
        one.confirmed_at, one.confirmed_by = None, None
        said = _said(one) | {"confirmed_at": confirmed.isoformat() if confirmed else "", "reason": reason.strip()}
        name = session.get_one(Collectivite, one.siren).full_name
        tell(session, EventKind.DEPLOYMENT_UNCONFIRMED, actor, service, at, siren=one.siren, collectivite=name, **said)


def _of(service_id: int, siren: str) -> Select[Deployment]:
    """What the collectivité, or one that it stands for, does with the service: what is in place first, then its own."""
    return (
        select(Deployment)
        .where(Deployment.service_id == service_id, goes_on_with(Deployment.siren, siren))
        .order_by(case((Deployment.status.in_(IN_PLACE), 0), else_=1), Deployment.siren != siren, Deployment.id)
        .limit(1)
    )


def _said(deployment: Deployment) -> dict[str, str]:
    return {"status": deployment.status.value, "since": deployment.since.isoformat()}


def _last_said(session: Session, deployment: Deployment) -> Said:
    """What was last said, and since when the collectivité did something else before, if it did."""
    before = session.scalar(
        select(DeploymentStep.since)
        .where(DeploymentStep.deployment_id == deployment.id, DeploymentStep.status != deployment.status)
        .order_by(DeploymentStep.id.desc())
        .limit(1)
    )
    return Said(deployment.status, deployment.since, before)


def count(service: Service, before: DeploymentStatus | None, after: DeploymentStatus) -> None:
    """Keep the sums of the service's row, which is held: its deployments change one at a time."""
    service.trials += (after is DeploymentStatus.TRIAL) - (before is DeploymentStatus.TRIAL)
    service.in_use += (after is DeploymentStatus.IN_USE) - (before is DeploymentStatus.IN_USE)


def _people(session: Session, deployment: Deployment) -> Select[str, str]:
    """Keys and addresses of who surely speaks for the collectivité of a deployment."""
    step = session.scalar(select(func.max(DeploymentStep.id)).where(DeploymentStep.deployment_id == deployment.id))
    return select(literal(f"deployment_declared:{step}:") + cast(Person.id, String), Person.email).where(
        Person.id.in_(verified_of(deployment.siren)), wants(Topic.SERVICES)
    )

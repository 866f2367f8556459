"""Collectivités that merge once services are tracked: who stands for them bears what they bore, and speaks for their use.

A deployment stays that of the collectivité it was said of, and is shown with its successor, whose people say what it becomes.
Where both have the service, one of the two counts: otherwise the same use would be counted twice.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.interests.merges import one_candidature
from consult.journal.model import EventKind
from consult.register.actions import Consequences, LoadReport
from consult.register.model import Collectivite
from consult.register.queries import holders
from consult.services import bearers
from consult.services.deployment_rules import IN_PLACE
from consult.services.deployments import count
from consult.services.held import tell
from consult.services.model import Bearer, Deployment, DeploymentStatus, DeploymentStep, Service
from consult.voting import merges as votes

_SUREST = (DeploymentStatus.IN_USE, DeploymentStatus.TRIAL)


def hand_over(session: Session, _report: LoadReport, actor: Actor, at: datetime) -> Mapping[str, int]:
    """Give the services that an ended collectivité bore to who stands for it: its people write on their pages from now on.

    A `register.Step`. Their verified people are told by mail, as whenever a collectivité is named.
    """
    last = holders()
    rows = session.execute(
        select(Bearer, last.c.holder, Collectivite.name)
        .join(last, last.c.siren == Bearer.siren)
        .join(Collectivite, Collectivite.siren == Bearer.siren)
        .where(last.c.holder.in_(select(Collectivite.siren).where(Collectivite.is_current)))
        .order_by(Bearer.service_id, Bearer.siren)
    ).all()
    for bearer, holder, name in rows:
        service = _locked(session, bearer.service_id)
        reason = f"{name} ne figure plus au registre."
        edition = locked_edition(session, service.edition_id, alone=True)
        if session.get(Bearer, (service.id, holder)) is None:
            bearers.add(session, actor, service, edition, holder, reason=reason, at=at)
        bearers.remove(session, actor, service, bearer, reason=reason, at=at)
    return {"bearers_moved": len(rows)}


def one_use(session: Session, _report: LoadReport, actor: Actor, at: datetime) -> Mapping[str, int]:
    """Of the uses of a service that now come to one collectivité, let one count: in use before on trial, then its own, then the
    earliest. The others end on that day, and stay readable. A `register.Step`.
    """
    last = holders()
    holder = func.coalesce(last.c.holder, Deployment.siren).label("holder")
    spoken = (
        select(Deployment, holder)
        .outerjoin(last, last.c.siren == Deployment.siren)
        .where(Deployment.status.in_(IN_PLACE))
        .order_by(Deployment.id)
    )
    moved = session.execute(spoken.where(last.c.holder.is_not(None))).all()
    if not moved:
        return {"deployments_ended": 0}
    meeting = tuple_(Deployment.service_id, holder).in_({(row.Deployment.service_id, row.holder) for row in moved})
    together: dict[tuple[int, str], list[Deployment]] = defaultdict(list)
    for row in session.execute(spoken.where(meeting)):
        together[row.Deployment.service_id, row.holder].append(row.Deployment)
    return {"deployments_ended": sum(_keep_one(session, rows, name, actor, at) for (_, name), rows in together.items())}


def _keep_one(session: Session, rows: Sequence[Deployment], holder: str, actor: Actor, at: datetime) -> int:
    kept, *others = sorted(rows, key=lambda one: (_SUREST.index(one.status), one.siren != holder, one.since, one.id))
    for one in others:
        service, before = _locked(session, one.service_id), one.status
        one.status, one.since = DeploymentStatus.ENDED, max(one.since, paris_day(at))
        one.confirmed_at, one.confirmed_by = at, actor.person_id
        step = DeploymentStep(deployment_id=one.id, status=one.status, since=one.since, at=at, person_id=actor.person_id)
        session.add(step)
        count(service, before, one.status)
        tell(session, EventKind.DEPLOYMENT_MERGED, actor, service, at, siren=one.siren, before=before.value, kept=kept.siren)
    return len(others)


def _locked(session: Session, service_id: int) -> Service:
    return session.scalars(select(Service).where(Service.id == service_id).with_for_update()).one()


AFTER_LOADING = Consequences(
    hold=votes.AFTER_LOADING.hold, steps=(*votes.AFTER_LOADING.steps, one_candidature, hand_over, one_use)
)
"""What a loading of the register, or an operator's word on who succeeds whom, means for people, votes, candidatures and
services."""

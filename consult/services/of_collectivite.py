"""The services that a collectivité bears, for its page, and those that collectivités like it have."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select

from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, Page
from consult.register.model import Collectivite
from consult.register.neighbours import RECENT, DoneByAlike, done_by_alike, gathered, is_near
from consult.services.model import Bearer, Deployment, DeploymentStatus, Phase, Service


@dataclass(frozen=True, slots=True)
class Borne:
    """A service that a collectivité bears: its people write on its pages."""

    edition_id: int
    number: int
    title: str
    phase: Phase


def borne(siren: str) -> Page[Borne]:
    """What a collectivité bears, latest edition first. One statement."""
    rows = (
        reading()
        .execute(
            select(Service.edition_id, Service.number, Service.name, Service.phase, func.count().over())
            .join(Bearer, Bearer.service_id == Service.id)
            .where(Bearer.siren == siren)
            .order_by(Service.edition_id.desc(), Service.number)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([Borne(*row[:-1]) for row in rows], 1, rows[0][-1] if rows else 0, MOST_LISTED)


def had_by_alike(one: Collectivite) -> tuple[Sequence[DoneByAlike], bool]:
    """What collectivités of the same kind and stratum have and this one does not, what most have first; and whether they are of
    its région. Services that stopped are left out. One statement; two when none is so near.

    The cost is that of a région, or of RECENT deployments, however many there are.
    """
    if near := _had(one, is_near(one)):
        return near, True
    latest = select(Deployment.id).order_by(Deployment.id.desc()).limit(RECENT).subquery()
    return _had(one, Deployment.id.in_(select(latest.c.id))), False


def _had(one: Collectivite, where: ColumnElement[bool]) -> Sequence[DoneByAlike]:
    own = select(Deployment.service_id).where(Deployment.siren == one.siren, Deployment.status != DeploymentStatus.ENDED)
    others = (where, Deployment.status != DeploymentStatus.ENDED, Deployment.service_id.not_in(own))
    alike = done_by_alike(one, Deployment, Deployment.service_id, since=Deployment.since, where=others)
    return gathered(alike, Service, Service.name, Service.phase != Phase.STOPPED)

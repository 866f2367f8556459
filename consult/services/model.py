"""Winning services: their phases, milestones and deployments."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, str_enum


class Phase(StrEnum):
    """Where a service stands, after beta.gouv's phases."""

    INVESTIGATION = "investigation"
    CONSTRUCTION = "construction"
    ACCELERATION = "acceleration"
    CONSOLIDATION = "consolidation"
    OPERATED = "operated"
    TRANSFERRED = "transferred"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        return {
            Phase.INVESTIGATION: "Investigation",
            Phase.CONSTRUCTION: "Construction",
            Phase.ACCELERATION: "Accélération",
            Phase.CONSOLIDATION: "Consolidation",
            Phase.OPERATED: "Opéré",
            Phase.TRANSFERRED: "Transféré",
            Phase.STOPPED: "Arrêté",
        }[self]


class Service(Base):
    """A winning service, born from a retained proposition by a reasoned act."""

    __tablename__ = "service"
    __table_args__ = (UniqueConstraint("edition_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    born_at: Mapped[datetime]
    phase: Mapped[Phase] = mapped_column(str_enum(Phase))


class PhaseStep(Base):
    """A service entered a phase, on a day, for a reason."""

    __tablename__ = "phase_step"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    phase: Mapped[Phase] = mapped_column(str_enum(Phase))
    entered_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class Milestone(Base):
    """Something a service promises for a day."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    set_at: Mapped[datetime]
    done_on: Mapped[date | None]


class DeploymentStatus(StrEnum):
    """What a collectivité does with the service."""

    TRIAL = "trial"
    IN_USE = "in_use"

    @property
    def label(self) -> str:
        return {DeploymentStatus.TRIAL: "À l’essai", DeploymentStatus.IN_USE: "En service"}[self]


class Deployment(Base):
    """A collectivité tries or uses the service, since a day."""

    __tablename__ = "deployment"
    __table_args__ = (
        UniqueConstraint("service_id", "siren"),
        Index("ix_deployment_siren", "siren"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    status: Mapped[DeploymentStatus] = mapped_column(str_enum(DeploymentStatus))
    since: Mapped[date]
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

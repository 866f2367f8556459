"""Winning services: their phases, promises, news, money, figures and deployments."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, Euros, Exact, str_enum

_NOUGHT = text("0")
_EMPTY = text("''")


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
    """A winning service, born from a retained proposition, and the contributions it answers, by a reasoned act.

    The sums of its money lines are kept on its row: the base itself holds the State's share under the edition's rate. So is how
    many collectivités try and use it: a portfolio of twenty thousand deployments is read without counting them.
    """

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        CheckConstraint("cost >= 0 AND state_share >= 0 AND others >= 0", name="money_not_negative"),
        CheckConstraint("state_share * 10000 <= cost * rate", name="state_share_within_the_rate"),
        CheckConstraint("state_share + others <= cost", name="funders_within_the_cost"),
        CheckConstraint("0 <= paid AND paid <= engaged AND engaged <= state_share", name="paid_engaged_granted"),
        CheckConstraint("trials >= 0 AND in_use >= 0", name="adoption_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    born_at: Mapped[datetime]
    phase: Mapped[Phase] = mapped_column(str_enum(Phase))
    revision: Mapped[int] = mapped_column(default=0, server_default=_NOUGHT)

    site: Mapped[str] = mapped_column(String(500), default="", server_default=_EMPTY)
    repository: Mapped[str] = mapped_column(String(500), default="", server_default=_EMPTY)
    licence: Mapped[str] = mapped_column(String(120), default="", server_default=_EMPTY)
    accessibility: Mapped[str] = mapped_column(String(500), default="", server_default=_EMPTY)
    """Its accessibility statement. These are addresses, whose absence is shown."""
    security: Mapped[str] = mapped_column(String(500), default="", server_default=_EMPTY)
    """Its security.txt."""
    statistics: Mapped[str] = mapped_column(String(500), default="", server_default=_EMPTY)
    to_deploy: Mapped[str] = mapped_column(Text, default="", server_default=_EMPTY)
    """What it takes to deploy it at home, in Markdown."""
    contact: Mapped[str] = mapped_column(String(254), default="", server_default=_EMPTY)
    """Whom to ask: a shared mailbox or a page, never a person's own address."""

    rate: Mapped[Decimal] = mapped_column(Exact(4), server_default=text("5000"))
    """The State's share of the cost at most, as its edition said when it was born."""
    cost: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=_NOUGHT)
    state_share: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=_NOUGHT)
    others: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=_NOUGHT)
    engaged: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=_NOUGHT)
    paid: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=_NOUGHT)

    trials: Mapped[int] = mapped_column(default=0, server_default=_NOUGHT)
    in_use: Mapped[int] = mapped_column(default=0, server_default=_NOUGHT)


class ServiceContribution(Base):
    """A contribution that a service answers: the thread, unbroken."""

    __tablename__ = "service_contribution"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True, index=True)


class Bearer(Base):
    """A collectivité that bears a service: its verified people write on the service's pages."""

    __tablename__ = "service_bearer"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), primary_key=True, index=True)
    since: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PhaseStep(Base):
    """A service entered a phase, on a day, for a reason."""

    __tablename__ = "phase_step"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    phase: Mapped[Phase] = mapped_column(str_enum(Phase))
    entered_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    learnt: Mapped[str] = mapped_column(Text, default="", server_default=_EMPTY)
    """What was learnt, in Markdown: a service that stops says it."""
    day: Mapped[date | None]
    """The day it happened, when it is not that of the act."""


class Milestone(Base):
    """Something a service promises for a day."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    set_at: Mapped[datetime]
    done_on: Mapped[date | None]
    dropped_at: Mapped[datetime | None]
    """When it was given up, by an act with its reason in the journal."""
    drop_reason: Mapped[str] = mapped_column(Text, default="", server_default=_EMPTY)


class MilestoneMove(Base):
    """A promised day that slipped, or came nearer: kept for ever."""

    __tablename__ = "milestone_move"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    old_due_on: Mapped[date]
    new_due_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)


class Publication(StrEnum):
    """What the service's team wrote, and what the agency made of it. Money is the agency's to validate."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REFUSED = "refused"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return {
            Publication.PROPOSED: "à valider",
            Publication.PUBLISHED: "publié",
            Publication.REFUSED: "refusé",
            Publication.CANCELLED: "annulé",
        }[self]


class News(Base):
    """What a service tells."""

    __tablename__ = "news"
    __table_args__ = (
        Index("ix_news_service_id_published_at", "service_id", "published_at"),
        CheckConstraint("standing NOT IN ('refused', 'cancelled') OR reason <> ''", name="end_has_a_reason"),
        CheckConstraint("standing <> 'published' OR published_at IS NOT NULL", name="published_has_an_instant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    title: Mapped[str] = mapped_column(String(160))
    body: Mapped[str] = mapped_column(Text)
    """Markdown."""
    standing: Mapped[Publication] = mapped_column(str_enum(Publication, growing=True))
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    """In the name of which collectivité; None for the agency."""
    published_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class NewsPicture(Base):
    """A picture of a piece of news, described for those who do not see it. Its content is in the store, under `key`."""

    __tablename__ = "news_picture"
    __table_args__ = (CheckConstraint("description <> ''", name="is_described"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    news_id: Mapped[int] = mapped_column(ForeignKey("news.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    description: Mapped[str] = mapped_column(String(500))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]


class MoneyKind(StrEnum):
    """What an amount is."""

    COST = "cost"
    STATE = "state"
    OTHER = "other"
    ENGAGED = "engaged"
    PAID = "paid"

    @property
    def label(self) -> str:
        return {
            MoneyKind.COST: "Coût éligible",
            MoneyKind.STATE: "Part de l’État",
            MoneyKind.OTHER: "Autre financeur",
            MoneyKind.ENGAGED: "Engagé par l’État",
            MoneyKind.PAID: "Payé par l’État",
        }[self]


class MoneyLine(Base):
    """An amount of a service, on a day. Never changed: a wrong one is cancelled, for a reason, and stays readable."""

    __tablename__ = "money_line"
    __table_args__ = (
        Index("ix_money_line_service_id_day", "service_id", "day"),
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("standing NOT IN ('refused', 'cancelled') OR reason <> ''", name="end_has_a_reason"),
        CheckConstraint("standing <> 'published' OR published_at IS NOT NULL", name="published_has_an_instant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    kind: Mapped[MoneyKind] = mapped_column(str_enum(MoneyKind, growing=True))
    amount: Mapped[Decimal] = mapped_column(Euros)
    day: Mapped[date]
    label: Mapped[str] = mapped_column(String(200))
    """What it is for, or who the other funder is."""
    standing: Mapped[Publication] = mapped_column(str_enum(Publication, growing=True))
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    """In the name of which collectivité; None for the agency."""
    published_at: Mapped[datetime | None]
    """Since when everyone reads it, even cancelled since; None for what was never more than proposed."""
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class Indicator(Base):
    """What a service measures of itself: where it began, where it wants to go."""

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    definition: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(String(40), default="")
    baseline: Mapped[Decimal | None] = mapped_column(Exact(4))
    baseline_on: Mapped[date | None]
    target: Mapped[Decimal | None] = mapped_column(Exact(4))
    target_on: Mapped[date | None]
    set_at: Mapped[datetime]
    set_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ended_at: Mapped[datetime | None]
    """When it stopped being followed: it stays readable."""


_LIVE_MEASURE = text("removed_at IS NULL")


class Measure(Base):
    """The value of an indicator on a day."""

    __tablename__ = "measure"
    __table_args__ = (
        Index(
            "uq_measure_live",
            "indicator_id",
            "day",
            unique=True,
            sqlite_where=_LIVE_MEASURE,
            postgresql_where=_LIVE_MEASURE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator.id"))
    day: Mapped[date]
    value: Mapped[Decimal] = mapped_column(Exact(4))
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    """When it was corrected or taken back: another may then be given for its day."""


class DeploymentStatus(StrEnum):
    """What a collectivité does with the service."""

    TRIAL = "trial"
    IN_USE = "in_use"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {
            DeploymentStatus.TRIAL: "À l’essai",
            DeploymentStatus.IN_USE: "En service",
            DeploymentStatus.ENDED: "N’est plus utilisé",
        }[self]


class Deployment(Base):
    """What a collectivité does with the service now, since a day."""

    __tablename__ = "deployment"
    __table_args__ = (
        UniqueConstraint("service_id", "siren"),
        Index("ix_deployment_siren", "siren"),
        Index("ix_deployment_service_id_status", "service_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    status: Mapped[DeploymentStatus] = mapped_column(str_enum(DeploymentStatus, growing=True))
    since: Mapped[date]
    declared_at: Mapped[datetime]
    declared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    """When the service's team or the agency said that it is so."""
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DeploymentStep(Base):
    """What a collectivité said of a deployment, in order: adoption over time is read from these."""

    __tablename__ = "deployment_step"

    id: Mapped[int] = mapped_column(primary_key=True)
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    status: Mapped[DeploymentStatus] = mapped_column(str_enum(DeploymentStatus, growing=True))
    since: Mapped[date]
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

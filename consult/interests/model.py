"""Expressions of interest in becoming a territoire référent."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, str_enum


class Level(StrEnum):
    """How far a collectivité commits itself."""

    RELECTURE = "relecture"
    ATELIER = "atelier"
    PILOTE = "pilote"

    @property
    def label(self) -> str:
        return {Level.RELECTURE: "Relecture", Level.ATELIER: "Ateliers", Level.PILOTE: "Pilote"}[self]


class InterestStatus(StrEnum):
    """Where an expression of interest stands."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            InterestStatus.SUBMITTED: "Déposée",
            InterestStatus.ACCEPTED: "Acceptée",
            InterestStatus.DECLINED: "Déclinée",
            InterestStatus.WITHDRAWN: "Retirée",
        }[self]


_LIVE = text("status IN ('submitted', 'accepted')")


class Interest(Base):
    """A collectivité volunteers for a retained proposition: one live at a time."""

    __tablename__ = "interest"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        Index("uq_interest_live", "proposal_id", "siren", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_interest_edition_status", "edition_id", "status"),
        CheckConstraint("status NOT IN ('declined', 'withdrawn') OR reason <> ''", name="end_has_a_reason"),
        CheckConstraint("level <> 'pilote' OR (referent_name <> '' AND sponsor_name <> '')", name="a_pilot_names_its_people"),
        CheckConstraint("charter <> ''", name="charter_accepted"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    level: Mapped[Level] = mapped_column(str_enum(Level))
    referent_name: Mapped[str] = mapped_column(String(120), default="")
    referent_function: Mapped[str] = mapped_column(String(120), default="")
    sponsor_name: Mapped[str] = mapped_column(String(120), default="")
    sponsor_function: Mapped[str] = mapped_column(String(120), default="")
    """Names are for the team only."""
    availability: Mapped[str] = mapped_column(Text, default="")
    motivation: Mapped[str] = mapped_column(Text)
    charter: Mapped[str] = mapped_column(String(20))
    """Version of the charter that was accepted."""
    status: Mapped[InterestStatus] = mapped_column(str_enum(InterestStatus))
    reason: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

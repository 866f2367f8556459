"""Expressions of interest in becoming a territoire référent."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.contributions.file_types import FileType
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
    WAITLISTED = "waitlisted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return {
            InterestStatus.SUBMITTED: "Déposée",
            InterestStatus.ACCEPTED: "Acceptée",
            InterestStatus.WAITLISTED: "En liste d’attente",
            InterestStatus.DECLINED: "Déclinée",
            InterestStatus.WITHDRAWN: "Retirée",
        }[self]


_LIVE = text("status IN ('submitted', 'accepted', 'waitlisted')")


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
    charter: Mapped[str] = mapped_column(String(60))
    """Version of the charter that was accepted: `<slug>-<version>`."""
    status: Mapped[InterestStatus] = mapped_column(str_enum(InterestStatus, growing=True))
    reason: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    waiting_rank: Mapped[int | None]
    """The place on the waiting list of its proposition and level, from 1; None for one that does not wait."""
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many acts have changed it: whoever decides from an older page is told, and overwrites nothing."""

    prepared: Mapped[InterestStatus | None] = mapped_column(str_enum(InterestStatus, growing=True))
    """The answer that the team prepares, known to it alone until it publishes them together."""
    prepared_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    prepared_rank: Mapped[int | None]
    """The place it would have on the waiting list."""
    prepared_at: Mapped[datetime | None]
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Charter(Base):
    """What each level commits to, as it was said from an instant on. The last version is the one that is accepted."""

    __tablename__ = "charter"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1. An interest keeps it as `<slug>-<version>`."""
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    said: Mapped[dict[str, Any]]
    """Markdown, by `preamble` and by level."""


class StartedInterest(Base):
    """An expression of interest being written, kept as one types: nobody else's business, and not submitted."""

    __tablename__ = "interest_draft"
    __table_args__ = (UniqueConstraint("person_id", "proposal_id", "siren"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    data: Mapped[dict[str, Any]]
    """What is in each field, as typed: a draft may be wrong."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)


class InterestVersion(Base):
    """The text of an interest before a correction, or as first submitted (rank 1)."""

    __tablename__ = "interest_version"

    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]]


class InterestFile(Base):
    """The council's deliberation, or another document joined to an interest: for its collectivité and the team only."""

    __tablename__ = "interest_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(120))
    """By its content, never by its name."""
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]

    @property
    def type(self) -> FileType:
        return FileType(self.media_type)


class InterestMessage(Base):
    """What the team and a collectivité write to each other inside the file."""

    __tablename__ = "interest_message"
    __table_args__ = (CheckConstraint("body <> ''", name="says_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_from_team: Mapped[bool]
    asks_correction: Mapped[bool] = mapped_column(default=False)
    """A request of the team: the form opens again for the collectivité."""
    corrected_at: Mapped[datetime | None]
    """When the collectivité corrected what was asked."""
    body: Mapped[str] = mapped_column(Text)


class Criterion(Base):
    """One line of the grid by which the interests of an edition are read, set before the first is."""

    __tablename__ = "criterion"
    __table_args__ = (
        UniqueConstraint("edition_id", "position"),
        CheckConstraint("weight BETWEEN 1 AND 10", name="weight_from_1_to_10"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    position: Mapped[int]
    label: Mapped[str] = mapped_column(String(160))
    help: Mapped[str] = mapped_column(Text, default="")
    weight: Mapped[int]


class Reading(Base):
    """What one member of the team notes of an interest; every reader has their own."""

    __tablename__ = "interest_reading"

    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]


class Score(Base):
    """The points that a reader gives an interest on one criterion."""

    __tablename__ = "interest_score"
    __table_args__ = (CheckConstraint("points BETWEEN 0 AND 4", name="points_from_0_to_4"),)

    interest_id: Mapped[int] = mapped_column(ForeignKey("interest.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id"), primary_key=True, index=True)
    points: Mapped[int]

"""Workshops and their seats."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base

_LIVE = text("given_up_at IS NULL")


class Workshop(Base):
    """A meeting of those who volunteer for a proposition, in a place or by a link."""

    __tablename__ = "workshop"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        Index("ix_workshop_proposal_id_starts_at", "proposal_id", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="in_order"),
        CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity_positive"),
        CheckConstraint("place <> '' OR link <> ''", name="is_somewhere"),
        CheckConstraint("cancelled_at IS NULL OR cancel_reason <> ''", name="cancelled_for_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    title: Mapped[str] = mapped_column(String(160))
    about: Mapped[str] = mapped_column(Text, default="")
    """Markdown."""
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    place: Mapped[str] = mapped_column(String(300), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    """For those who have a seat, and the team: a room anyone may enter is not a workshop."""
    capacity: Mapped[int | None]
    """Seats; None has no limit."""
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revision: Mapped[int] = mapped_column(default=0)
    """How many times it was changed: the SEQUENCE of its calendar file."""
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(Text, default="")
    notes: Mapped[str] = mapped_column(Text, default="")
    """What was said, in Markdown, published afterwards."""
    notes_at: Mapped[datetime | None]


class Seat(Base):
    """Somebody comes to a workshop, for a collectivité that volunteers for its proposition."""

    __tablename__ = "workshop_seat"
    __table_args__ = (
        Index("uq_workshop_seat_live", "workshop_id", "person_id", unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE),
        Index("ix_workshop_seat_person_id", "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    taken_at: Mapped[datetime]
    given_up_at: Mapped[datetime | None]

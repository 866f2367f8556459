"""The committee's decisions: private until one act proclaims them all."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, str_enum


class Outcome(StrEnum):
    """What the committee decided of a proposition."""

    RETAINED = "retained"
    NOT_RETAINED = "not_retained"
    DEFERRED = "deferred"

    @property
    def label(self) -> str:
        return {
            Outcome.RETAINED: "Retenue",
            Outcome.NOT_RETAINED: "Non retenue",
            Outcome.DEFERRED: "Reportée",
        }[self]


class Decision(Base):
    """What was decided of a proposition, why, and — once proclaimed — the result it stood on."""

    __tablename__ = "decision"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    outcome: Mapped[Outcome] = mapped_column(str_enum(Outcome))
    reason: Mapped[str] = mapped_column(Text)
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proclaimed_at: Mapped[datetime | None]
    supports: Mapped[int | None]
    rank: Mapped[int | None]
    """Supports and rank, frozen by the proclamation."""

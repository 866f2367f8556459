"""The committee's decisions: private until one act proclaims them all."""

from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
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
    explanation: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    """Why it departs from the ranking of the vote, where it does."""
    prepared_at: Mapped[datetime]
    prepared_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proclaimed_at: Mapped[datetime | None]
    supports: Mapped[int | None]
    rank: Mapped[int | None]
    """Supports and rank, frozen by the proclamation."""

    @property
    def version(self) -> str:
        return version(self.outcome, self.reason, self.explanation, self.prepared_at, self.prepared_by)


def version(outcome: Outcome, reason: str, explanation: str, prepared_at: datetime, prepared_by: int | None) -> str:
    """What tells a decision from the same one written again: a form says which it was drawn from."""
    said = "\n".join((outcome.value, reason, explanation, prepared_at.astimezone(UTC).isoformat(), str(prepared_by)))
    return sha256(said.encode()).hexdigest()[:16]


class Recusal(Base):
    """A member of the committee who keeps out of a proposition: neither sees its deliberation nor weighs in it."""

    __tablename__ = "recusal"
    __table_args__ = (Index("ix_recusal_edition_person", "edition_id", "person_id"),)

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    declared_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class Stance(StrEnum):
    """What a member of the committee thinks of retaining a proposition."""

    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"

    @property
    def label(self) -> str:
        return {
            Stance.FAVOURABLE: "Favorable",
            Stance.RESERVED: "Réservé",
            Stance.UNFAVOURABLE: "Défavorable",
        }[self]


class Opinion(Base):
    """What a member of the committee thinks of a proposition, and their notes; the last one said."""

    __tablename__ = "opinion"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    stance: Mapped[Stance] = mapped_column(str_enum(Stance))
    notes: Mapped[str] = mapped_column(Text, default="")
    given_at: Mapped[datetime]


class DecisionCorrection(Base):
    """What was said of a decision after its proclamation: public, dated, reasoned, beside the original, which stays."""

    __tablename__ = "decision_correction"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("decision.proposal_id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome | None] = mapped_column(str_enum(Outcome))
    """What is decided from then on; None when only words are corrected."""
    reason: Mapped[str] = mapped_column(Text)

"""Supports: one collectivité, one voice per proposition. The unique constraint has the last word."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, BigKey, str_enum
from consult.register.rules import Kind, Stratum


class Support(Base):
    """A collectivité's support for a proposition, with what the register said of it at that instant."""

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("proposal_id", "voice"),
        Index("ix_support_edition_siren", "edition_id", "siren"),
        Index("ix_support_edition_voice", "edition_id", "voice"),
        Index("ix_support_tally", "edition_id", "proposal_id", "departement", "attachment_id", "set_aside_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    """Who gave it, for ever."""
    voice: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    """Whose voice it is now: the same, or its successor's since a merge during the vote. None: set aside by a merge, where
    the earlier of two supports is the one voice."""
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    """By what right it was given: it counts once this attachment has been verified."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Kind] = mapped_column(str_enum(Kind))
    stratum: Mapped[Stratum] = mapped_column(str_enum(Stratum))
    departement: Mapped[str | None] = mapped_column(String(3))
    given_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    set_aside_at: Mapped[datetime | None]
    """Set by the proclamation on what did not count then: a later verification cannot change a proclaimed result. Set too
    by the merge that took its voice away."""

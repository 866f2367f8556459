"""Supports: one collectivité, one voice per proposition. The unique constraint has the last word."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, BigKey, str_enum
from consult.register.rules import Kind, Stratum
from consult.voting.rules import Weight


class Support(Base):
    """A collectivité's support for a proposition, with what the register said of it at that instant."""

    __tablename__ = "support"
    __table_args__ = (
        UniqueConstraint("proposal_id", "voice"),
        Index("ix_support_edition_siren", "edition_id", "siren"),
        Index("ix_support_edition_voice", "edition_id", "voice"),
        Index("ix_support_untold", "edition_id", "told"),
        Index("ix_support_tally", "edition_id", "proposal_id", "departement", "attachment_id", "set_aside_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    """Who gave it, for ever."""
    voice: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    """Whose voice it is now: the same, or its successor's since a merge during the vote. None: set aside by a merge, where
    the earlier of two supports is the one voice; or given by somebody not verified where a verified colleague's is."""
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    """By what right it was given: it counts once this attachment has been verified."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[Kind] = mapped_column(str_enum(Kind))
    stratum: Mapped[Stratum] = mapped_column(str_enum(Stratum))
    departement: Mapped[str | None] = mapped_column(String(3))
    region: Mapped[str | None] = mapped_column(String(3))
    population: Mapped[int | None]
    """Inhabitants, as the register had them at that instant; None where it has none."""
    given_at: Mapped[datetime]
    receipt: Mapped[str] = mapped_column(String(20), unique=True)
    set_aside_at: Mapped[datetime | None]
    """Set by the proclamation on what did not count then: a later verification cannot change a proclaimed result. Set too
    by the merge that took its voice away; the same as `given_at` for one that stands aside since it was given."""
    told: Mapped[Weight] = mapped_column(str_enum(Weight))
    """What the journal of the vote last said it was worth. Its attachment may have been decided since: the journal says so
    when it is next sealed."""


class SealedLine(Base):
    """A line of the journal of an edition's vote, chained to the one before it: never changed, never removed."""

    __tablename__ = "sealed_line"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    position: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    """From 1, without a gap."""
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), unique=True)
    said: Mapped[str] = mapped_column(Text)
    """The line as it is published, its seal left out."""
    receipt: Mapped[str | None] = mapped_column(String(20), index=True)
    replaces: Mapped[str | None] = mapped_column(String(20), index=True)
    """The receipts that it speaks of, to find it by: that of a support that is no more too."""
    seal: Mapped[str] = mapped_column(String(64))
    """SHA-256, in hexadecimal, of the seal before it and of the line."""
    sealed_at: Mapped[datetime]

"""Schemes (guichets): where a contribution is sent when another help fits it better."""

from datetime import date

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base


class Scheme(Base):
    """A scheme and its rules as published. Dates are days in Paris, both included; None has no limit."""

    __tablename__ = "scheme"
    __table_args__ = (UniqueConstraint("edition_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(160))
    who: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    funding: Mapped[str] = mapped_column(Text)
    min_population: Mapped[int | None]
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    source: Mapped[str] = mapped_column(Text, default="")

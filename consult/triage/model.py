"""Schemes (guichets): where a contribution is sent when another help fits it better."""

from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base
from consult.register.rules import Kind
from consult.triage.eligibility import Terms


class Scheme(Base):
    """A scheme: what does not change of it. Whom it helps, for what and when is in its rules."""

    __tablename__ = "scheme"
    __table_args__ = (UniqueConstraint("edition_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(160))


class SchemeRule(Base):
    """Whom a scheme helps, for what and how much, between two days: rules change within a year, and the old ones are kept.

    Days are in Paris, both included; None has no limit. A rule is never edited: a correction replaces it, with a reason.
    """

    __tablename__ = "scheme_rule"
    __table_args__ = (
        CheckConstraint("min_population IS NULL OR min_population >= 0", name="min_population_not_negative"),
        CheckConstraint("max_population IS NULL OR max_population >= coalesce(min_population, 0)", name="population_in_order"),
        CheckConstraint("closes_on IS NULL OR opens_on IS NULL OR closes_on >= opens_on", name="days_in_order"),
        CheckConstraint("rate IS NULL OR (rate >= 0 AND rate <= 1)", name="rate_is_a_share"),
        UniqueConstraint("replaces_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scheme_id: Mapped[int] = mapped_column(ForeignKey("scheme.id"), index=True)
    opens_on: Mapped[date | None]
    closes_on: Mapped[date | None]
    kinds: Mapped[list[str]]
    """Kinds of collectivités it helps; empty: all."""
    min_population: Mapped[int | None]
    max_population: Mapped[int | None]
    is_indicative: Mapped[bool] = mapped_column(default=False)
    """The limits of population were published with an « environ »."""
    exempt_kinds: Mapped[list[str]]
    """Kinds that its limits of population do not concern."""
    themes: Mapped[list[str]]
    """Slugs of the edition's themes; empty: all."""
    unless: Mapped[list[str]]
    """Codes of schemes: it helps only those whom none of them helps."""
    conditions: Mapped[str] = mapped_column(Text, default="")
    """What must also hold and nothing here can check, in words: the answer is then neither yes nor no."""
    rate: Mapped[Decimal | None] = mapped_column(Numeric(5, 4))
    """The share of the cost that is paid, at most; 0: it pays nothing, and only says what is out of scope."""
    who: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    funding: Mapped[str] = mapped_column(Text)
    exclusions: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(Text, default="")
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    replaced_at: Mapped[datetime | None]
    """When a corrected rule took its place; None: in force between its days."""
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("scheme_rule.id"))
    """The rule that this one corrects: each is corrected once."""

    @property
    def terms(self) -> Terms:
        """The rule, as the value that eligibility is judged on."""
        told: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(Terms)}
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        kinds = {name: tuple(map(Kind, told[name])) for name in ("kinds", "exempt_kinds")}
        return Terms(**(told | lists | kinds))

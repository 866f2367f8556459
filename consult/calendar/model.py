"""Editions, their windows, and every move of a date."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Numeric, String, Text, UniqueConstraint, select, text
from sqlalchemy.orm import InstrumentedAttribute, Mapped, column_property, mapped_column, relationship

from consult.calendar.rules import Calendar, Closure, Instruction, Stage, Window, reopening
from consult.ground.database import Base, Euros, str_enum


class Edition(Base):
    """One consultation, from the first need to the last deployment, and its rules."""

    __tablename__ = "edition"
    __table_args__ = (
        CheckConstraint("max_supports IS NULL OR max_supports > 0", name="max_supports_positive"),
        CheckConstraint("funding_rate > 0 AND funding_rate <= 1", name="funding_rate_is_a_share"),
        CheckConstraint("envelope IS NULL OR envelope >= 0", name="envelope_not_negative"),
        CheckConstraint("granted >= 0 AND (envelope IS NULL OR granted <= envelope)", name="granted_within_the_envelope"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(40), unique=True)
    """Four digits, then letters, digits or dashes: the first part of every address of the edition."""
    title: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    is_fictitious: Mapped[bool] = mapped_column(default=False)
    """A demonstration: every contribution says « contribution fictive »."""

    voter_kinds: Mapped[list[str]]
    max_supports: Mapped[int | None]
    """How many proposals a collectivité may support; None: as many as it likes."""
    tallies_hidden: Mapped[bool] = mapped_column(default=True)
    """Whether supports per proposal stay secret until the vote closes."""
    funding_rate: Mapped[Decimal] = mapped_column(Numeric(5, 4), default=Decimal("0.5"))
    """The State's share of the cost of a service, at most."""
    envelope: Mapped[Decimal | None] = mapped_column(Euros)
    """Euros the State may grant to all services together."""
    granted: Mapped[Decimal] = mapped_column(Euros, default=Decimal(0), server_default=text("0"))
    """The State's shares of all services, together: the base itself keeps them within the envelope, whoever writes at once."""
    instruction: Mapped[Instruction] = mapped_column(
        str_enum(Instruction, growing=True), default=Instruction.INSTRUCTED, server_default=Instruction.INSTRUCTED.value
    )
    """How an expression of interest is answered."""

    proclaimed_at: Mapped[datetime | None]
    """When the committee's decisions were proclaimed; from then on needs and vote no longer move."""

    windows: Mapped[list["StageWindow"]] = relationship(lazy="raise", order_by="StageWindow.opens_at")

    @property
    def calendar(self) -> Calendar:
        """The windows, as the value that rules take. They must have been loaded (`calendar.queries.edition`)."""
        return Calendar(tuple(Window(row.stage, row.opens_at, row.closes_at) for row in self.windows))

    @property
    def read_before_it_reopened(self) -> Closure | None:
        """While the vote was over, the last time that it was reopened: anyone could then read its tallies, secret before."""
        vote = next((row for row in self.windows if row.stage is Stage.VOTING), None)
        if not self.tallies_hidden or vote is None or vote.was_over_since is None or vote.reopened_at is None:
            return None
        return Closure(vote.was_over_since, vote.reopened_at)

    def read_if_moved(self, moved: Window, *, at: datetime) -> Closure | None:
        """While the vote would have been over, and could be read, were these dates given now; None if they reopen nothing."""
        is_secret_vote = moved.stage is Stage.VOTING and self.tallies_hidden
        return reopening(self.calendar.window(moved.stage), moved, at) if is_secret_vote else None


class CalendarChange(Base):
    """A move of a date: what it was, what it became, who, why."""

    __tablename__ = "calendar_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    stage: Mapped[Stage] = mapped_column(str_enum(Stage))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    old_opens_at: Mapped[datetime]
    old_closes_at: Mapped[datetime | None]
    new_opens_at: Mapped[datetime]
    new_closes_at: Mapped[datetime | None]

    @property
    def reopened(self) -> Closure | None:
        """How long the stage had been over, when this move reopened it."""
        return reopening(
            Window(self.stage, self.old_opens_at, self.old_closes_at),
            Window(self.stage, self.new_opens_at, self.new_closes_at),
            self.at,
        )


def _last_reopening(column: InstrumentedAttribute[Any], edition_id: Mapped[int], stage: Mapped[Stage]) -> ColumnElement[Any]:
    """Of the last move that reopened a stage: what `CalendarChange.reopened` says, asked of the base."""
    return (
        select(column)
        .where(CalendarChange.edition_id == edition_id, CalendarChange.stage == stage)
        .where(CalendarChange.old_closes_at <= CalendarChange.at, CalendarChange.at < CalendarChange.new_closes_at)
        .order_by(CalendarChange.at.desc(), CalendarChange.id.desc())
        .limit(1)
        .correlate_except(CalendarChange)
        .scalar_subquery()
    )


class StageWindow(Base):
    """When a stage of an edition runs, now and as first announced."""

    __tablename__ = "stage_window"
    __table_args__ = (CheckConstraint("closes_at IS NULL OR opens_at < closes_at", name="in_order"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    stage: Mapped[Stage] = mapped_column(str_enum(Stage), primary_key=True)
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime | None]
    first_opens_at: Mapped[datetime]
    first_closes_at: Mapped[datetime | None]
    """The first dates announced: never erased."""

    was_over_since: Mapped[datetime | None] = column_property(_last_reopening(CalendarChange.old_closes_at, edition_id, stage))
    reopened_at: Mapped[datetime | None] = column_property(_last_reopening(CalendarChange.at, edition_id, stage))
    """Of the last move that reopened the stage. Read with the windows: no page has to ask whether there was one."""


class RulesVersion(Base):
    """The rules of an edition's vote as they were said from an instant on, and why they changed. The last one is in force."""

    __tablename__ = "rules_version"

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1: the rules that the edition was announced with."""
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    said: Mapped[dict[str, Any]]
    """`voter_kinds`, `max_supports`, `tallies_hidden`, as on the edition."""


class Theme(Base):
    """A theme of an edition, in the order the site shows them."""

    __tablename__ = "theme"
    __table_args__ = (UniqueConstraint("edition_id", "slug"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    slug: Mapped[str] = mapped_column(String(60))
    label: Mapped[str] = mapped_column(String(120))
    position: Mapped[int]

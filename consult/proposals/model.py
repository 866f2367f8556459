"""Propositions put to the vote, and the contributions each one answers."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base


class Proposal(Base):
    """What collectivités vote on: written by the team from contributions."""

    __tablename__ = "proposal"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        CheckConstraint("cost IS NULL OR cost > 0", name="cost_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(250))
    summary: Mapped[str] = mapped_column(Text)
    changes: Mapped[str] = mapped_column(Text, default="")
    """What it would change."""
    for_whom: Mapped[str] = mapped_column(Text, default="")
    is_fictitious: Mapped[bool] = mapped_column(default=False)
    """Invented for a demonstration, where the others carry their real title."""
    created_at: Mapped[datetime]
    cost: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    """Euros that its service would cost, where somebody said: a figure to compare rules by, never one that decides."""
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """Goes up each time it is written: whoever edits an older one is told."""


class WithdrawnProposal(Base):
    """A proposition that the team withdrew before the vote: no longer among those put to it, readable for ever at its address.

    A table of its own: whatever lists, counts or supports propositions cannot forget that this one is not of them.
    """

    __tablename__ = "withdrawn_proposal"
    __table_args__ = (CheckConstraint("reason <> ''", name="has_a_reason"),)

    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Its own: no other proposition of the edition takes it."""
    title: Mapped[str] = mapped_column(String(250))
    summary: Mapped[str] = mapped_column(Text)
    changes: Mapped[str] = mapped_column(Text)
    for_whom: Mapped[str] = mapped_column(Text)
    is_fictitious: Mapped[bool]
    created_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)


class ProposalContribution(Base):
    """A contribution that a proposition answers: many to many, undone until the vote opens."""

    __tablename__ = "proposal_contribution"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True, index=True)
    grouped_at: Mapped[datetime]
    grouped_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class ProposalCorrection(Base):
    """What was changed in a proposition once the vote had opened: public, dated, with its reason."""

    __tablename__ = "proposal_correction"

    id: Mapped[int] = mapped_column(primary_key=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]]
    """The fields that changed, as they were."""
    after: Mapped[dict[str, Any]]

"""Who follows what, at which rhythm, and what there is to tell them."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, BigKey, str_enum


class Rhythm(StrEnum):
    """How often somebody is told of what they follow."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"

    @property
    def label(self) -> str:
        return {
            Rhythm.AT_ONCE: "Tout de suite",
            Rhythm.DAILY: "Une fois par jour",
            Rhythm.WEEKLY: "Une fois par semaine",
            Rhythm.NEVER: "Jamais",
        }[self]


class Follower(Base):
    """How one person is told, and how far they were."""

    __tablename__ = "follower"
    __table_args__ = (Index("ix_follower_rhythm_told", "rhythm", "told"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(str_enum(Rhythm, growing=True))
    token: Mapped[str] = mapped_column(String(64), unique=True)
    """Drawn at random: whoever holds it, from a message, may stop the messages, and nothing else."""
    told: Mapped[int] = mapped_column(BigInteger, default=0)
    """The position of the last piece of news that a message to them covers."""
    told_at: Mapped[datetime | None]
    bounced_at: Mapped[datetime | None]
    """When a server said that their mailbox is not one: nothing more is written there until they sign in."""


class Follow(Base):
    """Somebody follows a contribution, a proposition, a service or a collectivité."""

    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_subject", "subject"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(60), primary_key=True)
    """`<edition id>/contribution:<number>`, as the journal names it within its edition, or `collectivite:<siren>`."""
    is_chosen: Mapped[bool]
    """Asked for by the person; otherwise it follows from what they did: wrote, shared, supported, volunteered."""
    at: Mapped[datetime]
    since: Mapped[int] = mapped_column(BigInteger)
    """The position after which there is something to tell: nobody is told what happened before they followed."""
    stopped_at: Mapped[datetime | None]
    """When they chose not to follow it any more: what they do later does not begin it again."""


class Tiding(Base):
    """Something that happened to what may be followed: an event of the journal, in the order in which they are told."""

    __tablename__ = "tiding"
    __table_args__ = (UniqueConstraint("event_id", "subject"), Index("ix_tiding_subject_position", "subject", "position"))

    position: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigKey, ForeignKey("event.id"))
    subject: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]

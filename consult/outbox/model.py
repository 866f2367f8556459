"""The outbox: e-mails as rows. A row is written with the act it tells, and sent afterwards by `consult work`."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, BigKey, str_enum


class Notice(StrEnum):
    """Every e-mail the site can send. `templates/mail/<value>.txt` holds its words; its first line is the subject."""

    SIGN_IN = "sign_in"
    ATTACHMENT_VERIFIED = "attachment_verified"
    ATTACHMENT_REFUSED = "attachment_refused"
    ATTACHMENT_ENDED = "attachment_ended"
    ATTACHMENT_REOPENED = "attachment_reopened"
    COLLECTIVITE_ENDED = "collectivite_ended"
    COLLEAGUE_JOINED = "colleague_joined"
    INVITATION = "invitation"
    MAILBOX_CODE = "mailbox_code"
    ADDRESS_CODE = "address_code"
    ADDRESS_TAKEN = "address_taken"
    ADDRESS_CHANGED = "address_changed"
    IDENTITY_LINKED = "identity_linked"
    SECOND_FACTOR_CHANGED = "second_factor_changed"
    ACCOUNT_DORMANT = "account_dormant"
    ACCOUNT_CLOSED = "account_closed"
    CONTRIBUTION_PUBLISHED = "contribution_published"
    CONTRIBUTION_TRIAGED = "contribution_triaged"
    CONTRIBUTION_QUESTIONED = "contribution_questioned"
    CONTRIBUTION_ANSWERED = "contribution_answered"
    CONTRIBUTION_HIDDEN = "contribution_hidden"
    CONTEST_ANSWERED = "contest_answered"
    DRAFT_REMINDER = "draft_reminder"
    SUPPORT_CHANGED = "support_changed"
    RESULT_PROCLAIMED = "result_proclaimed"
    DECISION_CORRECTED = "decision_corrected"
    INTEREST_REMINDER = "interest_reminder"
    INTEREST_DECLARED = "interest_declared"
    INTEREST_QUESTIONED = "interest_questioned"
    INTEREST_REPLIED = "interest_replied"
    INTEREST_CORRECTED = "interest_corrected"
    INTEREST_MOVED_UP = "interest_moved_up"
    INTEREST_DECIDED = "interest_decided"
    INTERESTS_MERGED = "interests_merged"
    WORKSHOP_ANNOUNCED = "workshop_announced"
    WORKSHOP_SEAT = "workshop_seat"
    WORKSHOP_CHANGED = "workshop_changed"
    WORKSHOP_CANCELLED = "workshop_cancelled"
    WORKSHOP_REMINDER = "workshop_reminder"
    WORKSHOP_NOTES = "workshop_notes"
    SEAT_RELEASED = "seat_released"
    SERVICE_BORN = "service_born"
    SERVICE_TO_TEND = "service_to_tend"
    DIGEST = "digest"
    BEARER_ADDED = "bearer_added"
    NEWS_DECIDED = "news_decided"
    DEPLOYMENT_DECLARED = "deployment_declared"
    MONEY_DECIDED = "money_decided"


_WAITING = text("sent_at IS NULL AND given_up_at IS NULL")
_TAKEN = text("worker IS NOT NULL")


class Message(Base):
    """One e-mail to one person: to send, sent, or given up."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_waiting", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_message_worker", "worker", sqlite_where=_TAKEN, postgresql_where=_TAKEN),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    """Idempotence: the same notice about the same thing to the same person is written once."""
    notice: Mapped[Notice] = mapped_column(str_enum(Notice, growing=True))
    recipient: Mapped[str] = mapped_column(String(254))
    data: Mapped[dict[str, Any]]
    """What the words need. Emptied once sent or given up: a code does not stay in the base."""
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    """Not before this instant: the act's, then later after each failure, or while a worker holds it."""
    worker: Mapped[int | None]
    """Which worker is sending it at this instant (see `workers`); None for one that waits, or is over."""
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]
    """When nobody will try again: refused for good, tried too often, or useless by now."""
    failure: Mapped[str | None] = mapped_column(String(200))
    """Why the last attempt failed, without an address."""

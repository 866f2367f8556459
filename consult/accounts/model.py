"""People, the requests by which they sign in, their sessions, attachments and roles."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.actor import Profile, Role
from consult.ground.database import Base, BigKey, str_enum


class Person(Base):
    """Someone with an account. The e-mail address and the name are never public."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    """Where mail goes: as it was typed, its domain in ASCII."""
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case: one account per address, however it is capitalised."""
    name: Mapped[str] = mapped_column(String(120), default="")
    profile: Mapped[Profile | None] = mapped_column(str_enum(Profile))
    function: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]


class SignInRequest(Base):
    """A one-time link and a six-digit code, sent together; either one spends both."""

    __tablename__ = "sign_in_request"
    __table_args__ = (
        Index("ix_sign_in_request_email_key_created_at", "email_key", "created_at"),
        Index("ix_sign_in_request_created_at", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the link's token."""
    browser_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of a key that only the browser that asked holds, in its cookie: the code is tried from there, and nowhere else."""
    code_hash: Mapped[str] = mapped_column(String(64))
    """Of the code and that key together: a million codes could be tried on a stolen base, were they kept alone."""
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """Outside: at this instant it no longer serves. A newer request brings it forward to its own."""
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class PersonSession(Base):
    """An open session: ended here, it is ended whatever the browser still holds."""

    __tablename__ = "person_session"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AttachmentStatus(StrEnum):
    """Where an attachment stands."""

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {
            AttachmentStatus.PENDING: "à vérifier",
            AttachmentStatus.VERIFIED: "vérifié",
            AttachmentStatus.REFUSED: "refusé",
            AttachmentStatus.ENDED: "terminé",
        }[self]


class AttachmentWay(StrEnum):
    """How an attachment is to be, or was, verified."""

    MODERATOR = "moderator"


class Attachment(Base):
    """A person speaks for a collectivité, or asks to."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index(
            "uq_attachment_live",
            "person_id",
            "siren",
            unique=True,
            sqlite_where=text("status IN ('pending', 'verified')"),
            postgresql_where=text("status IN ('pending', 'verified')"),
        ),
        Index("ix_attachment_status_requested_at", "status", "requested_at"),
        Index("ix_attachment_siren", "siren"),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_or_pending"),
        CheckConstraint("status <> 'verified' OR verified_at IS NOT NULL", name="verified_has_an_instant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    status: Mapped[AttachmentStatus] = mapped_column(str_enum(AttachmentStatus))
    way: Mapped[AttachmentWay] = mapped_column(str_enum(AttachmentWay))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    """When it was verified; kept when the attachment ends: what was done in the collectivité's name still counts."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class RoleGrant(Base):
    """A role that a person holds. Its history is in the journal."""

    __tablename__ = "role_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(str_enum(Role), primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

"""People, the ways they sign in, their sessions, attachments, invitations and roles."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.actor import Profile, Role
from consult.ground.database import Base, BigKey, str_enum
from consult.ground.vault import Sealed

SecretOfAPhone = Sealed(64, in_clear="[A-Z2-7]{32}")
"""The key of a second factor: sealed, it fills the column that used to hold its thirty-two characters in clear."""


class Person(Base):
    """Someone with an account. The e-mail address and the name are never public."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    """Where mail goes: as it was typed, its domain in ASCII."""
    email_key: Mapped[str] = mapped_column(String(254), unique=True)
    """Lower case: one account per address, however it is capitalised."""
    is_address_proved: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Whether they have shown that they read it. Not yet, for an account that a provider opened without vouching for its
    address: what an address opens, an invitation or a domain, waits until mail sent there has been answered."""
    name: Mapped[str] = mapped_column(String(120), default="")
    profile: Mapped[Profile | None] = mapped_column(str_enum(Profile))
    function: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    """When they last signed in: a session lasts a fortnight at most, so it is a visit to within that."""
    warned_at: Mapped[datetime | None]
    """When they were told that the account would close for want of a visit; nothing once they come back."""
    closed_at: Mapped[datetime | None]
    """When the account was closed: the row stays, without a name or an address, behind what was done for a collectivité."""


class Topic(StrEnum):
    """What a person may choose not to be told by mail. Whatever concerns the account itself is always sent."""

    COLLEAGUES = "colleagues"
    CONTRIBUTIONS = "contributions"
    RESULTS = "results"
    SERVICES = "services"

    @property
    def label(self) -> str:
        return {
            Topic.COLLEAGUES: "Ce que mes collègues font au nom de ma collectivité",
            Topic.CONTRIBUTIONS: "Ce que deviennent nos contributions",
            Topic.RESULTS: "Le résultat de la sélection",
            Topic.SERVICES: "Les candidatures et les services que nous suivons",
        }[self]


class MutedTopic(Base):
    """A topic that a person does not want mail about."""

    __tablename__ = "muted_topic"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    topic: Mapped[Topic] = mapped_column(str_enum(Topic, growing=True), primary_key=True)


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


class SessionWay(StrEnum):
    """How a session was opened."""

    CODE = "code"
    LINK = "link"
    OIDC = "oidc"
    DEMO = "demo"

    @property
    def label(self) -> str:
        return {
            SessionWay.CODE: "par un code reçu par courriel",
            SessionWay.LINK: "par un lien reçu par courriel",
            SessionWay.OIDC: "par ProConnect",
            SessionWay.DEMO: "en un clic, dans la démonstration",
        }[self]


class PersonSession(Base):
    """An open session: ended here, it is ended whatever the browser still holds."""

    __tablename__ = "person_session"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    opened_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    way: Mapped[SessionWay] = mapped_column(
        str_enum(SessionWay, growing=True), default=SessionWay.CODE, server_default=SessionWay.CODE.value
    )
    device: Mapped[str] = mapped_column(String(60), default="", server_default=text("''"))
    """What the person recognises it by: « Firefox sur Windows ». Nothing finer is kept of the browser."""
    second_factor_at: Mapped[datetime | None]
    """When the second factor was given in this session: until then, the roles of the team are withheld."""
    new_secret: Mapped[str | None] = mapped_column(SecretOfAPhone)
    """A second factor being set from this session: shown here and nowhere else, until its first right code."""
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    """In whose name the person chose to act, among several; the surest and oldest attachment otherwise."""
    id_token: Mapped[str | None] = mapped_column(Text)
    """What the OIDC provider must be shown to close its own session too; forgotten when this one ends."""


class Identity(Base):
    """Who an OIDC provider says a person is. `subject` is the key: the address may change."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issuer: Mapped[str] = mapped_column(String(255))
    subject: Mapped[str] = mapped_column(String(255))
    siret: Mapped[str | None] = mapped_column(String(14))
    """Of the establishment they work for, the last time the provider said it."""
    linked_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class AddressChange(Base):
    """A new address for an account: a code goes to the old one and another to the new one; both are typed back."""

    __tablename__ = "address_change"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    old_code_hash: Mapped[str] = mapped_column(String(64))
    new_code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """Outside."""
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class SecondFactor(Base):
    """What a member of the team's phone and the site both know: six digits that change every thirty seconds (RFC 6238)."""

    __tablename__ = "second_factor"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    secret: Mapped[str | None] = mapped_column(SecretOfAPhone, nullable=False)
    """None is what no key of the site opens any longer: only a recovery code serves then."""
    confirmed_at: Mapped[datetime]
    """When a first right code was typed: before that nothing is kept here, and nothing asked."""
    last_step: Mapped[int] = mapped_column(BigInteger)
    """The thirty seconds of the last code taken: a code serves once."""
    tries: Mapped[int] = mapped_column(default=0)
    """Wrong ones, each within a quarter of an hour of the one before."""
    wrong_at: Mapped[datetime | None]
    """When the last of them was typed."""


class RecoveryCode(Base):
    """Takes the place of the phone's six digits, once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


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

    OIDC = "oidc"
    INVITATION = "invitation"
    DOMAIN = "domain"
    MAILBOX = "mailbox"
    MODERATOR = "moderator"

    @property
    def label(self) -> str:
        return {
            AttachmentWay.OIDC: "ProConnect",
            AttachmentWay.INVITATION: "un collègue déjà vérifié",
            AttachmentWay.DOMAIN: "une adresse du domaine de la collectivité",
            AttachmentWay.MAILBOX: "un code envoyé à la boîte officielle",
            AttachmentWay.MODERATOR: "l’équipe de la consultation",
        }[self]

    @property
    def strength(self) -> int:
        """The surest first, 5 to 1: the order of `process.md`, 2."""
        ways = list(AttachmentWay)
        return len(ways) - ways.index(self)


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
        Index("ix_attachment_status_decided_at", "status", "decided_at"),
        Index("ix_attachment_siren", "siren"),
        Index("ix_attachment_siren_status", "siren", "status"),
        Index(
            "ix_attachment_unverified",
            "id",
            sqlite_where=text("verified_at IS NULL"),
            postgresql_where=text("verified_at IS NULL"),
        ),
        CheckConstraint("(status = 'pending') = (decided_at IS NULL)", name="decided_or_pending"),
        CheckConstraint("status <> 'verified' OR verified_at IS NOT NULL", name="verified_has_an_instant"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    status: Mapped[AttachmentStatus] = mapped_column(str_enum(AttachmentStatus))
    way: Mapped[AttachmentWay] = mapped_column(str_enum(AttachmentWay))
    evidence: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """What proves it, by way: `siret` and `issuer`; `by` (a person's number); `domain`; `mailbox` (masked); `seen`."""
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    """When it was verified; kept when the attachment ends: what was done in the collectivité's name still counts."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class InvitationOutcome(StrEnum):
    """How an invitation ended."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Base):
    """A verified person invites an address to speak for the same collectivité. Whoever signs in with that address may accept.

    No token: the proof is the address itself, so a forwarded message opens nothing.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_live",
            "siren",
            "email_key",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_invitation_email_key", "email_key"),
        CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name="closed_with_an_outcome"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    invited_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """Outside."""
    closed_at: Mapped[datetime | None]
    outcome: Mapped[InvitationOutcome | None] = mapped_column(str_enum(InvitationOutcome))


class KnownDomain(Base):
    """A mail domain that is one collectivité's own: an address there speaks for it."""

    __tablename__ = "known_domain"

    domain: Mapped[str] = mapped_column(String(253), primary_key=True)
    """In ASCII, lower case."""
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), index=True)
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str] = mapped_column(String(300), default="")
    """Where the team found it."""


class OfficialMailbox(Base):
    """The mailbox that a mairie, or a siège, publishes as its own, whoever its provider."""

    __tablename__ = "official_mailbox"

    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), primary_key=True)
    email: Mapped[str] = mapped_column(String(254))
    loaded_at: Mapped[datetime]


class MailboxCode(Base):
    """A code sent to an official mailbox for one request, typed back by who made it."""

    __tablename__ = "mailbox_code"
    __table_args__ = (Index("ix_mailbox_code_siren_sent_at", "siren", "sent_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attachment_id: Mapped[int] = mapped_column(ForeignKey("attachment.id"), index=True)
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"))
    mailbox: Mapped[str] = mapped_column(String(254))
    """Where it went, masked as the person sees it."""
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """Outside."""
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class RoleGrant(Base):
    """A role that a person holds. Its history is in the journal."""

    __tablename__ = "role_grant"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(str_enum(Role), primary_key=True)
    granted_at: Mapped[datetime]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

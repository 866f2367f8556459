"""The journal: one row an act, never changed, never removed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, BigKey, str_enum


class EventKind(StrEnum):
    """What can happen, as `subject:fact` — a past participle: it happened."""

    REGISTER_LOADED = "register:loaded"

    COLLECTIVITE_SUCCEEDED = "collectivite:succeeded"

    EDITION_CREATED = "edition:created"
    WINDOW_MOVED = "window:moved"

    SIGN_IN_ASKED = "sign_in:asked"
    SIGN_IN_FAILED = "sign_in:failed"
    SIGNED_IN = "session:opened"
    SIGNED_OUT = "session:closed"
    SESSIONS_CLOSED = "sessions:closed"
    SECOND_FACTOR_DRAWN = "second_factor:drawn"
    SECOND_FACTOR_SET = "second_factor:set"
    SECOND_FACTOR_GIVEN = "second_factor:given"
    SECOND_FACTOR_FAILED = "second_factor:failed"
    SECOND_FACTOR_REMOVED = "second_factor:removed"
    RECOVERY_CODES_DRAWN = "recovery_codes:drawn"
    IDENTITY_LINKED = "identity:linked"
    IDENTITY_UNLINKED = "identity:unlinked"
    ADDRESS_CHANGE_ASKED = "address_change:asked"
    ADDRESS_CHANGE_FAILED = "address_change:failed"
    ADDRESS_CHANGED = "address:changed"
    NOTIFICATIONS_CHOSEN = "notifications:chosen"
    FOLLOW_BEGUN = "follow:begun"
    FOLLOW_ENDED = "follow:ended"
    RHYTHM_CHOSEN = "rhythm:chosen"
    DATA_DOWNLOADED = "data:downloaded"
    ACCOUNT_WARNED = "account:warned"
    ACCOUNT_CLOSED = "account:closed"
    ACCOUNT_CREATED = "account:created"
    ACCOUNT_COMPLETED = "account:completed"
    ACCOUNT_EDITED = "account:edited"
    ATTACHMENT_ASKED = "attachment:asked"
    ATTACHMENT_VERIFIED = "attachment:verified"
    ATTACHMENT_REFUSED = "attachment:refused"
    ATTACHMENT_ENDED = "attachment:ended"
    ATTACHMENT_REOPENED = "attachment:reopened"
    INVITATION_SENT = "invitation:sent"
    INVITATION_REVOKED = "invitation:revoked"
    INVITATION_DECLINED = "invitation:declined"
    INVITATION_ACCEPTED = "invitation:accepted"
    DOMAIN_ADDED = "domain:added"
    DOMAIN_REMOVED = "domain:removed"
    DOMAIN_APPLIED = "domain:applied"
    DOMAINS_IMPORTED = "domains:imported"
    MAILBOXES_IMPORTED = "mailboxes:imported"
    MAILBOX_CODE_SENT = "mailbox_code:sent"
    MAILBOX_CODE_FAILED = "mailbox_code:failed"
    ROLE_GRANTED = "role:granted"
    ROLE_REVOKED = "role:revoked"

    CONTRIBUTION_PUBLISHED = "contribution:published"
    CONTRIBUTION_EDITED = "contribution:edited"
    CONTRIBUTION_WITHDRAWN = "contribution:withdrawn"
    CONTRIBUTION_REORIENTED = "contribution:reoriented"
    CONTRIBUTION_DECLARED_INELIGIBLE = "contribution:declared_ineligible"
    CONTRIBUTION_GROUPED = "contribution:grouped"
    CONTRIBUTION_UNGROUPED = "contribution:ungrouped"
    CONTRIBUTION_QUESTIONED = "contribution:questioned"
    CONTRIBUTION_ANSWERED = "contribution:answered"
    CONTRIBUTION_HIDDEN = "contribution:hidden"
    CONTRIBUTION_SHOWN = "contribution:shown"
    CONTRIBUTION_REPORTED = "contribution:reported"
    REPORT_SETTLED = "report:settled"
    CONTRIBUTION_CONTESTED = "contribution:contested"
    CONTEST_ANSWERED = "contest:answered"
    CONTRIBUTION_REOPENED = "contribution:reopened"
    CONTRIBUTIONS_IMPORTED = "contributions:imported"
    FILE_JOINED = "file:joined"
    FILE_REMOVED = "file:removed"
    ME_TOO_SAID = "me_too:said"
    ME_TOO_WITHDRAWN = "me_too:withdrawn"
    SCHEME_ADDED = "scheme:added"
    SCHEME_CHANGED = "scheme:changed"

    PROPOSAL_CREATED = "proposal:created"
    PROPOSAL_EDITED = "proposal:edited"
    PROPOSAL_CORRECTED = "proposal:corrected"
    PROPOSAL_WITHDRAWN = "proposal:withdrawn"

    BALLOT_RULES_CHANGED = "ballot_rules:changed"
    SUPPORT_GIVEN = "support:given"
    SUPPORT_WITHDRAWN = "support:withdrawn"
    SUPPORT_MERGED = "support:merged"
    SUPPORT_RESTORED = "support:restored"
    SUPPORT_COUNTED = "support:counted"
    SUPPORT_VOIDED = "support:voided"
    SUPPORT_REOPENED = "support:reopened"
    SUPPORT_SET_ASIDE = "support:set_aside"
    PROPOSAL_WORDED = "proposal:worded"
    DECISION_PROCLAIMED = "decision:proclaimed"

    RECUSAL_DECLARED = "recusal:declared"
    RECUSAL_LIFTED = "recusal:lifted"
    OPINION_GIVEN = "opinion:given"
    PROPOSAL_COSTED = "proposal:costed"
    DECISION_PREPARED = "decision:prepared"
    RESULT_PROCLAIMED = "result:proclaimed"
    DECISION_CORRECTED = "decision:corrected"

    CHARTER_CHANGED = "charter:changed"
    INSTRUCTION_CHANGED = "instruction:changed"
    INTEREST_DECLARED = "interest:declared"
    INTEREST_CORRECTED = "interest:corrected"
    INTEREST_WITHDRAWN = "interest:withdrawn"
    INTEREST_QUESTIONED = "interest:questioned"
    INTEREST_CORRECTION_ASKED = "interest:correction_asked"
    INTEREST_REPLIED = "interest:replied"
    INTEREST_MOVED_UP = "interest:moved_up"
    INTEREST_ACCEPTED = "interest:accepted"
    GRID_SET = "grid:set"
    INTEREST_READ = "interest:read"
    INTEREST_PREPARED = "interest:prepared"
    INTEREST_WAITLISTED = "interest:waitlisted"
    INTERESTS_ANSWERED = "interests:answered"
    INTEREST_DECLINED = "interest:declined"

    WORKSHOP_ANNOUNCED = "workshop:announced"
    WORKSHOP_CHANGED = "workshop:changed"
    WORKSHOP_CANCELLED = "workshop:cancelled"
    WORKSHOP_NOTED = "workshop:noted"
    SEAT_TAKEN = "seat:taken"
    SEAT_GIVEN_UP = "seat:given_up"
    SEAT_RELEASED = "seat:released"

    SERVICE_BORN = "service:born"
    SERVICE_PHASE_ENTERED = "service:phase_entered"
    SERVICE_STOP_UNDONE = "service:stop_undone"
    SERVICE_DESCRIBED = "service:described"
    BEARER_ADDED = "bearer:added"
    BEARER_REMOVED = "bearer:removed"
    MILESTONE_SET = "milestone:set"
    MILESTONE_MOVED = "milestone:moved"
    MILESTONE_REACHED = "milestone:reached"
    MILESTONE_DROPPED = "milestone:dropped"
    MILESTONE_LATE = "milestone:late"
    SERVICE_SILENT = "service:silent"
    NEWS_PROPOSED = "news:proposed"
    NEWS_PUBLISHED = "news:published"
    NEWS_REFUSED = "news:refused"
    NEWS_CANCELLED = "news:cancelled"
    DEPLOYMENT_DECLARED = "deployment:declared"
    DEPLOYMENT_CONFIRMED = "deployment:confirmed"
    DEPLOYMENT_MERGED = "deployment:merged"
    DEPLOYMENT_UNCONFIRMED = "deployment:unconfirmed"
    MONEY_PROPOSED = "money:proposed"
    MONEY_PUBLISHED = "money:published"
    MONEY_REFUSED = "money:refused"
    MONEY_TAKEN_BACK = "money:taken_back"
    MONEY_CANCELLED = "money:cancelled"
    FUNDING_SET = "funding:set"
    INDICATOR_SET = "indicator:set"
    INDICATOR_CHANGED = "indicator:changed"
    INDICATOR_ENDED = "indicator:ended"
    MEASURE_GIVEN = "measure:given"
    MEASURE_CORRECTED = "measure:corrected"
    MEASURE_TAKEN_BACK = "measure:taken_back"


PUBLIC_KINDS = frozenset(
    {
        EventKind.EDITION_CREATED,
        EventKind.WINDOW_MOVED,
        EventKind.CONTRIBUTION_REORIENTED,
        EventKind.CONTRIBUTION_DECLARED_INELIGIBLE,
        EventKind.CONTRIBUTION_GROUPED,
        EventKind.CONTRIBUTION_UNGROUPED,
        EventKind.CONTRIBUTION_HIDDEN,
        EventKind.CONTRIBUTION_SHOWN,
        EventKind.CONTRIBUTION_REOPENED,
        EventKind.CONTEST_ANSWERED,
        EventKind.CONTRIBUTIONS_IMPORTED,
        EventKind.SCHEME_ADDED,
        EventKind.SCHEME_CHANGED,
        EventKind.PROPOSAL_CORRECTED,
        EventKind.PROPOSAL_WITHDRAWN,
        EventKind.BALLOT_RULES_CHANGED,
        EventKind.RESULT_PROCLAIMED,
        EventKind.DECISION_CORRECTED,
        EventKind.CHARTER_CHANGED,
        EventKind.INSTRUCTION_CHANGED,
        EventKind.WORKSHOP_ANNOUNCED,
        EventKind.WORKSHOP_CHANGED,
        EventKind.WORKSHOP_CANCELLED,
        EventKind.WORKSHOP_NOTED,
        EventKind.GRID_SET,
        EventKind.INTERESTS_ANSWERED,
        EventKind.INTEREST_MOVED_UP,
        EventKind.SERVICE_BORN,
        EventKind.SERVICE_PHASE_ENTERED,
        EventKind.SERVICE_STOP_UNDONE,
        EventKind.BEARER_ADDED,
        EventKind.BEARER_REMOVED,
        EventKind.DEPLOYMENT_UNCONFIRMED,
        EventKind.MILESTONE_MOVED,
        EventKind.MILESTONE_DROPPED,
        EventKind.MONEY_PUBLISHED,
        EventKind.MONEY_CANCELLED,
        EventKind.FUNDING_SET,
        EventKind.INDICATOR_SET,
        EventKind.INDICATOR_CHANGED,
        EventKind.INDICATOR_ENDED,
        EventKind.MEASURE_CORRECTED,
        EventKind.MEASURE_TAKEN_BACK,
    }
)
"""What the public register of an edition shows: acts of the team, never those of a person or a vote."""


class Event(Base):
    """Something that happened, when, by whom, in whose name, to what."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_edition_kind_at", "edition_id", "kind", "at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[EventKind] = mapped_column(str_enum(EventKind, growing=True))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    siren: Mapped[str | None] = mapped_column(String(9), index=True)
    """In whose name, or about which collectivité."""
    subject: Mapped[str | None] = mapped_column(String(40))
    """What it happened to: `contribution:12`, by reference number within the edition."""
    data: Mapped[dict[str, Any]]
    """What else must be kept: reasons, values before and after. No e-mail address, no code, no token."""

"""Everything the site keeps of one person, for that person alone: the last room may read all the others.

Nobody else's name or address is in it: an invitation is told without the address it went to, an interest without those it
names, an event without its details. Names of sections and fields stay once they are out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from consult.accounts.actions import locked_person
from consult.accounts.model import (
    Attachment,
    Identity,
    Invitation,
    MutedTopic,
    Person,
    PersonSession,
    RecoveryCode,
    RoleGrant,
    SecondFactor,
)
from consult.calendar.model import Edition
from consult.contributions.model import Contribution, ContributionFile, Draft, MeToo
from consult.following.model import Follow, Follower
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound
from consult.interests.model import Interest, InterestFile, InterestMessage, Reading, StartedInterest
from consult.journal.actions import record
from consult.journal.model import Event, EventKind
from consult.opendata.rules import DOWNLOADS_COUNTED_OVER, may_download
from consult.outbox.model import Message
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.selection.model import Opinion, Recusal
from consult.voting.model import Support
from consult.workshops.model import Seat, Workshop

SCHEMA = "consult/personal-data/1"

AnySelect = Select[*tuple[Any, ...]]
Entry = dict[str, Any]


def download(actor: Actor, *, at: datetime) -> Entry:
    """Everything kept of the actor, as plain values, texts and instants; journaled. The same number of statements for
    everybody.

    Raises Refused for a visitor, and with the reason of `may_download`.
    """
    with transaction() as session:
        person = locked_person(session, actor)
        may_download(_downloads(session, person.id, at)).or_refuse()
        record(session, EventKind.DATA_DOWNLOADED, actor, at=at)
    return personal_data(person.id, at=at)


def _downloads(session: Session, person_id: int, at: datetime) -> int:
    recent = (Event.kind == EventKind.DATA_DOWNLOADED) & (Event.at > at - DOWNLOADS_COUNTED_OVER)
    return session.scalar(select(func.count()).where(Event.person_id == person_id, recent)) or 0


def personal_data(person_id: int, *, at: datetime) -> Entry:
    """The same, of anyone: only their own page, or an operator, may ask. Raises NotFound."""
    person = reading().execute(_person(person_id)).mappings().one_or_none()
    if person is None:
        raise NotFound
    sections = {name: _entries(lines) for name, lines in _sections(person_id).items()}
    for attachment in sections["attachments"]:
        attachment["evidence"] = {key: value for key, value in attachment["evidence"].items() if key != "by"}
    for draft in sections["interest_drafts"]:
        draft["data"] = {key: value for key, value in draft["data"].items() if key in ("level", "motivation", "availability")}
    return {"schema": SCHEMA, "generated_at": at, "person": dict(person), **sections}


def _entries(lines: AnySelect) -> list[Entry]:
    return [dict(row) for row in reading().execute(lines).mappings()]


def sizes(person_id: int) -> Mapping[str, int]:
    """How many entries each section has. One statement."""
    sections = _sections(person_id)
    counts = [
        select(func.count()).select_from(lines.order_by(None).subquery()).scalar_subquery().label(name)
        for name, lines in sections.items()
    ]
    return dict(reading().execute(select(*counts)).mappings().one())


def _person(person_id: int) -> AnySelect:
    return select(
        Person.email,
        Person.is_address_proved,
        Person.name,
        Person.profile,
        Person.function,
        Person.created_at,
        Person.last_seen_at,
        Person.warned_at,
    ).where(Person.id == person_id)


def _sections(person_id: int) -> dict[str, AnySelect]:
    """What is kept, by section: everything but the person's own line."""
    return _account(person_id) | _acts(person_id) | _later_stages(person_id)


def _account(person_id: int) -> dict[str, AnySelect]:
    # What was sent to an address is only for who reads its mail: a provider may give one that nobody has proved.
    email_key = select(Person.email_key).where(Person.id == person_id, Person.is_address_proved).scalar_subquery()
    return {
        "attachments": select(
            Attachment.siren,
            Collectivite.name.label("collectivite"),
            Attachment.status,
            Attachment.way,
            Attachment.evidence,
            Attachment.requested_at,
            Attachment.decided_at,
            Attachment.verified_at,
            Attachment.reason,
        )
        .join(Collectivite, Collectivite.siren == Attachment.siren)
        .where(Attachment.person_id == person_id)
        .order_by(Attachment.id),
        "identities": select(Identity.issuer, Identity.subject, Identity.siret, Identity.linked_at, Identity.seen_at)
        .where(Identity.person_id == person_id)
        .order_by(Identity.id),
        "sessions": select(
            PersonSession.opened_at,
            PersonSession.ended_at,
            PersonSession.way,
            PersonSession.device,
            PersonSession.second_factor_at,
        )
        .where(PersonSession.person_id == person_id)
        .order_by(PersonSession.id),
        "second_factor": select(SecondFactor.confirmed_at).where(SecondFactor.person_id == person_id),
        "recovery_codes": select(RecoveryCode.used_at).where(RecoveryCode.person_id == person_id).order_by(RecoveryCode.id),
        "roles": select(RoleGrant.role, RoleGrant.granted_at).where(RoleGrant.person_id == person_id).order_by(RoleGrant.role),
        "muted_topics": select(MutedTopic.topic).where(MutedTopic.person_id == person_id).order_by(MutedTopic.topic),
        "invitations_sent": _invitations(Invitation.invited_by == person_id),
        "invitations_received": _invitations(Invitation.email_key == email_key),
        "messages": select(Message.notice, Message.created_at, Message.sent_at)
        .where(func.lower(Message.recipient) == email_key)
        .order_by(Message.id),
    }


def _invitations(whose: ColumnElement[bool]) -> AnySelect:
    return (
        select(
            Invitation.siren,
            Invitation.created_at,
            Invitation.expires_at,
            Invitation.closed_at,
            Invitation.outcome,
        )
        .where(whose)
        .order_by(Invitation.id)
    )


def _acts(person_id: int) -> dict[str, AnySelect]:
    edition = Edition.slug.label("edition")
    return {
        "contributions": select(
            edition,
            Contribution.number,
            Contribution.type,
            Contribution.siren,
            *_WRITTEN,
            Contribution.status,
            Contribution.published_at,
        )
        .join(Edition, Edition.id == Contribution.edition_id)
        .where(Contribution.person_id == person_id)
        .order_by(Contribution.id),
        "drafts": select(edition, Draft.type, Draft.siren, Draft.data, Draft.created_at, Draft.saved_at)
        .join(Edition, Edition.id == Draft.edition_id)
        .where(Draft.person_id == person_id, Draft.contribution_id.is_(None))
        .order_by(Draft.id),
        "documents": select(
            edition,
            Contribution.number,
            ContributionFile.name,
            ContributionFile.media_type,
            ContributionFile.size,
            ContributionFile.added_at,
            ContributionFile.removed_at,
        )
        .outerjoin(Contribution, Contribution.id == ContributionFile.contribution_id)
        .outerjoin(Draft, Draft.id == ContributionFile.draft_id)
        .join(Edition, Edition.id == func.coalesce(Contribution.edition_id, Draft.edition_id))
        .where(ContributionFile.added_by == person_id)
        .order_by(ContributionFile.id),
        "me_too": select(edition, Contribution.number, MeToo.siren, MeToo.at)
        .join(Contribution, Contribution.id == MeToo.contribution_id)
        .join(Edition, Edition.id == Contribution.edition_id)
        .where(MeToo.person_id == person_id)
        .order_by(MeToo.at, MeToo.contribution_id),
        "supports": select(edition, Proposal.number.label("proposal"), Support.siren, Support.given_at, Support.receipt)
        .join(Proposal, Proposal.id == Support.proposal_id)
        .join(Edition, Edition.id == Support.edition_id)
        .where(Support.person_id == person_id)
        .order_by(Support.id),
        "interests": select(
            edition,
            Interest.number,
            Proposal.number.label("proposal"),
            Interest.siren,
            Interest.level,
            Interest.availability,
            Interest.motivation,
            Interest.charter,
            Interest.status,
            Interest.reason,
            Interest.submitted_at,
            Interest.decided_at,
        )
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .join(Edition, Edition.id == Interest.edition_id)
        .where(Interest.person_id == person_id)
        .order_by(Interest.id),
        "opinions": select(edition, Proposal.number.label("proposal"), Opinion.stance, Opinion.notes, Opinion.given_at)
        .join(Proposal, Proposal.id == Opinion.proposal_id)
        .join(Edition, Edition.id == Opinion.edition_id)
        .where(Opinion.person_id == person_id)
        .order_by(Opinion.edition_id, Proposal.number),
        "recusals": select(edition, Proposal.number.label("proposal"), Recusal.reason, Recusal.declared_at)
        .join(Proposal, Proposal.id == Recusal.proposal_id)
        .join(Edition, Edition.id == Recusal.edition_id)
        .where(Recusal.person_id == person_id)
        .order_by(Recusal.edition_id, Proposal.number),
        "events": select(Event.at, Event.kind, edition, Event.siren, Event.subject)
        .outerjoin(Edition, Edition.id == Event.edition_id)
        .where(Event.person_id == person_id)
        .order_by(Event.id),
    }


def _later_stages(person_id: int) -> dict[str, AnySelect]:
    edition = Edition.slug.label("edition")
    return {
        "interest_drafts": select(
            edition,
            Proposal.number.label("proposal"),
            StartedInterest.siren,
            StartedInterest.data,
            StartedInterest.created_at,
            StartedInterest.saved_at,
        )
        .join(Proposal, Proposal.id == StartedInterest.proposal_id)
        .join(Edition, Edition.id == StartedInterest.edition_id)
        .where(StartedInterest.person_id == person_id)
        .order_by(StartedInterest.id),
        "interest_messages": select(edition, Interest.number, InterestMessage.at, InterestMessage.body)
        .join(Interest, Interest.id == InterestMessage.interest_id)
        .join(Edition, Edition.id == Interest.edition_id)
        .where(InterestMessage.person_id == person_id)
        .order_by(InterestMessage.id),
        "interest_documents": select(
            edition,
            Interest.number,
            InterestFile.name,
            InterestFile.media_type,
            InterestFile.size,
            InterestFile.added_at,
            InterestFile.removed_at,
        )
        .join(Interest, Interest.id == InterestFile.interest_id)
        .join(Edition, Edition.id == Interest.edition_id)
        .where(InterestFile.added_by == person_id)
        .order_by(InterestFile.id),
        "readings": select(edition, Interest.number, Reading.note, Reading.at)
        .join(Interest, Interest.id == Reading.interest_id)
        .join(Edition, Edition.id == Interest.edition_id)
        .where(Reading.person_id == person_id)
        .order_by(Reading.interest_id),
        "workshop_seats": select(edition, Workshop.number.label("workshop"), Seat.siren, Seat.taken_at, Seat.given_up_at)
        .join(Workshop, Workshop.id == Seat.workshop_id)
        .join(Edition, Edition.id == Workshop.edition_id)
        .where(Seat.person_id == person_id)
        .order_by(Seat.id),
        "follows": select(Follow.subject, Follow.is_chosen, Follow.at, Follow.stopped_at)
        .where(Follow.person_id == person_id)
        .order_by(Follow.at, Follow.subject),
        "rhythm": select(Follower.rhythm, Follower.told_at, Follower.bounced_at).where(Follower.person_id == person_id),
    }


_WRITTEN: Sequence[ColumnElement[Any]] = tuple(
    getattr(Contribution, name)
    for name in (
        "partner",
        "profile",
        "function",
        "title",
        "situation",
        "audience",
        "effects",
        "url",
        "repository",
        "licence",
        "users",
        "funding_sought",
        "funding_purpose",
    )
)

"""Everything known of one attachment, for who decides of it or ends it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from consult.accounts.attachments.queries import AttachmentLine, as_line, desk_lines
from consult.accounts.domains.rules import domain_of, is_generic, is_of_the_state, is_public_suffix
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, KnownDomain, MailboxCode, Person
from consult.accounts.queries import LIVE, known_as
from consult.ground.actor import Profile
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE
from consult.ground.refusals import NotFound
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite, CollectiviteSearch
from consult.register.rules import Category, Kind, full_name, kind_label


class DomainWorth(StrEnum):
    """What the domain of an address says of a request."""

    OWN = "own"
    ANOTHERS = "anothers"
    STATE = "state"
    SHARED = "shared"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class MailDomain:
    """The domain of a person's address, in ASCII: two that merely look alike differ here."""

    name: str
    worth: DomainWorth
    known_for: str | None
    """The collectivité it is known for, with its département."""
    sharing: int
    """How many others, verified for the collectivité of the request, have an address on it."""


@dataclass(frozen=True, slots=True)
class MailboxSent:
    """The last code that went to the official mailbox for a request; the mailbox is masked."""

    mailbox: str
    sent_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to an attachment, from the journal; `by` is nothing for the site's own acts."""

    kind: EventKind
    at: datetime
    by: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class AttachmentFile:
    """An attachment, whose it is and to what."""

    id: int
    status: AttachmentStatus
    way: AttachmentWay
    evidence: Mapping[str, Any]
    requested_at: datetime
    decided_at: datetime | None
    verified_at: datetime | None
    decided_by: str | None
    reason: str
    person_id: int
    person: str
    profile: Profile | None
    function: str
    email: str
    closed_at: datetime | None
    siren: str
    name: str
    search_name: str
    kind: Kind
    category: Category | None
    insee: str | None
    departement_name: str | None
    population: int
    is_current: bool

    @property
    def collectivite(self) -> str:
        return full_name(self.name, self.kind, self.departement_name)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind, self.category)

    @property
    def carries_a_proof(self) -> bool:
        """Whether it waits although something proves it: somebody had said no before."""
        return self.status is AttachmentStatus.PENDING and self.way is not AttachmentWay.MODERATOR


@dataclass(frozen=True, slots=True)
class Lines:
    """A short list of attachments; `is_cut` when there are older ones."""

    items: Sequence[AttachmentLine]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Known:
    """What surrounds an attachment: its address, the others of the collectivité and of the person, what happened to it."""

    domain: MailDomain
    colleagues: Sequence[str]
    """Name and function of people already verified for the same collectivité, the oldest first, at most MOST_SHOWN."""
    requests: Lines
    """What others asked for the same collectivité and is not verified: waiting, refused or ended, the latest first."""
    person: Lines
    """What the same person asked otherwise, or is verified for: what is live first, then the latest."""
    asked_anew: bool
    """Whether one of those is live, for this same collectivité."""
    homonyms: Sequence[str]
    """Other collectivités of the same name, with their département."""
    mailbox: MailboxSent | None
    steps: Sequence[Step]


MOST_SHOWN = PAGE_SIZE


def attachment_file(attachment_id: int) -> AttachmentFile:
    """An attachment, decided or not. One statement. Raises NotFound."""
    decider = aliased(Person)
    row = (
        reading()
        .execute(
            select(
                Attachment.id,
                Attachment.status,
                Attachment.way,
                Attachment.evidence,
                Attachment.requested_at,
                Attachment.decided_at,
                Attachment.verified_at,
                known_as(decider).label("decided_by"),
                Attachment.reason,
                Attachment.person_id,
                known_as().label("person"),
                Person.profile,
                Person.function,
                Person.email,
                Person.closed_at,
                Collectivite.siren,
                Collectivite.name,
                Collectivite.search_name,
                Collectivite.kind,
                Collectivite.category,
                Collectivite.insee,
                Collectivite.departement_name,
                Collectivite.population,
                Collectivite.is_current,
            )
            .join(Person, Person.id == Attachment.person_id)
            .join(Collectivite, Collectivite.siren == Attachment.siren)
            .outerjoin(decider, decider.id == Attachment.decided_by)
            .where(Attachment.id == attachment_id)
        )
        .one_or_none()
    )
    if row is None:
        raise NotFound
    return AttachmentFile(**row._mapping)


def known_of(one: AttachmentFile) -> Known:
    """What is known around an attachment. Eight statements, whatever there is to say."""
    mine = _lines(Attachment.person_id == one.person_id, Attachment.id != one.id, order=LIVE_FIRST)
    return Known(
        domain=_domain(one),
        colleagues=_colleagues(one),
        requests=_lines(
            Attachment.siren == one.siren,
            Attachment.status != AttachmentStatus.VERIFIED,
            Attachment.person_id != one.person_id,
        ),
        person=mine,
        asked_anew=any(line.siren == one.siren and line.status in LIVE for line in mine.items),
        homonyms=_homonyms(one),
        mailbox=_mailbox(one),
        steps=_steps(one),
    )


_VERIFIED = (Attachment.status == AttachmentStatus.VERIFIED, Person.closed_at.is_(None))


def _domain(one: AttachmentFile) -> MailDomain:
    name = domain_of(one.email)
    row = (
        reading()
        .execute(
            select(Collectivite.siren, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
            .join(KnownDomain, KnownDomain.siren == Collectivite.siren)
            .where(KnownDomain.domain == name)
        )
        .one_or_none()
    )
    sharing = reading().scalar(
        select(func.count())
        .select_from(Attachment)
        .join(Person, Person.id == Attachment.person_id)
        .where(
            Attachment.siren == one.siren,
            Person.id != one.person_id,
            Person.email_key.endswith(f"@{name}", autoescape=True),
            *_VERIFIED,
        )
    )
    known_for = full_name(row.name, row.kind, row.departement_name) if row else None
    return MailDomain(name, _worth(name, row.siren if row else None, one.siren), known_for, sharing or 0)


def _worth(domain: str, known_for: str | None, siren: str) -> DomainWorth:
    if known_for is not None:
        return DomainWorth.OWN if known_for == siren else DomainWorth.ANOTHERS
    if is_of_the_state(domain):
        return DomainWorth.STATE
    return DomainWorth.SHARED if is_generic(domain) or is_public_suffix(domain) else DomainWorth.UNKNOWN


LATEST = (Attachment.id.desc(),)
LIVE_FIRST = (case((Attachment.status.in_(LIVE), 0), else_=1), *LATEST)


def _lines(*where: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = LATEST) -> Lines:
    """The first few in this order: they are chosen in an index before their names are looked up."""
    few = select(Attachment.id).where(*where).order_by(*order).limit(MOST_SHOWN + 1)
    rows = reading().execute(desk_lines(Attachment.id.in_(few)).order_by(*order)).all()
    return Lines([as_line(row) for row in rows[:MOST_SHOWN]], len(rows) > MOST_SHOWN)


def _colleagues(one: AttachmentFile) -> Sequence[str]:
    rows = reading().execute(
        select(Person.name, Person.function)
        .join(Attachment, Attachment.person_id == Person.id)
        .where(Attachment.siren == one.siren, Person.id != one.person_id, *_VERIFIED)
        .order_by(Attachment.verified_at, Attachment.id)
        .limit(MOST_SHOWN)
    )
    return [f"{name}, {function}" for name, function in rows]


def _homonyms(one: AttachmentFile) -> Sequence[str]:
    rows = reading().execute(
        select(Collectivite.name, Collectivite.kind, Collectivite.departement_name)
        .join(CollectiviteSearch, CollectiviteSearch.siren == Collectivite.siren)
        .where(CollectiviteSearch.name == one.search_name, Collectivite.siren != one.siren)
        .order_by(CollectiviteSearch.rank)
        .limit(MOST_SHOWN)
    )
    return [full_name(*row) for row in rows]


def _mailbox(one: AttachmentFile) -> MailboxSent | None:
    row = (
        reading()
        .execute(
            select(MailboxCode.mailbox, MailboxCode.sent_at, MailboxCode.used_at)
            .where(MailboxCode.attachment_id == one.id)
            .order_by(MailboxCode.id.desc())
            .limit(1)
        )
        .one_or_none()
    )
    return MailboxSent(*row) if row else None


def _steps(one: AttachmentFile) -> Sequence[Step]:
    rows = reading().execute(
        select(Event.kind, Event.at, known_as(), Event.data)
        .outerjoin(Person, Person.id == Event.person_id)
        .where(Event.siren == one.siren, Event.subject == f"attachment:{one.id}")
        .order_by(Event.id)
    )
    return [Step(kind, at, name, data.get("reason", "")) for kind, at, name, data in rows]

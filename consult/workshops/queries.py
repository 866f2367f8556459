"""Reading workshops: the list of an edition, those of a proposition, one of them, and who comes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, String, and_, cast, exists, false, func, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.interests.model import Interest
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.queries import goes_on_with, holders
from consult.register.search import LINE, CollectiviteLine
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force
from consult.workshops.model import Seat, Workshop
from consult.workshops.rules import Room, WorkshopDraft

IS_TAKEN = Seat.given_up_at.is_(None)
"""A seat that counts, towards the capacity first."""

_STILL_ATTACHED = exists().where(
    Attachment.person_id == Seat.person_id, Attachment.siren == Seat.siren, Attachment.status == AttachmentStatus.VERIFIED
)
_LAST = holders()
_STILL_VOLUNTEERS = (
    select(Interest.id)
    .outerjoin(_LAST, _LAST.c.siren == Interest.siren)
    .where(
        Interest.proposal_id == Workshop.proposal_id,
        (Interest.siren == Seat.siren) | (_LAST.c.holder == Seat.siren),
        Interest.status.in_(LIVE),
    )
    .exists()
)
STILL_COMES = and_(IS_TAKEN, _STILL_ATTACHED.correlate(Seat), _STILL_VOLUNTEERS.correlate(Seat, Workshop))
"""A seat whose holder still speaks for a collectivité that still volunteers: the others are soon released."""


@dataclass(frozen=True, slots=True)
class Line:
    """A workshop as a list shows it."""

    workshop: Workshop
    proposal_number: int
    proposal_title: str
    seats: int
    has_seat: bool
    """Whether the reader comes."""

    @property
    def is_full(self) -> bool:
        return self.workshop.capacity is not None and self.seats >= self.workshop.capacity


def _seats() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(Seat)
        .where(Seat.workshop_id == Workshop.id, IS_TAKEN)
        .correlate(Workshop)
        .scalar_subquery()
    )


def _seated(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor has a seat, and may still come."""
    return (
        exists()
        .where(Seat.workshop_id == Workshop.id, Seat.person_id == (actor.person_id or 0), STILL_COMES)
        .correlate(Workshop)
    )


def _lines(actor: Actor) -> Select[*tuple[Any, ...]]:
    return select(Workshop, Proposal.number, Proposal.title, _seats(), _seated(actor)).join(
        Proposal, Proposal.id == Workshop.proposal_id
    )


def listed(edition_id: int, actor: Actor, *, past: bool, at: datetime, page: int = 1) -> Page[Line]:
    """The workshops of an edition that are to end, the next one first; or those that are over, the latest first.

    Two statements.
    """
    when = Workshop.ends_at <= at if past else Workshop.ends_at > at
    where = (Workshop.edition_id == edition_id) & when
    total = reading().scalar(select(func.count()).select_from(Workshop).where(where)) or 0
    order = (Workshop.starts_at.desc(), Workshop.id.desc()) if past else (Workshop.starts_at, Workshop.id)
    rows = reading().execute(_lines(actor).where(where).order_by(*order).offset(offset(page)).limit(PAGE_SIZE))
    return Page([Line(*row) for row in rows], page, total)


def of_proposal(proposal_id: int, actor: Actor) -> Sequence[Line]:
    """The workshops of a proposition, in the order of their dates. One statement."""
    rows = reading().execute(
        _lines(actor).where(Workshop.proposal_id == proposal_id).order_by(Workshop.starts_at, Workshop.id).limit(MOST_LISTED)
    )
    return [Line(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One workshop, and where its reader stands."""

    workshop: Workshop
    proposal_number: int
    proposal_title: str
    room: Room


def _sheets(actor: Actor) -> Select[*tuple[Any, ...]]:
    volunteers: ColumnElement[bool] = (
        exists()
        .where(
            Interest.proposal_id == Workshop.proposal_id,
            goes_on_with(Interest.siren, actor.siren),
            Interest.status.in_(LIVE),
        )
        .correlate(Workshop)
        if actor.siren
        else false()
    )
    return _lines(actor).add_columns(volunteers)


def sheet(edition_id: int, number: int, actor: Actor) -> Sheet:
    """The workshop of this number, as the actor finds it. One statement. Raises NotFound."""
    where = (Workshop.edition_id == edition_id) & (Workshop.number == number)
    return _sheet(reading(), _sheets(actor).where(where))


def sheet_within(session: Session, workshop_id: int, actor: Actor) -> Sheet:
    """The same inside a transaction, for a workshop known by its id. Raises NotFound."""
    return _sheet(session, _sheets(actor).where(Workshop.id == workshop_id))


def _sheet(session: Session, statement: Select[*tuple[Any, ...]]) -> Sheet:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    workshop, number, title, seats, has_seat, is_volunteer = row
    room = Room(
        workshop.starts_at, workshop.cancelled_at is not None, workshop.capacity, seats, bool(has_seat), bool(is_volunteer)
    )
    return Sheet(workshop, number, title, room)


def drafted(workshop: Workshop) -> WorkshopDraft:
    """What a workshop now says."""
    return WorkshopDraft(
        workshop.title,
        workshop.about,
        workshop.starts_at,
        workshop.ends_at,
        workshop.place,
        workshop.link,
        workshop.capacity,
    )


@dataclass(frozen=True, slots=True)
class Coming:
    """A collectivité that comes, with how many people: what everybody may know."""

    collectivite: CollectiviteLine
    people: int


def coming(workshop_id: int) -> Page[Coming]:
    """Which collectivités come, by name, the first of them. One statement."""
    count = func.count(Seat.id)
    rows = (
        reading()
        .execute(
            select(count, func.count().over(), *LINE)
            .select_from(Seat)
            .join(Collectivite, Collectivite.siren == Seat.siren)
            .where(Seat.workshop_id == workshop_id, IS_TAKEN)
            .group_by(*LINE)
            .order_by(Collectivite.name, Collectivite.siren)
            .limit(MOST_LISTED)
        )
        .all()
    )
    items = [Coming(CollectiviteLine(*row[2:]), row[0]) for row in rows]
    return Page(items, 1, rows[0][1] if rows else 0, MOST_LISTED)


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who comes, for the team alone."""

    name: str
    function: str
    email: str
    collectivite: CollectiviteLine
    taken_at: datetime


def attendees(workshop_id: int) -> Sequence[Attendee]:
    """Who comes, in the order they said so. One statement."""
    rows = reading().execute(
        select(Person.name, Person.function, Person.email, Seat.taken_at, *LINE)
        .select_from(Seat)
        .join(Person, Person.id == Seat.person_id)
        .join(Collectivite, Collectivite.siren == Seat.siren)
        .where(Seat.workshop_id == workshop_id, IS_TAKEN)
        .order_by(Seat.taken_at, Seat.id)
    )
    return [Attendee(row[0], row[1], row[2], CollectiviteLine(*row[4:]), row[3]) for row in rows]


def retained_to_meet_about(edition_id: int) -> Sequence[tuple[int, int, str]]:
    """Id, number and title of every retained proposition. One statement."""
    rows = reading().execute(
        select(Proposal.id, Proposal.number, Proposal.title)
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(Proposal.edition_id == edition_id, in_force() == Outcome.RETAINED, Decision.proclaimed_at.is_not(None))
        .order_by(Proposal.number)
    )
    return rows.all()


def to_come(at: datetime) -> dict[int, int]:
    """How many workshops are to come, by edition; an edition without any is absent. One statement."""
    rows = reading().execute(
        select(Workshop.edition_id, func.count())
        .where(Workshop.ends_at > at, Workshop.cancelled_at.is_(None))
        .group_by(Workshop.edition_id)
    )
    return dict(rows.all())


# ── Who is told ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def volunteers_to_tell(workshop: Workshop, said: str) -> Select[str, str]:
    """The people of the volunteers of a workshop's proposition, who may come: keys and addresses."""
    people = _people(workshop)
    return _letters(workshop, said).where(Person.id.in_(people), wants(Topic.SERVICES))


def seated_to_tell(workshop: Workshop, said: str) -> Select[str, str]:
    """Who comes to a workshop: a change of what they come to is always told them. Keys and addresses."""
    return _letters(workshop, said).where(Person.id.in_(_holders(workshop)), Person.closed_at.is_(None))


def concerned_to_tell(workshop: Workshop, said: str) -> Select[str, str]:
    """Who came, and whoever volunteers without having come. Keys and addresses."""
    people = _people(workshop)
    told = Person.id.in_(people) | Person.id.in_(_holders(workshop))
    return _letters(workshop, said).where(told, wants(Topic.SERVICES))


def _people(workshop: Workshop) -> Select[int]:
    """Who speaks for the collectivités that volunteer, or that stand for one that did and ended."""
    last = holders()
    volunteers = (
        select(func.coalesce(last.c.holder, Interest.siren))
        .outerjoin(last, last.c.siren == Interest.siren)
        .where(Interest.proposal_id == workshop.proposal_id, Interest.status.in_(LIVE))
    )
    return select(Attachment.person_id).where(Attachment.siren.in_(volunteers), Attachment.status == AttachmentStatus.VERIFIED)


def _holders(workshop: Workshop) -> Select[int]:
    return select(Seat.person_id).join(Workshop, Workshop.id == Seat.workshop_id).where(Workshop.id == workshop.id, STILL_COMES)


def _letters(workshop: Workshop, said: str) -> Select[str, str]:
    return select(literal(f"workshop:{workshop.id}:{said}:") + cast(Person.id, String), Person.email)

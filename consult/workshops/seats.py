"""Taking a seat at a workshop, giving it up, and releasing those that nobody may use any more."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.accounts.queries import address_of_person, as_now
from consult.calendar.model import Edition
from consult.ground.actor import VISITOR, Actor
from consult.ground.database import transaction
from consult.ground.refusals import Reason, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.workshops.actions import locked_workshop, record_of, told
from consult.workshops.model import Seat, Workshop
from consult.workshops.queries import IS_TAKEN, STILL_COMES, sheet_within
from consult.workshops.rules import may_attend, may_give_up

BATCH = 100
"""Seats that one turn of `consult work` releases: the next turn goes on."""


def take(actor: Actor, workshop_id: int, *, at: datetime) -> Seat:
    """Come to a workshop, for the actor's collectivité; a receipt goes by mail, with the link of the meeting.

    Two people may want the last seat at the same instant: the row of the workshop is locked, so the second is told that it
    is full.

    Raises Refused with the reason of `may_attend`, NotFound.
    """
    with transaction() as session:
        workshop, edition = locked_workshop(session, workshop_id)
        actor = as_now(session, actor)
        room = sheet_within(session, workshop_id, actor).room
        may_attend(actor, calendar=edition.calendar, room=room, at=at).or_refuse()
        _release_own(session, workshop, actor, at)
        seat = Seat(workshop_id=workshop_id, person_id=actor.person_id, siren=actor.siren, taken_at=at)
        session.add(seat)
        try:
            session.flush()
        except IntegrityError as clash:
            raise Refused(Reason.ALREADY_SEATED) from clash
        record_of(session, EventKind.SEAT_TAKEN, actor, workshop, at)
        post(
            session,
            Notice.WORKSHOP_SEAT,
            address_of_person(seat.person_id),
            key=f"workshop_seat:{seat.id}",
            at=at,
            collectivite=actor.collectivite_name,
            **told(edition, workshop, with_link=True),
        )
    return seat


def give_up(actor: Actor, workshop_id: int, *, at: datetime) -> None:
    """Give one's seat to another.

    Raises Refused with the reason of `may_give_up`, NotFound.
    """
    with transaction() as session:
        workshop, edition = locked_workshop(session, workshop_id)
        room = sheet_within(session, workshop_id, actor).room
        may_give_up(actor, calendar=edition.calendar, room=room, at=at).or_refuse()
        mine = select(Seat).where(Seat.workshop_id == workshop_id, Seat.person_id == actor.person_id, IS_TAKEN)
        seat = session.scalars(mine).one()
        seat.given_up_at = at
        record_of(session, EventKind.SEAT_GIVEN_UP, actor, workshop, at)


def release_seats(*, at: datetime, limit: int = BATCH) -> int:
    """Release the seats, at workshops to come, of those who no longer speak for a collectivité that volunteers; how many.

    Rooms below this one know nothing of workshops: what ends an attachment or an interest leaves the seat, and this follows.
    """
    with transaction() as session:
        lost = session.execute(
            select(Seat, Workshop, Edition, Person)
            .join(Workshop, Workshop.id == Seat.workshop_id)
            .join(Edition, Edition.id == Workshop.edition_id)
            .join(Person, Person.id == Seat.person_id)
            .where(Workshop.starts_at > at, Workshop.cancelled_at.is_(None), IS_TAKEN, ~STILL_COMES)
            .order_by(Seat.id)
            .limit(limit)
            .with_for_update(of=Seat)
        ).all()
        for seat, workshop, edition, person in lost:
            _release(session, seat, workshop, at)
            if person.closed_at is None:
                key = f"workshop_seat:{seat.id}:released"
                post(session, Notice.SEAT_RELEASED, person.email, key=key, at=at, **told(edition, workshop))
        return len(lost)


def _release_own(session: Session, workshop: Workshop, actor: Actor, at: datetime) -> None:
    """A seat taken in a name one no longer speaks in leaves its place to the one being taken."""
    stale = select(Seat).where(Seat.workshop_id == workshop.id, Seat.person_id == actor.person_id, IS_TAKEN)
    if (seat := session.scalars(stale).one_or_none()) is not None:
        _release(session, seat, workshop, at)
        session.flush()


def _release(session: Session, seat: Seat, workshop: Workshop, at: datetime) -> None:
    seat.given_up_at = at
    subject = f"workshop:{workshop.number}"
    record(session, EventKind.SEAT_RELEASED, VISITOR, at=at, edition_id=workshop.edition_id, siren=seat.siren, subject=subject)

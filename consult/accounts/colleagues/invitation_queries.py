"""Reading invitations: those that a collectivité has sent, those that wait for somebody, one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, select
from sqlalchemy.orm import aliased

from consult.accounts.colleagues.rules import MOST_WAITING
from consult.accounts.model import Attachment, AttachmentStatus, Invitation, Person
from consult.accounts.queries import known_as
from consult.accounts.rules import masked_address, readable_address
from consult.ground import vault
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import full_name

FORGOTTEN = ""
"""The address of an invitation that expired long ago: it is over for everyone."""


def serving(at: datetime) -> ColumnElement[bool]:
    """The condition, on Invitation, under which it still brings something: neither closed nor past its instant (outside), and
    sent by somebody who still surely speaks for the collectivité."""
    author = exists().where(
        Attachment.person_id == Invitation.invited_by,
        Attachment.siren == Invitation.siren,
        Attachment.status == AttachmentStatus.VERIFIED,
    )
    return and_(Invitation.closed_at.is_(None), Invitation.expires_at > at, author)


@dataclass(frozen=True, slots=True)
class WaitingInvitation:
    """An invitation of a collectivité that nobody has answered, as its people see it."""

    id: int
    address: str
    by_name: str
    sent_at: datetime
    expires_at: datetime


def waiting_invitations(siren: str, *, at: datetime) -> list[WaitingInvitation]:
    """Those of this collectivité that wait for an answer, the latest first: never more than MOST_WAITING. One statement."""
    rows = reading().execute(
        select(Invitation.id, Invitation.email, Person.name, Invitation.created_at, Invitation.expires_at)
        .join(Person, Person.id == Invitation.invited_by)
        .where(Invitation.siren == siren, serving(at))
        .order_by(Invitation.id.desc())
        .limit(MOST_WAITING)
    )
    return [WaitingInvitation(row.id, readable_address(row.email), *row[2:]) for row in rows]


@dataclass(frozen=True, slots=True)
class ReceivedInvitation:
    """An invitation, as whoever received it sees it."""

    id: int
    siren: str
    collectivite: str
    by_name: str
    by_function: str
    expires_at: datetime
    is_mine: bool
    """Whether it was sent to the address of who reads it, and not by themselves."""
    serves: bool


def invitation_seen_by(person_id: int, invitation_id: int, *, at: datetime) -> ReceivedInvitation:
    """An invitation, as this person may see it: it is for them, or says nothing (`may_answer_invitation`). One statement.

    Raises NotFound.
    """
    row = reading().execute(_received(person_id, at).where(Invitation.id == invitation_id)).one_or_none()
    if row is None:
        raise NotFound
    return _as_received(row)


def invitations_for(person_id: int, *, at: datetime) -> Sequence[ReceivedInvitation]:
    """Those that wait for the address of this person, the first to expire first, at most MOST_LISTED. One statement."""
    statement = (
        _received(person_id, at).where(_IS_MINE, serving(at)).order_by(Invitation.expires_at, Invitation.id).limit(MOST_LISTED)
    )
    return [_as_received(row) for row in reading().execute(statement)]


@dataclass(frozen=True, slots=True)
class AnnouncedInvitation:
    """An invitation, as whoever opens its message reads it before signing in: neither who sent it nor the whole address."""

    collectivite: str
    address: str
    """« a***@mairie.fr »."""


def marked(invitation_id: int) -> str:
    """What the address of an invitation carries in its message: with its number alone, anybody could ask who is invited."""
    return vault.mark(f"invitation:{invitation_id}")


def announced(invitation_id: int, mark: str, *, at: datetime) -> AnnouncedInvitation | None:
    """An invitation that still serves, for who has its message. One statement, none without the right mark."""
    if not vault.is_marked(f"invitation:{invitation_id}", mark):
        return None
    row = (
        reading()
        .execute(
            select(Invitation.email, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
            .join(Collectivite, Collectivite.siren == Invitation.siren)
            .where(Invitation.id == invitation_id, serving(at))
        )
        .one_or_none()
    )
    return AnnouncedInvitation(full_name(*row[1:]), masked_address(row.email)) if row else None


_AUTHOR, _READER = aliased(Person, name="author"), aliased(Person, name="reader")
_IS_MINE = and_(
    Invitation.email_key.in_([_READER.email_key, FORGOTTEN]), _READER.is_address_proved, _READER.id != Invitation.invited_by
)


def _received(person_id: int, at: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Invitation.id,
            Invitation.siren,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            known_as(_AUTHOR).label("by_name"),
            _AUTHOR.function,
            Invitation.expires_at,
            _IS_MINE.label("is_mine"),
            serving(at).label("serves"),
        )
        .join(Collectivite, Collectivite.siren == Invitation.siren)
        .join(_AUTHOR, _AUTHOR.id == Invitation.invited_by)
        .join(_READER, _READER.id == person_id)
    )


def _as_received(row: Row[Any]) -> ReceivedInvitation:
    name = full_name(row.name, row.kind, row.departement_name)
    return ReceivedInvitation(
        row.id, row.siren, name, row.by_name, row.function, row.expires_at, bool(row.is_mine), bool(row.serves)
    )

"""The charter that volunteers accept: every version of it, the one in force, and giving it another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.interests.charter_rules import FIRST, FIRST_REASON, PARTS, Said, charter_name, may_change_charter
from consult.interests.model import Charter
from consult.journal.actions import record
from consult.journal.model import EventKind


@dataclass(frozen=True, slots=True)
class Version:
    """A charter as it was said from an instant on."""

    number: int
    name: str
    at: datetime
    reason: str
    said: Said


def versions(edition: Edition) -> Sequence[Version]:
    """Every version, the one in force first; there is always one. One statement."""
    rows = reading().scalars(_latest_first(edition)).all()
    return [_version(edition, row) for row in rows] or [_first(edition)]


def in_force(edition: Edition) -> Version:
    """The version that is accepted now. One statement."""
    return in_force_within(reading(), edition)


def in_force_within(session: Session, edition: Edition) -> Version:
    """The same inside a transaction that holds the edition: nobody changes it meanwhile."""
    row = session.scalars(_latest_first(edition).limit(1)).first()
    return _version(edition, row) if row else _first(edition)


def accepted(edition: Edition, name: str) -> Version | None:
    """The version that an interest says it accepted; None for one that this edition never had. One statement."""
    return next((version for version in versions(edition) if version.name == name), None)


def change_charter(actor: Actor, edition_id: int, changed: Said, *, read: int, reason: str, at: datetime) -> Version:
    """Give the charter another version: interests declared from now on accept it, earlier ones keep theirs.

    `read` is the version that was in force on the page that asks. The edition is held alone: nobody accepts by half.

    Raises Refused with the reason of `may_change_charter`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        current = in_force_within(session, edition)
        may_change_charter(
            actor,
            calendar=edition.calendar,
            current=current.said,
            changed=changed,
            reason=reason,
            is_as_read=read == current.number,
            at=at,
        ).or_refuse()
        keep_first(session, edition)
        row = Charter(
            edition_id=edition.id,
            version=current.number + 1,
            at=at,
            person_id=actor.person_id,
            reason=reason.strip(),
            said=_whole(changed),
        )
        session.add(row)
        record(
            session,
            EventKind.CHARTER_CHANGED,
            actor,
            at=at,
            edition_id=edition.id,
            version=row.version,
            reason=row.reason,
        )
        return _version(edition, row)


def keep_first(session: Session, edition: Edition) -> None:
    """Write down the words an edition began with, once somebody accepts or replaces them: they no longer follow the software.

    Whoever calls holds the edition alone, or the numbers of its interests.
    """
    if session.scalars(_latest_first(edition).limit(1)).first() is None:
        first = _first(edition)
        session.add(
            Charter(edition_id=edition.id, version=first.number, at=first.at, reason=first.reason, said=_whole(first.said))
        )
        session.flush()


def _latest_first(edition: Edition) -> Select[Charter]:
    return select(Charter).where(Charter.edition_id == edition.id).order_by(Charter.version.desc())


def _version(edition: Edition, row: Charter) -> Version:
    return Version(row.version, charter_name(edition.slug, row.version), row.at, row.reason, row.said)


def _first(edition: Edition) -> Version:
    return Version(1, charter_name(edition.slug, 1), edition.created_at, FIRST_REASON, FIRST)


def _whole(said: Mapping[str, str]) -> dict[str, str]:
    return {part: said[part].strip() for part in PARTS}

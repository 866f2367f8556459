"""Reading editions and their calendar."""

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.orm import Session, joinedload

from consult.calendar.model import CalendarChange, Edition, RulesVersion, Theme
from consult.calendar.rules import BallotSettings
from consult.ground.database import Lock, lock, reading
from consult.ground.refusals import NotFound

_WITH_WINDOWS = select(Edition).options(joinedload(Edition.windows))
_NAMED = _WITH_WINDOWS.where(Edition.slug == bindparam("slug"))
"""Built once: every page of an edition asks it."""


def edition(slug: str) -> Edition:
    """An edition and its windows, in one statement. Raises NotFound."""
    found = reading().scalars(_NAMED, {"slug": slug}).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def locked_edition(session: Session, edition_id: int | ScalarSelect[int], *, alone: bool = False) -> Edition:
    """An edition as it stands now, inside a writing transaction, in order with the moves of its calendar.

    Acts that the calendar gates share the lock; what moves the calendar, freezes the rules or proclaims holds it alone.
    Raises NotFound.
    """
    lock(session, Lock.EDITION, edition_id, shared=not alone)
    found = session.scalars(_WITH_WINDOWS.where(Edition.id == edition_id)).unique().one_or_none()
    if found is None:
        raise NotFound
    return found


def latest_edition() -> Edition | None:
    """The edition shown at `/`: the one whose needs opened, or will open, last."""
    return reading().scalars(_WITH_WINDOWS.order_by(Edition.slug.desc())).unique().first()


def editions() -> Sequence[Edition]:
    """Every edition, latest first."""
    return reading().scalars(_WITH_WINDOWS.order_by(Edition.slug.desc())).unique().all()


def changes(edition_id: int) -> Sequence[CalendarChange]:
    """Every move of a date, latest first."""
    return (
        reading()
        .scalars(
            select(CalendarChange)
            .where(CalendarChange.edition_id == edition_id)
            .order_by(CalendarChange.at.desc(), CalendarChange.id.desc())
        )
        .all()
    )


def ballot_settings(edition: Edition) -> BallotSettings:
    """The rules of the vote that are in force."""
    return BallotSettings(tuple(edition.voter_kinds), edition.max_supports, edition.tallies_hidden)


def last_version(session: Session, edition_id: int) -> int:
    """The number of the rules in force; 0 for an edition that never said any."""
    return session.scalar(select(func.max(RulesVersion.version)).where(RulesVersion.edition_id == edition_id)) or 0


def rules_versions(edition_id: int) -> Sequence[RulesVersion]:
    """Every version of the rules of an edition's vote, latest first."""
    return (
        reading()
        .scalars(select(RulesVersion).where(RulesVersion.edition_id == edition_id).order_by(RulesVersion.version.desc()))
        .all()
    )


def themes(edition_id: int) -> Sequence[Theme]:
    """The themes of an edition, in their order."""
    return reading().scalars(select(Theme).where(Theme.edition_id == edition_id).order_by(Theme.position)).all()

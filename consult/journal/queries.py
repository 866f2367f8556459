"""Reading the journal."""

from sqlalchemy import func, select

from consult.ground.database import reading
from consult.ground.paging import Page, offset
from consult.journal.model import PUBLIC_KINDS, Event

PAGE_SIZE = 50


def public_events(edition_id: int, *, page: int = 1) -> Page[Event]:
    """The public register of an edition, latest first. Two statements."""
    session = reading()
    where = (Event.edition_id == edition_id) & Event.kind.in_(PUBLIC_KINDS)
    total = session.scalar(select(func.count()).select_from(Event).where(where)) or 0
    events = session.scalars(
        select(Event).where(where).order_by(Event.at.desc(), Event.id.desc()).offset(offset(page, PAGE_SIZE)).limit(PAGE_SIZE)
    ).all()
    return Page(events, page, total, PAGE_SIZE)

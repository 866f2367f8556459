"""Reading what was imported."""

from collections.abc import Sequence

from sqlalchemy import select

from consult.contributions.model import ImportRun
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED


def runs(edition_id: int) -> Sequence[ImportRun]:
    """The files brought into an edition, latest first, the last fifty. One statement."""
    latest = select(ImportRun).where(ImportRun.edition_id == edition_id).order_by(ImportRun.id.desc()).limit(MOST_LISTED)
    return reading().scalars(latest).all()

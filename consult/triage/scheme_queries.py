"""Reading the schemes of an edition."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from consult.ground.database import reading
from consult.triage.eligibility import opening
from consult.triage.model import Scheme


def schemes(edition_id: int) -> Sequence[Scheme]:
    """The schemes of an edition, in their order."""
    return reading().scalars(select(Scheme).where(Scheme.edition_id == edition_id).order_by(Scheme.position)).all()


def offered(edition_id: int, today: date) -> Sequence[tuple[Scheme, str]]:
    """The schemes to choose from, each with where it stands on a day in Paris, in words."""
    return [(one, opening(one.opens_on, one.closes_on, today).label.lower()) for one in schemes(edition_id)]

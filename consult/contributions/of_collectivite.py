"""What a collectivité wrote and what it shares, for its page."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select

from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution, MeToo
from consult.contributions.rules import RECEIVED, ContributionType, Status
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, Page


@dataclass(frozen=True, slots=True)
class OfCollectivite:
    """A contribution on the page of a collectivité that wrote it, or shares it."""

    edition_id: int
    number: int
    title: str
    type: ContributionType
    status: Status


def _of_collectivite() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Contribution.edition_id,
            Contribution.number,
            PUBLIC_TITLE,
            Contribution.type,
            Contribution.status,
            func.count().over(),
        )
        .where(Contribution.status.in_(RECEIVED))
        .order_by(Contribution.edition_id.desc(), Contribution.number)
        .limit(MOST_LISTED)
    )


def written_by(siren: str) -> Page[OfCollectivite]:
    """What a collectivité wrote, latest edition first, whatever became of it. One statement."""
    return _page(_of_collectivite().where(Contribution.siren == siren))


def shared_by(siren: str) -> Page[OfCollectivite]:
    """What others wrote and a collectivité shares, latest edition first. One statement."""
    return _page(_of_collectivite().join(MeToo, MeToo.contribution_id == Contribution.id).where(MeToo.siren == siren))


def _page(statement: Select[*tuple[Any, ...]]) -> Page[OfCollectivite]:
    rows = reading().execute(statement).all()
    return Page([OfCollectivite(*row[:-1]) for row in rows], 1, rows[0][-1] if rows else 0, MOST_LISTED)

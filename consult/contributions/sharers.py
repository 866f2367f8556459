"""The whole list of the collectivités that share a contribution."""

from enum import StrEnum

from sqlalchemy import func, select

from consult.contributions.model import MeToo
from consult.contributions.queries import Sharer
from consult.ground.database import reading
from consult.ground.paging import Page, offset
from consult.register.model import Collectivite
from consult.register.rules import full_name

SIZE = 100


class SharersSort(StrEnum):
    """In what order they are listed, as addresses say it."""

    NAME = "nom"
    SAID = "date"

    @property
    def label(self) -> str:
        """As a link."""
        return {SharersSort.NAME: "par ordre alphabétique", SharersSort.SAID: "par date, la première d’abord"}[self]


def sharers(contribution_id: int, sort: SharersSort, *, page: int = 1) -> Page[Sharer]:
    """A page of those that said « nous aussi ». One statement; two when the page asked for is beyond the last."""
    order = (MeToo.at,) if sort is SharersSort.SAID else (Collectivite.search_name, Collectivite.departement)
    kept = MeToo.contribution_id == contribution_id
    columns = (Collectivite.name, Collectivite.kind, Collectivite.departement_name, Collectivite.is_current)
    rows = (
        reading()
        .execute(
            select(MeToo.siren, MeToo.at, *columns, func.count().over().label("total"))
            .join(Collectivite, Collectivite.siren == MeToo.siren)
            .where(kept)
            .order_by(*order, MeToo.siren)
            .offset(offset(page, SIZE))
            .limit(SIZE)
        )
        .all()
    )
    if not rows and page > 1:
        total = reading().scalar(select(func.count()).select_from(MeToo).where(kept)) or 0
        return sharers(contribution_id, sort, page=Page((), 1, total, SIZE).pages)
    found = [Sharer(row.siren, full_name(row.name, row.kind, row.departement_name), row.is_current, row.at) for row in rows]
    return Page(found, page if rows else 1, rows[0].total if rows else 0, SIZE)

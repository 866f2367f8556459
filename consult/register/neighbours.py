"""Collectivités like another: of the same kind and stratum, the nearest first; and what they do."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute

from consult.ground.database import reading
from consult.register.model import Collectivite, Departement
from consult.register.search import LINE, CollectiviteLine

NAMED = 3
"""How many of them are named, whatever they do."""
SHOWN = 5
"""How many things that they do are shown."""
RECENT = 2_000
"""Where there are none near, how many of the latest things that anybody did are looked through."""


def is_like(one: Collectivite) -> ColumnElement[bool]:
    """Whether a Collectivite is of the same kind and stratum, and another."""
    return and_(
        Collectivite.kind == one.kind,
        Collectivite.stratum == one.stratum,
        Collectivite.siren != one.siren,
        Collectivite.is_current,
    )


def is_near(one: Collectivite) -> ColumnElement[bool]:
    """Whether a Collectivite is in a département of the same région; a région has none. Read by ranges of an index."""
    return Collectivite.departement.in_(_departements(one))


def _departements(one: Collectivite) -> Select[str]:
    return select(Departement.code).where(Departement.region == one.region)


def distance(one: Collectivite) -> ColumnElement[int]:
    """0 for a Collectivite of the same département, 1 of the same région, 2 elsewhere."""
    same_departement = Collectivite.departement == one.departement if one.departement else literal(value=False)
    return case((same_departement, 0), (Collectivite.region == one.region, 1), else_=2)


@dataclass(slots=True)
class DoneByAlike:
    """Something that a collectivité does not do, and that others like it do."""

    edition_id: int
    number: int
    title: str
    total: int
    """How many of them."""
    first: list[CollectiviteLine] = field(default_factory=list)
    """The nearest ones."""


def done_by_alike(one: Collectivite, act: Any, of: InstrumentedAttribute[int], *, since: Any, where: Iterable[Any]) -> Subquery:
    """Of the acts of others like this one, the rows of a table that has a `siren`: `key` (the column `of`), and of each key
    `siren`, its `rank` (the nearest, then the oldest first) and `total`.
    """
    nearest = (distance(one), since, act.id)
    return (
        select(
            of.label("key"),
            act.siren,
            func.row_number().over(partition_by=of, order_by=nearest).label("rank"),
            func.count().over(partition_by=of).label("total"),
        )
        .join(Collectivite, Collectivite.siren == act.siren)
        .where(is_like(one), *where)
        .subquery()
    )


def gathered(alike: Subquery, thing: Any, title: InstrumentedAttribute[str], *where: Any) -> Sequence[DoneByAlike]:
    """What they do, the numbered rows of `thing` whose ids are the keys: what most do first. One statement."""
    rows = reading().execute(
        select(thing.edition_id, thing.number, title, alike.c.total, *LINE)
        .join(alike, alike.c.key == thing.id)
        .join(Collectivite, Collectivite.siren == alike.c.siren)
        .where(alike.c.rank <= NAMED, *where)
        .order_by(alike.c.total.desc(), thing.edition_id.desc(), thing.number, alike.c.rank)
        .limit(NAMED * SHOWN)
    )
    found: dict[tuple[int, int], DoneByAlike] = {}
    for edition_id, number, name, total, *line in rows:
        done = found.setdefault((edition_id, number), DoneByAlike(edition_id, number, name, total))
        done.first.append(CollectiviteLine(*line))
    return list(found.values())[:SHOWN]

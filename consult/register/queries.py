"""Reading the register: one collectivité, its members, who took over from whom, how many there are of each kind."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.ground.text import fold
from consult.register.model import Collectivite, Departement, RegisterLoad, Succession
from consult.register.rules import Kind, is_siren
from consult.register.search import LINE, CollectiviteLine, find, search

__all__ = [
    "CollectiviteLine",
    "Past",
    "counts_by_kind",
    "departements",
    "everyone",
    "find",
    "get",
    "goes_on_with",
    "holders",
    "latest_load",
    "lines",
    "members",
    "past_of",
    "places",
    "search",
    "speakers",
    "todays",
]


def get(siren: str) -> Collectivite:
    """A collectivité, current or ended. Raises NotFound."""
    found = reading().get(Collectivite, siren) if is_siren(siren) else None
    if found is None:
        raise NotFound(f"Aucune collectivité n’a le SIREN {siren[:20]!r}.")
    return found


def lines(sirens: Sequence[str]) -> dict[str, CollectiviteLine]:
    """Several collectivités, as a list shows them, by SIREN; unknown ones are left out."""
    rows = reading().execute(select(*LINE).where(Collectivite.siren.in_(sirens)))
    return {row.siren: CollectiviteLine(*row) for row in rows}


def members(siren: str) -> int:
    """How many communes belong to an EPCI, or to the métropole de Lyon."""
    count = select(func.count()).where(Collectivite.epci_siren == siren, Collectivite.is_current)
    return reading().scalar(count) or 0


def holders() -> Subquery:
    """`siren`, `holder`: for each collectivité that was succeeded, the last of its line, main successors followed.

    The last one may have ended too, when nobody is known to succeed it.
    """
    chain = select(Succession.siren, Succession.successor.label("holder")).where(Succession.is_main).cte(recursive=True)
    further = select(chain.c.siren, Succession.successor).join(chain, chain.c.holder == Succession.siren)
    chain = chain.union(further.where(Succession.is_main))
    goes_on = exists().where(Succession.siren == chain.c.holder, Succession.is_main)
    return select(chain.c.siren, chain.c.holder).where(~goes_on).subquery()


def goes_on_with(
    column: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], *sirens: str | None
) -> ColumnElement[bool]:
    """Whether a column names one of these collectivités, or one that ended and that they now stand for."""
    found = holders()
    return column.in_(sirens) | column.in_(select(found.c.siren).where(found.c.holder.in_(sirens)))


def speakers(session: Session, sirens: Iterable[str]) -> Mapping[str, str]:
    """By SIREN, who speaks for a collectivité now: itself, or whoever stands for it since it ended. One statement."""
    asked, found = frozenset(sirens), holders()
    rows = session.execute(select(found.c.siren, found.c.holder).where(found.c.siren.in_(asked)))
    return {siren: siren for siren in asked} | dict(rows.all())


def todays() -> Mapping[str, CollectiviteLine]:
    """By SIREN of each collectivité that ended, the current one that now stands for it, if any. One statement."""
    found = holders()
    rows = reading().execute(
        select(found.c.siren, *LINE).join(Collectivite, Collectivite.siren == found.c.holder).where(Collectivite.is_current)
    )
    return {ended: CollectiviteLine(*line) for ended, *line in rows}


@dataclass(frozen=True, slots=True)
class Past:
    """What came before and after a collectivité, as its page says it."""

    successors: Sequence[CollectiviteLine]
    """The main one first; they may have ended since."""
    taken_over: Sequence[CollectiviteLine]
    """Those it succeeded, wholly or in part, in the order of the alphabet."""


def past_of(siren: str) -> Past:
    """Who succeeded a collectivité, and whom it succeeded. One statement."""
    links = (
        reading()
        .execute(
            select(Succession.successor == Collectivite.siren, *LINE)
            .join(
                Succession,
                ((Succession.siren == siren) & (Succession.successor == Collectivite.siren))
                | ((Succession.successor == siren) & (Succession.siren == Collectivite.siren)),
            )
            .order_by(Succession.is_main.desc(), Collectivite.search_name, Collectivite.siren)
        )
        .all()
    )
    after = [CollectiviteLine(*line) for is_after, *line in links if is_after]
    return Past(after, [CollectiviteLine(*line) for is_after, *line in links if not is_after])


def counts_by_kind() -> dict[Kind, int]:
    """How many current collectivités of each kind there are; empty before the first loading."""
    count = select(Collectivite.kind, func.count()).where(Collectivite.is_current).group_by(Collectivite.kind)
    found = dict(reading().execute(count).all())
    return {kind: found[kind] for kind in Kind if kind in found}


def departements() -> Sequence[tuple[str, str]]:
    """Code and name of every département, in the order of the codes, for filters."""
    return reading().execute(select(Departement.code, Departement.name).order_by(Departement.code)).all()


def places() -> tuple[Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
    """Code and name of every département, in the order of the codes, and of every région, by name. One statement."""
    columns = (Departement.code, Departement.name, Departement.region, Departement.region_name)
    rows = reading().execute(select(*columns).order_by(Departement.code)).all()
    regions = {row.region: row.region_name for row in rows}
    return [(row.code, row.name) for row in rows], sorted(regions.items(), key=lambda region: fold(region[1]))


def everyone() -> Sequence[tuple[str, Kind, int]]:
    """SIREN, kind and population of every current collectivité, in no order. Tens of thousands of rows."""
    columns = select(Collectivite.siren, Collectivite.kind, Collectivite.population)
    return [(siren, kind, population) for siren, kind, population in reading().execute(columns.where(Collectivite.is_current))]


def latest_load() -> RegisterLoad | None:
    """What the base was last brought to, and when."""
    return reading().scalar(select(RegisterLoad).order_by(RegisterLoad.id.desc()).limit(1))

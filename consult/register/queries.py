"""Reading the register: one collectivité, its members, how many there are of each kind."""

from collections.abc import Sequence

from sqlalchemy import func, select

from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite, Departement, RegisterLoad
from consult.register.rules import Kind, is_siren
from consult.register.search import LINE, CollectiviteLine, find, search

__all__ = ["CollectiviteLine", "counts_by_kind", "departements", "find", "get", "latest_load", "lines", "members", "search"]


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


def counts_by_kind() -> dict[Kind, int]:
    """How many current collectivités of each kind there are; empty before the first loading."""
    count = select(Collectivite.kind, func.count()).where(Collectivite.is_current).group_by(Collectivite.kind)
    found = dict(reading().execute(count).all())
    return {kind: found[kind] for kind in Kind if kind in found}


def departements() -> Sequence[tuple[str, str]]:
    """Code and name of every département, in the order of the codes, for filters."""
    return reading().execute(select(Departement.code, Departement.name).order_by(Departement.code)).all()


def everyone() -> Sequence[tuple[str, Kind, int]]:
    """SIREN, kind and population of every current collectivité, in no order. Tens of thousands of rows."""
    columns = select(Collectivite.siren, Collectivite.kind, Collectivite.population)
    return [(siren, kind, population) for siren, kind, population in reading().execute(columns.where(Collectivite.is_current))]


def latest_load() -> RegisterLoad | None:
    """What the base was last brought to, and when."""
    return reading().scalar(select(RegisterLoad).order_by(RegisterLoad.id.desc()).limit(1))

"""Loading the register: the whole file or nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from consult.ground.actor import OPERATOR, Actor
from consult.ground.clock import PARIS
from consult.ground.database import Lock, lock, transaction
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.register import bulk, file
from consult.register.bulk import Progress, Write
from consult.register.model import Collectivite, CollectiviteSearch, CollectiviteWord, Departement, RegisterLoad
from consult.register.rules import Kind, bare_key, search_key, stratum, words_of

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a loading found in the file, and what it changed in the base, by SIREN."""

    vintage: str
    counts: Mapping[Kind, int]
    """Current collectivités of each kind."""
    appeared: Sequence[str] = ()
    changed: Sequence[str] = ()
    disappeared: Sequence[str] = ()

    @property
    def is_unchanged(self) -> bool:
        return not (self.appeared or self.changed or self.disappeared)


def load(path: Path | None = None, *, at: datetime, actor: Actor = OPERATOR, progress: Progress | None = None) -> LoadReport:
    """Bring the base to what a register file says: the one that ships, unless another is given.

    Nobody is removed: who is no longer listed ends on that day, and comes back if a later file lists them again. The
    same file twice is the same as once, and quick.

    Raises file.RegisterFileError when anything is wrong in the file, OSError when it cannot be read: then nothing has
    changed.
    """
    register = file.read(path or file.SHIPPED)
    with transaction() as session:
        lock(session, Lock.REGISTER, "load")
        latest = session.scalar(select(RegisterLoad.digest).order_by(RegisterLoad.id.desc()).limit(1))
        if latest == register.digest:
            return LoadReport(register.vintage, Counter(row.kind for row in register.rows))
        report = _bring_to(session, register, progress or (lambda _done, _all: None), at)
        counts = {kind.value: number for kind, number in report.counts.items()}
        session.add(RegisterLoad(vintage=register.vintage, digest=register.digest, loaded_at=at, counts=counts))
        record(
            session,
            EventKind.REGISTER_LOADED,
            actor,
            at=at,
            vintage=register.vintage,
            counts=counts,
            appeared=len(report.appeared),
            changed=len(report.changed),
            disappeared=len(report.disappeared),
        )
    return report


def _bring_to(session: Session, register: file.RegisterFile, progress: Progress, at: datetime) -> LoadReport:
    """Compare the file with the base, then write the differences."""
    wanted = {row.siren: _values(row) for row in register.rows}
    columns = [getattr(Collectivite, name) for name in next(iter(wanted.values()))]
    # A new vintage alone is no news of a collectivité.
    known: dict[str, Values] = {
        row["siren"]: {**row, "vintage": register.vintage} for row in session.execute(select(*columns)).mappings()
    }
    appeared = [siren for siren in wanted if siren not in known]
    changed = [siren for siren in wanted if siren in known and wanted[siren] != known[siren]]
    disappeared = [siren for siren, values in known.items() if values["is_current"] and siren not in wanted]

    for model in (CollectiviteWord, CollectiviteSearch):
        session.execute(delete(model))
    # Groupings before the communes, which name their own.
    newcomers = sorted((wanted[siren] for siren in appeared), key=lambda values: values["kind"] is Kind.COMMUNE)
    ended = {"is_current": False, "ended_on": at.astimezone(PARIS).date().isoformat()}
    bulk.write(
        session.connection(),
        [
            *_departements(session, register.rows),
            Write.insert(Collectivite, list(newcomers[0]) if newcomers else [], [tuple(row.values()) for row in newcomers]),
            Write.update(Collectivite, "siren", [wanted[siren] for siren in changed]),
            Write.update(Collectivite, "siren", [{"siren": siren, **ended} for siren in disappeared]),
            *_search_index(wanted.values()),
        ],
        progress,
    )
    session.execute(update(Collectivite).where(Collectivite.is_current).values(vintage=register.vintage))
    if session.get_bind().dialect.name == "postgresql":
        # Until the planner knows the new sizes, it searches a hundred times slower; its own rounds may be a minute away.
        session.execute(text("ANALYZE collectivite, collectivite_search, collectivite_word"))
    return LoadReport(register.vintage, Counter(row.kind for row in register.rows), appeared, changed, disappeared)


def _values(row: file.Row) -> Values:
    """What a line of the file says, as columns."""
    return {
        "siren": row.siren,
        "kind": row.kind,
        "category": row.category,
        "name": row.name,
        "search_name": search_key(row.name),
        "insee": row.insee or None,
        "departement": row.departement or None,
        "departement_name": row.departement_name or None,
        "region": row.region,
        "region_name": row.region_name,
        "population": row.population,
        "stratum": stratum(row.population),
        "epci_siren": row.epci_siren or None,
        "postal_codes": row.postal_codes,
        "former_insee": "",
        "vintage": row.vintage,
        "is_current": True,
        "ended_on": None,
    }


def _departements(session: Session, rows: Sequence[file.Row]) -> Iterable[Write]:
    """The départements the rows are in. Communes have the last word on names: the row of Alsace gives two."""
    ordered = sorted(rows, key=lambda row: (row.kind is not Kind.SPECIAL_STATUS, row.kind is Kind.COMMUNE))
    names = ("code", "name", "region", "region_name")
    wanted = {
        row.departement: (row.departement, row.departement_name, row.region, row.region_name)
        for row in ordered
        if row.departement
    }
    known = set(session.scalars(select(Departement.code)))
    yield Write.insert(Departement, names, [place for code, place in wanted.items() if code not in known])
    there = [dict(zip(names, place, strict=True)) for code, place in wanted.items() if code in known]
    yield Write.update(Departement, "code", there)


def _search_index(wanted: Iterable[Values]) -> Iterable[Write]:
    """What `queries.search` reads, in the order of its keys."""
    folded = cache(search_key)
    entries: list[tuple[object, ...]] = []
    words: list[tuple[str, int]] = []
    for rank, values in enumerate(sorted(wanted, key=lambda row: (-row["population"], row["siren"])), start=1):
        name = values["search_name"]
        codes = (values["insee"] or "", values["departement"] or "", values["postal_codes"])
        keys = (name, folded(values["departement_name"] or ""), *(code.lower() for code in codes))
        found_by = words_of(keys, values["kind"], values["category"])
        entries.append((rank, values["siren"], values["kind"], name, bare_key(name), "".join(f" {w}" for w in found_by)))
        words.extend((word, rank) for word in found_by)
    yield Write.insert(CollectiviteSearch, ("rank", "siren", "kind", "name", "bare_name", "terms"), entries)
    yield Write.insert(CollectiviteWord, ("word", "rank"), sorted(words))

"""Loading the register: the whole file or nothing."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Executable, Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from consult.ground.actor import OPERATOR, Actor
from consult.ground.clock import PARIS
from consult.ground.database import Lock, lock, transaction
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.register import file
from consult.register.model import Collectivite, CollectiviteSearch, CollectiviteWord, Departement, RegisterLoad
from consult.register.rules import Kind, bare_key, search_key, stratum, words_of

Values = dict[str, Any]
Progress = Callable[[int, int], None]
"""Told, as a loading goes, how many rows are written and how many there are to write."""

BATCH = 10_000


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
    """Compare the file with the base, then write the differences, table by table."""
    wanted = {row.siren: _values(row) for row in register.rows}
    columns = [_COLLECTIVITE.c[name] for name in next(iter(wanted.values()))]
    # A new vintage alone is no news of a collectivité.
    known: dict[str, Values] = {
        row["siren"]: {**row, "vintage": register.vintage} for row in session.execute(select(*columns)).mappings()
    }
    appeared = [siren for siren in wanted if siren not in known]
    changed = [siren for siren in wanted if siren in known and wanted[siren] != known[siren]]
    disappeared = [siren for siren, values in known.items() if values["is_current"] and siren not in wanted]

    writes = [
        *_places(session, register.rows),
        # A commune names its EPCI, which must be there first.
        (
            insert(_COLLECTIVITE),
            sorted((wanted[siren] for siren in appeared), key=lambda row: row["kind"] is Kind.COMMUNE),
        ),
        (_by_siren(), [_change(wanted[siren]) for siren in changed]),
        (_by_siren(), [{"key": siren, "is_current": False, "ended_on": _day(at)} for siren in disappeared]),
        *_search_index(wanted.values()),
    ]
    for table in (_WORD, _SEARCH):
        session.execute(delete(table))
    _write(session.connection(), writes, progress)
    session.execute(update(_COLLECTIVITE).where(_COLLECTIVITE.c.is_current).values(vintage=register.vintage))
    return LoadReport(register.vintage, Counter(row.kind for row in register.rows), appeared, changed, disappeared)


_COLLECTIVITE, _DEPARTEMENT, _SEARCH, _WORD = (
    cast(Table, model.__table__) for model in (Collectivite, Departement, CollectiviteSearch, CollectiviteWord)
)
Write = tuple[Executable, Sequence[Values]]


def _write(connection: Connection, writes: Sequence[Write], progress: Progress) -> None:
    total, done = sum(len(rows) for _, rows in writes), 0
    for statement, rows in writes:
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            connection.execute(statement, batch)
            done += len(batch)
            progress(done, total)


def _by_siren() -> Executable:
    """Sets, on the row whose SIREN is `key`, the columns it is given."""
    return update(_COLLECTIVITE).where(_COLLECTIVITE.c.siren == bindparam("key"))


def _change(values: Values) -> Values:
    return {"key": values["siren"], **{name: value for name, value in values.items() if name != "siren"}}


def _day(at: datetime) -> date:
    return at.astimezone(PARIS).date()


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
        "vintage": row.vintage,
        "is_current": True,
        "ended_on": None,
    }


def _places(session: Session, rows: Sequence[file.Row]) -> Iterable[Write]:
    """The départements the rows are in. Communes have the last word: Alsace's row names two."""
    wanted = {
        row.departement: {
            "code": row.departement,
            "name": row.departement_name,
            "region": row.region,
            "region_name": row.region_name,
        }
        for row in sorted(rows, key=lambda row: (row.kind is not Kind.SPECIAL_STATUS, row.kind is Kind.COMMUNE))
        if row.departement
    }
    known = set(session.scalars(select(Departement.code)))
    yield insert(_DEPARTEMENT), [wanted[code] for code in sorted(set(wanted) - known)]
    yield (
        update(_DEPARTEMENT).where(_DEPARTEMENT.c.code == bindparam("key")),
        [{"key": code, **wanted[code]} for code in sorted(set(wanted) & known)],
    )


def _search_index(wanted: Iterable[Values]) -> Iterable[Write]:
    """What `queries.search` reads, in the order of its keys."""
    folded = cache(search_key)
    entries: list[Values] = []
    words: list[tuple[str, int]] = []
    for rank, values in enumerate(sorted(wanted, key=lambda row: (-row["population"], row["siren"])), start=1):
        codes = (values["insee"] or "", values["departement"] or "", values["postal_codes"])
        keys = (values["search_name"], folded(values["departement_name"] or ""), *(code.lower() for code in codes))
        found_by = words_of(keys, values["kind"], values["category"])
        words.extend((word, rank) for word in found_by)
        entries.append(
            {
                "rank": rank,
                "siren": values["siren"],
                "kind": values["kind"],
                "name": values["search_name"],
                "bare_name": bare_key(values["search_name"]),
                "terms": "".join(f" {word}" for word in found_by),
            }
        )
    yield insert(_SEARCH), entries
    yield insert(_WORD), [{"word": word, "rank": rank} for word, rank in sorted(words)]

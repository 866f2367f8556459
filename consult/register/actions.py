"""Loading the register: the whole file or nothing; saying who succeeds whom where the register does not."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from consult.ground.actor import OPERATOR, Actor
from consult.ground.clock import PARIS
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import Fact, record, record_many
from consult.journal.model import EventKind
from consult.register import bulk, file, rules
from consult.register.bulk import Progress, Write
from consult.register.model import (
    Collectivite,
    CollectiviteSearch,
    CollectiviteWord,
    Departement,
    RegisterLoad,
    Succession,
)
from consult.register.rules import Kind, bare_key, full_name, search_key, stratum, words_of
from consult.register.successions import Heir, Line, heirs

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
    returned: Sequence[str] = ()
    """Among the changed, those that had ended: whoever succeeded them no longer does."""
    heirs: Sequence[Heir] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """With its département, of everyone that this report speaks of."""
    effects: Mapping[str, int] = field(default_factory=dict)
    """What later rooms did about it, as `Step` counts it."""

    @property
    def is_unchanged(self) -> bool:
        return not (self.appeared or self.changed or self.disappeared)

    @property
    def without_heir(self) -> Sequence[str]:
        """Those that disappear and whose successor the register does not say."""
        settled = {heir.siren for heir in self.heirs}
        return [siren for siren in self.disappeared if siren not in settled]


Step = Callable[[Session, LoadReport, Actor, datetime], Mapping[str, int]]
"""What a room further down the list does about a loading, in its transaction; counts what it did, each under a name of its
own."""


@dataclass(frozen=True, slots=True)
class Consequences:
    """What the other rooms do about a loading. The register knows none of them: whoever loads says which."""

    hold: Callable[[Session], None] = lambda _session: None
    """Takes their locks, before the first row is touched: locks and rows are always waited for in that order."""
    steps: Sequence[Step] = ()


class _Rehearsed(Exception):
    """Ends a loading that was only to be seen."""


def load(
    path: Path | None = None,
    *,
    at: datetime,
    actor: Actor = OPERATOR,
    progress: Progress | None = None,
    then: Consequences = Consequences(),
    is_rehearsal: bool = False,
) -> LoadReport:
    """Bring the base to what a register file says: the one that ships, unless another is given.

    Nobody is removed: who is no longer listed ends on that day, and comes back if a later file lists them again. Who succeeds
    them is worked out and kept; `then` is what other rooms do about it, in the same transaction. The same file twice is the
    same as once, and quick. A rehearsal does it all, reports it, and leaves everything as it was.

    Raises file.RegisterFileError when anything is wrong in the file, OSError when it cannot be read: then nothing has
    changed.
    """
    register = file.read(path or file.SHIPPED)
    report = LoadReport(register.vintage, Counter(row.kind for row in register.rows))
    try:
        with transaction() as session:
            lock(session, Lock.REGISTER, "load")
            latest = session.scalar(select(RegisterLoad.digest).order_by(RegisterLoad.id.desc()).limit(1))
            if latest == register.digest:
                return report
            then.hold(session)
            report = _bring_to(session, register, progress or (lambda _done, _all: None), at)
            report = _settle(session, report, register, actor, then, at)
            if is_rehearsal:
                raise _Rehearsed
    except _Rehearsed:
        pass
    return report


def _settle(
    session: Session, report: LoadReport, register: file.RegisterFile, actor: Actor, then: Consequences, at: datetime
) -> LoadReport:
    """Keep what the loading found, have the other rooms follow, and tell the journal."""
    # Whoever is there again is nobody's past.
    current = select(Collectivite.siren).where(Collectivite.is_current)
    session.execute(delete(Succession).where(Succession.siren.in_(current)))
    _succeed(session, report.heirs, actor, source="register", at=at)
    effects = _followed(session, report, actor, then, at)
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
        effects=effects,
    )
    return replace(report, effects=effects)


def _succeed(session: Session, found: Sequence[Heir], actor: Actor, *, source: str, at: datetime, **data: Any) -> None:
    if found:
        session.execute(
            insert(Succession),
            [
                {"siren": one.siren, "successor": one.successor, "is_main": one.is_main, "recorded_at": at, "source": source}
                for one in found
            ],
        )
    facts = (
        Fact(one.siren, data={"successor": one.successor, "is_main": one.is_main, "source": source, **data}) for one in found
    )
    record_many(session, EventKind.COLLECTIVITE_SUCCEEDED, actor, facts, at=at)


def succeed(
    ended: str,
    successor: str,
    *,
    reason: str,
    at: datetime,
    actor: Actor = OPERATOR,
    then: Consequences = Consequences(),
) -> LoadReport:
    """Say who succeeds a collectivité that ended, where the register does not say it, or says it wrong; reports what followed.

    Raises NotFound for a SIREN that nobody has, Refused with the reason of `may_succeed`.
    """
    with transaction() as session:
        lock(session, Lock.REGISTER, "load")
        then.hold(session)
        both = {
            line.siren: line for line in session.scalars(select(Collectivite).where(Collectivite.siren.in_((ended, successor))))
        }
        for siren in (ended, successor):
            if siren not in both:
                raise NotFound(f"Aucune collectivité n’a le SIREN {siren[:20]!r}.")
        rules.may_succeed(
            actor, is_ended=not both[ended].is_current, is_current=both[successor].is_current, reason=reason
        ).or_refuse()
        session.execute(delete(Succession).where(Succession.siren == ended))
        heir = Heir(ended, successor, is_main=True)
        _succeed(session, [heir], actor, source="operator", at=at, reason=reason.strip())
        names = {siren: line.full_name for siren, line in both.items()}
        report = LoadReport(both[successor].vintage, {}, heirs=[heir], names=names)
        effects = _followed(session, report, actor, then, at)
    return replace(report, effects=effects)


def _followed(session: Session, report: LoadReport, actor: Actor, then: Consequences, at: datetime) -> Mapping[str, int]:
    effects: dict[str, int] = {}
    for step in then.steps:
        effects |= step(session, report, actor, at)
    return effects


def _bring_to(session: Session, register: file.RegisterFile, progress: Progress, at: datetime) -> LoadReport:
    """Compare the file with the base, then write the differences."""
    wanted = {row.siren: _values(row) for row in register.rows}
    columns = [getattr(Collectivite, name) for name in next(iter(wanted.values()))]
    # A new vintage alone is no news of a collectivité.
    known: dict[str, Values] = {
        row["siren"]: {**row, "vintage": register.vintage} for row in session.execute(select(*columns)).mappings()
    }
    if not register.says_former:
        for siren in wanted.keys() & known.keys():
            wanted[siren]["former_insee"] = known[siren]["former_insee"]
    appeared = [siren for siren in wanted if siren not in known]
    changed = [siren for siren in wanted if siren in known and wanted[siren] != known[siren]]
    disappeared = [siren for siren, values in known.items() if values["is_current"] and siren not in wanted]
    returned = [siren for siren in changed if not known[siren]["is_current"]]
    found = _heirs(session, known, wanted)

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
    spoken_of = (*appeared, *changed, *disappeared, *(siren for one in found for siren in (one.siren, one.successor)))
    return LoadReport(
        register.vintage,
        Counter(row.kind for row in register.rows),
        appeared,
        changed,
        disappeared,
        returned,
        heirs=found,
        names={siren: _full_name(wanted.get(siren) or known[siren]) for siren in spoken_of},
    )


def _heirs(session: Session, known: Mapping[str, Values], wanted: Mapping[str, Values]) -> list[Heir]:
    """Who succeeds those that are not, or no longer, listed and whose successor nobody has said yet."""
    missing = known.keys() - wanted.keys()
    missing -= set(session.scalars(select(Succession.siren)))
    if not missing:
        return []
    return heirs(
        [_line(known[siren]) for siren in missing],
        before=(_line(values) for values in known.values() if values["is_current"]),
        now=[_line(values) for values in wanted.values()],
    )


def _line(values: Values) -> Line:
    return Line(
        siren=values["siren"],
        kind=values["kind"],
        insee=values["insee"] or "",
        former_insee=values["former_insee"],
        departement=values["departement"] or "",
        population=values["population"],
        epci_siren=values["epci_siren"] or "",
    )


def _full_name(values: Values) -> str:
    return full_name(values["name"], values["kind"], values["departement_name"])


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
        "former_insee": row.former_insee,
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

"""Bringing in a file of contributions that were gathered elsewhere: all of it, or nothing; twice is once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import Any

from sqlalchemy import Table as DatabaseTable
from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.calendar.model import Theme
from consult.calendar.numbers import following, lock_numbers
from consult.calendar.queries import locked_edition
from consult.contributions.import_file import Fault, ImportFault, read_table, shown
from consult.contributions.import_rows import Entry, Known, Reading, read, sirens_in
from consult.contributions.model import Contribution, ContributionTheme, ContributionWord, ImportRun
from consult.contributions.postings import Postings
from consult.contributions.rules import Status, may_import, search_text
from consult.contributions.stems import compared, stem_set
from consult.contributions.terms import TermsToAdd, marks, terms
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.text import fold
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum, full_name

BATCH = 500
FIRST_SHOWN = 10
LONGEST_SOURCE = 60

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How a file is to be taken. Empty: its source is read from its addresses, and nobody is given what nobody says."""

    source: str = ""
    default_theme: str = ""
    """The slug of the theme of what names none that is known."""
    gathered_by: str = ""
    """The SIREN of the collectivité in whose name come contributions that name nobody."""


@dataclass(frozen=True, slots=True)
class Preview:
    """One of the first contributions of a file, as it would be written."""

    line: int
    title: str
    speaker: str
    themes: Sequence[str]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import wrote, or would write."""

    source: str
    is_decidim: bool
    encoding: str
    separator: str
    created: int
    skipped: int
    """Already imported, by their reference."""
    first: Sequence[Preview]
    unknown_themes: Sequence[tuple[str, int]]
    withdrawn: int
    """Left out: their authors took them back where they wrote them."""
    late: int
    ignored: Sequence[str]
    numbers: tuple[int, int] | None
    """The first and the last number given."""


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    departement: str | None
    region: str | None
    kind: Kind
    stratum: Stratum


def import_contributions(
    actor: Actor,
    edition_id: int,
    content: bytes,
    options: ImportOptions,
    *,
    at: datetime,
    is_rehearsal: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Write every contribution of a file that is not there yet, under the next numbers; a rehearsal writes nothing.

    Raises Refused with the reason of `may_import`; ImportFault with every fault of the file.
    """
    may_import(actor, calendar=locked_edition(reading(), edition_id).calendar, at=at).or_refuse()
    table = read_table(content)
    themes = reading().scalars(select(Theme).where(Theme.edition_id == edition_id)).all()
    places = _places(reading(), {*sirens_in(table), options.gathered_by})
    found = read(table, _known(themes, places, options, at), options.source.strip()[:LONGEST_SOURCE])
    with transaction() as session:  # the file is judged before: nobody waits for that
        actor = as_now(session, actor)
        edition = locked_edition(session, edition_id)
        may_import(actor, calendar=edition.calendar, at=at).or_refuse()
        lock_numbers(session, Contribution, edition_id)
        fresh = _fresh(session, edition_id, found)
        start = session.execute(following(Contribution, edition_id)).scalar_one()
        labels = {theme.id: theme.label for theme in themes}
        report = ImportReport(
            source=found.source,
            is_decidim=found.is_decidim,
            encoding=table.encoding,
            separator=table.separator,
            created=len(fresh),
            skipped=len(found.entries) - len(fresh),
            first=[_preview(entry, places, labels) for entry in fresh[:FIRST_SHOWN]],
            unknown_themes=found.unknown_themes.most_common(),
            withdrawn=found.withdrawn,
            late=found.late,
            ignored=found.ignored,
            numbers=(start, start + len(fresh) - 1) if fresh else None,
        )
        if fresh and not is_rehearsal:
            _write(session, edition_id, found.source, fresh, places, start=start, at=at, progress=progress)
            _tell(session, actor, edition_id, report, sha256(content).hexdigest(), at=at)
    return report


def _known(themes: Sequence[Theme], places: dict[str, _Place], options: ImportOptions, at: datetime) -> Known:
    """What the file is judged by. Raises ImportFault for an option that names nothing."""
    by_name = {fold(name): theme.id for theme in themes for name in (theme.slug, theme.label)}
    default = by_name.get(fold(options.default_theme))
    faults = []
    if options.default_theme and default is None:
        faults.append(Fault(0, "", f"le thème {shown(options.default_theme)} n’est pas de cette édition"))
    if options.gathered_by and options.gathered_by not in places:
        faults.append(Fault(0, "", f"{shown(options.gathered_by)} n’est le SIREN d’aucune collectivité du registre"))
    if faults:
        raise ImportFault(faults)
    return Known(by_name, frozenset(places), at, default, options.gathered_by or None)


def _places(session: Session, sirens: set[str]) -> dict[str, _Place]:
    columns = (
        Collectivite.siren,
        Collectivite.name,
        Collectivite.kind,
        Collectivite.departement_name,
        Collectivite.departement,
        Collectivite.region,
        Collectivite.stratum,
    )
    wanted, found = iter(sorted(sirens)), {}
    while some := list(islice(wanted, BATCH)):
        for row in session.execute(select(*columns).where(Collectivite.siren.in_(some))):
            name = full_name(row.name, row.kind, row.departement_name)
            found[row.siren] = _Place(name, row.departement, row.region, row.kind, row.stratum)
    return found


def _fresh(session: Session, edition_id: int, found: Reading) -> list[Entry]:
    """What this source has not brought yet, in the order of the file."""
    before = set(
        session.scalars(
            select(Contribution.source_reference).where(
                Contribution.edition_id == edition_id, Contribution.source == found.source
            )
        )
    )
    return [entry for entry in found.entries if entry.reference not in before]


def _preview(entry: Entry, places: dict[str, _Place], labels: dict[int, str]) -> Preview:
    return Preview(entry.line, entry.title, _speaker(entry, places), [labels[theme] for theme in entry.themes])


def _speaker(entry: Entry, places: dict[str, _Place]) -> str:
    return places[entry.siren].name if entry.siren else entry.partner or ""


def _write(
    session: Session,
    edition_id: int,
    source: str,
    entries: list[Entry],
    places: dict[str, _Place],
    *,
    start: int,
    at: datetime,
    progress: Progress | None,
) -> None:
    """The rows, a batch at a time, then what is derived from them."""
    contribution: DatabaseTable = Contribution.__table__  # type: ignore[assignment]
    theme: DatabaseTable = ContributionTheme.__table__  # type: ignore[assignment]
    said, stems = TermsToAdd(), Postings(ContributionWord)
    rows = _rows(edition_id, source, entries, places, start=start, at=at)
    done = 0
    while batch := list(islice(rows, BATCH)):
        session.execute(contribution.insert(), batch)
        for row in batch:
            said.add(row["number"], terms(row["search_text"]))
            said.add(row["number"], marks(row, entries[row["number"] - start].themes))
            stems.add(row["number"], stem_set(compared(row["title"], row["situation"], row["effects"])))
        done += len(batch)
        if progress:
            progress(done, len(entries))
    written = (Contribution.edition_id == edition_id, Contribution.number >= start)
    ids = dict(session.execute(select(Contribution.number, Contribution.id).where(*written)).all())
    links = ((ids[number], one) for number, entry in enumerate(entries, start) for one in entry.themes)
    while some := list(islice(links, BATCH)):
        session.execute(theme.insert(), [{"contribution_id": id_, "theme_id": one} for id_, one in some])
    said.write(session, edition_id)
    stems.write(session, edition_id, ids)


def _rows(
    edition_id: int, source: str, entries: list[Entry], places: dict[str, _Place], *, start: int, at: datetime
) -> Iterator[dict[str, Any]]:
    nothing = dict.fromkeys(("url", "repository", "licence", "users", "funding_purpose", "status_reason", "hidden_reason"), "")
    for number, entry in enumerate(entries, start):
        place = places.get(entry.siren or "")
        yield nothing | {
            "edition_id": edition_id,
            "number": number,
            "type": entry.type,
            "siren": entry.siren,
            "partner": entry.partner,
            "departement": place.departement if place else None,
            "region": place.region if place else None,
            "kind": place.kind if place else None,
            "stratum": place.stratum if place else None,
            "profile": entry.profile,
            "function": entry.function,
            "title": entry.title,
            "situation": entry.situation,
            "audience": entry.audience,
            "effects": entry.effects,
            "search_text": search_text(_speaker(entry, places), entry.title, entry.situation, entry.audience, entry.effects),
            "status": Status.PUBLISHED,
            "status_at": at,
            "published_at": entry.published_at,
            "revision": 0,
            "source": source,
            "source_reference": entry.reference,
        }


def _tell(session: Session, actor: Actor, edition_id: int, report: ImportReport, digest: str, *, at: datetime) -> None:
    session.add(
        ImportRun(
            edition_id=edition_id,
            at=at,
            person_id=actor.person_id,
            source=report.source,
            digest=digest,
            created=report.created,
            skipped=report.skipped,
        )
    )
    record(
        session,
        EventKind.CONTRIBUTIONS_IMPORTED,
        actor,
        at=at,
        edition_id=edition_id,
        source=report.source,
        created=report.created,
        skipped=report.skipped,
        digest=digest,
    )

"""Reading contributions: the list and its filters, one of them, who shares it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, case, cast, exists, func, select
from sqlalchemy.orm import joinedload, selectinload

from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution, ContributionTheme, MeToo
from consult.contributions.rules import RECEIVED, ContributionType, Status, searched_words
from consult.contributions.terms import MARKED, Numbers, holding, marks
from consult.ground.actor import Profile
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum, full_name, kind_label

BEGINNING = 600
"""Characters of a text that a feed gives."""


class Sort(StrEnum):
    """In what order contributions are listed, as addresses say it. The number makes every order total."""

    RECENT = "recent"
    OLDEST = "ancien"
    SHARED = "partage"
    WAITING = "attente"

    @property
    def label(self) -> str:
        return {
            Sort.RECENT: "les plus récentes d’abord",
            Sort.OLDEST: "les plus anciennes d’abord",
            Sort.SHARED: "les plus partagées d’abord",
            Sort.WAITING: "celles qui attendent d’abord",
        }[self]


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list keeps, and in what order it shows it. None and "" keep everything."""

    type: ContributionType | None = None
    theme_id: int | None = None
    status: Status | None = None
    departement: str | None = None
    region: str | None = None
    kind: Kind | None = None
    stratum: Stratum | None = None
    siren: str | None = None
    words: str = ""
    hidden: bool = False
    """Only those whose text the team hid."""
    sort: Sort = Sort.RECENT


@dataclass(frozen=True, slots=True)
class ContributionLine:
    """One line of a list: what it is, who wrote it, how many share it."""

    id: int
    number: int
    type: ContributionType
    status: Status
    title: str
    siren: str | None
    is_current: bool
    """Whether the collectivité still exists; a partner does."""
    speaker: str
    """The collectivité with its département, or the partner's organisation."""
    kind_label: str | None
    population: int | None
    profile: Profile | None
    """None when it was imported, and its file did not say."""
    function: str
    source: str | None
    """Where it was imported from."""
    me_too: int
    theme_ids: tuple[int, ...]
    scheme_id: int | None
    published_at: datetime
    revision: int
    is_hidden: bool
    """Whether the team hid its text: the title says so in its place."""


_THEME_IDS = (
    select(func.aggregate_strings(cast(ContributionTheme.theme_id, String), ","))
    .where(ContributionTheme.contribution_id == Contribution.id)
    .correlate(Contribution)
).scalar_subquery()
_COLUMNS = (
    Contribution.id,
    Contribution.number,
    Contribution.type,
    Contribution.status,
    PUBLIC_TITLE.label("title"),
    Contribution.siren,
    Contribution.partner,
    Contribution.profile,
    Contribution.function,
    Contribution.source,
    Contribution.scheme_id,
    Contribution.published_at,
    Contribution.revision,
    Contribution.hidden_at,
    Contribution.me_too_count,
    Collectivite.name,
    Collectivite.kind,
    Collectivite.category,
    Collectivite.population,
    Collectivite.departement_name,
    Collectivite.is_current,
)


def find(edition_id: int, filters: Filters, *, page: int = 1, size: int = PAGE_SIZE) -> Page[ContributionLine]:
    """A page of the contributions of an edition. One statement; two when the page asked for is beyond the last.

    The ids of the page are found first, from an index; only what is shown is then joined. To search, and to keep a theme, takes
    two statements, three when a status is kept too: which hold the words is known before any is read.
    """
    if searched_words(filters.words) or (filters.theme_id and _is_marked(filters)):
        return _held(edition_id, filters, page, size)
    kept, order = _kept(edition_id, filters), _order(filters.sort)
    total = select(func.count()).select_from(Contribution).where(*kept).scalar_subquery()
    ids = select(Contribution.id).where(*kept).order_by(*order).offset(offset(page, size)).limit(size).subquery()
    rows = reading().execute(_lines(total.label("total")).join(ids, ids.c.id == Contribution.id).order_by(*order)).all()
    if rows:
        return Page([_line(row) for row in rows], page, rows[0].total, size)
    if page == 1:
        return Page([], 1, 0, size)
    last = Page((), 1, reading().scalar(select(total)) or 0, size).pages
    return find(edition_id, filters, page=last, size=size)


def _held(edition_id: int, filters: Filters, page: int, size: int) -> Page[ContributionLine]:
    found = _holding(edition_id, filters)
    listed = None if _is_marked(filters) else _listed(edition_id, filters, found)
    total = len(found if listed is None else listed)
    page = min(page, Page((), 1, total, size).pages)
    here = slice(first := offset(page, size), first + size)
    shown = found.some(here, latest_first=filters.sort is Sort.RECENT) if listed is None else listed[here]
    by_number = {line.number: line for line in _numbered(edition_id, shown)} if shown else {}
    return Page([by_number[number] for number in shown], page, total, size)


def _is_marked(filters: Filters) -> bool:
    """Whether the words and marks say it all: neither the status nor the order of the list depends on what became of them."""
    return not filters.status and not filters.hidden and filters.sort in (Sort.RECENT, Sort.OLDEST)


def _holding(edition_id: int, filters: Filters) -> Numbers:
    """The numbers of those that hold the words and bear the marks. A number typed alone is found too."""
    words = searched_words(filters.words)
    also = None
    if len(words) == 1 and words[0].isdecimal() and len(words[0]) < 8:
        also = select(Contribution.number).where(*_kept(edition_id, filters), Contribution.number == int(words[0]))
    wanted = marks({name: getattr(filters, name) for name in MARKED}, [filters.theme_id] if filters.theme_id else [])
    return holding(edition_id, words, wanted, also=also, but_hidden=bool(words) and not filters.hidden)


FEW = 500
"""Numbers that a statement is given one by one; beyond, what is kept is read whole, and compared here."""


def _listed(edition_id: int, filters: Filters, found: Numbers) -> Sequence[int]:
    """Those found that the other filters keep, in the order of the list. One statement."""
    kept = _kept(edition_id, Filters(status=filters.status, hidden=filters.hidden))
    if len(found) <= FEW:
        kept.append(Contribution.number.in_(list(found)))
    numbers = reading().scalars(select(Contribution.number).where(*kept).order_by(*_order(filters.sort)))
    return [number for number in numbers if number in found]


def _numbered(edition_id: int, numbers: Sequence[int]) -> Sequence[ContributionLine]:
    rows = reading().execute(_lines().where(Contribution.edition_id == edition_id, Contribution.number.in_(numbers)))
    return [_line(row) for row in rows]


def latest(edition_id: int, filters: Filters, *, size: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """The last ones that a list keeps, latest first, with the beginning of their text; hidden ones left out.

    One statement; two or three when words are searched.
    """
    kept = [*_kept(edition_id, filters), Contribution.hidden_at.is_(None)]
    if searched_words(filters.words):
        recent = replace(filters, sort=Sort.RECENT)
        found = _holding(edition_id, recent)
        some = found.some(slice(0, size + 1), latest_first=True)  # one of them, found by its number, may be hidden
        kept.append(Contribution.number.in_(some if _is_marked(recent) else _listed(edition_id, recent, found)[: size + 1]))
    ids = select(Contribution.id).where(*kept).order_by(Contribution.number.desc()).limit(size).subquery()
    beginning = func.substr(Contribution.situation, 1, BEGINNING).label("beginning")
    entries = _lines(beginning, Contribution.status_at).join(ids, ids.c.id == Contribution.id)
    return reading().execute(entries.order_by(Contribution.number.desc())).all()


def lines(contribution_ids: Sequence[int] | Select[Any]) -> Sequence[ContributionLine]:
    """These contributions as lines, by number. One statement."""
    rows = reading().execute(
        _lines().where(Contribution.id.in_(contribution_ids)).order_by(Contribution.edition_id, Contribution.number)
    )
    return [_line(row) for row in rows]


def _lines(*more: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS, _THEME_IDS.label("theme_ids"), *more)
        .select_from(Contribution)
        .outerjoin(Collectivite, Collectivite.siren == Contribution.siren)
    )


def _line(row: Any) -> ContributionLine:
    return ContributionLine(
        id=row.id,
        number=row.number,
        type=row.type,
        status=row.status,
        title=row.title,
        siren=row.siren,
        is_current=row.is_current is not False,
        speaker=full_name(row.name, row.kind, row.departement_name) if row.siren else row.partner,
        kind_label=kind_label(row.kind, row.category) if row.siren else None,
        population=row.population,
        profile=row.profile,
        function=row.function,
        source=row.source,
        me_too=row.me_too_count,
        theme_ids=tuple(sorted(int(theme) for theme in (row.theme_ids or "").split(",") if theme)),
        scheme_id=row.scheme_id,
        published_at=row.published_at,
        revision=row.revision,
        is_hidden=row.hidden_at is not None,
    )


_PLACED = (Contribution.departement, Contribution.region, Contribution.kind, Contribution.stratum, Contribution.siren)


def _kept(edition_id: int, filters: Filters) -> list[ColumnElement[bool]]:
    """What the filters keep, the words apart."""
    kept: list[ColumnElement[bool]] = [
        Contribution.edition_id == edition_id,
        Contribution.status == filters.status if filters.status else Contribution.status != Status.DRAFT,
    ]
    if filters.type:
        kept.append(Contribution.type == filters.type)
    for column in _PLACED:
        if wanted := getattr(filters, column.key):
            kept.append(column == wanted)
    if filters.theme_id:
        kept.append(
            exists().where(ContributionTheme.contribution_id == Contribution.id, ContributionTheme.theme_id == filters.theme_id)
        )
    if filters.hidden:
        kept.append(Contribution.hidden_at.is_not(None))
    return kept


def _order(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    match sort:
        case Sort.RECENT:
            return (Contribution.number.desc(),)
        case Sort.OLDEST:
            return (Contribution.number.asc(),)
        case Sort.SHARED:
            return (Contribution.me_too_count.desc(), Contribution.number.desc())
        case Sort.WAITING:
            waits = case((Contribution.status == Status.PUBLISHED, 0), else_=1)
            return (waits.asc(), Contribution.number.asc())


def one(edition_id: int, number: int) -> Contribution:
    """A contribution by its number, with its collectivité and its themes. Two statements. Raises NotFound, for a draft too."""
    found = (
        reading()
        .scalars(
            select(Contribution)
            .where(Contribution.edition_id == edition_id, Contribution.number == number, Contribution.status.in_(RECEIVED))
            .options(joinedload(Contribution.collectivite), selectinload(Contribution.themes))
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found


def ids_of(edition_id: int, numbers: Sequence[int]) -> dict[int, int]:
    """The ids of contributions by their numbers; unknown numbers are absent."""
    rows = reading().execute(
        select(Contribution.number, Contribution.id).where(
            Contribution.edition_id == edition_id, Contribution.number.in_(numbers), Contribution.status.in_(RECEIVED)
        )
    )
    return {row.number: row.id for row in rows}


_ID = select(Contribution.id).where(
    Contribution.edition_id == bindparam("edition"),
    Contribution.number == bindparam("number"),
    Contribution.status != Status.DRAFT,
)


def id_of(edition_id: int, number: int) -> int:
    """The id of a contribution by its number, unread. One statement. Raises NotFound, for a draft too."""
    found = reading().scalar(_ID, {"edition": edition_id, "number": number})
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Sharer:
    """A collectivité that said « nous aussi », and when."""

    siren: str
    name: str
    is_current: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who shares a contribution: the first to say so, how many in all, and whether the reader's collectivité did."""

    first: Sequence[Sharer]
    total: int
    ours: bool


SHARERS_SHOWN = 60


def sharing(contribution_id: int, siren: str | None) -> Sharing:
    """Who shares a contribution, first said first. One statement. `siren` is the reader's."""
    ours = exists().where(MeToo.contribution_id == contribution_id, MeToo.siren == siren)
    rows = (
        reading()
        .execute(
            select(
                MeToo.siren,
                MeToo.at,
                Collectivite.name,
                Collectivite.kind,
                Collectivite.departement_name,
                Collectivite.is_current,
                func.count().over().label("total"),
                ours.label("ours"),
            )
            .join(Collectivite, Collectivite.siren == MeToo.siren)
            .where(MeToo.contribution_id == contribution_id)
            .order_by(MeToo.at, MeToo.siren)
            .limit(SHARERS_SHOWN)
        )
        .all()
    )
    first = [Sharer(row.siren, full_name(row.name, row.kind, row.departement_name), row.is_current, row.at) for row in rows]
    return Sharing(first, rows[0].total, bool(rows[0].ours)) if rows else Sharing([], 0, ours=False)

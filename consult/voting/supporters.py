"""Who supports a proposition, or any: of which sorts they are, and one by one; never a person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select

from consult.accounts.model import Attachment
from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.ground.paging import Page, offset
from consult.register.model import Collectivite
from consult.register.queries import places
from consult.register.rules import Kind, Stratum, full_name
from consult.voting.model import Support
from consult.voting.queries import ballot_rules, counts, totals
from consult.voting.rules import may_name_supporters, may_see_tallies

_SORTS = (Support.kind, Support.stratum, Support.departement, Support.region)
Sorted = Row[*tuple[Any, ...]]


def supports_by_sort(*of: ColumnElement[bool]) -> Sequence[Sorted]:
    """How many supports that count each sort of collectivités gave, as the register said of them when they did."""
    return (
        reading()
        .execute(
            select(*_SORTS, func.count().label("total"))
            .join(Attachment, Attachment.id == Support.attachment_id)
            .where(*of, counts())
            .group_by(*_SORTS)
        )
        .all()
    )


def how_many(edition: Edition, proposal_ids: Sequence[int], *, at: datetime) -> Mapping[int, int]:
    """How many collectivités support each of these propositions; nothing at all until the vote has closed. One statement."""
    if not may_name_supporters(ballot_rules(edition), at):
        return {}
    rows = reading().execute(
        select(Support.proposal_id, func.count())
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.proposal_id.in_(proposal_ids), Support.edition_id == edition.id, counts())
        .group_by(Support.proposal_id)
    )
    return dict.fromkeys(proposal_ids, 0) | dict(rows.all())


# ── of each sort ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Group:
    """How many collectivités of one sort support a proposition."""

    key: str
    label: str
    supports: int


@dataclass(frozen=True, slots=True)
class Supporters:
    """How many collectivités support a proposition, in all and of each sort, those that nobody is of included."""

    total: int
    by_kind: Sequence[Group]
    by_stratum: Sequence[Group]
    by_departement: Sequence[Group]
    """By code; régions, which have none, are left out."""
    by_region: Sequence[Group]


def supporters(edition: Edition, proposal_id: int, *, at: datetime) -> Supporters:
    """Of which sorts those who support a proposition are. Two statements.

    Raises Refused while the tallies are secret, whoever asks.
    """
    may_see_tallies(ballot_rules(edition), at).or_refuse()
    rows = supports_by_sort(Support.edition_id == edition.id, Support.proposal_id == proposal_id)
    by_code, regions = places()
    kinds = [(kind.value, kind.plural) for kind in Kind if kind.value in edition.voter_kinds]
    return Supporters(
        total=sum(row.total for row in rows),
        by_kind=_groups(kinds, rows, lambda row: row.kind),
        by_stratum=_groups([(band.value, band.label) for band in Stratum], rows, lambda row: row.stratum),
        by_departement=_groups(by_code, rows, lambda row: row.departement),
        by_region=_groups(regions, rows, lambda row: row.region),
    )


def _groups(sorts: Iterable[tuple[str, str]], rows: Iterable[Sorted], sort: Callable[[Sorted], str | None]) -> list[Group]:
    gave = totals(rows, sort)
    return [Group(key, label, gave[key]) for key, label in sorts]


@dataclass(frozen=True, slots=True)
class Breakdown:
    """Who supports one proposition: how many collectivités of each kind and of each stratum."""

    by_kind: Sequence[tuple[str, int]]
    by_stratum: Sequence[tuple[str, int]]


def breakdown(edition: Edition, proposal_id: int, *, at: datetime) -> Breakdown:
    """Who supports a proposition, by kind and by stratum, those without any left out. One statement.

    Raises Refused while the tallies are secret, whoever asks.
    """
    may_see_tallies(ballot_rules(edition), at).or_refuse()
    rows = supports_by_sort(Support.edition_id == edition.id, Support.proposal_id == proposal_id)
    kinds, strata = totals(rows, lambda row: row.kind), totals(rows, lambda row: row.stratum)
    return Breakdown(
        by_kind=[(kind.plural if kinds[kind] > 1 else kind.label, kinds[kind]) for kind in Kind if kinds[kind]],
        by_stratum=[(band.label, strata[band]) for band in Stratum if strata[band]],
    )


# ── one by one ───────────────────────────────────────────────────────────────────────────

WITHOUT = "aucun"
"""What stands for the code of a département for those that have none: the régions."""
NAMES_PAGE = 100


@dataclass(frozen=True, slots=True)
class Supporter:
    """A collectivité that supports a proposition: the one that gave its voice, even if another carries it on since."""

    siren: str
    name: str
    is_current: bool
    departement: str | None
    """Code, as the register had it when the support was given."""


def named(edition: Edition, proposal_id: int, *, among: str | None, total: int, page: int, at: datetime) -> Page[Supporter]:
    """Who supports a proposition, département after département, then by name; `among` the code of one, or WITHOUT.
    The last page, when there are not as many as `page`.

    Raises Refused until the vote has closed, and while the tallies are secret, whoever asks. One statement.
    """
    may_name_supporters(ballot_rules(edition), at).or_refuse()
    number = min(page, Page([], 1, total, NAMES_PAGE).pages)
    within = [] if among is None else [Support.departement == among] if among != WITHOUT else [Support.departement.is_(None)]
    columns = (Collectivite.siren, Collectivite.name, Collectivite.kind, Collectivite.departement_name, Collectivite.is_current)
    rows = reading().execute(
        select(*columns, Support.departement)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .join(Collectivite, Collectivite.siren == Support.siren)
        .where(Support.edition_id == edition.id, Support.proposal_id == proposal_id, counts(), *within)
        .order_by(Support.departement.is_(None), Support.departement, Collectivite.search_name, Collectivite.siren)
        .limit(NAMES_PAGE)
        .offset(offset(number, NAMES_PAGE))
    )
    found = [
        Supporter(row.siren, full_name(row.name, row.kind, row.departement_name), row.is_current, row.departement)
        for row in rows
    ]
    return Page(found, number, total, NAMES_PAGE)

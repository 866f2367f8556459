"""Reading propositions, and what ties each one to contributions and to the collectivités behind them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, bindparam, func, select, union
from sqlalchemy.sql.selectable import Subquery

from consult.calendar.model import Edition
from consult.contributions.model import Contribution, MeToo
from consult.contributions.queries import ContributionLine, lines
from consult.contributions.rules import search_text, searched_words
from consult.ground.database import ask, reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.proposals.model import Proposal, ProposalContribution, ProposalCorrection, WithdrawnProposal
from consult.register.model import Collectivite
from consult.register.search import LINE, CollectiviteLine


@dataclass(frozen=True, slots=True)
class ProposalLine:
    """One line of a list: what it proposes, how many contributions it answers, how many collectivités are behind them."""

    id: int
    number: int
    title: str
    summary: str
    is_fictitious: bool
    contributions: int
    collectivites: int
    """Those that wrote one of its contributions or said « nous aussi » to one: each counted once."""


def find(edition_id: int, *, words: str = "", page: int = 1, size: int = PAGE_SIZE) -> Page[ProposalLine]:
    """A page of the propositions of an edition, by number. One statement; two to search, two more beyond the last page."""
    asked: dict[str, Any] = {"edition": edition_id, "first": offset(page, size), "size": size}
    if searched_words(words):
        lines = ask(_FIND_AMONG, asked | {"ids": _searched(edition_id, words)}).all()
    else:
        lines = ask(_FIND, asked).all()
    if lines:
        return Page([ProposalLine(*line[:-1]) for line in lines], page, lines[0].total, size)
    if page == 1:
        return Page([], 1, 0, size)
    last = find(edition_id, words=words, size=size)
    return find(edition_id, words=words, page=last.pages, size=size) if last.pages > 1 else last


def _page(*kept: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Built once: it is the list that everyone who votes reads."""
    total = select(func.count()).select_from(Proposal).where(*kept).scalar_subquery()
    first, size = bindparam("first", type_=Integer), bindparam("size", type_=Integer)
    ids = select(Proposal.id).where(*kept).order_by(Proposal.number).offset(first).limit(size).subquery()
    behind = _behind(ids)
    answered = (
        select(func.count())
        .select_from(ProposalContribution)
        .where(ProposalContribution.proposal_id == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    return (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.title,
            Proposal.summary,
            Proposal.is_fictitious,
            answered.label("contributions"),
            func.coalesce(behind.c.collectivites, 0).label("collectivites"),
            total.label("total"),
        )
        .join(ids, ids.c.id == Proposal.id)
        .outerjoin(behind, behind.c.proposal_id == Proposal.id)
        .order_by(Proposal.number)
    )


def _searched(edition_id: int, words: str) -> list[int]:
    """The propositions that hold every word. Some dozens in an edition: folding them here costs less than a column."""
    rows = reading().execute(
        select(Proposal.id, Proposal.title, Proposal.summary, Proposal.changes, Proposal.for_whom).where(
            Proposal.edition_id == edition_id
        )
    )
    wanted = [f" {word}" for word in searched_words(words)]
    folded = {row.id: search_text(*row[1:]) for row in rows}
    return [id_ for id_, text in folded.items() if all(word in text for word in wanted)]


def _behind(ids: Subquery) -> Subquery:
    """How many collectivités stand behind each proposition of a page."""
    wanted = ProposalContribution.proposal_id.in_(select(ids.c.id))
    each = union(
        select(ProposalContribution.proposal_id, Contribution.siren)
        .join(Contribution, Contribution.id == ProposalContribution.contribution_id)
        .where(wanted, Contribution.siren.is_not(None)),
        select(ProposalContribution.proposal_id, MeToo.siren)
        .join(MeToo, MeToo.contribution_id == ProposalContribution.contribution_id)
        .where(wanted),
    ).subquery()
    return select(each.c.proposal_id, func.count().label("collectivites")).group_by(each.c.proposal_id).subquery()


_IN_EDITION = Proposal.edition_id == bindparam("edition")
_FIND = _page(_IN_EDITION)
_FIND_AMONG = _page(_IN_EDITION, Proposal.id.in_(bindparam("ids", expanding=True)))


def one(edition_id: int, number: int) -> Proposal:
    """A proposition by its number. One statement. Raises NotFound."""
    found = (
        reading()
        .scalars(
            select(Proposal)
            .where(Proposal.edition_id == edition_id, Proposal.number == number)
            .execution_options(populate_existing=True)
        )
        .one_or_none()
    )
    if found is None:
        raise NotFound
    return found


def contributions_of(proposal_id: int) -> Sequence[ContributionLine]:
    """Every contribution it answers, by number. One statement."""
    return lines(select(ProposalContribution.contribution_id).where(ProposalContribution.proposal_id == proposal_id))


def withdrawn(slug: str, number: int) -> WithdrawnProposal | None:
    """The proposition of this address, if it was withdrawn before the vote. One statement."""
    return (
        reading()
        .scalars(
            select(WithdrawnProposal)
            .join(Edition, Edition.id == WithdrawnProposal.edition_id)
            .where(Edition.slug == slug, WithdrawnProposal.number == number)
        )
        .one_or_none()
    )


@dataclass(frozen=True, slots=True)
class Sharers:
    """The collectivités that wrote none of the contributions but said « nous aussi »: the first ones, and how many in all."""

    first: Sequence[CollectiviteLine]
    """In the order of the alphabet."""
    total: int


SHARERS_SHOWN = 60


def sharers_of(proposal_id: int) -> Sharers:
    """Who shares the contributions of a proposition without having written any. One statement."""
    answered = select(ProposalContribution.contribution_id).where(ProposalContribution.proposal_id == proposal_id)
    authors = select(Contribution.siren).where(Contribution.id.in_(answered), Contribution.siren.is_not(None))
    sayers = select(MeToo.siren).where(MeToo.contribution_id.in_(answered))
    rows: Sequence[Any] = (
        reading()
        .execute(
            select(func.count().over(), *LINE)
            .where(Collectivite.siren.in_(sayers), Collectivite.siren.not_in(authors))
            .order_by(Collectivite.search_name, Collectivite.siren)
            .limit(SHARERS_SHOWN)
        )
        .all()
    )
    return Sharers([CollectiviteLine(*line) for _, *line in rows], rows[0][0] if rows else 0)


@dataclass(frozen=True, slots=True)
class ProposalRef:
    """A proposition as other pages name it."""

    id: int
    number: int
    title: str


def answering(contribution_ids: Sequence[int]) -> Mapping[int, Sequence[ProposalRef]]:
    """The propositions that answer each of these contributions, by number. One statement."""
    rows = reading().execute(
        select(ProposalContribution.contribution_id, Proposal.id, Proposal.number, Proposal.title)
        .join(Proposal, Proposal.id == ProposalContribution.proposal_id)
        .where(ProposalContribution.contribution_id.in_(contribution_ids))
        .order_by(ProposalContribution.contribution_id, Proposal.number)
    )
    found: dict[int, list[ProposalRef]] = defaultdict(list)
    for row in rows:
        found[row.contribution_id].append(ProposalRef(row.id, row.number, row.title))
    return found


def corrections_of(proposal_id: int) -> Sequence[ProposalCorrection]:
    """What was corrected in a proposition once the vote had opened, latest first. One statement."""
    return (
        reading()
        .scalars(
            select(ProposalCorrection)
            .where(ProposalCorrection.proposal_id == proposal_id)
            .order_by(ProposalCorrection.at.desc(), ProposalCorrection.id.desc())
        )
        .all()
    )


def choices(edition_id: int) -> Sequence[ProposalRef]:
    """Every proposition of an edition, by number, to choose from."""
    rows = reading().execute(
        select(Proposal.id, Proposal.number, Proposal.title).where(Proposal.edition_id == edition_id).order_by(Proposal.number)
    )
    return [ProposalRef(*row) for row in rows]

"""The lines of each open data file, read a batch at a time: a file is never held in memory, nor a transaction open.

No file holds a person's name or e-mail address. What is secret at `at` stays out: nothing of a vote before its close, no
decision before the proclamation.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select, tuple_

from consult.accounts.model import Attachment
from consult.calendar.model import CalendarChange, Edition, Theme
from consult.calendar.queries import changes
from consult.calendar.rules import Stage
from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution, ContributionTheme, MeToo
from consult.contributions.rules import RECEIVED
from consult.ground.cells import line, listed
from consult.ground.database import reading
from consult.ground.refusals import NotFound
from consult.interests.model import Interest
from consult.interests.rules import LIVE
from consult.opendata.reading import WHO_AND_WHERE, AnySelect, Asked, Lines, batches, grouped
from consult.opendata.rules import may_publish
from consult.opendata.schema import FILES
from consult.opendata.service_lines import SERVICE_LINES, service_sizes
from consult.proposals.model import Proposal, ProposalContribution
from consult.register.model import Collectivite
from consult.selection.queries import corrections, proclaimed
from consult.triage.model import Scheme
from consult.voting.journal import how_many, texts
from consult.voting.model import Support
from consult.voting.queries import counts, ranked


def csv(name: str, asked: Asked) -> Iterator[str]:
    """A file, line by line, its headers first. The same for the page and for the command.

    Raises NotFound for a name that is no file's, Refused with the reason of `may_publish`; both before the first line.
    """
    if name not in FILES:
        raise NotFound
    may_publish(name, asked.edition.calendar, asked.at).or_refuse()
    return _csv(name, asked)


def _csv(name: str, asked: Asked) -> Iterator[str]:
    yield line(FILES[name].headers)
    if name == "vote_journal":  # the very words that were sealed
        yield from (f"{text}\r\n" for text in texts(asked.edition.id, at=asked.at))
        return
    for values in _LINES[name](asked):
        yield line(values)


def sizes(edition: Edition, at: datetime) -> Mapping[str, int | None]:
    """How many lines each file has, its headers left out; None for one that may not be read yet. One statement."""
    of = edition.id
    found = reading().execute(
        select(
            _count(Contribution, Contribution.edition_id == of, Contribution.status.in_(RECEIVED)).label("contributions"),
            _count(Proposal, Proposal.edition_id == of).label("proposals"),
            select(func.count())
            .select_from(Support)
            .join(Attachment, Attachment.id == Support.attachment_id)
            .where(Support.edition_id == of, counts())
            .scalar_subquery()
            .label("supports"),
            how_many(of).label("vote_journal"),
            _count(Interest, Interest.edition_id == of, Interest.status.in_(LIVE)).label("interests"),
            *(count.scalar_subquery().label(name) for name, count in service_sizes(of).items()),
            _count(CalendarChange, CalendarChange.edition_id == of).label("calendar_changes"),
        )
    )
    counted = found.one()._asdict()
    return {name: counted[name] if may_publish(name, edition.calendar, at) else None for name in FILES}


def _count(table: type, *where: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()


def _contributions(asked: Asked) -> Lines:
    for rows in batches(lambda number: _contributions_after(asked.edition.id, number), 0, lambda row: row.number):
        ids = [row.id for row in rows]
        themes = grouped(
            select(ContributionTheme.contribution_id, Theme.slug)
            .join(Theme, Theme.id == ContributionTheme.theme_id)
            .where(ContributionTheme.contribution_id.in_(ids))
            .order_by(Theme.position)
        )
        proposals = grouped(
            select(ProposalContribution.contribution_id, Proposal.number)
            .join(Proposal, Proposal.id == ProposalContribution.proposal_id)
            .where(ProposalContribution.contribution_id.in_(ids))
            .order_by(Proposal.number)
        )
        shared = grouped(
            select(MeToo.contribution_id, func.count()).where(MeToo.contribution_id.in_(ids)).group_by(MeToo.contribution_id)
        )
        for row in rows:
            yield (
                row.number,
                row.type,
                row.title,
                row.situation,
                row.audience,
                row.effects,
                listed(themes.get(row.id, ())),
                row.status,
                row.status_reason,
                row.code,
                listed(proposals.get(row.id, ())),
                row.siren,
                row.name,
                row.kind,
                row.insee,
                row.departement,
                row.region,
                row.stratum,
                row.profile,
                row.function,
                sum(shared.get(row.id, ())),
                row.published_at,
                asked.url("contributions", row.number),
            )


_TEXTS = (Contribution.situation, Contribution.audience, Contribution.effects)
"""What a hidden contribution does not say."""


def _contributions_after(edition_id: int, number: int) -> AnySelect:
    return (
        select(
            Contribution.id,
            Contribution.number,
            Contribution.type,
            PUBLIC_TITLE.label("title"),
            *(case((Contribution.hidden_at.is_(None), text), else_="").label(text.key) for text in _TEXTS),
            Contribution.status,
            Contribution.status_reason,
            Scheme.code,
            Contribution.siren,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.insee,
            Contribution.departement,
            Collectivite.region,
            Collectivite.stratum,
            Contribution.profile,
            Contribution.function,
            Contribution.published_at,
        )
        .outerjoin(Collectivite, Collectivite.siren == Contribution.siren)
        .outerjoin(Scheme, Scheme.id == Contribution.scheme_id)
        .where(Contribution.edition_id == edition_id, Contribution.status.in_(RECEIVED), Contribution.number > number)
        .order_by(Contribution.number)
    )


def _proposals(asked: Asked) -> Lines:
    edition = asked.edition
    decisions = {decision.proposal_id: decision for decision in proclaimed(edition.id)}
    corrected = corrections([one.proposal_id for one in decisions.values() if one.corrections])
    votes: dict[int, tuple[int, int]] = {}
    if edition.calendar.has_closed(Stage.VOTING, asked.at):
        votes = {one.tally.proposal_id: (one.tally.supports, one.rank) for one in ranked(edition, at=asked.at)}
        votes |= {one.proposal_id: (one.supports, one.rank) for one in decisions.values()}
    answered = grouped(
        select(ProposalContribution.proposal_id, Contribution.number)
        .join(Contribution, Contribution.id == ProposalContribution.contribution_id)
        .where(Contribution.edition_id == edition.id)
        .order_by(Contribution.number)
    )
    for one in reading().execute(
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.summary)
        .where(Proposal.edition_id == edition.id)
        .order_by(Proposal.number)
    ):
        supports, rank = votes.get(one.id, (None, None))
        decision = decisions.get(one.id)
        yield (
            one.number,
            one.title,
            one.summary,
            listed(answered.get(one.id, ())),
            supports,
            rank,
            decision.outcome if decision else None,
            decision.reason if decision else None,
            asked.url("propositions", one.number),
            decision.explanation if decision else None,
            decision.recusals if decision else None,
            decision.now if decision else None,
            last[-1].reason if (last := corrected.get(one.id)) else None,
            last[-1].at if last else None,
        )


def _supports(asked: Asked) -> Lines:
    """By proposition, then by SIREN of who gave it: an order that says nothing of who came first."""
    of_edition = select(Proposal.id, Proposal.number).where(Proposal.edition_id == asked.edition.id).order_by(Proposal.number)
    for proposal_id, number in reading().execute(of_edition).all():

        def following(after: tuple[str, int], proposal_id: int = proposal_id) -> AnySelect:
            columns = (Support.siren, Support.kind, Support.departement, Support.stratum, Support.given_at, Support.receipt)
            return (
                select(*columns, Support.id)
                .join(Attachment, Attachment.id == Support.attachment_id)
                .where(Support.proposal_id == proposal_id, tuple_(Support.siren, Support.id) > after, counts())
                .order_by(Support.siren, Support.id)
            )

        for rows in batches(following, ("", 0), lambda row: (row.siren, row.id)):
            yield from ((number, *row[:-1]) for row in rows)


def _interests(asked: Asked) -> Lines:
    def following(number: int) -> AnySelect:
        return (
            select(
                Interest.number,
                Proposal.number.label("proposal"),
                *WHO_AND_WHERE,
                Interest.level,
                Interest.status,
                Interest.charter,
                Interest.submitted_at,
                Interest.decided_at,
                Interest.waiting_rank,
            )
            .join(Proposal, Proposal.id == Interest.proposal_id)
            .join(Collectivite, Collectivite.siren == Interest.siren)
            .where(Interest.edition_id == asked.edition.id, Interest.status.in_(LIVE), Interest.number > number)
            .order_by(Interest.number)
        )

    for rows in batches(following, 0, lambda row: row.number):
        yield from rows


def _calendar_changes(asked: Asked) -> Lines:
    for change in reversed(changes(asked.edition.id)):
        read = change.reopened if change.stage is Stage.VOTING and asked.edition.tallies_hidden else None
        yield (
            change.at,
            change.stage,
            change.old_opens_at,
            change.old_closes_at,
            change.new_opens_at,
            change.new_closes_at,
            change.reason,
            read.since if read else None,
        )


_LINES: Mapping[str, Callable[[Asked], Lines]] = {
    "contributions": _contributions,
    "proposals": _proposals,
    "supports": _supports,
    "interests": _interests,
    **SERVICE_LINES,
    "calendar_changes": _calendar_changes,
}

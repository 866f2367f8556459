"""Reading what became of contributions, and what still waits."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, String, func, literal, select, union_all
from sqlalchemy import cast as as_type

from consult.contributions.model import Contribution, ContributionTheme
from consult.contributions.rules import RECEIVED, ContributionType, Status
from consult.ground.database import reading
from consult.proposals.model import Proposal, ProposalContribution
from consult.triage.model import Scheme


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a contribution went: a proposition that answers it, or a scheme."""

    number: int | None
    """The proposition's; None for a scheme."""
    name: str
    key: int
    """The id of the proposition or of the scheme."""


def destinations(contribution_ids: Sequence[int]) -> Mapping[int, Sequence[Destination]]:
    """Where each of these contributions went, propositions by number; those that went nowhere are absent. One statement."""
    answered = (
        select(
            ProposalContribution.contribution_id.label("contribution_id"),
            Proposal.number.label("number"),
            Proposal.title.label("name"),
            Proposal.id.label("key"),
        )
        .join(Proposal, Proposal.id == ProposalContribution.proposal_id)
        .where(ProposalContribution.contribution_id.in_(contribution_ids))
    )
    sent = (
        select(Contribution.id, as_type(literal(None), Integer), Scheme.name, Scheme.id)
        .join(Scheme, Scheme.id == Contribution.scheme_id)
        .where(Contribution.id.in_(contribution_ids))
    )
    every = union_all(answered, sent).subquery()
    found: dict[int, list[Destination]] = defaultdict(list)
    for row in reading().execute(select(every).order_by(every.c.contribution_id, every.c.number)):
        found[row.contribution_id].append(Destination(row.number, row.name, row.key))
    return found


def awaiting() -> Mapping[int, int]:
    """How many contributions wait for an answer, by edition; an edition where none waits is absent. One statement."""
    rows = reading().execute(
        select(Contribution.edition_id, func.count())
        .where(Contribution.status == Status.PUBLISHED)
        .group_by(Contribution.edition_id)
    )
    return dict(rows.all())


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of every contribution of an edition, at one instant.

    `by_status` has every status of `RECEIVED`, so received = awaiting + reoriented + ineligible + grouped + withdrawn holds by
    addition, never by subtraction. A contribution with three themes is in three rows of `by_theme`.
    """

    by_type: Mapping[tuple[ContributionType, Status], int]
    by_theme: Mapping[tuple[int, Status], int]
    by_scheme: Mapping[int, int]
    """Reoriented contributions by scheme."""

    @property
    def received(self) -> int:
        return sum(self.by_type.values())

    @property
    def by_status(self) -> Mapping[Status, int]:
        return {status: sum(self.of(type_, status) for type_ in ContributionType) for status in RECEIVED}

    def of(self, type_: ContributionType, status: Status) -> int:
        """How many of this type stand there."""
        return self.by_type.get((type_, status), 0)

    def of_theme(self, theme_id: int, status: Status) -> int:
        """How many of this theme stand there."""
        return self.by_theme.get((theme_id, status), 0)


def outcomes(edition_id: int) -> Outcomes:
    """Count everything in one statement: the figures are of one instant, so they add up at every instant."""
    received = (Contribution.edition_id == edition_id) & (Contribution.status != Status.DRAFT)
    no_type, no_key = as_type(literal(None), String), as_type(literal(None), Integer)
    status = as_type(Contribution.status, String)
    by_type = (
        select(
            literal("type").label("what"),
            as_type(Contribution.type, String).label("type"),
            no_key.label("key"),
            status.label("status"),
            func.count().label("n"),
        )
        .where(received)
        .group_by(Contribution.type, Contribution.status)
    )
    by_theme = (
        select(literal("theme"), no_type, ContributionTheme.theme_id, status, func.count())
        .join(Contribution, Contribution.id == ContributionTheme.contribution_id)
        .where(received)
        .group_by(ContributionTheme.theme_id, Contribution.status)
    )
    by_scheme = (
        select(literal("scheme"), no_type, Contribution.scheme_id, status, func.count())
        .where(received, Contribution.scheme_id.is_not(None))
        .group_by(Contribution.scheme_id, Contribution.status)
    )
    rows: Sequence[Any] = reading().execute(union_all(by_type, by_theme, by_scheme)).all()
    return Outcomes(
        by_type={(ContributionType(row.type), Status(row.status)): row.n for row in rows if row.what == "type"},
        by_theme={(row.key, Status(row.status)): row.n for row in rows if row.what == "theme"},
        by_scheme={row.key: row.n for row in rows if row.what == "scheme"},
    )

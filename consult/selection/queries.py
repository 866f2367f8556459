"""Reading decisions: proclaimed ones for everybody, prepared ones for the committee only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, select, union
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, Person, Topic
from consult.accounts.queries import known_as, wants
from consult.contributions.model import Contribution
from consult.ground.database import reading
from consult.proposals.model import Proposal, ProposalContribution
from consult.selection.model import Decision, Outcome
from consult.selection.rules import departures
from consult.voting.model import Support
from consult.voting.queries import counts
from consult.voting.rules import Ranked, Tally

ORDER = case({Outcome.RETAINED: 0, Outcome.DEFERRED: 1}, value=Decision.outcome, else_=2)
"""Retained first, then deferred, then not retained."""


# ── proclaimed: for everybody ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Proclaimed:
    """A decision that has been proclaimed, with the result it stood on."""

    proposal_id: int
    number: int
    title: str
    summary: str
    is_fictitious: bool
    outcome: Outcome
    reason: str
    proclaimed_at: datetime
    supports: int
    rank: int


def _proclaimed() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.title,
            Proposal.summary,
            Proposal.is_fictitious,
            Decision.outcome,
            Decision.reason,
            Decision.proclaimed_at,
            Decision.supports,
            Decision.rank,
        )
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(Decision.proclaimed_at.is_not(None))
    )


def proclaimed(edition_id: int) -> Sequence[Proclaimed]:
    """Every proclaimed decision of an edition, retained first, then by rank; none before the proclamation."""
    rows = reading().execute(_proclaimed().where(Proposal.edition_id == edition_id).order_by(ORDER, Decision.rank))
    return [Proclaimed(*row) for row in rows]


def retained(edition_id: int) -> Sequence[Proclaimed]:
    """The retained propositions of an edition, by rank; none before the proclamation."""
    return [decision for decision in proclaimed(edition_id) if decision.outcome is Outcome.RETAINED]


def decision_of(proposal_id: int) -> Proclaimed | None:
    """What was decided of a proposition; None before the proclamation."""
    row = reading().execute(_proclaimed().where(Proposal.id == proposal_id)).one_or_none()
    return Proclaimed(*row) if row else None


# ── prepared: for the committee ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the deliberation stands on a proposition; for the committee only (`rules.may_read_deliberation`)."""

    proposal_id: int
    number: int
    title: str
    outcome: Outcome | None
    reason: str
    prepared_at: datetime | None
    by_name: str

    def unsaid(self) -> "Prepared":
        """The same line for someone outside the committee: the proposition alone."""
        return Prepared(self.proposal_id, self.number, self.title, None, "", None, "")


def _prepared() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.title,
            Decision.outcome,
            func.coalesce(Decision.reason, ""),
            Decision.prepared_at,
            func.coalesce(known_as(), ""),
        )
        .outerjoin(Decision, Decision.proposal_id == Proposal.id)
        .outerjoin(Person, Person.id == Decision.prepared_by)
    )


def deliberation(edition_id: int) -> Sequence[Prepared]:
    """Every proposition of the edition by number, with its decision if it has one. One statement."""
    rows = reading().execute(_prepared().where(Proposal.edition_id == edition_id).order_by(Proposal.number))
    return [Prepared(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Progress:
    """How many propositions there are, and how many have their decision: all that those outside the committee may know."""

    proposals: int
    decided: int

    @property
    def is_complete(self) -> bool:
        return 0 < self.proposals == self.decided


# ── who is told ──────────────────────────────────────────────────────────────────────────


def _concerned(edition_id: int) -> Select[int, int]:
    """(person, proposition): who wrote a contribution that it answers, or gave it a support that counts. Each pair once."""
    authors = (
        select(Contribution.person_id.label("person_id"), ProposalContribution.proposal_id.label("proposal_id"))
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .where(Contribution.edition_id == edition_id)
    )
    supporters = (
        select(Support.person_id, Support.proposal_id)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, counts())
    )
    pairs = union(authors, supporters).subquery()
    return select(pairs.c.person_id, pairs.c.proposal_id)


def concerned_count(edition_id: int) -> int:
    """How many people the proclamation will write to, each once."""
    people = select(_concerned(edition_id).subquery().c.person_id)
    return reading().scalar(select(func.count()).where(Person.id.in_(people), wants(Topic.RESULTS))) or 0


def concerned(session: Session, edition_id: int) -> Sequence[Row[int, str, int, str, Outcome]]:
    """Inside the proclamation: (person, address, number, title, outcome) for each proposition that concerns them."""
    pairs = _concerned(edition_id).subquery()
    return session.execute(
        select(Person.id, Person.email, Proposal.number, Proposal.title, Decision.outcome)
        .join(pairs, pairs.c.person_id == Person.id)
        .join(Proposal, Proposal.id == pairs.c.proposal_id)
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(wants(Topic.RESULTS))
        .order_by(Person.id, Proposal.number)
    ).all()


def departed(decisions: Sequence[Proclaimed]) -> dict[int, tuple[int, ...]]:
    """Which of an edition's proclaimed decisions depart from the ranking they stood on, as `rules.departures` says it."""
    ordered = sorted((one for one in decisions if one.rank), key=lambda one: one.rank)
    standing = [Ranked(one.rank, Tally(one.proposal_id, one.number, one.title, one.supports, 0)) for one in ordered]
    return departures(standing, {one.proposal_id: one.outcome for one in ordered})

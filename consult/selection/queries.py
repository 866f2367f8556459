"""Reading decisions once they are proclaimed: for everybody, with what was corrected since."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, exists, func, literal, select, union, union_all
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, Person, Topic
from consult.accounts.queries import wants
from consult.contributions.model import Contribution
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.proposals.model import Proposal, ProposalContribution
from consult.selection.model import Decision, DecisionCorrection, Outcome, Recusal
from consult.selection.rules import departures
from consult.voting.model import Support
from consult.voting.queries import counts
from consult.voting.rules import Ranked, Tally

SHOWN_FIRST = (Outcome.RETAINED, Outcome.DEFERRED, Outcome.NOT_RETAINED)


def in_force() -> ColumnElement[Outcome]:
    """What a Decision decides now: the last outcome that a correction gave it, or else its own."""
    corrected = (
        select(DecisionCorrection.outcome)
        .where(DecisionCorrection.proposal_id == Decision.proposal_id, DecisionCorrection.outcome.is_not(None))
        .order_by(DecisionCorrection.id.desc())
        .limit(1)
        .correlate(Decision)
        .scalar_subquery()
    )
    return func.coalesce(corrected, Decision.outcome)


def how_many_corrections() -> ScalarSelect[int]:
    """How many corrections a Decision had."""
    return (
        select(func.count(DecisionCorrection.id))
        .where(DecisionCorrection.proposal_id == Decision.proposal_id)
        .correlate(Decision)
        .scalar_subquery()
    )


def how_many_recusals() -> ScalarSelect[int]:
    """How many members keep out of a Proposal: public once its decision is proclaimed, never before."""
    return select(func.count()).where(Recusal.proposal_id == Proposal.id).correlate(Proposal).scalar_subquery()


# ── proclaimed: for everybody ────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Proclaimed:
    """A decision as it was proclaimed, with the result it stood on, and what is decided now."""

    proposal_id: int
    number: int
    title: str
    summary: str
    is_fictitious: bool
    outcome: Outcome
    reason: str
    explanation: str
    """Why it departs from the ranking; empty when it does not."""
    proclaimed_at: datetime
    supports: int
    rank: int
    recusals: int
    """How many members of the committee kept out of it."""
    now: Outcome
    """What is decided now: `outcome`, unless a correction says otherwise."""
    corrections: int


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
            Decision.explanation,
            Decision.proclaimed_at,
            Decision.supports,
            Decision.rank,
            how_many_recusals().label("recusals"),
            in_force().label("now"),
            how_many_corrections().label("corrections"),
        )
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(Decision.proclaimed_at.is_not(None))
    )


def proclaimed(edition_id: int) -> Sequence[Proclaimed]:
    """Every proclaimed decision of an edition, those retained now first, then by rank; none before the proclamation."""
    rows = reading().execute(_proclaimed().where(Proposal.edition_id == edition_id).order_by(Decision.rank))
    return in_order([Proclaimed(*row) for row in rows])


def in_order(decisions: Sequence[Proclaimed]) -> Sequence[Proclaimed]:
    """As the page of decisions shows them: those retained now first, each sort in the order given."""
    return sorted(decisions, key=lambda one: SHOWN_FIRST.index(one.now))


def retained(edition_id: int) -> Sequence[Proclaimed]:
    """The propositions of an edition that are retained now, by rank; none before the proclamation."""
    return [decision for decision in proclaimed(edition_id) if decision.now is Outcome.RETAINED]


def decision_of(proposal_id: int) -> Proclaimed | None:
    """What was decided of a proposition; None before the proclamation."""
    row = reading().execute(_proclaimed().where(Proposal.id == proposal_id)).one_or_none()
    return Proclaimed(*row) if row else None


def departed(decisions: Sequence[Proclaimed]) -> dict[int, tuple[int, ...]]:
    """Which decisions, as proclaimed, depart from the ranking they stood on, as `rules.departures` says it."""
    ordered = sorted((one for one in decisions if one.rank), key=lambda one: one.rank)
    standing = [Ranked(one.rank, Tally(one.proposal_id, one.number, one.title, one.supports, 0)) for one in ordered]
    return departures(standing, {one.proposal_id: one.outcome for one in ordered})


@dataclass(frozen=True, slots=True)
class Correction:
    """What was said of a decision after its proclamation."""

    at: datetime
    outcome: Outcome | None
    """What is decided from then on; None when only words are corrected."""
    reason: str


def corrections(proposal_ids: Sequence[int]) -> Mapping[int, Sequence[Correction]]:
    """What was said of the decisions of these propositions since their proclamation, the oldest first. One statement."""
    found: dict[int, list[Correction]] = defaultdict(list)
    rows = reading().execute(
        select(DecisionCorrection.proposal_id, DecisionCorrection.at, DecisionCorrection.outcome, DecisionCorrection.reason)
        .where(DecisionCorrection.proposal_id.in_(proposal_ids))
        .order_by(DecisionCorrection.id)
    )
    for row in rows:
        found[row.proposal_id].append(Correction(row.at, row.outcome, row.reason))
    return found


# ── inside an act ────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Standing:
    """What is decided of a proposition now, and how many corrections led to it."""

    outcome: Outcome
    corrections: int


def decision_within(session: Session, proposal_id: int) -> Standing | None:
    """What is decided of a proposition, inside a transaction. One statement."""
    row = session.execute(select(in_force(), how_many_corrections()).where(Decision.proposal_id == proposal_id)).one_or_none()
    return Standing(*row) if row else None


def is_forsaken() -> ColumnElement[bool]:
    """Whether whoever wrote a Decision keeps out of its proposition since: it waits for another member to write it."""
    return (
        exists()
        .where(Recusal.proposal_id == Decision.proposal_id, Recusal.person_id == Decision.prepared_by)
        .correlate(Decision)
    )


def keeps_out(session: Session, edition_id: int, actor: Actor) -> bool:
    """Whether somebody keeps out of any proposition of an edition. One statement."""
    mine = exists().where(Recusal.edition_id == edition_id, Recusal.person_id == actor.person_id)
    return bool(session.scalar(select(mine)))


# ── who is told ──────────────────────────────────────────────────────────────────────────


def _pairs(edition_id: int) -> Select[int, int, int]:
    """(person, proposition, by what right): 1 for who wrote a contribution that it answers, 0 for who gave it a support that
    counts.
    """
    authors = (
        select(Contribution.person_id.label("person_id"), ProposalContribution.proposal_id, literal(1).label("wrote"))
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .where(Contribution.edition_id == edition_id)
    )
    supporters = (
        select(Support.person_id, Support.proposal_id, literal(0))
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, counts())
    )
    pairs = union_all(authors, supporters).subquery()
    return select(pairs.c.person_id, pairs.c.proposal_id, pairs.c.wrote)


def kinds_of_people(edition_id: int) -> Select[int, int, int, int]:
    """(person, wrote, supported, propositions): each person to whom the proclamation writes, once."""
    pairs = _pairs(edition_id).subquery()
    return (
        select(
            Person.id.label("person_id"),
            func.max(pairs.c.wrote).label("wrote"),
            (1 - func.min(pairs.c.wrote)).label("supported"),
            func.count(pairs.c.proposal_id.distinct()).label("propositions"),
        )
        .join(pairs, pairs.c.person_id == Person.id)
        .where(wants(Topic.RESULTS))
        .group_by(Person.id)
    )


def concerned(
    session: Session, edition_id: int, *, people: Sequence[int] | None = None
) -> Sequence[Row[int, str, int, str, Outcome, int, int]]:
    """(person, address, number, title, outcome, wrote, supported) for each proposition that concerns them.

    Of everybody, or of these people only.
    """
    pairs = _pairs(edition_id).subquery()
    rows = (
        select(
            Person.id,
            Person.email,
            Proposal.number,
            Proposal.title,
            Decision.outcome,
            func.max(pairs.c.wrote).label("wrote"),
            (1 - func.min(pairs.c.wrote)).label("supported"),
        )
        .join(pairs, pairs.c.person_id == Person.id)
        .join(Proposal, Proposal.id == pairs.c.proposal_id)
        .join(Decision, Decision.proposal_id == Proposal.id)
        .where(wants(Topic.RESULTS))
        .group_by(Person.id, Person.email, Proposal.number, Proposal.title, Decision.outcome)
        .order_by(Person.id, Proposal.number)
    )
    return session.execute(rows if people is None else rows.where(Person.id.in_(people))).all()


def involved(proposal_id: int) -> Select[int]:
    """The people a correction is told to: who wrote a contribution that it answers, or gave it a support that counts."""
    authors = (
        select(Contribution.person_id.label("person_id"))
        .join(ProposalContribution, ProposalContribution.contribution_id == Contribution.id)
        .where(ProposalContribution.proposal_id == proposal_id, Contribution.person_id.is_not(None))
    )
    supporters = (
        select(Support.person_id)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.proposal_id == proposal_id, counts())
    )
    people = union(authors, supporters).subquery()
    return select(people.c.person_id)

"""Reading the deliberation: for the committee, and of each member only what they do not keep out of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from consult.accounts.model import Person
from consult.accounts.queries import known_as
from consult.calendar.model import Edition
from consult.contributions.queries import ContributionLine
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Opinion, Outcome, Recusal, Stance, version
from consult.selection.queries import Proclaimed, how_many_recusals, in_order, is_forsaken
from consult.selection.rules import Reader, may_read_deliberation
from consult.triage.scheme_queries import Published, published
from consult.voting.rules import Ranked


def reader_of(actor: Actor, edition_id: int) -> Reader:
    """What someone reads of the deliberation of an edition. One statement."""
    mine = select(Recusal.proposal_id).where(Recusal.edition_id == edition_id, Recusal.person_id == actor.person_id)
    return Reader(may_read_deliberation(actor), frozenset(reading().scalars(mine)))


# ── decisions that are prepared ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Prepared:
    """Where the deliberation stands on a proposition; for those who read it only (`rules.Reader`)."""

    proposal_id: int
    number: int
    title: str
    outcome: Outcome | None
    reason: str
    explanation: str
    prepared_at: datetime | None
    prepared_by: int | None
    by_name: str
    is_forsaken: bool
    """Whether whoever wrote it keeps out of the proposition since: another member must write it."""
    version: str = ""
    """What a form drawn from this decision says of it; empty when there is none."""

    @property
    def stands(self) -> bool:
        return self.outcome is not None and not self.is_forsaken

    def unsaid(self) -> "Prepared":
        """The same line for someone who does not read it: the proposition alone."""
        return Prepared(self.proposal_id, self.number, self.title, None, "", "", None, None, "", False)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many propositions there are, and how many have their decision: all that those outside the committee may know."""

    proposals: int
    decided: int

    @property
    def is_complete(self) -> bool:
        return 0 < self.proposals == self.decided


def deliberation(edition_id: int) -> Sequence[Prepared]:
    """Every proposition of the edition by number, with its decision if it has one. One statement."""
    rows = reading().execute(_prepared().where(Proposal.edition_id == edition_id).order_by(Proposal.number))
    return [_versioned(Prepared(*row)) for row in rows]


def _versioned(line: Prepared) -> Prepared:
    if line.outcome is None or line.prepared_at is None:
        return line
    return replace(line, version=version(line.outcome, line.reason, line.explanation, line.prepared_at, line.prepared_by))


def _prepared() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.title,
            Decision.outcome,
            func.coalesce(Decision.reason, ""),
            func.coalesce(Decision.explanation, ""),
            Decision.prepared_at,
            Decision.prepared_by,
            func.coalesce(known_as(), ""),
            is_forsaken(),
        )
        .outerjoin(Decision, Decision.proposal_id == Proposal.id)
        .outerjoin(Person, Person.id == Decision.prepared_by)
    )


def seen_by(reader: Reader, lines: Iterable[Prepared]) -> tuple[Sequence[Prepared], Progress]:
    """The deliberation as someone reads it, and how far it got.

    A member who keeps out of a proposition is told how far the others got: whether it is decided is part of its deliberation.
    They do not read why a decision departs from the ranking, which compares propositions.
    """
    every = list(lines)
    told = [line for line in every if reader.reads(line.proposal_id)] if reader.is_member else every
    progress = Progress(len(told), sum(line.stands for line in told))
    seen = [line if reader.reads(line.proposal_id) else line.unsaid() for line in every]
    return seen if reader.reads_all else [replace(line, explanation="") for line in seen], progress


def as_proclaimed(
    edition_id: int, lines: Iterable[Prepared], places: Mapping[int, Ranked], at: datetime
) -> Sequence[Proclaimed]:
    """The decisions as their page would show them if they were proclaimed now, with the ranking as it stands. One statement."""
    rows = reading().execute(
        select(Proposal.id, Proposal.summary, Proposal.is_fictitious, how_many_recusals().label("recusals")).where(
            Proposal.edition_id == edition_id
        )
    )
    written = {row.id: row for row in rows}
    would_be = [
        Proclaimed(
            proposal_id=line.proposal_id,
            number=line.number,
            title=line.title,
            summary=written[line.proposal_id].summary,
            is_fictitious=written[line.proposal_id].is_fictitious,
            outcome=line.outcome,
            reason=line.reason,
            explanation=line.explanation,
            proclaimed_at=at,
            supports=places[line.proposal_id].tally.supports,
            rank=places[line.proposal_id].rank,
            recusals=written[line.proposal_id].recusals,
            now=line.outcome,
            corrections=0,
        )
        for line in lines
        if line.outcome is not None and line.stands
    ]
    return in_order(sorted(would_be, key=lambda one: one.rank))


# ── opinions and recusals ────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Said:
    """What a member thinks of a proposition."""

    person_id: int
    by_name: str
    stance: Stance
    notes: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class KeptOut:
    """A member who keeps out of a proposition. The name and the reason never leave the team."""

    proposal_id: int
    number: int
    title: str
    person_id: int
    by_name: str
    reason: str
    declared_at: datetime
    opinion_set_apart: bool


def opinions(proposal_id: int) -> Sequence[Said]:
    """What members think of a proposition, in the order they said it; not those who keep out of it. One statement."""
    kept_out = select(Recusal.person_id).where(Recusal.proposal_id == proposal_id)
    rows = reading().execute(
        select(Opinion.person_id, known_as(), Opinion.stance, Opinion.notes, Opinion.given_at)
        .join(Person, Person.id == Opinion.person_id)
        .where(Opinion.proposal_id == proposal_id, Opinion.person_id.not_in(kept_out))
        .order_by(Opinion.given_at, Opinion.person_id)
    )
    return [Said(*row) for row in rows]


def recusals(edition_id: int) -> Sequence[KeptOut]:
    """Who keeps out of what, by proposition: for administrators, and for members who read it. One statement."""
    apart = aliased(Opinion)
    rows = reading().execute(
        select(
            Recusal.proposal_id,
            Proposal.number,
            Proposal.title,
            Recusal.person_id,
            known_as(),
            Recusal.reason,
            Recusal.declared_at,
            apart.person_id.is_not(None),
        )
        .join(Proposal, Proposal.id == Recusal.proposal_id)
        .join(Person, Person.id == Recusal.person_id)
        .outerjoin(apart, (apart.proposal_id == Recusal.proposal_id) & (apart.person_id == Recusal.person_id))
        .where(Recusal.edition_id == edition_id)
        .order_by(Proposal.number, Recusal.declared_at, Recusal.person_id)
    )
    return [KeptOut(*row) for row in rows]


def recusals_seen_by(reader: Reader, actor: Actor, is_administrator: bool, lines: Iterable[KeptOut]) -> Sequence[KeptOut]:
    """The recusals that someone reads: their own; a member, those on what they read; an administrator, every one."""
    return [
        line if reader.reads(line.proposal_id) else replace(line, opinion_set_apart=False)
        for line in lines
        if line.person_id == actor.person_id or is_administrator or reader.reads(line.proposal_id)
    ]


# ── comparable schemes ───────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Comparable:
    """A scheme that pays for what a proposition is about: by name where it names one of its themes."""

    found: Published
    names_a_theme: bool


def comparable_schemes(
    edition: Edition, contributions: Sequence[ContributionLine], themes: Mapping[int, str]
) -> Sequence[Comparable]:
    """The schemes whose rules cover a theme of the proposition's contributions, those that name one first. One statement.

    `themes` are slugs by id. What pays nothing is no scheme to compare with; nothing is compared without a theme.
    """
    wanted = {themes[theme] for line in contributions for theme in line.theme_ids if theme in themes}
    if not wanted:
        return []
    covering = []
    for one in published(edition.id):
        paying = [rule for rule in one.rules if rule.rate != 0]
        names = any(wanted & set(rule.themes) for rule in paying)
        if names or any(not rule.themes for rule in paying):
            covering.append(Comparable(one, names))
    return sorted(covering, key=lambda one: not one.names_a_theme)

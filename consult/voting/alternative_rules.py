"""What the same ballots would give under other published rules: shown beside the ranking that decides, never instead of it.

Three of them rank, as the rule of the edition does:

* *each stratum alike*: the share of its voters that support the proposition, averaged over the strata that voted;
* *one voice per département*: each département that voted has one voice, which goes to the proposition in the share of its
  voters that support it. Régions, which have no département, weigh nothing here;
* *by inhabitants*: the inhabitants of the collectivités that support it. Those of a commune are counted again with its EPCI.

Two choose what an envelope pays for, where every proposition has a cost: *greedy*, from the most supported down, each one that
still fits; and *equal shares* (Peters, Pierczyński and Skowron, 2021), where every voter has an equal part of the envelope to
spend on what it supports, and what is left over is then spent greedily. Both are pabutools', with the cost of what is funded
as the satisfaction of a voter. Everywhere the ranking that decides breaks ties.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.voting.rules import BallotRules

ROOM = 1_000
"""How deep the page that compares may already be."""


class Rule(StrEnum):
    """A published rule, other than the one that decides."""

    STRATA = "strata"
    DEPARTEMENTS = "departements"
    POPULATION = "population"
    GREEDY = "greedy"
    EQUAL_SHARES = "equal_shares"

    @property
    def short_label(self) -> str:
        return {
            Rule.STRATA: "Tranches",
            Rule.DEPARTEMENTS: "Départements",
            Rule.POPULATION: "Habitants",
            Rule.GREEDY: "Enveloppe",
            Rule.EQUAL_SHARES: "Parts égales",
        }[self]


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one voter supports, and what was known of it when it voted."""

    proposals: frozenset[int]
    stratum: str | None = None
    departement: str | None = None
    inhabitants: int | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """What each proposition costs, and what there is to spend: both in cents, or in what a file has finer."""

    costs: Mapping[int, int]
    envelope: int


def budget(costs: Mapping[int, Decimal | None], envelope: Decimal | None) -> Budget | None:
    """The budget, from euros; None unless there is an envelope and every proposition has its cost."""
    known = {proposal: int(cost * 100) for proposal, cost in costs.items() if cost is not None}
    if envelope is None or not known or len(known) < len(costs):
        return None
    return Budget(known, int(envelope * 100))


@dataclass(frozen=True, slots=True)
class Alternative:
    """What one rule gives: the rank of each proposition that it ranks, or that it funds."""

    rule: Rule
    ranks: Mapping[int, int]

    def rank(self, proposal: int) -> int | None:
        return self.ranks.get(proposal)


def may_see_alternatives(actor: Actor, *, rules: BallotRules, at: datetime) -> Verdict:
    """Whether the actor may compare the rules: the committee once the vote is over, everyone once the result is proclaimed."""
    return verdict(
        (rules.calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER),
        (rules.is_proclaimed or actor.has_role(Role.COMMITTEE), Reason.NOT_PROCLAIMED),
    )


def alternatives(standing: Sequence[int], ballots: Sequence[Ballot], money: Budget | None) -> list[Alternative]:
    """Every rule that these ballots allow. `standing` holds the propositions in the order of the ranking that decides.

    A rule that needs what no ballot says (strata, départements, inhabitants) or a budget that is not known is left out.
    """
    rankings: dict[Rule, Callable[[Sequence[Ballot]], Mapping[int, Fraction]]] = {
        Rule.STRATA: lambda all_: _alike(all_, lambda ballot: ballot.stratum),
        Rule.DEPARTEMENTS: lambda all_: _alike(all_, lambda ballot: ballot.departement),
        Rule.POPULATION: _by_inhabitants,
    }
    found = [Alternative(rule, _in_order(standing, scores)) for rule, score in rankings.items() if (scores := score(ballots))]
    if money and ballots:
        found += _funded(standing, ballots, money)
    return found


def _alike(ballots: Iterable[Ballot], sort: Callable[[Ballot], str | None]) -> dict[int, Fraction]:
    """The shares of the voters of each sort that support a proposition, added up. Their average would rank the same."""
    voters: Counter[str] = Counter()
    supports: dict[str, Counter[int]] = defaultdict(Counter)
    for ballot in ballots:
        if (of := sort(ballot)) is not None:
            voters[of] += 1
            supports[of].update(ballot.proposals)
    scores: dict[int, Fraction] = defaultdict(Fraction)
    for of, received in supports.items():
        for proposal, total in received.items():
            scores[proposal] += Fraction(total, voters[of])
    return scores


def _by_inhabitants(ballots: Iterable[Ballot]) -> dict[int, Fraction]:
    scores: dict[int, Fraction] = defaultdict(Fraction)
    for ballot in ballots:
        if ballot.inhabitants is not None:
            for proposal in ballot.proposals:
                scores[proposal] += ballot.inhabitants
    return scores


def _in_order(standing: Sequence[int], scores: Mapping[int, Fraction]) -> dict[int, int]:
    """Ranks by score; `sorted` keeps the standing of what is even."""
    ordered = sorted(standing, key=lambda proposal: -scores.get(proposal, Fraction(0)))
    return {proposal: rank for rank, proposal in enumerate(ordered, start=1)}


class _Totals:
    """What all voters together get from a project, counted once: pabutools would ask every ballot again for each."""

    def __init__(self, ballots: Iterable[Ballot], money: Budget) -> None:
        supports = Counter(proposal for ballot in ballots for proposal in ballot.proposals)
        self.of = {str(proposal): supports[proposal] * cost for proposal, cost in money.costs.items()}

    def total_satisfaction_project(self, project: Any) -> int:
        """The cost of a project, as often as it is supported."""
        return self.of[project.name]


def _funded(standing: Sequence[int], ballots: Sequence[Ballot], money: Budget) -> list[Alternative]:
    """What the envelope pays for, in the order it is chosen. Seconds for tens of thousands of ballots."""
    from pabutools.election import (  # noqa: PLC0415 - a fifth of a second, for the one page that needs it
        ApprovalMultiProfile,
        Cost_Sat,
        FrozenApprovalBallot,
        Instance,
        Project,
    )
    from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares  # noqa: PLC0415
    from pabutools.tiebreaking import TieBreakingRule  # noqa: PLC0415

    projects = {proposal: Project(str(proposal), money.costs[proposal]) for proposal in standing}
    place = {str(proposal): rank for rank, proposal in enumerate(standing)}
    instance = Instance(projects.values(), budget_limit=money.envelope)
    profile = ApprovalMultiProfile(
        init=[FrozenApprovalBallot(projects[proposal] for proposal in ballot.proposals) for ballot in ballots]
    )
    ties = TieBreakingRule(lambda _instance, _profile, project: place[project.name])
    how = {"sat_profile": _Totals(ballots, money), "is_sat_additive": True, "tie_breaking": ties}
    # Equal shares call themselves once for each project funded: a thousand would go deeper than Python lets them.
    sys.setrecursionlimit(max(sys.getrecursionlimit(), ROOM + 2 * len(projects)))
    equal = method_of_equal_shares(instance, profile, sat_class=Cost_Sat, tie_breaking=ties)
    chosen = {
        Rule.GREEDY: greedy_utilitarian_welfare(instance, profile, **how),
        Rule.EQUAL_SHARES: greedy_utilitarian_welfare(instance, profile, initial_budget_allocation=equal, **how),
    }
    return [
        Alternative(rule, {int(project.name): rank for rank, project in enumerate(funded, start=1)})
        for rule, funded in chosen.items()
    ]

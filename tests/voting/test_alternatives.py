"""Other rules on the same ballots: worked by hand, checked against an independent count, and read from real rows."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Calendar
from consult.ground.actor import VISITOR, Actor, Role
from consult.ground.refusals import Reason, Refused
from consult.voting.alternative_queries import ballots, known_budget
from consult.voting.alternative_rules import Ballot, Budget, Rule, alternatives, budget, may_see_alternatives
from consult.voting.rules import BallotRules
from tests.support.stage_two import CLOSED, DURING_VOTE, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, WINDOWS, World, just_before

A, B, C = 1, 2, 3
BALLOTS = (
    Ballot(frozenset({A}), "lt500", "46", 100),
    Ballot(frozenset({A}), "lt500", "46", 200),
    Ballot(frozenset({A, B}), "lt500", "48", 300),
    Ballot(frozenset({B}), "lt2000", "46", 1_500),
    Ballot(frozenset({C}), "ge100000", None, 900_000),
)
STANDING = (A, B, C)
"""Three, two and one supports."""


def ranks(standing: Sequence[int], all_: Sequence[Ballot], money: Budget | None = None) -> dict[Rule, dict[int, int]]:
    return {one.rule: dict(one.ranks) for one in alternatives(standing, all_, money)}


class TestRankings:
    def test_each_stratum_alike(self) -> None:
        # A: 3/3 of lt500. B: 1/3 of lt500 and 1/1 of lt2000. C: 1/1 of ge100000, even with A, which stands before it.
        assert ranks(STANDING, BALLOTS)[Rule.STRATA] == {B: 1, A: 2, C: 3}

    def test_one_voice_a_departement_and_a_region_has_none(self) -> None:
        # A: 2/3 of the 46 and all of the 48. B: 1/3 and all of the 48. C has only a région behind it.
        assert ranks(STANDING, BALLOTS)[Rule.DEPARTEMENTS] == {A: 1, B: 2, C: 3}

    def test_by_inhabitants(self) -> None:
        assert ranks(STANDING, BALLOTS)[Rule.POPULATION] == {C: 1, B: 2, A: 3}

    def test_what_no_ballot_says_is_left_out(self) -> None:
        assert ranks(STANDING, [Ballot(frozenset({A}))]) == {}
        assert set(ranks(STANDING, [Ballot(frozenset({A}), departement="46")])) == {Rule.DEPARTEMENTS}

    def test_without_a_ballot_there_is_nothing(self) -> None:
        assert ranks(STANDING, [], Budget(dict.fromkeys(STANDING, 100), 100)) == {}

    @given(
        st.lists(
            st.builds(
                Ballot,
                st.frozensets(st.integers(1, 5)),
                st.sampled_from(["lt500", "lt2000", None]),
                st.sampled_from(["46", "48", "75", None]),
                st.one_of(st.none(), st.integers(0, 10_000)),
            ),
            max_size=30,
        ),
        st.permutations(range(1, 6)),
    )
    def test_any_ballots_rank_as_scores_added_one_by_one_do(self, all_: list[Ballot], standing: list[int]) -> None:
        found = ranks(standing, all_)
        for rule, key in ((Rule.STRATA, "stratum"), (Rule.DEPARTEMENTS, "departement")):
            scores = dict.fromkeys(standing, Fraction(0))
            for sort in {getattr(ballot, key) for ballot in all_} - {None}:
                voters = [ballot for ballot in all_ if getattr(ballot, key) == sort]
                for proposal in standing:
                    scores[proposal] += Fraction(sum(proposal in ballot.proposals for ballot in voters), len(voters))
            if rule in found:
                expected = sorted(standing, key=lambda each: (-scores[each], standing.index(each)))
                assert found[rule] == {proposal: rank for rank, proposal in enumerate(expected, start=1)}
            else:
                assert not any(scores.values())


class TestBudgets:
    def test_greedy_takes_what_still_fits_and_equal_shares_what_its_supporters_can_pay(self) -> None:
        # Ten voters, 10 to spend, 1 each. Six want A (5) and B (5): the envelope goes there if one is greedy. Four want C (4).
        all_ = [Ballot(frozenset({A, B}))] * 6 + [Ballot(frozenset({C}))] * 4
        found = ranks(STANDING, all_, Budget({A: 500, B: 500, C: 400}, 1_000))
        assert found[Rule.GREEDY] == {A: 1, B: 2}
        assert found[Rule.EQUAL_SHARES] == {A: 1, C: 2}

    def test_what_is_left_is_spent_on_the_most_supported(self) -> None:
        # Nobody can pay alone: equal shares fund nothing, and greedy spends the rest.
        all_ = [Ballot(frozenset({A})), Ballot(frozenset({B})), Ballot(frozenset({C}))]
        assert ranks(STANDING, all_, Budget({A: 900, B: 900, C: 900}, 1_000))[Rule.EQUAL_SHARES] == {A: 1}

    def test_the_ranking_that_decides_breaks_ties(self) -> None:
        all_ = [Ballot(frozenset({A, B, C}))]
        for standing in ((A, B, C), (C, A, B)):
            found = ranks(standing, all_, Budget({A: 100, B: 100, C: 100}, 200))
            assert list(found[Rule.GREEDY]) == list(found[Rule.EQUAL_SHARES]) == list(standing[:2])

    def test_more_propositions_are_funded_than_python_goes_deep(self) -> None:
        many = range(1, 1_201)
        found = ranks(many, [Ballot(frozenset({number})) for number in many], Budget(dict.fromkeys(many, 100), 100 * len(many)))
        assert {rule: len(funded) for rule, funded in found.items()} == dict.fromkeys(
            (Rule.GREEDY, Rule.EQUAL_SHARES), len(many)
        )

    @pytest.mark.parametrize(
        ("costs", "envelope", "known"),
        [
            ({A: Decimal("10.50"), B: Decimal(3)}, Decimal(20), Budget({A: 1050, B: 300}, 2_000)),
            ({A: Decimal("10.50"), B: None}, Decimal(20), None),
            ({A: Decimal("10.50")}, None, None),
            ({}, Decimal(20), None),
        ],
        ids=["all known", "a cost missing", "no envelope", "no proposition"],
    )
    def test_there_is_a_budget_when_everything_is_known(
        self, costs: dict[int, Decimal | None], envelope: Decimal | None, known: Budget | None
    ) -> None:
        assert budget(costs, envelope) == known


class TestWhoMayCompare:
    @pytest.mark.parametrize("role", [None, *Role])
    @pytest.mark.parametrize("proclaimed", [False, True])
    def test_the_committee_from_the_close_everyone_from_the_proclamation(self, role: Role | None, proclaimed: bool) -> None:
        who = Actor(person_id=1, roles=frozenset({role})) if role else VISITOR
        rules = BallotRules(Calendar(WINDOWS), frozenset(), None, tallies_hidden=False, is_proclaimed=proclaimed)
        expected = None if proclaimed or role is Role.COMMITTEE else Reason.NOT_PROCLAIMED
        assert may_see_alternatives(who, rules=rules, at=CLOSED).reason is expected
        assert may_see_alternatives(who, rules=rules, at=just_before(CLOSED)).reason is Reason.VOTE_NOT_OVER


class TestReading:
    def test_one_ballot_a_voice_only_what_counts_in_one_statement(self, world: World) -> None:
        edition = world.edition(envelope=Decimal(1_000))
        first, second = propositions(edition, 2)
        give_each([world.person(siren) for siren in (ROCAMADOUR, LOT, OCCITANIE)], first)
        give_each([world.person(siren) for siren in (ROCAMADOUR, CAUVALDOR)], second)
        give_each([world.person(GRAMAT, status=AttachmentStatus.PENDING)], second)
        with count_statements() as sent:
            read = ballots(edition, at=CLOSED)
        assert len(sent) == 1
        found = {(ballot.departement, ballot.stratum): ballot.proposals for ballot in read}
        assert len(read) == 4
        assert sorted(map(len, found.values()))[-1] == 2
        assert None in {departement for departement, _ in found}
        assert all(ballot.inhabitants for ballot in read)
        assert known_budget(edition) is None

    def test_they_are_secret_until_the_close_whoever_asks(self, world: World) -> None:
        edition = world.edition()
        with pytest.raises(Refused) as refused:
            ballots(edition, at=DURING_VOTE)
        assert refused.value.reason is Reason.TALLIES_HIDDEN

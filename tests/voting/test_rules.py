"""Who may vote, when and how much; what a support is worth; who comes first: truth tables at the exact instants."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.refusals import Reason
from consult.voting.rules import (
    RECEIPT_ALPHABET,
    BallotRules,
    Claim,
    Given,
    Tally,
    TieBreak,
    Weight,
    may_give_support,
    may_see_tallies,
    may_withdraw_support,
    one_voice,
    ranking,
    receipt,
    weight,
)
from tests.support.world import ROCAMADOUR, WINDOWS, closing_of, during, just_before, opening_of

TICK = timedelta(microseconds=1)
OPENING, CLOSING, DURING = opening_of(Stage.VOTING), closing_of(Stage.VOTING), during(Stage.VOTING)
MINE, COLLEAGUES, STRANGERS = 1, 2, 3
THIS, OTHER, THIRD = 10, 11, 12

VERIFIED = Actor(
    person_id=1,
    name="Camille Exemple",
    profile=Profile.AGENT,
    function="secrétaire",
    mandate=Mandate(MINE, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune"),
)
assert VERIFIED.mandate is not None
PENDING = replace(VERIFIED, mandate=replace(VERIFIED.mandate, standing=Standing.PENDING))
SYNDICAT = replace(VERIFIED, mandate=replace(VERIFIED.mandate, kind="other_grouping"))
PARTNER = replace(VERIFIED, profile=Profile.PARTENAIRE, mandate=None)
PARTNER_ATTACHED = replace(VERIFIED, profile=Profile.PARTENAIRE)
UNATTACHED = replace(VERIFIED, mandate=None)
TEAM = [replace(UNATTACHED, roles=frozenset({role})) for role in Role]

FREE = BallotRules(
    calendar=Calendar(WINDOWS),
    voter_kinds=frozenset({"commune", "epci", "departement", "region", "special_status"}),
    max_supports=None,
    tallies_hidden=True,
)
ONE_EACH = replace(FREE, max_supports=1)
TWO_EACH = replace(FREE, max_supports=2)


def held(proposal_id: int, worth: Weight = Weight.COUNTED, by: int = COLLEAGUES) -> Given:
    """A support already on the ballot."""
    return Given(proposal_id, by, worth)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        pytest.param(just_before(OPENING), Reason.STAGE_CLOSED, id="one second before the opening"),
        pytest.param(OPENING - TICK, Reason.STAGE_CLOSED, id="a microsecond before the opening"),
        pytest.param(OPENING, None, id="at the opening instant"),
        pytest.param(DURING, None, id="during"),
        pytest.param(just_before(CLOSING), None, id="one second before the close"),
        pytest.param(CLOSING - TICK, None, id="a microsecond before the close"),
        pytest.param(CLOSING, Reason.STAGE_CLOSED, id="at the closing instant"),
        pytest.param(CLOSING + TICK, Reason.STAGE_CLOSED, id="after"),
    ],
)
def test_the_gate_is_the_same_for_giving_and_withdrawing(at: datetime, reason: Reason | None) -> None:
    assert may_give_support(VERIFIED, rules=FREE, proposal_id=THIS, ballot=[], at=at).reason is reason
    assert may_withdraw_support(VERIFIED, rules=FREE, given=held(THIS), at=at).reason is reason


@pytest.mark.parametrize("at", [just_before(OPENING), CLOSING], ids=["before", "at the close"])
@pytest.mark.parametrize("actor", [VISITOR, OPERATOR, VERIFIED, PENDING, PARTNER, *TEAM])
def test_nobody_passes_a_closed_gate_and_it_says_when(actor: Actor, at: datetime) -> None:
    answer = may_give_support(actor, rules=FREE, proposal_id=THIS, ballot=[], at=at)
    assert answer.reason is Reason.STAGE_CLOSED
    assert answer.moment is not None
    assert (answer.moment.since, answer.moment.until) == (OPENING, CLOSING)


@pytest.mark.parametrize(
    ("actor", "reason"),
    [
        pytest.param(VISITOR, Reason.SIGN_IN, id="visitor"),
        pytest.param(OPERATOR, Reason.SIGN_IN, id="an operator votes for nobody"),
        pytest.param(PARTNER, Reason.PARTNER_MAY_NOT, id="partner"),
        pytest.param(PARTNER_ATTACHED, Reason.PARTNER_MAY_NOT, id="a partner, even attached"),
        pytest.param(UNATTACHED, Reason.NO_COLLECTIVITE, id="without a collectivité"),
        *(
            pytest.param(member, Reason.NO_COLLECTIVITE, id=f"the team: {role}")
            for member, role in zip(TEAM, Role, strict=True)
        ),
        pytest.param(SYNDICAT, Reason.KIND_MAY_NOT_VOTE, id="a kind that does not vote"),
        pytest.param(PENDING, None, id="attachment to be verified"),
        pytest.param(VERIFIED, None, id="verified"),
    ],
)
def test_who_may_give(actor: Actor, reason: Reason | None) -> None:
    assert may_give_support(actor, rules=FREE, proposal_id=THIS, ballot=[], at=DURING).reason is reason


def test_the_kinds_that_vote_are_the_edition_s() -> None:
    only_epci = replace(FREE, voter_kinds=frozenset({"epci"}))
    refused = may_give_support(VERIFIED, rules=only_epci, proposal_id=THIS, ballot=[], at=DURING)
    assert refused.reason is Reason.KIND_MAY_NOT_VOTE
    everyone = replace(FREE, voter_kinds=frozenset({"other_grouping"}))
    assert may_give_support(SYNDICAT, rules=everyone, proposal_id=THIS, ballot=[], at=DURING)


@pytest.mark.parametrize(
    ("actor", "rules", "ballot", "reason"),
    [
        pytest.param(VERIFIED, FREE, [held(THIS)], Reason.ALREADY_SUPPORTED, id="already supported by a colleague"),
        pytest.param(VERIFIED, FREE, [held(THIS, by=MINE)], Reason.ALREADY_SUPPORTED, id="already supported by me"),
        pytest.param(VERIFIED, FREE, [held(THIS, Weight.PENDING)], None, id="a verified colleague takes over a pending one"),
        pytest.param(VERIFIED, FREE, [held(THIS, Weight.VOID)], None, id="and one that can no longer count"),
        pytest.param(PENDING, FREE, [held(THIS)], Reason.ALREADY_SUPPORTED, id="a pending one takes over nothing that counts"),
        pytest.param(PENDING, FREE, [held(THIS, Weight.PENDING)], Reason.ALREADY_SUPPORTED, id="nor what may yet count"),
        pytest.param(PENDING, FREE, [held(THIS, Weight.VOID)], None, id="but what can no longer count"),
        pytest.param(VERIFIED, FREE, [held(n) for n in range(100, 167)], None, id="as many as one likes"),
        pytest.param(VERIFIED, ONE_EACH, [], None, id="the only one"),
        pytest.param(VERIFIED, ONE_EACH, [held(OTHER)], Reason.SUPPORTS_SPENT, id="the only one is spent"),
        pytest.param(VERIFIED, ONE_EACH, [held(THIS)], Reason.ALREADY_SUPPORTED, id="spent on this very one"),
        pytest.param(VERIFIED, ONE_EACH, [held(OTHER, Weight.PENDING)], None, id="a pending one yields its place"),
        pytest.param(PENDING, ONE_EACH, [held(OTHER, Weight.PENDING)], Reason.SUPPORTS_SPENT, id="not to another pending one"),
        pytest.param(PENDING, ONE_EACH, [held(OTHER, Weight.VOID)], None, id="what can no longer count yields to anyone"),
        pytest.param(VERIFIED, TWO_EACH, [held(OTHER)], None, id="one of two left"),
        pytest.param(VERIFIED, TWO_EACH, [held(OTHER), held(THIRD)], Reason.SUPPORTS_SPENT, id="both spent"),
        pytest.param(VERIFIED, TWO_EACH, [held(OTHER), held(THIRD, Weight.PENDING)], None, id="one of both yields"),
    ],
)
def test_how_much_a_collectivite_may_give(actor: Actor, rules: BallotRules, ballot: list[Given], reason: Reason | None) -> None:
    assert may_give_support(actor, rules=rules, proposal_id=THIS, ballot=ballot, at=DURING).reason is reason


@pytest.mark.parametrize(
    ("actor", "on_ballot", "reason"),
    [
        pytest.param(VISITOR, held(THIS), Reason.SIGN_IN, id="visitor"),
        pytest.param(PARTNER, held(THIS), Reason.PARTNER_MAY_NOT, id="partner"),
        pytest.param(UNATTACHED, held(THIS), Reason.NO_COLLECTIVITE, id="without a collectivité"),
        pytest.param(VERIFIED, None, Reason.NOT_SUPPORTED, id="nothing to withdraw"),
        pytest.param(VERIFIED, held(THIS), None, id="a colleague's"),
        pytest.param(VERIFIED, held(THIS, by=MINE), None, id="one's own"),
        pytest.param(VERIFIED, held(THIS, Weight.PENDING), None, id="a pending colleague's"),
        pytest.param(PENDING, held(THIS, Weight.PENDING, MINE), None, id="a pending person's own"),
        pytest.param(PENDING, held(THIS, Weight.PENDING), Reason.ATTACHMENT_PENDING, id="another pending person's"),
        pytest.param(PENDING, held(THIS), Reason.ATTACHMENT_PENDING, id="a pending person, one that counts"),
    ],
)
def test_who_may_withdraw(actor: Actor, on_ballot: Given | None, reason: Reason | None) -> None:
    assert may_withdraw_support(actor, rules=FREE, given=on_ballot, at=DURING).reason is reason


def test_a_request_served_after_the_proclamation_comes_too_late_whenever_it_was_received() -> None:
    proclaimed = replace(FREE, is_proclaimed=True)
    assert may_give_support(VERIFIED, rules=proclaimed, proposal_id=THIS, ballot=[], at=DURING).reason is (
        Reason.RESULT_PROCLAIMED
    )
    assert may_withdraw_support(VERIFIED, rules=proclaimed, given=held(THIS), at=DURING).reason is Reason.RESULT_PROCLAIMED


@pytest.mark.parametrize(
    ("was_verified", "is_pending", "is_set_aside", "worth"),
    [
        pytest.param(True, False, False, Weight.COUNTED, id="verified"),
        pytest.param(False, True, False, Weight.PENDING, id="to be verified"),
        pytest.param(False, False, False, Weight.VOID, id="refused, or withdrawn before it was verified"),
        pytest.param(False, True, True, Weight.VOID, id="set aside by the proclamation"),
        pytest.param(True, False, True, Weight.VOID, id="verified after the proclamation set it aside"),
    ],
)
def test_what_a_support_is_worth(was_verified: bool, is_pending: bool, is_set_aside: bool, worth: Weight) -> None:
    assert weight(was_verified=was_verified, is_pending=is_pending, is_set_aside=is_set_aside) is worth


@pytest.mark.parametrize(
    ("at", "rules", "reason"),
    [
        pytest.param(just_before(OPENING), FREE, Reason.TALLIES_HIDDEN, id="before the vote"),
        pytest.param(DURING, FREE, Reason.TALLIES_HIDDEN, id="during the vote"),
        pytest.param(CLOSING - TICK, FREE, Reason.TALLIES_HIDDEN, id="a microsecond before the close"),
        pytest.param(CLOSING, FREE, None, id="at the closing instant"),
        pytest.param(DURING, replace(FREE, tallies_hidden=False), None, id="an edition without secret"),
    ],
)
def test_when_tallies_are_seen_whoever_asks(at: datetime, rules: BallotRules, reason: Reason | None) -> None:
    assert may_see_tallies(rules, at).reason is reason


def claim(support_id: int, proposal_id: int, hour: int, worth: Weight = Weight.COUNTED) -> Claim:
    """A support that comes to a voice."""
    return Claim(support_id, proposal_id, worth, DURING + timedelta(hours=hour))


class TestOneVoice:
    @pytest.mark.parametrize(
        ("claims", "maximum", "stay"),
        [
            pytest.param([], None, set(), id="nothing"),
            pytest.param([claim(1, THIS, 2), claim(2, THIS, 1)], None, {2}, id="the earlier"),
            pytest.param([claim(2, THIS, 1), claim(1, THIS, 1)], None, {1}, id="at the same instant, the first written"),
            pytest.param([claim(1, THIS, 1, Weight.PENDING), claim(2, THIS, 2)], None, {2}, id="what counts, though later"),
            pytest.param(
                [claim(1, THIS, 1, Weight.VOID), claim(2, THIS, 2, Weight.PENDING)], None, {2}, id="what may count one day"
            ),
            pytest.param([claim(1, THIS, 1), claim(2, OTHER, 2)], None, {1, 2}, id="two propositions"),
            pytest.param(
                [claim(1, THIS, 1), claim(2, OTHER, 2), claim(3, THIRD, 3)], 2, {1, 2}, id="the earliest up to the maximum"
            ),
            pytest.param([claim(1, THIS, 1), claim(2, THIS, 2), claim(3, OTHER, 3)], 2, {1, 3}, id="a double takes no room"),
            pytest.param(
                [claim(1, THIS, 1, Weight.PENDING), claim(2, OTHER, 2)], 1, {2}, id="what counts first, up to the maximum"
            ),
        ],
    )
    def test_which_supports_stay(self, claims: list[Claim], maximum: int | None, stay: set[int]) -> None:
        assert one_voice(claims, maximum) == stay
        assert one_voice(reversed(claims), maximum) == stay


def tally(number: int, supports: int, departements: int) -> Tally:
    """What a proposition received."""
    return Tally(1000 - number, number, f"Proposition {number}", supports, departements)


def order(*tallies: Tally) -> list[int]:
    """The reference numbers, ranked."""
    return [line.tally.number for line in ranking(tallies)]


class TestRanking:
    def test_supports_come_first(self) -> None:
        assert order(tally(1, 3, 9), tally(2, 4, 1)) == [2, 1]

    def test_then_departements(self) -> None:
        first, second = ranking([tally(1, 4, 2), tally(2, 4, 3)])
        assert (first.tally.number, first.rank, first.tied_with, first.broken_by) == (2, 1, (1,), TieBreak.DEPARTEMENTS)
        assert (second.tally.number, second.rank, second.tied_with) == (1, 2, (2,))

    def test_then_the_older_number(self) -> None:
        ranked = ranking([tally(9, 4, 2), tally(3, 4, 2), tally(5, 4, 2), tally(1, 1, 1)])
        assert [line.tally.number for line in ranked] == [3, 5, 9, 1]
        assert [line.rank for line in ranked] == [1, 2, 3, 4]
        assert [line.broken_by for line in ranked] == [TieBreak.NUMBER] * 3 + [None]
        assert ranked[1].tied_with == (3, 9)

    def test_a_tie_says_what_broke_it_for_each(self) -> None:
        ranked = ranking([tally(1, 5, 3), tally(2, 5, 2), tally(3, 5, 2)])
        assert [line.broken_by for line in ranked] == [TieBreak.DEPARTEMENTS, TieBreak.NUMBER, TieBreak.NUMBER]
        assert [line.tied_with for line in ranked] == [(2, 3), (1, 3), (1, 2)]
        assert [line.even_with for line in ranked] == [(), (3,), (2,)]

    def test_nothing_to_rank(self) -> None:
        assert ranking([]) == []

    @given(st.data())
    def test_the_order_of_the_rows_plays_no_part(self, data: st.DataObject) -> None:
        counts = st.tuples(st.integers(0, 4), st.integers(0, 3))
        rows = [tally(number, *pair) for number, pair in enumerate(data.draw(st.lists(counts, max_size=12)), start=1)]
        shuffled = data.draw(st.permutations(rows))
        assert ranking(shuffled) == ranking(rows)
        assert [line.rank for line in ranking(rows)] == list(range(1, len(rows) + 1))
        for before, after in zip(ranking(rows), ranking(rows)[1:], strict=False):
            assert (-before.tally.supports, -before.tally.departements, before.tally.number) < (
                -after.tally.supports,
                -after.tally.departements,
                after.tally.number,
            )


def test_a_receipt_is_read_aloud_without_mistake() -> None:
    assert receipt("K7QF2MPD9WXT") == "K7QF-2MPD-9WXT"
    assert not set(RECEIPT_ALPHABET) & set("01OILU")
    assert len(set(RECEIPT_ALPHABET)) == len(RECEIPT_ALPHABET) == 30

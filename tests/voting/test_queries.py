"""Counting: tallies, turnout and breakdowns are what an independent count of the same ballots gives."""

from collections import Counter
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Refused
from consult.voting.actions import give_support, withdraw_support
from consult.voting.queries import ballot, ranked, tally, turnout
from consult.voting.rules import TieBreak
from consult.voting.supporters import Breakdown, breakdown
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, give_each, on_ballot, propositions, tallies
from tests.support.statements import count_statements
from tests.support.world import (
    CAUVALDOR,
    CORSE,
    GRAMAT,
    LOT,
    OCCITANIE,
    ROCAMADOUR,
    SAINT_ETIENNE,
    World,
    just_before,
    opening_of,
)

VOTERS = (ROCAMADOUR, GRAMAT, SAINT_ETIENNE, CAUVALDOR, LOT, OCCITANIE, CORSE)
SLUGS = count(2100)

one_act = st.tuples(st.booleans(), st.integers(0, 2 * len(VOTERS) - 1), st.integers(0, 3))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(one_act, max_size=40), maximum=st.sampled_from([None, 1, 2]))
def test_the_tally_is_what_an_independent_count_of_the_acts_gives(
    world: World, acts: list[tuple[bool, int, int]], maximum: int | None
) -> None:
    edition = world.edition(str(next(SLUGS)), max_supports=maximum)
    proposals = propositions(edition, 4)
    people = [world.person(siren) for siren in VOTERS]
    people += [world.person(siren, status=AttachmentStatus.PENDING) for siren in VOTERS]
    standing: dict[tuple[str, int], int] = {}
    for rank, (gives, who, which) in enumerate(acts):
        actor, at = people[who], DURING_VOTE + timedelta(seconds=rank)
        key = (str(actor.siren), proposals[which].number)
        try:
            given = (give_support if gives else withdraw_support)(actor, proposals[which].id, at=at)
        except Refused:
            continue
        voices = {row.receipt for row in on_ballot(edition) if row.voice}
        if given is not None and given.receipt in voices:
            standing[key] = who
        elif not gives and (actor.is_verified or standing.get(key) == who):
            del standing[key]  # somebody who waits withdraws their own: it may stand aside of a colleague's
        kept = {(row.siren, row.proposal_id) for row in on_ballot(edition) if row.voice}
        standing = {key: who for key, who in standing.items() if (key[0], proposals[key[1] - 1].id) in kept}
        assert len(standing) == len(kept)
    counted = Counter(number for (_, number), who in standing.items() if who < len(VOTERS))
    assert tallies(edition) == {proposal.number: counted[proposal.number] for proposal in proposals}
    voted = {siren for (siren, _), who in standing.items() if who < len(VOTERS)}
    found = turnout(fresh(edition))
    assert found.voted == len(voted)
    assert sum(share.voted for share in found.by_kind) == sum(share.voted for share in found.by_stratum) == len(voted)
    if maximum is not None:
        assert max(Counter(row.siren for row in on_ballot(edition) if row.voice).values(), default=0) <= maximum
        decided = [decide_attachment(actor, AttachmentStatus.VERIFIED) for actor in people[len(VOTERS) :]]
        assert len(decided) == len(VOTERS)
        standing_rows = [row for row in on_ballot(edition) if row.voice]
        assert sum(tallies(edition).values()) == len(standing_rows) <= maximum * len(VOTERS)


def test_nobody_reads_a_secret_tally_and_everyone_reads_it_at_the_closing_instant(world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    give_each([world.person(ROCAMADOUR)], first)
    edition = fresh(edition)
    for at in (just_before(opening_of(Stage.VOTING)), DURING_VOTE, just_before(CLOSED)):
        for read in (tally, ranked, lambda edition, at: breakdown(edition, first.id, at=at)):
            with pytest.raises(Refused) as refused:
                read(edition, at=at)
            assert refused.value.reason is Reason.TALLIES_HIDDEN
    assert tallies(edition, at=CLOSED) == {1: 1, 2: 0, 3: 0}


def test_an_edition_without_secret_is_read_while_it_votes(world: World) -> None:
    edition = world.edition(tallies_hidden=False)
    first, _, _ = propositions(edition)
    give_each([world.person(ROCAMADOUR)], first)
    assert tallies(edition, at=DURING_VOTE)[1] == 1


def test_another_edition_counts_for_itself(world: World) -> None:
    this, other = world.edition(), world.edition("2022")
    first, _, _ = propositions(this)
    elsewhere, _, _ = propositions(other)
    give_each([world.person(ROCAMADOUR), world.person(GRAMAT)], elsewhere)
    give_each([world.person(ROCAMADOUR)], first)
    assert (tallies(this)[1], tallies(other)[1]) == (1, 2)
    assert (turnout(fresh(this)).voted, turnout(fresh(other)).voted) == (1, 2)


def test_departements_break_ties_and_a_region_has_none(world: World) -> None:
    edition = world.edition()
    first, second, third = propositions(edition)
    give_each([world.person(ROCAMADOUR), world.person(GRAMAT)], first)
    give_each([world.person(ROCAMADOUR), world.person(SAINT_ETIENNE)], second)
    give_each([world.person(ROCAMADOUR), world.person(OCCITANIE)], third)
    lines = ranked(fresh(edition), at=CLOSED)
    assert [(line.tally.number, line.tally.departements) for line in lines] == [(2, 2), (1, 1), (3, 1)]
    assert [line.broken_by for line in lines] == [TieBreak.DEPARTEMENTS, TieBreak.NUMBER, TieBreak.NUMBER]


def test_turnout_by_sort(world: World) -> None:
    edition = world.edition(voter_kinds=["commune", "epci", "departement", "region"])
    first, second, _ = propositions(edition)
    voters = [world.person(siren) for siren in (ROCAMADOUR, GRAMAT, CAUVALDOR, LOT, OCCITANIE)]
    give_each(voters, first)
    give_each(voters[:2], second)
    give_each([world.person(SAINT_ETIENNE, status=AttachmentStatus.PENDING)], first)
    found = turnout(fresh(edition))
    assert [(share.key, share.voted) for share in found.by_kind] == [
        ("commune", 2),
        ("epci", 1),
        ("departement", 1),
        ("region", 1),
    ]
    assert {share.key: share.voted for share in found.by_stratum if share.voted} == {
        "lt2000": 1,
        "lt10000": 1,
        "lt50000": 1,
        "ge100000": 2,
    }
    assert [(share.key, share.label, share.voted) for share in found.by_departement if share.voted] == [("46", "Lot", 4)]
    assert found.entitled == sum(share.entitled for share in found.by_kind) == 34_875 + 1_254 + 93 + 14


def test_who_supports_one_proposition(world: World) -> None:
    edition = world.edition()
    first, second, _ = propositions(edition)
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)], first)
    give_each([world.person(CAUVALDOR)], second)
    assert breakdown(fresh(edition), first.id, at=CLOSED) == Breakdown(
        by_kind=[("communes", 2), ("département", 1)],
        by_stratum=[("de 500 à 1 999 habitants", 1), ("de 3 500 à 9 999 habitants", 1), ("100 000 habitants et plus", 1)],
    )


def test_the_same_statements_whatever_the_numbers(world: World) -> None:
    edition = world.edition()
    proposals = propositions(edition, 1)
    agent = world.person(ROCAMADOUR)
    give_each([agent], proposals[0])
    before = _statements(fresh(edition), agent)
    more = propositions(edition, 2)
    for proposal in more:
        give_each([agent, world.person(GRAMAT), world.person(LOT)], proposal)
    assert _statements(fresh(edition), agent) == before == (1, 3, 1)


def _statements(edition: Edition, agent: Actor) -> tuple[int, int, int]:
    with count_statements() as tallying:
        tally(edition, at=CLOSED)
    with count_statements() as turning_out:
        turnout(edition)
    with count_statements() as own:
        ballot(edition.id, agent)
    return len(tallying), len(turning_out), len(own)

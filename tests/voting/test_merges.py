"""Collectivités that merge during the vote: one voice a proposition, the earlier; nothing lost, everything told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.journal.model import Event, EventKind
from consult.opendata.figures import key_figures
from consult.opendata.queries import csv, sizes
from consult.opendata.reading import Asked
from consult.register.actions import succeed
from consult.register.file import Row
from consult.voting.actions import give_support, withdraw_support
from consult.voting.brought_together import Merged, merged_into
from consult.voting.merges import AFTER_LOADING
from consult.voting.model import Support
from consult.voting.queries import ballot, supported_by, turnout
from consult.voting.rules import Weight
from tests.register.samples import CAUVALDOR, GRAMAT, ROCAMADOUR
from tests.support.engines import Engines
from tests.support.stage_two import CLOSED, DURING_VOTE, fresh, on_ballot, propositions, tallies
from tests.support.statements import count_statements
from tests.support.vintages import (
    ALVIGNAC,
    BEFORE,
    CAHORS,
    FIGEAC,
    MIERS,
    PADIRAC,
    bring,
    commune,
    dissolved,
    merged,
    siren,
    without,
)
from tests.support.world import World, closing_of, just_before, opening_of

NEW = siren(20009000)
NOUVELLE = merged(replace(GRAMAT, siren=NEW, name="Gramat-et-Miers"), GRAMAT, MIERS)
TOGETHER = (*without(BEFORE, GRAMAT, MIERS), NOUVELLE)
"""Gramat and Miers are one, under a new SIREN."""
INTO_GRAMAT = (*without(BEFORE, GRAMAT, MIERS), merged(GRAMAT, MIERS))
"""Gramat has taken Miers in."""
LATER, MUCH_LATER = DURING_VOTE + timedelta(hours=1), DURING_VOTE + timedelta(hours=2)
MERGE, AFTER = DURING_VOTE + timedelta(days=1), DURING_VOTE + timedelta(days=2)


def voices(edition: Edition) -> dict[tuple[int, str], str | None]:
    """By reference number of the proposition and SIREN of who gave it: whose voice each support is."""
    numbers = {row.proposal_id: rank for rank, row in enumerate(sorted(on_ballot(edition), key=lambda row: row.proposal_id))}
    ranks = {proposal: place for place, proposal in enumerate(sorted(numbers), start=1)}
    return {(ranks[row.proposal_id], row.siren): row.voice for row in on_ballot(edition)}


def events(kind: EventKind) -> list[Event]:
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def adds_up(edition: Edition) -> bool:
    """Whether what the journal told of supports gives the voices there are."""
    total = {
        kind: len(events(kind))
        for kind in (
            EventKind.SUPPORT_GIVEN,
            EventKind.SUPPORT_WITHDRAWN,
            EventKind.SUPPORT_MERGED,
            EventKind.SUPPORT_RESTORED,
        )
    }
    replaced = sum(event.data["replaced"] is not None for event in events(EventKind.SUPPORT_GIVEN))
    given, withdrawn, aside, restored = total.values()
    return given - withdrawn - replaced - aside + restored == sum(row.voice is not None for row in on_ballot(edition))


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def voter(world: World, row: Row, status: AttachmentStatus = AttachmentStatus.VERIFIED) -> Actor:
    return world.person(row.siren, status=status)


class TestOneVoice:
    @pytest.mark.parametrize("is_hidden", [True, False])
    def test_the_earlier_of_two_supports_stays(self, small: World, tmp_path: Path, is_hidden: bool) -> None:
        edition = small.edition(tallies_hidden=is_hidden)
        first, second, third = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        kept = on_ballot(edition)[0].receipt
        aside = give_support(voter(small, GRAMAT), first.id, at=LATER).receipt
        give_support(voter(small, GRAMAT), second.id, at=LATER)
        give_support(voter(small, PADIRAC), third.id, at=LATER)
        report = bring(tmp_path, TOGETHER, at=MERGE)
        assert voices(edition) == {
            (1, MIERS.siren): NEW,
            (1, GRAMAT.siren): None,
            (2, GRAMAT.siren): NEW,
            (3, PADIRAC.siren): PADIRAC.siren,
        }
        assert tallies(edition) == {1: 1, 2: 1, 3: 1}
        (event,) = events(EventKind.SUPPORT_MERGED)
        assert (event.at, event.siren, event.edition_id, event.subject) == (MERGE, NEW, edition.id, "proposal:1")
        assert (event.data["receipt"], event.data["kept"], event.data["given_by"]) == (aside, kept, GRAMAT.siren)
        heir = small.person(NEW)
        assert merged_into(edition.id, heir) == [Merged(1, "Gramat (Lot)", aside, kept)]
        assert merged_into(edition.id, small.person(NEW, status=AttachmentStatus.PENDING)) == ()
        assert merged_into(edition.id, voter(small, PADIRAC)) == ()
        told = {name: report.effects[name] for name in report.effects if name.startswith(("supports", "votes"))}
        detail = {"supports_moved": 2, "supports_set_aside": 1, "supports_restored": 0, "votes_settled": 0}
        assert told == (dict.fromkeys(detail, 0) | {"votes_settled": 1} if is_hidden else detail)
        assert adds_up(edition)

    @pytest.mark.parametrize("is_first", [True, False])
    def test_a_successor_that_had_supported_itself_is_one_of_them(self, small: World, tmp_path: Path, is_first: bool) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        order = [GRAMAT, MIERS] if is_first else [MIERS, GRAMAT]
        for row, at in zip(order, (DURING_VOTE, LATER), strict=True):
            give_support(voter(small, row), first.id, at=at)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        assert voices(edition) == {(1, order[0].siren): GRAMAT.siren, (1, order[1].siren): None}
        assert tallies(edition)[1] == 1

    def test_three_communes_have_one_voice(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for rank, row in enumerate((PADIRAC, ALVIGNAC, MIERS, ROCAMADOUR)):
            give_support(voter(small, row), first.id, at=DURING_VOTE + timedelta(minutes=rank))
        bring(tmp_path, (*without(BEFORE, PADIRAC, ALVIGNAC, MIERS), merged(MIERS, ALVIGNAC, PADIRAC)), at=MERGE)
        assert tallies(edition)[1] == 2
        assert len(events(EventKind.SUPPORT_MERGED)) == 2
        assert voices(edition)[1, PADIRAC.siren] == MIERS.siren, "the earliest"

    def test_the_same_instant_is_told_apart_by_the_order_of_arrival(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row in (GRAMAT, MIERS):
            give_support(voter(small, row), first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        assert voices(edition) == {(1, GRAMAT.siren): NEW, (1, MIERS.siren): None}

    def test_what_counts_goes_before_what_cannot(self, small: World, tmp_path: Path) -> None:
        """A request that nobody had answered ends with its collectivité: its support, though earlier, cannot count."""
        edition = small.edition()
        first, second, _ = propositions(edition)
        for proposal in (first, second):
            give_support(voter(small, MIERS, AttachmentStatus.PENDING), proposal.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), first.id, at=LATER)
        bring(tmp_path, TOGETHER, at=MERGE)
        assert tallies(edition) == {1: 1, 2: 0, 3: 0}
        assert voices(edition)[1, GRAMAT.siren] == NEW
        give_support(small.person(NEW), second.id, at=AFTER)
        assert tallies(edition)[2] == 1, "it yields to whoever is verified"
        assert adds_up(edition)

    def test_where_a_maximum_is_set_the_earliest_stay(self, small: World, tmp_path: Path) -> None:
        edition = small.edition(max_supports=2)
        first, second, third = propositions(edition)
        gramat, miers = voter(small, GRAMAT), voter(small, MIERS)
        for actor, proposal, hours in ((gramat, first, 3), (miers, second, 2), (gramat, third, 1)):
            give_support(actor, proposal.id, at=DURING_VOTE + timedelta(hours=hours))
        bring(tmp_path, TOGETHER, at=MERGE)
        assert tallies(edition) == {1: 0, 2: 1, 3: 1}
        (event,) = events(EventKind.SUPPORT_MERGED)
        assert (event.subject, event.data["kept"]) == ("proposal:1", None)
        people = small.person(NEW)
        assert refusal(give_support, people, first.id, at=AFTER) is Reason.SUPPORTS_SPENT
        withdraw_support(people, third.id, at=AFTER)
        give_support(people, first.id, at=AFTER)
        assert tallies(edition) == {1: 1, 2: 1, 3: 0}
        assert adds_up(edition)

    def test_a_dissolved_epci_is_followed_by_its_main_successor_alone(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        give_support(voter(small, CAUVALDOR), first.id, at=DURING_VOTE)
        goes_to = {row.siren: FIGEAC for row in (GRAMAT, MIERS, ALVIGNAC, PADIRAC)} | {ROCAMADOUR.siren: CAHORS}
        bring(tmp_path, dissolved(BEFORE, CAUVALDOR, goes_to), at=MERGE)
        assert voices(edition) == {(1, CAUVALDOR.siren): FIGEAC.siren}
        assert refusal(give_support, small.person(FIGEAC.siren), first.id, at=AFTER) is Reason.ALREADY_SUPPORTED
        give_support(small.person(CAHORS.siren), first.id, at=AFTER)
        assert tallies(edition)[1] == 2

    def test_without_a_successor_the_voice_stays_until_somebody_says_it(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), first.id, at=LATER)
        bring(tmp_path, without(BEFORE, MIERS), at=MERGE)
        assert tallies(edition)[1] == 2
        report = succeed(MIERS.siren, GRAMAT.siren, reason="Arrêté.", at=AFTER, then=AFTER_LOADING)
        assert report.effects["votes_settled"] == 1
        assert voices(edition) == {(1, MIERS.siren): GRAMAT.siren, (1, GRAMAT.siren): None}
        assert tallies(edition)[1] == 1

    def test_a_chain_over_two_vintages(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        give_support(voter(small, ROCAMADOUR), first.id, at=DURING_VOTE)
        give_support(voter(small, MIERS), first.id, at=LATER)
        give_support(voter(small, GRAMAT), second.id, at=LATER)
        bring(tmp_path, TOGETHER, at=MERGE)
        bring(tmp_path, (*without(TOGETHER, NOUVELLE, ROCAMADOUR), merged(ROCAMADOUR, NOUVELLE)), at=AFTER)
        assert tallies(edition) == {1: 1, 2: 1, 3: 0}
        assert voices(edition) == {
            (1, ROCAMADOUR.siren): ROCAMADOUR.siren,
            (1, MIERS.siren): None,
            (2, GRAMAT.siren): ROCAMADOUR.siren,
        }

    def test_the_same_file_again_changes_nothing(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row in (GRAMAT, MIERS):
            give_support(voter(small, row), first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        before = voices(edition)
        bring(tmp_path, TOGETHER, at=AFTER)
        bring(tmp_path, [replace(row, population=row.population + 1) for row in TOGETHER], at=AFTER)
        assert voices(edition) == before
        assert len(events(EventKind.SUPPORT_MERGED)) == 1


class TestWhen:
    @pytest.mark.parametrize(
        ("at", "moves"),
        [
            pytest.param(just_before(closing_of(Stage.VOTING)), True, id="a second before the close"),
            pytest.param(closing_of(Stage.VOTING), False, id="at the close"),
        ],
    )
    def test_a_vote_that_is_over_is_not_touched(self, small: World, tmp_path: Path, at, moves: bool) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row in (GRAMAT, MIERS):
            give_support(voter(small, row), first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=at)
        assert tallies(edition)[1] == (1 if moves else 2)
        assert set(voices(edition).values()) == ({NEW, None} if moves else {GRAMAT.siren, MIERS.siren})

    def test_a_merger_at_the_opening_instant_is_in_the_vote(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row in (GRAMAT, MIERS):
            give_support(voter(small, row), first.id, at=opening_of(Stage.VOTING))
        bring(tmp_path, TOGETHER, at=opening_of(Stage.VOTING))
        assert tallies(edition)[1] == 1

    def test_only_the_editions_whose_vote_is_open_are_touched(self, small: World, tmp_path: Path) -> None:
        edition, other = small.edition(), small.edition("2020")
        for each in (edition, other):
            first, _, _ = propositions(each)
            for row in (GRAMAT, MIERS):
                give_support(voter(small, row), first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        assert tallies(edition)[1] == tallies(other)[1] == 1
        assert {event.edition_id for event in events(EventKind.SUPPORT_MERGED)} == {edition.id, other.id}

    def test_a_rehearsal_touches_no_vote(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row in (GRAMAT, MIERS):
            give_support(voter(small, row), first.id, at=DURING_VOTE)
        report = bring(tmp_path, TOGETHER, at=MERGE, is_rehearsal=True)
        assert report.effects["votes_settled"] == 1
        assert tallies(edition)[1] == 2
        assert events(EventKind.SUPPORT_MERGED) == []


class TestThePeopleOfTheSuccessor:
    def test_they_see_what_they_inherit_and_may_withdraw_it(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        given = give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        people = small.person(NEW)
        (line,) = ballot(edition.id, people)
        assert (line.receipt, line.weight, line.given_at) == (given.receipt, Weight.COUNTED, DURING_VOTE)
        assert refusal(give_support, people, first.id, at=AFTER) is Reason.ALREADY_SUPPORTED
        withdraw_support(people, first.id, at=AFTER)
        assert ballot(edition.id, people) == []
        assert tallies(edition)[1] == 0
        give_support(people, first.id, at=AFTER)
        assert tallies(edition)[1] == 1
        assert adds_up(edition)

    def test_what_was_set_aside_does_not_come_back_when_they_withdraw_the_other(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        for row, at in ((MIERS, DURING_VOTE), (GRAMAT, LATER)):
            give_support(voter(small, row), first.id, at=at)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        withdraw_support(small.person(GRAMAT.siren), first.id, at=MUCH_LATER)
        bring(tmp_path, [replace(row, population=row.population + 1) for row in INTO_GRAMAT], at=AFTER)
        assert tallies(edition)[1] == 0
        assert adds_up(edition)

    def test_those_of_the_vanished_speak_no_more(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        before = voter(small, MIERS)
        give_support(before, first.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        assert refusal(give_support, before, second.id, at=AFTER) is Reason.NO_COLLECTIVITE
        assert refusal(withdraw_support, before, first.id, at=AFTER) is Reason.NO_COLLECTIVITE
        assert tallies(edition)[1] == 1


class TestComingBack:
    def test_each_finds_again_what_it_gave(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), first.id, at=LATER)
        give_support(voter(small, MIERS), second.id, at=LATER)
        before = voices(edition)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        report = bring(tmp_path, BEFORE, at=AFTER)
        assert voices(edition) == before
        assert tallies(edition) == {1: 2, 2: 1, 3: 0}
        assert report.effects["votes_settled"] == 1
        assert merged_into(edition.id, voter(small, GRAMAT)) == []
        (event,) = events(EventKind.SUPPORT_RESTORED)
        assert (event.siren, event.subject) == (GRAMAT.siren, "proposal:1")
        assert adds_up(edition)

    def test_a_new_commune_that_splits_again_gives_each_its_own_and_the_main_one_the_rest(
        self, small: World, tmp_path: Path
    ) -> None:
        edition = small.edition()
        first, second, third = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), second.id, at=DURING_VOTE)
        bring(tmp_path, TOGETHER, at=MERGE)
        give_support(small.person(NEW), third.id, at=MERGE)
        bring(tmp_path, BEFORE, at=AFTER)
        assert voices(edition) == {
            (1, MIERS.siren): MIERS.siren,
            (2, GRAMAT.siren): GRAMAT.siren,
            (3, NEW): GRAMAT.siren,
        }

    def test_a_support_withdrawn_meanwhile_stays_withdrawn(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, _, _ = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        withdraw_support(small.person(GRAMAT.siren), first.id, at=MERGE)
        bring(tmp_path, BEFORE, at=AFTER)
        assert on_ballot(edition) == []
        give_support(voter(small, MIERS), first.id, at=AFTER)
        assert adds_up(edition)


class TestWhatIsPublished:
    def test_a_support_stays_that_of_who_gave_it(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), first.id, at=LATER)
        give_support(voter(small, GRAMAT), second.id, at=LATER)
        bring(tmp_path, TOGETHER, at=MERGE)
        asked = Asked(fresh(edition), CLOSED, "")
        lines = [line.split(",") for line in csv("supports", asked)][1:]
        assert [(line[0], line[1]) for line in lines] == [("1", MIERS.siren), ("2", GRAMAT.siren)]
        assert sizes(fresh(edition), CLOSED)["supports"] == 2
        of_new = supported_by(NEW, [fresh(edition)], at=CLOSED).items
        assert [(one.number, one.given_by) for one in of_new] == [(1, "Miers (Lot)"), (2, "Gramat (Lot)")]
        of_miers = supported_by(MIERS.siren, [fresh(edition)], at=CLOSED).items
        assert [(one.number, one.given_by) for one in of_miers] == [(1, "")]
        assert [one.number for one in supported_by(GRAMAT.siren, [fresh(edition)], at=CLOSED).items] == [2]

    def test_a_voter_is_counted_once(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        give_support(voter(small, MIERS), first.id, at=DURING_VOTE)
        give_support(voter(small, GRAMAT), second.id, at=LATER)
        assert turnout(edition).voted == key_figures(edition.id).voters == 2
        bring(tmp_path, INTO_GRAMAT, at=MERGE)
        who = turnout(fresh(edition))
        assert who.voted == key_figures(edition.id).voters == 1
        (band,) = [share.key for share in who.by_stratum if share.voted]
        assert band == "lt10000", "as the register said of Gramat when it voted itself"


def test_fifty_mergers_cost_a_vote_as_many_statements_as_one(small: World, tmp_path: Path) -> None:
    edition = small.edition()
    first, _, _ = propositions(edition)
    communes = [commune(f"Commune {rank}", f"46{rank}") for rank in range(400, 460)]
    rows = (*BEFORE, *communes)
    bring(tmp_path, rows, at=DURING_VOTE)
    for row in communes:
        give_support(voter(small, row), first.id, at=DURING_VOTE)

    def load(gone: list[Row]) -> int:
        nonlocal rows
        (into,) = [row for row in rows if row.siren == GRAMAT.siren]
        rows = (*without(rows, into, *gone), merged(into, *gone))
        with count_statements() as sent:
            bring(tmp_path, rows, at=MERGE)
        return len(sent)

    two = load(communes[:2])
    assert load(communes[2:52]) == two - 1, "nothing goes on with Gramat this time: it has its voice already"
    assert tallies(edition)[1] == 9


OF_EIGHT = [commune(f"Commune {rank}", f"46{rank}") for rank in range(500, 508)]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_merges_and_votes_each_current_voice_is_heard_once_at_most(
    engines: Engines, empty: Flask, tmp_path: Path, data: st.DataObject
) -> None:
    """Supports, withdrawals, mergers, splits and returns, in any order."""
    engines.clean(empty)
    world = World(empty)
    rows: dict[str, Row] = {row.siren: row for row in OF_EIGHT}
    edition = world.edition(max_supports=data.draw(st.sampled_from([None, 2])))
    proposals = propositions(edition)
    base = without(BEFORE, *(row for row in BEFORE if row.kind.value == "commune"))
    bring(tmp_path, (*base, *rows.values()), at=DURING_VOTE)
    for step in range(data.draw(st.integers(3, 10))):
        at = DURING_VOTE + timedelta(minutes=step)
        act = data.draw(st.sampled_from(["give", "give", "give", "withdraw", "merge", "merge anew", "restore"]))
        if act in ("give", "withdraw"):
            who = world.person(data.draw(st.sampled_from(sorted(rows))))
            proposal = data.draw(st.sampled_from(proposals))
            try:
                (give_support if act == "give" else withdraw_support)(who, proposal.id, at=at)
            except Refused:
                continue
        elif act == "restore":
            rows = {row.siren: row for row in OF_EIGHT}
            bring(tmp_path, (*base, *rows.values()), at=at)
        elif len(rows) > 1:
            gone, into = data.draw(st.permutations(sorted(rows)))[:2]
            whole = merged(rows.pop(into), rows.pop(gone))
            if act == "merge anew":
                whole = replace(whole, siren=siren(20007000 + step))
            rows[whole.siren] = whole
            bring(tmp_path, (*base, *rows.values()), at=at)
        heard = [(row.proposal_id, row.voice) for row in on_ballot(edition) if row.voice is not None]
        assert len(heard) == len(set(heard))
        assert {voice for _, voice in heard} <= set(rows), "and each is that of one who exists"
        if edition.max_supports is not None:
            assert all(sum(voice == one for _, voice in heard) <= edition.max_supports for one in rows)
    counted = reading().scalar(select(func.count()).where(Support.edition_id == edition.id, Support.voice.is_not(None)))
    assert sum(tallies(edition, at=paris(2021, 5, 1)).values()) == counted

"""The sealed journal of a vote: every act has its line, once, in a chain that nobody can mend; voters never wait for it."""

import signal
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.actor import Role
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.proposals.actions import ProposalDraft, correct
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.voting import journal, seals
from consult.voting.actions import give_support, withdraw_support
from consult.voting.chain import Act, first_seal, seal, words_digest
from consult.voting.journal import last_seal, where_to_look
from consult.voting.model import SealedLine
from consult.voting.rules import Weight
from consult.voting.seals import seal_some
from consult.web.context import settings
from tests.architecture.sources import ROOT
from tests.register.samples import GRAMAT as GRAMAT_ROW
from tests.register.samples import ROCAMADOUR as ROCAMADOUR_ROW
from tests.support.commands import Operator, environment
from tests.support.journal import is_sound, lines, seal_now
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, on_ballot, propositions, tallies
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.vintages import BEFORE, bring, merged, without
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World

LATER = DURING_VOTE + timedelta(hours=1)
VOTERS = (ROCAMADOUR, GRAMAT, SAINT_ETIENNE, CAUVALDOR, LOT, OCCITANIE, CORSE)


def told(edition: Edition) -> list[tuple[str, str, str, str]]:
    """(act, proposition, SIREN, what the support is worth) of each line."""
    return [(one["act"], one["proposal"], one["collectivite_siren"], one["counts"]) for one in lines(edition)]


def proclaimed(world: World, edition: Edition, at: datetime = CLOSED + timedelta(hours=1)) -> None:
    member = world.person(None, Role.COMMITTEE)
    ids = [one.id for one in propositions_of(edition)]
    for proposal_id in ids:
        decide(member, proposal_id, Outcome.DEFERRED, reason="Une raison fictive.", at=CLOSED)
    proclaim(member, edition.id, at=at)


def propositions_of(edition: Edition):
    from consult.proposals.model import Proposal

    return reading().scalars(select(Proposal).where(Proposal.edition_id == edition.id).order_by(Proposal.number)).all()


class TestLines:
    def test_each_act_has_its_line_with_what_a_recount_needs(self, world: World) -> None:
        edition, other = world.edition(), world.edition("2020")
        first, second, _ = propositions(edition)
        (elsewhere,) = propositions(other, 1)
        agent, region = world.person(ROCAMADOUR), world.person(OCCITANIE)
        given = give_support(agent, first.id, at=DURING_VOTE).receipt
        give_support(region, second.id, at=LATER)
        give_support(agent, elsewhere.id, at=LATER)
        withdraw_support(agent, first.id, at=LATER)
        seal_now(edition)
        assert told(edition) == [
            ("given", "1", ROCAMADOUR, "counted"),
            ("given", "2", OCCITANIE, "counted"),
            ("withdrawn", "1", ROCAMADOUR, "void"),
        ]
        assert lines(edition)[0] == {
            "position": "1",
            "at": "2021-03-16T12:00:00+01:00",
            "act": "given",
            "proposal": "1",
            "collectivite_siren": ROCAMADOUR,
            "collectivite_kind": "commune",
            "departement": "46",
            "population_stratum": "lt2000",
            "receipt": given,
            "replaces": "",
            "counts": "counted",
            "seal": lines(edition)[0]["seal"],
        }
        assert lines(edition)[1]["departement"] == ""
        assert is_sound(edition)

    def test_the_rule_of_the_seal_is_the_one_that_is_published(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
        seal_now(edition)
        (text,) = journal.texts(edition.id, at=CLOSED)
        said, _, sealed = text.rpartition(",")
        previous = sha256(b"2021").hexdigest()
        assert sealed == sha256(f"{previous},{said}".encode()).hexdigest() == seal(first_seal("2021"), said)

    def test_a_support_that_takes_the_place_of_another_says_so(self, world: World) -> None:
        edition = world.edition(max_supports=1)
        first, second, _ = propositions(edition)
        waiting = give_support(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), first.id, at=DURING_VOTE).receipt
        give_support(world.person(ROCAMADOUR), second.id, at=LATER)
        seal_now(edition)
        assert told(edition) == [("given", "1", ROCAMADOUR, "pending"), ("given", "2", ROCAMADOUR, "counted")]
        assert [one["replaces"] for one in lines(edition)] == ["", waiting]

    def test_an_attachment_decided_since_is_told_when_it_is_next_sealed(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        kept, lost, back = (world.person(siren, status=AttachmentStatus.PENDING) for siren in (ROCAMADOUR, GRAMAT, LOT))
        for one in (kept, lost, back):
            give_support(one, first.id, at=DURING_VOTE)
        seal_now(edition)
        decide_attachment(kept, AttachmentStatus.VERIFIED, at=LATER)
        decide_attachment(lost, AttachmentStatus.REFUSED, at=LATER)
        decide_attachment(back, AttachmentStatus.REFUSED, at=LATER)
        assert [one["seal"] == "" for one in lines(edition)] == [False, False, False, True, True, True], "not sealed yet"
        seal_now(edition)
        decide_attachment(back, AttachmentStatus.PENDING, at=LATER)
        seal_now(edition)
        decide_attachment(back, AttachmentStatus.VERIFIED, at=LATER)
        seal_now(edition)
        assert sorted(told(edition)[3:6]) == sorted(
            [("counted", "1", ROCAMADOUR, "counted"), ("voided", "1", GRAMAT, "void"), ("voided", "1", LOT, "void")]
        )
        assert told(edition)[6:] == [("reopened", "1", LOT, "pending"), ("counted", "1", LOT, "counted")]
        assert {row.told for row in on_ballot(edition, LOT)} == {Weight.COUNTED}
        assert is_sound(edition)

    def test_a_merge_and_what_undoes_it(self, small: World, tmp_path: Path) -> None:
        edition = small.edition()
        first, second, _ = propositions(edition)
        one, other = small.person(ROCAMADOUR_ROW.siren), small.person(GRAMAT_ROW.siren)
        give_support(one, first.id, at=DURING_VOTE)
        give_support(other, first.id, at=LATER)
        give_support(other, second.id, at=LATER)
        together_again = (*without(BEFORE, ROCAMADOUR_ROW, GRAMAT_ROW), merged(ROCAMADOUR_ROW, GRAMAT_ROW))
        bring(tmp_path, together_again, at=LATER + timedelta(days=1))
        seal_now(edition)
        bring(tmp_path, BEFORE, at=LATER + timedelta(days=2))
        seal_now(edition)
        assert told(edition)[3:] == [("merged", "1", GRAMAT_ROW.siren, "void"), ("restored", "1", GRAMAT_ROW.siren, "counted")]
        assert tallies(edition) == {1: 2, 2: 1, 3: 0}
        assert is_sound(edition)

    def test_the_proclamation_seals_all_its_own_line_last(self, world: World) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        waiting, decided = (world.person(siren, status=AttachmentStatus.PENDING) for siren in (GRAMAT, LOT))
        give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
        give_support(waiting, first.id, at=DURING_VOTE)
        give_support(decided, second.id, at=DURING_VOTE)
        decide_attachment(decided, AttachmentStatus.VERIFIED, at=LATER)
        proclaimed(world, edition)
        assert told(edition) == [
            ("given", "1", ROCAMADOUR, "counted"),
            ("given", "1", GRAMAT, "pending"),
            ("given", "2", LOT, "pending"),
            ("counted", "2", LOT, "counted"),
            ("set_aside", "1", GRAMAT, "void"),
            *(("worded", number, "", "") for number in "123"),
            *(("decided", number, "", "") for number in "123"),
            ("proclaimed", "", "", ""),
        ]
        assert all(one["seal"] for one in lines(edition))
        assert is_sound(edition)
        decide_attachment(waiting, AttachmentStatus.VERIFIED, at=CLOSED + timedelta(hours=2))
        assert where_to_look(edition.id, whole=True) is None, "a proclaimed result is told no more"

    def test_words_corrected_after_the_proclamation_have_their_line(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        moderator = world.person(None, Role.MODERATOR)
        correct(moderator, first.id, ProposalDraft("Avant", "Un résumé."), reason="Une faute.", at=DURING_VOTE)
        proclaimed(world, edition)
        count = len(lines(edition))
        correct(moderator, first.id, ProposalDraft("Après", "Un résumé."), reason="Encore.", at=CLOSED + timedelta(hours=3))
        seal_now(edition)
        assert [(one["act"], one["receipt"]) for one in lines(edition)[count:]] == [
            ("corrected", words_digest(1, "Après", "Un résumé.", ""))
        ]
        assert is_sound(edition)


class TestSealing:
    def test_it_costs_nothing_when_nothing_is_left(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
        seal_now(edition)
        with count_statements() as sent:
            assert where_to_look(edition.id, whole=False) is None
        assert len(sent) == 3
        assert not any(one.lstrip().upper().startswith(("INSERT", "UPDATE", "SELECT PG_ADVISORY")) for one in sent)

    @pytest.mark.parametrize("size", [1, 3])
    def test_a_batch_is_as_many_statements_whatever_it_holds(self, world: World, size: int) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        for siren in VOTERS[:size]:
            give_support(world.person(siren), first.id, at=DURING_VOTE)
        with count_statements() as sent:
            seal_now(edition)
        assert len([one for one in sent if "advisory" not in one]) == 6

    def test_batches_join_without_a_gap(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for module in (journal, seals):
            monkeypatch.setattr(module, "BATCH", 2)
        edition = world.edition()
        proposals = propositions(edition)
        people = [world.person(siren, status=AttachmentStatus.PENDING) for siren in VOTERS]
        for one in people:
            for proposal in proposals:
                give_support(one, proposal.id, at=DURING_VOTE)
        for one in people[:5]:
            decide_attachment(one, AttachmentStatus.VERIFIED, at=LATER)
        seal_now(edition)
        assert Counter(act for act, *_ in told(edition)) == {"given": 21, "counted": 15}
        assert is_sound(edition)
        proclaimed(world, edition)
        assert Counter(act for act, *_ in told(edition))["set_aside"] == 6
        assert is_sound(edition)

    def test_what_was_committed_late_is_found_by_a_whole_look(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        """A support whose number is far behind the last sealed one: a transaction that took its time."""
        monkeypatch.setattr(journal, "RECENT", 1)
        edition = world.edition()
        first, *_ = propositions(edition)
        give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
        give_support(world.person(GRAMAT), first.id, at=DURING_VOTE)
        give_support(world.person(LOT), first.id, at=DURING_VOTE)
        late, _, last = reading().scalars(select(Event.id).where(Event.kind == EventKind.SUPPORT_GIVEN).order_by(Event.id))
        assert seal_some(edition.id, since=last - 1, at=LATER) is None
        assert where_to_look(edition.id, whole=False) != late - 1
        seal_now(edition, whole=True)
        assert Counter(told(edition)) == {("given", "1", siren, "counted"): 1 for siren in (ROCAMADOUR, GRAMAT, LOT)}
        assert is_sound(edition)

    def test_the_last_seal_is_told_with_its_instant_alone(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        assert last_seal(edition.id) is None
        give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
        seal_now(edition, at=LATER)
        found = last_seal(edition.id)
        assert found is not None
        assert (found.seal, found.sealed_at) == (lines(edition)[-1]["seal"], LATER)

    def test_events_written_before_they_said_who_voted(self, world: World) -> None:
        """A vote that was open when the journal was laid: what is missing is found beside."""
        edition = world.edition()
        first, second, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        kept = give_support(agent, first.id, at=DURING_VOTE).receipt
        gone = give_support(agent, second.id, at=DURING_VOTE).receipt
        withdraw_support(agent, second.id, at=LATER)
        from consult.ground.database import transaction

        with transaction() as session:
            of_supports = Event.kind.in_((EventKind.SUPPORT_GIVEN, EventKind.SUPPORT_WITHDRAWN))
            for event in session.scalars(select(Event).where(of_supports)):
                event.data = {name: event.data[name] for name in ("receipt", "replaced") if name in event.data}
        seal_now(edition)
        found = [(one["receipt"], one["collectivite_siren"], one["departement"], one["counts"]) for one in lines(edition)]
        assert found == [
            (kept, ROCAMADOUR, "46", "counted"),
            (gone, ROCAMADOUR, "46", "void"),
            (gone, ROCAMADOUR, "46", "void"),
        ]


class TestAtOnce:
    def test_voters_and_sealers(self, app: Flask, world: World) -> None:
        edition = world.edition()
        proposals = propositions(edition)
        people = [world.person(siren) for siren in VOTERS]
        votes = [partial(give_support, one, proposal.id, at=DURING_VOTE) for proposal in proposals for one in people]
        leaving = [partial(withdraw_support, one, proposals[0].id, at=LATER) for one in people]
        results = together(app, [*votes[:12], *[partial(seal_now, edition)] * 4, *votes[12:], *leaving])
        seal_now(edition)
        count = reading().scalar(
            select(func.count()).where(Event.kind.in_((EventKind.SUPPORT_GIVEN, EventKind.SUPPORT_WITHDRAWN)))
        )
        assert len(told(edition)) == count
        assert not [one for one in results[12:16] if one is not None]
        assert is_sound(edition)
        numbers = reading().scalars(select(SealedLine.event_id)).all()
        assert len(numbers) == len(set(numbers)) == count
        standing: set[str] = set()
        for one in lines(edition):
            if one["act"] == "given":
                standing.add(one["receipt"])
            else:
                assert one["receipt"] in standing, "a withdrawal is never told before its support"
                standing.remove(one["receipt"])
        assert standing == {row.receipt for row in on_ballot(edition)}

    def test_many_sealers_write_each_line_once(self, app: Flask, world: World) -> None:
        edition = world.edition()
        proposals = propositions(edition)
        people = [world.person(siren, status=AttachmentStatus.PENDING) for siren in VOTERS]
        for one in people:
            for proposal in proposals:
                give_support(one, proposal.id, at=DURING_VOTE)
            decide_attachment(one, AttachmentStatus.VERIFIED, at=LATER)
        together(app, [partial(seal_now, edition)] * 6)
        assert Counter(act for act, *_ in told(edition)) == {"given": 21, "counted": 21}
        assert is_sound(edition)

    def test_a_sealer_and_the_proclamation(self, app: Flask, world: World) -> None:
        edition = world.edition()
        proposals = propositions(edition)
        people = [world.person(siren, status=AttachmentStatus.PENDING) for siren in VOTERS]
        for one in people:
            give_support(one, proposals[0].id, at=DURING_VOTE)
        acts = [partial(decide_attachment, one, AttachmentStatus.VERIFIED, at=CLOSED) for one in people]
        member = world.person(None, Role.COMMITTEE)
        for proposal in proposals:
            decide(member, proposal.id, Outcome.DEFERRED, reason="Une raison fictive.", at=CLOSED)
        proclamation = partial(proclaim, member, edition.id, at=CLOSED + timedelta(minutes=1))
        together(
            app, [*acts[:3], *[partial(seal_now, edition)] * 2, proclamation, *[partial(seal_now, edition)] * 2, *acts[3:]]
        )
        assert told(edition)[-1][0] == "proclaimed"
        assert is_sound(edition)
        worth = {one["receipt"]: one["counts"] for one in lines(edition) if one["receipt"] and Act(one["act"]).is_of_a_support}
        assert sum(counts == "counted" for counts in worth.values()) == tallies(edition)[1]
        assert fresh(edition).proclaimed_at is not None


def test_killed_in_the_middle_nothing_is_half_sealed(app: Flask, world: World) -> None:
    edition = world.edition()
    proposals = propositions(edition)
    for siren in VOTERS:
        agent = world.person(siren, status=AttachmentStatus.PENDING)
        for proposal in proposals:
            give_support(agent, proposal.id, at=DURING_VOTE)
        decide_attachment(agent, AttachmentStatus.VERIFIED, at=LATER)
    died = subprocess.run(
        [sys.executable, "-m", "tests.voting.killed", str(edition.id)],
        cwd=ROOT,
        env=environment(settings()),
        check=False,
        timeout=60,
    )
    assert died.returncode == -signal.SIGKILL
    assert reading().scalar(select(func.count()).select_from(SealedLine)) == 0
    assert {row.told for row in on_ballot(edition)} == {Weight.PENDING}
    seal_now(edition)
    assert Counter(act for act, *_ in told(edition)) == {"given": 21, "counted": 21}
    assert is_sound(edition)


def test_the_worker_seals(world: World, operator: Operator) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    give_support(world.person(ROCAMADOUR), first.id, at=DURING_VOTE)
    assert operator("work", "--once").code == 0
    assert all(one["seal"] for one in lines(edition))
    assert len(lines(edition)) == 1

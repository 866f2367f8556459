"""Giving and withdrawing: what is written, journaled and told; what yields to what; on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from consult.accounts.model import AttachmentStatus
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, VISITOR, Profile, Role
from consult.ground.database import db, reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from consult.voting.actions import give_support, withdraw_support
from consult.voting.queries import ballot
from consult.voting.rules import Weight
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, on_ballot, propositions, tallies
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World, just_before, opening_of, window

LATER = DURING_VOTE + timedelta(hours=1)


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def events(kind: EventKind) -> list[Event]:
    """What the journal holds of a kind, in order."""
    reading().expire_all()
    return list(reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id)))


def told() -> list[str]:
    """The addresses that were written to about supports, in the order of the alphabet."""
    rows = reading().scalars(select(Message.recipient).where(Message.notice == Notice.SUPPORT_CHANGED))
    return sorted(rows)


class TestGiving:
    def test_a_support_keeps_what_the_register_said(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        support = give_support(agent, first.id, at=DURING_VOTE)
        (row,) = on_ballot(edition)
        assert (row.proposal_id, row.siren, row.person_id, row.given_at) == (first.id, ROCAMADOUR, agent.person_id, DURING_VOTE)
        assert (row.kind, row.stratum, row.departement) == (Kind.COMMUNE, Stratum.LT2000, "46")
        assert row.receipt == support.receipt
        with transaction() as session:
            session.execute(update(Collectivite).where(Collectivite.siren == ROCAMADOUR).values(stratum=Stratum.LT500))
        try:
            assert on_ballot(edition)[0].stratum is Stratum.LT2000
        finally:
            with transaction() as session:
                session.execute(update(Collectivite).where(Collectivite.siren == ROCAMADOUR).values(stratum=Stratum.LT2000))

    @pytest.mark.parametrize("siren", [ROCAMADOUR, CAUVALDOR, LOT, OCCITANIE])
    def test_every_kind_that_votes_has_one_voice(self, world: World, siren: str) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        give_support(world.person(siren), first.id, at=DURING_VOTE)
        assert refusal(give_support, world.person(siren), first.id, at=LATER) is Reason.ALREADY_SUPPORTED
        assert tallies(edition) == {1: 1, 2: 0, 3: 0}

    def test_it_is_journaled_once_without_a_name(self, world: World) -> None:
        edition = world.edition()
        _, second, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        support = give_support(agent, second.id, at=DURING_VOTE)
        (event,) = events(EventKind.SUPPORT_GIVEN)
        assert (event.at, event.edition_id, event.person_id, event.siren) == (
            DURING_VOTE,
            edition.id,
            agent.person_id,
            ROCAMADOUR,
        )
        assert event.subject == "proposal:2"
        assert (event.data["receipt"], event.data["replaced"]) == (support.receipt, None)

    def test_receipts_are_all_different(self, world: World) -> None:
        edition = world.edition()
        for proposal in propositions(edition, 5):
            for siren in (ROCAMADOUR, GRAMAT, LOT):
                give_support(world.person(siren), proposal.id, at=DURING_VOTE)
        assert len({row.receipt for row in on_ballot(edition)}) == 15

    @pytest.mark.parametrize("maximum", [None, 3])
    def test_the_vote_has_its_budget_of_statements(self, world: World, maximum: int | None) -> None:
        first, second, _ = propositions(world.edition(max_supports=maximum))
        agent = world.person(ROCAMADOUR)
        with count_statements() as sent:
            give_support(agent, first.id, at=DURING_VOTE)
        locks = [statement for statement in sent if "advisory" in statement]
        at_once = db.engine.dialect.name == "postgresql"
        assert len(locks) == (0 if not at_once else 1 if maximum is None else 2)
        assert len(sent) - len(locks) == (1 if at_once else 3) + (1 if maximum is None else 2)
        for siren in (GRAMAT, LOT, CAUVALDOR):
            give_support(world.person(siren), first.id, at=DURING_VOTE)
        world.person(ROCAMADOUR)
        with count_statements() as more:
            give_support(agent, second.id, at=LATER)
        assert len(more) == len(sent)
        with count_statements() as withdrawing:
            withdraw_support(agent, first.id, at=LATER)
        assert len([one for one in withdrawing if "advisory" not in one]) == (3 if at_once else 4)


class TestRefusals:
    def test_nothing_is_written_of_what_is_refused(self, world: World) -> None:
        edition = world.edition(voter_kinds=["commune"])
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        refused = [
            (VISITOR, DURING_VOTE, Reason.SIGN_IN),
            (world.person(None), DURING_VOTE, Reason.NO_COLLECTIVITE),
            (world.person(None, profile=Profile.PARTENAIRE), DURING_VOTE, Reason.PARTNER_MAY_NOT),
            (world.person(None, *Role), DURING_VOTE, Reason.NO_COLLECTIVITE),
            (world.person(CAUVALDOR), DURING_VOTE, Reason.KIND_MAY_NOT_VOTE),
            (world.person(GRAMAT, status=AttachmentStatus.REFUSED), DURING_VOTE, Reason.NO_COLLECTIVITE),
            (agent, just_before(opening_of(Stage.VOTING)), Reason.STAGE_CLOSED),
            (agent, CLOSED, Reason.STAGE_CLOSED),
        ]
        for actor, at, reason in refused:
            assert refusal(give_support, actor, first.id, at=at) is reason
            assert on_ballot(edition) == []
            assert events(EventKind.SUPPORT_GIVEN) == []
            assert told() == []
        give_support(agent, first.id, at=just_before(CLOSED))
        assert refusal(withdraw_support, agent, first.id, at=CLOSED) is Reason.STAGE_CLOSED
        assert len(on_ballot(edition)) == 1

    def test_an_unknown_proposition(self, world: World) -> None:
        world.edition()
        with pytest.raises(NotFound):
            give_support(world.person(ROCAMADOUR), 999, at=DURING_VOTE)
        with pytest.raises(NotFound):
            withdraw_support(world.person(ROCAMADOUR), 999, at=DURING_VOTE)

    def test_an_attachment_refused_since_the_page_was_read_no_longer_votes(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        decide_attachment(agent, AttachmentStatus.REFUSED)
        assert refusal(give_support, agent, first.id, at=DURING_VOTE) is Reason.NO_COLLECTIVITE
        assert on_ballot(edition) == []

    def test_one_cannot_vote_with_somebody_else_s_attachment(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        agent, thief = world.person(ROCAMADOUR), world.person(GRAMAT)
        forged = replace(thief, mandate=agent.mandate)
        assert refusal(give_support, forged, first.id, at=DURING_VOTE) is Reason.NO_COLLECTIVITE

    def test_the_calendar_as_moved_decides(self, world: World) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        shorter = replace(window(Stage.VOTING), closes_at=LATER)
        move_window(OPERATOR, edition.id, shorter, reason="Essai", at=DURING_VOTE)
        give_support(agent, first.id, at=just_before(LATER))
        assert refusal(give_support, agent, second.id, at=LATER) is Reason.STAGE_CLOSED


class TestWithdrawing:
    def test_any_verified_colleague_may(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        support = give_support(agent, first.id, at=DURING_VOTE)
        withdraw_support(colleague, first.id, at=LATER)
        assert on_ballot(edition) == []
        (event,) = events(EventKind.SUPPORT_WITHDRAWN)
        assert (event.person_id, event.subject) == (colleague.person_id, "proposal:1")
        assert event.data["receipt"] == support.receipt

    def test_what_is_not_given_cannot_be_withdrawn(self, world: World) -> None:
        first, second, _ = propositions(world.edition())
        agent, stranger = world.person(ROCAMADOUR), world.person(GRAMAT)
        give_support(agent, first.id, at=DURING_VOTE)
        assert refusal(withdraw_support, agent, second.id, at=LATER) is Reason.NOT_SUPPORTED
        assert refusal(withdraw_support, stranger, first.id, at=LATER) is Reason.NOT_SUPPORTED

    def test_it_may_be_given_again_under_another_receipt(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        before = give_support(agent, first.id, at=DURING_VOTE).receipt
        withdraw_support(agent, first.id, at=LATER)
        after = give_support(agent, first.id, at=LATER + timedelta(minutes=1)).receipt
        assert before != after
        assert tallies(edition)[1] == 1


class TestPending:
    def test_it_is_kept_and_counts_once_the_attachment_is_verified(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(pending, first.id, at=DURING_VOTE)
        assert tallies(edition)[1] == 0
        assert [line.weight for line in ballot(edition.id, pending)] == [Weight.PENDING]
        decide_attachment(pending, AttachmentStatus.VERIFIED, at=CLOSED)
        assert tallies(edition)[1] == 1

    def test_it_still_counts_when_the_attachment_ends(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent = world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        decide_attachment(agent, AttachmentStatus.ENDED, at=LATER)
        assert tallies(edition)[1] == 1

    def test_it_never_counts_when_the_attachment_is_refused(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(pending, first.id, at=DURING_VOTE)
        decide_attachment(pending, AttachmentStatus.REFUSED, at=LATER)
        assert tallies(edition)[1] == 0
        assert [line.weight for line in ballot(edition.id, world.person(ROCAMADOUR))] == [Weight.VOID]

    def test_a_verified_colleague_takes_it_over(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        pending, colleague = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), world.person(ROCAMADOUR)
        kept = give_support(pending, first.id, at=DURING_VOTE)
        taken = give_support(colleague, first.id, at=LATER)
        (row,) = (row for row in on_ballot(edition) if row.voice)
        assert (row.person_id, row.given_at, row.receipt) == (colleague.person_id, LATER, taken.receipt)
        assert kept.receipt != taken.receipt
        assert events(EventKind.SUPPORT_GIVEN)[-1].data["replaced"] == kept.receipt
        assert tallies(edition)[1] == 1
        decide_attachment(pending, AttachmentStatus.VERIFIED, at=CLOSED)
        assert tallies(edition)[1] == 1

    def test_a_refused_one_blocks_nobody(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        refused = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(refused, first.id, at=DURING_VOTE)
        decide_attachment(refused, AttachmentStatus.REFUSED)
        newcomer = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(newcomer, first.id, at=LATER)
        decide_attachment(newcomer, AttachmentStatus.VERIFIED)
        assert tallies(edition)[1] == 1

    def test_whoever_waits_reads_and_withdraws_only_their_own(self, world: World) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        agent, pending = world.person(ROCAMADOUR), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(agent, first.id, at=DURING_VOTE)
        give_support(pending, second.id, at=DURING_VOTE)
        assert [line.number for line in ballot(edition.id, pending)] == [2]
        assert [line.number for line in ballot(edition.id, agent)] == [1, 2]
        assert refusal(withdraw_support, pending, first.id, at=LATER) is Reason.ATTACHMENT_PENDING
        withdraw_support(pending, second.id, at=LATER)
        assert [line.number for line in ballot(edition.id, agent)] == [1]


class TestClaimants:
    """Anyone may claim to belong to a collectivité: what they are answered does not depend on what it supports."""

    def test_a_support_that_has_a_voice_already_is_kept_aside_without_a_word(self, world: World) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        agent, claimant = world.person(ROCAMADOUR), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        theirs = give_support(agent, first.id, at=DURING_VOTE)
        mine = [give_support(claimant, proposal.id, at=LATER) for proposal in (first, second)]
        assert [line.receipt for line in ballot(edition.id, claimant)] == [support.receipt for support in mine]
        assert [line.weight for line in ballot(edition.id, claimant)] == [Weight.PENDING, Weight.PENDING]
        assert [line.receipt for line in ballot(edition.id, agent)] == [theirs.receipt, mine[1].receipt]
        for proposal in (first, second):
            assert refusal(give_support, claimant, proposal.id, at=LATER) is Reason.ALREADY_SUPPORTED
        assert tallies(edition) == {1: 1, 2: 0, 3: 0}
        decide_attachment(claimant, AttachmentStatus.VERIFIED)
        assert tallies(edition) == {1: 1, 2: 1, 3: 0}

    def test_one_withdraws_it_and_gives_it_again(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        agent, claimant = world.person(ROCAMADOUR), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(agent, first.id, at=DURING_VOTE)
        for minute in (1, 3):
            give_support(claimant, first.id, at=LATER + timedelta(minutes=minute))
            withdraw_support(claimant, first.id, at=LATER + timedelta(minutes=minute + 1))
        assert ballot(edition.id, claimant) == []
        assert refusal(withdraw_support, claimant, first.id, at=LATER) is Reason.ATTACHMENT_PENDING
        assert tallies(edition)[1] == 1

    def test_one_replaced_by_a_colleague_s_does_not_vanish_from_who_gave_it(self, world: World) -> None:
        edition = world.edition(max_supports=1)
        first, second, _ = propositions(edition)
        agent, claimant = world.person(ROCAMADOUR), world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        kept = give_support(claimant, first.id, at=DURING_VOTE).receipt
        give_support(agent, second.id, at=LATER)
        (line,) = ballot(edition.id, claimant)
        assert (line.receipt, line.weight) == (kept, Weight.PENDING)
        assert refusal(give_support, claimant, second.id, at=LATER) is Reason.SUPPORTS_SPENT
        decide_attachment(claimant, AttachmentStatus.VERIFIED)
        assert tallies(edition) == {1: 0, 2: 1, 3: 0}

    @pytest.mark.parametrize("maximum", [None, 2])
    def test_every_answer_is_the_same_whatever_the_collectivite_supports(self, world: World, maximum: int | None) -> None:
        said = []
        for year, supported in (("2021", 0), ("2022", 1)):
            edition = world.edition(year, max_supports=maximum)
            proposals = propositions(edition)
            give_support(world.person(ROCAMADOUR), proposals[supported].id, at=DURING_VOTE)
            claimant = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
            answers: list[object] = []
            for act in (withdraw_support, give_support, give_support, withdraw_support, withdraw_support, give_support):
                for proposal in proposals:
                    with count_statements() as sent:
                        try:
                            act(claimant, proposal.id, at=LATER)
                        except Refused as refused:
                            answers.append(refused.reason)
                        else:
                            answers.append("done")
                    answers.append(len(sent))
                    answers.append([(line.number, line.weight, line.by_name) for line in ballot(edition.id, claimant)])
            said.append([answer for answer in answers if not isinstance(answer, list)])
            said[-1] += [[line[:2] for line in answer] for answer in answers if isinstance(answer, list)]
        assert said[0] == said[1]
        assert "done" in said[0]

    def test_an_impostor_s_supports_cost_the_collectivite_nothing(self, world: World) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        impostor, secretary = (world.person(ROCAMADOUR, status=AttachmentStatus.PENDING) for _ in range(2))
        give_support(impostor, first.id, at=DURING_VOTE)
        assert refusal(give_support, secretary, first.id, at=LATER) is Reason.ALREADY_SUPPORTED, "never kept aside in silence"
        decide_attachment(impostor, AttachmentStatus.REFUSED)
        give_support(secretary, first.id, at=LATER)
        decide_attachment(secretary, AttachmentStatus.VERIFIED)
        assert tallies(edition)[1] == 1


class TestMaximum:
    def test_it_is_spent_by_the_collectivite_not_by_the_person(self, world: World) -> None:
        edition = world.edition(max_supports=2)
        first, second, third = propositions(edition)
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        give_support(agent, first.id, at=DURING_VOTE)
        give_support(colleague, second.id, at=DURING_VOTE)
        for actor in (agent, colleague):
            assert refusal(give_support, actor, third.id, at=LATER) is Reason.SUPPORTS_SPENT
        withdraw_support(colleague, first.id, at=LATER)
        give_support(colleague, third.id, at=LATER)
        assert tallies(edition) == {1: 0, 2: 1, 3: 1}

    def test_a_verified_person_takes_the_place_of_the_latest_that_waits(self, world: World) -> None:
        edition = world.edition(max_supports=2)
        first, second, third = propositions(edition)
        pending, agent = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), world.person(ROCAMADOUR)
        give_support(pending, first.id, at=DURING_VOTE)
        lost = give_support(pending, second.id, at=DURING_VOTE + timedelta(minutes=1))
        give_support(agent, third.id, at=LATER)
        assert [row.proposal_id for row in on_ballot(edition) if row.voice] == [first.id, third.id]
        assert events(EventKind.SUPPORT_GIVEN)[-1].data["replaced"] == lost.receipt

    def test_no_later_verification_makes_a_collectivite_exceed_it(self, world: World) -> None:
        edition = world.edition(max_supports=1)
        first, second, _ = propositions(edition)
        pending, agent = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), world.person(ROCAMADOUR)
        give_support(pending, first.id, at=DURING_VOTE)
        give_support(agent, second.id, at=LATER)
        decide_attachment(pending, AttachmentStatus.VERIFIED)
        assert tallies(edition) == {1: 0, 2: 1, 3: 0}

    def test_what_can_no_longer_count_goes_first(self, world: World) -> None:
        edition = world.edition(max_supports=2)
        first, second, third = propositions(edition)
        refused, pending = (world.person(ROCAMADOUR, status=AttachmentStatus.PENDING) for _ in range(2))
        give_support(refused, first.id, at=DURING_VOTE)
        give_support(pending, second.id, at=DURING_VOTE + timedelta(minutes=1))
        decide_attachment(refused, AttachmentStatus.REFUSED)
        give_support(world.person(ROCAMADOUR), third.id, at=LATER)
        assert [row.proposal_id for row in on_ballot(edition)] == [second.id, third.id]

    def test_each_edition_has_its_own(self, world: World) -> None:
        this, other = world.edition(max_supports=1), world.edition("2022", max_supports=1)
        agent = world.person(ROCAMADOUR)
        ours: list[tuple[Edition, int]] = [(edition, propositions(edition)[0].id) for edition in (this, other)]
        for _, proposal_id in ours:
            give_support(agent, proposal_id, at=DURING_VOTE)
        assert [len(on_ballot(edition)) for edition, _ in ours] == [1, 1]
        assert [len(ballot(edition.id, agent)) for edition, _ in ours] == [1, 1]

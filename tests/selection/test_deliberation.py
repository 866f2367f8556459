"""Opinions, recusals, costs, explanations: what is kept, what is set apart, and acts at the same instant; on both engines."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.desk import deliberation, opinions, reader_of, recusals, seen_by
from consult.selection.letters import Recipient, recipients
from consult.selection.model import Decision, Opinion, Outcome, Recusal, Stance
from consult.selection.opinions import estimate_cost, give_opinion
from consult.selection.queries import decision_of, proclaimed
from consult.selection.recusals import lift_recusal, recuse
from tests.support.letters import letters
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, give_each, propositions
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before, opening_of

DELIBERATING = CLOSED + timedelta(days=2)
PROCLAIMED = CLOSED + timedelta(days=3)
OPENED = opening_of(Stage.VOTING)
WHY = "Une raison fictive."


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def told(kind: EventKind) -> list[dict[str, Any]]:
    reading().expire_all()
    return [event.data for event in reading().scalars(select(Event).where(Event.kind == kind).order_by(Event.id))]


def member_of(world: World) -> Actor:
    return world.person(None, Role.COMMITTEE)


@pytest.fixture
def member(world: World) -> Actor:
    return member_of(world)


@pytest.fixture
def administrator(world: World) -> Actor:
    return world.person(None, Role.ADMINISTRATOR)


@pytest.fixture
def voted(world: World) -> Sequence[Proposal]:
    """Three propositions, with 3, 2 and 1 supports."""
    written = propositions(world.edition())
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)], written[0])
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], written[1])
    give_each([world.person(LOT)], written[2])
    return written


class TestOpinions:
    def test_each_member_has_one_which_they_change(self, world: World, member: Actor) -> None:
        first, second, _ = propositions(world.edition())
        other = member_of(world)
        give_opinion(member, first.id, Stance.FAVOURABLE, notes=" Simple. ", at=CLOSED)
        give_opinion(other, first.id, Stance.RESERVED, at=CLOSED + timedelta(minutes=1))
        give_opinion(member, first.id, Stance.UNFAVOURABLE, notes="Cher.", at=DELIBERATING)
        said = [(one.by_name, one.stance, one.notes) for one in opinions(first.id)]
        assert said == [(other.name, Stance.RESERVED, ""), (member.name, Stance.UNFAVOURABLE, "Cher.")]
        assert opinions(second.id) == []
        assert [one["stance"] for one in told(EventKind.OPINION_GIVEN)] == ["favourable", "reserved", "unfavourable"]
        assert EventKind.OPINION_GIVEN not in PUBLIC_KINDS

    def test_nothing_is_written_of_what_is_refused(self, world: World, member: Actor, administrator: Actor) -> None:
        first, _, _ = propositions(world.edition())
        assert refusal(give_opinion, member, first.id, Stance.RESERVED, at=just_before(CLOSED)) is Reason.STAGE_CLOSED
        assert refusal(give_opinion, administrator, first.id, Stance.RESERVED, at=CLOSED) is Reason.NOT_YOUR_ROLE
        with pytest.raises(NotFound):
            give_opinion(member, 999, Stance.RESERVED, at=CLOSED)
        assert reading().scalars(select(Opinion)).all() == []

    def test_they_stop_at_the_proclamation(self, world: World, member: Actor) -> None:
        (only,) = propositions(world.edition(), 1)
        decide(member, only.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        proclaim(member, only.edition_id, at=PROCLAIMED)
        assert refusal(give_opinion, member, only.id, Stance.RESERVED, at=PROCLAIMED) is Reason.RESULT_PROCLAIMED


class TestRecusals:
    def test_from_the_opening_of_the_vote_to_the_proclamation(self, world: World, member: Actor, administrator: Actor) -> None:
        first, _, _ = propositions(world.edition())
        assert refusal(recuse, member, first.id, reason=WHY, at=just_before(OPENED)) is Reason.STAGE_CLOSED
        recuse(member, first.id, reason=f" {WHY} ", at=OPENED)
        assert refusal(recuse, member, first.id, reason=WHY, at=DURING_VOTE) is Reason.ALREADY_RECUSED
        (kept,) = recusals(first.edition_id)
        assert (kept.number, kept.person_id, kept.reason, kept.opinion_set_apart) == (1, member.person_id, WHY, False)
        lift_recusal(administrator, first.id, member.person_id or 0, reason="Une erreur.", at=DURING_VOTE)
        assert refusal(lift_recusal, administrator, first.id, member.person_id, reason=WHY, at=CLOSED) is Reason.NOT_RECUSED
        assert reading().scalars(select(Recusal)).all() == []
        assert told(EventKind.RECUSAL_DECLARED) == [{"reason": WHY}]
        assert told(EventKind.RECUSAL_LIFTED) == [{"reason": "Une erreur.", "member": member.person_id}]
        assert not {EventKind.RECUSAL_DECLARED, EventKind.RECUSAL_LIFTED} & PUBLIC_KINDS

    def test_an_opinion_given_before_is_set_apart_with_a_trace(self, world: World, member: Actor, administrator: Actor) -> None:
        first, _, _ = propositions(world.edition())
        give_opinion(member, first.id, Stance.FAVOURABLE, at=CLOSED)
        recuse(member, first.id, reason=WHY, at=DELIBERATING)
        assert opinions(first.id) == []
        assert [one.opinion_set_apart for one in recusals(first.edition_id)] == [True]
        assert told(EventKind.RECUSAL_DECLARED) == [{"reason": WHY, "opinion_set_apart": "favourable"}]
        assert refusal(give_opinion, member, first.id, Stance.RESERVED, at=DELIBERATING) is Reason.RECUSED
        lift_recusal(administrator, first.id, member.person_id or 0, reason=WHY, at=DELIBERATING)
        assert [one.stance for one in opinions(first.id)] == [Stance.FAVOURABLE], "it counts again"

    def test_whoever_keeps_out_weighs_in_nothing_of_it(self, world: World, administrator: Actor) -> None:
        both = world.person(None, Role.COMMITTEE, Role.ADMINISTRATOR)
        first, second, _ = propositions(world.edition())
        recuse(both, first.id, reason=WHY, at=CLOSED)
        assert refusal(decide, both, first.id, Outcome.RETAINED, reason=WHY, at=CLOSED) is Reason.RECUSED
        assert refusal(give_opinion, both, first.id, Stance.RESERVED, at=CLOSED) is Reason.RECUSED
        assert refusal(estimate_cost, both, first.id, Decimal(10), at=CLOSED) is Reason.RECUSED
        assert refusal(lift_recusal, both, first.id, both.person_id, reason=WHY, at=CLOSED) is Reason.OWN_RECUSAL
        decide(both, second.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        assert refusal(proclaim, both, first.edition_id, at=PROCLAIMED) is Reason.RECUSED_SOMEWHERE
        assert refusal(proclaim, administrator, first.edition_id, at=PROCLAIMED) is Reason.DECISION_MISSING

    def test_a_decision_whose_writer_keeps_out_since_waits_for_another(self, world: World, member: Actor) -> None:
        (only,) = propositions(world.edition(), 1)
        other = member_of(world)
        seen = decide(member, only.id, Outcome.RETAINED, reason=WHY, at=CLOSED).version
        recuse(member, only.id, reason=WHY, at=DELIBERATING)
        assert refusal(proclaim, other, only.edition_id, at=PROCLAIMED) is Reason.DECISION_MISSING
        (line,) = deliberation(only.edition_id)
        assert (line.outcome, line.is_forsaken, line.stands) == (Outcome.RETAINED, True, False)
        decide(other, only.id, Outcome.RETAINED, reason=WHY, seen=seen, at=DELIBERATING)
        proclaim(other, only.edition_id, at=PROCLAIMED)
        found = decision_of(only.id)
        assert found is not None
        assert found.recusals == 1

    def test_what_a_member_who_keeps_out_reads(self, world: World, member: Actor) -> None:
        first, second, _ = propositions(world.edition())
        other = member_of(world)
        recuse(member, first.id, reason=WHY, at=CLOSED)
        for proposal in (first, second):
            decide(other, proposal.id, Outcome.RETAINED, reason=WHY, explanation="Écart.", at=CLOSED)
        every = deliberation(first.edition_id)
        lines, progress = seen_by(reader_of(member, first.edition_id), every)
        assert [(line.outcome, line.reason, line.explanation, line.by_name) for line in lines] == [
            (None, "", "", ""),
            (Outcome.RETAINED, WHY, "", other.name),
            (None, "", "", ""),
        ]
        assert (lines[0].prepared_at, lines[0].prepared_by, lines[0].version) == (None, None, "")
        assert (progress.proposals, progress.decided) == (2, 1)
        outside, told_outside = seen_by(reader_of(world.person(None, Role.OBSERVER), first.edition_id), every)
        assert {line.outcome for line in outside} == {None}
        assert (told_outside.proposals, told_outside.decided) == (3, 2)
        lines, _ = seen_by(reader_of(other, first.edition_id), every)
        assert [line.explanation for line in lines] == ["Écart.", "Écart.", ""]

    def test_it_concerns_one_proposition_of_one_edition(self, world: World, member: Actor) -> None:
        here, there = propositions(world.edition(), 1)[0], propositions(world.edition("2022"), 1)[0]
        recuse(member, here.id, reason=WHY, at=CLOSED)
        decide(member, there.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        proclaim(member, there.edition_id, at=PROCLAIMED)
        assert [one.recusals for one in proclaimed(there.edition_id)] == [0]


class TestAtTheSameInstant:
    def test_keeping_out_and_deciding(self, app: Flask, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        out = partial(recuse, member, first.id, reason=WHY, at=CLOSED)
        decides = [partial(decide, member, first.id, Outcome.RETAINED, reason=WHY, at=CLOSED) for _ in range(3)]
        opines = [partial(give_opinion, member, first.id, Stance.FAVOURABLE, at=CLOSED) for _ in range(3)]
        results = together(app, [*decides, out, *opines])
        assert results[3] is None
        assert {result for result in results if isinstance(result, Reason)} <= {Reason.RECUSED}
        events = reading().scalars(select(Event.kind).where(Event.person_id == member.person_id).order_by(Event.id)).all()
        weighed = [kind for kind in events if kind in (EventKind.DECISION_PREPARED, EventKind.OPINION_GIVEN)]
        after = events[events.index(EventKind.RECUSAL_DECLARED) + 1 :]
        assert not set(after) & {EventKind.DECISION_PREPARED, EventKind.OPINION_GIVEN}, "nothing weighs after it"
        assert len(weighed) == sum(not isinstance(result, Reason) for rank, result in enumerate(results) if rank != 3)

    def test_keeping_out_twice(self, app: Flask, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        results = together(app, [partial(recuse, member, first.id, reason=WHY, at=CLOSED)] * 4)
        assert sorted(map(str, results)) == ["None", *["already_recused"] * 3]

    def test_members_who_decide_otherwise_are_told(self, app: Flask, world: World) -> None:
        first, _, _ = propositions(world.edition())
        members = [member_of(world) for _ in range(5)]
        acts = [
            partial(decide, one, first.id, Outcome.RETAINED, reason=f"Raison de {one.name}.", seen="", at=CLOSED)
            for one in members
        ]
        results = together(app, acts)
        assert [result for result in results if isinstance(result, Reason)] == [Reason.DECISION_CHANGED] * 4
        (kept,) = [result for result in results if isinstance(result, Decision)]
        assert [line.reason for line in deliberation(first.edition_id) if line.outcome] == [kept.reason]
        assert len(told(EventKind.DECISION_PREPARED)) == 1

    def test_proclaiming_twice_proclaims_once(self, app: Flask, world: World, voted: Sequence[Proposal]) -> None:
        members = [member_of(world) for _ in range(4)]
        for proposal in voted:
            decide(members[0], proposal.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        edition_id = voted[0].edition_id
        results = together(app, [partial(proclaim, one, edition_id, at=PROCLAIMED) for one in members])
        assert [result for result in results if isinstance(result, Reason)] == [Reason.RESULT_PROCLAIMED] * 3
        assert len(told(EventKind.RESULT_PROCLAIMED)) == 1
        sent = reading().scalars(select(Message.key).where(Message.notice == Notice.RESULT_PROCLAIMED)).all()
        assert len(sent) == len(set(sent)) == 6

    def test_proclaiming_while_members_decide_and_keep_out(self, app: Flask, world: World, voted: Sequence[Proposal]) -> None:
        first, edition_id = voted[0], voted[0].edition_id
        judge, others = member_of(world), [member_of(world) for _ in range(3)]
        for proposal in voted:
            decide(judge, proposal.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        seen = deliberation(edition_id)[0].version
        rewrite = partial(decide, others[0], first.id, Outcome.DEFERRED, reason=WHY, seen=seen, explanation=WHY, at=PROCLAIMED)
        acts: list[Callable[[], object]] = [partial(proclaim, judge, edition_id, at=PROCLAIMED), rewrite]
        acts += [partial(recuse, one, first.id, reason=WHY, at=PROCLAIMED) for one in others[1:]]
        results = together(app, acts)
        assert fresh_is_proclaimed(edition_id) is (results[0] not in set(Reason))
        found = decision_of(first.id)
        if found is not None:
            assert found.outcome is (Outcome.RETAINED if isinstance(results[1], Reason) else Outcome.DEFERRED)
            assert found.recusals == sum(result is None for result in results[2:]), "frozen with the rest"
            assert set(results[1:]) & set(Reason) <= {Reason.RESULT_PROCLAIMED}


def fresh_is_proclaimed(edition_id: int) -> bool:
    reading().expire_all()
    return bool(reading().scalars(select(Decision.proclaimed_at).where(Decision.edition_id == edition_id)).first())


class TestExplanations:
    def test_each_departure_is_explained_before_anything_is_proclaimed(
        self, world: World, member: Actor, voted: Sequence[Proposal]
    ) -> None:
        first, second, third = voted
        decide(member, first.id, Outcome.DEFERRED, reason=WHY, at=CLOSED)
        decide(member, second.id, Outcome.RETAINED, reason=WHY, explanation="De trop.", at=CLOSED)
        decide(member, third.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        act = partial(proclaim, member, first.edition_id, at=PROCLAIMED)
        assert refusal(act) is Reason.EXPLANATION_MISSING
        decide(member, first.id, Outcome.DEFERRED, reason=WHY, explanation=" \n", at=DELIBERATING)
        decide(member, third.id, Outcome.RETAINED, reason=WHY, explanation="Peu coûteuse.", at=DELIBERATING)
        assert refusal(act) is Reason.EXPLANATION_MISSING, "a blank one says nothing"
        decide(member, first.id, Outcome.DEFERRED, reason=WHY, explanation="Des partenaires manquent.", at=DELIBERATING)
        act()
        assert {one.number: one.explanation for one in proclaimed(first.edition_id)} == {
            1: "Des partenaires manquent.",
            2: "",
            3: "Peu coûteuse.",
        }, "the second, retained in its place, departs from nothing"

    def test_it_stays_when_a_decision_is_written_again_without_a_word_of_it(
        self, world: World, member: Actor, voted: Sequence[Proposal]
    ) -> None:
        first, second, _ = voted
        other = member_of(world)
        recuse(other, second.id, reason=WHY, at=CLOSED)
        seen = decide(member, first.id, Outcome.DEFERRED, reason=WHY, explanation="Écart.", at=CLOSED).version
        seen = decide(other, first.id, Outcome.DEFERRED, reason="Autre.", explanation="Essai.", seen=seen, at=CLOSED).version
        (line, *_) = deliberation(first.edition_id)
        assert (line.reason, line.explanation) == ("Autre.", "Écart."), "who keeps out of one writes no comparison"
        assert line.version == seen

    def test_votes_verified_since_may_change_what_departs(self, world: World, member: Actor) -> None:
        first, second = propositions(world.edition(), 2)
        late = [world.person(siren, status=AttachmentStatus.PENDING) for siren in (GRAMAT, LOT)]
        give_each([world.person(ROCAMADOUR)], first)
        give_each(late, second)
        for proposal, outcome in ((first, Outcome.RETAINED), (second, Outcome.NOT_RETAINED)):
            decide(member, proposal.id, outcome, reason=WHY, at=CLOSED)
        for voter in late:
            decide_attachment(voter, AttachmentStatus.VERIFIED, at=DELIBERATING)
        assert refusal(proclaim, member, first.edition_id, at=PROCLAIMED) is Reason.EXPLANATION_MISSING
        assert told(EventKind.RESULT_PROCLAIMED) == []
        for proposal, outcome in ((first, Outcome.RETAINED), (second, Outcome.NOT_RETAINED)):
            decide(member, proposal.id, outcome, reason=WHY, explanation="Voilà.", at=DELIBERATING)
        proclaim(member, first.edition_id, at=PROCLAIMED)


class TestWriting:
    def test_the_second_press_of_a_button_overwrites_nothing(self, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        for _ in range(2):
            decide(member, first.id, Outcome.RETAINED, reason=WHY, explanation="", seen="", at=CLOSED)
        assert [line.outcome for line in deliberation(first.edition_id)] == [Outcome.RETAINED, None, None]

    def test_another_member_is_told_when_the_page_did_not_say_what_it_showed(self, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        decide(member, first.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        decide(member, first.id, Outcome.DEFERRED, reason=WHY, at=CLOSED)
        blind = partial(decide, member_of(world), first.id, Outcome.RETAINED, reason="Autre.", at=CLOSED)
        assert refusal(blind) is Reason.DECISION_CHANGED


class TestCosts:
    def test_an_estimate_with_its_trace(self, world: World, member: Actor, administrator: Actor) -> None:
        first, second, _ = propositions(world.edition())
        assert refusal(estimate_cost, member, first.id, Decimal(1), at=just_before(OPENED)) is Reason.STAGE_CLOSED
        estimate_cost(administrator, first.id, Decimal("120000.50"), at=OPENED)
        estimate_cost(member, first.id, Decimal(90_000), at=CLOSED)
        estimate_cost(member, first.id, Decimal(90_000), at=CLOSED)
        estimate_cost(member, first.id, None, at=CLOSED)
        assert [(one["before"], one["after"]) for one in told(EventKind.PROPOSAL_COSTED)] == [
            (None, "120000.50"),
            ("120000.50", "90000.00"),
            ("90000.00", None),
        ]
        estimate_cost(member, second.id, Decimal(5), at=CLOSED)
        assert reading().scalars(select(Proposal.cost).order_by(Proposal.number)).all() == [None, Decimal("5.00"), None]
        assert refusal(estimate_cost, world.person(ROCAMADOUR), first.id, Decimal(1), at=CLOSED) is Reason.NOT_YOUR_ROLE


class TestRecipients:
    def test_each_person_once_by_what_they_did(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, second, _ = written = propositions(edition)
        author, both = world.person(ROCAMADOUR), world.person(GRAMAT)
        group(need(author, edition), first, second)
        group(need(author, edition), first)
        group(need(both, edition), first)
        give_each([both, world.person(LOT)], first)
        give_each([both], second)
        need(world.person(LOT), edition)
        assert recipients(edition.id) == {Recipient.AUTHOR: 1, Recipient.SUPPORTER: 1, Recipient.BOTH: 1}
        for proposal in written:
            decide(member, proposal.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        letters(DELIBERATING)
        proclaim(member, edition.id, at=PROCLAIMED)
        sent = [one.get_content() for one in letters(PROCLAIMED) if "proclamées" in str(one["Subject"])]
        assert len(sent) == 3
        assert sum("vos contributions et les soutiens que vous avez donnés" in text for text in sent) == 1
        assert fresh(edition).proclaimed_at == PROCLAIMED

"""Deciding in private, proclaiming all or nothing, telling each person once; on both engines."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from consult.accounts.model import AttachmentStatus, Person
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import db, reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.desk import deliberation
from consult.selection.letters import recipients
from consult.selection.model import Decision, Outcome
from consult.selection.queries import decision_of, proclaimed, retained
from consult.voting.actions import give_support
from tests.support.letters import letters, text_of
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, give_each, propositions, tallies
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before, window

DELIBERATING = CLOSED + timedelta(days=2)
PROCLAIMED = CLOSED + timedelta(days=3)


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


def decide_all(member: Actor, proposals: list[Proposal], *outcomes: Outcome) -> None:
    for proposal, outcome in zip(proposals, outcomes, strict=True):
        decide(member, proposal.id, outcome, reason=f"Raison fictive n° {proposal.number}.", at=DELIBERATING)


def rows() -> list[Decision]:
    reading().expire_all()
    return list(reading().scalars(select(Decision).order_by(Decision.proposal_id)))


def address(actor: Actor) -> str:
    email = reading().scalar(select(Person.email).where(Person.id == actor.person_id))
    assert email
    return email


@pytest.fixture
def member(world: World) -> Actor:
    return world.person(None, Role.COMMITTEE)


class TestDeciding:
    def test_it_is_kept_and_nobody_else_reads_it(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, second, _ = propositions(edition)
        decide(member, first.id, Outcome.RETAINED, reason="  Une raison fictive. ", at=CLOSED)
        (row,) = rows()
        assert (row.outcome, row.reason, row.prepared_at, row.prepared_by) == (
            Outcome.RETAINED,
            "Une raison fictive.",
            CLOSED,
            member.person_id,
        )
        assert (row.proclaimed_at, row.supports, row.rank) == (None, None, None)
        assert proclaimed(edition.id) == retained(edition.id) == []
        assert decision_of(first.id) is decision_of(second.id) is None

    def test_it_may_be_taken_again_until_the_proclamation(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, _, _ = propositions(edition)
        other = world.person(None, Role.COMMITTEE)
        seen = decide(member, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED).version
        decide(other, first.id, Outcome.DEFERRED, reason="Une autre raison fictive.", seen=seen, at=DELIBERATING)
        (row,) = rows()
        assert (row.outcome, row.reason, row.prepared_by) == (Outcome.DEFERRED, "Une autre raison fictive.", other.person_id)
        said = [line for line in deliberation(edition.id) if line.outcome]
        assert [(line.number, line.by_name) for line in said] == [(1, other.name)]

    def test_the_journal_keeps_both_and_its_public_part_neither(self, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        for outcome in (Outcome.RETAINED, Outcome.DEFERRED):
            decide(member, first.id, outcome, reason="Une raison fictive.", at=DELIBERATING)
        kept = reading().scalars(select(Event).where(Event.kind == EventKind.DECISION_PREPARED).order_by(Event.id)).all()
        assert [one.data["outcome"] for one in kept] == ["retained", "deferred"]
        assert EventKind.DECISION_PREPARED not in PUBLIC_KINDS

    def test_nothing_is_written_of_what_is_refused(self, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        refused = [
            (member, "Une raison", just_before(CLOSED), Reason.STAGE_CLOSED),
            (member, " ", CLOSED, Reason.REASON_MISSING),
            (world.person(None, Role.ADMINISTRATOR), "Une raison", CLOSED, Reason.NOT_YOUR_ROLE),
            (world.person(ROCAMADOUR), "Une raison", CLOSED, Reason.NOT_YOUR_ROLE),
        ]
        for actor, said, at, reason in refused:
            assert refusal(decide, actor, first.id, Outcome.RETAINED, reason=said, at=at) is reason
        assert rows() == []
        with pytest.raises(NotFound):
            decide(member, 999, Outcome.RETAINED, reason="Une raison", at=CLOSED)

    def test_members_who_decide_at_once_leave_one_decision(self, app: Flask, world: World, member: Actor) -> None:
        first, _, _ = propositions(world.edition())
        members = [member, *(world.person(None, Role.COMMITTEE) for _ in range(4))]
        acts = [partial(decide, one, first.id, Outcome.RETAINED, reason="Une raison fictive.", at=CLOSED) for one in members]
        results = together(app, acts)
        assert all(isinstance(result, Decision) for result in results)
        assert len(rows()) == 1


class TestProclaiming:
    def test_every_decision_at_once_with_the_result_it_stood_on(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, second, third = proposals = propositions(edition)
        give_each([world.person(ROCAMADOUR)], first)
        give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], third)
        decide_all(member, proposals, Outcome.NOT_RETAINED, Outcome.DEFERRED, Outcome.RETAINED)
        proclaim(member, edition.id, at=PROCLAIMED)
        assert fresh(edition).proclaimed_at == PROCLAIMED
        assert [(row.proclaimed_at, row.supports, row.rank) for row in rows()] == [
            (PROCLAIMED, 1, 2),
            (PROCLAIMED, 0, 3),
            (PROCLAIMED, 2, 1),
        ]
        assert [(one.number, one.outcome) for one in proclaimed(edition.id)] == [
            (3, Outcome.RETAINED),
            (2, Outcome.DEFERRED),
            (1, Outcome.NOT_RETAINED),
        ]
        assert [one.number for one in retained(edition.id)] == [3]
        found = decision_of(second.id)
        assert found is not None
        assert (found.outcome, found.reason, found.rank) == (Outcome.DEFERRED, "Raison fictive n° 2.", 3)

    def test_one_decision_missing_and_nothing_is_proclaimed(self, world: World, member: Actor) -> None:
        edition = world.edition()
        proposals = propositions(edition)
        decide_all(member, proposals[:2], Outcome.RETAINED, Outcome.RETAINED)
        assert refusal(proclaim, member, edition.id, at=PROCLAIMED) is Reason.DECISION_MISSING
        self.nothing_happened(edition)

    @pytest.mark.parametrize("table", ["decision", "edition", "event", "message", "support"])
    def test_a_base_that_fails_half_way_proclaims_nothing(self, world: World, member: Actor, table: str) -> None:
        edition = world.edition()
        first, _, _ = proposals = propositions(edition)
        give_each([world.person(ROCAMADOUR)], first)
        give_each([world.person(GRAMAT, status=AttachmentStatus.PENDING)], first)
        decide_all(member, proposals, *[Outcome.RETAINED] * 3)
        with failing_writes(table), pytest.raises(ZeroDivisionError):
            proclaim(member, edition.id, at=PROCLAIMED)
        self.nothing_happened(edition)
        proclaim(member, edition.id, at=PROCLAIMED)
        assert len(retained(edition.id)) == 3

    def nothing_happened(self, edition: Edition) -> None:
        assert fresh(edition).proclaimed_at is None
        assert proclaimed(edition.id) == []
        assert {(row.proclaimed_at, row.supports, row.rank) for row in rows()} == {(None, None, None)}
        assert reading().scalars(select(Event).where(Event.kind == EventKind.RESULT_PROCLAIMED)).all() == []
        assert reading().scalars(select(Message).where(Message.notice == Notice.RESULT_PROCLAIMED)).all() == []

    def test_who_and_when(self, world: World, member: Actor) -> None:
        edition = world.edition()
        decide_all(member, propositions(edition, 1), Outcome.RETAINED)
        assert refusal(proclaim, world.person(None, Role.MODERATOR), edition.id, at=PROCLAIMED) is Reason.NOT_YOUR_ROLE
        assert refusal(proclaim, member, edition.id, at=just_before(CLOSED)) is Reason.STAGE_CLOSED
        proclaim(world.person(None, Role.ADMINISTRATOR), edition.id, at=CLOSED)
        assert refusal(proclaim, member, edition.id, at=PROCLAIMED) is Reason.RESULT_PROCLAIMED

    def test_nothing_moves_afterwards(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, _, _ = proposals = propositions(edition)
        agent = world.person(ROCAMADOUR)
        decide_all(member, proposals, *[Outcome.RETAINED] * 3)
        proclaim(member, edition.id, at=PROCLAIMED)
        again = partial(decide, member, first.id, Outcome.DEFERRED, reason="Une raison fictive.", at=PROCLAIMED)
        assert refusal(again) is Reason.RESULT_PROCLAIMED
        assert refusal(give_support, agent, first.id, at=DURING_VOTE) is Reason.RESULT_PROCLAIMED
        later = Window(Stage.VOTING, window(Stage.VOTING).opens_at, PROCLAIMED + timedelta(days=1))
        assert refusal(move_window, OPERATOR, edition.id, later, reason="Essai", at=PROCLAIMED) is Reason.RESULT_PROCLAIMED

    def test_it_concerns_one_edition(self, world: World, member: Actor) -> None:
        this, other = world.edition(), world.edition("2022")
        ours, theirs = propositions(this), propositions(other)
        decide_all(member, ours, *[Outcome.RETAINED] * 3)
        decide_all(member, theirs[:1], Outcome.RETAINED)
        proclaim(member, this.id, at=PROCLAIMED)
        assert fresh(other).proclaimed_at is None
        assert proclaimed(other.id) == []
        assert len(proclaimed(this.id)) == 3

    def test_what_does_not_count_then_never_will(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, second, _ = proposals = propositions(edition)
        in_time, too_late = (world.person(siren, status=AttachmentStatus.PENDING) for siren in (ROCAMADOUR, GRAMAT))
        give_each([in_time, too_late], first)
        give_each([world.person(LOT)], second)
        decide_attachment(in_time, AttachmentStatus.VERIFIED, at=DELIBERATING)
        decide_all(member, proposals, *[Outcome.RETAINED] * 3)
        proclaim(member, edition.id, at=PROCLAIMED)
        decide_attachment(too_late, AttachmentStatus.VERIFIED, at=PROCLAIMED)
        assert tallies(edition, at=PROCLAIMED) == {1: 1, 2: 1, 3: 0}
        assert {one.number: one.supports for one in proclaimed(edition.id)} == {1: 1, 2: 1, 3: 0}
        (told,) = reading().scalars(select(Event).where(Event.kind == EventKind.RESULT_PROCLAIMED))
        assert told.data == {"retained": [1, 2, 3], "deferred": [], "supports": 2, "set_aside": 1}


class TestTelling:
    def test_each_person_once_with_the_outcome_of_their_own_propositions(self, world: World, member: Actor) -> None:
        edition = world.edition()
        first, second, third = proposals = propositions(edition)
        author, supporter, both, uncounted = (
            world.person(ROCAMADOUR),
            world.person(GRAMAT),
            world.person(LOT),
            world.person(ROCAMADOUR, status=AttachmentStatus.PENDING),
        )
        group(need(author, edition), first, second)
        group(need(both, edition), third)
        need(world.person(GRAMAT), edition)
        give_each([supporter, both], first)
        give_each([uncounted], third)
        decide_all(member, proposals, Outcome.RETAINED, Outcome.NOT_RETAINED, Outcome.DEFERRED)
        letters(DELIBERATING)
        assert sum(recipients(edition.id).values()) == 3
        proclaim(member, edition.id, at=PROCLAIMED)
        sent = {str(one["To"]): text_of(one) for one in letters(PROCLAIMED) if "décisions" in str(one["Subject"])}
        assert sent.keys() == {address(author), address(supporter), address(both)}
        assert "Proposition retenue : - n° 1. Signaler un incident" in sent[address(author)]
        assert "Proposition non retenue : - n° 2. Gérer les documents" in sent[address(author)]
        assert "reportée" not in sent[address(author)]
        assert "Proposition reportée : - n° 3." in sent[address(both)]
        assert "n° 2" not in sent[address(supporter)]

    def test_the_same_statements_whatever_the_numbers(self, world: World, member: Actor) -> None:
        def statements_of(slug: str, people: int, proposals: int) -> int:
            edition = world.edition(slug)
            written = propositions(edition, proposals)
            for proposal in written:
                give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)[:people]], proposal)
            decide_all(member, written, *[Outcome.RETAINED] * proposals)
            with count_statements() as sent:
                proclaim(member, edition.id, at=PROCLAIMED)
            return len(sent)

        assert statements_of("2021", 1, 1) == statements_of("2022", 3, 3)


@contextmanager
def failing_writes(table: str) -> Iterator[None]:
    """A base that breaks when something is written to this table."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith((f"INSERT INTO {table} ", f"UPDATE {table} ")):
            raise ZeroDivisionError

    event.listen(db.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(db.engine, "before_cursor_execute", fail)

"""The same instant, many hands: on a real PostgreSQL and on SQLite, one voice stays one voice."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus
from consult.calendar.actions import move_window
from consult.calendar.model import CalendarChange
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Role
from consult.ground.database import reading
from consult.ground.refusals import Reason
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.selection.actions import decide, proclaim
from consult.selection.model import Outcome
from consult.selection.queries import proclaimed
from consult.voting.actions import Kept, give_support, withdraw_support
from tests.support.page import PageClient
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, fresh, on_ballot, propositions, tallies
from tests.support.together import together
from tests.support.world import CAUVALDOR, CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, window

LATER = DURING_VOTE + timedelta(hours=1)
VOTERS = (ROCAMADOUR, GRAMAT, SAINT_ETIENNE, CAUVALDOR, LOT, OCCITANIE, CORSE)


def sorted_out(results: list[object]) -> Counter[object]:
    """How many acts gave a support, and how many each reason."""
    return Counter("given" if isinstance(result, Kept) else result for result in results)


def total(kind: EventKind) -> int:
    return reading().scalar(select(func.count()).select_from(Event).where(Event.kind == kind)) or 0


def test_two_colleagues_support_the_same_proposition(app: Flask, world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    colleagues = [world.person(ROCAMADOUR) for _ in range(2)]
    results = together(app, [partial(give_support, one, first.id, at=DURING_VOTE) for one in colleagues])
    assert sorted_out(results) == {"given": 1, Reason.ALREADY_SUPPORTED: 1}
    assert len(on_ballot(edition)) == total(EventKind.SUPPORT_GIVEN) == 1
    told = reading().scalars(select(Message).where(Message.notice == Notice.SUPPORT_CHANGED)).all()
    assert len(told) == 2


def test_the_same_request_fifty_times_at_once(app: Flask, world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    agent = world.person(ROCAMADOUR)
    results = together(app, [partial(give_support, agent, first.id, at=DURING_VOTE)] * 50)
    assert sorted_out(results) == {"given": 1, Reason.ALREADY_SUPPORTED: 49}
    assert len(on_ballot(edition)) == 1


def test_the_same_button_twenty_times_at_once(app: Flask, world: World, hold) -> None:
    edition = world.edition()
    propositions(edition)
    agent = world.person(ROCAMADOUR)
    hold(DURING_VOTE)
    clients = [PageClient(app) for _ in range(20)]
    clients[0].sign_in(agent)
    for other in clients[1:]:
        with clients[0].http.session_transaction() as cookie, other.http.session_transaction() as copy:
            copy.update(cookie)
    data = [{"csrf_token": one.csrf_token()} for one in clients]
    posts = [
        lambda one=one, sent=sent: one.http.post("/2021/propositions/1/soutien", data=sent).status_code
        for one, sent in zip(clients, data, strict=True)
    ]
    assert Counter(together(app, posts)) == {303: 1, 409: 19}
    assert len(on_ballot(edition)) == 1


def test_the_last_support_is_spent_once(app: Flask, world: World) -> None:
    edition = world.edition(max_supports=1)
    proposals = propositions(edition, 4)
    colleagues = [world.person(ROCAMADOUR) for _ in range(2)]
    acts = [partial(give_support, one, proposal.id, at=DURING_VOTE) for proposal in proposals for one in colleagues]
    results = sorted_out(together(app, acts))
    assert results["given"] == len(on_ballot(edition)) == 1
    assert results.keys() <= {"given", Reason.SUPPORTS_SPENT, Reason.ALREADY_SUPPORTED}


def test_a_pending_support_is_taken_over_once(app: Flask, world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    give_support(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), first.id, at=DURING_VOTE)
    colleagues = [world.person(ROCAMADOUR) for _ in range(6)]
    results = together(app, [partial(give_support, one, first.id, at=LATER) for one in colleagues])
    assert sorted_out(results) == {"given": 1, Reason.ALREADY_SUPPORTED: 5}
    assert tallies(edition)[1] == len([row for row in on_ballot(edition) if row.voice]) == 1


def test_giving_and_withdrawing_at_once_leave_what_the_journal_tells(app: Flask, world: World) -> None:
    edition = world.edition()
    first, _, _ = propositions(edition)
    people = [world.person(ROCAMADOUR) for _ in range(8)]
    acts = [partial(give_support if rank % 2 else withdraw_support, one, first.id, at=LATER) for rank, one in enumerate(people)]
    together(app, acts)
    assert len(on_ballot(edition)) == total(EventKind.SUPPORT_GIVEN) - total(EventKind.SUPPORT_WITHDRAWN)
    assert len(on_ballot(edition)) in (0, 1)


def test_different_collectivites_do_not_hinder_one_another(app: Flask, world: World) -> None:
    edition = world.edition(max_supports=1)
    first, _, _ = propositions(edition)
    people = [world.person(siren) for siren in VOTERS]
    results = together(app, [partial(give_support, one, first.id, at=DURING_VOTE) for one in people])
    assert sorted_out(results) == {"given": len(VOTERS)}
    assert tallies(edition)[1] == len(VOTERS)


def test_a_calendar_move_comes_before_or_after_each_vote(app: Flask, world: World) -> None:
    edition = world.edition()
    first, second, _ = propositions(edition)
    people = [world.person(siren) for siren in VOTERS]
    shorter = replace(window(Stage.VOTING), closes_at=LATER)
    votes = [partial(give_support, one, proposal.id, at=LATER) for proposal in (first, second) for one in people]
    move = partial(move_window, OPERATOR, edition.id, shorter, reason="Essai", at=DURING_VOTE)
    results = together(app, [*votes[:7], move, *votes[7:]])
    assert isinstance(results[7], CalendarChange)
    found = sorted_out(results[:7] + results[8:])
    assert found["given"] == len(on_ballot(edition))
    assert found.keys() <= {"given", Reason.STAGE_CLOSED}
    moved = reading().scalar(select(Event.id).where(Event.kind == EventKind.WINDOW_MOVED))
    last = reading().scalar(select(func.max(Event.id)).where(Event.kind == EventKind.SUPPORT_GIVEN))
    assert moved is not None
    assert last is None or last < moved, "no vote of the old calendar is written after the new one"


@pytest.mark.parametrize("served", ["votes", "verifications"])
def test_the_proclaimed_result_is_what_a_recount_gives(app: Flask, world: World, served: str) -> None:
    """Whatever is served while it is proclaimed: votes received in time, or attachments being verified."""
    edition = world.edition()
    first, second, _ = proposals = propositions(edition)
    member = world.person(None, Role.COMMITTEE)
    status = AttachmentStatus.PENDING if served == "verifications" else AttachmentStatus.VERIFIED
    people = [world.person(siren, status=status) for siren in VOTERS]
    for one in people:
        give_support(one, first.id, at=DURING_VOTE)
    for proposal in proposals:
        decide(member, proposal.id, Outcome.DEFERRED, reason="Une raison fictive.", at=CLOSED)
    proclamation = partial(proclaim, member, edition.id, at=CLOSED + timedelta(minutes=1))
    acts = [
        partial(give_support, one, second.id, at=LATER)
        if served == "votes"
        else partial(decide_attachment, one, AttachmentStatus.VERIFIED, at=CLOSED)
        for one in people
    ]
    together(app, [*acts[:3], proclamation, *acts[3:]])
    edition = fresh(edition)
    assert edition.proclaimed_at is not None
    frozen = {one.number: one.supports for one in proclaimed(edition.id)}
    assert frozen == tallies(edition, at=CLOSED + timedelta(minutes=2))

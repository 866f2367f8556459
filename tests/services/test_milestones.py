"""Promises in the base: what slipped stays, what is given up stays, what is kept is said once; its own people write."""

from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.services import queries
from consult.services.actions import (
    ServiceDraft,
    create,
    drop_milestone,
    enter_phase,
    move_milestone,
    reach_milestone,
    set_milestone,
)
from consult.services.model import Milestone, Phase, PhaseStep, Service
from consult.services.rules import Keeping
from tests.support.acts import refusal
from tests.support.retained import proposal
from tests.support.stage_two import decide_attachment
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, during

AT = during(Stage.TRACKING) + timedelta(days=60)
DUE = date(2021, 9, 30)


@pytest.fixture
def bearer(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def service(world: World) -> Service:
    draft = ServiceDraft("Séance claire", "Fictif.", "Un besoin.", bearers=[ROCAMADOUR], day=date(2021, 6, 5))
    return create(world.person(None, Role.MODERATOR), proposal(world.edition()).id, draft, at=AT)


@pytest.fixture
def milestone(service: Service, bearer: Actor) -> Milestone:
    return set_milestone(bearer, service.id, title="Six conseils", due_on=DUE, at=AT)


def test_a_promise_that_slips_twice_keeps_both_days(service: Service, milestone: Milestone, bearer: Actor) -> None:
    move_milestone(bearer, milestone.id, due_on=date(2021, 11, 30), reason=" Les élections. ", at=AT)
    move_milestone(bearer, milestone.id, due_on=date(2021, 10, 31), reason="Plus vite que prévu.", at=AT + timedelta(days=1))
    reading().expire_all()
    (promise,) = queries.promises(service, date(2021, 10, 31))
    assert (promise.milestone.due_on, promise.kept) == (date(2021, 10, 31), Keeping.TO_COME)
    assert [(move.old_due_on, move.new_due_on, move.reason) for move in promise.moves] == [
        (DUE, date(2021, 11, 30), "Les élections."),
        (date(2021, 11, 30), date(2021, 10, 31), "Plus vite que prévu."),
    ]
    (late,) = queries.promises(service, date(2021, 11, 1))
    assert late.kept is Keeping.LATE
    event = reading().scalars(select(Event).where(Event.kind == EventKind.MILESTONE_MOVED).order_by(Event.id)).first()
    assert event is not None
    assert (event.data["before"], event.data["after"], event.data["reason"]) == ("2021-09-30", "2021-11-30", "Les élections.")


def test_a_promise_given_up_is_neither_late_nor_next(service: Service, milestone: Milestone, bearer: Actor) -> None:
    later = set_milestone(bearer, service.id, title="Plus tard", due_on=date(2021, 12, 1), at=AT)
    drop_milestone(bearer, milestone.id, reason=" Plus utile. ", at=AT)
    reading().expire_all()
    today = date(2021, 11, 1)
    assert [one.kept for one in queries.promises(service, today)] == [Keeping.DROPPED, Keeping.TO_COME]
    assert queries.portfolio(service.edition_id, today).late == 0
    assert queries.milestones(service.id)[0].drop_reason == "Plus utile."
    for act in (
        partial(move_milestone, bearer, milestone.id, due_on=today, reason="x", at=AT),
        partial(reach_milestone, bearer, milestone.id, done_on=date(2021, 7, 1), at=AT),
        partial(drop_milestone, bearer, milestone.id, reason="x", at=AT),
    ):
        assert refusal(act) is Reason.MILESTONE_DROPPED
    reach_milestone(bearer, later.id, done_on=date(2021, 7, 1), at=AT)
    assert refusal(lambda: drop_milestone(bearer, later.id, reason="x", at=AT)) is Reason.ALREADY_REACHED


def test_a_past_that_slipped_may_be_written(service: Service, bearer: Actor) -> None:
    past = set_milestone(bearer, service.id, title="Première version", due_on=date(2021, 6, 20), at=AT)
    move_milestone(bearer, past.id, due_on=date(2021, 7, 10), reason="Un départ.", at=AT)
    reach_milestone(bearer, past.id, done_on=date(2021, 7, 12), at=AT)
    assert [one.kept for one in queries.promises(service, date(2021, 8, 1))] == [Keeping.DONE_LATE]


def test_phases_that_began_in_the_past_keep_their_days(service: Service, bearer: Actor) -> None:
    enter_phase(bearer, service.id, Phase.CONSTRUCTION, reason="Oui.", day=date(2021, 7, 1), at=AT)
    early = partial(enter_phase, bearer, service.id, Phase.ACCELERATION, reason="Oui.", at=AT)
    assert refusal(partial(early, day=date(2021, 6, 30))) is Reason.STEP_BEFORE_THE_LAST
    early(day=date(2021, 7, 1))
    stop = partial(enter_phase, bearer, service.id, Phase.STOPPED, reason="Non.", day=date(2021, 7, 20), at=AT)
    assert refusal(stop) is Reason.LEARNT_MISSING
    stop(learnt=" Que cela ne sert pas. ")
    steps = reading().scalars(select(PhaseStep).where(PhaseStep.service_id == service.id).order_by(PhaseStep.id)).all()
    assert [step.day for step in steps] == [date(2021, 6, 5), date(2021, 7, 1), date(2021, 7, 1), date(2021, 7, 20)]
    assert steps[-1].learnt == "Que cela ne sert pas."
    assert refusal(lambda: set_milestone(bearer, service.id, title="x", due_on=DUE, at=AT)) is Reason.SERVICE_STOPPED


def test_only_its_own_people_and_the_agency_write(world: World, service: Service, milestone: Milestone, bearer: Actor) -> None:
    stranger = world.person(GRAMAT)
    move = partial(move_milestone, milestone_id=milestone.id, due_on=date(2021, 11, 30), reason="x", at=AT)
    assert refusal(lambda: move(stranger)) is Reason.NOT_OF_THE_SERVICE
    assert refusal(lambda: move(world.person(None, Role.COMMITTEE))) is Reason.NOT_OF_THE_SERVICE
    decide_attachment(bearer, AttachmentStatus.ENDED)
    assert refusal(lambda: move(bearer)) is Reason.NOT_OF_THE_SERVICE
    move(world.person(None, Role.ADMINISTRATOR))
    for act in (move_milestone, drop_milestone):
        with pytest.raises(NotFound):
            partial(act, bearer, milestone.id + 999, reason="x", at=AT)(**{"due_on": DUE} if act is move_milestone else {})


def test_two_people_move_and_give_up_at_once(app: Flask, world: World, service: Service, milestone: Milestone) -> None:
    team = [world.person(ROCAMADOUR) for _ in range(4)]
    answers = together(app, [partial(drop_milestone, one, milestone.id, reason="x", at=AT) for one in team])
    assert answers.count(Reason.MILESTONE_DROPPED) == 3
    reading().expire_all()
    assert len(reading().scalars(select(Event).where(Event.kind == EventKind.MILESTONE_DROPPED)).all()) == 1


def test_one_and_three_promises_cost_the_same(service: Service, milestone: Milestone, bearer: Actor) -> None:
    for rank in range(3):
        another = set_milestone(bearer, service.id, title=f"{rank}", due_on=DUE, at=AT)
        move_milestone(bearer, another.id, due_on=date(2021, 12, 1 + rank), reason="x", at=AT)
        with count_statements() as sent:
            assert len(queries.promises(service, DUE)) == rank + 2
        assert len(sent) == 2

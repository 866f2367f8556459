"""The life of a service in the base: what is kept, who is told, and what two people do at once."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.contributions.model import Contribution
from consult.contributions.rules import ContributionType, Status
from consult.ground.actor import Actor, Profile, Role
from consult.ground.clock import paris_day
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.rules import CHARTER
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import ProposalContribution
from consult.register.rules import Kind, Stratum
from consult.selection.model import Outcome
from consult.services import queries
from consult.services.actions import (
    ServiceDraft,
    create,
    enter_phase,
    reach_milestone,
    set_milestone,
)
from consult.services.model import Bearer, Milestone, Phase, PhaseStep, Service
from consult.services.phases import undo_stop
from consult.services.rules import is_undone
from consult.voting.model import Support
from consult.voting.rules import Weight
from tests.support.acts import refusal
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, ROCAMADOUR, World, during, just_before, opening_of

AT = during(Stage.TRACKING)
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, moderator: Actor) -> Service:
    return create(moderator, proposal(world.edition()).id, DRAFT, at=AT)


def test_a_service_is_born_in_investigation_with_its_reason(service: Service) -> None:
    reading().expire_all()
    kept = reading().get_one(Service, service.id)
    step = reading().scalars(select(PhaseStep)).one()
    assert (kept.number, kept.phase, kept.born_at, kept.reason) == (1, Phase.INVESTIGATION, AT, DRAFT.reason)
    assert (step.phase, step.entered_at, step.reason) == (Phase.INVESTIGATION, AT, DRAFT.reason)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.SERVICE_BORN)).one()
    assert (event.subject, event.data) == ("service:1", {"name": "Séance claire", "reason": DRAFT.reason})


def test_services_are_numbered_within_their_edition(world: World, moderator: Actor) -> None:
    edition, other = world.edition(), world.edition("2020")
    found = proposal(edition)
    assert [create(moderator, found.id, DRAFT, at=AT).number for _ in range(2)] == [1, 2]
    assert create(moderator, proposal(other).id, DRAFT, at=AT).number == 1


def test_it_is_born_from_a_retained_proposition_once_the_stage_is_open(world: World, moderator: Actor) -> None:
    edition = world.edition()
    retained, deferred = proposal(edition), proposal(edition, "Une autre", outcome=Outcome.DEFERRED)
    assert refusal(lambda: create(moderator, deferred.id, DRAFT, at=AT)) is Reason.NOT_RETAINED
    early = just_before(opening_of(Stage.TRACKING))
    assert refusal(lambda: create(moderator, retained.id, DRAFT, at=early)) is Reason.STAGE_CLOSED
    assert refusal(lambda: create(world.person(ROCAMADOUR), retained.id, DRAFT, at=AT)) is Reason.NOT_YOUR_ROLE
    with pytest.raises(NotFound):
        create(moderator, retained.id + 999, DRAFT, at=AT)
    assert reading().scalars(select(Service)).all() == []


def test_those_who_wrote_supported_or_volunteered_are_told_once(world: World, moderator: Actor) -> None:
    edition = world.edition()
    found, other = proposal(edition), proposal(edition, "Une autre")
    author = world.person(ROCAMADOUR, email="auteur@exemple.invalid")
    voter = world.person(GRAMAT, email="votant@exemple.invalid")
    elsewhere = world.person(GRAMAT, email="ailleurs@exemple.invalid")
    volunteer = world.person(CAUVALDOR, email="volontaire@exemple.invalid")
    with transaction() as session:
        contribution = Contribution(
            edition_id=edition.id,
            number=1,
            type=ContributionType.NEED,
            siren=ROCAMADOUR,
            departement="46",
            person_id=author.person_id,
            profile=Profile.AGENT,
            function="maire",
            title="Un besoin fictif",
            situation="",
            search_text="",
            status=Status.GROUPED,
            published_at=AT,
        )
        session.add(contribution)
        session.flush()
        session.add(ProposalContribution(proposal_id=found.id, contribution_id=contribution.id, grouped_at=AT))
        for person, siren, of in ((author, ROCAMADOUR, found), (voter, GRAMAT, found), (elsewhere, GRAMAT, other)):
            session.add(
                Support(
                    edition_id=edition.id,
                    proposal_id=of.id,
                    siren=siren,
                    attachment_id=person.mandate.attachment_id,  # type: ignore[union-attr]
                    person_id=person.person_id,
                    kind=Kind.COMMUNE,
                    stratum=Stratum.LT2000,
                    departement="46",
                    given_at=AT,
                    told=Weight.COUNTED,
                    receipt=f"recu-{siren}-{of.id}",
                )
            )
    declare(volunteer, found.id, InterestDraft(Level.RELECTURE, "", "", "", "", "", "", CHARTER), at=during(Stage.INTERESTS))
    create(moderator, found.id, DRAFT, at=AT)
    told = reading().scalars(select(Message.recipient).where(Message.notice == Notice.SERVICE_BORN))
    assert sorted(told) == ["auteur@exemple.invalid", "volontaire@exemple.invalid", "votant@exemple.invalid"]


def test_phases_follow_one_another_and_each_keeps_its_reason(service: Service, moderator: Actor) -> None:
    enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="  Le besoin est confirmé. ", at=AT + timedelta(days=30))
    assert refusal(lambda: enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="x", at=AT)) is Reason.STEP_IMPOSSIBLE
    assert refusal(lambda: enter_phase(moderator, service.id, Phase.OPERATED, reason="x", at=AT)) is Reason.STEP_IMPOSSIBLE
    assert refusal(lambda: enter_phase(moderator, service.id, Phase.STOPPED, reason=" ", at=AT)) is Reason.REASON_MISSING
    enter_phase(
        moderator,
        service.id,
        Phase.STOPPED,
        reason="Personne ne tient ces données.",
        learnt="Ceci.",
        at=AT + timedelta(days=60),
    )
    reading().expire_all()
    assert [(step.phase, step.reason) for step in queries.steps(service.id)] == [
        (Phase.INVESTIGATION, DRAFT.reason),
        (Phase.CONSTRUCTION, "Le besoin est confirmé."),
        (Phase.STOPPED, "Personne ne tient ces données."),
    ]
    assert reading().get_one(Service, service.id).phase is Phase.STOPPED
    with pytest.raises(NotFound):
        enter_phase(moderator, service.id + 999, Phase.STOPPED, reason="x", at=AT)


class TestAStopThatDidNotHappen:
    @pytest.fixture
    def stopped(self, service: Service, moderator: Actor) -> Service:
        """Stopped on a past day, in construction, and entered a month later."""
        enter_phase(moderator, service.id, Phase.CONSTRUCTION, reason="Le besoin est confirmé.", at=AT)
        day = paris_day(AT) + timedelta(days=10)
        enter_phase(moderator, service.id, Phase.STOPPED, reason="x", learnt="y", day=day, at=AT + timedelta(days=40))
        return service

    def test_it_goes_on_where_it_stood_and_the_stop_stays_in_its_history(self, stopped: Service, moderator: Actor) -> None:
        undone = AT + timedelta(days=50)
        undo_stop(moderator, stopped.id, reason=" Mauvais service. ", at=undone)
        reading().expire_all()
        assert reading().get_one(Service, stopped.id).phase is Phase.CONSTRUCTION
        steps = queries.steps(stopped.id)
        assert [step.phase for step in steps] == [Phase.INVESTIGATION, Phase.CONSTRUCTION, Phase.STOPPED, Phase.CONSTRUCTION]
        assert (steps[-1].entered_at, steps[-1].reason, steps[-1].day) == (undone, "Mauvais service.", steps[-2].day)
        assert [is_undone(step.phase, is_last=step is steps[-1]) for step in steps] == [False, False, True, False]
        event = reading().scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()
        assert (event.kind, event.subject) == (EventKind.SERVICE_STOP_UNDONE, "service:1")
        assert (event.data["reason"], event.data["after"]) == ("Mauvais service.", "construction")
        day = steps[-2].day
        assert day is not None
        enter_phase(moderator, stopped.id, Phase.ACCELERATION, reason="x", day=day, at=undone)

    def test_once_by_the_agency_for_a_reason(self, world: World, stopped: Service, moderator: Actor) -> None:
        with transaction() as session:
            session.add(Bearer(service_id=stopped.id, siren=ROCAMADOUR, since=AT))
        undo = partial(undo_stop, service_id=stopped.id, reason="Mauvais service.", at=AT + timedelta(days=50))
        assert refusal(undo, world.person(ROCAMADOUR)) is Reason.NOT_YOUR_ROLE
        assert refusal(undo, moderator, reason=" ") is Reason.REASON_MISSING
        undo(moderator)
        assert refusal(undo, moderator) is Reason.SERVICE_NOT_STOPPED
        with pytest.raises(NotFound):
            undo(moderator, service_id=stopped.id + 999)


def test_a_milestone_is_promised_then_reached_once(service: Service, moderator: Actor) -> None:
    born = paris_day(AT)
    assert (
        refusal(lambda: set_milestone(moderator, service.id, title="Trop tôt", due_on=born - timedelta(days=1), at=AT))
        is Reason.DATE_BEFORE_BIRTH
    )
    milestone = set_milestone(moderator, service.id, title="Six conseils suivis", due_on=born + timedelta(days=9), at=AT)
    tomorrow = born + timedelta(days=1)
    assert refusal(lambda: reach_milestone(moderator, milestone.id, done_on=tomorrow, at=AT)) is Reason.DATE_TO_COME
    reach_milestone(moderator, milestone.id, done_on=tomorrow, at=AT + timedelta(days=1))
    assert refusal(lambda: reach_milestone(moderator, milestone.id, done_on=born, at=AT)) is Reason.ALREADY_REACHED
    reading().expire_all()
    assert reading().get_one(Milestone, milestone.id).done_on == tomorrow
    with pytest.raises(NotFound):
        reach_milestone(moderator, milestone.id + 999, done_on=born, at=AT)


def test_two_moderators_take_a_service_to_its_next_phase_at_once(app: Flask, world: World, service: Service) -> None:
    moderators = [world.person(None, Role.MODERATOR) for _ in range(4)]
    step = partial(enter_phase, reason="Le besoin est confirmé.", at=AT)
    answers = together(app, [partial(step, moderator, service.id, Phase.CONSTRUCTION) for moderator in moderators])
    assert answers.count(Reason.STEP_IMPOSSIBLE) == 3
    reading().expire_all()
    assert len(queries.steps(service.id)) == 2

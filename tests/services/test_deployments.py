"""What collectivités do with a service, in the base: each step kept, the sums of its row, who is told, who confirms."""

from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.accounts.model import AttachmentStatus, MutedTopic, Topic
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris_day
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.services.actions import ServiceDraft, create
from consult.services.adoption import Filters, confirmed, taken_back, uses
from consult.services.deployments import confirm_deployments, declare_deployment, unconfirm_deployment
from consult.services.model import Bearer, Deployment, DeploymentStatus, DeploymentStep, Service
from tests.support.acts import last_event, refusal
from tests.support.letters import letters, text_of
from tests.support.retained import proposal
from tests.support.stage_two import decide_attachment
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during

AT = during(Stage.TRACKING)
LATER = AT + timedelta(days=60)
BORN = paris_day(AT)
TRIAL, IN_USE, ENDED = DeploymentStatus
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, moderator: Actor) -> Service:
    return create(moderator, proposal(world.edition()).id, DRAFT, at=AT)


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    with transaction() as session:
        session.add(Bearer(service_id=service.id, siren=CAUVALDOR, since=AT))
    return world.person(CAUVALDOR)


def sums(service: Service) -> tuple[int, int]:
    """What the row of the service says, which must be what its deployments say."""
    reading().expire_all()
    row = reading().get_one(Service, service.id)
    counted = dict(
        reading()
        .execute(select(Deployment.status, func.count()).where(Deployment.service_id == service.id).group_by(Deployment.status))
        .all()
    )
    assert (row.trials, row.in_use) == (counted.get(TRIAL, 0), counted.get(IN_USE, 0))
    return row.trials, row.in_use


def steps() -> list[tuple[DeploymentStatus, date]]:
    return [(one.status, one.since) for one in reading().scalars(select(DeploymentStep).order_by(DeploymentStep.id))]


def test_each_thing_said_is_kept_and_the_row_of_the_service_counts(world: World, service: Service) -> None:
    agent = world.person(ROCAMADOUR)
    say = partial(declare_deployment, agent, service.id, ROCAMADOUR, at=LATER)
    days = [BORN + timedelta(days=10 * rank) for rank in range(4)]
    told = []
    for status, since in zip((TRIAL, IN_USE, ENDED, TRIAL), days, strict=True):
        deployment = say(status=status, since=since)
        told.append(sums(service))
        assert (deployment.status, deployment.since, deployment.declared_by) == (status, since, agent.person_id)
    assert told == [(1, 0), (0, 1), (0, 0), (1, 0)]
    assert steps() == list(zip((TRIAL, IN_USE, ENDED, TRIAL), days, strict=True))
    assert refusal(say, status=ENDED, since=days[2]) is Reason.DATE_BEFORE_LAST_STEP
    event = last_event()
    assert (event.kind, event.subject, event.siren) == (EventKind.DEPLOYMENT_DECLARED, "service:1", ROCAMADOUR)
    assert event.data == {"status": "trial", "since": days[3].isoformat(), "before": "ended"}


def test_the_same_again_corrects_the_day_as_far_as_what_came_before(world: World, service: Service) -> None:
    say = partial(declare_deployment, world.person(ROCAMADOUR), service.id, ROCAMADOUR, at=LATER)
    first, second = BORN + timedelta(days=5), BORN + timedelta(days=20)
    say(status=TRIAL, since=first)
    say(status=IN_USE, since=second)
    assert refusal(say, status=IN_USE, since=second) is Reason.ALREADY_DEPLOYED
    say(status=IN_USE, since=first)
    assert refusal(say, status=IN_USE, since=first - timedelta(days=1)) is Reason.DATE_BEFORE_LAST_STEP
    assert reading().scalars(select(Deployment)).one().since == first
    assert sums(service) == (0, 1)
    assert len(steps()) == 3


def test_a_collectivite_speaks_for_itself_the_team_and_the_agency_for_any(
    world: World, service: Service, moderator: Actor, bearer: Actor
) -> None:
    agent = world.person(ROCAMADOUR)

    def deploy(actor: Actor, siren: str, since: date = BORN) -> Deployment:
        return declare_deployment(actor, service.id, siren, status=TRIAL, since=since, at=AT)

    assert refusal(deploy, agent, GRAMAT) is Reason.NOT_YOURS
    assert refusal(deploy, agent, ROCAMADOUR, BORN - timedelta(days=1)) is Reason.DATE_BEFORE_BIRTH
    assert deploy(agent, ROCAMADOUR).confirmed_at is None
    for actor, siren in ((moderator, GRAMAT), (bearer, LOT)):
        sure = deploy(actor, siren)
        assert (sure.confirmed_at, sure.confirmed_by, sure.declared_by) == (AT, actor.person_id, actor.person_id)
    assert refusal(deploy, moderator, ROCAMADOUR) is Reason.ALREADY_DEPLOYED
    with pytest.raises(NotFound):
        deploy(moderator, "999999999")
    with pytest.raises(NotFound):
        declare_deployment(moderator, service.id + 999, GRAMAT, status=TRIAL, since=BORN, at=AT)
    assert sums(service) == (3, 0)


def test_whom_others_speak_of_is_told_and_may_correct_it(world: World, service: Service, bearer: Actor) -> None:
    theirs = world.person(ROCAMADOUR, email="agent@exemple.invalid")
    world.person(ROCAMADOUR, email="attente@exemple.invalid", status=AttachmentStatus.PENDING)
    muted = world.person(ROCAMADOUR, email="silence@exemple.invalid")
    with transaction() as session:
        session.add(MutedTopic(person_id=muted.person_id, topic=Topic.SERVICES))
    letters(AT)
    declare_deployment(bearer, service.id, ROCAMADOUR, status=IN_USE, since=BORN, at=AT)
    (letter,) = letters(AT)
    assert letter["To"] == "agent@exemple.invalid"
    assert "« Séance claire » : votre collectivité utilise ce service ?" in " ".join(letter["Subject"].split())
    said = text_of(letter)
    assert "L’équipe du service a écrit que votre collectivité utilise « Séance claire » depuis le 2 juin 2021" in said
    assert "http://127.0.0.1:8000/2021/services/1/deploiements" in said
    assert bearer.name not in said
    declare_deployment(theirs, service.id, ROCAMADOUR, status=ENDED, since=BORN, at=AT)
    assert letters(AT) == []


def test_what_is_said_is_confirmed_together_and_what_changed_is_not(
    world: World, service: Service, bearer: Actor, moderator: Actor
) -> None:
    agents = {siren: world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)}
    use = partial(declare_deployment, since=BORN, at=AT)
    said = [use(agent, service.id, siren, status=TRIAL) for siren, agent in agents.items()]
    last = dict(reading().execute(select(DeploymentStep.deployment_id, DeploymentStep.id)).all())
    seen = {one.id: last[one.id] for one in said}
    use(agents[GRAMAT], service.id, GRAMAT, status=IN_USE)
    assert refusal(confirm_deployments, agents[LOT], service.id, seen, at=AT) is Reason.NOT_OF_THE_SERVICE
    assert confirm_deployments(bearer, service.id, seen, at=AT) == 2
    reading().expire_all()
    confirmed = reading().scalars(select(Deployment.siren).where(Deployment.confirmed_by == bearer.person_id)).all()
    assert set(confirmed) == {ROCAMADOUR, LOT}
    events = reading().scalars(select(Event).where(Event.kind == EventKind.DEPLOYMENT_CONFIRMED)).all()
    assert {(one.siren, one.subject) for one in events} == {(ROCAMADOUR, "service:1"), (LOT, "service:1")}
    assert refusal(confirm_deployments, moderator, service.id, seen, at=AT) is Reason.CHANGED_MEANWHILE
    use(agents[LOT], service.id, LOT, status=ENDED)
    reading().expire_all()
    assert reading().scalar(select(Deployment.confirmed_at).where(Deployment.siren == LOT)) is None
    with pytest.raises(NotFound):
        confirm_deployments(moderator, service.id + 999, seen, at=AT)


def test_nothing_of_another_service_is_confirmed(world: World, service: Service, moderator: Actor, bearer: Actor) -> None:
    other = create(moderator, service.proposal_id, DRAFT, at=AT)
    theirs = declare_deployment(world.person(ROCAMADOUR), other.id, ROCAMADOUR, status=TRIAL, since=BORN, at=AT)
    seen = dict(reading().execute(select(DeploymentStep.deployment_id, DeploymentStep.id)).all())
    assert list(seen) == [theirs.id]
    assert refusal(confirm_deployments, bearer, service.id, seen, at=AT) is Reason.CHANGED_MEANWHILE


def test_colleagues_say_the_same_at_once(app: Flask, world: World, service: Service) -> None:
    colleagues = [world.person(ROCAMADOUR) for _ in range(6)]
    use = partial(declare_deployment, status=IN_USE, since=BORN, at=AT)
    answers = together(app, [partial(use, colleague, service.id, ROCAMADOUR) for colleague in colleagues])
    assert answers.count(Reason.ALREADY_DEPLOYED) == 5
    assert sums(service) == (0, 1)


def test_many_collectivites_say_so_at_once(app: Flask, world: World, service: Service) -> None:
    acts = [
        partial(declare_deployment, world.person(siren), service.id, siren, status=status, since=BORN, at=AT)
        for siren, status in ((ROCAMADOUR, TRIAL), (GRAMAT, TRIAL), (LOT, IN_USE), (CAUVALDOR, IN_USE))
    ]
    assert all(isinstance(answer, Deployment) for answer in together(app, acts))
    assert sums(service) == (2, 2)


def test_an_attachment_ended_in_between_no_longer_declares(world: World, service: Service) -> None:
    agent = world.person(ROCAMADOUR)
    decide_attachment(agent, AttachmentStatus.ENDED)
    act = partial(declare_deployment, agent, service.id, ROCAMADOUR, status=TRIAL, since=BORN, at=AT)
    assert refusal(act) is Reason.NO_COLLECTIVITE


class TestTakingAConfirmationBack:
    def test_what_was_said_stays_and_waits_again(self, world: World, service: Service, bearer: Actor, moderator: Actor) -> None:
        say = partial(declare_deployment, world.person(ROCAMADOUR), service.id, ROCAMADOUR, at=LATER)
        said = say(status=IN_USE, since=BORN)
        take = partial(unconfirm_deployment, deployment_id=said.id, reason=" Une erreur de ligne. ", at=LATER)
        assert refusal(take, bearer) is Reason.NOT_CONFIRMED
        (step,) = reading().scalars(select(DeploymentStep.id))
        confirm_deployments(bearer, service.id, {said.id: step}, at=AT + timedelta(days=59))
        for stranger in (world.person(ROCAMADOUR), world.person(GRAMAT)):
            assert refusal(take, stranger) is Reason.NOT_OF_THE_SERVICE
        assert refusal(take, bearer, reason=" ") is Reason.REASON_MISSING
        take(bearer)
        reading().expire_all()
        assert reading().get_one(Deployment, said.id).confirmed_at is None
        assert sums(service) == (0, 1), "it says so still"
        event = last_event()
        assert (event.kind, event.siren, event.subject) == (EventKind.DEPLOYMENT_UNCONFIRMED, ROCAMADOUR, "service:1")
        assert (event.data["reason"], event.data["collectivite"]) == ("Une erreur de ligne.", "Rocamadour (Lot)")
        listed = uses(service.id, Filters()).items
        with count_statements() as sent:
            (found,) = taken_back(service, listed).values()
        assert len(sent) == 1
        assert (found.confirmed_at, found.at, found.reason) == (AT + timedelta(days=59), LATER, "Une erreur de ligne.")
        confirm_deployments(moderator, service.id, {said.id: step}, at=LATER)
        assert taken_back(service, uses(service.id, Filters()).items) == {}

    def test_of_another_service_it_is_not_found(self, world: World, service: Service, moderator: Actor) -> None:
        said = declare_deployment(moderator, service.id, ROCAMADOUR, status=TRIAL, since=BORN, at=LATER)
        assert confirmed(service.id, said.id).siren == ROCAMADOUR
        for wrong in (partial(confirmed, service.id + 1, said.id), partial(confirmed, service.id, said.id + 1)):
            with pytest.raises(NotFound):
                wrong()
        with pytest.raises(NotFound):
            unconfirm_deployment(moderator, said.id + 1, reason="x", at=LATER)

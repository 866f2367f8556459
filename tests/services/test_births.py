"""What a service is born with: its day, the contributions it answers, the collectivités that bear it and their people."""

from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.publishing import accept
from consult.interests.rules import CHARTER
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.services import queries
from consult.services.actions import ServiceDraft, create
from consult.services.bearers import add_bearer, remove_bearer
from consult.services.model import Bearer, Phase, PhaseStep, Service
from tests.support import retained, stage_one
from tests.support.acts import refusal
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during, no_more, opening_of

AT = during(Stage.TRACKING) + timedelta(days=60)
NAME = ("Séance claire", "Préparer une séance (fictif).", "Un besoin partagé.")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def found(world: World) -> Proposal:
    """A retained proposition with three contributions."""
    edition = world.edition()
    author = world.person(ROCAMADOUR)
    needs = [stage_one.need(author, edition) for _ in range(3)]
    kept = retained.proposal(edition)
    for one in needs:
        stage_one.group(one, kept)
    other = retained.proposal(edition, "Une autre")
    stage_one.group(stage_one.need(author, edition), other)
    return kept


def born(moderator: Actor, found: Proposal, **said: object) -> Service:
    return create(moderator, found.id, ServiceDraft(*NAME, **said), at=AT)  # type: ignore[arg-type]


def test_it_answers_all_the_contributions_of_its_proposition_unless_told_which(moderator: Actor, found: Proposal) -> None:
    ids = [id_ for id_, _, _ in queries.answerable(found.id)]
    assert len(ids) == 3
    numbers = [number for number, _, _ in queries.origins(born(moderator, found).id)]
    assert len(numbers) == 3
    assert [number for number, _, _ in queries.origins(born(moderator, found, contributions=ids[1:2]).id)] == numbers[1:2]
    assert refusal(lambda: born(moderator, found, contributions=[])) is Reason.NO_CONTRIBUTION
    with pytest.raises(NotFound):
        born(moderator, found, contributions=[*ids, 999_999])


def test_a_service_is_born_on_the_day_it_was(moderator: Actor, found: Proposal) -> None:
    service = born(moderator, found, day=date(2021, 6, 15), phase=Phase.CONSTRUCTION)
    assert (service.born_at, service.phase) == (paris(2021, 6, 15), Phase.CONSTRUCTION)
    (step,) = reading().scalars(select(PhaseStep)).all()
    assert (step.day, step.entered_at, step.phase) == (date(2021, 6, 15), AT, Phase.CONSTRUCTION)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.SERVICE_BORN)).one()
    assert (event.at, event.data["day"]) == (AT, "2021-06-15")


def test_nothing_is_born_before_the_stage_nor_to_morrow(moderator: Actor, found: Proposal) -> None:
    opening = paris_day(opening_of(Stage.TRACKING))
    assert born(moderator, found, day=opening).born_at == opening_of(Stage.TRACKING)
    assert refusal(lambda: born(moderator, found, day=opening - timedelta(days=1))) is Reason.DATE_BEFORE_STAGE
    assert refusal(lambda: born(moderator, found, day=paris_day(AT) + timedelta(days=1))) is Reason.DATE_TO_COME
    assert born(moderator, found, day=paris_day(AT)).born_at == AT


def test_the_pilots_that_were_accepted_bear_it_unless_told_who(world: World, moderator: Actor) -> None:
    edition = world.edition()
    kept = retained.proposal(edition)
    for siren, level, is_accepted in (
        (GRAMAT, Level.PILOTE, True),
        (CAUVALDOR, Level.ATELIER, True),
        (LOT, Level.PILOTE, False),
    ):
        people = ("Ada", "secrétaire", "Béa", "maire") if level is Level.PILOTE else ("", "", "", "")
        draft = InterestDraft(level, *people, "Le mardi.", "Des idées.", CHARTER)
        interest = declare(world.person(siren), kept.id, draft, at=during(Stage.INTERESTS))
        if is_accepted:
            accept(moderator, interest.id, at=during(Stage.INTERESTS))
    assert [one.siren for one in queries.borne_by(born(moderator, kept).id)] == [GRAMAT]
    assert [one.siren for one in queries.borne_by(born(moderator, kept, bearers=[LOT, ROCAMADOUR, LOT]).id)] == [
        ROCAMADOUR,
        LOT,
    ]
    assert queries.borne_by(born(moderator, kept, bearers=[]).id) == []


def test_its_people_are_told_that_they_may_write(world: World, moderator: Actor, found: Proposal) -> None:
    world.person(GRAMAT, email="gramat@exemple.invalid")
    world.person(GRAMAT, email="attente@exemple.invalid", status=AttachmentStatus.PENDING)
    world.person(LOT, email="lot@exemple.invalid")
    service = born(moderator, found, bearers=[GRAMAT])
    told = select(Message.recipient).where(Message.notice == Notice.BEARER_ADDED)
    assert reading().scalars(told).all() == ["gramat@exemple.invalid"]
    add_bearer(moderator, service.id, LOT, reason="Il finance.", at=AT)
    assert sorted(reading().scalars(told)) == ["gramat@exemple.invalid", "lot@exemple.invalid"]
    remove_bearer(moderator, service.id, GRAMAT, reason="Elle se retire.", at=AT)
    add_bearer(moderator, service.id, GRAMAT, reason="Elle revient.", at=AT + timedelta(days=1))
    assert len(reading().scalars(told).all()) == 3


def test_the_agency_says_who_bears_a_service_for_a_reason(world: World, moderator: Actor, found: Proposal) -> None:
    service = born(moderator, found, bearers=[GRAMAT])
    its_own = world.person(GRAMAT)
    assert refusal(lambda: add_bearer(its_own, service.id, LOT, reason="x", at=AT)) is Reason.NOT_YOUR_ROLE
    assert refusal(lambda: remove_bearer(its_own, service.id, GRAMAT, reason="x", at=AT)) is Reason.NOT_YOUR_ROLE
    assert refusal(lambda: add_bearer(moderator, service.id, GRAMAT, reason="x", at=AT)) is Reason.ALREADY_BEARS
    assert refusal(lambda: remove_bearer(moderator, service.id, LOT, reason="x", at=AT)) is Reason.DOES_NOT_BEAR
    for siren in ("999999999", ""):
        with pytest.raises(NotFound):
            add_bearer(moderator, service.id, siren, reason="x", at=AT)
    with no_more(LOT), pytest.raises(NotFound):
        add_bearer(moderator, service.id, LOT, reason="x", at=AT)
    remove_bearer(moderator, service.id, GRAMAT, reason=" Elle se retire. ", at=AT)
    event = reading().scalars(select(Event).where(Event.kind == EventKind.BEARER_REMOVED)).one()
    assert (event.siren, event.subject) == (GRAMAT, f"service:{service.number}")
    assert event.data == {"collectivite": "Gramat (Lot)", "reason": "Elle se retire."}


def test_two_people_name_the_same_bearer_at_once(app: Flask, world: World, moderator: Actor, found: Proposal) -> None:
    service = born(moderator, found, bearers=[])
    team = [world.person(None, Role.MODERATOR) for _ in range(4)]
    answers = together(app, [partial(add_bearer, one, service.id, LOT, reason="x", at=AT) for one in team])
    assert answers.count(Reason.ALREADY_BEARS) == 3
    reading().expire_all()
    assert len(reading().scalars(select(Bearer)).all()) == 1

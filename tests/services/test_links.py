"""What a service says of itself: written by its own people, two of whom do not undo one another's words."""

from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.services.actions import ServiceDraft, create
from consult.services.links import Description, describe
from consult.services.model import Service
from tests.support.acts import refusal
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, during, just_before, opening_of

AT = during(Stage.TRACKING)
SAID = Description("Séance claire", "Préparer une séance.", site="https://exemple.fr", licence="EUPL-1.2")


@pytest.fixture
def bearer(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def service(world: World) -> Service:
    draft = ServiceDraft("Séance claire", "Préparer une séance.", "Un besoin.", bearers=[ROCAMADOUR])
    return create(world.person(None, Role.MODERATOR), proposal(world.edition()).id, draft, at=AT)


def test_all_of_it_is_said_anew(service: Service, bearer: Actor) -> None:
    describe(bearer, service.id, SAID, revision=0, at=AT)
    describe(bearer, service.id, replace(SAID, name="Séance limpide", site=""), revision=1, at=AT)
    reading().expire_all()
    kept = reading().get_one(Service, service.id)
    assert (kept.name, kept.site, kept.licence, kept.revision) == ("Séance limpide", "", "EUPL-1.2", 2)
    first, second = reading().scalars(select(Event).where(Event.kind == EventKind.SERVICE_DESCRIBED).order_by(Event.id))
    assert first.data == {"changed": "site,licence"}
    assert second.data == {"changed": "name,site", "before": "Séance claire", "after": "Séance limpide"}


def test_nothing_new_is_no_act(service: Service, bearer: Actor) -> None:
    describe(bearer, service.id, Description("Séance claire", "Préparer une séance."), revision=0, at=AT)
    assert reading().scalars(select(Event).where(Event.kind == EventKind.SERVICE_DESCRIBED)).all() == []


def test_who_says_it_and_when(world: World, service: Service, bearer: Actor) -> None:
    say = partial(describe, service_id=service.id, said=SAID, revision=0)
    assert refusal(lambda: say(world.person(GRAMAT), at=AT)) is Reason.NOT_OF_THE_SERVICE
    assert refusal(lambda: say(bearer, at=just_before(opening_of(Stage.TRACKING)))) is Reason.STAGE_CLOSED
    with pytest.raises(NotFound):
        describe(bearer, service.id + 999, SAID, revision=0, at=AT)
    say(bearer, at=AT)
    assert refusal(lambda: say(bearer, at=AT)) is Reason.CHANGED_MEANWHILE


def test_two_people_at_once_do_not_undo_one_another(app: Flask, world: World, service: Service) -> None:
    team = [world.person(ROCAMADOUR) for _ in range(4)]
    acts = [
        partial(describe, one, service.id, replace(SAID, licence=f"Licence {rank}"), revision=0, at=AT)
        for rank, one in enumerate(team)
    ]
    assert together(app, acts).count(Reason.CHANGED_MEANWHILE) == 3

"""The figures of stages 3 and 4, from a small world where each of them is something else than the next."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor, Role
from consult.interests.actions import withdraw
from consult.interests.model import Level
from consult.opendata.figures import key_figures
from consult.opendata.stage_figures import Meetings, Offers, by_kind, by_level, life, meetings, phases
from consult.register.rules import Kind
from consult.services.actions import (
    ServiceDraft,
    create,
    declare_deployment,
    drop_milestone,
    enter_phase,
    move_milestone,
    reach_milestone,
    set_milestone,
)
from consult.services.links import Description, describe
from consult.services.model import DeploymentStatus, MoneyKind, Phase, Service
from consult.services.news import NewsDraft, tell_news
from consult.workshops.actions import announce, cancel, publish_notes
from consult.workshops.seats import give_up, take
from tests.support import retained
from tests.support.documents import store
from tests.support.meetings import MEETING, volunteer
from tests.support.money import line
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during

INTERESTS = during(Stage.INTERESTS)
AT = during(Stage.TRACKING)
TODAY = date(2021, 6, 2)
LATER = date(2021, 12, 1)


@pytest.fixture
def edition(world: World) -> Edition:
    """An edition, with something of everything in another beside it."""
    other = world.edition("2020")
    found = retained.proposal(other)
    volunteer(world.person(LOT), found, at=INTERESTS)
    announce(OPERATOR, found.id, MEETING, at=INTERESTS)
    elsewhere = born(found.id, "D’ailleurs", bearers=[LOT])
    set_milestone(OPERATOR, elsewhere.id, title="D’ailleurs", due_on=TODAY, at=AT)
    line(elsewhere, MoneyKind.COST, 10, at=AT)
    declare_deployment(OPERATOR, elsewhere.id, LOT, status=DeploymentStatus.TRIAL, since=TODAY, at=AT)
    return world.edition()


def born(proposal_id: int, name: str, **said: object) -> Service:
    return create(OPERATOR, proposal_id, ServiceDraft(name, "Ce qu’il fait.", "Un besoin.", **said), at=AT)  # type: ignore[arg-type]


def test_offers_are_counted_by_level_and_by_kind_without_those_withdrawn(world: World, edition: Edition) -> None:
    found = retained.proposal(edition)
    for siren, level in ((ROCAMADOUR, Level.PILOTE), (GRAMAT, Level.ATELIER), (CAUVALDOR, Level.ATELIER)):
        volunteer(world.person(siren), found, at=INTERESTS, level=level)
    gone = world.person(LOT)
    withdraw(gone, volunteer(gone, found, at=INTERESTS, level=Level.RELECTURE).id, reason="Non.", at=INTERESTS)
    assert by_level(edition.id) == {
        Level.RELECTURE: Offers(0, 0, 0),
        Level.ATELIER: Offers(2, 0, 0),
        Level.PILOTE: Offers(1, 0, 0),
    }
    assert by_kind(edition.id) == {Kind.COMMUNE: Offers(2, 0, 0), Kind.EPCI: Offers(1, 0, 0)}
    assert key_figures(edition.id).volunteers == 3


def test_workshops_held_to_come_cancelled_and_noted(world: World, edition: Edition) -> None:
    found = retained.proposal(edition)
    team = world.person(None, Role.MODERATOR)
    past, noted, coming, gone = (
        announce(team, found.id, replace(MEETING, starts_at=start, ends_at=start + timedelta(hours=1)), at=INTERESTS)
        for start in (MEETING.starts_at + timedelta(days=days) for days in (0, 1, 20, 21))
    )
    for siren, workshop in ((ROCAMADOUR, past), (GRAMAT, coming), (CAUVALDOR, gone)):
        volunteer(person := world.person(siren), found, at=INTERESTS)
        take(person, workshop.id, at=INTERESTS)
        take(world.person(siren), workshop.id, at=INTERESTS)
    volunteer(left := world.person(LOT), found, at=INTERESTS)
    take(left, past.id, at=INTERESTS)
    give_up(left, past.id, at=INTERESTS)
    cancel(team, gone.id, reason="Grève.", at=INTERESTS)
    at = MEETING.starts_at + timedelta(days=2)
    publish_notes(team, noted.id, "On a parlé.", at=at)
    assert meetings(edition.id, at) == Meetings(held=2, to_come=1, cancelled=1, noted=1, collectivites=2)
    assert meetings(edition.id, past.ends_at - timedelta(seconds=1)).held == 0
    assert meetings(edition.id, past.ends_at).held == 1


@pytest.fixture
def services(world: World, edition: Edition) -> tuple[Service, Service, Service]:
    """Three services: one that lives, one that stopped, one that has only just been born."""
    found = retained.proposal(edition)
    lives = born(found.id, "Il vit", bearers=[ROCAMADOUR, GRAMAT])
    stopped = born(found.id, "Il s’arrête", bearers=[ROCAMADOUR])
    return lives, stopped, born(found.id, "Il naît", bearers=[])


def test_services_by_phase(services: tuple[Service, ...], edition: Edition) -> None:
    enter_phase(OPERATOR, services[1].id, Phase.STOPPED, reason="Sans usage.", learnt="Rien ne presse.", at=AT)
    found = phases(edition.id)
    assert [phase for phase, _ in found] == list(Phase)
    assert {phase: count for phase, count in found if count} == {Phase.INVESTIGATION: 2, Phase.STOPPED: 1}


def test_promises_kept_late_moved_and_dropped(services: tuple[Service, ...], edition: Edition) -> None:
    lives, stopped, _ = services

    def promise(service: Service, due_on: date) -> int:
        return set_milestone(OPERATOR, service.id, title=f"Pour le {due_on}", due_on=due_on, at=AT).id

    reach_milestone(OPERATOR, promise(lives, date(2021, 7, 1)), done_on=date(2021, 7, 1), at=AT + timedelta(days=60))
    reach_milestone(OPERATOR, promise(lives, date(2021, 7, 2)), done_on=date(2021, 7, 3), at=AT + timedelta(days=60))
    late = promise(lives, date(2021, 9, 1))
    for day in (date(2021, 10, 1), LATER - timedelta(days=1)):
        move_milestone(OPERATOR, late, due_on=day, reason="Retard.", at=AT)
    promise(lives, LATER)
    drop_milestone(OPERATOR, promise(lives, date(2021, 8, 1)), reason="Inutile.", at=AT)
    promise(stopped, date(2021, 8, 2))
    enter_phase(OPERATOR, stopped.id, Phase.STOPPED, reason="Sans usage.", learnt="Rien.", at=AT)
    found = life(edition.id, LATER)
    assert (found.promised, found.kept, found.kept_late, found.late, found.moved, found.dropped) == (6, 2, 1, 1, 1, 1)
    assert life(edition.id, LATER + timedelta(days=1)).late == 2, "the due day itself is not late"


def test_what_services_cost_say_and_show(world: World, services: tuple[Service, ...], edition: Edition) -> None:
    lives, stopped, _ = services
    bearer = world.person(ROCAMADOUR)
    for kind, euros in (
        (MoneyKind.COST, "1000.50"),
        (MoneyKind.STATE, 400),
        (MoneyKind.OTHER, 100),
        (MoneyKind.ENGAGED, 300),
        (MoneyKind.PAID, 200),
    ):
        line(lives, kind, euros, at=AT)
    line(stopped, MoneyKind.COST, 5000, by=bearer, at=AT)
    tell_news(bearer, store(), lives.id, NewsDraft("Publiée", "Une séance."), at=AT)
    tell_news(bearer, store(), lives.id, NewsDraft("En attente", "3 000 €"), at=AT)
    said = Description("Il vit", "x", repository="https://git.exemple.fr/x", licence="MIT")
    describe(OPERATOR, lives.id, said, revision=lives.revision, at=AT)
    found = life(edition.id, LATER)
    assert (found.services, found.bearers, found.news, found.indicators, found.measures) == (3, 2, 1, 0, 0)
    assert found.budgeted == 1, "what is only proposed says nothing"
    assert (found.cost, found.state_share, found.others, found.engaged, found.paid) == tuple(
        map(Decimal, ("1000.50", "400", "100", "300", "200"))
    )
    assert (found.repository, found.licence, found.accessibility, found.security, found.statistics) == (1, 1, 0, 0, 0)


def test_who_uses_them_and_who_no_longer_does(world: World, services: tuple[Service, ...], edition: Edition) -> None:
    lives, other, _ = services

    def use(who: Actor, service: Service, siren: str, status: DeploymentStatus, days: int = 0) -> None:
        day = TODAY + timedelta(days=days)
        declare_deployment(who, service.id, siren, status=status, since=day, at=AT + timedelta(days=days))

    use(OPERATOR, lives, ROCAMADOUR, DeploymentStatus.IN_USE)
    use(OPERATOR, other, ROCAMADOUR, DeploymentStatus.TRIAL)
    use(world.person(LOT), lives, LOT, DeploymentStatus.TRIAL)
    use(OPERATOR, lives, GRAMAT, DeploymentStatus.TRIAL)
    use(OPERATOR, lives, GRAMAT, DeploymentStatus.ENDED, days=9)
    found = life(edition.id, LATER)
    assert (found.trials, found.in_use, found.users, found.confirmed, found.ended) == (2, 1, 2, 2, 1)


def test_an_edition_with_nothing_has_nought_of_everything_in_one_statement_each(world: World, edition: Edition) -> None:
    of = edition.id
    with count_statements() as sent:
        found = life(of, LATER)
        assert meetings(of, AT) == Meetings(0, 0, 0, 0, 0)
        assert not by_kind(of)
        assert {count for _, count in phases(of)} == {0}
    assert len(sent) == 4
    assert {getattr(found, name) for name in found.__slots__} == {0}

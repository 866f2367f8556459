"""What collectivités like one have, and it has not: the nearest first, at a cost that does not grow with adoption."""

from collections.abc import Sequence

import pytest

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris_day
from consult.ground.database import transaction
from consult.register import queries as register
from consult.register.neighbours import DoneByAlike
from consult.services.actions import ServiceDraft, create, enter_phase
from consult.services.deployments import declare_deployment
from consult.services.model import Bearer, DeploymentStatus, Phase, Service
from consult.services.of_collectivite import borne, had_by_alike
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, during

AT = during(Stage.TRACKING)
IN_LOT = ("200054948", "200054971", "200058535", "200060002")  # communes of the stratum of Rocamadour, in its département
IN_OCCITANIE = ("200081784", "210900023")
ELSEWHERE = ("200053395", "200053668")


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, team: Actor) -> Service:
    return create(team, proposal(world.edition()).id, ServiceDraft("Séance claire", "Fictif.", "Raison."), at=AT)


def deploy(team: Actor, service: Service, *sirens: str, status: DeploymentStatus = DeploymentStatus.IN_USE) -> None:
    """These collectivités have the service, in this order."""
    for siren in sirens:
        declare_deployment(team, service.id, siren, status=status, since=paris_day(AT), at=AT)


def had(siren: str) -> tuple[list[tuple[str, int, list[str]]], bool]:
    """Title, total and names of what those like this one have; whether they are near."""
    found, near = had_by_alike(register.get(siren))
    return _said(found), near


def _said(found: Sequence[DoneByAlike]) -> list[tuple[str, int, list[str]]]:
    return [(one.title, one.total, [line.siren for line in one.first]) for one in found]


def test_the_nearest_come_first_and_only_those_of_the_same_kind_and_stratum(team: Actor, service: Service) -> None:
    deploy(team, service, ELSEWHERE[0], IN_OCCITANIE[0], GRAMAT, LOT, IN_LOT[1], IN_LOT[0])
    assert had(ROCAMADOUR) == ([("Séance claire", 3, [IN_LOT[1], IN_LOT[0], IN_OCCITANIE[0]])], True)
    assert had(SAINT_ETIENNE) == ([], False)


def test_three_are_named_and_the_others_counted(team: Actor, service: Service) -> None:
    deploy(team, service, *IN_LOT)
    assert had(ROCAMADOUR) == ([("Séance claire", 4, list(IN_LOT[:3]))], True)


def test_without_any_near_the_others_are_said(team: Actor, service: Service) -> None:
    deploy(team, service, *ELSEWHERE)
    assert had(ROCAMADOUR) == ([("Séance claire", 2, list(ELSEWHERE))], False)


def test_those_that_no_longer_have_it_are_left_out(team: Actor, service: Service) -> None:
    deploy(team, service, IN_LOT[0])
    declare_deployment(team, service.id, IN_LOT[0], status=DeploymentStatus.ENDED, since=paris_day(AT), at=AT)
    assert had(ROCAMADOUR) == ([], False)


def test_what_it_has_itself_is_not_said_unless_it_stopped(team: Actor, service: Service) -> None:
    deploy(team, service, IN_LOT[0], ROCAMADOUR)
    assert had(ROCAMADOUR) == ([], False)
    declare_deployment(team, service.id, ROCAMADOUR, status=DeploymentStatus.ENDED, since=paris_day(AT), at=AT)
    assert had(ROCAMADOUR) == ([("Séance claire", 1, [IN_LOT[0]])], True)


def test_a_service_that_stopped_is_left_out(team: Actor, service: Service) -> None:
    deploy(team, service, IN_LOT[0])
    with transaction() as session:
        session.get_one(Service, service.id).phase = Phase.STOPPED
    assert had(ROCAMADOUR) == ([], False)


def test_what_most_have_comes_first(team: Actor, service: Service) -> None:
    other = create(team, service.proposal_id, ServiceDraft("Réverbère", "Fictif.", "Raison."), at=AT)
    deploy(team, service, IN_LOT[0])
    deploy(team, other, *IN_LOT[1:3])
    assert [title for title, *_ in had(ROCAMADOUR)[0]] == ["Réverbère", "Séance claire"]


@pytest.mark.parametrize(("siren", "other"), [(OCCITANIE, "200053767"), (CORSE, "200055507")], ids=["régions", "of a few"])
def test_those_of_which_there_are_few_have_their_alike_too(team: Actor, service: Service, siren: str, other: str) -> None:
    deploy(team, service, other, ROCAMADOUR)
    assert had(siren) == ([("Séance claire", 1, [other])], False)


@pytest.mark.parametrize("users", [1, 4])
def test_it_costs_one_statement(team: Actor, service: Service, users: int) -> None:
    deploy(team, service, *IN_LOT[:users])
    one = register.get(ROCAMADOUR)
    with count_statements() as sent:
        had_by_alike(one)
    assert len(sent) == 1


def test_what_it_bears(team: Actor, service: Service) -> None:
    create(team, service.proposal_id, ServiceDraft("Réverbère", "Fictif.", "Raison."), at=AT)
    with transaction() as session:
        session.merge(Bearer(service_id=service.id, siren=ROCAMADOUR, since=AT))
    assert [one.title for one in borne(ROCAMADOUR).items] == ["Séance claire"]
    assert borne(LOT).items == []
    enter_phase(team, service.id, Phase.CONSTRUCTION, reason="Le besoin est confirmé.", at=AT)
    assert borne(ROCAMADOUR).items[0].phase is Phase.CONSTRUCTION

"""Who uses a service, where, of which sorts, over time: read as it was said, on both engines."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import reading
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from consult.services.actions import ServiceDraft, create
from consult.services.adoption import Filters, Month, alike, groups, mine, over_time, uses
from consult.services.deployments import declare_deployment
from consult.services.model import DeploymentStatus, Service
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import CORSE, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World, during

AT = during(Stage.TRACKING)
BORN = paris_day(AT)
LATER = paris(2021, 10, 15, 9)
TRIAL, IN_USE, ENDED = DeploymentStatus
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def service(world: World, moderator: Actor) -> Service:
    kept = proposal(world.edition())
    other = create(moderator, kept.id, DRAFT, at=AT)
    declare_deployment(moderator, other.id, GRAMAT, status=IN_USE, since=BORN, at=AT)  # another service's, never seen here
    return create(moderator, kept.id, DRAFT, at=AT)


@pytest.fixture
def say(service: Service, moderator: Actor) -> partial[object]:
    return partial(declare_deployment, moderator, service.id, at=LATER)


def test_the_list_is_filtered_and_says_what_is_confirmed(world: World, service: Service, say: partial[object]) -> None:
    say(GRAMAT, status=TRIAL, since=BORN)
    say(LOT, status=IN_USE, since=BORN + timedelta(days=3))
    say(SAINT_ETIENNE, status=TRIAL, since=BORN)
    say(SAINT_ETIENNE, status=ENDED, since=BORN + timedelta(days=9))
    declare_deployment(world.person(ROCAMADOUR), service.id, ROCAMADOUR, status=TRIAL, since=BORN, at=LATER)

    def found(**asked: object) -> list[str]:
        page = uses(service.id, Filters(**asked))  # type: ignore[arg-type]
        assert page.total == len(page.items)
        return [one.collectivite.siren for one in page.items]

    assert found() == [LOT, ROCAMADOUR, GRAMAT, SAINT_ETIENNE]
    assert found(status=TRIAL) == [ROCAMADOUR, GRAMAT]
    assert found(status=ENDED) == [SAINT_ETIENNE]
    assert found(kind=Kind.DEPARTEMENT) == [LOT]
    assert found(departement="46", kind=Kind.COMMUNE) == [ROCAMADOUR, GRAMAT]
    assert found(is_confirmed=False) == [ROCAMADOUR]
    assert found(is_confirmed=True) == [LOT, GRAMAT, SAINT_ETIENNE]
    assert found(departement="2A") == []


def test_where_and_of_which_sorts(service: Service, say: partial[object]) -> None:
    for siren in (GRAMAT, ROCAMADOUR, SAINT_ETIENNE, OCCITANIE):
        say(siren, status=TRIAL, since=BORN)
    say(ROCAMADOUR, status=IN_USE, since=BORN)
    say(SAINT_ETIENNE, status=ENDED, since=BORN)
    counted = groups(service.id)
    assert counted.departements == {"46": ("Lot", 2)}
    assert counted.kinds == {Kind.COMMUNE: 2, Kind.REGION: 1}
    assert sum(counted.strata.values()) == 3
    assert counted.strata[Stratum.GE100000] == 1


def test_adoption_month_by_month(service: Service, say: partial[object]) -> None:
    assert over_time(service.id, date(2021, 10, 15)) == []
    say(GRAMAT, status=TRIAL, since=date(2021, 6, 10))
    say(GRAMAT, status=IN_USE, since=date(2021, 8, 1))
    say(GRAMAT, status=ENDED, since=date(2021, 10, 1))
    say(LOT, status=IN_USE, since=date(2021, 7, 31))
    say(CORSE, status=TRIAL, since=date(2021, 8, 31))
    assert over_time(service.id, date(2021, 10, 15)) == [
        Month(date(2021, 6, 1), 1, 0),
        Month(date(2021, 7, 1), 1, 1),
        Month(date(2021, 8, 1), 1, 2),
        Month(date(2021, 9, 1), 1, 2),
        Month(date(2021, 10, 1), 1, 1),
    ]


def test_a_day_corrected_moves_the_month(service: Service, say: partial[object]) -> None:
    say(GRAMAT, status=TRIAL, since=date(2021, 6, 10))
    say(GRAMAT, status=IN_USE, since=date(2021, 9, 1))
    say(GRAMAT, status=IN_USE, since=date(2021, 7, 1))
    assert over_time(service.id, date(2021, 8, 1)) == [
        Month(date(2021, 6, 1), 1, 0),
        Month(date(2021, 7, 1), 0, 1),
        Month(date(2021, 8, 1), 0, 1),
    ]


def test_the_curve_goes_over_the_end_of_a_year(service: Service, moderator: Actor) -> None:
    declare_deployment(moderator, service.id, LOT, status=TRIAL, since=date(2021, 11, 30), at=paris(2022, 3, 1))
    assert [one.first_day for one in over_time(service.id, date(2022, 2, 1))] == [
        date(2021, 11, 1),
        date(2021, 12, 1),
        date(2022, 1, 1),
        date(2022, 2, 1),
    ]


def test_what_one_collectivite_says_in_order(service: Service, say: partial[object]) -> None:
    assert mine(service.id, None) is None
    assert mine(service.id, GRAMAT) is None
    say(GRAMAT, status=TRIAL, since=BORN)
    say(GRAMAT, status=IN_USE, since=BORN + timedelta(days=1))
    found = mine(service.id, GRAMAT)
    assert found is not None
    assert (found.status, found.is_confirmed) == (IN_USE, True)
    assert found.steps == [(TRIAL, BORN), (IN_USE, BORN + timedelta(days=1))]


def test_who_resembles_me_nearest_first(service: Service, say: partial[object]) -> None:
    def another(*where: object, kind: Kind = Kind.COMMUNE) -> str:
        """A commune of the same population as Gramat, there; the first in the order of the SIREN."""
        gramat = reading().get_one(Collectivite, GRAMAT)
        like_it = (Collectivite.kind == kind) & (Collectivite.stratum == gramat.stratum) & (Collectivite.siren != GRAMAT)
        found = reading().scalar(select(Collectivite.siren).where(like_it, *where).order_by(Collectivite.siren).limit(1))
        assert found is not None
        return found

    same_departement = another(Collectivite.departement == "46")
    same_region = another(Collectivite.region == "76", Collectivite.departement != "46")
    far = another(Collectivite.region == "53")
    smaller = another(Collectivite.departement == "46", kind=Kind.EPCI)
    for siren in (far, same_region, same_departement, smaller, GRAMAT, LOT):
        say(siren, status=TRIAL, since=BORN)
    over = another(Collectivite.region == "84")
    say(over, status=TRIAL, since=BORN)
    say(over, status=ENDED, since=BORN)
    found = alike(service.id, GRAMAT)
    assert [one.collectivite.siren for one in found.items] == [same_departement, same_region, far]
    assert found.total == 3
    assert alike(service.id, None).items == []


def test_each_reading_costs_the_same_with_one_and_with_three(service: Service, say: partial[object]) -> None:
    def cost() -> int:
        with count_statements() as sent:
            uses(service.id, Filters())
            groups(service.id)
            over_time(service.id, date(2021, 10, 1))
            mine(service.id, GRAMAT)
            alike(service.id, GRAMAT)
        return len(sent)

    say(GRAMAT, status=TRIAL, since=BORN)
    one = cost()
    for siren in (LOT, CORSE):
        say(siren, status=TRIAL, since=BORN)
    assert cost() == one == 6

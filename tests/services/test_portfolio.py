"""The portfolio: each figure, filter and order, on the exact days; and the stays of a service along the months."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.ground.clock import paris, paris_day
from consult.ground.database import transaction
from consult.services.actions import ServiceDraft, create
from consult.services.deployments import declare_deployment
from consult.services.model import DeploymentStatus, Milestone, News, Phase, PhaseStep, Publication, Service
from consult.services.portfolio import Filters, Line, Order, Stay, every_line, figures, lines, lives, stays
from consult.services.rules import Keeping, is_silent
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during

AT = during(Stage.TRACKING)
BORN = paris_day(AT)
TODAY = date(2021, 6, 20)
TRIAL, IN_USE, ENDED = DeploymentStatus


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def services(world: World, edition: Edition) -> list[Service]:
    """Four of the edition, and one of another, which nothing here ever shows."""
    moderator = world.person(None, Role.MODERATOR)
    kept, elsewhere = proposal(edition), proposal(world.edition("2022"))
    stranger = create(moderator, elsewhere.id, ServiceDraft("Ailleurs", "Fictif.", "Raison."), at=during(Stage.TRACKING))
    promise(stranger, date(2021, 6, 3))
    return [
        create(moderator, kept.id, ServiceDraft(name, "Fictif.", "Raison."), at=AT)
        for name in ("Bornes", "Agenda", "Dossiers", "Cantine")
    ]


def promise(service: Service, due_on: date, title: str = "Un jalon", **told: object) -> None:
    with transaction() as session:
        session.add(Milestone(service_id=service.id, title=title, due_on=due_on, set_at=AT, **told))


def tell(service: Service, at: datetime, standing: Publication = Publication.PUBLISHED) -> None:
    with transaction() as session:
        session.add(
            News(
                service_id=service.id,
                title="Une nouvelle",
                body="…",
                standing=standing,
                written_at=at,
                published_at=at,
                reason="…",
            )
        )


def change(service: Service, **values: object) -> None:
    with transaction() as session:
        row = session.get_one(Service, service.id)
        for name, value in values.items():
            setattr(row, name, value)


def found(edition: Edition, order: Order = Order.NUMBER, today: date = TODAY, **filters: object) -> list[Line]:
    asked = Filters(**filters)  # type: ignore[arg-type]
    page = lines(edition.id, asked, order, today)
    assert page.total == len(page.items)
    assert list(every_line(edition.id, asked, order, today)) == page.items
    return list(page.items)


def names(edition: Edition, order: Order = Order.NUMBER, **filters: object) -> list[str]:
    return [one.name for one in found(edition, order, **filters)]


def test_the_next_promise_is_the_first_that_still_holds(edition: Edition, services: list[Service]) -> None:
    first, second, stopped, _ = services
    promise(first, date(2021, 9, 1), "Ensuite")
    promise(first, date(2021, 7, 1), "D’abord")
    promise(first, date(2021, 6, 10), "Déjà fait", done_on=date(2021, 6, 10))
    promise(first, date(2021, 6, 11), "Abandonné", dropped_at=AT, drop_reason="Inutile.")
    promise(second, date(2021, 6, 19), "Hier")
    promise(stopped, date(2021, 6, 5))
    change(stopped, phase=Phase.STOPPED)
    told = {one.name: (one.next_title, one.next_due_on, bool(one.is_late)) for one in found(edition)}
    assert told == {
        "Bornes": ("D’abord", date(2021, 7, 1), False),
        "Agenda": ("Hier", date(2021, 6, 19), True),
        "Dossiers": (None, None, False),
        "Cantine": (None, None, False),
    }
    assert names(edition, is_late=True) == ["Agenda"]
    assert names(edition, Order.MILESTONE) == ["Agenda", "Bornes", "Dossiers", "Cantine"]


def test_the_due_day_itself_is_not_late(edition: Edition, services: list[Service]) -> None:
    promise(services[0], TODAY)
    assert not found(edition)[0].is_late
    assert found(edition, today=TODAY + timedelta(days=1))[0].is_late


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(
    "told_at",
    [None, paris(2021, 6, 30, 0, 0, 0), paris(2021, 6, 30, 23, 59, 59), paris(2021, 7, 1)],
    ids=["never", "the first second of a day", "its last second", "the next day"],
)
def test_silence_is_what_the_rule_says(
    edition: Edition, services: list[Service], phase: Phase, told_at: datetime | None
) -> None:
    change(services[0], phase=phase)
    if told_at:
        tell(services[0], told_at)
    tell(services[0], paris(2021, 12, 1), Publication.PROPOSED)
    for today in (date(2021, 8, 30), date(2021, 8, 31), date(2021, 9, 27), date(2021, 9, 28), date(2021, 9, 29)):
        said = is_silent(phase, paris_day(told_at) if told_at else BORN, today)
        assert bool(found(edition, today=today)[0].is_silent) is said
        assert ("Bornes" in [one.name for one in found(edition, today=today, is_silent=True)]) is said


def test_each_order(world: World, edition: Edition, services: list[Service]) -> None:
    bornes, agenda, dossiers, cantine = services
    for service, phase in zip(services, (Phase.OPERATED, Phase.INVESTIGATION, Phase.STOPPED, Phase.CONSTRUCTION), strict=True):
        change(service, phase=phase)
    change(agenda, cost=Decimal(100), state_share=Decimal("40.50"))
    change(cantine, cost=Decimal(100), state_share=Decimal(50), engaged=Decimal("12.34"), paid=Decimal("1.20"))
    moderator = world.person(None, Role.MODERATOR)
    for service, siren, status in (
        (dossiers, LOT, TRIAL),
        (cantine, LOT, TRIAL),
        (cantine, GRAMAT, IN_USE),
        (bornes, LOT, IN_USE),
    ):
        change(service, phase=Phase.CONSTRUCTION) if service is dossiers else None
        declare_deployment(moderator, service.id, siren, status=status, since=BORN, at=AT)
    change(dossiers, phase=Phase.STOPPED)
    tell(agenda, paris(2021, 6, 5))
    tell(dossiers, paris(2021, 6, 9))
    tell(dossiers, paris(2021, 6, 7))
    assert names(edition) == ["Bornes", "Agenda", "Dossiers", "Cantine"]
    assert names(edition, Order.NAME) == ["Agenda", "Bornes", "Cantine", "Dossiers"]
    assert names(edition, Order.PHASE) == ["Agenda", "Cantine", "Bornes", "Dossiers"]
    assert names(edition, Order.MONEY) == ["Cantine", "Agenda", "Bornes", "Dossiers"]
    assert names(edition, Order.ADOPTION) == ["Cantine", "Bornes", "Dossiers", "Agenda"]
    assert names(edition, Order.NEWS) == ["Dossiers", "Agenda", "Bornes", "Cantine"]
    assert names(edition, phase=Phase.OPERATED) == ["Bornes"]
    last = found(edition)[-1]
    assert (last.cost, last.state_share, last.engaged, last.paid) == (100, 50, Decimal("12.34"), Decimal("1.20"))
    assert (last.trials, last.in_use, last.uses, last.told_on) == (1, 1, 2, None)
    assert found(edition)[2].told_on == date(2021, 6, 9)


def test_the_figures_add_up(world: World, edition: Edition, services: list[Service]) -> None:
    empty = figures(edition.id + 999, TODAY)
    assert (empty.services, empty.late, empty.state_share) == (0, 0, 0)
    bornes, agenda, dossiers, _ = services
    change(bornes, cost=Decimal(100), state_share=Decimal("40.50"), engaged=Decimal("0.50"))
    change(agenda, cost=Decimal(100), state_share=Decimal("0.01"))
    promise(bornes, date(2021, 6, 5))
    promise(bornes, date(2021, 6, 6))
    promise(dossiers, date(2021, 6, 6))
    change(dossiers, phase=Phase.STOPPED)
    agent = world.person(ROCAMADOUR)
    declare_deployment(agent, bornes.id, ROCAMADOUR, status=TRIAL, since=BORN, at=AT)
    declare_deployment(agent, agenda.id, ROCAMADOUR, status=IN_USE, since=BORN, at=AT)
    declare_deployment(agent, agenda.id, ROCAMADOUR, status=ENDED, since=BORN, at=AT)
    now = figures(edition.id, TODAY)
    assert (now.services, now.stopped, now.late, now.silent, now.trials, now.in_use) == (4, 1, 1, 0, 1, 0)
    assert (now.state_share, now.engaged) == (Decimal("40.51"), Decimal("0.50"))
    assert figures(edition.id, date(2021, 9, 1)).silent == 3


def test_along_the_months(edition: Edition, services: list[Service]) -> None:
    bornes, agenda = services[:2]
    with transaction() as session:
        for phase, day in ((Phase.CONSTRUCTION, date(2021, 6, 10)), (Phase.STOPPED, date(2021, 6, 18))):
            session.add(PhaseStep(service_id=bornes.id, phase=phase, entered_at=AT, day=day, reason="…"))
    change(bornes, phase=Phase.STOPPED)
    promise(bornes, date(2021, 6, 12), "Tenu", done_on=date(2021, 6, 13))
    promise(bornes, date(2021, 7, 12), "Laissé")
    promise(agenda, date(2021, 6, 12), "Manqué")
    promise(agenda, date(2021, 6, 14), "Abandonné", dropped_at=AT, drop_reason="Inutile.")
    with count_statements() as sent:
        first, second = lives(found(edition)[:2], TODAY)
    assert len(sent) == 2 + 3
    assert list(first.stays) == [
        Stay(Phase.INVESTIGATION, BORN, date(2021, 6, 10)),
        Stay(Phase.CONSTRUCTION, date(2021, 6, 10), date(2021, 6, 18)),
    ]
    assert first.stopped_on == date(2021, 6, 18)
    assert [(one.title, one.kept) for one in first.promises] == [("Tenu", Keeping.DONE_LATE)]
    assert list(second.stays) == [Stay(Phase.INVESTIGATION, BORN, None)]
    assert second.stopped_on is None
    assert [(one.title, one.kept) for one in second.promises] == [("Manqué", Keeping.LATE)]


def test_how_long_it_stays_in_each_phase() -> None:
    assert stays([]) == []
    assert stays([(Phase.OPERATED, BORN)]) == [Stay(Phase.OPERATED, BORN, None)]
    assert stays([(Phase.INVESTIGATION, BORN), (Phase.STOPPED, TODAY)]) == [Stay(Phase.INVESTIGATION, BORN, TODAY)]
    undone = [(Phase.INVESTIGATION, BORN), (Phase.STOPPED, TODAY), (Phase.INVESTIGATION, TODAY)]
    assert stays(undone) == [Stay(Phase.INVESTIGATION, BORN, None)]
    assert stays([*undone, (Phase.STOPPED, TODAY)]) == [Stay(Phase.INVESTIGATION, BORN, TODAY)]

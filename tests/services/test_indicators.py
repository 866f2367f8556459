"""A service's figures in the base: what is kept, what is corrected and stays, and what two people do at once."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.actor import OPERATOR, Actor
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import PUBLIC_KINDS, EventKind
from consult.services.indicator_queries import Followed, followed, one_followed
from consult.services.indicator_rules import MOST_INDICATORS, IndicatorDraft
from consult.services.indicators import change_indicator, correct_measure, end_indicator, give_measure, set_indicator
from consult.services.model import Indicator, Measure, Service
from tests.support.acts import last_event, refusal
from tests.support.money import AT, DAY, bear, service_of
from tests.support.stage_two import decide_attachment
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World

DRAFT = IndicatorDraft(
    "Communes actives",
    "Celles qui s’en servent chaque mois.",
    "communes",
    baseline=Decimal(0),
    baseline_on=date(2021, 1, 1),
    target=Decimal("12.5"),
    target_on=date(2022, 1, 1),
)
LATER = AT + timedelta(days=30)


@pytest.fixture
def service(world: World) -> Service:
    return service_of(world.edition())


@pytest.fixture
def bearer(world: World, service: Service) -> Actor:
    bear(service, ROCAMADOUR)
    return world.person(ROCAMADOUR)


@pytest.fixture
def indicator(service: Service, bearer: Actor) -> Indicator:
    return set_indicator(bearer, service.id, DRAFT, at=AT)


def now(service: Service) -> Followed:
    """The only indicator of the service, as it is in the base now."""
    reading().expire_all()
    (only,) = followed(service.id)
    return only


def test_an_indicator_keeps_what_was_said_exactly(service: Service, bearer: Actor, indicator: Indicator) -> None:
    kept = now(service).indicator
    assert (kept.name, kept.unit, kept.target, kept.baseline_on) == (
        "Communes actives",
        "communes",
        Decimal("12.5"),
        date(2021, 1, 1),
    )
    assert (kept.set_at, kept.set_by, kept.ended_at) == (AT, bearer.person_id, None)
    event = last_event()
    assert (event.kind, event.subject, event.siren) == (EventKind.INDICATOR_SET, "service:1", ROCAMADOUR)


def test_measures_are_read_from_the_latest_and_show_the_way(service: Service, bearer: Actor, indicator: Indicator) -> None:
    for days, value in ((0, "1"), (20, "10.0001"), (10, "4")):
        give_measure(bearer, indicator.id, day=DAY + timedelta(days=days), value=Decimal(value), at=LATER)
    found = now(service)
    assert [one.value for one in found.measures] == [Decimal("10.0001"), Decimal(4), Decimal(1)]
    assert found.progress == Decimal("10.0001") / Decimal("12.5")
    assert found.chart is not None
    assert [point.value for point in found.chart.points] == [0, 1, 4, Decimal("10.0001")]
    assert EventKind.MEASURE_GIVEN not in PUBLIC_KINDS


def test_a_day_has_one_measure(bearer: Actor, indicator: Indicator) -> None:
    give_measure(bearer, indicator.id, day=DAY, value=Decimal(1), at=AT)
    assert refusal(give_measure, bearer, indicator.id, day=DAY, value=Decimal(2), at=AT) is Reason.ALREADY_MEASURED


def test_a_correction_keeps_what_it_corrects(service: Service, bearer: Actor, indicator: Indicator) -> None:
    wrong = give_measure(bearer, indicator.id, day=DAY, value=Decimal(100), note="Estimé", at=AT)
    correct_measure(bearer, wrong.id, value=Decimal("1.5"), note="Compté", reason=" Deux zéros de trop. ", at=LATER)
    found = now(service)
    assert [(one.value, one.note, one.removed_at) for one in found.said] == [
        (Decimal("1.5"), "Compté", None),
        (Decimal(100), "Estimé", LATER),
    ]
    event = last_event()
    assert event.kind is EventKind.MEASURE_CORRECTED
    assert Decimal(event.data["before"]) == 100
    assert (Decimal(event.data["after"]), event.data["reason"]) == (Decimal("1.5"), "Deux zéros de trop.")
    assert refusal(correct_measure, bearer, wrong.id, value=None, reason="Encore.", at=LATER) is Reason.CHANGED_MEANWHILE


def test_a_measure_taken_back_frees_its_day(service: Service, bearer: Actor, indicator: Indicator) -> None:
    wrong = give_measure(bearer, indicator.id, day=DAY, value=Decimal(100), at=AT)
    correct_measure(bearer, wrong.id, value=None, reason="Un autre service.", at=AT)
    assert (now(service).measures, last_event().kind) == ([], EventKind.MEASURE_TAKEN_BACK)
    give_measure(bearer, indicator.id, day=DAY, value=Decimal(1), at=AT)
    assert [one.value for one in now(service).measures] == [1]


def test_a_moved_target_is_told_with_its_reason(service: Service, bearer: Actor, indicator: Indicator) -> None:
    changed = replace(DRAFT, target=Decimal(8), target_on=date(2022, 6, 1))
    change_indicator(bearer, indicator.id, changed, reason=" Trop ambitieux. ", at=AT)
    assert (now(service).indicator.target, now(service).indicator.name) == (8, DRAFT.name)
    event = last_event()
    assert event.kind in PUBLIC_KINDS
    assert event.data["reason"] == "Trop ambitieux."
    assert set(event.data["after"]) == {"target", "target_on"}
    assert Decimal(event.data["before"]["target"]) == Decimal("12.5")
    assert event.data["after"]["target_on"] == "2022-06-01"


def test_an_indicator_no_longer_followed_stays_readable(service: Service, bearer: Actor, indicator: Indicator) -> None:
    give_measure(bearer, indicator.id, day=DAY, value=Decimal(1), at=AT)
    end_indicator(bearer, indicator.id, reason="Il ne dit rien.", at=LATER)
    assert (now(service).indicator.ended_at, len(now(service).measures)) == (LATER, 1)
    later = partial(give_measure, bearer, indicator.id, day=DAY + timedelta(days=1), value=Decimal(1), at=LATER)
    assert refusal(later) is Reason.INDICATOR_OVER
    assert refusal(end_indicator, bearer, indicator.id, reason="Encore.", at=LATER) is Reason.INDICATOR_OVER


def test_those_still_followed_come_first(service: Service, bearer: Actor, indicator: Indicator) -> None:
    other = set_indicator(bearer, service.id, replace(DRAFT, name="Autre"), at=AT)
    end_indicator(bearer, indicator.id, reason="Fini.", at=AT)
    set_indicator(OPERATOR, service_of_another_edition(service).id, DRAFT, at=AT)
    assert [one.indicator.id for one in followed(service.id)] == [other.id, indicator.id]
    assert one_followed(service.id, other.id).indicator.name == "Autre"


def service_of_another_edition(service: Service) -> Service:
    """Another service, whose indicators are not those of the first."""
    return service_of(reading().get_one(Edition, service.edition_id), "Une autre proposition")


def test_a_dozen_are_followed_and_what_is_over_no_longer_counts(service: Service) -> None:
    first, *_ = (
        set_indicator(OPERATOR, service.id, replace(DRAFT, name=f"N° {rank}"), at=AT) for rank in range(MOST_INDICATORS)
    )
    assert refusal(set_indicator, OPERATOR, service.id, DRAFT, at=AT) is Reason.TOO_MANY_INDICATORS
    end_indicator(OPERATOR, first.id, reason="Fini.", at=AT)
    set_indicator(OPERATOR, service.id, DRAFT, at=AT)


def test_two_colleagues_give_the_measure_of_a_day_at_once(app: Flask, world: World, indicator: Indicator) -> None:
    colleagues = [world.person(ROCAMADOUR) for _ in range(5)]
    acts = [
        partial(give_measure, who, indicator.id, day=DAY, value=Decimal(rank), at=AT) for rank, who in enumerate(colleagues)
    ]
    assert together(app, acts).count(Reason.ALREADY_MEASURED) == 4
    assert len(reading().scalars(select(Measure)).all()) == 1


def test_two_colleagues_correct_the_same_measure_at_once(
    app: Flask, world: World, service: Service, bearer: Actor, indicator: Indicator
) -> None:
    wrong = give_measure(bearer, indicator.id, day=DAY, value=Decimal(100), at=AT)
    acts = [
        partial(correct_measure, world.person(ROCAMADOUR), wrong.id, value=Decimal(rank), reason="Faux.", at=AT)
        for rank in range(4)
    ]
    assert together(app, acts).count(Reason.CHANGED_MEANWHILE) == 3
    assert (len(now(service).measures), len(now(service).said)) == (1, 2)


def test_strangers_and_former_colleagues_write_nothing(
    world: World, service: Service, bearer: Actor, indicator: Indicator
) -> None:
    stranger = world.person(GRAMAT)
    assert refusal(set_indicator, stranger, service.id, DRAFT, at=AT) is Reason.NOT_OF_THE_SERVICE
    decide_attachment(bearer, AttachmentStatus.ENDED)
    for who in (stranger, bearer):
        assert refusal(give_measure, who, indicator.id, day=DAY, value=Decimal(1), at=AT) is Reason.NOT_OF_THE_SERVICE
        assert refusal(end_indicator, who, indicator.id, reason="Fini.", at=AT) is Reason.NOT_OF_THE_SERVICE


def test_what_does_not_exist(service: Service) -> None:
    acts = (
        partial(set_indicator, OPERATOR, 999_999, DRAFT, at=AT),
        partial(change_indicator, OPERATOR, 999_999, DRAFT, reason="x", at=AT),
        partial(end_indicator, OPERATOR, 999_999, reason="x", at=AT),
        partial(give_measure, OPERATOR, 999_999, day=DAY, value=Decimal(1), at=AT),
        partial(correct_measure, OPERATOR, 999_999, value=None, reason="x", at=AT),
        partial(one_followed, service.id, 999_999),
    )
    for act in acts:
        with pytest.raises(NotFound):
            act()

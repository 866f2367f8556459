"""What holds of a service's money, to the cent; who may say it, and when, to the second."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Mandate, Profile, Role, Standing
from consult.ground.clock import paris
from consult.ground.refusals import Reason
from consult.services.model import MoneyKind, Publication
from consult.services.money_rules import (
    Funding,
    Limits,
    Totals,
    after,
    holds,
    may_add_line,
    may_cancel_line,
    may_decide_line,
    may_refuse_line,
    may_set_funding,
    may_write_money,
    room,
)
from tests.support.world import GRAMAT, ROCAMADOUR, WINDOWS, just_before, opening_of

CALENDAR = Calendar(WINDOWS)
MANDATE = Mandate(1, ROCAMADOUR, Standing.VERIFIED, "Rocamadour (Lot)", "commune")
AGENT = Actor(person_id=1, name="Fictif", profile=Profile.AGENT, function="secrétaire", mandate=MANDATE)
PENDING = replace(AGENT, mandate=replace(MANDATE, standing=Standing.PENDING))
NEIGHBOUR = replace(AGENT, mandate=replace(MANDATE, siren=GRAMAT))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))
ADMINISTRATOR = Actor(person_id=3, roles=frozenset({Role.ADMINISTRATOR}))
OBSERVER = Actor(person_id=4, roles=frozenset({Role.OBSERVER}))
OPENING = opening_of(Stage.TRACKING)
LATER = paris(2030, 1, 1)
BORN = date(2021, 6, 1)

COST, STATE, OTHER, ENGAGED, PAID = MoneyKind
HALF = Limits(rate=Decimal("0.5"), envelope=Decimal(1_000), granted=Decimal(0))
CENT = Decimal("0.01")


def euros(*amounts: str) -> Totals:
    """Cost, State's share, others, engaged, paid."""
    return Totals(*map(Decimal, amounts))


@pytest.mark.parametrize(
    ("totals", "limits", "reason"),
    [
        pytest.param(Totals(), HALF, None, id="nothing"),
        pytest.param(euros("1000", "500"), HALF, None, id="exactly at the rate"),
        pytest.param(euros("1000", "500.01"), HALF, Reason.SHARE_OVER_THE_RATE, id="one cent above the rate"),
        pytest.param(euros("999.99", "499.99"), HALF, None, id="half a cent under the rate"),
        pytest.param(euros("999.99", "500"), HALF, Reason.SHARE_OVER_THE_RATE, id="half a cent above the rate"),
        pytest.param(euros("0", "0.01"), HALF, Reason.SHARE_OVER_THE_RATE, id="without a cost"),
        pytest.param(euros("3", "1"), replace(HALF, rate=Decimal("0.3333")), Reason.SHARE_OVER_THE_RATE, id="a third is more"),
        pytest.param(euros("100", "100"), replace(HALF, rate=Decimal(1)), None, id="the whole cost, where the rate says so"),
        pytest.param(euros("1000", "500", "500"), HALF, None, id="wholly funded"),
        pytest.param(euros("1000", "500", "500.01"), HALF, Reason.FUNDERS_OVER_THE_COST, id="one cent more than the cost"),
        pytest.param(euros("2000", "1000"), replace(HALF, granted=Decimal(1_000)), None, id="exactly the envelope"),
        pytest.param(
            euros("2000", "1000"),
            replace(HALF, granted=Decimal("1000.01")),
            Reason.ENVELOPE_EXCEEDED,
            id="one cent above the envelope",
        ),
        pytest.param(euros("2000", "1000"), replace(HALF, envelope=None, granted=Decimal(10**9)), None, id="no envelope"),
        pytest.param(euros("1000", "500", "0", "500", "500"), HALF, None, id="all engaged, all paid"),
        pytest.param(euros("1000", "500", "0", "500.01"), HALF, Reason.ENGAGED_OVER_THE_SHARE, id="engaged beyond the share"),
        pytest.param(euros("1000", "500", "0", "300", "300.01"), HALF, Reason.PAID_OVER_THE_ENGAGED, id="paid beyond"),
    ],
)
def test_sums_hold_to_the_cent(totals: Totals, limits: Limits, reason: Reason | None) -> None:
    assert holds(totals, limits).reason is reason


AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=2)


@given(st.sampled_from(MoneyKind), *[AMOUNTS] * 5, st.decimals(min_value="0.0001", max_value=1, places=4), AMOUNTS)
def test_what_room_gives_holds_and_one_cent_more_does_not(
    kind: MoneyKind,
    cost: Decimal,
    share: Decimal,
    others: Decimal,
    engaged: Decimal,
    paid: Decimal,
    rate: Decimal,
    left: Decimal,
) -> None:
    """Whatever sums that hold one starts from."""
    share = min(share, (cost * rate).quantize(CENT, "ROUND_DOWN"))
    engaged = min(engaged, share)
    totals = Totals(cost, share, min(others, cost - share), engaged, min(paid, engaged))
    limits = Limits(rate, envelope=share + left, granted=share)
    assert holds(totals, limits)
    most = room(kind, totals, limits)
    assert (most is None) is (kind is COST)
    if most is not None:
        assert holds(*after(totals, limits, kind, most))
        assert not holds(*after(totals, limits, kind, most + CENT))


def test_only_the_state_s_share_is_granted() -> None:
    _, limits = after(euros("100"), HALF, OTHER, Decimal(10))
    assert limits.granted == 0
    totals, limits = after(euros("100"), HALF, STATE, Decimal(10))
    assert (totals.state_share, limits.granted, limits.left) == (10, 10, 990)
    assert replace(HALF, envelope=None).left is None


@pytest.mark.parametrize(
    ("actor", "at", "reason"),
    [
        pytest.param(AGENT, just_before(OPENING), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(AGENT, OPENING, None, id="the people of who bears it, at the opening"),
        pytest.param(MODERATOR, LATER, None, id="the agency, without end"),
        pytest.param(OPERATOR, OPENING, None, id="the operator"),
        pytest.param(VISITOR, OPENING, Reason.SIGN_IN, id="a visitor"),
        pytest.param(PENDING, OPENING, Reason.NOT_OF_THE_SERVICE, id="not verified yet"),
        pytest.param(NEIGHBOUR, OPENING, Reason.NOT_OF_THE_SERVICE, id="another collectivité"),
        pytest.param(OBSERVER, OPENING, Reason.NOT_OF_THE_SERVICE, id="an observer"),
    ],
)
def test_who_writes_money_when(actor: Actor, at: datetime, reason: Reason | None) -> None:
    assert may_write_money(actor, calendar=CALENDAR, bearers={ROCAMADOUR}, at=at).reason is reason


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="today"),
        pytest.param({"day": BORN}, None, id="the day of its birth"),
        pytest.param({"day": date(2021, 5, 31)}, Reason.DATE_BEFORE_BIRTH, id="the day before its birth"),
        pytest.param({"day": date(2021, 7, 2)}, Reason.DATE_TO_COME, id="tomorrow"),
        pytest.param({"stopped_on": date(2021, 7, 1)}, None, id="the day it stopped"),
        pytest.param({"stopped_on": date(2021, 6, 30)}, Reason.SERVICE_STOPPED, id="the day after it stopped"),
        pytest.param({"stopped_on": date(2021, 6, 30), "kind": PAID}, None, id="paid after it stopped"),
        pytest.param({"stopped_on": date(2021, 6, 30), "kind": COST}, Reason.SERVICE_STOPPED, id="a cost after it stopped"),
        pytest.param({"is_repeated": True}, Reason.LINE_REPEATED, id="sent twice"),
        pytest.param({"actor": NEIGHBOUR}, Reason.NOT_OF_THE_SERVICE, id="another collectivité"),
    ],
)
def test_which_days_a_line_may_have(changed: dict[str, Any], reason: Reason | None) -> None:
    asked = {
        "actor": AGENT,
        "calendar": CALENDAR,
        "bearers": {ROCAMADOUR},
        "kind": STATE,
        "day": date(2021, 7, 1),
        "born_at": paris(2021, 6, 1),
        "stopped_on": None,
        "is_repeated": False,
        "at": paris(2021, 7, 1, 23, 59, 59),
    }
    assert may_add_line(**asked | changed).reason is reason


@pytest.mark.parametrize(
    ("actor", "standing", "at", "reason"),
    [
        pytest.param(MODERATOR, Publication.PROPOSED, OPENING, None, id="the agency"),
        pytest.param(MODERATOR, Publication.PROPOSED, just_before(OPENING), Reason.STAGE_CLOSED, id="one second early"),
        pytest.param(AGENT, Publication.PROPOSED, OPENING, Reason.NOT_YOUR_ROLE, id="the service's own team"),
        pytest.param(VISITOR, Publication.PROPOSED, OPENING, Reason.SIGN_IN, id="a visitor"),
        *(
            pytest.param(MODERATOR, standing, OPENING, Reason.ALREADY_DECIDED, id=standing.value)
            for standing in Publication
            if standing is not Publication.PROPOSED
        ),
    ],
)
def test_the_agency_decides_once(actor: Actor, standing: Publication, at: datetime, reason: Reason | None) -> None:
    assert may_decide_line(actor, calendar=CALENDAR, standing=standing, at=at).reason is reason
    assert may_refuse_line(actor, calendar=CALENDAR, standing=standing, reason="Non.", at=at).reason is reason


def test_a_refusal_has_a_reason() -> None:
    answer = may_refuse_line(MODERATOR, calendar=CALENDAR, standing=Publication.PROPOSED, reason=" ", at=OPENING)
    assert answer.reason is Reason.REASON_MISSING


@pytest.mark.parametrize(
    ("actor", "standing", "said", "reason"),
    [
        pytest.param(AGENT, Publication.PROPOSED, "Erreur.", None, id="one's own proposal"),
        pytest.param(AGENT, Publication.PUBLISHED, "Erreur.", Reason.NOT_YOUR_ROLE, id="what is published is the agency's"),
        pytest.param(NEIGHBOUR, Publication.PROPOSED, "Erreur.", Reason.NOT_OF_THE_SERVICE, id="another collectivité"),
        pytest.param(MODERATOR, Publication.PUBLISHED, "Erreur.", None, id="the agency, what is published"),
        pytest.param(MODERATOR, Publication.PROPOSED, "Erreur.", None, id="the agency, what is proposed"),
        pytest.param(MODERATOR, Publication.PUBLISHED, " ", Reason.REASON_MISSING, id="without a reason"),
        pytest.param(MODERATOR, Publication.CANCELLED, "Erreur.", Reason.ALREADY_DECIDED, id="twice"),
        pytest.param(MODERATOR, Publication.REFUSED, "Erreur.", Reason.ALREADY_DECIDED, id="what was refused"),
    ],
)
def test_who_cancels_what(actor: Actor, standing: Publication, said: str, reason: Reason | None) -> None:
    asked = may_cancel_line(actor, calendar=CALENDAR, bearers={ROCAMADOUR}, standing=standing, reason=said, at=OPENING)
    assert asked.reason is reason


NOW = Funding(Decimal(1_000), Decimal("0.5"))


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        pytest.param({}, None, id="more"),
        pytest.param({"actor": OPERATOR}, None, id="the operator"),
        pytest.param({"then": Funding(Decimal(400), NOW.rate)}, None, id="less, as little as is granted"),
        pytest.param(
            {"then": Funding(Decimal("399.99"), NOW.rate)}, Reason.ENVELOPE_BELOW_GRANTED, id="one cent below what is granted"
        ),
        pytest.param({"then": Funding(None, NOW.rate)}, Reason.ENVELOPE_BELOW_GRANTED, id="an envelope is not taken away"),
        pytest.param({"then": replace(NOW, rate=Decimal("0.75"))}, None, id="another rate"),
        pytest.param({"then": NOW}, Reason.FUNDING_UNCHANGED, id="the same"),
        pytest.param({"seen": Funding(Decimal(999), NOW.rate)}, Reason.FUNDING_CHANGED, id="changed meanwhile"),
        pytest.param({"reason": " "}, Reason.REASON_MISSING, id="without a reason"),
        pytest.param({"actor": MODERATOR}, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param({"actor": VISITOR}, Reason.SIGN_IN, id="a visitor"),
        pytest.param(
            {"now": Funding(None, NOW.rate), "seen": Funding(None, NOW.rate), "then": Funding(None, Decimal("0.6"))},
            None,
            id="another rate, still without an envelope",
        ),
    ],
)
def test_who_gives_an_edition_its_money(changed: dict[str, Any], reason: Reason | None) -> None:
    asked = {
        "actor": ADMINISTRATOR,
        "now": NOW,
        "seen": NOW,
        "then": Funding(Decimal(2_000), NOW.rate),
        "granted": Decimal(400),
        "reason": "Loi de finances.",
    }
    assert may_set_funding(**asked | changed).reason is reason

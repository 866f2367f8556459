"""The demonstration: the whole of 2021 is possible, and the same however it is reached."""

import logging
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from consult.calendar import queries as calendars
from consult.contributions.model import Contribution, Status
from consult.demo.cast import DEMO_SIREN
from consult.demo.rehearsal import BackwardsError, Memory, advance, play, remember
from consult.following.model import Follow
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.interests.model import Criterion, Interest, InterestMessage, InterestStatus, InterestVersion, Score
from consult.opendata.recount import recount
from consult.selection.model import Decision, Outcome
from consult.services.model import (
    Bearer,
    Deployment,
    DeploymentStatus,
    Measure,
    MilestoneMove,
    MoneyLine,
    News,
    NewsPicture,
    Publication,
    Service,
)
from consult.voting.model import Support
from consult.workshops.model import Seat, Workshop
from tests.support.journal import export

END = paris(2021, 12, 20, 10)
BEFORE_THE_FIRST_CONTRIBUTION = paris(2021, 1, 25, 9)
FIRST_DAYS_OF_THE_VOTE = paris(2021, 3, 17, 18)


@pytest.fixture
def memory(app: Flask, tmp_path: Path) -> Memory:
    """A scenario that has not begun."""
    return remember(tmp_path, "somewhere")


def story() -> list[tuple[object, ...]]:
    """What happened, as far as anyone can tell."""
    session = reading()
    session.expire_all()
    rows = session.execute(select(Contribution.number, Contribution.title, Contribution.status).order_by(Contribution.number))
    supports = session.execute(select(Support.proposal_id, Support.siren, Support.given_at).order_by(Support.id))
    return [tuple(row) for row in (*rows, *supports)]


def test_nothing_of_2021_is_against_the_rules(memory: Memory, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.INFO, "consult.demo")
    play(memory, END)
    assert caplog.messages == [], "an act of the scenario was refused"
    count = select(func.count())
    rows = reading().execute(select(Contribution.status, func.count()).group_by(Contribution.status))
    statuses = {status: number for status, number in rows}  # noqa: C416 - rows are not pairs to the type checker
    assert statuses == {
        Status.GROUPED: 48,
        Status.REORIENTED: 10,
        Status.INELIGIBLE: 2,
        Status.WITHDRAWN: 1,
        Status.PUBLISHED: 3,
    }
    retained = count.select_from(Decision).where(Decision.outcome == Outcome.RETAINED, Decision.proclaimed_at.is_not(None))
    assert reading().scalar(retained) == 17, "the committee of 2021 retained seventeen propositions"
    assert reading().scalar(count.select_from(Service)) == 5
    assert (reading().scalar(count.select_from(Support)) or 0) > 300
    window = calendars.edition("2021").windows[1]
    assert (window.first_closes_at, window.closes_at) == (paris(2021, 4, 15, 18), paris(2021, 4, 30, 18))
    report = recount(export(calendars.edition("2021"), tmp_path / "export", at=END))
    assert report.faults == [], "its files give the proclaimed result"
    assert (report.is_proclaimed, report.chain.is_whole, report.chain.unsealed) == (True, True, 0)


def test_stages_three_and_four_show_each_thing_once(memory: Memory) -> None:
    play(memory, END)
    session = reading()
    statuses = dict(session.execute(select(Interest.status, func.count()).group_by(Interest.status)).all())
    assert statuses.pop(InterestStatus.ACCEPTED) > 20
    assert statuses == {
        InterestStatus.SUBMITTED: 2,
        InterestStatus.WAITLISTED: 1,
        InterestStatus.DECLINED: 1,
        InterestStatus.WITHDRAWN: 1,
    }
    own = select(Bearer.siren).join(Service, Service.id == Bearer.service_id).where(Service.name == "Séance claire")
    assert DEMO_SIREN["agent"] in session.scalars(own).all(), "who wrote the need bears the service"
    moved_up = session.get_one(Interest, memory.ids["interest:11"])
    assert moved_up.status is InterestStatus.ACCEPTED, "the place of the one that withdrew"
    counts = {table: session.scalar(select(func.count()).select_from(table)) or 0 for table in _EACH}
    assert {table.__name__ for table, count in counts.items() if not count} == set(), counts
    assert session.scalar(select(func.count()).where(MoneyLine.standing == Publication.PROPOSED)) == 2
    assert session.scalar(select(func.count()).where(News.standing == Publication.PROPOSED)) == 1
    assert session.scalar(select(func.count()).where(Deployment.status == DeploymentStatus.ENDED)) == 1
    assert session.scalar(select(func.count()).where(Deployment.confirmed_at.is_(None))) == 3
    default = select(Follow).where(Follow.person_id == memory.ids["person:agent"], Follow.is_chosen.is_(False))
    assert len(session.scalars(default).all()) > 3, "what one wrote, supported and bears is followed by default"
    born = session.scalars(select(Service).order_by(Service.number))
    full = [service.name for service in born if service.state_share * 2 == service.cost]
    assert full == ["Réverbère", "Séance claire", "Pas-de-porte"], "exactly at the rate"


_EACH = (Criterion, Score, Measure, InterestMessage, InterestVersion, Workshop, Seat, NewsPicture, MilestoneMove, Follow)


def test_two_plays_are_the_same_as_one(app: Flask, engines, memory: Memory, tmp_path: Path) -> None:
    play(memory, FIRST_DAYS_OF_THE_VOTE)
    at_once = story()
    engines.clean(app)
    (tmp_path / "rehearsal.json").unlink()
    for stop in (BEFORE_THE_FIRST_CONTRIBUTION, paris(2021, 3, 1), FIRST_DAYS_OF_THE_VOTE):
        play(remember(tmp_path, "somewhere"), stop)
    assert story() == at_once


@pytest.mark.parametrize("at", [paris(2020, 6, 1), BEFORE_THE_FIRST_CONTRIBUTION])
def test_before_the_opening_the_accounts_are_there_and_nothing_else(memory: Memory, at: datetime) -> None:
    play(memory, at)
    assert reading().scalar(select(func.count()).select_from(Contribution)) == 0
    assert {"person:agent", "person:moderation", "person:comite"} <= set(memory.ids)


def test_time_only_moves_forward(memory: Memory) -> None:
    advance(memory, BEFORE_THE_FIRST_CONTRIBUTION)
    with pytest.raises(BackwardsError):
        advance(memory, paris(2021, 1, 20))


def test_what_was_kept_for_another_base_is_not_believed(memory: Memory, tmp_path: Path) -> None:
    advance(memory, BEFORE_THE_FIRST_CONTRIBUTION)
    assert remember(tmp_path, "somewhere").at == BEFORE_THE_FIRST_CONTRIBUTION
    assert remember(tmp_path, "elsewhere").at is None

"""A secret vote that is closed, read, and reopened before the proclamation: permitted, and never quiet."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask

from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.queries import changes
from consult.calendar.rules import Closure, Stage
from consult.ground.actor import OPERATOR, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.selection.actions import decide
from consult.selection.model import Outcome
from consult.voting.actions import give_support
from tests.support.commands import Operator
from tests.support.engines import Engines
from tests.support.page import PageClient
from tests.support.stage_two import DURING_VOTE, fresh, propositions
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, window
from tests.web.test_secrecy import EVERY_ROLE, Answers, Elections, answers, clients, differing, of_both

Hold = Callable[[datetime], None]
EARLY = paris(2021, 4, 10, 12)
REOPENED = paris(2021, 4, 12, 9)
DESK = "/pilotage/2021/calendrier/voting"
TYPED = {"opens_at": "2021-03-15T12:00", "closes_at": "2021-04-30T18:00", "reason": "Une panne, le 10 avril (fictif)."}
CLOSED_EARLY = replace(window(Stage.VOTING), closes_at=EARLY)
EVERYWHERE = (
    "/2021/calendrier",
    "/2021/resultats",
    "/2021/resultats/participation",
    "/2021/mon-bulletin",
    "/2021/propositions/1",
    "/2021/bilan",
    "/2021/journal",
)


@pytest.fixture
def edition(world: World) -> Edition:
    edition = world.edition()
    first, *_ = propositions(edition)
    give_support(world.person(GRAMAT), first.id, at=DURING_VOTE)
    return edition


def move(edition: Edition, closes_at: datetime, at: datetime) -> None:
    move_window(OPERATOR, edition.id, replace(window(Stage.VOTING), closes_at=closes_at), reason="Essai (fictif)", at=at)


def reopen(edition: Edition) -> None:
    """Closed early, then reopened until the very date that was first announced: the dates alone say nothing any more."""
    move(edition, EARLY, EARLY - timedelta(days=1))
    move(edition, closing_of(Stage.VOTING), REOPENED)


@pytest.fixture
def reader(client: PageClient, world: World) -> PageClient:
    return client.sign_in(world.person(ROCAMADOUR))


def words(page: PageClient, path: str) -> str:
    return page.get(path).main.replace("\u00a0", " ").replace("\u202f", " ")


def test_every_page_of_the_vote_says_it_from_then_on(edition: Edition, reader: PageClient, hold: Hold) -> None:
    reopen(edition)
    for at in (REOPENED, closing_of(Stage.VOTING) - timedelta(microseconds=1), closing_of(Stage.VOTING)):
        hold(at)
        for path in EVERYWHERE:
            said = words(reader, path)
            assert "10 avril 2021 à 12 h 00" in said, path
            assert "12 avril 2021 à 9 h 00" in said or path == "/2021/calendrier", path
            assert "rouvert" in said, path
    assert "rouvert" in words(reader, "/2021/propositions/1/soutiens"), "secret until then"


@pytest.mark.parametrize(
    "history",
    [
        pytest.param([], id="nothing moved"),
        pytest.param([(EARLY, EARLY - timedelta(days=1))], id="closed early"),
        pytest.param([(paris(2021, 4, 29, 12), DURING_VOTE), (closing_of(Stage.VOTING), DURING_VOTE)], id="moved while open"),
    ],
)
def test_nothing_is_said_of_a_vote_that_was_not_reopened(
    edition: Edition, reader: PageClient, hold: Hold, history: list[tuple[datetime, datetime]]
) -> None:
    for closes_at, at in history:
        move(edition, closes_at, at)
    hold(paris(2021, 4, 20))
    for path in EVERYWHERE:
        assert "rouvert" not in words(reader, path), path
    assert fresh(edition).read_before_it_reopened is None


def test_nothing_is_said_where_tallies_were_public_all_along(world: World, reader: PageClient, hold: Hold) -> None:
    edition = world.edition(tallies_hidden=False)
    propositions(edition)
    reopen(edition)
    hold(REOPENED)
    for path in EVERYWHERE:
        assert "rouvert" not in words(reader, path), path
    assert fresh(edition).read_if_moved(window(Stage.VOTING), at=REOPENED) is None


def test_another_edition_and_another_stage_say_nothing(edition: Edition, world: World) -> None:
    other = world.edition("2020")
    reopen(edition)
    assert fresh(other).read_before_it_reopened is None
    needs = replace(window(Stage.NEEDS), closes_at=paris(2021, 3, 10))
    move_window(OPERATOR, other.id, needs, reason="Essai (fictif)", at=paris(2021, 3, 1))
    move_window(OPERATOR, other.id, window(Stage.NEEDS), reason="Essai (fictif)", at=paris(2021, 3, 11))
    assert fresh(other).read_before_it_reopened is None
    assert [bool(change.reopened) for change in changes(other.id)] == [True, False]


def test_the_base_and_the_rule_tell_the_same_and_the_last_time_is_said(edition: Edition) -> None:
    reopen(edition)
    assert fresh(edition).read_before_it_reopened == Closure(EARLY, REOPENED)
    again = paris(2021, 4, 20)
    move(edition, again, again - timedelta(hours=1))
    move(edition, closing_of(Stage.VOTING), again)
    reading().expire_all()
    assert [change.reopened for change in changes(edition.id)] == [Closure(again, again), None, Closure(EARLY, REOPENED), None]
    assert fresh(edition).read_before_it_reopened == Closure(again, again)


def test_no_page_asks_more_of_the_base_for_it(edition: Edition, reader: PageClient, hold: Hold) -> None:
    hold(REOPENED)
    counted: list[list[int]] = []
    for _ in range(2):
        counted.append([])
        for path in EVERYWHERE:
            reading().expire_all()
            with count_statements() as sent:
                reader.get(path)
            counted[-1].append(len(sent))
        if len(counted) == 1:
            reopen(edition)
    assert counted[0] == counted[1]


class TestTheDesk:
    @pytest.fixture
    def desk(self, app: Flask, world: World, edition: Edition, hold: Hold) -> PageClient:
        move(edition, EARLY, EARLY - timedelta(days=1))
        hold(REOPENED)
        return PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR))

    def test_it_says_beforehand_what_reopening_means_and_asks_for_a_tick(self, desk: PageClient, edition: Edition) -> None:
        shown = desk.post(DESK, TYPED, 200)
        assert "Ceci rouvrirait un vote dont les soutiens ont pu être lus" in shown.main
        assert "10 avril 2021 à 12 h 00" in shown.main.replace("\u00a0", " ")
        for without in ({}, {"understood": ""}):
            again = desk.post(DESK, shown.form() | {"step": "confirmed"} | without, 422)
            assert "Cochez cette case pour rouvrir le vote" in again.main
            assert again.form()["reason"] == TYPED["reason"]
        assert fresh(edition).calendar.window(Stage.VOTING) == CLOSED_EARLY, "nothing moved without the tick"
        desk.post(DESK, again.form() | {"step": "confirmed", "understood": "y"}, 303)
        assert fresh(edition).calendar.window(Stage.VOTING) == window(Stage.VOTING)
        assert fresh(edition).read_before_it_reopened == Closure(EARLY, REOPENED)

    def test_a_vote_that_closed_since_the_page_was_read_asks_for_it_then(self, app: Flask, world: World, hold: Hold) -> None:
        world.edition("2020")
        desk = PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR))
        hold(EARLY)
        path = DESK.replace("2021", "2020")
        shown = desk.post(path, TYPED | {"closes_at": "2021-04-10T12:01"}, 200)
        assert "rouvrirait" not in shown.main
        desk.post(path, shown.form() | {"step": "confirmed"}, 303)
        longer = desk.post(path, TYPED, 200)
        assert "rouvrirait" not in longer.main
        hold(EARLY + timedelta(minutes=1))
        assert "Cochez cette case" in desk.post(path, longer.form() | {"step": "confirmed"}, 422).main

    def test_a_tick_opens_nothing_else(self, desk: PageClient) -> None:
        desk.post(DESK, TYPED | {"closes_at": "2021-04-11T12:00", "step": "confirmed", "understood": "y"}, 409)
        desk.post(DESK, TYPED | {"reason": " ", "step": "confirmed", "understood": "y"}, 422)

    def test_other_dates_ask_for_nothing(self, desk: PageClient) -> None:
        typed = {"opens_at": "2021-04-30T18:00", "closes_at": "2021-05-30T18:00", "reason": "Un jour de moins (fictif)."}
        shown = desk.post("/pilotage/2021/calendrier/interests", typed, 200)
        assert "rouvrirait" not in shown.main
        desk.post("/pilotage/2021/calendrier/interests", shown.form() | {"step": "confirmed"}, 303)


class TestTheCommand:
    def test_it_says_it_before_and_does_it(self, edition: Edition, operator: Operator) -> None:
        move(edition, EARLY, EARLY - timedelta(days=1))
        options = ("VOTING", "--closes", "2021-04-30T18:00", "--reason", "Une panne (fictif)")
        ended = operator("calendar", "move", "2021", *options, CONSULT_NOW=REOPENED.isoformat())
        assert ended.code == 0
        assert "Attention : le vote est fermé depuis le 10 avril 2021 à 12 h 00." in ended.errors.replace("\u00a0", " ")
        assert fresh(edition).read_before_it_reopened is not None

    def test_what_is_refused_says_only_why(self, edition: Edition, operator: Operator) -> None:
        move(edition, EARLY, EARLY - timedelta(days=1))
        options = ("VOTING", "--closes", "2021-05-02T18:00", "--reason", "Une panne (fictif)")
        ended = operator("calendar", "move", "2021", *options, CONSULT_NOW=REOPENED.isoformat())
        assert (ended.code, len(ended.errors.splitlines())) == (1, 1)
        assert "Attention" not in ended.errors

    def test_a_move_that_reopens_nothing_warns_of_nothing(self, edition: Edition, operator: Operator) -> None:
        options = ("VOTING", "--closes", "2021-04-25T18:00", "--reason", "Essai (fictif)")
        assert operator("calendar", "move", "2021", *options, CONSULT_NOW=REOPENED.isoformat()).errors == ""


def test_it_is_as_secret_as_before_even_where_decisions_were_prepared(engines: Engines, app: Flask, hold: Hold) -> None:
    """Two elections that differ only by what is supported, closed, prepared by the committee, reopened, answer the same."""

    def ask(elections: Elections) -> Answers:
        move(elections.edition, EARLY, EARLY - timedelta(days=1))
        member = elections.readers[Role.COMMITTEE.value]
        assert member is not None
        for proposal, outcome in zip((elections.first, elections.second, elections.third), Outcome, strict=True):
            decide(member, proposal.id, outcome, reason="Une raison (fictive).", explanation="Parce que.", at=EARLY)
        move(elections.edition, closing_of(Stage.VOTING), REOPENED)
        readers = {name: elections.readers[name] for name in ("visitor", Role.COMMITTEE.value, EVERY_ROLE)}
        return answers(clients(app, readers))

    before, after = of_both(engines, app, hold, ask)
    assert differing(before, after) == []


def test_the_open_data_say_since_when(edition: Edition, client: PageClient, hold: Hold) -> None:
    reopen(edition)
    hold(REOPENED)
    text = client.http.get("/2021/donnees/calendar_changes.csv").get_data(as_text=True)
    found = [row["tallies_readable_since"] for row in csv.DictReader(io.StringIO(text))]
    assert found == ["", "2021-04-10T12:00:00+02:00"]

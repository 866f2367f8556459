"""Recalling drafts before the needs close: at three exact moments, once each, and only while there is something to publish."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import Topic
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.actions import move_window
from consult.calendar.model import Edition
from consult.calendar.rules import Stage, Window
from consult.contributions.actions import publish
from consult.contributions.draft_rules import Reminder
from consult.contributions.drafts import delete_draft, start_draft
from consult.contributions.model import ContributionType, Draft
from consult.contributions.reminders import remind_of_drafts
from consult.ground.actor import OPERATOR, Actor
from consult.ground.database import reading
from consult.outbox.model import Message, Notice
from tests.support.commands import Operator
from tests.support.letters import letters, text_of
from tests.support.stage_one import DURING_NEEDS, NEED
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World, closing_of

CLOSE = closing_of(Stage.NEEDS)
TICK = timedelta(microseconds=1)
WEEK, TWO_DAYS, HOURS = (CLOSE - reminder.before for reminder in Reminder)


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR, email="jeanne@exemple.fr")


def started(actor: Actor, edition: Edition, title: str = "Nid-de-poule", at: datetime = DURING_NEEDS) -> Draft:
    return start_draft(actor, edition.id, ContributionType.NEED, {"title": title}, at=at)


def written() -> int:
    reading().expire_all()
    return len(reading().scalars(select(Message).where(Message.notice == Notice.DRAFT_REMINDER)).all())


def test_three_times_at_their_exact_moments(edition: Edition, author: Actor) -> None:
    started(author, edition)
    instants = (WEEK - TICK, WEEK, WEEK, TWO_DAYS - TICK, TWO_DAYS, HOURS - TICK, HOURS, CLOSE - TICK, CLOSE, CLOSE + TICK)
    assert [remind_of_drafts(at=at) for at in instants] == [0, 1, 0, 0, 1, 0, 1, 0, 0, 0]
    assert written() == 3


def test_a_worker_that_was_away_sends_the_last_moment_only(edition: Edition, author: Actor) -> None:
    started(author, edition)
    assert [remind_of_drafts(at=at) for at in (HOURS + TICK, CLOSE - TICK)] == [1, 0]


def test_what_was_begun_since_the_moment_is_not_recalled_by_it(edition: Edition, author: Actor) -> None:
    started(author, edition, at=WEEK)
    started(author, edition, at=WEEK + TICK)
    assert remind_of_drafts(at=WEEK + timedelta(hours=1)) == 1
    assert remind_of_drafts(at=TWO_DAYS) == 2


def test_only_what_is_live_and_wanted(world: World, edition: Edition, author: Actor) -> None:
    published, thrown = started(author, edition), started(author, edition)
    publish(author, edition.id, NEED, at=DURING_NEEDS, draft_id=published.id)
    delete_draft(author, thrown.id, at=DURING_NEEDS)
    silent = world.person(ROCAMADOUR)
    started(silent, edition)
    choose_notifications(silent, set(Topic) - {Topic.CONTRIBUTIONS}, at=DURING_NEEDS)
    assert remind_of_drafts(at=WEEK) == 0


def test_each_of_one_s_drafts_is_recalled_in_its_own_edition(world: World, edition: Edition, author: Actor) -> None:
    other = world.edition("2022")
    for where in (edition, edition, other):
        started(author, where)
    assert remind_of_drafts(at=WEEK) == 3
    assert remind_of_drafts(at=WEEK) == 0


def test_a_close_that_moves_has_its_own_moments_once(edition: Edition, author: Actor) -> None:
    started(author, edition)
    assert remind_of_drafts(at=WEEK) == 1
    later, at = CLOSE - timedelta(days=1), WEEK + timedelta(hours=1)
    needs = edition.calendar.window(Stage.NEEDS)
    for closes_at in (later, CLOSE):
        moved = Window(Stage.NEEDS, needs.opens_at, closes_at)
        move_window(OPERATOR, edition.id, moved, reason="Il faut.", at=at)
        reading().expire_all()
        assert remind_of_drafts(at=at + timedelta(minutes=1)) == (1 if closes_at == later else 0)
    assert written() == 2


def test_two_workers_at_once_write_each_once(app: Flask, edition: Edition, author: Actor, world: World) -> None:
    for _ in range(3):
        started(author, edition)
        started(world.person(ROCAMADOUR), edition)
    assert sum(together(app, [lambda: remind_of_drafts(at=WEEK)] * 4)) == 6
    assert written() == 6


def test_a_batch_at_a_time(edition: Edition, author: Actor) -> None:
    for _ in range(5):
        started(author, edition)
    assert [remind_of_drafts(at=WEEK, limit=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("rows", [1, 3])
def test_as_many_statements_for_one_as_for_three(edition: Edition, author: Actor, engine: str, rows: int) -> None:
    for _ in range(rows):
        started(author, edition)
    with count_statements() as sent:
        remind_of_drafts(at=WEEK)
    # The editions that close soon, their lock, the edition, the drafts, the letters.
    assert len(sent) == {"sqlite": 4, "postgresql": 5}[engine], "\n".join(sent)


def test_the_letter_says_that_it_is_not_published_until_when_and_where(edition: Edition, author: Actor) -> None:
    draft = started(author, edition, "L’école & le <carnet>")
    remind_of_drafts(at=TWO_DAYS)
    (letter,) = letters(TWO_DAYS)
    assert letter["To"] == "jeanne@exemple.fr"
    assert " ".join(str(letter["Subject"]).split()) == "Brouillon à publier avant le 15 mars 2021 à 12 h 00"
    text = text_of(letter)
    assert "Vous avez commencé à décrire un besoin : « L’école & le <carnet> »." in text
    assert "il n’est pas publié" in text
    assert "avant le 15 mars 2021 à 12 h 00 (heure de Paris)" in text
    assert f"http://127.0.0.1:8000/2021/contributions/brouillons/{draft.id}" in text
    assert "http://127.0.0.1:8000/compte/notifications" in text


def test_a_letter_that_could_not_leave_is_not_sent_after_the_close(edition: Edition, author: Actor) -> None:
    started(author, edition)
    remind_of_drafts(at=HOURS)
    assert letters(CLOSE) == []


def test_consult_work_sends_them(operator: Operator, edition: Edition, author: Actor) -> None:
    started(author, edition)
    for now, said in (
        (WEEK - timedelta(minutes=1), ["0 courriel envoyé, 0 échec"]),
        (WEEK, ["1 brouillon rappelé", "1 courriel envoyé, 0 échec"]),
        (WEEK, ["0 courriel envoyé, 0 échec"]),
    ):
        assert operator("work", "--once", CONSULT_NOW=now.isoformat()).said.replace("\u00a0", " ").splitlines() == said

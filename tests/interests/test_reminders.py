"""Recalling candidatures before they close: at three exact moments, once each, and only what is still to be submitted."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from consult.accounts.model import Attachment, AttachmentStatus, Topic
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.draft_rules import Reminder
from consult.contributions.reminders import remind_of_drafts
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.interests.actions import declare
from consult.interests.drafts import keep, throw_away
from consult.interests.reminders import remind_of_started
from consult.proposals.model import Proposal
from tests.interests.test_actions import DRAFT
from tests.support.letters import letters, text_of
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import ROCAMADOUR, World, closing_of, during

AT, CLOSE = during(Stage.INTERESTS), closing_of(Stage.INTERESTS)
TICK = timedelta(microseconds=1)
WEEK, TWO_DAYS, HOURS = (CLOSE - reminder.before for reminder in Reminder)


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR, email="jeanne@exemple.fr")


def started(actor: Actor, edition: Edition, title: str = "Ouvrir des données") -> Proposal:
    found = proposal(edition, title)
    keep(actor, found.id, {"motivation": "Nous"}, revision=0, at=AT)
    return found


def test_three_times_at_their_exact_moments(edition: Edition, author: Actor) -> None:
    started(author, edition)
    instants = (WEEK - TICK, WEEK, WEEK, TWO_DAYS - TICK, TWO_DAYS, HOURS - TICK, HOURS, CLOSE - TICK, CLOSE, CLOSE + TICK)
    assert [remind_of_started(at=at) for at in instants] == [0, 1, 0, 0, 1, 0, 1, 0, 0, 0]
    assert remind_of_drafts(at=WEEK) == 0, "nothing of it is a draft of a contribution"


@pytest.mark.parametrize(
    ("status", "recalled"),
    [
        pytest.param(AttachmentStatus.VERIFIED, 1, id="verified"),
        pytest.param(AttachmentStatus.PENDING, 1, id="to be verified: it may be in time"),
        pytest.param(AttachmentStatus.ENDED, 0, id="ended"),
        pytest.param(AttachmentStatus.REFUSED, 0, id="refused"),
    ],
)
def test_only_those_who_may_still_submit_it(world: World, edition: Edition, status: AttachmentStatus, recalled: int) -> None:
    author = world.person(ROCAMADOUR)
    started(author, edition)
    decided = None if status is AttachmentStatus.PENDING else AT
    with transaction() as session:
        session.execute(
            update(Attachment).where(Attachment.person_id == author.person_id).values(status=status, decided_at=decided)
        )
    assert [remind_of_started(at=at) for at in (WEEK, TWO_DAYS, HOURS)] == [recalled] * 3


def test_only_what_is_still_to_be_submitted_and_wanted(world: World, edition: Edition, author: Actor) -> None:
    submitted, thrown = started(author, edition), started(author, edition)
    declare(world.person(ROCAMADOUR), submitted.id, DRAFT, at=AT)
    throw_away(author, thrown.id, at=AT)
    silent = world.person(ROCAMADOUR)
    started(silent, edition)
    choose_notifications(silent, set(Topic) - {Topic.SERVICES}, at=AT)
    assert remind_of_started(at=WEEK) == 0


def test_two_workers_at_once_write_each_once(app: Flask, edition: Edition, author: Actor, world: World) -> None:
    for _ in range(3):
        started(author, edition)
        started(world.person(ROCAMADOUR), edition)
    assert sum(together(app, [lambda: remind_of_started(at=WEEK)] * 4)) == 6


def test_a_batch_at_a_time(edition: Edition, author: Actor) -> None:
    for _ in range(5):
        started(author, edition)
    assert [remind_of_started(at=WEEK, limit=2) for _ in range(4)] == [2, 2, 1, 0]


@pytest.mark.parametrize("rows", [1, 3])
def test_as_many_statements_for_one_as_for_three(edition: Edition, author: Actor, engine: str, rows: int) -> None:
    for _ in range(rows):
        started(author, edition)
    with count_statements() as sent:
        remind_of_started(at=WEEK)
    # The editions that close soon, their lock, the edition, the drafts, the letters.
    assert len(sent) == {"sqlite": 4, "postgresql": 5}[engine], "\n".join(sent)


def test_the_letter_says_that_it_is_not_submitted_until_when_and_where(edition: Edition, author: Actor) -> None:
    found = started(author, edition, "L’école & le <carnet>")
    remind_of_started(at=TWO_DAYS)
    (letter,) = letters(TWO_DAYS)
    assert letter["To"] == "jeanne@exemple.fr"
    assert " ".join(str(letter["Subject"]).split()) == "Candidature à déposer avant le 31 mai 2021 à minuit"
    text = text_of(letter)
    assert "au nom de Rocamadour (Lot), pour la proposition « L’école & le <carnet> »" in text
    assert "elle n’est pas déposée" in text
    assert "avant le 31 mai 2021 à minuit (heure de Paris)" in text
    assert f"http://127.0.0.1:8000/2021/propositions/{found.number}/candidature" in text
    assert "http://127.0.0.1:8000/compte/notifications" in text
    assert letters(CLOSE) == []

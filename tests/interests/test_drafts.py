"""Keeping a candidature that is being written: one's own alone, one a proposition and name, until it is submitted."""

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.own.closing import close_account
from consult.accounts.queries import actor_of_person
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import declare
from consult.interests.drafts import all_started, forget_started, keep, started, throw_away
from consult.interests.model import StartedInterest
from consult.proposals.model import Proposal
from tests.interests.test_actions import DRAFT
from tests.support.acts import refusal
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

AT = during(Stage.INTERESTS)
LATER = AT + timedelta(minutes=5)
TYPED = {"level": "chef", "motivation": "Nous tenons six"}


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def found(world: World, edition: Edition) -> Proposal:
    found = proposal(edition)
    keep(world.person(ROCAMADOUR), found.id, TYPED, revision=0, at=AT)  # a colleague's, always
    return found


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def kept() -> list[StartedInterest]:
    reading().expire_all()
    return list(reading().scalars(select(StartedInterest).order_by(StartedInterest.id)))


def test_it_is_kept_as_typed_and_the_same_text_changes_nothing(author: Actor, found: Proposal) -> None:
    assert started(author, found.id) is None
    first = keep(author, found.id, TYPED, revision=0, at=AT)
    assert (first.revision, first.siren, first.data, first.created_at) == (1, ROCAMADOUR, TYPED, AT)
    assert keep(author, found.id, TYPED, revision=0, at=LATER).saved_at == AT
    second = keep(author, found.id, TYPED | {"level": "pilote"}, revision=1, at=LATER)
    assert (second.id, second.revision, second.created_at, second.saved_at) == (first.id, 2, AT, LATER)
    assert len(kept()) == 2, "the colleague's is another"


def test_what_another_device_saved_is_not_overwritten(author: Actor, found: Proposal) -> None:
    keep(author, found.id, TYPED, revision=0, at=AT)
    again = partial(keep, author, found.id, {"motivation": "Autre"}, at=LATER)
    assert refusal(partial(again, revision=0)) is Reason.DRAFT_CHANGED_ELSEWHERE
    assert again(revision=1).revision == 2


def test_two_tabs_at_the_same_second_begin_one(app: Flask, author: Actor, found: Proposal) -> None:
    acts = [partial(keep, author, found.id, {"motivation": f"Texte {rank}"}, revision=0, at=AT) for rank in range(4)]
    assert together(app, acts).count(Reason.DRAFT_CHANGED_ELSEWHERE) == 3
    assert len(kept()) == 2


def test_once_submitted_it_is_there_and_nowhere_else(world: World, author: Actor, found: Proposal, edition: Edition) -> None:
    other = proposal(edition)
    keep(author, found.id, TYPED, revision=0, at=AT)
    keep(author, other.id, TYPED, revision=0, at=AT)
    declare(author, found.id, DRAFT, at=LATER)
    assert started(author, found.id) is None
    assert started(author, other.id) is not None
    assert len(kept()) == 2, "a colleague's own text stays theirs"
    assert refusal(partial(keep, author, found.id, TYPED, revision=0, at=LATER)) is Reason.ALREADY_INTERESTED


def test_it_is_kept_after_the_close_too_and_thrown_away_once(world: World, author: Actor, found: Proposal) -> None:
    keep(author, found.id, TYPED, revision=0, at=closing_of(Stage.INTERESTS))
    with pytest.raises(NotFound):
        throw_away(world.person(GRAMAT), found.id, at=LATER)
    throw_away(author, found.id, at=LATER)
    with pytest.raises(NotFound):
        throw_away(author, found.id, at=LATER)
    with pytest.raises(NotFound):
        keep(author, found.id + 999, TYPED, revision=0, at=LATER)


def test_the_list_costs_one_statement_whatever_its_length(author: Actor, found: Proposal, edition: Edition) -> None:
    keep(author, found.id, TYPED, revision=0, at=AT)
    more = [proposal(edition) for _ in range(2)]
    for expected in (1, 3):
        with count_statements() as sent:
            assert len(all_started(author, edition.id)) == expected
        assert len(sent) == 1
        for rank, one in enumerate(more, start=1):
            keep(author, one.id, TYPED, revision=0, at=AT + timedelta(seconds=rank))
    assert [begun.proposal_number for begun in all_started(author, edition.id)] == [3, 2, 1]


def test_those_of_a_closed_account_are_forgotten(world: World, author: Actor, found: Proposal) -> None:
    keep(author, found.id, TYPED, revision=0, at=AT)
    assert author.person_id is not None
    close_account(author, at=LATER)
    assert actor_of_person(author.person_id) is None
    assert forget_started(at=LATER - timedelta(seconds=1)) == 0
    assert (forget_started(at=LATER), forget_started(at=LATER)) == (1, 0)
    assert len(kept()) == 1

"""The charter of an edition: its versions, which is in force, who gives it another and until when."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import OPERATOR, VISITOR, Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.interests.actions import declare
from consult.interests.charter_rules import FIRST, PARTS, Said, charter_name, is_accepted, may_change_charter
from consult.interests.charters import accepted, change_charter, in_force, versions
from consult.interests.model import Charter, Level
from consult.journal.model import Event, EventKind
from tests.interests.test_actions import DRAFT
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.world import ROCAMADOUR, WINDOWS, World, closing_of, during, just_before

CALENDAR = Calendar(WINDOWS)
AT = during(Stage.INTERESTS)
CLOSE = closing_of(Stage.INTERESTS)
CHANGED: Said = {**FIRST, Level.PILOTE.value: "- d’essayer le service pendant un an."}
ADMINISTRATOR = Actor(person_id=1, roles=frozenset({Role.ADMINISTRATOR}))
MODERATOR = Actor(person_id=2, roles=frozenset({Role.MODERATOR}))


@pytest.mark.parametrize(
    ("actor", "at", "changed", "why", "is_as_read", "reason"),
    [
        pytest.param(ADMINISTRATOR, AT, CHANGED, "Un an suffit.", True, None, id="an administrator, with a reason"),
        pytest.param(OPERATOR, WINDOWS[0].opens_at, CHANGED, "Oui.", True, None, id="long before"),
        pytest.param(ADMINISTRATOR, just_before(CLOSE), CHANGED, "Oui.", True, None, id="one second before the close"),
        pytest.param(ADMINISTRATOR, CLOSE, CHANGED, "Oui.", True, Reason.STAGE_CLOSED, id="at the close"),
        pytest.param(MODERATOR, AT, CHANGED, "Oui.", True, Reason.NOT_YOUR_ROLE, id="a moderator"),
        pytest.param(VISITOR, AT, CHANGED, "Oui.", True, Reason.NOT_YOUR_ROLE, id="a visitor"),
        pytest.param(ADMINISTRATOR, AT, CHANGED, " ", True, Reason.REASON_MISSING, id="without a reason"),
        pytest.param(ADMINISTRATOR, AT, FIRST | {"pilote": " "}, "Oui.", True, Reason.NOTHING_SAID, id="a level says nothing"),
        pytest.param(ADMINISTRATOR, AT, CHANGED, "Oui.", False, Reason.CHANGED_MEANWHILE, id="changed since it was read"),
        pytest.param(ADMINISTRATOR, AT, FIRST, "Oui.", True, Reason.CHARTER_UNCHANGED, id="the same words"),
    ],
)
def test_who_may_give_it_another_version(
    actor: Actor, at: datetime, changed: Said, why: str, is_as_read: bool, reason: Reason | None
) -> None:
    answer = may_change_charter(
        actor, calendar=CALENDAR, current=FIRST, changed=changed, reason=why, is_as_read=is_as_read, at=at
    )
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("charter", "reason"),
    [("2021-2", None), ("2021-1", Reason.CHARTER_CHANGED), ("", Reason.CHARTER_NOT_ACCEPTED)],
)
def test_only_the_version_in_force_is_accepted(charter: str, reason: Reason | None) -> None:
    assert is_accepted(charter, charter_name("2021", 2)).reason is reason


@pytest.fixture
def edition(world: World) -> Edition:
    world.edition("2022")
    return world.edition()


def test_an_edition_begins_with_the_words_of_the_software_and_keeps_them_once_accepted(world: World, edition: Edition) -> None:
    first = in_force(edition)
    assert (first.number, first.name, first.at, first.said) == (1, "2021-1", edition.created_at, FIRST)
    assert not reading().scalars(select(Charter)).all()
    found = declare(world.person(ROCAMADOUR), proposal(edition).id, DRAFT, at=AT)
    assert found.charter == "2021-1"
    kept = reading().scalars(select(Charter)).one()
    assert (kept.edition_id, kept.version, kept.said) == (edition.id, 1, {part: FIRST[part] for part in PARTS})


def test_another_version_is_public_journaled_and_the_only_one_accepted_from_then_on(world: World, edition: Edition) -> None:
    steward = world.person(None, Role.ADMINISTRATOR)
    second = change_charter(steward, edition.id, CHANGED, read=1, reason=" Un an suffit. ", at=AT)
    assert (second.name, second.reason) == ("2021-2", "Un an suffit.")
    assert [version.number for version in versions(edition)] == [2, 1]
    assert in_force(edition).said == CHANGED
    before = accepted(edition, "2021-1")
    assert before is not None
    assert before.said == FIRST
    assert accepted(edition, "2021-9") is None
    event = reading().scalars(select(Event).where(Event.kind == EventKind.CHARTER_CHANGED)).one()
    assert (event.edition_id, event.data) == (edition.id, {"version": 2, "reason": "Un an suffit."})
    found, agent = proposal(edition), world.person(ROCAMADOUR)
    with pytest.raises(Refused) as refused:
        declare(agent, found.id, DRAFT, at=AT + timedelta(seconds=1))
    assert refused.value.reason is Reason.CHARTER_CHANGED


def test_the_longest_name_of_an_edition_leaves_room_for_its_versions(world: World) -> None:
    slug = "2021-" + "a" * 35
    found = proposal(world.edition(slug))
    draft = replace(DRAFT, charter=charter_name(slug, 1))
    assert declare(world.person(ROCAMADOUR), found.id, draft, at=AT).charter == f"{slug}-1"


def test_two_administrators_at_once_write_one_version(app: Flask, world: World, edition: Edition) -> None:
    stewards = [world.person(None, Role.ADMINISTRATOR) for _ in range(4)]
    acts = [partial(change_charter, one, edition.id, CHANGED, read=1, reason="Oui.", at=AT) for one in stewards]
    assert together(app, acts).count(Reason.CHANGED_MEANWHILE) == 3
    assert [version.number for version in versions(edition)] == [2, 1]

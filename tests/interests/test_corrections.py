"""Correcting an interest when the team asks: once, with the text before kept."""

from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import delete, select

from consult.accounts.model import RoleGrant
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import Reason
from consult.interests.actions import declare
from consult.interests.charter_rules import FIRST
from consult.interests.charters import change_charter
from consult.interests.corrections import correct, messages_of, versions_of
from consult.interests.messages import ask, reply
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import prepare
from consult.interests.publishing import publish
from consult.journal.model import Event, EventKind
from consult.proposals.model import Proposal
from tests.interests.test_actions import DRAFT
from tests.support.acts import refusal
from tests.support.letters import letters, subject_of, text_of
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.volunteers import interest, now, states
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, closing_of, during

AT, LATER = during(Stage.INTERESTS), closing_of(Stage.INTERESTS)
WAITLISTED = InterestStatus.WAITLISTED
CHANGED = replace(DRAFT, level=Level.ATELIER, motivation="Nous en tenons huit.")


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def found(world: World, agent: Actor) -> Interest:
    return declare(agent, proposal(world.edition()).id, DRAFT, at=AT)


@pytest.fixture
def asked(world: World, found: Interest) -> Interest:
    ask(world.person(None, Role.MODERATOR), found.id, "Combien de conseils ?", True, at=AT)
    return found


def test_what_was_asked_is_done_once_and_the_text_before_stays(agent: Actor, asked: Interest) -> None:
    corrected = correct(agent, asked.id, CHANGED, read=0, at=LATER)
    assert (corrected.level, corrected.motivation) == (Level.ATELIER, "Nous en tenons huit.")
    (before,) = versions_of(asked.id)
    assert (before.rank, before.at) == (1, LATER)
    assert (before.data["level"], before.data["motivation"], before.data["charter"]) == ("pilote", DRAFT.motivation, "2021-1")
    assert [message.corrected_at for message in messages_of(asked.id)] == [LATER]
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_CORRECTED)).one()
    assert (event.subject, event.data) == ("interest:1", {"before": "pilote", "after": "atelier"})
    assert refusal(partial(correct, agent, asked.id, CHANGED, read=1, at=LATER)) is Reason.NO_CORRECTION_ASKED


def test_those_who_asked_are_told_once_each_if_they_are_of_the_team_still(world: World, agent: Actor, found: Interest) -> None:
    first, second = (world.person(None, Role.MODERATOR, email=f"{name}@exemple.invalid") for name in ("anne", "bruno"))
    gone = world.person(None, Role.ADMINISTRATOR, email="partie@exemple.invalid")
    for actor, body in ((first, "Combien ?"), (first, "Et qui ?"), (second, "Quand ?"), (gone, "Où ?")):
        ask(actor, found.id, body, True, at=AT)
    ask(world.person(None, Role.MODERATOR, email="autre@exemple.invalid"), found.id, "Merci.", False, at=AT)
    with transaction() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.person_id == gone.person_id))
    letters(LATER)
    correct(agent, found.id, CHANGED, read=0, at=LATER)
    sent = letters(LATER)
    assert sorted(letter["To"] for letter in sent) == ["anne@exemple.invalid", "bruno@exemple.invalid"]
    assert subject_of(sent[0]) == "Candidature n° 1 : la correction demandée est faite"
    assert "/pilotage/2021/candidatures/1" in text_of(sent[0])
    assert "huit" not in text_of(sent[0]), "what was written stays in the file"


def test_a_message_is_no_request_to_correct(world: World, agent: Actor, found: Interest) -> None:
    ask(world.person(None, Role.MODERATOR), found.id, "Merci.", False, at=AT)
    assert refusal(partial(correct, agent, found.id, CHANGED, read=0, at=AT)) is Reason.NO_CORRECTION_ASKED


def test_it_says_all_that_its_level_commits_to_and_accepts_the_charter_in_force(agent: Actor, asked: Interest) -> None:
    nameless = replace(DRAFT, sponsor_name="")
    assert refusal(partial(correct, agent, asked.id, nameless, read=0, at=AT)) is Reason.PILOT_WITHOUT_PEOPLE
    change_charter(OPERATOR, asked.edition_id, FIRST | {"atelier": "- de venir."}, read=1, reason="Oui.", at=AT)
    assert refusal(partial(correct, agent, asked.id, CHANGED, read=0, at=AT)) is Reason.CHARTER_CHANGED
    assert correct(agent, asked.id, replace(CHANGED, charter="2021-2"), read=0, at=AT).charter == "2021-2"
    assert len(versions_of(asked.id)) == 1


def test_two_colleagues_at_once_the_second_is_told(app: Flask, world: World, asked: Interest) -> None:
    colleagues = [world.person(ROCAMADOUR) for _ in range(3)]
    given = together(app, [partial(correct, one, asked.id, CHANGED, read=0, at=AT) for one in colleagues])
    assert given.count(Reason.NO_CORRECTION_ASKED) == 2
    assert len(versions_of(asked.id)) == 1


def test_from_an_older_page_nothing_is_overwritten(world: World, agent: Actor, asked: Interest) -> None:
    correct(agent, asked.id, CHANGED, read=0, at=AT)
    ask(world.person(None, Role.MODERATOR), asked.id, "Et encore ?", True, at=AT)
    assert refusal(partial(correct, agent, asked.id, DRAFT, read=0, at=AT)) is Reason.CORRECTED_MEANWHILE
    correct(agent, asked.id, DRAFT, read=1, at=AT)
    assert [version.rank for version in versions_of(asked.id)] == [1, 2]


def test_what_is_written_meanwhile_does_not_stand_in_the_way(agent: Actor, asked: Interest) -> None:
    reply(agent, asked.id, "Nous corrigeons.", at=AT)
    correct(agent, asked.id, CHANGED, read=0, at=AT)


def test_each_list_is_one_statement(agent: Actor, asked: Interest) -> None:
    for more in (0, 2):
        for rank in range(more):
            reply(agent, asked.id, f"Message {rank}.", at=AT)
        for listed in (messages_of, versions_of):
            with count_statements() as sent:
                listed(asked.id)  # type: ignore[operator]
            assert len(sent) == 1


def test_another_level_is_another_list_where_one_comes_last(world: World, agent: Actor, found: Interest) -> None:
    team, retained = world.person(None, Role.MODERATOR), proposal_of(found)
    behind, first, second = (
        interest(retained, world.person(GRAMAT), Level.PILOTE),
        interest(retained, world.person(LOT)),
        interest(retained, world.person(CAUVALDOR)),
    )
    files = [found, behind, first, second]
    prepare(team, found.edition_id, [one.id for one in files], WAITLISTED, reason="Trop nombreuses.", at=AT)
    publish(team, found.edition_id, at=AT)
    assert states(retained) == {1: (WAITLISTED, 1), 2: (WAITLISTED, 2), 3: (WAITLISTED, 1), 4: (WAITLISTED, 2)}
    ask(team, found.id, "Plutôt les ateliers ?", True, at=AT)
    correct(agent, found.id, CHANGED, read=0, at=LATER)
    assert states(retained) == {1: (WAITLISTED, 3), 2: (WAITLISTED, 1), 3: (WAITLISTED, 1), 4: (WAITLISTED, 2)}


def test_the_same_in_the_list_that_is_prepared(world: World, agent: Actor, asked: Interest) -> None:
    team, retained = world.person(None, Role.MODERATOR), proposal_of(asked)
    behind, other = interest(retained, world.person(GRAMAT), Level.PILOTE), interest(retained, world.person(LOT))
    prepare(team, asked.edition_id, [asked.id, behind.id, other.id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    correct(agent, asked.id, CHANGED, read=0, at=LATER)
    assert [now(one).prepared_rank for one in (asked, behind, other)] == [2, 1, 1]


def test_the_same_level_keeps_its_place(world: World, agent: Actor, asked: Interest) -> None:
    team, retained = world.person(None, Role.MODERATOR), proposal_of(asked)
    behind = interest(retained, world.person(GRAMAT), Level.PILOTE)
    prepare(team, asked.edition_id, [asked.id, behind.id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    publish(team, asked.edition_id, at=AT)
    correct(agent, asked.id, replace(DRAFT, motivation="Nous en tenons huit."), read=0, at=LATER)
    assert states(retained) == {1: (WAITLISTED, 1), 2: (WAITLISTED, 2)}


def test_one_that_waits_may_become_a_pilot_and_name_its_people(world: World, agent: Actor) -> None:
    team, retained = world.person(None, Role.MODERATOR), proposal(world.edition())
    unnamed = replace(CHANGED, referent_name="", referent_function="", sponsor_name="", sponsor_function="")
    found = declare(agent, retained.id, unnamed, at=AT)
    prepare(team, found.edition_id, [found.id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    publish(team, found.edition_id, at=AT)
    ask(team, found.id, "Plutôt pilote ?", True, at=AT)
    assert correct(agent, found.id, DRAFT, read=0, at=LATER).level is Level.PILOTE
    assert states(retained) == {1: (WAITLISTED, 1)}


def proposal_of(one: Interest) -> Proposal:
    return reading().get_one(Proposal, one.proposal_id)

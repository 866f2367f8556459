"""The council's deliberation joined to an interest: kept, counted, taken away, spared by the sweeping of the store."""

import os
from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.contributions.files import ORPHAN_AFTER, arriving, sweep_store
from consult.ground import clock
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.interests.actions import declare, withdraw
from consult.interests.files import document_keys, document_of, documents_of, join_documents, remove_document
from consult.interests.model import Interest, InterestFile
from consult.journal.model import Event, EventKind
from tests.interests.test_actions import DRAFT
from tests.support.acts import refusal
from tests.support.documents import pdf, store
from tests.support.retained import proposal
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

AT, LATER = during(Stage.INTERESTS), closing_of(Stage.INTERESTS)


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


@pytest.fixture
def found(world: World, agent: Actor) -> Interest:
    edition = world.edition()
    declare(world.person(GRAMAT), proposal(edition).id, DRAFT, at=AT)
    return declare(agent, proposal(edition).id, DRAFT, at=AT)


def join(actor: Actor, found: Interest, *names: str) -> None:
    with arriving(store(), [(BytesIO(pdf()), name) for name in names]) as arrivals:
        join_documents(actor, store(), found.id, arrivals, at=LATER)


def test_it_is_kept_after_the_close_and_journaled_without_its_name(world: World, agent: Actor, found: Interest) -> None:
    join(agent, found, "Délibération Camille Fictif.pdf")
    (joined,) = documents_of(found.id)
    assert (joined.name, joined.type.value, joined.added_by) == (
        "Délibération Camille Fictif.pdf",
        "application/pdf",
        agent.person_id,
    )
    event = reading().scalars(select(Event).where(Event.kind == EventKind.FILE_JOINED)).one()
    assert (event.subject, event.siren, event.data["file"]) == (f"interest:{found.number}", ROCAMADOUR, joined.id)
    assert "Camille" not in str(event.data)
    colleague = world.person(ROCAMADOUR)
    remove_document(colleague, store(), found.id, joined.id, at=LATER)
    remove_document(colleague, store(), found.id, joined.id, at=LATER)
    assert not documents_of(found.id)
    assert len(reading().scalars(select(Event).where(Event.kind == EventKind.FILE_REMOVED)).all()) == 1
    with pytest.raises(NotFound):
        document_of(found.id, joined.id)


def test_only_its_own_people_join_and_only_their_own_documents_go(world: World, agent: Actor, found: Interest) -> None:
    neighbour = world.person(GRAMAT)
    assert refusal(partial(join, neighbour, found, "un.pdf")) is Reason.NOT_YOURS
    join(agent, found, "un.pdf")
    (joined,) = documents_of(found.id)
    assert refusal(partial(remove_document, neighbour, store(), found.id, joined.id, at=LATER)) is Reason.NOT_YOURS
    theirs = reading().scalars(select(Interest).where(Interest.siren == GRAMAT)).one()
    with pytest.raises(NotFound):
        remove_document(neighbour, store(), theirs.id, joined.id, at=LATER)
    withdraw(agent, found.id, reason="Non.", at=LATER)
    assert refusal(partial(join, agent, found, "deux.pdf")) is Reason.NOT_LIVE
    assert len(documents_of(found.id)) == 1


def test_six_at_once_leave_five_and_no_bytes_of_the_sixth(app: Flask, agent: Actor, found: Interest) -> None:
    given = together(app, [partial(join, agent, found, f"{rank}.pdf") for rank in range(6)])
    assert given.count(Reason.TOO_MANY_FILES) == 1
    kept = reading().scalars(select(InterestFile.key)).all()
    lying = {path.name for path in store().folder.glob("??/*")}
    assert lying == set(kept)
    assert len(kept) == 5


def test_the_store_keeps_what_is_joined_when_it_is_swept(agent: Actor, found: Interest) -> None:
    join(agent, found, "un.pdf", "deux.pdf")
    long_ago = (clock.outside() - ORPHAN_AFTER - timedelta(minutes=1)).timestamp()
    for path in store().folder.glob("??/*"):
        os.utime(path, (long_ago, long_ago))
    assert sweep_store(store(), spoken_for=(document_keys(),), at=clock.outside()) == 0
    remove_document(agent, store(), found.id, documents_of(found.id)[0].id, at=LATER)
    assert len(reading().scalars(document_keys()).all()) == 1

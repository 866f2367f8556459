"""What happened is kept in order; the public register shows acts of the team and nothing of a person or a vote."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from consult.calendar.model import Edition
from consult.ground.actor import OPERATOR, VISITOR, Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.journal.actions import record
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.journal.queries import PAGE_SIZE, public_events
from tests.support.world import CORSE, ROCAMADOUR, World

AT = paris(2021, 3, 1, 9)


def happen(kind: EventKind, actor: Actor = OPERATOR, **said: object) -> Event:
    """One event, committed."""
    with transaction() as session:
        return record(session, kind, actor, **({"at": AT} | said))  # type: ignore[arg-type]


def kinds(edition: Edition, page: int = 1) -> list[EventKind]:
    """The public register of an edition, without its creation."""
    events = public_events(edition.id, page=page).items
    return [event.kind for event in events if event.kind is not EventKind.EDITION_CREATED]


def test_an_event_says_who_in_whose_name_to_what_and_when(world: World) -> None:
    agent = world.person(ROCAMADOUR)
    event_id = happen(EventKind.SCHEME_ADDED, agent, subject="scheme:axe", reason="parce que").id
    reading().expire_all()
    event = reading().get_one(Event, event_id)
    assert (event.at, event.person_id, event.siren, event.subject) == (AT, agent.person_id, ROCAMADOUR, "scheme:axe")
    assert event.data == {"reason": "parce que"}


def test_an_act_about_a_collectivite_names_it_rather_than_the_actors_own(world: World) -> None:
    assert happen(EventKind.ATTACHMENT_VERIFIED, world.person(ROCAMADOUR), siren=CORSE).siren == CORSE


def test_the_command_line_says_so(app: Flask) -> None:
    assert happen(EventKind.REGISTER_LOADED, OPERATOR).data == {"by": "operator"}
    assert happen(EventKind.SIGN_IN_ASKED, VISITOR).data == {}


def test_an_event_of_an_edition_that_does_not_exist_is_refused_by_the_base(app: Flask) -> None:
    with pytest.raises(IntegrityError):
        happen(EventKind.PROPOSAL_CREATED, edition_id=404)


@pytest.mark.parametrize("kind", list(EventKind))
def test_the_public_register_shows_acts_of_the_team(world: World, kind: EventKind) -> None:
    edition = world.edition()
    happen(kind, edition_id=edition.id)
    shown = kind in PUBLIC_KINDS and kind is not EventKind.EDITION_CREATED
    assert kinds(edition) == ([kind] if shown else [])


def test_nothing_of_a_person_or_a_vote_is_public() -> None:
    private = ("sign_in", "session", "account", "attachment", "role", "support", "me_too", "interest")
    of_the_team = {EventKind.INTERESTS_ANSWERED, EventKind.INTEREST_MOVED_UP}  # all at once, and by a list that moves by itself
    assert not [kind for kind in PUBLIC_KINDS - of_the_team if kind.value.startswith(private)]


def test_the_public_register_is_that_of_one_edition_latest_first(world: World) -> None:
    edition, other = world.edition(), world.edition("2022")
    happen(EventKind.SERVICE_BORN, edition_id=edition.id, at=AT)
    happen(EventKind.WINDOW_MOVED, edition_id=other.id, at=AT)
    happen(EventKind.RESULT_PROCLAIMED, edition_id=edition.id, at=AT - timedelta(days=1))
    happen(EventKind.SERVICE_PHASE_ENTERED, edition_id=edition.id, at=AT)
    assert kinds(edition) == [EventKind.SERVICE_PHASE_ENTERED, EventKind.SERVICE_BORN, EventKind.RESULT_PROCLAIMED]


def test_every_event_is_on_one_page_and_only_one(world: World) -> None:
    edition = world.edition()
    with transaction() as session:
        for _ in range(2 * PAGE_SIZE):
            record(session, EventKind.SERVICE_BORN, OPERATOR, at=AT, edition_id=edition.id)
    pages = [public_events(edition.id, page=number) for number in (1, 2, 3)]
    assert [len(page.items) for page in pages] == [PAGE_SIZE, PAGE_SIZE, 1]
    assert pages[0].total == 2 * PAGE_SIZE + 1
    assert len({event.id for page in pages for event in page.items}) == 2 * PAGE_SIZE + 1

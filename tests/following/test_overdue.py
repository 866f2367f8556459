"""What is overdue: said to the service's own team a week before, to those who follow on the day, once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from consult.following.overdue import tell_overdue
from consult.ground.actor import Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.journal.model import Event, EventKind
from consult.services.actions import ServiceDraft, create
from consult.services.model import Bearer, Milestone, Service
from tests.support import retained
from tests.support.letters import letters, text_of
from tests.support.premises import DURING_TRACKING
from tests.support.world import ROCAMADOUR, World

BORN = DURING_TRACKING
DUE = date(2021, 7, 1)
MORNING = timedelta(hours=9)


def at(day: date) -> datetime:
    """Nine o'clock that day, in Paris."""
    return paris(day.year, day.month, day.day, 9)


@pytest.fixture
def service(world: World) -> Service:
    """A service borne by a commune of one person, and a milestone."""
    edition, team = world.edition(), world.person(None, Role.ADMINISTRATOR)
    found = create(team, retained.proposal(edition).id, ServiceDraft("Séance claire", "Préparer.", "Un besoin."), at=BORN)
    world.person(ROCAMADOUR, email="porteur@exemple.fr")
    with transaction() as session:
        session.add(Bearer(service_id=found.id, siren=ROCAMADOUR, since=BORN))
        session.add(Milestone(service_id=found.id, title="Première version", due_on=DUE, set_at=BORN))
    letters(BORN)
    return found


def told(kind: EventKind) -> list[Event]:
    """What the journal says of it."""
    return list(reading().scalars(select(Event).where(Event.kind == kind)))


def warned(instant: datetime) -> list[str]:
    """What the team reads, once all that is due has been run twice."""
    tell_overdue(at=instant)
    tell_overdue(at=instant + timedelta(minutes=5))
    return [text_of(letter) for letter in letters(instant + timedelta(minutes=5)) if letter["To"] == "porteur@exemple.fr"]


def test_a_milestone_is_told_to_the_team_a_week_before_and_to_everyone_the_day_after(service: Service) -> None:
    assert warned(at(DUE - timedelta(days=8))) == []
    (letter,) = warned(at(DUE - timedelta(days=7)))
    assert "Le jalon « Première version » du service « Séance claire » est promis pour le 1er juillet 2021" in letter
    assert warned(at(DUE)) == []
    assert told(EventKind.MILESTONE_LATE) == [], "the day itself is not late"
    assert warned(at(DUE + timedelta(days=1))) == []
    (event,) = told(EventKind.MILESTONE_LATE)
    assert (event.subject, event.data["due_on"]) == (f"service:{service.number}", "2021-07-01")


@pytest.mark.parametrize("changed", [{"done_on": DUE}, {"dropped_at": at(DUE)}, {"due_on": date(2021, 9, 1)}])
def test_one_that_is_kept_dropped_or_moved_is_not_late(service: Service, changed: dict[str, object]) -> None:
    with transaction() as session:
        milestone = session.scalars(select(Milestone)).one()
        for name, value in changed.items():
            setattr(milestone, name, value)
    assert warned(at(DUE + timedelta(days=1))) == []
    assert told(EventKind.MILESTONE_LATE) == []


def test_what_was_late_long_before_the_site_knew_brings_no_message(service: Service) -> None:
    with transaction() as session:
        session.scalars(select(Milestone)).one().done_on = DUE
        session.add(Milestone(service_id=service.id, title="Ancien", due_on=date(2021, 5, 1), set_at=BORN))
    assert warned(at(date(2021, 6, 20))) == []
    assert told(EventKind.MILESTONE_LATE) == []


def test_three_months_without_news(service: Service) -> None:
    with transaction() as session:
        session.scalars(select(Milestone)).one().done_on = DUE
    birth = BORN.date()
    assert warned(at(birth + timedelta(days=82))) == []
    (letter,) = warned(at(birth + timedelta(days=83)))
    assert "n’a rien publié depuis le 2 juin 2021" in letter
    assert told(EventKind.SERVICE_SILENT) == []
    assert warned(at(birth + timedelta(days=90))) == []
    assert len(told(EventKind.SERVICE_SILENT)) == 1

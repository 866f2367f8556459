"""What would be published: each answer with its reason, its place, its letters, and what changed since it was prepared."""

from datetime import timedelta

from sqlalchemy import update

from consult.ground.actor import Role
from consult.ground.database import transaction
from consult.interests.actions import withdraw
from consult.interests.messages import ask
from consult.interests.model import InterestMessage, InterestStatus
from consult.interests.preparing import prepare
from consult.interests.publishing import publish
from consult.interests.ready import progress, ready
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, states
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World

WAITLISTED = InterestStatus.WAITLISTED


def test_what_is_listed_is_what_would_be_published(world: World) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    found = proposal(edition)
    world.person(GRAMAT)
    files = [interest(found, world.person(siren)) for siren in (ROCAMADOUR, GRAMAT, LOT, CAUVALDOR)]
    prepare(team, edition.id, [files[0].id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    publish(team, edition.id, at=AT)
    prepare(team, edition.id, [files[2].id, files[1].id], WAITLISTED, reason="Encore.", at=AT)
    with count_statements() as sent:
        listed = ready(edition.id)
    assert len(sent) == 3
    assert [(one.number, one.answer, one.reason, one.rank, one.letters) for one in listed] == [
        (3, WAITLISTED, "Encore.", 2, 1),
        (2, WAITLISTED, "Encore.", 3, 2),
    ]
    assert not any(one.corrected_since or one.asks_correction for one in listed)
    assert progress(edition.id) == (2, 1)
    publish(team, edition.id, at=AT)
    assert ready(edition.id) == []


def test_it_says_what_changed_since_and_what_is_still_asked(world: World) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    file = interest(proposal(edition), world.person(ROCAMADOUR))
    ask(team, file.id, "Nommez votre référent.", True, at=AT)
    prepare(team, edition.id, [file.id], InterestStatus.DECLINED, reason="Sans référent.", at=AT)
    assert [(one.asks_correction, one.corrected_since) for one in ready(edition.id)] == [(True, False)]
    with transaction() as session:
        session.execute(update(InterestMessage).values(corrected_at=AT + timedelta(hours=1)))
    assert [(one.asks_correction, one.corrected_since) for one in ready(edition.id)] == [(False, True)]


def test_a_place_that_is_given_back_before_the_publication_leaves_no_gap(world: World) -> None:
    edition, team, agent = world.edition(), world.person(None, Role.MODERATOR), world.person(ROCAMADOUR)
    found = proposal(edition)
    files = [interest(found, agent), interest(found, world.person(GRAMAT))]
    prepare(team, edition.id, [one.id for one in files], WAITLISTED, reason="Trop nombreuses.", at=AT)
    withdraw(agent, files[0].id, reason="Nous n’avons plus le temps.", at=AT)
    assert [(one.number, one.rank) for one in ready(edition.id)] == [(2, 1)]
    publish(team, edition.id, at=AT)
    assert states(found)[2] == (WAITLISTED, 1)

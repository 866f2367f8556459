"""Spreading the journal: each event once, in order, and nothing that is not public."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from consult.contributions.actions import say_me_too
from consult.following.actions import stop
from consult.following.model import Follow, Tiding
from consult.following.rules import Sort, Subject
from consult.following.spreading import NEWS_FOR, spread_some, where_to_look
from consult.following.told import BESIDES, LOOKED_AT, MAKES_FOLLOW, TOLD
from consult.ground.actor import OPERATOR, Role
from consult.ground.database import reading, transaction
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.services.actions import ServiceDraft, create
from consult.voting.actions import give_support
from tests.support import retained
from tests.support.premises import DURING_TRACKING
from tests.support.stage_one import DURING_NEEDS, group, need, proposal
from tests.support.stage_two import DURING_VOTE
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World


def spread(at: datetime = DURING_NEEDS) -> None:
    """Spread all that is left."""
    since = where_to_look(whole=True)
    while since is not None:
        since = spread_some(since=since, at=at)
    assert where_to_look(whole=True) is None
    assert where_to_look(whole=False) is None


def follows() -> set[tuple[int, str, bool]]:
    """Who follows what, chosen or not."""
    reading().expire_all()
    rows = reading().execute(select(Follow.person_id, Follow.subject, Follow.is_chosen).where(Follow.stopped_at.is_(None)))
    return {tuple(row) for row in rows}  # type: ignore[misc]


def news() -> list[str]:
    """What there is news of, in order."""
    return [subject for subject in reading().scalars(select(Tiding.subject).order_by(Tiding.position)) if subject]


def test_authors_those_who_share_and_supporters_follow_and_then_what_comes_of_it(world: World) -> None:
    edition = world.edition()
    author, sharer, supporter = (world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT))
    written = need(author, edition)
    say_me_too(sharer, written.id, at=DURING_NEEDS)
    answer = proposal(edition)
    group(written, answer)
    give_support(supporter, answer.id, at=DURING_VOTE)
    spread(DURING_VOTE)
    contribution, proposition = f"{edition.id}/contribution:{written.number}", f"{edition.id}/proposal:{answer.number}"
    assert follows() == {
        (author.person_id, contribution, False),
        (sharer.person_id, contribution, False),
        (author.person_id, proposition, False),
        (sharer.person_id, proposition, False),
        (supporter.person_id, proposition, False),
    }
    retained.decide(answer)
    team = world.person(None, Role.ADMINISTRATOR)
    create(team, answer.id, ServiceDraft("Séance claire", "Préparer.", "Un besoin."), at=DURING_TRACKING)
    spread(DURING_TRACKING)
    assert {(who, chosen) for who, subject, chosen in follows() if "service" in subject} == {
        (person.person_id, False) for person in (author, sharer, supporter)
    }


def test_nobody_begins_again_what_they_have_stopped(world: World) -> None:
    edition = world.edition()
    author = world.person(ROCAMADOUR)
    written, answer = need(author, edition), proposal(edition)
    group(written, answer)
    spread()
    stop(author, Subject(Sort.PROPOSAL, str(answer.number), edition.id), at=DURING_VOTE)
    give_support(author, answer.id, at=DURING_VOTE)
    spread(DURING_VOTE)
    assert {subject for _, subject, _ in follows()} == {f"{edition.id}/contribution:{written.number}"}


def test_a_vote_is_told_to_nobody(world: World) -> None:
    edition = world.edition()
    answer = proposal(edition)
    spread()
    before = news()
    give_support(world.person(ROCAMADOUR), answer.id, at=DURING_VOTE)
    spread(DURING_VOTE)
    assert news() == before


def test_what_is_committed_late_under_an_earlier_number_is_spread(app: Flask, world: World) -> None:
    edition = world.edition()
    with transaction() as session:
        record(
            session, EventKind.CONTRIBUTION_GROUPED, OPERATOR, at=DURING_NEEDS, edition_id=edition.id, subject="contribution:1"
        )
    first = reading().scalar(text("SELECT max(id) FROM event"))
    with transaction() as session:
        session.execute(text("UPDATE event SET id = :far WHERE id = :first"), {"far": first + 50, "first": first})
    spread()
    with transaction() as session:
        late = record(
            session, EventKind.CONTRIBUTION_GROUPED, OPERATOR, at=DURING_NEEDS, edition_id=edition.id, subject="contribution:2"
        )
        late.id = first + 1
    spread()
    assert news() == [f"{edition.id}/contribution:1", f"{edition.id}/contribution:2"]


@pytest.mark.parametrize(("age", "is_told"), [(NEWS_FOR, True), (NEWS_FOR + timedelta(seconds=1), False)])
def test_the_past_is_not_told_as_if_it_were_new(world: World, age: timedelta, is_told: bool) -> None:
    need(world.person(ROCAMADOUR), world.edition())
    spread(DURING_NEEDS + age)
    assert bool(news()) is is_told
    assert follows(), "it is followed all the same"


SECRET = (
    "support",
    "decision:prepared",
    "opinion",
    "recusal",
    "proposed",
    "refused",
    "reported",
    "question",
    "replied",
    "seat",
)


def test_nothing_prepared_proposed_or_refused_is_ever_told() -> None:
    assert [kind for kind in TOLD if any(word in kind.value for word in SECRET)] == []
    assert EventKind.SUPPORT_GIVEN in MAKES_FOLLOW
    assert set(BESIDES) <= set(TOLD) <= LOOKED_AT

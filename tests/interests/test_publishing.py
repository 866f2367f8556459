"""Publishing together: all at once, each told its own, the lists without a gap, and nothing that was not read."""

from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, update

from consult.ground.actor import Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import withdraw
from consult.interests.desk_rules import as_read
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import prepare
from consult.interests.publishing import IT_FITS, accept, answer, decline, publish
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Outcome
from tests.support.letters import letters, subject_of, text_of
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now, states, waiting_for
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World

SUBMITTED, ACCEPTED, WAITLISTED = InterestStatus.SUBMITTED, InterestStatus.ACCEPTED, InterestStatus.WAITLISTED
DECLINED, WITHDRAWN = InterestStatus.DECLINED, InterestStatus.WITHDRAWN


@pytest.fixture
def found(world: World) -> Proposal:
    return proposal(world.edition())


@pytest.fixture
def team(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def files(world: World, found: Proposal) -> list[Interest]:
    sirens = (ROCAMADOUR, GRAMAT, LOT, CAUVALDOR)
    return [interest(found, world.person(siren, email=f"{siren}@exemple.invalid")) for siren in sirens]


@pytest.fixture
def prepared(team: Actor, files: list[Interest]) -> list[Interest]:
    """The first accepted, the next two on the waiting list in reverse, the last left alone."""
    edition_id = files[0].edition_id
    prepare(team, edition_id, [files[0].id], ACCEPTED, reason="Une petite commune.", at=AT)
    prepare(team, edition_id, [files[2].id, files[1].id], WAITLISTED, reason="Trop nombreuses.", at=AT)
    return files


def test_everything_prepared_is_published_at_once_and_nothing_else(
    team: Actor, found: Proposal, prepared: list[Interest]
) -> None:
    publish(team, found.edition_id, at=AT)
    assert states(found) == {1: (ACCEPTED, None), 2: (WAITLISTED, 2), 3: (WAITLISTED, 1), 4: (SUBMITTED, None)}
    kept = now(prepared[0])
    assert (kept.reason, kept.decided_at, kept.decided_by) == ("Une petite commune.", AT, team.person_id)
    assert (kept.prepared, kept.prepared_reason, kept.prepared_at, kept.prepared_by) == (None, "", None, None)


def test_each_collectivite_reads_its_own_answer_with_its_reason(team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    prepare(team, found.edition_id, [prepared[3].id], DECLINED, reason="Déjà pilote ailleurs.", at=AT)
    assert letters(AT) == []
    publish(team, found.edition_id, at=AT)
    told = {str(letter["To"]): letter for letter in letters(AT)}
    assert {address: subject_of(letter) for address, letter in told.items()} == {
        f"{ROCAMADOUR}@exemple.invalid": "Candidature n° 1 : acceptée",
        f"{GRAMAT}@exemple.invalid": "Candidature n° 2 : en liste d’attente",
        f"{LOT}@exemple.invalid": "Candidature n° 3 : en liste d’attente",
        f"{CAUVALDOR}@exemple.invalid": "Candidature n° 4 : non retenue",
    }
    assert "Une petite commune." in text_of(told[f"{ROCAMADOUR}@exemple.invalid"])
    assert "à la place n° 2" in text_of(told[f"{GRAMAT}@exemple.invalid"])
    assert "à la place n° 1" in text_of(told[f"{LOT}@exemple.invalid"])
    assert "Déjà pilote ailleurs." in text_of(told[f"{CAUVALDOR}@exemple.invalid"])


def test_the_journal_says_each_answer_and_all_together(team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    publish(team, found.edition_id, at=AT)
    rows = reading().scalars(select(Event).where(Event.kind != EventKind.INTEREST_PREPARED).order_by(Event.id.desc()).limit(4))
    assert [(event.kind, event.subject, event.data) for event in reversed(rows.all())] == [
        (EventKind.INTEREST_ACCEPTED, "interest:1", {"reason": "Une petite commune.", "level": "atelier", "rank": None}),
        (EventKind.INTEREST_WAITLISTED, "interest:2", {"reason": "Trop nombreuses.", "level": "atelier", "rank": 2}),
        (EventKind.INTEREST_WAITLISTED, "interest:3", {"reason": "Trop nombreuses.", "level": "atelier", "rank": 1}),
        (EventKind.INTERESTS_ANSWERED, None, {"accepted": 1, "waitlisted": 2, "declined": 0}),
    ]


def test_what_was_withdrawn_meanwhile_is_not_published(
    world: World, team: Actor, found: Proposal, prepared: list[Interest]
) -> None:
    withdraw(world.person(ROCAMADOUR), prepared[0].id, reason="Nous renonçons.", at=AT)
    publish(team, found.edition_id, at=AT)
    assert states(found)[1] == (WITHDRAWN, None)
    assert now(prepared[0]).reason == "Nous renonçons."


def test_only_what_the_page_listed_is_published(team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    listed = as_read((n, 1) for n in (1, 2, 3))
    prepare(team, found.edition_id, [prepared[3].id], DECLINED, reason="Non.", at=AT)
    with pytest.raises(Refused) as refused:
        publish(team, found.edition_id, seen=listed, at=AT)
    assert refused.value.reason is Reason.ANSWERS_CHANGED
    assert {state for state, _ in states(found).values()} == {SUBMITTED}
    publish(team, found.edition_id, seen=as_read((n, 1) for n in (1, 2, 3, 4)), at=AT)
    with pytest.raises(Refused) as refused:
        publish(team, found.edition_id, at=AT)
    assert refused.value.reason is Reason.NOTHING_PREPARED


def test_all_or_none_when_the_committee_changed_its_mind(team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    with transaction() as session:
        session.execute(update(Decision).where(Decision.proposal_id == found.id).values(outcome=Outcome.NOT_RETAINED))
    with pytest.raises(Refused) as refused:
        publish(team, found.edition_id, at=AT)
    assert refused.value.reason is Reason.NOT_RETAINED
    assert {state for state, _ in states(found).values()} == {SUBMITTED}
    assert letters(AT) == []


def test_published_twice_at_the_same_second_tells_once(
    world: World, app: Flask, found: Proposal, prepared: list[Interest]
) -> None:
    people = [world.person(None, Role.ADMINISTRATOR) for _ in range(4)]
    answers = together(app, [partial(publish, who, found.edition_id, at=AT) for who in people])
    assert answers.count(Reason.NOTHING_PREPARED) == 3
    assert len(reading().scalars(select(Message).where(Message.notice == Notice.INTEREST_DECIDED)).all()) == 3


def test_a_withdrawal_at_the_same_second_leaves_one_accepted_and_no_gap(
    world: World, app: Flask, team: Actor, found: Proposal, prepared: list[Interest]
) -> None:
    publish(team, found.edition_id, at=AT)
    leaving = [
        partial(withdraw, world.person(siren), file.id, reason="Non.", at=AT)
        for siren, file in ((ROCAMADOUR, prepared[0]), (LOT, prepared[2]))
    ]
    together(app, leaving)
    assert states(found)[2] == (ACCEPTED, None)
    assert [states(found)[n][0] for n in (1, 3)] == [WITHDRAWN, WITHDRAWN]


def test_those_who_come_later_wait_behind(world: World, team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    publish(team, found.edition_id, at=AT)
    prepare(team, found.edition_id, [prepared[3].id], WAITLISTED, reason="Encore une.", rank=1, at=AT)
    publish(team, found.edition_id, at=AT)
    assert states(found)[4] == (WAITLISTED, 3)
    answer(team, prepared[2].id, ACCEPTED, reason="Une place de plus.", at=AT)
    assert [states(found)[n] for n in (2, 3, 4)] == [(WAITLISTED, 1), (ACCEPTED, None), (WAITLISTED, 2)]


def test_one_alone_may_be_answered_and_the_others_stay_prepared(team: Actor, found: Proposal, prepared: list[Interest]) -> None:
    accept(team, prepared[3].id, at=AT)
    decline(team, prepared[0].id, reason="Finalement non.", at=AT)
    assert states(found)[4] == (ACCEPTED, None)
    assert now(prepared[3]).reason == IT_FITS
    assert states(found)[1] == (DECLINED, None)
    assert now(prepared[1]).prepared is WAITLISTED
    with pytest.raises(Refused) as refused:
        answer(team, prepared[1].id, ACCEPTED, reason="Oui.", seen=0, at=AT)
    assert refused.value.reason is Reason.CHANGED_MEANWHILE
    with pytest.raises(NotFound):
        accept(team, 10**6, at=AT)


def test_as_many_statements_for_thirty_as_for_one(world: World, team: Actor) -> None:
    edition = world.edition("2022")
    agent = world.person(ROCAMADOUR)
    counts = []
    for many in (1, 30):
        made = [one for _ in range(many) for one in waiting_for(proposal(edition), [(agent, ROCAMADOUR)], Level.RELECTURE)]
        prepare(team, edition.id, [one.id for one in made], ACCEPTED, reason="Oui.", at=AT)
        with count_statements() as sent:
            publish(team, edition.id, at=AT)
        counts.append(len(sent))
    assert counts[0] == counts[1]

"""Volunteering and answering, in the base: what is kept, who is told, and what two people do at once."""

from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.accounts.model import AttachmentStatus
from consult.calendar.rules import Instruction, Stage
from consult.ground.actor import Profile, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import EVERYONE_IS_ACCEPTED, InterestDraft, declare, withdraw
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.publishing import accept, decline
from consult.interests.rules import CHARTER
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.selection.model import Outcome
from tests.support.letters import letters, text_of
from tests.support.retained import proposal
from tests.support.stage_two import decide_attachment
from tests.support.together import together
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, closing_of, during

AT = during(Stage.INTERESTS)
DRAFT = InterestDraft(
    level=Level.PILOTE,
    referent_name="Camille Fictif",
    referent_function="responsable des assemblées",
    sponsor_name="Dominique Fictif",
    sponsor_function="directrice générale des services",
    availability="Une demi-journée par semaine",
    motivation="Nous tenons six conseils par an.",
    charter=CHARTER,
)


def interests() -> list[Interest]:
    reading().expire_all()
    return list(reading().scalars(select(Interest).order_by(Interest.id)))


def told(notice: Notice) -> list[str]:
    reading().expire_all()
    return sorted(reading().scalars(select(Message.recipient).where(Message.notice == notice)))


def test_an_interest_is_kept_numbered_journaled_and_told_to_the_whole_collectivite(world: World) -> None:
    edition, other_edition = world.edition(), world.edition("2020")
    first, second = proposal(edition), proposal(edition, "Gérer électroniquement les documents")
    elsewhere = proposal(other_edition)
    agent = world.person(ROCAMADOUR, email="agent@exemple.invalid")
    world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    world.person(ROCAMADOUR, email="attente@exemple.invalid", status=AttachmentStatus.PENDING)
    world.person(GRAMAT, email="voisin@exemple.invalid")
    assert declare(agent, elsewhere.id, replace(DRAFT, charter="2020-1"), at=AT).number == 1
    assert declare(agent, first.id, DRAFT, at=AT).number == 1
    assert declare(agent, second.id, DRAFT, at=AT).number == 2
    assert told(Notice.INTEREST_DECLARED) == ["agent@exemple.invalid"] * 3 + ["collegue@exemple.invalid"] * 3
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_DECLARED).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.subject, event.siren, event.data) == ("interest:2", ROCAMADOUR, {"level": "pilote"})


def test_no_name_reaches_the_journal_nor_the_mail(world: World) -> None:
    edition = world.edition()
    found = declare(world.person(ROCAMADOUR), proposal(edition).id, DRAFT, at=AT)
    accept(world.person(None, Role.MODERATOR), found.id, at=AT)
    kept = [*reading().scalars(select(Event.data)), *reading().scalars(select(Message.data))]
    assert "Camille" not in str(kept)
    assert "six conseils" not in str(kept)


@pytest.mark.parametrize(
    ("outcome", "proclaimed", "reason"),
    [
        pytest.param(Outcome.NOT_RETAINED, True, Reason.NOT_RETAINED, id="not retained"),
        pytest.param(Outcome.DEFERRED, True, Reason.NOT_RETAINED, id="deferred"),
        pytest.param(None, True, Reason.NOT_RETAINED, id="never decided"),
        pytest.param(Outcome.RETAINED, False, Reason.NOT_PROCLAIMED, id="retained in secret"),
        pytest.param(Outcome.NOT_RETAINED, False, Reason.NOT_PROCLAIMED, id="not retained in secret: the same answer"),
    ],
)
def test_only_a_retained_and_proclaimed_proposition(
    world: World, outcome: Outcome | None, proclaimed: bool, reason: Reason
) -> None:
    edition = world.edition()
    found = proposal(edition, outcome=outcome) if proclaimed else proposal(edition, outcome=outcome, proclaimed_at=None)
    with pytest.raises(Refused) as refused:
        declare(world.person(ROCAMADOUR), found.id, DRAFT, at=AT)
    assert refused.value.reason is reason
    assert not interests()


def test_a_refused_offer_leaves_nothing_behind(world: World) -> None:
    found = proposal(world.edition())
    partner = replace(world.person(ROCAMADOUR), profile=Profile.PARTENAIRE)
    agent = world.person(ROCAMADOUR)
    for actor, draft, at in (
        (partner, DRAFT, AT),
        (agent, replace(DRAFT, sponsor_name=""), AT),
        (agent, replace(DRAFT, charter=""), AT),
        (agent, DRAFT, closing_of(Stage.INTERESTS)),
    ):
        with pytest.raises(Refused):
            declare(actor, found.id, draft, at=at)
    with pytest.raises(NotFound):
        declare(agent, found.id + 999, DRAFT, at=AT)
    assert not interests()
    assert not told(Notice.INTEREST_DECLARED)
    assert reading().scalar(select(func.count()).where(Event.kind == EventKind.INTEREST_DECLARED)) == 0


def test_one_live_interest_until_it_is_withdrawn_with_its_reason(world: World) -> None:
    found = proposal(world.edition())
    agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
    first = declare(agent, found.id, DRAFT, at=AT)
    with pytest.raises(Refused) as refused:
        declare(colleague, found.id, DRAFT, at=AT)
    assert refused.value.reason is Reason.ALREADY_INTERESTED
    withdraw(colleague, first.id, reason="Le conseil a changé d’avis.", at=AT)
    assert declare(colleague, found.id, DRAFT, at=AT).number == 2
    assert [(i.status, i.reason) for i in interests()] == [
        (InterestStatus.WITHDRAWN, "Le conseil a changé d’avis."),
        (InterestStatus.SUBMITTED, ""),
    ]


def test_the_team_answers_once_and_the_collectivite_is_told(world: World) -> None:
    edition = world.edition()
    moderator = world.person(None, Role.MODERATOR)
    agent = world.person(ROCAMADOUR, email="agent@exemple.invalid")
    found = declare(agent, proposal(edition).id, DRAFT, at=AT)
    accept(moderator, found.id, reason="Bienvenue.", at=AT)
    with pytest.raises(Refused) as refused:
        decline(moderator, found.id, reason="Trop tard.", at=AT)
    assert refused.value.reason is Reason.ALREADY_DECIDED
    assert told(Notice.INTEREST_DECIDED) == ["agent@exemple.invalid"]
    kept = interests()[0]
    assert (kept.status, kept.reason, kept.decided_at, kept.decided_by) == (
        InterestStatus.ACCEPTED,
        "Bienvenue.",
        AT,
        moderator.person_id,
    )
    with pytest.raises(NotFound):
        accept(moderator, found.id + 999, at=AT)


def test_declining_frees_the_place(world: World) -> None:
    found = proposal(world.edition())
    agent = world.person(ROCAMADOUR)
    first = declare(agent, found.id, DRAFT, at=AT)
    decline(world.person(None, Role.MODERATOR), first.id, reason="Deux communes voisines pilotent déjà.", at=AT)
    declare(agent, found.id, replace(DRAFT, level=Level.ATELIER), at=AT)
    assert [i.status for i in interests()] == [InterestStatus.DECLINED, InterestStatus.SUBMITTED]


def test_a_colleague_at_the_same_second_is_told_not_failed(app: Flask, world: World) -> None:
    found = proposal(world.edition())
    colleagues = [world.person(ROCAMADOUR) for _ in range(8)]
    answers = together(app, [partial(declare, colleague, found.id, DRAFT, at=AT) for colleague in colleagues])
    assert answers.count(Reason.ALREADY_INTERESTED) == 7
    assert len(interests()) == 1


def test_collectivites_at_the_same_second_get_numbers_of_their_own(app: Flask, world: World) -> None:
    found = proposal(world.edition())
    volunteers = [world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    together(app, [partial(declare, volunteer, found.id, DRAFT, at=AT) for volunteer in volunteers])
    assert sorted(i.number for i in interests()) == [1, 2, 3]


def test_the_base_itself_refuses_a_second_live_one_and_a_nameless_pilot(world: World) -> None:
    edition = world.edition()
    found = proposal(edition)
    agent = world.person(ROCAMADOUR)
    declare(agent, found.id, DRAFT, at=AT)

    def row(**changed: object) -> Interest:
        values = {
            "edition_id": edition.id,
            "number": 2,
            "proposal_id": found.id,
            "siren": GRAMAT,
            "person_id": agent.person_id,
            "level": Level.RELECTURE,
            "motivation": "",
            "charter": CHARTER,
            "status": InterestStatus.SUBMITTED,
            "submitted_at": AT,
        }
        return Interest(**(values | changed))

    for wrong in ({"siren": ROCAMADOUR}, {"number": 1}, {"level": Level.PILOTE}, {"status": InterestStatus.DECLINED}):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row(**wrong))


@pytest.mark.parametrize("status", [AttachmentStatus.REFUSED, AttachmentStatus.ENDED])
def test_an_attachment_lost_in_between_no_longer_volunteers(world: World, status: AttachmentStatus) -> None:
    edition, agent = world.edition(), world.person(ROCAMADOUR)
    found = declare(agent, proposal(edition).id, DRAFT, at=AT)
    second = proposal(edition)
    decide_attachment(agent, status)
    with pytest.raises(Refused) as refused:
        declare(agent, second.id, DRAFT, at=AT)
    assert refused.value.reason is Reason.NO_COLLECTIVITE
    with pytest.raises(Refused) as refused:
        withdraw(agent, found.id, reason="Non.", at=AT)
    assert refused.value.reason is Reason.NO_COLLECTIVITE
    assert [interest.status for interest in interests()] == [InterestStatus.SUBMITTED]


def test_where_everyone_is_accepted_the_rule_is_the_reason(world: World) -> None:
    edition = world.edition(instruction=Instruction.EVERYONE)
    found = declare(world.person(ROCAMADOUR, email="agent@exemple.invalid"), proposal(edition).id, DRAFT, at=AT)
    assert (found.status, found.reason, found.decided_at, found.decided_by) == (
        InterestStatus.ACCEPTED,
        EVERYONE_IS_ACCEPTED,
        AT,
        None,
    )
    event = reading().scalars(select(Event).where(Event.kind == EventKind.INTEREST_ACCEPTED)).one()
    assert (event.person_id, event.siren, event.subject) == (None, ROCAMADOUR, "interest:1")
    (letter,) = letters(AT)
    assert "Elle est acceptée dès maintenant" in text_of(letter)
    assert "l’équipe examine" not in text_of(letter)
    assert "http://127.0.0.1:8000/2021/candidatures/1" in text_of(letter)

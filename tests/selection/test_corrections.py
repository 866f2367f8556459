"""What is said of a decision after its proclamation: public, reasoned, beside the original; and what follows it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import Person
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.actions import InterestDraft, declare
from consult.interests.model import Level
from consult.interests.publishing import accept, decline
from consult.interests.queries import standing, volunteers_of
from consult.interests.rules import CHARTER
from consult.journal.model import PUBLIC_KINDS, Event, EventKind
from consult.opendata.figures import key_figures
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.corrections import correct_decision
from consult.selection.model import Decision, DecisionCorrection, Outcome
from consult.selection.queries import corrections, decision_of, retained
from consult.selection.recusals import recuse
from consult.services.actions import ServiceDraft, create
from consult.services.queries import fertile
from consult.services.thread import followed
from tests.support.letters import letters, text_of
from tests.support.stage_one import group, need
from tests.support.stage_two import CLOSED, give_each, propositions
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World, during

PROCLAIMED = CLOSED + timedelta(hours=3)
VOLUNTEERED = PROCLAIMED + timedelta(days=1)
CORRECTED = PROCLAIMED + timedelta(days=2)
TRACKING = during(Stage.TRACKING)
WHY = "Une raison fictive."
INTEREST = InterestDraft(Level.ATELIER, "", "", "", "", "", "Nous avons des idées.", CHARTER)


def refusal(act: Callable[..., object], *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reason


@pytest.fixture
def member(world: World) -> Actor:
    return world.person(None, Role.COMMITTEE)


@pytest.fixture
def decided(world: World, member: Actor) -> Sequence[Proposal]:
    """Two propositions, the first retained, proclaimed; one author, one supporter of the first."""
    edition = world.edition()
    written = propositions(edition, 2)
    group(need(world.person(ROCAMADOUR, email="autrice@exemple.fr"), edition), written[0])
    give_each([world.person(GRAMAT, email="soutien@exemple.fr")], written[0])
    give_each([world.person(LOT, email="ailleurs@exemple.fr")], written[1])
    give_each([world.person(CAUVALDOR)], written[0])
    for proposal, outcome in zip(written, (Outcome.RETAINED, Outcome.NOT_RETAINED), strict=True):
        decide(member, proposal.id, outcome, reason="Raison d’origine.", at=CLOSED)
    proclaim(member, edition.id, at=PROCLAIMED)
    letters(PROCLAIMED)
    return written


def test_it_stands_beside_the_original(member: Actor, decided: Sequence[Proposal]) -> None:
    first, second = decided
    before = decision_of(first.id)
    correct_decision(member, first.id, Outcome.DEFERRED, reason=f" {WHY} ", at=CORRECTED)
    correct_decision(member, first.id, None, reason="Des mots.", at=CORRECTED)
    found = decision_of(first.id)
    assert before is not None
    assert found is not None
    assert (found.outcome, found.reason, found.now, found.corrections) == (
        Outcome.RETAINED,
        "Raison d’origine.",
        Outcome.DEFERRED,
        2,
    )
    assert (found.supports, found.rank, found.proclaimed_at) == (before.supports, before.rank, PROCLAIMED)
    said = corrections([first.id, second.id])
    assert [(one.outcome, one.reason, one.at) for one in said[first.id]] == [
        (Outcome.DEFERRED, WHY, CORRECTED),
        (None, "Des mots.", CORRECTED),
    ]
    assert second.id not in said
    events = reading().scalars(select(Event).where(Event.kind == EventKind.DECISION_CORRECTED).order_by(Event.id)).all()
    assert [event.data for event in events] == [
        {"before": "retained", "after": "deferred", "reason": WHY},
        {"before": "deferred", "after": "deferred", "reason": "Des mots."},
    ]
    assert {event.subject for event in events} == {"proposal:1"}
    assert EventKind.DECISION_CORRECTED in PUBLIC_KINDS
    kept = reading().get_one(Decision, first.id)
    assert (kept.outcome, kept.reason) == (Outcome.RETAINED, "Raison d’origine.")


def test_what_is_refused_writes_nothing(world: World, member: Actor, decided: Sequence[Proposal]) -> None:
    first, _ = decided
    (awaited,) = propositions(world.edition("2022"), 1)
    decide(member, awaited.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
    act = partial(correct_decision, member, reason=WHY, at=CORRECTED)
    assert refusal(act, awaited.id, Outcome.DEFERRED) is Reason.NOT_PROCLAIMED
    assert refusal(act, first.id, Outcome.RETAINED) is Reason.DECISION_UNCHANGED
    assert refusal(correct_decision, member, first.id, None, reason="  ", at=CORRECTED) is Reason.REASON_MISSING
    for role in (Role.ADMINISTRATOR, Role.MODERATOR, Role.OBSERVER):
        outsider = world.person(None, role)
        assert refusal(correct_decision, outsider, first.id, None, reason=WHY, at=CORRECTED) is Reason.NOT_YOUR_ROLE
    assert refusal(act, first.id, Outcome.DEFERRED, seen=3) is Reason.DECISION_CHANGED
    with pytest.raises(NotFound):
        act(999, None)
    assert reading().scalars(select(DecisionCorrection)).all() == []


def test_who_kept_out_does_not_correct(world: World, member: Actor) -> None:
    (only,) = propositions(world.edition(), 1)
    out = world.person(None, Role.COMMITTEE)
    recuse(out, only.id, reason=WHY, at=CLOSED)
    decide(member, only.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
    proclaim(member, only.edition_id, at=PROCLAIMED)
    assert refusal(correct_decision, out, only.id, Outcome.DEFERRED, reason=WHY, at=CORRECTED) is Reason.RECUSED


def test_two_at_once_from_the_same_page(app: Flask, world: World, decided: Sequence[Proposal]) -> None:
    first, _ = decided
    members = [world.person(None, Role.COMMITTEE) for _ in range(3)]
    acts = [partial(correct_decision, one, first.id, Outcome.DEFERRED, reason=WHY, seen=0, at=CORRECTED) for one in members]
    results = together(app, acts)
    assert sorted(map(str, results)) == ["None", "decision_changed", "decision_changed"]
    assert len(corrections([first.id])[first.id]) == 1


class TestTelling:
    def test_those_it_concerns_and_those_who_volunteered_once_each(
        self, world: World, member: Actor, decided: Sequence[Proposal]
    ) -> None:
        first, _ = decided
        volunteer = world.person(GRAMAT, email="volontaire@exemple.fr")
        declare(volunteer, first.id, INTEREST, at=VOLUNTEERED)
        letters(VOLUNTEERED)
        told = volunteers_of(first.id)
        correct_decision(member, first.id, Outcome.NOT_RETAINED, reason=WHY, also_told=told, at=CORRECTED)
        sent = {str(one["To"]): one for one in letters(CORRECTED)}
        cauvaldor = reading().scalars(select(Person.email).where(Person.email.like("personne-%"))).all()
        assert {"autrice@exemple.fr", "soutien@exemple.fr", "volontaire@exemple.fr"} <= set(sent)
        assert len(sent) == 4
        assert set(sent) - {"autrice@exemple.fr", "soutien@exemple.fr", "volontaire@exemple.fr"} <= set(cauvaldor)
        letter = sent["volontaire@exemple.fr"]
        assert " ".join(str(letter["Subject"]).split()) == "Proposition n° 1 : la décision est corrigée"
        text = text_of(letter)
        assert "La proposition était retenue ; elle est maintenant non retenue." in text
        assert WHY in text
        assert "Les candidatures déjà déposées restent inscrites" in text

    def test_of_words_alone(self, member: Actor, decided: Sequence[Proposal]) -> None:
        correct_decision(member, decided[1].id, None, reason=WHY, at=CORRECTED)
        (letter,) = letters(CORRECTED)
        assert letter["To"] == "ailleurs@exemple.fr"
        assert "Elle ne change pas : la proposition est non retenue." in text_of(letter)
        assert "candidatures" not in text_of(letter)


class TestWhatFollows:
    def test_stage_three_and_services_follow_the_correction(
        self, world: World, member: Actor, decided: Sequence[Proposal]
    ) -> None:
        first, second = decided
        team, volunteer = world.person(None, Role.MODERATOR), world.person(ROCAMADOUR)
        interest = declare(volunteer, first.id, INTEREST, at=VOLUNTEERED)
        correct_decision(member, first.id, Outcome.NOT_RETAINED, reason=WHY, at=CORRECTED)
        correct_decision(member, second.id, Outcome.RETAINED, reason=WHY, at=CORRECTED)
        assert [one.number for one in retained(first.edition_id)] == [2]
        assert [number for _, number, _, _ in fertile(first.edition_id)] == [2]
        assert key_figures(first.edition_id).retained == 1
        assert refusal(declare, world.person(GRAMAT), first.id, INTEREST, at=CORRECTED) is Reason.NOT_RETAINED
        assert declare(volunteer, second.id, INTEREST, at=CORRECTED).proposal_id == second.id
        draft = ServiceDraft("Un service", "En deux mots.", WHY)
        assert refusal(create, team, first.id, draft, at=TRACKING) is Reason.NOT_RETAINED
        assert create(team, second.id, draft, at=TRACKING).proposal_id == second.id
        assert refusal(accept, team, interest.id, at=TRACKING) is Reason.NOT_RETAINED
        still = standing(first.edition_id, 1, ROCAMADOUR)
        assert (still.is_retained, still.has_live) == (False, True), "what was declared is kept"
        decline(team, interest.id, reason=WHY, at=TRACKING)

    def test_and_back_again(self, world: World, member: Actor, decided: Sequence[Proposal]) -> None:
        first, _ = decided
        interest = declare(world.person(ROCAMADOUR), first.id, INTEREST, at=VOLUNTEERED)
        for outcome in (Outcome.NOT_RETAINED, Outcome.RETAINED):
            correct_decision(member, first.id, outcome, reason=WHY, at=CORRECTED)
        accept(world.person(None, Role.MODERATOR), interest.id, at=TRACKING)
        assert [one.number for one in retained(first.edition_id)] == [1]

    def test_the_thread_tells_both(self, member: Actor, decided: Sequence[Proposal]) -> None:
        first, second = decided
        correct_decision(member, first.id, Outcome.DEFERRED, reason=WHY, at=CORRECTED)
        after = followed([first.id, second.id])
        assert (after[first.id].first, after[first.id].outcome) == (Outcome.RETAINED, Outcome.DEFERRED)
        assert [one.reason for one in after[first.id].corrections] == [WHY]
        assert after[second.id].corrections == ()

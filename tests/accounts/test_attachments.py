"""Attachments, in the base: what is written, what is told, and what many do at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from consult.accounts import actions, attachments
from consult.accounts.actions import AccountDraft
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay
from consult.accounts.queries import actor_of_person
from consult.accounts.rules import MOST_PENDING
from consult.ground.actor import VISITOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite
from tests.support.letters import letters, text_of
from tests.support.together import together
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
LATER = AT + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _others(world: World) -> None:
    world.person(GRAMAT)
    world.person(GRAMAT, status=AttachmentStatus.PENDING)


@pytest.fixture
def agent(world: World) -> Actor:
    """An agent of no collectivité yet."""
    return world.person(email="jeanne.fictive@exemple.fr")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


def verify(who: Actor, attachment_id: int, *, at: datetime = LATER) -> None:
    """As the desk does, for an ordinary reason."""
    attachments.verify_attachment(who, attachment_id, reason="Appel à la mairie", at=at)


def attachment(attachment_id: int) -> Attachment:
    reading().expire_all()
    return reading().get_one(Attachment, attachment_id)


def last_event() -> Event:
    reading().expire_all()
    return reading().scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def refusal(act: Callable[[], object]) -> Reason:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason


def again(actor: Actor) -> Actor:
    """The same person, as they stand now."""
    found = actor_of_person(actor.person_id or 0)
    assert found is not None
    return found


def test_a_request_waits_then_gives_a_voice(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    event = last_event()
    assert (event.kind, event.siren, event.subject) == (EventKind.ATTACHMENT_ASKED, ROCAMADOUR, f"attachment:{asked}")
    assert again(agent).is_pending
    assert letters(AT) == [], "nobody is written to before there is an answer"

    attachments.verify_attachment(moderator, asked, reason="Vue à la mairie", at=LATER)
    found = attachment(asked)
    assert (found.status, found.way) == (AttachmentStatus.VERIFIED, AttachmentWay.MODERATOR)
    assert (found.requested_at, found.decided_at, found.verified_at) == (AT, LATER, LATER)
    assert found.decided_by == moderator.person_id
    event = last_event()
    assert (event.kind, event.person_id, event.siren) == (EventKind.ATTACHMENT_VERIFIED, moderator.person_id, ROCAMADOUR)
    mandate = again(agent).mandate
    assert mandate is not None
    assert (mandate.name, mandate.is_verified, mandate.attachment_id) == ("Rocamadour (Lot)", True, asked)

    (letter,) = letters(LATER)
    assert letter["To"] == "jeanne.fictive@exemple.fr"
    assert "vous parlez maintenant au nom de Rocamadour (Lot)" in text_of(letter)
    assert "Vue à la mairie" in text_of(letter)


def test_a_refusal_says_why_and_leaves_the_way_open(agent: Actor, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert refusal(lambda: attachments.refuse_attachment(moderator, asked, reason=" ", at=LATER)) is Reason.REASON_MISSING
    assert attachment(asked).status is AttachmentStatus.PENDING
    attachments.refuse_attachment(moderator, asked, reason="Écrivez-nous de l’adresse de la mairie <script>.", at=LATER)
    assert attachment(asked).status is AttachmentStatus.REFUSED
    assert attachment(asked).verified_at is None
    assert last_event().data["reason"] == "Écrivez-nous de l’adresse de la mairie <script>."
    assert again(agent).mandate is None
    (letter,) = letters(LATER)
    assert "Écrivez-nous de l’adresse de la mairie <script>." in text_of(letter)
    assert "/compte/rattachements" in text_of(letter)
    assert attachments.ask_attachment(agent, ROCAMADOUR, at=LATER) != asked


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(verify, id="verified"),
        pytest.param(lambda who, which: attachments.refuse_attachment(who, which, reason="Trop tard", at=LATER), id="refused"),
    ],
)
def test_what_is_decided_twice_changes_nothing(agent: Actor, moderator: Actor, second) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    verify(moderator, asked, at=AT)
    letters(AT)
    events = reading().scalar(select(func.count()).select_from(Event))
    assert refusal(lambda: second(moderator, asked)) is Reason.ALREADY_DECIDED
    found = attachment(asked)
    assert (found.status, found.decided_at, found.reason) == (AttachmentStatus.VERIFIED, AT, "Appel à la mairie")
    assert reading().scalar(select(func.count()).select_from(Event)) == events
    assert letters(LATER) == []


def test_eight_moderators_at_once_decide_once(app: Flask, world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    team = [world.person(None, Role.MODERATOR) for _ in range(8)]
    answers = together(
        app,
        [
            (lambda who=who: verify(who, asked))
            if rank % 2
            else (lambda who=who: attachments.refuse_attachment(who, asked, reason="Inconnue", at=LATER))
            for rank, who in enumerate(team)
        ],
    )
    assert answers.count(None) == 1
    assert answers.count(Reason.ALREADY_DECIDED) == 7
    assert len(letters(LATER)) == 1


def test_a_double_click_asks_once(app: Flask, agent: Actor) -> None:
    answers = together(app, [lambda: attachments.ask_attachment(agent, ROCAMADOUR, at=AT)] * 8)
    assert answers.count(Reason.ALREADY_ATTACHED) == 7


def test_somebody_may_speak_for_several_and_the_oldest_verified_is_the_mandate(agent: Actor, moderator: Actor) -> None:
    waiting = attachments.ask_attachment(agent, LOT, at=AT)
    first = attachments.ask_attachment(agent, GRAMAT, at=AT)
    second = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    assert again(agent).mandate.attachment_id == waiting  # type: ignore[union-attr]
    verify(moderator, second, at=AT)
    assert again(agent).siren == ROCAMADOUR
    verify(moderator, first)
    assert again(agent).siren == GRAMAT


def test_only_so_many_requests_wait_at_once(agent: Actor) -> None:
    waiting = [attachments.ask_attachment(agent, siren, at=AT) for siren in (ROCAMADOUR, GRAMAT, LOT)]
    assert len(waiting) == MOST_PENDING
    assert refusal(lambda: attachments.ask_attachment(agent, CAUVALDOR, at=AT)) is Reason.TOO_MANY_PENDING
    attachments.withdraw_attachment(agent, waiting[0], at=AT)
    assert attachments.ask_attachment(agent, CAUVALDOR, at=AT)


@pytest.mark.parametrize("siren", ["000000000", "", "214602401x", "Rocamadour"])
def test_what_is_not_in_the_register_is_refused(agent: Actor, siren: str) -> None:
    assert refusal(lambda: attachments.ask_attachment(agent, siren, at=AT)) is Reason.NOT_IN_REGISTER


def test_what_has_ceased_to_exist_is_refused(agent: Actor) -> None:
    with transaction() as session:
        gone = session.get_one(Collectivite, OCCITANIE)
        gone.is_current, gone.ended_on = False, AT.date()
    try:
        assert refusal(lambda: attachments.ask_attachment(agent, OCCITANIE, at=AT)) is Reason.NOT_IN_REGISTER
    finally:
        with transaction() as session:
            back = session.get_one(Collectivite, OCCITANIE)
            back.is_current, back.ended_on = True, None


def test_a_partner_asks_nothing_even_with_an_older_page(world: World) -> None:
    someone = world.person()
    actions.complete_account(someone, AccountDraft("Personne Fictive", Profile.PARTENAIRE, "déléguée"), at=AT)
    assert refusal(lambda: attachments.ask_attachment(someone, ROCAMADOUR, at=AT)) is Reason.PARTNER_MAY_NOT


def test_a_request_is_withdrawn_by_its_author_only_and_once(agent: Actor, world: World, moderator: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    for stranger in (world.person(ROCAMADOUR), moderator, VISITOR):
        with pytest.raises(NotFound):
            attachments.withdraw_attachment(stranger, asked, at=LATER)
    attachments.withdraw_attachment(agent, asked, at=LATER)
    assert attachment(asked).status is AttachmentStatus.ENDED
    assert last_event().kind is EventKind.ATTACHMENT_ENDED
    assert again(agent).mandate is None
    assert refusal(lambda: attachments.withdraw_attachment(agent, asked, at=LATER)) is Reason.ALREADY_DECIDED
    assert refusal(lambda: verify(moderator, asked)) is Reason.ALREADY_DECIDED


def test_a_moderator_does_not_decide_for_themselves(moderator: Actor, world: World) -> None:
    asked = attachments.ask_attachment(moderator, ROCAMADOUR, at=AT)
    assert refusal(lambda: verify(moderator, asked)) is Reason.OWN_REQUEST
    verify(world.person(None, Role.ADMINISTRATOR), asked)
    assert attachment(asked).status is AttachmentStatus.VERIFIED


def test_an_agent_decides_nothing(world: World, agent: Actor) -> None:
    asked = attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    colleague = world.person(ROCAMADOUR)
    assert refusal(lambda: verify(colleague, asked)) is Reason.NOT_YOUR_ROLE
    assert refusal(lambda: attachments.refuse_attachment(colleague, asked, reason="Non", at=LATER)) is Reason.NOT_YOUR_ROLE


def test_an_unknown_request_is_not_found(moderator: Actor) -> None:
    with pytest.raises(NotFound):
        verify(moderator, 999_999, at=AT)


def test_the_base_itself_refuses_a_second_live_attachment_and_half_decisions(agent: Actor) -> None:
    def row(**changed: object) -> Attachment:
        values = {
            "person_id": agent.person_id,
            "siren": ROCAMADOUR,
            "status": AttachmentStatus.PENDING,
            "way": AttachmentWay.MODERATOR,
            "requested_at": AT,
        }
        return Attachment(**(values | changed))

    attachments.ask_attachment(agent, ROCAMADOUR, at=AT)
    verified_without_an_instant = {"status": AttachmentStatus.VERIFIED, "decided_at": AT, "siren": GRAMAT}
    for wrong in ({}, {"siren": GRAMAT, "decided_at": AT}, {"siren": "000000000"}, verified_without_an_instant):
        with pytest.raises(IntegrityError), transaction() as session:
            session.add(row(**wrong))

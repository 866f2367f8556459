"""Writing to each other inside a file: who may, who is told, and what the mail says."""

import pytest
from sqlalchemy import delete, func, select

from consult.accounts.model import AttachmentStatus, RoleGrant, Topic
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Role
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.messages import ask, reply
from consult.interests.model import Interest, InterestMessage
from consult.journal.model import Event, EventKind
from tests.support.letters import letters, subject_of, text_of
from tests.support.retained import proposal
from tests.support.stage_two import decide_attachment
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now
from tests.support.world import GRAMAT, ROCAMADOUR, World, just_before, opening_of


@pytest.fixture
def instructor(world: World) -> Actor:
    return world.person(None, Role.MODERATOR, email="equipe@exemple.invalid")


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR, email="agent@exemple.invalid")


@pytest.fixture
def file(world: World, agent: Actor) -> Interest:
    return interest(proposal(world.edition()), agent)


def refusal(act: object, *args: object, **kwargs: object) -> Reason:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)  # type: ignore[operator]
    return refused.value.reason


def kinds() -> list[EventKind]:
    return list(reading().scalars(select(Event.kind).where(Event.subject == "interest:1").order_by(Event.id)))


def test_what_the_team_asks_is_kept_journaled_without_its_words_and_told_to_the_collectivite(
    world: World, instructor: Actor, file: Interest
) -> None:
    world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    world.person(ROCAMADOUR, email="attente@exemple.invalid", status=AttachmentStatus.PENDING)
    world.person(GRAMAT, email="voisin@exemple.invalid")
    message = ask(instructor, file.id, "  Qui sera disponible l’été ?  ", False, at=AT)
    assert (message.body, message.is_from_team, message.asks_correction) == ("Qui sera disponible l’été ?", True, False)
    assert kinds() == [EventKind.INTEREST_QUESTIONED]
    assert "disponible" not in str(list(reading().scalars(select(Event.data))))
    assert now(file).revision == 1
    told = letters(AT)
    assert sorted(str(letter["To"]) for letter in told) == ["agent@exemple.invalid", "collegue@exemple.invalid"]
    assert subject_of(told[0]) == "Candidature n° 1 : un message de l’équipe"
    assert "Qui sera disponible l’été ?" in text_of(told[0])
    assert "/2021/candidatures/1" in text_of(told[0])
    assert "formulaire" not in text_of(told[0])


def test_a_request_for_correction_says_that_the_form_is_open(instructor: Actor, file: Interest) -> None:
    message = ask(instructor, file.id, "Nommez votre référent.", True, at=AT)
    assert message.asks_correction
    assert message.corrected_at is None
    assert kinds() == [EventKind.INTEREST_CORRECTION_ASKED]
    (letter,) = letters(AT)
    assert subject_of(letter) == "Candidature n° 1 : une correction est demandée"
    assert "le formulaire vous est de nouveau ouvert" in text_of(letter)


def test_an_answer_goes_to_whoever_asked_last(world: World, instructor: Actor, agent: Actor, file: Interest) -> None:
    second = world.person(None, Role.ADMINISTRATOR, email="pilotage@exemple.invalid")
    ask(instructor, file.id, "Une question.", False, at=AT)
    ask(second, file.id, "Une autre.", False, at=AT)
    letters(AT)
    message = reply(agent, file.id, "Notre secrétaire.", at=AT)
    assert not message.is_from_team
    (letter,) = letters(AT)
    assert letter["To"] == "pilotage@exemple.invalid"
    assert "Notre secrétaire." in text_of(letter)
    assert "/pilotage/2021/candidatures/1" in text_of(letter)
    assert kinds()[-1] is EventKind.INTEREST_REPLIED


def test_nobody_is_written_to_when_nobody_of_the_team_wrote_yet(agent: Actor, file: Interest) -> None:
    reply(agent, file.id, "Une précision.", at=AT)
    assert letters(AT) == []
    assert reading().scalar(select(func.count()).select_from(InterestMessage)) == 1


def test_who_wants_no_mail_about_candidatures_gets_none(instructor: Actor, agent: Actor, file: Interest) -> None:
    for person in (instructor, agent):
        choose_notifications(person, [topic for topic in Topic if topic is not Topic.SERVICES], at=AT)
    ask(instructor, file.id, "Une question.", False, at=AT)
    reply(agent, file.id, "Une réponse.", at=AT)
    assert [letter for letter in letters(AT) if "Candidature" in subject_of(letter)] == []


def test_two_messages_are_two_letters(instructor: Actor, file: Interest) -> None:
    ask(instructor, file.id, "Une question.", False, at=AT)
    ask(instructor, file.id, "Une question.", False, at=AT)
    assert len(letters(AT)) == 2


def test_an_attachment_lost_in_between_no_longer_writes(instructor: Actor, agent: Actor, file: Interest) -> None:
    ask(instructor, file.id, "Une question.", False, at=AT)
    decide_attachment(agent, AttachmentStatus.ENDED, at=AT)
    assert refusal(reply, agent, file.id, "Oui.", at=AT) is Reason.NO_COLLECTIVITE


def test_who_has_left_reads_the_messages_no_more_by_mail_than_in_the_file(
    world: World, instructor: Actor, agent: Actor, file: Interest
) -> None:
    colleague = world.person(ROCAMADOUR, email="collegue@exemple.invalid")
    decide_attachment(agent, AttachmentStatus.ENDED, at=AT)
    ask(instructor, file.id, "Une question.", False, at=AT)
    assert [letter["To"] for letter in letters(AT)] == ["collegue@exemple.invalid"]
    with transaction() as session:
        session.execute(delete(RoleGrant).where(RoleGrant.person_id == instructor.person_id))
    reply(colleague, file.id, "Une réponse.", at=AT)
    assert letters(AT) == []


def test_refused_writes_leave_nothing(world: World, instructor: Actor, agent: Actor, file: Interest) -> None:
    neighbour = world.person(GRAMAT)
    too_early = just_before(opening_of(Stage.INTERESTS))
    assert refusal(ask, agent, file.id, "Bonjour.", False, at=AT) is Reason.NOT_YOUR_ROLE
    assert refusal(ask, instructor, file.id, " \n", False, at=AT) is Reason.NOTHING_SAID
    assert refusal(ask, instructor, file.id, "Bonjour.", False, at=too_early) is Reason.STAGE_CLOSED
    assert refusal(reply, neighbour, file.id, "Bonjour.", at=AT) is Reason.NOT_YOURS
    assert refusal(reply, agent, file.id, "", at=AT) is Reason.NOTHING_SAID
    for act in (lambda: ask(instructor, file.id + 999, "Bonjour.", False, at=AT), lambda: reply(agent, 0, "Oui.", at=AT)):
        with pytest.raises(NotFound):
            act()
    assert reading().scalar(select(func.count()).select_from(InterestMessage)) == 0
    assert letters(AT) == []
    assert now(file).revision == 0

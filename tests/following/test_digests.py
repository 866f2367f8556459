"""Digests: one message a person and a period, written once, at the rhythm each has chosen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from consult.accounts.model import Person
from consult.accounts.own.closing import close_account
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.cli.site import work_once
from consult.contributions.actions import say_me_too
from consult.following.actions import choose_rhythm, follow, stop, unsubscribe
from consult.following.model import Follower, Rhythm
from consult.following.queries import follower
from consult.following.rules import Sort, Subject
from consult.following.turns import follow_on
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.outbox.model import Message, Notice
from consult.services.actions import ServiceDraft, create
from consult.services.news import NewsDraft, take_news_back, tell_news
from consult.triage.actions import declare_ineligible
from consult.triage.hiding import hide
from consult.web.context import settings
from tests.support.documents import store
from tests.support.letters import letters, text_of
from tests.support.mail import MailServer
from tests.support.retained import proposal
from tests.support.stage_one import DURING_NEEDS, need
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, during

WEDNESDAY = paris(2021, 2, 3, 10)
THURSDAY = paris(2021, 2, 4, 8)
MONDAY = paris(2021, 2, 8, 8)
MINUTE = timedelta(minutes=1)
DURING_TRACKING = during(Stage.TRACKING)


def turn(at: datetime, *, whole: bool = True) -> None:
    """A turn of `consult work`."""
    follow_on(lambda: False, whole=whole, at=at)


def waiting() -> list[Message]:
    """The digests that wait in the outbox."""
    reading().expire_all()
    unsent = select(Message).where(Message.notice == Notice.DIGEST, Message.sent_at.is_(None), Message.given_up_at.is_(None))
    return list(reading().scalars(unsent.order_by(Message.id)))


@pytest.fixture
def reader(world: World) -> Actor:
    """Somebody who follows a collectivité."""
    edition = world.edition()
    reader = world.person(GRAMAT, email="lectrice@exemple.fr")
    follow(reader, Subject(Sort.COLLECTIVITE, ROCAMADOUR), at=DURING_NEEDS)
    need(world.person(ROCAMADOUR), edition, at=WEDNESDAY)
    return reader


@pytest.mark.parametrize(("rhythm", "first"), [(Rhythm.AT_ONCE, WEDNESDAY), (Rhythm.DAILY, THURSDAY), (Rhythm.WEEKLY, MONDAY)])
def test_it_is_written_when_its_rhythm_says_and_once(reader: Actor, rhythm: Rhythm, first: datetime) -> None:
    choose_rhythm(reader, rhythm, at=DURING_NEEDS)
    turn(WEDNESDAY)
    if first > WEDNESDAY:
        turn(first - MINUTE)
        assert waiting() == []
        turn(first)
    turn(first)
    turn(first + timedelta(days=20))
    (written,) = waiting()
    assert written.recipient == "lectrice@exemple.fr"
    (letter,) = [letter for letter in letters(first + timedelta(days=20)) if letter["To"] == "lectrice@exemple.fr"]
    assert "Elle publie 1 contribution." in text_of(letter)
    assert waiting() == []


def test_nobody_is_told_who_asked_never_to_be_nor_afterwards(reader: Actor) -> None:
    choose_rhythm(reader, Rhythm.NEVER, at=DURING_NEEDS)
    turn(WEDNESDAY)
    choose_rhythm(reader, Rhythm.AT_ONCE, at=WEDNESDAY + MINUTE)
    turn(WEDNESDAY + MINUTE)
    assert waiting() == []


def test_what_was_stopped_or_unsubscribed_before_it_leaves_is_not_said(reader: Actor) -> None:
    choose_rhythm(reader, Rhythm.AT_ONCE, at=DURING_NEEDS)
    turn(WEDNESDAY)
    assert len(waiting()) == 1
    stop(reader, Subject(Sort.COLLECTIVITE, ROCAMADOUR), at=WEDNESDAY)
    assert [letter for letter in letters(WEDNESDAY) if letter["To"] == "lectrice@exemple.fr"] == []
    assert waiting() == []


def test_an_account_that_closes_is_told_nothing_and_nothing_is_kept_of_what_it_followed(reader: Actor) -> None:
    turn(WEDNESDAY)
    close_account(reader, at=WEDNESDAY + MINUTE)
    turn(WEDNESDAY + 2 * MINUTE)
    assert follower(reader.person_id or 0) is None
    turn(MONDAY)
    assert waiting() == []


def test_an_outcome_told_by_its_own_message_is_not_said_again_but_to_who_asked(world: World) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    author, sharer, curious = (world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT))
    written = need(author, edition)
    say_me_too(sharer, written.id, at=DURING_NEEDS)
    follow(curious, Subject(Sort.CONTRIBUTION, str(written.number), edition.id), at=DURING_NEEDS)
    for one in (author, sharer, curious):
        choose_rhythm(one, Rhythm.AT_ONCE, at=DURING_NEEDS)
    turn(DURING_NEEDS)
    letters(DURING_NEEDS)
    declare_ineligible(team, written.id, reason="Hors du champ.", at=WEDNESDAY)
    turn(WEDNESDAY)
    told = [letter for letter in letters(WEDNESDAY) if letter["List-Unsubscribe"]]
    address = reading().scalar(select(Person.email).where(Person.id == curious.person_id))
    assert [letter["To"] for letter in told] == [address]
    assert "Déclarée non recevable. Hors du champ." in text_of(told[0])


def test_a_text_hidden_before_it_leaves_is_not_named(world: World) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    reader, written = world.person(LOT), need(world.person(ROCAMADOUR), edition, title="Un titre abusif")
    follow(reader, Subject(Sort.CONTRIBUTION, str(written.number), edition.id), at=DURING_NEEDS)
    choose_rhythm(reader, Rhythm.AT_ONCE, at=DURING_NEEDS)
    say_me_too(world.person(GRAMAT), written.id, at=DURING_NEEDS)
    turn(WEDNESDAY)
    hide(team, written.id, reason="Une injure.", at=WEDNESDAY)
    (letter,) = [letter for letter in letters(WEDNESDAY) if letter["List-Unsubscribe"]]
    assert "abusif" not in letter["Subject"] + text_of(letter)
    assert "Gramat (Lot)" in text_of(letter)


def test_news_taken_back_before_it_leaves_is_not_said(world: World) -> None:
    edition, team, reader = world.edition(), world.person(None, Role.MODERATOR), world.person(LOT)
    draft = ServiceDraft("Séance claire", "Préparer une séance (fictif).", "Un besoin partagé.", bearers=())
    service = create(team, proposal(edition).id, draft, at=DURING_TRACKING)
    follow(reader, Subject(Sort.SERVICE, str(service.number), edition.id), at=DURING_TRACKING)
    choose_rhythm(reader, Rhythm.AT_ONCE, at=DURING_TRACKING)
    told = [
        tell_news(team, store(), service.id, NewsDraft(title, "Un texte."), at=DURING_TRACKING + MINUTE)
        for title in ("Une erreur", "Une autre erreur", "Trois conseils")
    ]
    turn(DURING_TRACKING + MINUTE)
    take_news_back(team, told[0].id, reason="Ce n’était pas vrai.", at=DURING_TRACKING + 2 * MINUTE)
    take_news_back(team, told[1].id, reason="Ce n’était pas vrai.", at=DURING_TRACKING + 2 * MINUTE)
    (letter,) = [letter for letter in letters(DURING_TRACKING + 2 * MINUTE) if letter["List-Unsubscribe"]]
    assert "Trois conseils" in text_of(letter)
    assert "erreur" not in letter["Subject"] + text_of(letter)
    alone = tell_news(team, store(), service.id, NewsDraft("Une erreur", "Un texte."), at=DURING_TRACKING + 3 * MINUTE)
    turn(DURING_TRACKING + 3 * MINUTE)
    take_news_back(team, alone.id, reason="Ce n’était pas vrai.", at=DURING_TRACKING + 4 * MINUTE)
    assert [letter for letter in letters(DURING_TRACKING + 4 * MINUTE) if letter["List-Unsubscribe"]] == []


def test_it_carries_what_stops_it_in_one_click(reader: Actor) -> None:
    choose_rhythm(reader, Rhythm.AT_ONCE, at=DURING_NEEDS)
    turn(WEDNESDAY)
    (letter,) = [letter for letter in letters(WEDNESDAY) if letter["List-Unsubscribe"]]
    token = reading().scalar(select(Follower.token).where(Follower.person_id == reader.person_id))
    address = f"http://127.0.0.1:8000/desabonnement/{token}"
    assert letter["List-Unsubscribe"] == f"<{address}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in letter.as_bytes(), "on one line, as it is"
    assert address in letter.get_content()
    unsubscribe(token or "", at=WEDNESDAY)
    assert follower(reader.person_id or 0).rhythm is Rhythm.NEVER  # type: ignore[union-attr]


def test_a_mailbox_that_is_not_one_is_written_to_no_more_until_its_owner_signs_in(
    world: World, reader: Actor, hold: Callable[[datetime], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_rhythm(reader, Rhythm.AT_ONCE, at=DURING_NEEDS)
    turn(WEDNESDAY)
    hold(WEDNESDAY)
    with MailServer(refusing={"lectrice@exemple.fr": "550 No such user"}) as server:
        monkeypatch.setitem(world.app.extensions, "consult", replace(settings(), mail_url=server.url))
        work_once()
    reading().expire_all()
    assert follower(reader.person_id or 0).bounced_at == WEDNESDAY  # type: ignore[union-attr]
    edition = reading().scalars(select(Edition)).first()
    assert edition is not None
    need(world.person(ROCAMADOUR), edition, at=WEDNESDAY)
    turn(WEDNESDAY + MINUTE)
    assert waiting() == []
    with transaction() as session:
        session.get_one(Person, reader.person_id).last_seen_at = WEDNESDAY + MINUTE
    turn(WEDNESDAY + 2 * MINUTE)
    assert len(waiting()) == 1, "what happened meanwhile is not lost"

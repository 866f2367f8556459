"""What is done in a collectivité's name is told once, together, in time, and only to its people; on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from consult.accounts.model import AttachmentStatus, Person, Topic
from consult.accounts.own.notifications import choose_notifications
from consult.calendar.actions import move_window
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor
from consult.ground.database import reading, transaction
from consult.outbox.actions import LEASE, claim
from consult.outbox.model import Message, Notice
from consult.voting.actions import give_support, withdraw_support
from consult.voting.rules import Telling, telling
from consult.web.context import settings
from consult.web.mail import composer
from tests.support.letters import letters, text_of
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, propositions
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, window

MINUTE = timedelta(minutes=1)
NOON = DURING_VOTE.replace(minute=0)
HALF_PAST = NOON + 30 * MINUTE
SENT = HALF_PAST + MINUTE
Hold = Callable[[datetime], None]


def address(actor: Actor) -> str:
    email = reading().scalar(select(Person.email).where(Person.id == actor.person_id))
    assert email
    return email


def told(at: datetime = SENT) -> dict[str, list[EmailMessage]]:
    """The letters about supports that leave at this instant, by reader."""
    found: dict[str, list[EmailMessage]] = {}
    for letter in letters(at):
        found.setdefault(str(letter["To"]), []).append(letter)
    return found


def squeezed(text: str) -> str:
    """Every run of spaces, no-break or not, as one space."""
    return " ".join(text.split())


def waiting() -> list[Message]:
    reading().expire_all()
    return list(reading().scalars(select(Message).where(Message.notice == Notice.SUPPORT_CHANGED, Message.sent_at.is_(None))))


class TestTelling:
    """The while in which an act is told, for a vote that closes at 18 h 00."""

    @pytest.mark.parametrize(
        ("left", "since", "until", "due"),
        [
            pytest.param(60, 60, 30, 29, id="the half hour before the last"),
            pytest.param(90, 90, 60, 59, id="its first instant"),
            pytest.param(61, 90, 60, 59, id="its last minute"),
            pytest.param(31, 60, 30, 29, id="the last before the last half hour"),
            pytest.param(30, 30, 25, 24, id="the last half hour, to the second"),
            pytest.param(26, 30, 25, 24, id="five minutes of it"),
            pytest.param(6, 10, 5, 4, id="the last five minutes told together"),
            pytest.param(5, 5, 5, 5, id="the last five minutes, to the second"),
            pytest.param(0.1, 0.1, 0.1, 0.1, id="the last seconds"),
        ],
    )
    def test_it_shrinks_towards_the_close(self, left: float, since: float, until: float, due: float) -> None:
        expected = Telling(CLOSED - since * MINUTE, CLOSED - until * MINUTE, CLOSED - due * MINUTE)
        assert telling(CLOSED - left * MINUTE, CLOSED) == expected

    def test_a_close_within_a_half_hour_cuts_it(self) -> None:
        closes_at = CLOSED + 2 * MINUTE
        before, after = (telling(closes_at - left * MINUTE, closes_at) for left in (31, 30))
        assert before == Telling(CLOSED - 30 * MINUTE, CLOSED - 28 * MINUTE, CLOSED - 27 * MINUTE)
        assert after == Telling(CLOSED - 28 * MINUTE, CLOSED - 25 * MINUTE, CLOSED - 24 * MINUTE)

    def test_every_act_is_in_its_own_while_and_told_before_the_close(self) -> None:
        for seconds in range(1, 7200, 7):
            at = CLOSED + 3 * MINUTE - timedelta(seconds=seconds)
            found = telling(at, CLOSED + 3 * MINUTE)
            assert found.is_alone or found.since <= at < found.until < found.due_at
            assert found.due_at < CLOSED + 3 * MINUTE

    def test_a_vote_without_an_end_keeps_its_half_hours(self) -> None:
        assert telling(NOON + MINUTE, None) == Telling(NOON, HALF_PAST, SENT)


class TestOneLetter:
    def test_ten_acts_make_one_letter_that_says_them_all(self, world: World) -> None:
        edition = world.edition()
        proposals = propositions(edition, 5)
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        receipts = [give_support(agent, one.id, at=NOON + rank * MINUTE).receipt for rank, one in enumerate(proposals)]
        for rank, one in enumerate(proposals):
            withdraw_support(colleague, one.id, at=NOON + (10 + rank) * MINUTE)
        assert told(SENT - timedelta(seconds=1)) == {}
        found = told()
        assert {reader: len(sent) for reader, sent in found.items()} == {address(agent): 1, address(colleague): 1}
        (letter,) = found[address(colleague)]
        said = text_of(letter)
        assert squeezed(letter["Subject"]) == "Rocamadour (Lot) : 10 changements du bulletin"
        assert [said.count(receipt) for receipt in receipts] == [2] * 5
        assert f"12 h 02 — Soutien donné à la proposition n° 3, « Ouvrir des données », par {agent.name} (secrét" in said
        assert said.count(f"par {colleague.name} (secrétaire de mairie)") == 5
        assert said.index("12 h 04") < said.index("12 h 10")
        assert "/2021/mon-bulletin" in said
        assert told(SENT + timedelta(days=1)) == {}

    def test_one_act_says_it_in_the_subject(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        agent = world.person(ROCAMADOUR)
        receipt = give_support(agent, first.id, at=NOON).receipt
        (letter,) = told()[address(agent)]
        assert squeezed(letter["Subject"]) == "Rocamadour (Lot) : soutien donné (n° 1)"
        assert receipt in text_of(letter)

    def test_the_half_hour_ends_to_the_second(self, world: World) -> None:
        first, second, _ = propositions(world.edition())
        agent = world.person(ROCAMADOUR)
        one = give_support(agent, first.id, at=HALF_PAST - timedelta(microseconds=1)).receipt
        two = give_support(agent, second.id, at=HALF_PAST).receipt
        (letter,) = told()[address(agent)]
        assert one in text_of(letter)
        assert two not in text_of(letter)
        (letter,) = told(SENT + 30 * MINUTE)[address(agent)]
        assert two in text_of(letter)
        assert one not in text_of(letter)

    def test_in_the_last_minutes_each_is_told_at_once(self, world: World) -> None:
        first, second, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        late = CLOSED - 2 * MINUTE
        give_support(agent, first.id, at=late)
        give_support(agent, second.id, at=late)
        withdraw_support(colleague, second.id, at=late)
        said = [text_of(letter) for letter in told(late)[address(colleague)]]
        assert [one.count("Référence") for one in said] == [1, 1, 1]
        assert len({*said}) == 3

    def test_two_colleagues_at_once_write_one_letter_each(self, app: Flask, world: World) -> None:
        proposals = propositions(world.edition(), 5)
        people = [world.person(ROCAMADOUR) for _ in range(4)]
        acts = [partial(give_support, people[rank % 4], one.id, at=NOON + rank * MINUTE) for rank, one in enumerate(proposals)]
        results = together(app, acts)
        assert len(waiting()) == 4
        for sent in told().values():
            assert len(sent) == 1
            assert all(result.receipt in text_of(sent[0]) for result in results)

    def test_a_calendar_that_moves_in_between_neither_loses_nor_repeats(self, world: World) -> None:
        edition = world.edition()
        first, second, third = propositions(edition)
        agent = world.person(ROCAMADOUR)
        receipts = [give_support(agent, first.id, at=NOON + MINUTE).receipt]
        for left, proposal in ((20, second), (3, third)):
            at = NOON + 2 * MINUTE
            moved = replace(window(Stage.VOTING), closes_at=at + left * MINUTE)
            move_window(OPERATOR, edition.id, moved, reason="Essai", at=at)
            receipts.append(give_support(agent, proposal.id, at=at).receipt)
        said = " ".join(text_of(letter) for letter in told(SENT)[address(agent)])
        assert [said.count(receipt) for receipt in receipts] == [1, 1, 1]

    def test_each_edition_and_each_collectivite_has_its_own(self, world: World) -> None:
        this, other = world.edition(), world.edition("2022")
        agent, neighbour = world.person(ROCAMADOUR), world.person(GRAMAT)
        for edition in (this, other):
            give_support(agent, propositions(edition)[0].id, at=NOON)
        give_support(neighbour, propositions(this)[1].id, at=NOON)
        found = told()
        assert {reader: len(sent) for reader, sent in found.items()} == {address(agent): 2, address(neighbour): 1}
        assert all(text_of(letter).count("Référence") == 1 for sent in found.values() for letter in sent)

    def test_a_worker_that_dies_once_it_is_sent_sends_it_again_as_the_same(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        give_support(world.person(ROCAMADOUR), first.id, at=NOON)
        message = claim(SENT)
        assert message is not None
        before = composer(settings())(message)
        assert letters(SENT + MINUTE) == [], "another worker leaves it alone"
        (after,) = letters(SENT + LEASE)
        assert (before["Message-ID"], before.get_content()) == (after["Message-ID"], after.get_content())

    def test_the_letter_costs_the_same_whatever_it_says(self, world: World) -> None:
        edition = world.edition()
        proposals = propositions(edition, 4)
        agent = world.person(ROCAMADOUR)
        give_support(agent, proposals[0].id, at=NOON)
        with count_statements() as one:
            told()
        for proposal in proposals[1:]:
            give_support(agent, proposal.id, at=HALF_PAST)
        with count_statements() as three:
            told(SENT + 30 * MINUTE)
        assert len(one) == len(three)


class TestReaders:
    def test_its_verified_people_and_nobody_else(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        world.person(ROCAMADOUR, status=AttachmentStatus.REFUSED)
        world.person(GRAMAT)
        give_support(agent, first.id, at=NOON)
        assert set(told()) == {address(agent), address(colleague)}

    def test_whoever_waits_reads_of_their_own_acts_alone(self, world: World) -> None:
        first, second, _ = propositions(world.edition())
        pending, colleague = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING), world.person(ROCAMADOUR)
        mine = give_support(pending, first.id, at=NOON).receipt
        theirs = give_support(colleague, second.id, at=NOON).receipt
        found = {reader: text_of(sent[0]) for reader, sent in told().items()}
        assert mine in found[address(colleague)]
        assert theirs in found[address(colleague)]
        assert mine in found[address(pending)]
        assert theirs not in found[address(pending)]
        assert str(colleague.name) not in found[address(pending)]
        assert all("« À vérifier »" in said for said in found.values())

    def test_who_wants_no_news_of_colleagues_keeps_their_own_receipts(self, world: World) -> None:
        first, second, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        choose_notifications(agent, set(Topic) - {Topic.COLLEAGUES}, at=NOON)
        mine = give_support(agent, first.id, at=NOON).receipt
        theirs = give_support(colleague, second.id, at=NOON).receipt
        said = text_of(told()[address(agent)][0])
        assert mine in said
        assert theirs not in said

    @pytest.mark.parametrize("status", [AttachmentStatus.ENDED, AttachmentStatus.REFUSED])
    def test_who_left_meanwhile_is_not_told_and_it_is_no_failure(self, world: World, status: AttachmentStatus) -> None:
        first, _, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        give_support(agent, first.id, at=NOON)
        decide_attachment(colleague, status)
        assert set(told()) == {address(agent)}
        (dropped,) = waiting()
        assert (dropped.failure, dropped.data) == ("NothingToSay", {})
        assert dropped.given_up_at is not None

    def test_who_silences_colleagues_meanwhile_is_not_told_either(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        give_support(agent, first.id, at=NOON)
        choose_notifications(colleague, set(), at=NOON)
        assert set(told()) == {address(agent)}

    def test_a_support_verified_since_is_no_longer_said_to_wait(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        pending = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
        give_support(pending, first.id, at=NOON)
        decide_attachment(pending, AttachmentStatus.VERIFIED)
        (letter,) = told()[address(pending)]
        assert squeezed(letter["Subject"]) == "Rocamadour (Lot) : soutien donné (n° 1)"

    def test_a_name_is_read_when_it_leaves(self, world: World) -> None:
        first, _, _ = propositions(world.edition())
        agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
        give_support(agent, first.id, at=NOON)
        with transaction() as session:
            session.get_one(Person, agent.person_id).function = "maire"
        assert f"{agent.name} (maire)" in text_of(told()[address(colleague)][0])

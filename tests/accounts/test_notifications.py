"""What a person is told by mail is what they want; what concerns their account is always sent."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from consult.accounts.attachments import actions as attachments
from consult.accounts.model import AttachmentStatus, MutedTopic, Topic
from consult.accounts.own.notifications import choose_notifications, wanted_topics
from consult.accounts.queries import actor_of_person
from consult.accounts.sign_in.actions import request_sign_in
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import VISITOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.ground.refusals import Reason, Refused
from consult.interests.actions import declare
from consult.interests.publishing import accept
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.selection import actions as selection
from consult.selection.letters import recipients
from consult.selection.model import Outcome
from consult.services import actions as services
from consult.triage import actions as triage
from consult.voting.actions import give_support
from tests.interests.test_actions import DRAFT
from tests.support import retained, stage_one
from tests.support.world import GRAMAT, ROCAMADOUR, World, closing_of, during

AT = paris(2021, 3, 2, 10)


@dataclass(frozen=True)
class Town:
    """A collectivité with two people, another one, an edition, and a need that was grouped."""

    edition: Edition
    author: Actor
    colleague: Actor
    other: Actor
    moderator: Actor


@pytest.fixture
def town(world: World) -> Town:
    """Everybody is written to about everything, unless a test says otherwise."""
    return Town(
        edition=world.edition(),
        author=world.person(ROCAMADOUR, email="autrice@exemple.fr"),
        colleague=world.person(ROCAMADOUR, email="collegue@exemple.fr"),
        other=world.person(GRAMAT, email="voisin@exemple.fr"),
        moderator=world.person(None, Role.MODERATOR, Role.ADMINISTRATOR, Role.COMMITTEE, email="equipe@exemple.fr"),
    )


def told(notice: Notice) -> list[str]:
    reading().expire_all()
    return sorted(reading().scalars(select(Message.recipient).where(Message.notice == notice)))


def mute(actor: Actor, *topics: Topic) -> None:
    choose_notifications(actor, set(Topic) - set(topics), at=AT)


# ── Choosing ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_everything_is_wanted_until_one_says_otherwise(town: Town) -> None:
    person_id = town.author.person_id or 0
    assert wanted_topics(person_id) == set(Topic)
    choose_notifications(town.author, {Topic.RESULTS}, at=AT)
    assert wanted_topics(person_id) == {Topic.RESULTS}
    choose_notifications(town.author, {Topic.RESULTS, Topic.SERVICES}, at=AT)
    assert wanted_topics(person_id) == {Topic.RESULTS, Topic.SERVICES}
    assert wanted_topics(town.colleague.person_id or 0) == set(Topic), "a choice is one person's"
    first, second = reading().scalars(select(Event).where(Event.kind == EventKind.NOTIFICATIONS_CHOSEN).order_by(Event.id))
    assert (first.person_id, first.data) == (person_id, {"wanted": ["results"]})
    assert second.data == {"wanted": ["results", "services"]}


def test_choosing_the_same_twice_keeps_one_line_a_topic(town: Town) -> None:
    for _ in range(2):
        choose_notifications(town.author, set(), at=AT)
    assert len(reading().scalars(select(MutedTopic.topic)).all()) == len(Topic)


@pytest.mark.usefixtures("app")
def test_a_visitor_chooses_nothing() -> None:
    with pytest.raises(Refused) as refused:
        choose_notifications(VISITOR, set(), at=AT)
    assert refused.value.reason is Reason.SIGN_IN


# ── What it changes: each topic, where mail about it is posted ───────────────────────────────────────────────────────────


def test_what_colleagues_do_is_told_to_those_who_want_it_and_to_who_acted(town: Town) -> None:
    one, two = (stage_one.proposal(town.edition) for _ in range(2))
    mute(town.colleague, Topic.COLLEAGUES)
    give_support(town.author, one.id, at=during(Stage.VOTING))
    assert told(Notice.SUPPORT_CHANGED) == ["autrice@exemple.fr"]
    mute(town.author, Topic.COLLEAGUES)
    give_support(town.author, two.id, at=during(Stage.VOTING) + timedelta(hours=1))
    assert told(Notice.SUPPORT_CHANGED) == ["autrice@exemple.fr"] * 2, "a receipt is always sent"


def test_what_became_of_a_contribution_is_told_to_an_author_who_wants_it(town: Town) -> None:
    mine, theirs = stage_one.need(town.author, town.edition), stage_one.need(town.other, town.edition)
    mute(town.author, Topic.CONTRIBUTIONS)
    proposal = stage_one.proposal(town.edition)
    triage.group(town.moderator, [mine.id, theirs.id], [proposal.id], at=AT)
    assert told(Notice.CONTRIBUTION_TRIAGED) == ["voisin@exemple.fr"]
    assert told(Notice.CONTRIBUTION_PUBLISHED) == ["autrice@exemple.fr", "voisin@exemple.fr"], "a receipt is always sent"


def decided(town: Town) -> Proposal:
    """A proposition that answers needs of two collectivités, retained but not proclaimed yet."""
    proposal = stage_one.proposal(town.edition)
    stage_one.group(stage_one.need(town.author, town.edition), proposal)
    stage_one.group(stage_one.need(town.other, town.edition), proposal)
    at = closing_of(Stage.VOTING)
    selection.decide(town.moderator, proposal.id, Outcome.RETAINED, reason="Utile à tous.", at=at)
    return proposal


def test_the_result_is_told_to_those_who_want_it(town: Town) -> None:
    decided(town)
    mute(town.author, Topic.RESULTS)
    assert sum(recipients(town.edition.id).values()) == 1, "the committee is told how many will be written to"
    selection.proclaim(town.moderator, town.edition.id, at=closing_of(Stage.VOTING))
    assert told(Notice.RESULT_PROCLAIMED) == ["voisin@exemple.fr"]


def test_what_becomes_of_an_interest_is_told_to_those_who_want_it_and_its_receipt_to_who_declared_it(town: Town) -> None:
    proposal = retained.proposal(town.edition)
    for who in (town.author, town.colleague):
        mute(who, Topic.SERVICES)
    interest = declare(town.author, proposal.id, DRAFT, at=during(Stage.INTERESTS))
    assert told(Notice.INTEREST_DECLARED) == ["autrice@exemple.fr"]
    accept(town.moderator, interest.id, at=during(Stage.INTERESTS))
    assert told(Notice.INTEREST_DECIDED) == []
    mute(town.colleague)
    other = declare(town.author, retained.proposal(town.edition, "Une autre").id, DRAFT, at=during(Stage.INTERESTS))
    accept(town.moderator, other.id, at=during(Stage.INTERESTS))
    assert told(Notice.INTEREST_DECIDED) == ["collegue@exemple.fr"]


def test_the_birth_of_a_service_is_told_to_those_who_want_it(town: Town) -> None:
    proposal = decided(town)
    selection.proclaim(town.moderator, town.edition.id, at=closing_of(Stage.VOTING))
    mute(town.other, Topic.SERVICES)
    services.create(
        town.moderator,
        proposal.id,
        services.ServiceDraft(name="Signaler", summary="Un service.", reason="Le besoin est commun."),
        at=during(Stage.TRACKING),
    )
    assert told(Notice.SERVICE_BORN) == ["autrice@exemple.fr"]


def _verified(world: World, town: Town) -> list[str]:
    asking = world.person(GRAMAT, status=AttachmentStatus.PENDING, email="nouvelle@exemple.fr")
    mute(asking, *Topic)
    assert asking.mandate is not None
    attachments.verify_attachment(town.moderator, asking.mandate.attachment_id, reason="Vue au téléphone.", at=AT)
    return told(Notice.ATTACHMENT_VERIFIED)


def _signing_in(_world: World, town: Town) -> list[str]:
    mute(town.author, *Topic)
    request_sign_in("autrice@exemple.fr", at=AT)
    return told(Notice.SIGN_IN)


@pytest.mark.parametrize(
    ("act", "to"), [(_verified, "nouvelle@exemple.fr"), (_signing_in, "autrice@exemple.fr")], ids=["attachment", "sign-in"]
)
def test_what_concerns_the_account_is_always_sent(
    world: World, town: Town, act: Callable[[World, Town], list[str]], to: str
) -> None:
    assert act(world, town) == [to]


def test_muting_changes_nothing_to_what_one_may_do(town: Town) -> None:
    mute(town.author, *Topic)
    reading().expire_all()
    assert actor_of_person(town.author.person_id or 0) == town.author

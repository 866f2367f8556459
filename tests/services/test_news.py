"""What a service tells: read at once or after the agency, with pictures that are described, taken back for a reason."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.rules import Stage
from consult.contributions.files import ORPHAN_AFTER, Arrival, arriving, sweep_store
from consult.ground import clock
from consult.ground.actor import Actor, Role
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason
from consult.journal.model import Event, EventKind
from consult.outbox.model import Message, Notice
from consult.services import news_queries
from consult.services.actions import ServiceDraft, create
from consult.services.model import News, NewsPicture, Publication, Service
from consult.services.news import NewsDraft, publish_news, refuse_news, take_news_back, tell_news
from consult.services.news_rules import SENT_TWICE
from consult.services.queries import picture_keys
from tests.support.acts import refusal
from tests.support.documents import jpeg, pdf, png, store
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.together import together
from tests.support.world import GRAMAT, ROCAMADOUR, World, during, just_before, opening_of

AT = during(Stage.TRACKING)
PLAIN = NewsDraft("Trois conseils", "Trois conseils ont **siégé**.")
PRICED = NewsDraft("Trois conseils", "Il reste 12 500 € à trouver.")


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def bearer(world: World) -> Actor:
    return world.person(ROCAMADOUR, email="porteuse@exemple.invalid")


@pytest.fixture
def service(world: World, moderator: Actor) -> Service:
    draft = ServiceDraft("Séance claire", "Préparer une séance (fictif).", "Un besoin partagé.", bearers=[ROCAMADOUR])
    return create(moderator, proposal(world.edition()).id, draft, at=AT)


@contextmanager
def pictures(*contents: bytes) -> Iterator[list[Arrival]]:
    """These contents, arrived in the store."""
    with arriving(store(), [(BytesIO(content), f"image-{rank}.png") for rank, content in enumerate(contents)]) as arrived:
        yield list(arrived)


def tell(actor: Actor, service: Service, draft: NewsDraft = PLAIN, *contents: bytes) -> News:
    with pictures(*contents) as arrived:
        return tell_news(actor, store(), service.id, draft, arrived, at=AT)


def test_a_service_s_own_people_are_read_at_once(service: Service, bearer: Actor) -> None:
    news = tell(bearer, service)
    assert (news.standing, news.published_at, news.siren) == (Publication.PUBLISHED, AT, ROCAMADOUR)
    told = news_queries.told(service.id)
    assert [(one.news.title, one.by) for one in told.items] == [("Trois conseils", "Rocamadour (Lot)")]
    event = reading().scalars(select(Event).where(Event.kind == EventKind.NEWS_PUBLISHED)).one()
    assert (event.subject, event.data) == ("service:1", {"id": news.id, "title": "Trois conseils"})


def test_what_the_agency_wrote_is_the_agency_s_to_take_back(service: Service, bearer: Actor, moderator: Actor) -> None:
    news = tell(moderator, service)
    take = partial(take_news_back, news_id=news.id, reason="Une erreur.", at=AT)
    assert refusal(take, bearer) is Reason.NOT_YOUR_ROLE
    take(moderator)
    assert news_queries.told(service.id).total == 0


@pytest.mark.parametrize("draft", [PLAIN, PRICED])
def test_sent_twice_it_is_told_once(service: Service, bearer: Actor, moderator: Actor, draft: NewsDraft) -> None:
    first = tell(bearer, service, draft)
    assert tell(bearer, service, draft).id == first.id
    others = [tell(bearer, service, replace(draft, title="Autre")), tell(moderator, service, draft)]
    later = tell_news(bearer, store(), service.id, draft, at=AT + SENT_TWICE)
    take_news_back(bearer, later.id, reason="Mal dit.", at=AT + SENT_TWICE)
    again = tell_news(bearer, store(), service.id, draft, at=AT + SENT_TWICE)
    assert len({one.id for one in (first, *others, later, again)}) == 5
    assert len(reading().scalars(select(News)).all()) == 5


def test_sent_at_the_same_instant_from_two_tabs_it_is_told_once(app: Flask, service: Service, bearer: Actor) -> None:
    sent = partial(tell_news, bearer, store(), service.id, PLAIN, at=AT)
    together(app, [sent, sent])
    assert len(reading().scalars(select(News)).all()) == 1


def test_what_speaks_of_money_waits_for_the_agency(service: Service, bearer: Actor, moderator: Actor) -> None:
    news = tell(bearer, service, PRICED)
    assert (news.standing, news.published_at) == (Publication.PROPOSED, None)
    assert news_queries.told(service.id).total == 0
    assert [one.told.news.id for one in news_queries.waiting(service.edition_id)] == [news.id]
    assert refusal(lambda: publish_news(bearer, news.id, at=AT)) is Reason.NOT_YOUR_ROLE
    publish_news(moderator, news.id, at=AT)
    assert news_queries.told(service.id).total == 1
    assert refusal(lambda: publish_news(moderator, news.id, at=AT)) is Reason.NEWS_NOT_WAITING
    message = reading().scalars(select(Message).where(Message.notice == Notice.NEWS_DECIDED)).one()
    assert (message.recipient, message.data["is_published"]) == ("porteuse@exemple.invalid", True)


def test_the_agency_s_own_words_on_money_are_read_at_once(service: Service, moderator: Actor) -> None:
    assert tell(moderator, service, PRICED).standing is Publication.PUBLISHED
    assert news_queries.told(service.id).items[0].by is None


def test_the_agency_refuses_for_a_reason_that_its_author_is_told(service: Service, bearer: Actor, moderator: Actor) -> None:
    news = tell(bearer, service, PRICED)
    assert refusal(lambda: refuse_news(moderator, news.id, reason=" ", at=AT)) is Reason.REASON_MISSING
    refuse_news(moderator, news.id, reason=" Le montant est faux. ", at=AT)
    assert news_queries.told(service.id).total == 0
    assert [one.news.reason for one in news_queries.unread(service.id)] == ["Le montant est faux."]
    message = reading().scalars(select(Message).where(Message.notice == Notice.NEWS_DECIDED)).one()
    assert (message.data["is_published"], message.data["reason"]) == (False, "Le montant est faux.")
    assert refusal(lambda: publish_news(moderator, news.id, at=AT)) is Reason.NEWS_NOT_WAITING


def test_who_tells_news_and_when(world: World, service: Service, bearer: Actor) -> None:
    early = just_before(opening_of(Stage.TRACKING))
    assert refusal(lambda: tell_news(bearer, store(), service.id, PLAIN, at=early)) is Reason.STAGE_CLOSED
    assert refusal(lambda: tell(world.person(GRAMAT), service)) is Reason.NOT_OF_THE_SERVICE
    assert refusal(lambda: tell(world.person(None, Role.OBSERVER), service)) is Reason.NOT_OF_THE_SERVICE
    with pytest.raises(NotFound):
        tell_news(bearer, store(), service.id + 999, PLAIN, at=AT)
    assert reading().scalars(select(News)).all() == []


def test_pictures_are_kept_with_their_description(service: Service, bearer: Actor) -> None:
    draft = replace(PLAIN, descriptions=["Une salle pleine.", "Un écran."])
    news = tell(bearer, service, draft, png(), jpeg())
    (one,) = news_queries.told(service.id).items
    assert [(shown.description, shown.media_type) for shown in one.pictures] == [
        ("Une salle pleine.", "image/png"),
        ("Un écran.", "image/jpeg"),
    ]
    with store().open(one.pictures[0].key) as content:
        assert content.read() == png()
    assert news_queries.picture(news.id, one.pictures[1].id).id == one.pictures[1].id
    with pytest.raises(NotFound):
        news_queries.picture(news.id + 1, one.pictures[1].id)


@pytest.mark.parametrize(
    ("descriptions", "contents", "reason"),
    [
        pytest.param([" "], [png()], Reason.PICTURE_UNDESCRIBED, id="not described"),
        pytest.param(["a", "b", "c", "d"], [png()] * 4, Reason.TOO_MANY_PICTURES, id="four"),
        pytest.param(["a"], [pdf()], Reason.NOT_A_PICTURE, id="a document"),
        pytest.param(["a"], [b"<svg xmlns='http://www.w3.org/2000/svg'/>"], Reason.NOT_A_PICTURE, id="a drawing that runs"),
        pytest.param(["a"], [b"\x89PNG\r\n\x1a\nrien"], Reason.NOT_A_PICTURE, id="named as one"),
        pytest.param(["a"], [png()[:-12] + b"\0" * 5_000_001 + png()[-12:]], Reason.PICTURE_TOO_BIG, id="too heavy"),
    ],
)
def test_a_picture_that_may_not_be_shown_leaves_nothing(
    service: Service, bearer: Actor, descriptions: list[str], contents: list[bytes], reason: Reason
) -> None:
    draft = replace(PLAIN, descriptions=descriptions)
    assert refusal(lambda: tell(bearer, service, draft, *contents)) is reason
    assert reading().scalars(select(News)).all() == []
    assert sweep_everything() == 0


def sweep_everything() -> int:
    """How many contents of the store no row speaks for."""
    return sweep_store(store(), spoken_for=(picture_keys(),), at=clock.outside() + 2 * ORPHAN_AFTER)


def test_news_is_taken_back_with_its_pictures(service: Service, bearer: Actor) -> None:
    news = tell(bearer, service, replace(PLAIN, descriptions=["Une salle."]), png())
    (shown,) = reading().scalars(select(NewsPicture)).all()
    assert refusal(lambda: take_news_back(bearer, news.id, reason="", at=AT)) is Reason.REASON_MISSING
    assert sweep_everything() == 0
    take_news_back(bearer, news.id, reason="On y reconnaît quelqu’un.", at=AT)
    reading().expire_all()
    assert news_queries.told(service.id).total == 0
    assert news_queries.last_told(service.id) is None
    with pytest.raises(NotFound):
        news_queries.picture(news.id, shown.id)
    assert refusal(lambda: take_news_back(bearer, news.id, reason="x", at=AT)) is Reason.NEWS_NOT_READ
    assert sweep_everything() == 1


def test_two_answers_at_once_are_one(app: Flask, world: World, service: Service, bearer: Actor) -> None:
    news = tell(bearer, service, PRICED)
    team = [world.person(None, Role.MODERATOR) for _ in range(4)]
    acts: list[Callable[[], None]] = [partial(publish_news, one, news.id, at=AT) for one in team[:2]]
    acts += [partial(refuse_news, one, news.id, reason="Non.", at=AT) for one in team[2:]]
    answers = together(app, acts)
    assert answers.count(Reason.NEWS_NOT_WAITING) == 3
    assert len(reading().scalars(select(Message).where(Message.notice == Notice.NEWS_DECIDED)).all()) == 1


def test_one_and_three_pieces_of_news_cost_the_same(service: Service, bearer: Actor, moderator: Actor) -> None:
    def cost() -> list[int]:
        counts = []
        for read in (
            lambda: news_queries.told(service.id),
            lambda: news_queries.last_told(service.id),
            lambda: news_queries.waiting(service.edition_id),
        ):
            with count_statements() as sent:
                read()
            counts.append(len(sent))
        return counts

    for rank in range(3):
        tell(bearer, service, replace(PLAIN, descriptions=["Une salle."]), png())
        tell(bearer, service, PRICED)
        assert cost() == [3, 2, 3], rank

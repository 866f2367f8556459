"""What a service tells: written by its team or the agency, read at once unless it speaks of money, taken back for a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, cast, literal, select, update
from sqlalchemy.orm import Session

from consult.accounts.model import Person
from consult.accounts.queries import as_now
from consult.calendar.model import Edition
from consult.contributions.files import Arrival, described, keeping
from consult.contributions.store import Store
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.rules import TEAM
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.services.held import held, tell
from consult.services.model import News, NewsPicture, Publication, Service
from consult.services.news_rules import (
    SENT_TWICE,
    is_acceptable_picture,
    leaves_money,
    may_publish,
    may_refuse,
    may_take_back,
    may_tell,
    standing_of,
)
from consult.services.queries import bearers


@dataclass(frozen=True, slots=True)
class NewsDraft:
    """What is told, in Markdown, and the description of each picture, in their order."""

    title: str
    body: str
    descriptions: Sequence[str] = ()


def tell_news(
    actor: Actor, store: Store, service_id: int, draft: NewsDraft, pictures: Sequence[Arrival] = (), *, at: datetime
) -> News:
    """Tell news of a service: read at once, or proposed to the agency when it speaks of money. Sent twice, it is told once.

    Raises Refused with the reason of `is_acceptable_picture` or `may_tell`, NotFound.
    """
    for picture in pictures:
        is_acceptable_picture(picture.size, picture.type).or_refuse()
    with keeping(store, pictures), transaction() as session:
        service, edition = held(session, service_id)
        who = as_now(session, actor)
        may_tell(
            who,
            calendar=edition.calendar,
            bearers=bearers(session, service_id),
            descriptions=draft.descriptions,
            at=at,
        ).or_refuse()
        siren = None if who.has_role(*TEAM) else who.siren
        already = session.scalars(_same(service_id, draft, siren, at)).first()
        if already is not None:
            return already
        standing = standing_of(who, draft.title, draft.body, *draft.descriptions)
        is_read = standing is Publication.PUBLISHED
        news = News(
            service_id=service_id,
            title=draft.title,
            body=draft.body,
            standing=standing,
            written_at=at,
            written_by=who.person_id,
            siren=siren,
            published_at=at if is_read else None,
            reason="",
        )
        session.add(news)
        session.flush()
        session.add_all(
            NewsPicture(news_id=news.id, description=said.strip(), **described(who, picture, at))
            for picture, said in zip(pictures, draft.descriptions, strict=True)
        )
        _tell(session, EventKind.NEWS_PUBLISHED if is_read else EventKind.NEWS_PROPOSED, who, service, news, at)
    return news


def _same(service_id: int, draft: NewsDraft, siren: str | None, at: datetime) -> Select[News]:
    """The same words, told or proposed in the same name a moment ago."""
    return select(News).where(
        News.service_id == service_id,
        News.title == draft.title,
        News.body == draft.body,
        News.siren.is_not_distinct_from(siren),
        News.standing.in_((Publication.PUBLISHED, Publication.PROPOSED)),
        News.written_at > at - SENT_TWICE,
    )


def publish_news(actor: Actor, news_id: int, *, at: datetime) -> None:
    """The agency publishes news that waited; who wrote it is told by mail.

    Raises Refused with the reason of `may_publish`, NotFound.
    """
    with transaction() as session:
        news, service, edition = _held(session, news_id)
        may_publish(actor, calendar=edition.calendar, standing=news.standing, at=at).or_refuse()
        news.published_at = at
        _decide(session, actor, news, Publication.PUBLISHED, "", at)
        _tell(session, EventKind.NEWS_PUBLISHED, actor, service, news, at)
        _answer(session, service, edition, news, at)


def refuse_news(actor: Actor, news_id: int, *, reason: str, at: datetime) -> None:
    """The agency does not publish it, for a reason; who wrote it is told by mail.

    Raises Refused with the reason of `may_refuse`, NotFound.
    """
    with transaction() as session:
        news, service, edition = _held(session, news_id)
        may_refuse(actor, calendar=edition.calendar, standing=news.standing, reason=reason, at=at).or_refuse()
        _decide(session, actor, news, Publication.REFUSED, reason, at)
        _tell(session, EventKind.NEWS_REFUSED, actor, service, news, at)
        _answer(session, service, edition, news, at)


def take_news_back(actor: Actor, news_id: int, *, reason: str, at: datetime) -> None:
    """What was told is no longer read: its title stays, with the reason; its pictures are forgotten.

    Raises Refused with the reason of `may_take_back`, NotFound.
    """
    with transaction() as session:
        news, service, edition = _held(session, news_id)
        who = as_now(session, actor)
        may_take_back(
            who,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            by_agency=news.siren is None,
            standing=news.standing,
            reason=reason,
            at=at,
        ).or_refuse()
        leaves_money(who, reason).or_refuse()
        _decide(session, who, news, Publication.CANCELLED, reason, at)
        shown = update(NewsPicture).where(NewsPicture.news_id == news_id, NewsPicture.removed_at.is_(None))
        session.execute(shown.values(removed_at=at))
        _tell(session, EventKind.NEWS_CANCELLED, who, service, news, at)


def _held(session: Session, news_id: int) -> tuple[News, Service, Edition]:
    service_id = session.scalar(select(News.service_id).where(News.id == news_id))
    if service_id is None:
        raise NotFound
    service, edition = held(session, service_id)
    return session.get_one(News, news_id), service, edition


def _decide(session: Session, actor: Actor, news: News, standing: Publication, reason: str, at: datetime) -> None:
    news.standing, news.reason = standing, reason.strip()
    news.decided_at, news.decided_by = at, actor.person_id
    session.flush()


def _tell(session: Session, kind: EventKind, actor: Actor, service: Service, news: News, at: datetime) -> None:
    said: dict[str, Any] = {"id": news.id, "title": news.title}
    tell(session, kind, actor, service, at, **said, **({"reason": news.reason} if news.reason else {}))


def _answer(session: Session, service: Service, edition: Edition, news: News, at: datetime) -> None:
    key = literal(f"news_decided:{news.id}:") + cast(Person.id, String)
    post_to_all(
        session,
        Notice.NEWS_DECIDED,
        select(key, Person.email).where(Person.id == news.written_by, Person.closed_at.is_(None)),
        at=at,
        title=news.title,
        name=service.name,
        edition=edition.slug,
        number=service.number,
        reason=news.reason,
        is_published=news.standing is Publication.PUBLISHED,
    )

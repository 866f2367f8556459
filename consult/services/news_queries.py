"""Reading what services tell: their news with its pictures, what waits for the agency, when they last spoke."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import Kind, full_name
from consult.services.model import News, NewsPicture, Publication, Service

FEED = 50


@dataclass(frozen=True, slots=True)
class Told:
    """A piece of news, the collectivité in whose name it was told (None: the agency), and its pictures."""

    news: News
    by: str | None
    pictures: Sequence[NewsPicture] = ()


def told(service_id: int, *, page: int = 1, size: int = PAGE_SIZE) -> Page[Told]:
    """What a service tells, the latest first. Three statements at most."""
    where = (News.service_id == service_id) & (News.standing == Publication.PUBLISHED)
    total = reading().scalar(select(func.count()).select_from(News).where(where)) or 0
    latest = _told().where(where).order_by(News.published_at.desc(), News.id.desc())
    return Page(_with_pictures(latest.offset(offset(page, size)).limit(size)), page, total, size)


def last_told(service_id: int) -> Told | None:
    """The last news of a service. Two statements at most."""
    where = (News.service_id == service_id) & (News.standing == Publication.PUBLISHED)
    found = _with_pictures(_told().where(where).order_by(News.published_at.desc(), News.id.desc()).limit(1))
    return found[0] if found else None


def unread(service_id: int) -> Sequence[Told]:
    """What a service's team wrote that nobody else reads: waiting, refused or taken back; the latest first."""
    where = (News.service_id == service_id) & (News.standing != Publication.PUBLISHED)
    return _with_pictures(_told().where(where).order_by(News.id.desc()).limit(PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Proposed:
    """News as the agency reads it, and the service it is about."""

    told: Told
    service_number: int
    service_name: str


def waiting(edition_id: int) -> Sequence[Proposed]:
    """What waits for the agency in an edition, the oldest first. Three statements at most."""
    return _proposed(_is_waiting(edition_id))


def of_edition(edition_id: int, news_id: int) -> Proposed:
    """A piece of news of a service of this edition, whatever has become of it. Raises NotFound."""
    found = _proposed((Service.edition_id == edition_id) & (News.id == news_id))
    if not found:
        raise NotFound
    return found[0]


def _proposed(where: ColumnElement[bool]) -> Sequence[Proposed]:
    about = select(News.id, Service.number, Service.name).join(Service, Service.id == News.service_id)
    rows = reading().execute(about.where(where).order_by(News.written_at, News.id).limit(PAGE_SIZE)).all()
    found = {one.news.id: one for one in _with_pictures(_told().where(News.id.in_([row.id for row in rows])))} if rows else {}
    return [Proposed(found[id_], number, name) for id_, number, name in rows]


def how_many_wait(edition_id: int) -> int:
    """How many pieces of news wait for the agency. One statement."""
    counted = select(func.count()).select_from(News).join(Service, Service.id == News.service_id)
    return reading().scalar(counted.where(_is_waiting(edition_id))) or 0


def _is_waiting(edition_id: int) -> ColumnElement[bool]:
    return (Service.edition_id == edition_id) & (News.standing == Publication.PROPOSED)


def one_told(service_id: int, news_id: int) -> Told:
    """A piece of news of this service, whatever has become of it; whether it may be read is asked next. Raises NotFound."""
    found = _with_pictures(_told().where(News.service_id == service_id, News.id == news_id))
    if not found:
        raise NotFound
    return found[0]


def picture(news_id: int, picture_id: int) -> NewsPicture:
    """A picture of this news. Raises NotFound, once it is removed too."""
    found = reading().scalar(
        select(NewsPicture).where(
            NewsPicture.id == picture_id, NewsPicture.news_id == news_id, NewsPicture.removed_at.is_(None)
        )
    )
    if found is None:
        raise NotFound
    return found


def last_news_at(service_id: int) -> datetime | None:
    """When a service last told something; None when it never did. One statement."""
    return reading().scalar(
        select(func.max(News.published_at)).where(News.service_id == service_id, News.standing == Publication.PUBLISHED)
    )


def _told() -> Select[News, str | None, Kind | None, str | None]:
    return select(News, Collectivite.name, Collectivite.kind, Collectivite.departement_name).outerjoin(
        Collectivite, Collectivite.siren == News.siren
    )


def _with_pictures(statement: Select[News, str | None, Kind | None, str | None]) -> list[Told]:
    rows = reading().execute(statement).all()
    shown: dict[int, list[NewsPicture]] = defaultdict(list)
    if rows:
        of_these = NewsPicture.news_id.in_([row[0].id for row in rows]) & NewsPicture.removed_at.is_(None)
        for one in reading().scalars(select(NewsPicture).where(of_these).order_by(NewsPicture.id)):
            shown[one.news_id].append(one)
    return [
        Told(news, full_name(name, kind, departement) if name and kind else None, shown[news.id])
        for news, name, kind, departement in rows
    ]

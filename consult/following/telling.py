"""What a digest says, as things stand when it leaves: titles, and what its reader still follows.

Events do not change: those of one message are those of thousands, and are read once for many. So are titles, for a while only:
what the team hides is not named by the messages that leave afterwards, nor is news that was taken back.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from consult.accounts.model import Person
from consult.following.model import Follow, Follower, Rhythm
from consult.following.queries import Titled, titled
from consult.following.spreading import BORN_OF
from consult.following.told import BESIDES, Besides
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.outbox.actions import NothingToSay
from consult.outbox.model import Message
from consult.register.model import Collectivite
from consult.register.rules import full_name
from consult.services.model import News, Publication

KNOWN_FOR = 100
"""Messages that are worded before titles are read again."""

AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, as a digest tells it."""

    id: int
    kind: EventKind
    at: datetime
    edition_id: int | None
    subject: str
    data: Mapping[str, Any]
    collectivite: str
    """In whose name, or about which; empty for the team's acts."""


@dataclass(frozen=True, slots=True)
class Heading:
    """What a reader follows, and what happened to it: by kind, in the order in which each began."""

    titled: Titled
    news: Mapping[EventKind, Sequence[Happened]]


@dataclass(slots=True)
class Telling:
    """The digests of one worker: what it has read stays known for a while."""

    events: dict[int, Happened] = field(default_factory=dict)
    titles: dict[str, Titled] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    """The events that are told no more."""
    worded: int = 0

    def digest(self, message: Message) -> dict[str, Any]:
        """What a message says to its reader.

        Raises NothingToSay for who follows none of it any more, or reads of it elsewhere.
        """
        self.worded += 1
        if self.worded % KNOWN_FOR == 0:
            self.events.clear()
            self.titles.clear()
            self.gone.clear()
        news: dict[str, list[int]] = message.data["news"]
        follows = _follows(message.data["person"], news)
        self._read({id_ for ids in news.values() for id_ in ids}, news)
        news = {subject: [id_ for id_ in ids if id_ not in self.gone] for subject, ids in news.items()}
        elsewhere = self._elsewhere(message.data["person"], follows, news)
        headings = [
            heading
            for subject, ids in news.items()
            if subject in follows and subject in self.titles
            if (heading := self._heading(subject, [id_ for id_ in ids if (subject, id_) not in elsewhere])).news
        ]
        if not headings:
            raise NothingToSay
        token = next(iter(follows.values())).token
        return {
            "headings": headings,
            "others": message.data["others"],
            "rhythm": Rhythm(message.data["rhythm"]),
            "unsubscribe": token,
        }

    def _heading(self, subject: str, ids: Sequence[int]) -> Heading:
        by_kind: dict[EventKind, list[Happened]] = {}
        for id_ in ids:
            by_kind.setdefault(self.events[id_].kind, []).append(self.events[id_])
        return Heading(self.titles[subject], by_kind)

    def _read(self, ids: Collection[int], subjects: Collection[str]) -> None:
        if missing := set(ids) - self.events.keys():
            found = _events(missing)
            self.events |= found
            self.gone |= _taken_back(found)
        if unknown := set(subjects) - self.titles.keys():
            self.titles |= titled(reading(), unknown)

    def _elsewhere(
        self, person_id: int, follows: Mapping[str, AnyRow], news: Mapping[str, Sequence[int]]
    ) -> set[tuple[str, int]]:
        """What this reader, who did not ask to follow it, is told of in a message of its own. A statement at most, but for
        what is born of a proposition."""
        found: set[tuple[str, int]] = set()
        by_key: dict[str, tuple[str, int]] = {}
        for subject, follow in follows.items():
            for id_ in () if follow.is_chosen else news[subject]:
                event = self.events[id_]
                match BESIDES.get(event.kind, Besides.NOBODY):
                    case Besides.THE_CONCERNED:
                        found.add((subject, id_))
                    case Besides.BY_KEY:
                        by_key[_key(event, person_id)] = (subject, id_)
        if by_key:
            written = reading().scalars(select(Message.key).where(Message.key.in_(by_key)))
            found |= {by_key[key] for key in written}
        return found


def _follows(person_id: int, subjects: Collection[str]) -> Mapping[str, AnyRow]:
    """Which of these the person still follows, and still reads of. One statement."""
    rows = reading().connection().execute(_FOLLOWS, {"person": person_id, "subjects": list(subjects)})
    return {row.subject: row for row in rows}


_FOLLOWS = (
    select(Follow.subject, Follow.is_chosen, Follower.token)
    .join(Follower, Follower.person_id == Follow.person_id)
    .join(Person, Person.id == Follow.person_id)
    .where(
        Follow.person_id == bindparam("person"),
        Follow.subject.in_(bindparam("subjects", expanding=True)),
        Follow.stopped_at.is_(None),
        Follower.rhythm != Rhythm.NEVER,
        Person.closed_at.is_(None),
    )
)
"""Built once: every message asks it."""


def _events(ids: Collection[int]) -> dict[int, Happened]:
    rows = reading().execute(
        select(
            Event.id,
            Event.kind,
            Event.at,
            Event.edition_id,
            Event.subject,
            Event.data,
            Collectivite.name,
            Collectivite.kind.label("sort"),
            Collectivite.departement_name,
        )
        .outerjoin(Collectivite, Collectivite.siren == Event.siren)
        .where(Event.id.in_(ids))
    )
    return {
        row.id: Happened(
            row.id,
            row.kind,
            row.at,
            row.edition_id,
            row.subject or "",
            row.data,
            full_name(row.name, row.sort, row.departement_name) if row.name else "",
        )
        for row in rows
    }


def _taken_back(events: Mapping[int, Happened]) -> set[int]:
    """Of these events, those that publish news which nobody reads any more. A statement at most."""
    told = {event.data.get("id"): id_ for id_, event in events.items() if event.kind is EventKind.NEWS_PUBLISHED}
    if not told:
        return set()
    gone = reading().scalars(select(News.id).where(News.id.in_(told), News.standing != Publication.PUBLISHED))
    return {told[news_id] for news_id in gone}


def _key(event: Happened, person_id: int) -> str:
    """The key of the message that told this person of an event, if one did."""
    if event.kind is EventKind.DECISION_PROCLAIMED:
        return f"result_proclaimed:{event.edition_id}:{person_id}"
    what, _, number = event.subject.partition(":")
    model = BORN_OF[what]
    found = reading().scalar(select(model.id).where(model.edition_id == event.edition_id, model.number == int(number)))
    return f"{_SAID_AS[event.kind].format(found)}:{person_id}"


_SAID_AS = {
    EventKind.SERVICE_BORN: "service_born:{}",
    EventKind.WORKSHOP_ANNOUNCED: "workshop:{}:announced",
    EventKind.WORKSHOP_CANCELLED: "workshop:{}:cancelled",
    EventKind.WORKSHOP_NOTED: "workshop:{}:notes",
}

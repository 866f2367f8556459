"""Reading what is followed: by one person, and what each name speaks of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.contributions.hidden import PUBLIC_TITLE
from consult.contributions.model import Contribution, Status
from consult.following.model import Follow, Follower, Rhythm, Tiding
from consult.following.rules import Sort, Subject, subject_of
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import full_name
from consult.services.model import Service


@dataclass(frozen=True, slots=True)
class Titled:
    """Something that may be followed, as its page is headed, and where that page is."""

    subject: Subject
    title: str
    edition: str | None
    """The slug of its edition; None for a collectivité, which is of all of them."""


def last_position(session: Session) -> int:
    """The position of the latest piece of news."""
    return session.scalar(select(func.max(Tiding.position))) or 0


def is_followed(person_id: int | None, subject: Subject) -> bool:
    """Whether this person follows it now. One statement; none for a visitor."""
    if person_id is None:
        return False
    live = (Follow.person_id == person_id) & (Follow.subject == subject.name) & Follow.stopped_at.is_(None)
    return reading().scalar(select(Follow.person_id).where(live)) is not None


def follower(person_id: int) -> Follower | None:
    """How this person is told; None when they never followed anything."""
    return reading().get(Follower, person_id)


def rhythm_of(token: str) -> Rhythm:
    """At which rhythm whoever received this token is told. Raises NotFound."""
    found = reading().scalar(select(Follower.rhythm).where(Follower.token == token))
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Followed:
    """One line of what somebody follows."""

    titled: Titled
    is_chosen: bool


def followed_by(person_id: int, *, page: int = 1) -> Page[Followed]:
    """What this person follows, the latest first. The same statements however many."""
    session = reading()
    live = (Follow.person_id == person_id) & Follow.stopped_at.is_(None)
    total = session.scalar(select(func.count()).select_from(Follow).where(live)) or 0
    rows = session.execute(
        select(Follow.subject, Follow.is_chosen)
        .where(live)
        .order_by(Follow.at.desc(), Follow.subject)
        .offset(offset(page))
        .limit(PAGE_SIZE)
    ).all()
    known = titled(session, [row.subject for row in rows])
    lines = [Followed(known[row.subject], row.is_chosen) for row in rows if row.subject in known]
    return Page(lines, page, total)


def titled(session: Session, names: Collection[str]) -> Mapping[str, Titled]:
    """What each of these names speaks of; what is unknown, or not public, is left out. At most four statements."""
    wanted: dict[Sort, list[Subject]] = defaultdict(list)
    for name in names:
        if subject := subject_of(name):
            wanted[subject.sort].append(subject)
    found: dict[str, Titled] = {}
    for sort, subjects in wanted.items():
        read = _collectivites if sort is Sort.COLLECTIVITE else _of_editions
        found |= {one.subject.name: one for one in read(session, sort, subjects)}
    return found


def _collectivites(session: Session, sort: Sort, subjects: Sequence[Subject]) -> list[Titled]:
    named = select(Collectivite.siren, Collectivite.name, Collectivite.kind, Collectivite.departement_name)
    rows = session.execute(named.where(Collectivite.siren.in_([subject.key for subject in subjects])))
    return [Titled(Subject(sort, row.siren), full_name(row.name, row.kind, row.departement_name), None) for row in rows]


_TITLES: Mapping[Sort, tuple[Any, Select[Any, Any, Any, Any]]] = {
    Sort.CONTRIBUTION: (
        Contribution,
        select(Contribution.edition_id, Contribution.number, PUBLIC_TITLE.label("title"), Edition.slug)
        .join(Edition, Edition.id == Contribution.edition_id)
        .where(Contribution.status != Status.DRAFT),
    ),
    Sort.PROPOSAL: (
        Proposal,
        select(Proposal.edition_id, Proposal.number, Proposal.title.label("title"), Edition.slug).join(
            Edition, Edition.id == Proposal.edition_id
        ),
    ),
    Sort.SERVICE: (
        Service,
        select(Service.edition_id, Service.number, Service.name.label("title"), Edition.slug).join(
            Edition, Edition.id == Service.edition_id
        ),
    ),
}


def _of_editions(session: Session, sort: Sort, subjects: Sequence[Subject]) -> list[Titled]:
    """Asked by number, then kept when the edition is the right one: several editions at once are few."""
    model, rows = _TITLES[sort]
    numbers = {int(subject.key) for subject in subjects}
    editions = {subject.edition_id for subject in subjects}
    wanted = set(subjects)
    found = []
    for row in session.execute(rows.where(model.edition_id.in_(editions), model.number.in_(numbers))):
        subject = Subject(sort, str(row.number), row.edition_id)
        if subject in wanted:
            found.append(Titled(subject, row.title, row.slug))
    return found

"""Documents joined to a contribution, or to a draft: they arrive, are judged by what they are, join, are read, taken away."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.calendar.queries import locked_edition
from consult.contributions.file_rules import (
    MOST_BYTES,
    is_acceptable,
    may_change_draft,
    may_join,
    may_join_draft,
    safe_name,
)
from consult.contributions.file_types import FileType, type_of
from consult.contributions.model import Contribution, ContributionFile, Draft, Status
from consult.contributions.rules import Owner, may_edit
from consult.contributions.store import Store
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound, Refused, Verdict
from consult.journal.actions import record
from consult.journal.model import EventKind

ORPHAN_AFTER = timedelta(hours=1)
"""How long bytes may wait for their row: a request takes seconds."""
BATCH = 200


@dataclass(frozen=True, slots=True)
class Arrival:
    """A document that has arrived, and waits to be kept or forgotten."""

    key: str
    given: str
    """The name it came under, whatever that is."""
    size: int
    digest: str
    type: FileType | None

    @property
    def verdict(self) -> Verdict:
        return is_acceptable(self.size, self.type)


@contextmanager
def arriving(store: Store, sent: Iterable[tuple[BinaryIO, str]]) -> Iterator[Sequence[Arrival]]:
    """Documents as they come, streamed to the disk under temporary names; those that nobody kept are forgotten at the end."""
    arrivals: list[Arrival] = []
    try:
        for stream, given in sent:
            arrivals.append(_arrive(store, stream, given))
        yield arrivals
    finally:
        for arrival in arrivals:
            store.discard(arrival.key)


def _arrive(store: Store, stream: BinaryIO, given: str) -> Arrival:
    received = store.receive(stream, most=MOST_BYTES)
    with store.peek(received.key) as file:
        type_ = type_of(file) if received.size <= MOST_BYTES else None
    return Arrival(received.key, given, received.size, received.digest, type_)


def join_files(actor: Actor, store: Store, contribution_id: int, arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """Join documents to a contribution: all of them, or none.

    Raises Refused with the reason of `is_acceptable` or `may_join`.
    """

    def judged(session: Session) -> dict[str, Any]:
        who = as_now(session, actor)
        contribution, when = _locked(session, contribution_id, at)
        joined = _count(session, ContributionFile.contribution_id == contribution_id)
        may_join(who, **when, joined=joined, more=len(arrivals)).or_refuse()
        contribution.revision += 1
        return {"contribution_id": contribution_id} | _told(contribution)

    _join(actor, store, arrivals, judged, at=at)


def join_files_to_draft(actor: Actor, store: Store, draft_id: int, arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """The same, for a draft of one's own. Raises Refused with the reason of `may_join_draft`; NotFound for another's."""

    def judged(session: Session) -> dict[str, Any]:
        draft = _locked_draft(session, actor, draft_id)
        joined = _count(session, ContributionFile.draft_id == draft_id)
        may_join_draft(actor, is_published=draft.contribution_id is not None, joined=joined, more=len(arrivals)).or_refuse()
        return {"draft_id": draft_id, "edition_id": draft.edition_id, "subject": f"draft:{draft_id}"}

    _join(actor, store, arrivals, judged, at=at)


def _join(
    actor: Actor,
    store: Store,
    arrivals: Sequence[Arrival],
    judged: Callable[[Session], dict[str, Any]],
    *,
    at: datetime,
) -> None:
    with keeping(store, arrivals), transaction() as session:
        about = judged(session)
        told = {name: about.pop(name) for name in ("edition_id", "subject")}
        rows = [ContributionFile(**about, **described(actor, arrival, at)) for arrival in arrivals]
        session.add_all(rows)
        session.flush()
        for row in rows:
            record(session, EventKind.FILE_JOINED, actor, at=at, **told, **facts(row))


@contextmanager
def keeping(store: Store, arrivals: Sequence[Arrival]) -> Iterator[None]:
    """Around the transaction that writes the rows of what has arrived, whichever room's they are.

    The bytes are safe before their rows are there; when a rule refuses them, the bytes go. Should the base be away, nobody
    knows whether the rows are there: the bytes stay, until they are swept. Raises Refused with the reason of `is_acceptable`.
    """
    for arrival in arrivals:
        arrival.verdict.or_refuse()
    try:
        for arrival in arrivals:
            store.keep(arrival.key)
        yield
    except (Refused, NotFound):
        for arrival in arrivals:
            store.remove(arrival.key)
        raise


def described(actor: Actor, arrival: Arrival, at: datetime) -> dict[str, Any]:
    """What every row of a document holds, whatever it is joined to: where it lies, what it is, who added it."""
    assert arrival.type is not None  # noqa: S101 - its verdict said so
    return {
        "key": arrival.key,
        "name": safe_name(arrival.given, arrival.type),
        "media_type": arrival.type.value,
        "size": arrival.size,
        "digest": arrival.digest,
        "added_at": at,
        "added_by": actor.person_id,
    }


def facts(row: Any) -> dict[str, Any]:
    """What the journal keeps of a row of a document, of any room: never its name, which may be somebody's."""
    return {"file": row.id, "media_type": row.media_type, "size": row.size, "digest": row.digest}


def remove_file(actor: Actor, store: Store, contribution_id: int, file_id: int, *, at: datetime) -> None:
    """Take a document away from a contribution, for good; taken away twice, it is once.

    Raises Refused with the reason of `may_edit`; NotFound when it was never this contribution's.
    """
    with transaction() as session:
        who = as_now(session, actor)
        contribution, when = _locked(session, contribution_id, at)
        may_edit(who, **when).or_refuse()
        row = _one(session, ContributionFile.contribution_id == contribution_id, file_id)
        if row.removed_at is None:
            contribution.revision += 1
            _remove(session, actor, row, at, **_told(contribution))
    store.remove(row.key)


def remove_file_of_draft(actor: Actor, store: Store, draft_id: int, file_id: int, *, at: datetime) -> None:
    """The same, from a draft of one's own. Raises Refused with the reason of `may_change_draft`; NotFound for another's."""
    with transaction() as session:
        draft = _locked_draft(session, actor, draft_id)
        may_change_draft(actor, is_published=draft.contribution_id is not None).or_refuse()
        row = _one(session, ContributionFile.draft_id == draft_id, file_id)
        if row.removed_at is None:
            _remove(session, actor, row, at, edition_id=draft.edition_id, subject=f"draft:{draft_id}")
    store.remove(row.key)


def _remove(session: Session, actor: Actor, row: ContributionFile, at: datetime, **told: Any) -> None:
    row.removed_at = at
    record(session, EventKind.FILE_REMOVED, actor, at=at, **told, **facts(row))


def carry_files(session: Session, draft: Draft, contribution: Contribution) -> int:
    """What was joined to a draft is now joined to the contribution it became. Gives how many documents may be read there."""
    carried = session.scalars(
        update(ContributionFile)
        .where(ContributionFile.draft_id == draft.id)
        .values(contribution_id=contribution.id, draft_id=None)
        .returning(ContributionFile.removed_at)
    )
    return sum(removed_at is None for removed_at in carried)


def sweep_store(store: Store, *, spoken_for: Sequence[Select[str]], at: datetime) -> int:
    """Forget the bytes that no row speaks for: a request was killed halfway, a document or its draft is gone. Gives how many.

    `spoken_for`: the keys that other rooms keep in the same store, a question each; there is no default, for what is left out
    is lost. Safe twice at once. `at` is the instant in the world, as the dates of the disk are, even in a rehearsal.
    """
    known = (_KEYS, *spoken_for)
    swept = 0
    for key in store.arrived_before(at - ORPHAN_AFTER):
        store.discard(key)
        swept += 1
    kept = store.kept_before(at - ORPHAN_AFTER)
    while keys := set(islice(kept, BATCH)):
        for key in keys - _live(keys, known):
            store.remove(key)
            swept += 1
    return swept


def _live(keys: set[str], known: Iterable[Select[str]]) -> set[str]:
    live: set[str] = set()
    for question in known:
        live |= set(reading().scalars(question.where(question.selected_columns[0].in_(keys))))
    return live


def files_of(contribution_id: int) -> Sequence[ContributionFile]:
    """The documents of a contribution, the first joined first. One statement."""
    return _listed(ContributionFile.contribution_id == contribution_id)


def files_of_draft(draft_id: int) -> Sequence[ContributionFile]:
    """The documents of a draft; whose it is has been asked. One statement."""
    return _listed(ContributionFile.draft_id == draft_id)


def _listed(whose: ColumnElement[bool]) -> Sequence[ContributionFile]:
    return reading().scalars(select(ContributionFile).where(whose, *_NOT_REMOVED).order_by(ContributionFile.id)).all()


def file_of(contribution_id: int, file_id: int) -> ContributionFile:
    """A document of this contribution; whether it may be read has been asked. Raises NotFound, once it is removed too."""
    return _one(reading(), (ContributionFile.contribution_id == contribution_id) & _NOT_REMOVED[0], file_id)


def file_of_draft(draft_id: int, file_id: int) -> ContributionFile:
    """A document of this draft; whose it is has been asked. Raises NotFound, once it is removed too."""
    return _one(reading(), (ContributionFile.draft_id == draft_id) & _NOT_REMOVED[0], file_id)


_NOT_REMOVED = (ContributionFile.removed_at.is_(None),)
_KEYS = select(ContributionFile.key).where(*_NOT_REMOVED)


def _one(session: Session, whose: ColumnElement[bool], file_id: int) -> ContributionFile:
    found = session.scalar(select(ContributionFile).where(ContributionFile.id == file_id, whose))
    if found is None:
        raise NotFound
    return found


def _count(session: Session, whose: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ContributionFile).where(whose, *_NOT_REMOVED)) or 0


def _locked(session: Session, contribution_id: int, at: datetime) -> tuple[Contribution, dict[str, Any]]:
    """A contribution, its row locked, and what the rules ask of it. Raises NotFound."""
    edition_id = session.scalar(
        select(Contribution.edition_id).where(Contribution.id == contribution_id, Contribution.status != Status.DRAFT)
    )
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    found = session.scalars(select(Contribution).where(Contribution.id == contribution_id).with_for_update()).one()
    owner = Owner(found.siren, found.person_id)
    return found, {"owner": owner, "status": found.status, "calendar": edition.calendar, "at": at}


def _told(contribution: Contribution) -> dict[str, Any]:
    return {"edition_id": contribution.edition_id, "subject": f"contribution:{contribution.number}"}


def _locked_draft(session: Session, actor: Actor, draft_id: int) -> Draft:
    own = select(Draft).where(Draft.id == draft_id, Draft.person_id == actor.person_id)
    found = session.scalars(own.with_for_update()).one_or_none()
    if found is None:
        raise NotFound
    return found

"""The council's deliberation, and what else is joined to an interest: for its collectivité and the team only."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, func, select

from consult.accounts.queries import as_now
from consult.contributions.files import Arrival, described, facts, keeping
from consult.contributions.store import Store
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from consult.ground.refusals import NotFound
from consult.interests.file_rules import may_join_documents
from consult.interests.held import locked, speaker, tell
from consult.interests.model import InterestFile
from consult.journal.model import EventKind


def document_keys() -> Select[str]:
    """The keys of the store under which documents lie that may still be read."""
    return select(InterestFile.key).where(InterestFile.removed_at.is_(None))


def join_documents(actor: Actor, store: Store, interest_id: int, arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """Join documents to an interest of the actor's collectivité: all of them, or none.

    Raises Refused with the reason of `is_acceptable` or `may_join_documents`; NotFound.
    """
    with keeping(store, arrivals), transaction() as session:
        actor = as_now(session, actor)
        interest, edition = locked(session, interest_id)
        joined = session.scalar(select(func.count()).select_from(_of(interest_id).subquery())) or 0
        may_join_documents(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            joined=joined,
            more=len(arrivals),
            at=at,
        ).or_refuse()
        rows = [InterestFile(interest_id=interest_id, **described(actor, arrival, at)) for arrival in arrivals]
        session.add_all(rows)
        session.flush()
        for row in rows:
            tell(session, EventKind.FILE_JOINED, actor, interest, at=at, **facts(row))


def remove_document(actor: Actor, store: Store, interest_id: int, file_id: int, *, at: datetime) -> None:
    """Take a document away, for good; taken away twice, it is once.

    Raises Refused with the reason of `may_join_documents`; NotFound when it was never this interest's.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        interest, edition = locked(session, interest_id)
        may_join_documents(
            actor, calendar=edition.calendar, siren=speaker(session, interest), status=interest.status, at=at
        ).or_refuse()
        row = session.scalar(select(InterestFile).where(InterestFile.interest_id == interest_id, InterestFile.id == file_id))
        if row is None:
            raise NotFound
        if row.removed_at is None:
            row.removed_at = at
            tell(session, EventKind.FILE_REMOVED, actor, interest, at=at, **facts(row))
    store.remove(row.key)


def documents_of(interest_id: int) -> Sequence[InterestFile]:
    """The documents of an interest, the first joined first; whether they may be read has been asked. One statement."""
    return reading().scalars(_of(interest_id).order_by(InterestFile.id)).all()


def document_of(interest_id: int, file_id: int) -> InterestFile:
    """One of them. Raises NotFound, once it is removed too."""
    found = reading().scalar(_of(interest_id).where(InterestFile.id == file_id))
    if found is None:
        raise NotFound
    return found


def _of(interest_id: int) -> Select[InterestFile]:
    return select(InterestFile).where(InterestFile.interest_id == interest_id, InterestFile.removed_at.is_(None))

"""Readers tell the team that something is wrong with a text; the team says what it did about it."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.contributions.model import Contribution, Report, Status
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.triage.file_rules import REPORTS_WITHIN, may_report, may_settle_report


def report(actor: Actor, contribution_id: int, *, text: str, at: datetime) -> None:
    """Report a text to the team, with or without an account. Nobody else sees it.

    Raises Refused with the reason of `may_report`; NotFound.
    """
    with transaction() as session:
        contribution = session.get(Contribution, contribution_id)
        if contribution is None or contribution.status is Status.DRAFT:
            raise NotFound
        lock(session, Lock.PERSON, actor.person_id or "reports")  # those without an account queue together
        lately, waiting = _counted(session, actor, contribution_id, since=at - REPORTS_WITHIN)
        may_report(actor, lately=lately, waiting=waiting, text=text).or_refuse()
        session.add(Report(contribution_id=contribution_id, person_id=actor.person_id, text=text.strip(), at=at))
        _tell(session, EventKind.CONTRIBUTION_REPORTED, actor, contribution, at=at)


def settle(actor: Actor, report_id: int, *, answer: str, at: datetime) -> None:
    """Settle a report, with what was done about it.

    Raises Refused with the reason of `may_settle_report`; NotFound.
    """
    with transaction() as session:
        found = session.scalars(select(Report).where(Report.id == report_id).with_for_update()).one_or_none()
        if found is None:
            raise NotFound
        may_settle_report(actor, is_settled=found.settled_at is not None, answer=answer).or_refuse()
        found.settled_at, found.settled_by, found.answer = at, actor.person_id, answer.strip()
        contribution = session.get_one(Contribution, found.contribution_id)
        _tell(session, EventKind.REPORT_SETTLED, actor, contribution, at=at, reason=found.answer)


def _counted(session: Session, actor: Actor, contribution_id: int, *, since: datetime) -> tuple[int, int]:
    """What this reader, or those without an account, reported lately; and what waits on this contribution."""
    theirs = Report.person_id == actor.person_id if actor.is_signed_in else Report.person_id.is_(None)
    waits = Report.settled_at.is_(None) & (Report.contribution_id == contribution_id)
    lately, waiting = session.execute(
        select(func.count().filter(Report.at > since), func.count().filter(waits)).select_from(Report).where(theirs)
    ).one()
    return lately, waiting


def _tell(
    session: Session, kind: EventKind, actor: Actor, contribution: Contribution, *, at: datetime, reason: str | None = None
) -> None:
    data = {} if reason is None else {"reason": reason}
    subject = f"contribution:{contribution.number}"
    record(session, kind, actor, at=at, edition_id=contribution.edition_id, subject=subject, **data)

"""Publishing the answers that are prepared: all of them in one act, each collectivité told of its own."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.interests.desk_rules import ANSWERABLE, as_read, may_prepare, may_publish
from consult.interests.held import locked, settle, speaker
from consult.interests.letters import readers, said
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import retained_among
from consult.interests.waiting import close_ranks
from consult.journal.actions import Fact, record, record_many
from consult.journal.model import EventKind
from consult.outbox.actions import post_many
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.register.model import Collectivite

KINDS = {
    InterestStatus.ACCEPTED: EventKind.INTEREST_ACCEPTED,
    InterestStatus.WAITLISTED: EventKind.INTEREST_WAITLISTED,
    InterestStatus.DECLINED: EventKind.INTEREST_DECLINED,
}

IT_FITS = "La candidature répond à ce que la proposition attend de ses territoires référents."
"""The reason of an acceptance about which there is nothing else to say."""


def publish(actor: Actor, edition_id: int, *, at: datetime, seen: str | None = None) -> Sequence[Interest]:
    """Publish every answer prepared in an edition: all of them, or none. Each collectivité concerned is told by mail.

    The edition is held alone: nobody declares, withdraws or prepares meanwhile. `seen` says which answers the page listed.

    Raises Refused with the reason of `may_publish`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        rows = session.scalars(
            select(Interest)
            .where(Interest.edition_id == edition_id, *is_prepared())
            .order_by(Interest.prepared_rank, Interest.number)
            .with_for_update()
        ).all()
        retained = retained_among(session, {row.proposal_id for row in rows})
        may_publish(
            actor,
            calendar=edition.calendar,
            prepared=len(rows),
            is_as_read=seen in (None, as_read((row.number, row.revision) for row in rows)),
            all_retained=all(row.proposal_id in retained or row.prepared is InterestStatus.DECLINED for row in rows),
            at=at,
        ).or_refuse()
        _publish(session, actor, edition, rows, at=at)
    return rows


def accept(actor: Actor, interest_id: int, *, reason: str = IT_FITS, at: datetime) -> None:
    """Accept one interest at once: a publication of one. What is prepared for the others stays so.

    Raises Refused with the reason of `may_prepare`, NotFound.
    """
    answer(actor, interest_id, InterestStatus.ACCEPTED, reason=reason, at=at)


def decline(actor: Actor, interest_id: int, *, reason: str, at: datetime) -> None:
    """Decline one interest at once, likewise."""
    answer(actor, interest_id, InterestStatus.DECLINED, reason=reason, at=at)


def answer(
    actor: Actor, interest_id: int, given: InterestStatus, *, reason: str, at: datetime, seen: int | None = None
) -> None:
    """Answer one interest at once. `seen` is the revision that the page showed.

    Raises Refused with the reason of `may_prepare`, NotFound.
    """
    with transaction() as session:
        interest, edition = locked(session, interest_id, alone=True)
        may_prepare(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            answer=given,
            reason=reason,
            is_retained=bool(retained_among(session, [interest.proposal_id])),
            is_as_seen=seen in (None, interest.revision),
            at=at,
        ).or_refuse()
        interest.prepared, interest.prepared_reason, interest.prepared_by = given, reason, actor.person_id
        _publish(session, actor, edition, [interest], at=at)


def is_prepared() -> tuple[Any, ...]:
    """The conditions, on Interest, under which an answer would be published."""
    return Interest.prepared.is_not(None), Interest.status.in_(ANSWERABLE)


def _publish(session: Session, actor: Actor, edition: Edition, rows: Sequence[Interest], *, at: datetime) -> None:
    """Give each its answer, in the order of the lists they enter; leave a trace of each, and of all together; tell them."""
    waiting = _lists(session, rows)
    facts: dict[InterestStatus, list[Fact]] = {status: [] for status in KINDS}
    for row in rows:
        given = row.prepared or InterestStatus.DECLINED
        line = waiting[row.proposal_id, row.level]
        if row in line:
            line.remove(row)
        settle(row, given, actor.person_id, row.prepared_reason, at=at)
        if given is InterestStatus.WAITLISTED:
            line.append(row)
        row.revision += 1
    for line in waiting.values():
        close_ranks(line)
    for row in sorted(rows, key=lambda row: row.number):
        told = {"reason": row.reason, "level": row.level.value, "rank": row.waiting_rank}
        facts[row.status].append(Fact(row.siren, f"interest:{row.number}", told))
    for status, kind in KINDS.items():
        record_many(session, kind, actor, facts[status], at=at, edition_id=edition.id)
    counted: dict[str, Any] = {status.value: len(facts[status]) for status in KINDS}
    record(session, EventKind.INTERESTS_ANSWERED, actor, at=at, edition_id=edition.id, **counted)
    session.flush()
    _write(session, edition, rows, at=at)


Waiting = defaultdict[tuple[int, Level], list[Interest]]
"""Who waits, in order, by proposition and level."""


def _lists(session: Session, rows: Sequence[Interest]) -> Waiting:
    """The lists of the propositions that these concern. One statement."""
    waiting: Waiting = defaultdict(list)
    found = session.scalars(
        select(Interest)
        .where(
            Interest.proposal_id.in_({row.proposal_id for row in rows}),
            Interest.status == InterestStatus.WAITLISTED,
        )
        .order_by(Interest.waiting_rank, Interest.id)
    )
    for one in found:
        waiting[one.proposal_id, one.level].append(one)
    return waiting


def _write(session: Session, edition: Edition, rows: Sequence[Interest], *, at: datetime) -> None:
    """One letter to each person concerned. Three statements, however many."""
    concerned = Interest.id.in_([row.id for row in rows])
    found = session.execute(
        select(Interest, Proposal.number, Proposal.title, Collectivite)
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .where(concerned)
    )
    words = {
        row.id: dict(
            said(
                edition=edition.slug,
                number=row.number,
                answer=row.status,
                rank=row.waiting_rank,
                level=row.level,
                reason=row.reason,
                collectivite=collectivite.full_name,
                proposal_number=number,
                proposal=title,
            )
        )
        for row, number, title, collectivite in found
    }
    revisions = {row.id: row.revision for row in rows}
    letters = [
        (f"interest_decided:{id_}:{revisions[id_]}:{person_id}", email, words[id_])
        for id_, person_id, email in session.execute(readers(concerned))
    ]
    post_many(session, Notice.INTEREST_DECIDED, letters, at=at)

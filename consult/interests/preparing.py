"""Preparing the team's answers: known to it alone, changed as often as needed, until they are published together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.interests.desk_rules import may_instruct, may_prepare
from consult.interests.held import forget_prepared, locked_many
from consult.interests.model import Interest, InterestStatus
from consult.interests.rules import LIVE
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.register.queries import speakers
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force

Seen = Mapping[int, int]
"""The revision that the page showed of each interest, by id. What is absent is judged on its state alone."""


def prepare(
    actor: Actor,
    edition_id: int,
    interest_ids: Sequence[int],
    answer: InterestStatus,
    *,
    reason: str,
    at: datetime,
    rank: int | None = None,
    seen: Seen | None = None,
) -> Sequence[Interest]:
    """Write, or write again, the same answer to one or several interests of an edition: all of them, or none.

    On the waiting list of their proposition and level they come in the order they are given, from `rank` on, or last; those
    behind move back. Nobody is told.

    Raises Refused with the reason of `may_prepare`, NotFound.
    """
    with transaction() as session:
        rows, edition = locked_many(session, edition_id, interest_ids)
        retained = retained_among(session, {row.proposal_id for row in rows})
        spoken = speakers(session, [row.siren for row in rows])
        for row in rows:
            may_prepare(
                actor,
                calendar=edition.calendar,
                siren=spoken[row.siren],
                status=row.status,
                answer=answer,
                reason=reason,
                is_retained=row.proposal_id in retained,
                is_as_seen=_is_as_seen(row, seen),
                at=at,
            ).or_refuse()
        for row in rows:
            row.prepared, row.prepared_reason, row.prepared_rank = answer, reason.strip(), None
            row.prepared_at, row.prepared_by = at, actor.person_id
        order = {interest_id: place for place, interest_id in enumerate(interest_ids)}
        set_in_line(session, sorted(rows, key=lambda row: order[row.id]), rank)
        _tell(session, actor, edition, rows, at=at)
    return rows


def set_back(
    actor: Actor, edition_id: int, interest_ids: Sequence[int], *, at: datetime, seen: Seen | None = None
) -> Sequence[Interest]:
    """Leave interests without any answer prepared, as if they had just come.

    Raises Refused with the reason of `may_instruct`, or CHANGED_MEANWHILE; NotFound.
    """
    with transaction() as session:
        rows, edition = locked_many(session, edition_id, interest_ids)
        spoken = speakers(session, [row.siren for row in rows])
        for row in rows:
            may_instruct(
                actor,
                calendar=edition.calendar,
                siren=spoken[row.siren],
                status=row.status,
                at=at,
                is_as_seen=_is_as_seen(row, seen),
            ).or_refuse()
        for row in rows:
            forget_prepared(row)
        set_in_line(session, rows, None)
        _tell(session, actor, edition, rows, at=at)
    return rows


def retained_among(session: Session, proposal_ids: Iterable[int]) -> set[int]:
    """Which of these propositions the committee retains, as proclaimed and corrected since. One statement."""
    return set(
        session.scalars(
            select(Proposal.id)
            .join(Decision, (Decision.proposal_id == Proposal.id) & Decision.proclaimed_at.is_not(None))
            .where(Proposal.id.in_(set(proposal_ids)), in_force() == Outcome.RETAINED)
        )
    )


def _is_as_seen(row: Interest, seen: Seen | None) -> bool:
    return seen is None or seen.get(row.id, row.revision) == row.revision


def set_in_line(session: Session, changed: Sequence[Interest], rank: int | None) -> None:
    """Number anew, from 1 and without a gap, the prepared lists that these enter, at `rank` or last, or leave."""
    session.flush()
    others = session.scalars(
        select(Interest)
        .where(
            Interest.proposal_id.in_({row.proposal_id for row in changed}),
            Interest.prepared == InterestStatus.WAITLISTED,
            Interest.status.in_(LIVE),
            Interest.id.not_in([row.id for row in changed]),
        )
        .order_by(Interest.prepared_rank, Interest.number)
    ).all()
    lists: dict[object, list[Interest]] = defaultdict(list)
    for row in others:
        lists[row.proposal_id, row.level].append(row)
    entering: dict[object, list[Interest]] = defaultdict(list)
    for row in changed:
        if row.prepared is InterestStatus.WAITLISTED:
            entering[row.proposal_id, row.level].append(row)
    for key in lists.keys() | entering.keys():
        line = lists[key]
        place = len(line) if rank is None else min(max(rank, 1) - 1, len(line))
        for place_in_line, row in enumerate([*line[:place], *entering[key], *line[place:]], start=1):
            row.prepared_rank = place_in_line


def _tell(session: Session, actor: Actor, edition: Edition, rows: Sequence[Interest], *, at: datetime) -> None:
    facts = []
    for row in rows:
        row.revision += 1
        said = {"answer": row.prepared.value if row.prepared else None, "rank": row.prepared_rank}
        facts.append(Fact(row.siren, f"interest:{row.number}", said))
    record_many(session, EventKind.INTEREST_PREPARED, actor, facts, at=at, edition_id=edition.id)

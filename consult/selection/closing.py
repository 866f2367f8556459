"""What the proclamation does to the journal of the vote: what does not count is set aside for ever, and all is sealed.

It holds the edition alone: nothing of the vote is under way. An attachment may still be decided meanwhile, in another
transaction: what is not verified is set aside before the ranking is read, so that both are of the same instant.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.selection.model import Decision, Recusal
from consult.voting.chain import decision_digest, voter
from consult.voting.journal import VOTER, worded
from consult.voting.model import Support
from consult.voting.rules import Ranked, Weight
from consult.voting.seals import seal_all, tell_all


def set_aside(session: Session, edition: Edition, actor: Actor, *, at: datetime) -> int:
    """Set aside the supports whose attachment is not verified; gives how many. The journal says so of those that waited."""
    tell_all(session, edition, at=at)
    unverified = select(Attachment.id).where(Attachment.verified_at.is_(None))
    aside = (
        update(Support)
        .where(Support.edition_id == edition.id, Support.attachment_id.in_(unverified), Support.set_aside_at.is_(None))
        .values(set_aside_at=at, told=Weight.VOID)
        .execution_options(synchronize_session=False)
    )
    rows = session.execute(
        aside.where(Support.told == Weight.PENDING).returning(Support.proposal_id, Support.receipt, *VOTER)
    ).all()
    numbers = _numbers(session, edition.id)
    facts = [
        Fact(
            row.siren,
            f"proposal:{numbers[row.proposal_id]}",
            {"receipt": row.receipt, **voter(row, worth=Weight.VOID.value)},
        )
        for row in sorted(rows, key=lambda row: (numbers[row.proposal_id], row.siren, row.receipt))
    ]
    record_many(session, EventKind.SUPPORT_SET_ASIDE, actor, facts, at=at, edition_id=edition.id)
    told_before = session.scalars(aside.returning(Support.id)).all()
    tell_all(session, edition, at=at)  # an attachment verified since the first telling; from here on none changes anything
    return len(rows) + len(told_before)


def tell_result(
    session: Session, edition: Edition, actor: Actor, decisions: Sequence[Decision], result: Sequence[Ranked], *, at: datetime
) -> None:
    """Write in the journal, by reference number, the words of each proposition and its decision, as they are proclaimed."""
    by_proposal = {decision.proposal_id: decision for decision in decisions}
    lines = sorted((line for line in result if line.tally.proposal_id in by_proposal), key=lambda line: line.tally.number)
    words = [
        Fact(actor.siren, f"proposal:{number}", {"receipt": receipt}) for number, receipt in worded(session, edition.id).items()
    ]
    declared = select(Recusal.proposal_id, func.count()).where(Recusal.edition_id == edition.id).group_by(Recusal.proposal_id)
    recused = dict(session.execute(declared).all())
    decided = []
    for line in lines:
        decision = by_proposal[line.tally.proposal_id]
        sealed = decision_digest(
            line.tally.number,
            line.tally.supports,
            line.rank,
            decision.outcome,
            decision.reason,
            decision.explanation,
            recused.get(decision.proposal_id, 0),
        )
        decided.append(Fact(actor.siren, f"proposal:{line.tally.number}", {"receipt": sealed}))
    for kind, facts in ((EventKind.PROPOSAL_WORDED, words), (EventKind.DECISION_PROCLAIMED, decided)):
        record_many(session, kind, actor, facts, at=at, edition_id=edition.id)


def seal_result(session: Session, edition: Edition, *, at: datetime) -> None:
    """Seal the journal to its last line, that of the proclamation."""
    session.flush()
    seal_all(session, edition, at=at)


def _numbers(session: Session, edition_id: int) -> Mapping[int, int]:
    found = session.execute(select(Proposal.id, Proposal.number).where(Proposal.edition_id == edition_id))
    return {row.id: row.number for row in found}

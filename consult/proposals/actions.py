"""Writing a proposition, changing it until the vote opens, and correcting it in public afterwards."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.proposals.model import Proposal, ProposalContribution, ProposalCorrection, WithdrawnProposal
from consult.proposals.rules import may_correct_proposal, may_edit_proposal, may_withdraw_proposal, may_write_proposal


@dataclass(frozen=True, slots=True)
class ProposalDraft:
    """What the team typed. `is_fictitious` marks an invented proposition of a demonstration."""

    title: str
    summary: str
    changes: str = ""
    for_whom: str = ""
    is_fictitious: bool = False


def create(actor: Actor, edition_id: int, draft: ProposalDraft, *, at: datetime) -> Proposal:
    """Write a proposition, under the next number of the edition.

    Raises Refused with the reason of `may_write_proposal`.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id)
        may_write_proposal(actor, calendar=edition.calendar, at=at).or_refuse()
        return add(session, actor, edition_id, draft, at=at)


def add(session: Session, actor: Actor, edition_id: int, draft: ProposalDraft, *, at: datetime) -> Proposal:
    """Write a proposition inside the transaction of an act that has been allowed."""
    gone = session.scalar(select(func.max(WithdrawnProposal.number)).where(WithdrawnProposal.edition_id == edition_id)) or 0
    number = max(next_number(session, Proposal, edition_id), gone + 1)
    proposal = Proposal(edition_id=edition_id, number=number, created_at=at, **asdict(draft))
    session.add(proposal)
    session.flush()
    record(
        session,
        EventKind.PROPOSAL_CREATED,
        actor,
        at=at,
        edition_id=edition_id,
        subject=f"proposal:{proposal.number}",
        title=proposal.title,
    )
    return proposal


def edit(actor: Actor, proposal_id: int, draft: ProposalDraft, *, at: datetime, seen: int | None = None) -> Proposal:
    """Change a proposition; the journal keeps the words it had. Whether it is fictitious does not change.

    `seen` is the revision that the form was drawn from: of two who write at once, the second is told.

    Raises Refused with the reason of `may_edit_proposal`; NotFound.
    """
    with transaction() as session:
        edition, proposal = _locked(session, proposal_id)
        is_as_seen = seen in (None, proposal.revision)
        may_edit_proposal(actor, calendar=edition.calendar, at=at, is_as_seen=is_as_seen).or_refuse()
        before, after = _rewrite(proposal, draft)
        if before:
            _tell(session, EventKind.PROPOSAL_EDITED, actor, proposal, at=at, before=before, after=after)
    return proposal


def correct(
    actor: Actor, proposal_id: int, draft: ProposalDraft, *, reason: str, at: datetime, seen: int | None = None
) -> Proposal:
    """Correct a proposition once the vote has opened: public, dated, with its reason and the words it had.

    Nothing is kept of a correction that changes nothing. `seen`: as in `edit`.
    Raises Refused with the reason of `may_correct_proposal`; NotFound.
    """
    with transaction() as session:
        edition, proposal = _locked(session, proposal_id)
        is_as_seen = seen in (None, proposal.revision)
        may_correct_proposal(actor, calendar=edition.calendar, at=at, reason=reason, is_as_seen=is_as_seen).or_refuse()
        before, after = _rewrite(proposal, draft)
        if before:
            said = reason.strip()
            session.add(
                ProposalCorrection(
                    proposal_id=proposal.id, at=at, person_id=actor.person_id, reason=said, before=before, after=after
                )
            )
            _tell(session, EventKind.PROPOSAL_CORRECTED, actor, proposal, at=at, before=before, after=after, reason=said)
    return proposal


def withdraw(actor: Actor, proposal_id: int, *, reason: str, at: datetime) -> WithdrawnProposal:
    """Withdraw a proposition that answers no contribution, before the vote: its page then says why, and its number is not
    given again.

    Raises Refused with the reason of `may_withdraw_proposal`; NotFound.
    """
    with transaction() as session:
        edition, proposal = _locked(session, proposal_id, alone=True)  # nobody groups a contribution into it meanwhile
        answered = select(func.count()).where(ProposalContribution.proposal_id == proposal_id)
        answers = session.scalars(answered).one()
        may_withdraw_proposal(actor, calendar=edition.calendar, at=at, answers=answers, reason=reason).or_refuse()
        gone = WithdrawnProposal(
            edition_id=edition.id,
            number=proposal.number,
            title=proposal.title,
            summary=proposal.summary,
            changes=proposal.changes,
            for_whom=proposal.for_whom,
            is_fictitious=proposal.is_fictitious,
            created_at=proposal.created_at,
            withdrawn_at=at,
            reason=reason.strip(),
        )
        session.add(gone)
        session.delete(proposal)
        try:
            session.flush()
        except IntegrityError:  # received before the vote opened, written after its first support
            raise Refused(Reason.PROPOSAL_FROZEN) from None
        _tell(session, EventKind.PROPOSAL_WITHDRAWN, actor, proposal, at=at, title=gone.title, reason=gone.reason)
    return gone


def _locked(session: Session, proposal_id: int, *, alone: bool = False) -> tuple[Edition, Proposal]:
    """A proposition, its row locked, in an edition whose calendar cannot move meanwhile. Raises NotFound."""
    edition_id = session.scalar(select(Proposal.edition_id).where(Proposal.id == proposal_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id, alone=alone)
    proposal = session.scalars(select(Proposal).where(Proposal.id == proposal_id).with_for_update()).one_or_none()
    if proposal is None:  # withdrawn by somebody else an instant ago
        raise NotFound
    return edition, proposal


def _rewrite(proposal: Proposal, draft: ProposalDraft) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write what was typed; gives the fields that change, as they were and as they are."""
    written = {name: value for name, value in asdict(draft).items() if name != "is_fictitious"}
    before = {name: getattr(proposal, name) for name, value in written.items() if getattr(proposal, name) != value}
    for name in before:
        setattr(proposal, name, written[name])
    if before:
        proposal.revision += 1
    return before, {name: written[name] for name in before}


def _tell(session: Session, kind: EventKind, actor: Actor, proposal: Proposal, *, at: datetime, **data: Any) -> None:
    subject = f"proposal:{proposal.number}"
    record(session, kind, actor, at=at, edition_id=proposal.edition_id, subject=subject, **data)

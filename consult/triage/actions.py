"""Triage: grouping into propositions, sending to a scheme, declaring ineligible. Nothing is lost, everything is told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.rules import Verb
from consult.contributions.model import Contribution, Status
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import EventKind
from consult.proposals import actions as proposals
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal, ProposalContribution
from consult.proposals.rules import may_write_proposal
from consult.triage.desk import Outcome, Seen, announce, is_as_seen, locked, settle
from consult.triage.model import Scheme
from consult.triage.rules import may_reopen, may_triage


def group(
    actor: Actor, contribution_ids: Sequence[int], proposal_ids: Sequence[int], *, at: datetime, seen: Seen | None = None
) -> Sequence[Contribution]:
    """Let each of these propositions answer each of these contributions: all of them, or none.

    A grouping is not a merger: every text stays at its address, and may join further propositions. Each author gets one mail.
    Raises Refused with the reason of `may_triage` for the first contribution that refuses, NO_PROPOSAL, or ALREADY_GROUPED when
    there is nothing to add; NotFound.
    """
    with transaction() as session:
        edition, contributions = locked(session, contribution_ids)
        _may_triage_all(actor, Verb.GROUP, contributions, edition, at, seen)
        if not proposal_ids:
            raise Refused(Reason.NO_PROPOSAL)
        wanted = _proposals(session, edition.id, proposal_ids)
        _group(session, actor, edition, contributions, wanted, at=at)
    return contributions


def group_into_new(
    actor: Actor,
    contribution_ids: Sequence[int],
    draft: ProposalDraft,
    *,
    also: Sequence[int] = (),
    at: datetime,
    seen: Seen | None = None,
) -> Proposal:
    """Write a proposition and let it, and the propositions in `also`, answer these contributions, in one act: all, or nothing.

    Raises Refused with the reason of `may_triage` or of `may_write_proposal`; NotFound.
    """
    with transaction() as session:
        edition, contributions = locked(session, contribution_ids)
        may_write_proposal(actor, calendar=edition.calendar, at=at).or_refuse()
        _may_triage_all(actor, Verb.GROUP, contributions, edition, at, seen)
        others = _proposals(session, edition.id, also) if also else []
        proposal = proposals.add(session, actor, edition.id, draft, at=at)
        _group(session, actor, edition, contributions, [*others, proposal], at=at)
    return proposal


def ungroup(actor: Actor, contribution_id: int, proposal_id: int, *, at: datetime, seen: Seen | None = None) -> Contribution:
    """Take a contribution out of a proposition. When it was in no other, it waits again. Those concerned are told.

    Raises Refused with the reason of `may_triage`, or NOT_GROUPED; NotFound.
    """
    with transaction() as session:
        edition, contributions = locked(session, [contribution_id])
        (contribution,) = contributions
        _may_triage_all(actor, Verb.UNGROUP, contributions, edition, at, seen)
        (proposal,) = _proposals(session, edition.id, [proposal_id])
        before = _numbers(session, contribution)
        if proposal.number not in before:
            raise Refused(Reason.NOT_GROUPED)
        session.execute(
            delete(ProposalContribution).where(
                ProposalContribution.contribution_id == contribution_id, ProposalContribution.proposal_id == proposal_id
            )
        )
        after = [number for number in before if number != proposal.number]
        if not after:
            settle(contribution, Status.PUBLISHED, at=at)
        kept = {"proposals": [proposal.number], "left": len(after), "before": before, "after": after}
        others = session.scalars(
            select(Proposal).where(Proposal.edition_id == edition.id, Proposal.number.in_(after)).order_by(Proposal.number)
        ).all()
        told = [Outcome(contribution, kept, others, left=proposal)]
        announce(session, EventKind.CONTRIBUTION_UNGROUPED, actor, edition, told, at=at)
    return contribution


def reorient(
    actor: Actor, contribution_id: int, scheme_id: int, *, reason: str, at: datetime, seen: Seen | None = None
) -> Contribution:
    """Send a contribution to the scheme that suits it better, and say why.

    Raises Refused with the reason of `may_triage`; NotFound, for a scheme of another edition too.
    """
    return reorient_all(actor, [contribution_id], scheme_id, reason=reason, at=at, seen=seen)[0]


def reorient_all(
    actor: Actor, contribution_ids: Sequence[int], scheme_id: int, *, reason: str, at: datetime, seen: Seen | None = None
) -> Sequence[Contribution]:
    """Send contributions to the same scheme, for the same reason: all of them, or none.

    Raises Refused with the reason of `may_triage` for the first contribution that refuses; NotFound.
    """
    with transaction() as session:
        edition, contributions = locked(session, contribution_ids)
        _may_triage_all(actor, Verb.REORIENT, contributions, edition, at, seen, reason)
        scheme = session.get(Scheme, scheme_id)
        if scheme is None or scheme.edition_id != edition.id:
            raise NotFound
        told = []
        for one in contributions:
            before = settle(one, Status.REORIENTED, at=at, reason=reason, scheme_id=scheme.id)
            kept = {"scheme": scheme.name, "reason": one.status_reason, "before": before}
            told.append(Outcome(one, kept, scheme=scheme.name))
        announce(session, EventKind.CONTRIBUTION_REORIENTED, actor, edition, told, at=at)
    return contributions


def declare_ineligible(
    actor: Actor, contribution_id: int, *, reason: str, at: datetime, seen: Seen | None = None
) -> Contribution:
    """Declare that a contribution does not belong to this consultation, and say why. It stays readable.

    Raises Refused with the reason of `may_triage`; NotFound.
    """
    return declare_all_ineligible(actor, [contribution_id], reason=reason, at=at, seen=seen)[0]


def declare_all_ineligible(
    actor: Actor, contribution_ids: Sequence[int], *, reason: str, at: datetime, seen: Seen | None = None
) -> Sequence[Contribution]:
    """Declare contributions ineligible for the same reason: all of them, or none.

    Raises Refused with the reason of `may_triage` for the first contribution that refuses; NotFound.
    """
    with transaction() as session:
        edition, contributions = locked(session, contribution_ids)
        _may_triage_all(actor, Verb.DECLARE_INELIGIBLE, contributions, edition, at, seen, reason)
        told = []
        for one in contributions:
            before = settle(one, Status.INELIGIBLE, at=at, reason=reason)
            told.append(Outcome(one, {"reason": one.status_reason, "before": before}))
        announce(session, EventKind.CONTRIBUTION_DECLARED_INELIGIBLE, actor, edition, told, at=at)
    return contributions


def reopen(actor: Actor, contribution_id: int, *, reason: str, at: datetime, seen: Seen | None = None) -> Contribution:
    """Take back an outcome: the contribution waits again, and those concerned are told why. The journal keeps what it was.

    Raises Refused with the reason of `may_reopen`; NotFound.
    """
    with transaction() as session:
        edition, (contribution,) = locked(session, [contribution_id])
        may_reopen(
            actor,
            status=contribution.status,
            calendar=edition.calendar,
            at=at,
            reason=reason,
            is_as_seen=is_as_seen(contribution, seen),
        ).or_refuse()
        before = back_to_be_examined(session, contribution, at=at, reason=reason)
        told = [Outcome(contribution, {"reason": reason.strip(), "before": before})]
        announce(session, EventKind.CONTRIBUTION_REOPENED, actor, edition, told, at=at)
    return contribution


def back_to_be_examined(session: Session, contribution: Contribution, *, at: datetime, reason: str) -> dict[str, object]:
    """Undo the outcome of a contribution, inside the act that decides it; gives what it was, for the journal."""
    numbers, scheme = _numbers(session, contribution), contribution.scheme_id
    session.execute(delete(ProposalContribution).where(ProposalContribution.contribution_id == contribution.id))
    before = settle(contribution, Status.PUBLISHED, at=at, reason=reason)
    name = session.scalar(select(Scheme.name).where(Scheme.id == scheme)) if scheme else None
    return before | {"proposals": numbers, "scheme": name}


def _may_triage_all(
    actor: Actor,
    verb: Verb,
    contributions: Sequence[Contribution],
    edition: Edition,
    at: datetime,
    seen: Seen | None,
    reason: str | None = None,
) -> None:
    for one in contributions:
        may_triage(
            actor,
            verb,
            status=one.status,
            calendar=edition.calendar,
            at=at,
            reason=reason,
            is_as_seen=is_as_seen(one, seen),
        ).or_refuse()


def _proposals(session: Session, edition_id: int, proposal_ids: Sequence[int]) -> Sequence[Proposal]:
    wanted = set(proposal_ids)
    rows = session.scalars(
        select(Proposal).where(Proposal.id.in_(wanted), Proposal.edition_id == edition_id).order_by(Proposal.number)
    ).all()
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def _numbers(session: Session, contribution: Contribution) -> list[int]:
    """The propositions that answer it, by number."""
    return list(
        session.scalars(
            select(Proposal.number)
            .join(ProposalContribution, ProposalContribution.proposal_id == Proposal.id)
            .where(ProposalContribution.contribution_id == contribution.id)
            .order_by(Proposal.number)
        )
    )


def _group(
    session: Session,
    actor: Actor,
    edition: Edition,
    contributions: Sequence[Contribution],
    wanted: Sequence[Proposal],
    *,
    at: datetime,
) -> None:
    """Add the links that are missing; tell the journal and those concerned by the contributions that gained one."""
    ids = [contribution.id for contribution in contributions]
    already = set(
        session.execute(
            select(ProposalContribution.contribution_id, Proposal.number)
            .join(Proposal, Proposal.id == ProposalContribution.proposal_id)
            .where(ProposalContribution.contribution_id.in_(ids))
        )
    )
    gained = {
        contribution: [proposal for proposal in wanted if (contribution.id, proposal.number) not in already]
        for contribution in contributions
    }
    gained = {contribution: added for contribution, added in gained.items() if added}
    if not gained:
        raise Refused(Reason.ALREADY_GROUPED)
    told = []
    for contribution, added in gained.items():
        session.add_all(
            ProposalContribution(
                proposal_id=proposal.id, contribution_id=contribution.id, grouped_at=at, grouped_by=actor.person_id
            )
            for proposal in added
        )
        settle(contribution, Status.GROUPED, at=at)
        before = sorted(number for id_, number in already if id_ == contribution.id)
        numbers = [proposal.number for proposal in added]
        kept = {"proposals": numbers, "before": before, "after": sorted(before + numbers)}
        told.append(Outcome(contribution, kept, added))
    announce(session, EventKind.CONTRIBUTION_GROUPED, actor, edition, told, at=at)

"""Triage: grouping into propositions, sending to a scheme, declaring ineligible. Nothing is lost, everything is told."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Verb
from consult.contributions.model import Contribution, Status
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.proposals import actions as proposals
from consult.proposals.actions import ProposalDraft
from consult.proposals.model import Proposal, ProposalContribution
from consult.proposals.rules import may_write_proposal
from consult.triage.model import Scheme
from consult.triage.rules import may_add_scheme, may_triage


@dataclass(frozen=True, slots=True)
class SchemeDraft:
    """A scheme as published. Days are days in Paris, both included; None is a limit that is not known or does not exist."""

    code: str
    name: str
    who: str
    purpose: str
    funding: str
    min_population: int | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    source: str = ""


def add_scheme(actor: Actor, edition_id: int, draft: SchemeDraft, *, at: datetime) -> Scheme:
    """Add a scheme to an edition, after the others.

    Raises Refused when the actor is no administrator, or the edition has a scheme of this code.
    """
    with transaction() as session:
        may_add_scheme(actor).or_refuse()
        lock(session, Lock.NUMBERS, f"scheme:{edition_id}")
        last, codes = session.execute(
            select(func.max(Scheme.position), func.count().filter(Scheme.code == draft.code)).where(
                Scheme.edition_id == edition_id
            )
        ).one()
        if codes:
            raise Refused(Reason.SCHEME_CODE_TAKEN)
        scheme = Scheme(edition_id=edition_id, position=(last or 0) + 1, **asdict(draft))
        session.add(scheme)
        session.flush()
        record(
            session,
            EventKind.SCHEME_ADDED,
            actor,
            at=at,
            edition_id=edition_id,
            subject=f"scheme:{scheme.position}",
            code=draft.code,
            name=draft.name,
        )
    return scheme


def group(
    actor: Actor, contribution_ids: Sequence[int], proposal_ids: Sequence[int], *, at: datetime
) -> Sequence[Contribution]:
    """Let each of these propositions answer each of these contributions: all of them, or none.

    A grouping is not a merger: every text stays at its address, and may join further propositions. Each author gets one mail.
    Raises Refused with the reason of `may_triage` for the first contribution that refuses, NO_PROPOSAL, or ALREADY_GROUPED when
    there is nothing to add; NotFound.
    """
    with transaction() as session:
        edition, contributions = _locked(session, contribution_ids)
        _may_triage_all(actor, Verb.GROUP, contributions, edition, at)
        if not proposal_ids:
            raise Refused(Reason.NO_PROPOSAL)
        wanted = _proposals(session, edition.id, proposal_ids)
        _group(session, actor, edition, contributions, wanted, at=at)
    return contributions


def group_into_new(
    actor: Actor, contribution_ids: Sequence[int], draft: ProposalDraft, *, also: Sequence[int] = (), at: datetime
) -> Proposal:
    """Write a proposition and let it, and the propositions in `also`, answer these contributions, in one act: all, or nothing.

    Raises Refused with the reason of `may_triage` or of `may_write_proposal`; NotFound.
    """
    with transaction() as session:
        edition, contributions = _locked(session, contribution_ids)
        may_write_proposal(actor, calendar=edition.calendar, at=at).or_refuse()
        _may_triage_all(actor, Verb.GROUP, contributions, edition, at)
        others = _proposals(session, edition.id, also) if also else []
        proposal = proposals.add(session, actor, edition.id, draft, at=at)
        _group(session, actor, edition, contributions, [*others, proposal], at=at)
    return proposal


def ungroup(actor: Actor, contribution_id: int, proposal_id: int, *, at: datetime) -> Contribution:
    """Take a contribution out of a proposition. When it was in no other, it waits again, and its author is told.

    Raises Refused with the reason of `may_triage`, or NOT_GROUPED; NotFound.
    """
    with transaction() as session:
        edition, (contribution,) = _locked(session, [contribution_id])
        may_triage(actor, Verb.UNGROUP, status=contribution.status, calendar=edition.calendar, at=at).or_refuse()
        (proposal,) = _proposals(session, edition.id, [proposal_id])
        removed = session.execute(
            delete(ProposalContribution).where(
                ProposalContribution.contribution_id == contribution_id, ProposalContribution.proposal_id == proposal_id
            )
        )
        if not removed.rowcount:  # type: ignore[attr-defined]
            raise Refused(Reason.NOT_GROUPED)
        left = session.scalar(
            select(func.count())
            .select_from(ProposalContribution)
            .where(ProposalContribution.contribution_id == contribution_id)
        )
        _tell(session, EventKind.CONTRIBUTION_UNGROUPED, actor, contribution, at=at, proposals=[proposal.number], left=left)
        if not left:
            contribution.status = Status.PUBLISHED
            contribution.status_at = at
            _notify(session, edition, contribution, _emails(session, [contribution]), at=at, proposals=[_ref(proposal)])
    return contribution


def reorient(actor: Actor, contribution_id: int, scheme_id: int, *, reason: str, at: datetime) -> Contribution:
    """Send a contribution to the scheme that suits it better, and say why.

    Raises Refused with the reason of `may_triage`; NotFound, for a scheme of another edition too.
    """
    with transaction() as session:
        edition, (contribution,) = _locked(session, [contribution_id])
        may_triage(
            actor, Verb.REORIENT, status=contribution.status, calendar=edition.calendar, at=at, reason=reason
        ).or_refuse()
        scheme = session.get(Scheme, scheme_id)
        if scheme is None or scheme.edition_id != edition.id:
            raise NotFound
        contribution.scheme_id = scheme.id
        _settle(contribution, Status.REORIENTED, reason, at)
        _tell(
            session,
            EventKind.CONTRIBUTION_REORIENTED,
            actor,
            contribution,
            at=at,
            scheme=scheme.name,
            reason=contribution.status_reason,
        )
        _notify(session, edition, contribution, _emails(session, [contribution]), at=at, scheme=scheme.name)
    return contribution


def declare_ineligible(actor: Actor, contribution_id: int, *, reason: str, at: datetime) -> Contribution:
    """Declare that a contribution does not belong to this consultation, and say why. It stays readable.

    Raises Refused with the reason of `may_triage`; NotFound.
    """
    with transaction() as session:
        edition, (contribution,) = _locked(session, [contribution_id])
        may_triage(
            actor, Verb.DECLARE_INELIGIBLE, status=contribution.status, calendar=edition.calendar, at=at, reason=reason
        ).or_refuse()
        _settle(contribution, Status.INELIGIBLE, reason, at)
        _tell(
            session,
            EventKind.CONTRIBUTION_DECLARED_INELIGIBLE,
            actor,
            contribution,
            at=at,
            reason=contribution.status_reason,
        )
        _notify(session, edition, contribution, _emails(session, [contribution]), at=at)
    return contribution


def _locked(session: Session, contribution_ids: Sequence[int]) -> tuple[Edition, Sequence[Contribution]]:
    """Contributions of one edition, by number, each row locked: whoever comes second sees what the first one did.

    Rows are locked in one order, so that two moderators cannot wait for each other. Raises NotFound when one is missing.
    """
    wanted = set(contribution_ids)
    edition_id = session.scalar(select(Contribution.edition_id).where(Contribution.id.in_(wanted)).limit(1))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    rows = session.scalars(
        select(Contribution)
        .where(Contribution.id.in_(wanted), Contribution.edition_id == edition_id, Contribution.status != Status.DRAFT)
        .order_by(Contribution.id)
        .with_for_update()
    ).all()
    if len(rows) != len(wanted):
        raise NotFound
    return edition, sorted(rows, key=lambda row: row.number)


def _may_triage_all(actor: Actor, verb: Verb, contributions: Sequence[Contribution], edition: Edition, at: datetime) -> None:
    for contribution in contributions:
        may_triage(actor, verb, status=contribution.status, calendar=edition.calendar, at=at).or_refuse()


def _proposals(session: Session, edition_id: int, proposal_ids: Sequence[int]) -> Sequence[Proposal]:
    wanted = set(proposal_ids)
    rows = session.scalars(
        select(Proposal).where(Proposal.id.in_(wanted), Proposal.edition_id == edition_id).order_by(Proposal.number)
    ).all()
    if len(rows) != len(wanted):
        raise NotFound
    return rows


def _group(
    session: Session,
    actor: Actor,
    edition: Edition,
    contributions: Sequence[Contribution],
    wanted: Sequence[Proposal],
    *,
    at: datetime,
) -> None:
    """Add the links that are missing; tell the journal and the authors of the contributions that gained one."""
    ids = [contribution.id for contribution in contributions]
    already = set(
        session.execute(
            select(ProposalContribution.contribution_id, ProposalContribution.proposal_id).where(
                ProposalContribution.contribution_id.in_(ids)
            )
        )
    )
    gained = {
        contribution: [proposal for proposal in wanted if (contribution.id, proposal.id) not in already]
        for contribution in contributions
    }
    gained = {contribution: added for contribution, added in gained.items() if added}
    if not gained:
        raise Refused(Reason.ALREADY_GROUPED)
    emails = _emails(session, list(gained))
    for contribution, added in gained.items():
        session.add_all(
            ProposalContribution(
                proposal_id=proposal.id, contribution_id=contribution.id, grouped_at=at, grouped_by=actor.person_id
            )
            for proposal in added
        )
        contribution.status = Status.GROUPED
        contribution.status_at = at
        _tell(
            session,
            EventKind.CONTRIBUTION_GROUPED,
            actor,
            contribution,
            at=at,
            proposals=[proposal.number for proposal in added],
        )
        _notify(session, edition, contribution, emails, at=at, proposals=[_ref(proposal) for proposal in added])


def _settle(contribution: Contribution, status: Status, reason: str, at: datetime) -> None:
    contribution.status = status
    contribution.status_reason = reason.strip()
    contribution.status_at = at


def _ref(proposal: Proposal) -> dict[str, Any]:
    return {"number": proposal.number, "title": proposal.title}


def _tell(session: Session, kind: EventKind, actor: Actor, contribution: Contribution, *, at: datetime, **data: Any) -> None:
    """One event, about the collectivité that wrote the contribution, whoever of the team acted."""
    record(
        session,
        kind,
        actor,
        at=at,
        edition_id=contribution.edition_id,
        siren=contribution.siren,
        subject=f"contribution:{contribution.number}",
        **data,
    )


def _emails(session: Session, contributions: Sequence[Contribution]) -> dict[int, str]:
    """Where to write to the authors who want to know, by person."""
    people = {contribution.person_id for contribution in contributions}
    wanted = Person.id.in_(people) & wants(Topic.CONTRIBUTIONS)
    return dict(session.execute(select(Person.id, Person.email).where(wanted)).all())


def _notify(
    session: Session, edition: Edition, contribution: Contribution, emails: dict[int, str], *, at: datetime, **data: Any
) -> None:
    """One mail a contribution and outcome; what comes after an undoing is another outcome, so the key holds the instant."""
    if contribution.person_id not in emails:
        return
    post(
        session,
        Notice.CONTRIBUTION_TRIAGED,
        emails[contribution.person_id],
        key=f"contribution:{contribution.id}:{contribution.status.value}:{at.isoformat()}",
        at=at,
        outcome=contribution.status.value,
        edition=edition.slug,
        number=contribution.number,
        title=contribution.title,
        reason=contribution.status_reason,
        **data,
    )

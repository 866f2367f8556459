"""The birth of a service, from a retained proposition: the contributions it answers, the collectivités that bear it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Calendar, Stage
from consult.ground.actor import Actor
from consult.ground.clock import paris, paris_day
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.queries import standing_within
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import ProposalContribution
from consult.register.queries import holders
from consult.services.bearers import add
from consult.services.held import tell
from consult.services.model import Phase, PhaseStep, Service, ServiceContribution
from consult.services.queries import to_tell
from consult.services.rules import may_create


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """What a service is born with: its name, what it does in a few words, and why it is born."""

    name: str
    summary: str
    reason: str
    contributions: Collection[int] | None = None
    """Which contributions of its proposition it answers, by id; None for all of them."""
    bearers: Sequence[str] | None = None
    """The collectivités that bear it, by SIREN; None for the pilots accepted for its proposition."""
    day: date | None = None
    """The day it was born, when that is past: the journal keeps when it was said."""
    phase: Phase = Phase.INVESTIGATION


def create(actor: Actor, proposal_id: int, draft: ServiceDraft, *, at: datetime) -> Service:
    """Give birth to a service; those who wrote, supported or volunteered are told by mail, and so are those who will write.

    Raises Refused with the reason of `may_create`, NotFound for an unknown proposition, a contribution that is not of it, or an
    unknown collectivité.
    """
    with transaction() as session:
        standing = standing_within(session, proposal_id, None)
        edition = locked_edition(session, standing.edition_id)
        grouped = frozenset(
            session.scalars(select(ProposalContribution.contribution_id).where(ProposalContribution.proposal_id == proposal_id))
        )
        answered = grouped if draft.contributions is None else frozenset(draft.contributions)
        may_create(
            actor,
            calendar=edition.calendar,
            is_proclaimed=edition.proclaimed_at is not None,
            is_retained=standing.is_retained,
            reason=draft.reason,
            day=draft.day,
            answers_something=bool(answered) or not grouped,
            at=at,
        ).or_refuse()
        if not answered <= grouped:
            raise NotFound
        service = Service(
            edition_id=edition.id,
            number=next_number(session, Service, edition.id),
            proposal_id=proposal_id,
            name=draft.name,
            summary=draft.summary,
            reason=draft.reason.strip(),
            born_at=_instant(draft.day, edition.calendar, at),
            phase=draft.phase,
            rate=edition.funding_rate,
        )
        session.add(service)
        session.flush()
        session.add(PhaseStep(service_id=service.id, phase=service.phase, entered_at=at, day=draft.day, reason=service.reason))
        session.add_all(ServiceContribution(service_id=service.id, contribution_id=one) for one in sorted(answered))
        said = {"day": draft.day.isoformat()} if draft.day else {}
        tell(session, EventKind.SERVICE_BORN, actor, service, at, name=service.name, reason=service.reason, **said)
        post_to_all(
            session,
            Notice.SERVICE_BORN,
            to_tell(service),
            at=at,
            name=service.name,
            summary=service.summary,
            proposal=standing.title,
            edition=edition.slug,
            number=service.number,
        )
        for siren in _pilots(session, proposal_id) if draft.bearers is None else dict.fromkeys(draft.bearers):
            add(session, actor, service, edition, siren, reason=service.reason, at=at)
    return service


def _instant(day: date | None, calendar: Calendar, at: datetime) -> datetime:
    """When a service is born: now, or at the beginning of a past day, which the stage may have opened in the middle of."""
    if day is None or day == paris_day(at):
        return at
    return max(paris(day.year, day.month, day.day), calendar.window(Stage.TRACKING).opens_at)


def _pilots(session: Session, proposal_id: int) -> Sequence[str]:
    """Those accepted for a proposition, or who stands for them since they ended."""
    last = holders()
    found = session.scalars(
        select(func.coalesce(last.c.holder, Interest.siren))
        .outerjoin(last, last.c.siren == Interest.siren)
        .where(
            Interest.proposal_id == proposal_id,
            Interest.status == InterestStatus.ACCEPTED,
            Interest.level == Level.PILOTE,
        )
        .order_by(Interest.submitted_at, Interest.id)
    )
    return list(dict.fromkeys(found))

"""Writing a service’s money: a line proposed, published, refused, taken back, cancelled; an edition’s envelope and rate.

What publishes or cancels holds the edition's lock alone: the sums it judges are those it changes, whoever else writes at the
same instant. The base's own constraints on the service and on the edition have the last word.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import String as Text
from sqlalchemy import cast, exists, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import as_now, wants
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.rules import TEAM
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.services.model import MoneyKind, MoneyLine, Phase, PhaseStep, Publication, Service
from consult.services.money_rules import (
    Funding,
    Limits,
    Totals,
    after,
    holds,
    may_add_line,
    may_cancel_line,
    may_decide_line,
    may_refuse_line,
    may_set_funding,
)
from consult.services.queries import bearers

_LIVE = (Publication.PROPOSED, Publication.PUBLISHED)


@dataclass(frozen=True, slots=True)
class LineDraft:
    """An amount, on a day, and what it is for."""

    kind: MoneyKind
    amount: Decimal
    day: date
    label: str


def add_line(actor: Actor, service_id: int, draft: LineDraft, *, at: datetime) -> MoneyLine:
    """Say an amount: the agency's is published at once, that of the service's own team waits for the agency.

    Raises Refused with the reason of `may_add_line`, or of `holds` for what would be published; NotFound.
    """
    with transaction() as session:
        service, edition = _locked(session, service_id)
        actor = as_now(session, actor)
        may_add_line(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            kind=draft.kind,
            day=draft.day,
            born_at=service.born_at,
            stopped_on=_stopped_on(session, service),
            is_repeated=_is_repeated(session, service, draft),
            at=at,
        ).or_refuse()
        by_agency = actor.has_role(*TEAM)
        line = MoneyLine(
            service_id=service.id,
            kind=draft.kind,
            amount=draft.amount,
            day=draft.day,
            label=draft.label,
            standing=Publication.PROPOSED,
            written_at=at,
            written_by=actor.person_id,
            siren=None if by_agency else actor.siren,
            reason="",
        )
        if by_agency:
            _publish(line, service, edition, actor, at)
        session.add(line)
        session.flush()
        _record(session, EventKind.MONEY_PUBLISHED if by_agency else EventKind.MONEY_PROPOSED, actor, service, line, at)
    return line


def publish_line(actor: Actor, line_id: int, *, at: datetime) -> None:
    """Publish what the service's team proposed: from now on it counts. Whoever proposed it is told.

    Raises Refused with the reason of `may_decide_line` or of `holds`; NotFound.
    """
    with transaction() as session:
        line, service, edition = _locked_line(session, line_id)
        may_decide_line(actor, calendar=edition.calendar, standing=line.standing, at=at).or_refuse()
        _publish(line, service, edition, actor, at)
        _record(session, EventKind.MONEY_PUBLISHED, actor, service, line, at)
        _tell(session, line, service, edition, at)


def refuse_line(actor: Actor, line_id: int, *, reason: str, at: datetime) -> None:
    """Refuse what the service's team proposed, for a reason that whoever proposed it is told.

    Raises Refused with the reason of `may_refuse_line`; NotFound.
    """
    with transaction() as session:
        line, service, edition = _locked_line(session, line_id)
        may_refuse_line(actor, calendar=edition.calendar, standing=line.standing, reason=reason, at=at).or_refuse()
        _end(line, Publication.REFUSED, actor, reason, at)
        _record(session, EventKind.MONEY_REFUSED, actor, service, line, at, reason=line.reason)
        _tell(session, line, service, edition, at)


def cancel_line(actor: Actor, line_id: int, *, reason: str, at: datetime) -> None:
    """Cancel a line, for a reason: a published one stays readable, and no longer counts; a proposed one is taken back.

    Raises Refused with the reason of `may_cancel_line`, or of `holds` when what is left would not hold; NotFound.
    """
    with transaction() as session:
        line, service, edition = _locked_line(session, line_id)
        actor = as_now(session, actor)
        may_cancel_line(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            standing=line.standing,
            reason=reason,
            at=at,
        ).or_refuse()
        was_public = line.standing is Publication.PUBLISHED
        if was_public:
            _count(line, -line.amount, service, edition)
        _end(line, Publication.CANCELLED, actor, reason, at)
        kind = EventKind.MONEY_CANCELLED if was_public else EventKind.MONEY_TAKEN_BACK
        _record(session, kind, actor, service, line, at, reason=line.reason)


def set_funding(actor: Actor, edition_id: int, then: Funding, *, seen: Funding, reason: str, at: datetime) -> None:
    """Give an edition another envelope, or another rate for the services that are born from now on.

    `seen` is what the page that asks showed. Raises Refused with the reason of `may_set_funding`; NotFound.
    """
    with transaction() as session:
        edition = locked_edition(session, edition_id, alone=True)
        now = Funding(edition.envelope, edition.funding_rate)
        may_set_funding(actor, now=now, seen=seen, then=then, granted=edition.granted, reason=reason).or_refuse()
        edition.envelope, edition.funding_rate = then.envelope, then.rate
        record(
            session,
            EventKind.FUNDING_SET,
            actor,
            at=at,
            edition_id=edition.id,
            before=_said(now),
            after=_said(then),
            reason=reason.strip(),
        )


def totals_of(service: Service) -> Totals:
    """The sums kept on the row of a service."""
    return Totals(service.cost, service.state_share, service.others, service.engaged, service.paid)


def limits_of(service: Service, edition: Edition) -> Limits:
    """What the money of a service may not pass."""
    return Limits(service.rate, edition.envelope, edition.granted)


def _locked(session: Session, service_id: int) -> tuple[Service, Edition]:
    """A service and its edition, whose money nobody else writes until the transaction ends."""
    edition_id = session.scalar(select(Service.edition_id).where(Service.id == service_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id, alone=True)
    return session.scalars(select(Service).where(Service.id == service_id).with_for_update()).one(), edition


def _locked_line(session: Session, line_id: int) -> tuple[MoneyLine, Service, Edition]:
    service_id = session.scalar(select(MoneyLine.service_id).where(MoneyLine.id == line_id))
    if service_id is None:
        raise NotFound
    service, edition = _locked(session, service_id)
    return session.get_one(MoneyLine, line_id), service, edition


def _publish(line: MoneyLine, service: Service, edition: Edition, actor: Actor, at: datetime) -> None:
    _count(line, line.amount, service, edition)
    line.standing = Publication.PUBLISHED
    line.published_at = line.decided_at = at
    line.decided_by = actor.person_id


def _count(line: MoneyLine, amount: Decimal, service: Service, edition: Edition) -> None:
    """Change the sums by an amount of this kind. Raises Refused with the reason of `holds`."""
    totals, limits = after(totals_of(service), limits_of(service, edition), line.kind, amount)
    holds(totals, limits).or_refuse()
    service.cost, service.state_share, service.others = totals.cost, totals.state_share, totals.others
    service.engaged, service.paid = totals.engaged, totals.paid
    edition.granted = limits.granted


def _end(line: MoneyLine, standing: Publication, actor: Actor, reason: str, at: datetime) -> None:
    line.standing, line.reason = standing, reason.strip()
    line.decided_at, line.decided_by = at, actor.person_id


def _stopped_on(session: Session, service: Service) -> date | None:
    """The day a service stopped; None for one that goes on."""
    if service.phase is not Phase.STOPPED:
        return None
    last = session.scalars(
        select(PhaseStep).where(PhaseStep.service_id == service.id).order_by(PhaseStep.entered_at.desc(), PhaseStep.id.desc())
    ).first()
    return (last.day or paris_day(last.entered_at)) if last else None


def _is_repeated(session: Session, service: Service, draft: LineDraft) -> bool:
    return bool(
        session.scalar(
            select(
                exists().where(
                    MoneyLine.service_id == service.id,
                    MoneyLine.kind == draft.kind,
                    MoneyLine.amount == draft.amount,
                    MoneyLine.day == draft.day,
                    MoneyLine.label == draft.label,
                    MoneyLine.standing.in_(_LIVE),
                )
            )
        )
    )


def _tell(session: Session, line: MoneyLine, service: Service, edition: Edition, at: datetime) -> None:
    """Tell whoever proposed a line what became of it."""
    told = select(literal(f"money_decided:{line.id}:") + cast(Person.id, Text), Person.email).where(
        Person.id == line.written_by, wants(Topic.SERVICES)
    )
    post_to_all(
        session,
        Notice.MONEY_DECIDED,
        told,
        at=at,
        is_published=line.standing is Publication.PUBLISHED,
        reason=line.reason,
        name=service.name,
        number=service.number,
        edition=edition.slug,
        kind_label=line.kind.label,
        **_kept(line),
    )


def _record(
    session: Session, kind: EventKind, actor: Actor, service: Service, line: MoneyLine, at: datetime, **data: str
) -> None:
    said = _kept(line) | {"line": line.id, "name": service.name} | data
    record(session, kind, actor, at=at, edition_id=service.edition_id, subject=f"service:{service.number}", **said)


def _kept(line: MoneyLine) -> dict[str, Any]:
    return {"sort": line.kind.value, "amount": f"{line.amount:.2f}", "day": line.day.isoformat(), "label": line.label}


def _said(funding: Funding) -> dict[str, str | None]:
    envelope = None if funding.envelope is None else f"{funding.envelope:.2f}"
    return {"envelope": envelope, "rate": f"{funding.rate.normalize():f}"}

"""Writing a service's figures: an indicator set, changed, no longer followed; a measure given, corrected, taken back."""

from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.model import EventKind
from consult.services.held import held, tell
from consult.services.indicator_rules import (
    IndicatorDraft,
    may_change_indicator,
    may_correct_measure,
    may_end_indicator,
    may_give_measure,
    may_set_indicator,
)
from consult.services.model import Indicator, Measure, Service
from consult.services.queries import bearers


def set_indicator(actor: Actor, service_id: int, draft: IndicatorDraft, *, at: datetime) -> Indicator:
    """Follow a figure of a service from now on.

    Raises Refused with the reason of `may_set_indicator`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        actor = as_now(session, actor)
        followed = (
            select(func.count()).select_from(Indicator).where(Indicator.service_id == service.id, Indicator.ended_at.is_(None))
        )
        may_set_indicator(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            draft=draft,
            others=session.scalar(followed) or 0,
            at=at,
        ).or_refuse()
        indicator = Indicator(service_id=service.id, set_at=at, set_by=actor.person_id, **asdict(draft))
        session.add(indicator)
        session.flush()
        tell(session, EventKind.INDICATOR_SET, actor, service, at, id=indicator.id, name=indicator.name)
    return indicator


def change_indicator(actor: Actor, indicator_id: int, draft: IndicatorDraft, *, reason: str, at: datetime) -> None:
    """Say otherwise what an indicator is, where it began or where it wants to go: what was said stays in the journal.

    Raises Refused with the reason of `may_change_indicator`, NotFound.
    """
    with transaction() as session:
        indicator, service, edition = _held(session, indicator_id)
        actor = as_now(session, actor)
        may_change_indicator(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            draft=draft,
            is_over=indicator.ended_at is not None,
            reason=reason,
            at=at,
        ).or_refuse()
        before = {name: _said(getattr(indicator, name)) for name in asdict(draft)}
        after = {name: _said(value) for name, value in asdict(draft).items()}
        for name, value in asdict(draft).items():
            setattr(indicator, name, value)
        changed = [name for name in after if before[name] != after[name]]
        _tell(
            session,
            EventKind.INDICATOR_CHANGED,
            actor,
            service,
            indicator,
            at,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            reason=reason.strip(),
        )


def end_indicator(actor: Actor, indicator_id: int, *, reason: str, at: datetime) -> None:
    """No longer follow a figure: it stays readable.

    Raises Refused with the reason of `may_end_indicator`, NotFound.
    """
    with transaction() as session:
        indicator, service, edition = _held(session, indicator_id)
        actor = as_now(session, actor)
        may_end_indicator(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            is_over=indicator.ended_at is not None,
            reason=reason,
            at=at,
        ).or_refuse()
        indicator.ended_at = at
        _tell(session, EventKind.INDICATOR_ENDED, actor, service, indicator, at, reason=reason.strip())


def give_measure(actor: Actor, indicator_id: int, *, day: date, value: Decimal, note: str = "", at: datetime) -> Measure:
    """Give the value of an indicator on a day.

    Raises Refused with the reason of `may_give_measure`, NotFound.
    """
    with transaction() as session:
        indicator, service, edition = _held(session, indicator_id)
        actor = as_now(session, actor)
        already = exists().where(Measure.indicator_id == indicator.id, Measure.day == day, Measure.removed_at.is_(None))
        may_give_measure(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            is_over=indicator.ended_at is not None,
            born_at=service.born_at,
            day=day,
            said=(indicator.unit, note),
            already=bool(session.scalar(select(already))),
            at=at,
        ).or_refuse()
        measure = _add(session, indicator, actor, day, value, note, at)
        _tell(session, EventKind.MEASURE_GIVEN, actor, service, indicator, at, day=day.isoformat(), value=_said(value))
    return measure


def correct_measure(actor: Actor, measure_id: int, *, value: Decimal | None, note: str = "", reason: str, at: datetime) -> None:
    """Give another value for the day of a measure that was wrong, or none: the first stays readable, struck.

    Raises Refused with the reason of `may_correct_measure`, NotFound.
    """
    with transaction() as session:
        indicator_id = session.scalar(select(Measure.indicator_id).where(Measure.id == measure_id))
        if indicator_id is None:
            raise NotFound
        indicator, service, edition = _held(session, indicator_id)
        measure = session.get_one(Measure, measure_id)
        actor = as_now(session, actor)
        may_correct_measure(
            actor,
            calendar=edition.calendar,
            bearers=bearers(session, service.id),
            is_gone=measure.removed_at is not None,
            said=(indicator.unit, note),
            reason=reason,
            at=at,
        ).or_refuse()
        measure.removed_at = at
        session.flush()  # before another takes its day
        if value is not None:
            _add(session, indicator, actor, measure.day, value, note, at)
        kind = EventKind.MEASURE_TAKEN_BACK if value is None else EventKind.MEASURE_CORRECTED
        said = {"day": measure.day.isoformat(), "before": _said(measure.value), "after": _said(value)}
        _tell(session, kind, actor, service, indicator, at, **said, reason=reason.strip())


def _add(session: Session, indicator: Indicator, actor: Actor, day: date, value: Decimal, note: str, at: datetime) -> Measure:
    measure = Measure(indicator_id=indicator.id, day=day, value=value, note=note, at=at, person_id=actor.person_id)
    session.add(measure)
    session.flush()
    return measure


def _held(session: Session, indicator_id: int) -> tuple[Indicator, Service, Edition]:
    """The indicator and its service, which nobody else can change until the transaction ends."""
    service_id = session.scalar(select(Indicator.service_id).where(Indicator.id == indicator_id))
    if service_id is None:
        raise NotFound
    service, edition = held(session, service_id)
    return session.get_one(Indicator, indicator_id), service, edition


def _tell(
    session: Session, kind: EventKind, actor: Actor, service: Service, indicator: Indicator, at: datetime, **said: Any
) -> None:
    tell(session, kind, actor, service, at, id=indicator.id, name=indicator.name, unit=indicator.unit, **said)


def _said(value: Decimal | date | str | None) -> str | None:
    """A value as the journal keeps it, exact."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value

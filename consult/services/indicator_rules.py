"""What a service may say of its figures: where it began, where it wants to go, what it measured, and how far it is.

A baseline may be older than the service; a measure may not. A measure is never changed: one that was wrong is taken back and
another given for its day, and the first stays readable. What speaks of money is the agency's to write, here as elsewhere.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.rules import TEAM
from consult.services.news_rules import speaks_of_money
from consult.services.rules import is_of_service

MOST_INDICATORS = 12
"""How many a service follows at once: beyond, nobody reads them."""


@dataclass(frozen=True, slots=True)
class IndicatorDraft:
    """What an indicator is, where it began and where it wants to go."""

    name: str
    definition: str
    unit: str = ""
    baseline: Decimal | None = None
    baseline_on: date | None = None
    target: Decimal | None = None
    target_on: date | None = None


def may_write_figures(actor: Actor, *, calendar: Calendar, bearers: Collection[str], at: datetime) -> Verdict:
    """Whether the actor may say anything of a service's figures: its own team, or the agency."""
    return verdict(calendar.gate(Verb.UPDATE_SERVICE, at), is_of_service(actor, bearers))


def may_set_indicator(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], draft: IndicatorDraft, others: int, at: datetime
) -> Verdict:
    """Whether the actor may follow an indicator beside so many others."""
    return verdict(
        may_write_figures(actor, calendar=calendar, bearers=bearers, at=at),
        _leaves_money(actor, draft.name, draft.definition, draft.unit),
        _is_sound(draft, at),
        (others < MOST_INDICATORS, Reason.TOO_MANY_INDICATORS),
    )


def may_change_indicator(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    draft: IndicatorDraft,
    is_over: bool,
    reason: str,
    at: datetime,
) -> Verdict:
    """Whether the actor may say otherwise what an indicator is, or move its target, for a public reason."""
    return verdict(
        may_end_indicator(actor, calendar=calendar, bearers=bearers, is_over=is_over, reason=reason, at=at),
        _leaves_money(actor, draft.name, draft.definition, draft.unit),
        _is_sound(draft, at),
    )


def may_end_indicator(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], is_over: bool, reason: str, at: datetime
) -> Verdict:
    """Whether the actor may stop following an indicator, for a public reason."""
    return verdict(
        may_write_figures(actor, calendar=calendar, bearers=bearers, at=at),
        (not is_over, Reason.INDICATOR_OVER),
        (bool(reason.strip()), Reason.REASON_MISSING),
        _leaves_money(actor, reason),
    )


def may_give_measure(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    is_over: bool,
    born_at: datetime,
    day: date,
    said: Sequence[str],
    already: bool,
    at: datetime,
) -> Verdict:
    """Whether the actor may give the value of an indicator on a day that has none; `said`: its unit and what is said of it."""
    return verdict(
        may_write_figures(actor, calendar=calendar, bearers=bearers, at=at),
        (not is_over, Reason.INDICATOR_OVER),
        (day >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
        (day <= paris_day(at), Reason.DATE_TO_COME),
        (not already, Reason.ALREADY_MEASURED),
        _leaves_money(actor, *said),
    )


def may_correct_measure(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], is_gone: bool, said: Sequence[str], reason: str, at: datetime
) -> Verdict:
    """Whether the actor may take a measure back, or give another for its day, for a public reason."""
    return verdict(
        may_write_figures(actor, calendar=calendar, bearers=bearers, at=at),
        (not is_gone, Reason.CHANGED_MEANWHILE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        _leaves_money(actor, reason, *said),
    )


def progress(baseline: Decimal | None, target: Decimal | None, last: Decimal | None) -> Decimal | None:
    """How much of the way from the baseline to the target is done, whichever way it goes: 0 at the start, 1 at the target,
    less than 0 when one went the other way. None when there is no way to speak of.
    """
    if baseline is None or target is None or last is None or baseline == target:
        return None
    return (last - baseline) / (target - baseline)


def _leaves_money(actor: Actor, *said: str) -> tuple[bool, Reason]:
    """Amounts are published by the agency: a service's own team says none by another way."""
    return (actor.has_role(*TEAM) or not speaks_of_money(*said), Reason.MONEY_IS_THE_AGENCY_S)


def _is_sound(draft: IndicatorDraft, at: datetime) -> Verdict:
    began, ends = draft.baseline_on, draft.target_on
    return verdict(
        (began is None or began <= paris_day(at), Reason.DATE_TO_COME),
        (began is None or ends is None or ends > began, Reason.TARGET_TOO_EARLY),
    )

"""Who may say what a collectivité does with a service, in which order, and who confirms it.

A collectivité tries it, uses it, no longer uses it, may begin again; each is dated, and none comes before what was last said.
To say the same again with another day corrects the day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Profile
from consult.ground.clock import paris_day
from consult.ground.refusals import ALLOWED, Reason, Verdict, verdict
from consult.services.model import DeploymentStatus, Phase
from consult.services.rules import is_of_service, may_update

IN_PLACE = (DeploymentStatus.TRIAL, DeploymentStatus.IN_USE)
"""What counts as adoption: the collectivité has the service now."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a collectivité was last said to do with the service."""

    status: DeploymentStatus
    since: date
    before: date | None = None
    """Since when it did what came before that; None when nothing did."""


def may_speak_of_use(actor: Actor, *, calendar: Calendar, bearers: Collection[str], siren: str | None, at: datetime) -> Verdict:
    """Whether the actor may say what a collectivité does with the service: its own, or any for the service's team."""
    return verdict(
        calendar.gate(Verb.DECLARE_DEPLOYMENT, at),
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        ALLOWED if is_of_service(actor, bearers) else _speaks_for(actor, siren),
    )


def may_declare_deployment(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    siren: str,
    phase: Phase,
    born_at: datetime,
    now: Said | None,
    then: DeploymentStatus,
    since: date,
    at: datetime,
) -> Verdict:
    """Whether the actor may say that a collectivité does this with the service since this day; `now`: what was last said."""
    is_the_same = now is not None and now.status is then
    return verdict(
        may_speak_of_use(actor, calendar=calendar, bearers=bearers, siren=siren, at=at),
        (now is not None or then in IN_PLACE, Reason.NOT_DEPLOYED),
        (phase is not Phase.STOPPED or then not in IN_PLACE or is_the_same, Reason.SERVICE_STOPPED),
        (now is None or (now.status, now.since) != (then, since), Reason.ALREADY_DEPLOYED),
        (since >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
        (since <= paris_day(at), Reason.DATE_TO_COME),
        (now is None or since >= _not_before(now, then, since), Reason.DATE_BEFORE_LAST_STEP),
    )


def _not_before(now: Said, then: DeploymentStatus, since: date) -> date:
    """The first day it may be said of: that of what was last said, or of what came before when that one is corrected."""
    return now.since if now.status is not then else now.before or since


def may_confirm(actor: Actor, *, calendar: Calendar, bearers: Collection[str], at: datetime) -> Verdict:
    """Whether the actor may confirm what collectivités say they do with the service."""
    return may_update(actor, calendar=calendar, bearers=bearers, at=at)


def may_unconfirm(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], is_confirmed: bool, reason: str, at: datetime
) -> Verdict:
    """Whether the actor may take back, for a reason, what was confirmed of a collectivité's use."""
    return verdict(
        may_confirm(actor, calendar=calendar, bearers=bearers, at=at),
        (is_confirmed, Reason.NOT_CONFIRMED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def _speaks_for(actor: Actor, siren: str | None) -> Verdict:
    return verdict(
        (actor.profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (actor.mandate is not None, Reason.NO_COLLECTIVITE),
        (actor.is_verified, Reason.ATTACHMENT_PENDING),
        (actor.siren == siren, Reason.NOT_YOURS),
    )

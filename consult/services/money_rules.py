"""What may be said of a service's money, and how far it may go.

A line is an amount on a day: what the service costs, what the State grants, what others give, what the State engaged and paid.
Lines are never changed. The service's own team proposes, the agency publishes; only what is published is counted, and what is
counted always holds together: the State within its rate, all funders within the cost, the edition within its envelope, nothing
engaged that was not granted, nothing paid that was not engaged. So it stays when a line is cancelled.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal

from consult.calendar.rules import Calendar, Verb
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris_day
from consult.ground.refusals import Reason, Verdict, verdict
from consult.interests.rules import is_of_the_team
from consult.services.model import MoneyKind, Publication
from consult.services.rules import is_of_service

NOTHING = Decimal(0)
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of the published lines of a service, in euros."""

    cost: Decimal = NOTHING
    state_share: Decimal = NOTHING
    others: Decimal = NOTHING
    engaged: Decimal = NOTHING
    paid: Decimal = NOTHING

    def plus(self, kind: MoneyKind, amount: Decimal) -> "Totals":
        """The same with one line more; a negative amount takes one away."""
        name = _SUM[kind]
        return replace(self, **{name: getattr(self, name) + amount})

    @property
    def missing(self) -> Decimal:
        """What nobody pays for yet."""
        return self.cost - self.state_share - self.others


_SUM = {
    MoneyKind.COST: "cost",
    MoneyKind.STATE: "state_share",
    MoneyKind.OTHER: "others",
    MoneyKind.ENGAGED: "engaged",
    MoneyKind.PAID: "paid",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What the money of a service may not pass: the rate it was born with, and what its edition has left."""

    rate: Decimal
    envelope: Decimal | None
    """None: the edition says no envelope, and none is held."""
    granted: Decimal
    """The State's shares of all the services of the edition, this one's among them."""

    @property
    def left(self) -> Decimal | None:
        """What may still be granted; None without an envelope."""
        return None if self.envelope is None else self.envelope - self.granted


def holds(totals: Totals, limits: Limits) -> Verdict:
    """Whether sums hold together; the base itself says the same, and has the last word."""
    return verdict(
        (totals.state_share <= totals.cost * limits.rate, Reason.SHARE_OVER_THE_RATE),
        (totals.missing >= NOTHING, Reason.FUNDERS_OVER_THE_COST),
        (limits.envelope is None or limits.granted <= limits.envelope, Reason.ENVELOPE_EXCEEDED),
        (totals.engaged <= totals.state_share, Reason.ENGAGED_OVER_THE_SHARE),
        (totals.paid <= totals.engaged, Reason.PAID_OVER_THE_ENGAGED),
    )


def after(totals: Totals, limits: Limits, kind: MoneyKind, amount: Decimal) -> tuple[Totals, Limits]:
    """What sums and limits become with one line more, or one less when the amount is negative."""
    granted = limits.granted + (amount if kind is MoneyKind.STATE else NOTHING)
    return totals.plus(kind, amount), replace(limits, granted=granted)


def room(kind: MoneyKind, totals: Totals, limits: Limits) -> Decimal | None:
    """The largest amount that may still be published of this kind; None when nothing bounds it."""
    if kind is MoneyKind.COST:
        return None
    if kind is MoneyKind.STATE:
        bounds = [(totals.cost * limits.rate).quantize(_CENT, ROUND_DOWN) - totals.state_share, totals.missing]
        return max(NOTHING, min([*bounds, *([] if limits.left is None else [limits.left])]))
    return {
        MoneyKind.OTHER: totals.missing,
        MoneyKind.ENGAGED: totals.state_share - totals.engaged,
        MoneyKind.PAID: totals.engaged - totals.paid,
    }[kind]


def may_write_money(actor: Actor, *, calendar: Calendar, bearers: Collection[str], at: datetime) -> Verdict:
    """Whether the actor may say anything of a service's money: its own team proposes, the agency publishes."""
    return verdict(calendar.gate(Verb.UPDATE_SERVICE, at), is_of_service(actor, bearers))


def may_add_line(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    kind: MoneyKind,
    day: date,
    born_at: datetime,
    stopped_on: date | None,
    is_repeated: bool,
    at: datetime,
) -> Verdict:
    """Whether the actor may add a line dated of this day: what happened, since the service was born.

    A service that stopped commits nothing more from then on; what was engaged before is still paid. A line that is already
    there, of the same kind, amount, day and words, was sent twice.
    """
    is_over = stopped_on is not None and day > stopped_on and kind is not MoneyKind.PAID
    return verdict(
        may_write_money(actor, calendar=calendar, bearers=bearers, at=at),
        (day >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
        (day <= paris_day(at), Reason.DATE_TO_COME),
        (not is_over, Reason.SERVICE_STOPPED),
        (not is_repeated, Reason.LINE_REPEATED),
    )


def may_decide_line(actor: Actor, *, calendar: Calendar, standing: Publication, at: datetime) -> Verdict:
    """Whether the actor may publish, or refuse, what the service's team proposed: the agency, once."""
    return verdict(
        calendar.gate(Verb.UPDATE_SERVICE, at),
        is_of_the_team(actor),
        (standing is Publication.PROPOSED, Reason.ALREADY_DECIDED),
    )


def may_refuse_line(actor: Actor, *, calendar: Calendar, standing: Publication, reason: str, at: datetime) -> Verdict:
    """Whether the actor may refuse a proposed line, for this reason."""
    return verdict(
        may_decide_line(actor, calendar=calendar, standing=standing, at=at),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_cancel_line(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], standing: Publication, reason: str, at: datetime
) -> Verdict:
    """Whether the actor may cancel a line: its own team one that is only proposed, the agency any that is not over."""
    return verdict(
        may_write_money(actor, calendar=calendar, bearers=bearers, at=at),
        (standing in (Publication.PROPOSED, Publication.PUBLISHED), Reason.ALREADY_DECIDED),
        is_of_the_team(actor) if standing is Publication.PUBLISHED else verdict(),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


@dataclass(frozen=True, slots=True)
class Funding:
    """What an edition gives to its services."""

    envelope: Decimal | None
    rate: Decimal
    """The State's share of the cost of a service at most. A service keeps the one it was born with."""


def may_set_funding(actor: Actor, *, now: Funding, seen: Funding, then: Funding, granted: Decimal, reason: str) -> Verdict:
    """Whether the actor may give an edition another envelope or rate: an administrator, at any time, never below what is
    granted, never taken away. `seen` is what the page that asks showed.
    """
    is_enough = then.envelope == now.envelope or (then.envelope is not None and then.envelope >= granted)
    return verdict(
        (actor.is_signed_in or actor.is_operator, Reason.SIGN_IN),
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (seen == now, Reason.FUNDING_CHANGED),
        (then != now, Reason.FUNDING_UNCHANGED),
        (is_enough, Reason.ENVELOPE_BELOW_GRANTED),
    )

"""Who may say what of a service, and the steps it may take.

Every date is a day in Paris. Nothing about a service comes before its birth, and nothing is declared done before it is.
"""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from enum import StrEnum

from consult.calendar.rules import Calendar, Stage, Verb
from consult.ground.actor import Actor
from consult.ground.clock import paris_day
from consult.ground.refusals import ALLOWED, Reason, Verdict, verdict
from consult.interests.rules import TEAM, is_of_the_team
from consult.services.model import Phase

NEXT_PHASES: dict[Phase, tuple[Phase, ...]] = {
    Phase.INVESTIGATION: (Phase.CONSTRUCTION, Phase.STOPPED),
    Phase.CONSTRUCTION: (Phase.ACCELERATION, Phase.STOPPED),
    Phase.ACCELERATION: (Phase.CONSOLIDATION, Phase.STOPPED),
    Phase.CONSOLIDATION: (Phase.OPERATED, Phase.TRANSFERRED, Phase.STOPPED),
    Phase.OPERATED: (Phase.TRANSFERRED, Phase.STOPPED),
    Phase.TRANSFERRED: (Phase.STOPPED,),
    Phase.STOPPED: (),
}
"""beta.gouv's phases, one after the other; to stop is a normal end, from any phase: what is in use may be closed one day."""

BORN_IN = (Phase.INVESTIGATION, Phase.CONSTRUCTION, Phase.ACCELERATION, Phase.CONSOLIDATION)
"""A service that existed before the consultation is born where it stood."""

SILENCE = timedelta(days=90)
"""How long a service may say nothing before its page says so."""


def is_silent(phase: Phase, last_told: date, today: date) -> bool:
    """Whether a service has said nothing for too long, since its last news or its birth; one that came to its end owes none."""
    return phase not in (Phase.TRANSFERRED, Phase.STOPPED) and today - last_told >= SILENCE


class Keeping(StrEnum):
    """How a milestone is kept."""

    TO_COME = "to_come"
    LATE = "late"
    DONE = "done"
    DONE_LATE = "done_late"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        return {
            Keeping.TO_COME: "à venir",
            Keeping.LATE: "en retard",
            Keeping.DONE: "atteint",
            Keeping.DONE_LATE: "atteint en retard",
            Keeping.DROPPED: "abandonné",
        }[self]


def keeping(due_on: date, done_on: date | None, *, phase: Phase, today: date, is_dropped: bool = False) -> Keeping:
    """How a milestone stands on a day: the due day itself is not late, and a stopped service drops what it promised."""
    if done_on is not None:
        return Keeping.DONE if done_on <= due_on else Keeping.DONE_LATE
    if is_dropped or phase is Phase.STOPPED:
        return Keeping.DROPPED
    return Keeping.LATE if due_on < today else Keeping.TO_COME


def is_of_service(actor: Actor, bearers: Collection[str]) -> Verdict:
    """Whether the actor writes on a service's pages: the agency, or the verified people of a collectivité that bears it."""
    if actor.has_role(*TEAM):
        return ALLOWED
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.is_verified and actor.siren in bearers, Reason.NOT_OF_THE_SERVICE),
    )


def may_create(
    actor: Actor,
    *,
    calendar: Calendar,
    is_proclaimed: bool,
    is_retained: bool,
    reason: str,
    at: datetime,
    day: date | None = None,
    answers_something: bool = True,
) -> Verdict:
    """Whether the actor may give birth to a service from a proposition: today, or on a past day of the stage.

    `answers_something`: it answers one of the contributions of its proposition at least, or there are none.
    """
    return verdict(
        calendar.gate(Verb.CREATE_SERVICE, at),
        is_of_the_team(actor),
        (is_proclaimed, Reason.NOT_PROCLAIMED),
        (is_retained, Reason.NOT_RETAINED),
        (day is None or day <= paris_day(at), Reason.DATE_TO_COME),
        (day is None or day >= paris_day(calendar.window(Stage.TRACKING).opens_at), Reason.DATE_BEFORE_STAGE),
        (answers_something, Reason.NO_CONTRIBUTION),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_name_bearers(actor: Actor, *, calendar: Calendar, reason: str, at: datetime) -> Verdict:
    """Whether the actor may say which collectivités bear a service: the agency, since their people then write on its pages."""
    return verdict(
        calendar.gate(Verb.UPDATE_SERVICE, at),
        is_of_the_team(actor),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_update(actor: Actor, *, calendar: Calendar, bearers: Collection[str], at: datetime) -> Verdict:
    """Whether the actor may change what is said of a service: its own team, or the agency."""
    return verdict(calendar.gate(Verb.UPDATE_SERVICE, at), is_of_service(actor, bearers))


def may_enter_phase(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    now: Phase,
    then: Phase,
    reason: str,
    at: datetime,
    day: date | None = None,
    last_day: date | None = None,
    learnt: str = "",
) -> Verdict:
    """Whether the actor may take a service from one phase to another, today or on a past day, not before its last step.

    What stops says what was learnt.
    """
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        (then in NEXT_PHASES[now], Reason.STEP_IMPOSSIBLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (then is not Phase.STOPPED or bool(learnt.strip()), Reason.LEARNT_MISSING),
        (day is None or day <= paris_day(at), Reason.DATE_TO_COME),
        (day is None or last_day is None or day >= last_day, Reason.STEP_BEFORE_THE_LAST),
    )


def may_undo_stop(actor: Actor, *, calendar: Calendar, now: Phase, reason: str, at: datetime) -> Verdict:
    """Whether the actor may say that a service did not stop, though it was written: the agency, for a reason."""
    return verdict(
        calendar.gate(Verb.UPDATE_SERVICE, at),
        is_of_the_team(actor),
        (now is Phase.STOPPED, Reason.SERVICE_NOT_STOPPED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def is_undone(phase: Phase, *, is_last: bool) -> bool:
    """Whether a step of a service was written wrongly: nothing follows a stop but the act that says it did not happen."""
    return phase is Phase.STOPPED and not is_last


def may_set_milestone(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    phase: Phase,
    born_at: datetime,
    due_on: date,
    at: datetime,
) -> Verdict:
    """Whether the actor may promise something for a day."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        (phase is not Phase.STOPPED, Reason.SERVICE_STOPPED),
        (due_on >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
    )


def is_still_promised(*, already_done: bool, is_dropped: bool) -> Verdict:
    """Whether a milestone is neither reached nor given up."""
    return verdict((not already_done, Reason.ALREADY_REACHED), (not is_dropped, Reason.MILESTONE_DROPPED))


def may_move_milestone(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    phase: Phase,
    born_at: datetime,
    promised: Verdict,
    old: date,
    new: date,
    reason: str,
    at: datetime,
) -> Verdict:
    """Whether the actor may promise for another day what was promised; `promised` is what `is_still_promised` says."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        promised,
        (phase is not Phase.STOPPED, Reason.SERVICE_STOPPED),
        (new >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
        (new != old, Reason.DATE_UNCHANGED),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_reach_milestone(
    actor: Actor,
    *,
    calendar: Calendar,
    bearers: Collection[str],
    born_at: datetime,
    promised: Verdict,
    done_on: date,
    at: datetime,
) -> Verdict:
    """Whether the actor may say that a milestone was reached on a day, which may be past but not to come."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        promised,
        _happened(done_on, born_at, at),
    )


def may_drop_milestone(
    actor: Actor, *, calendar: Calendar, bearers: Collection[str], promised: Verdict, reason: str, at: datetime
) -> Verdict:
    """Whether the actor may give up a milestone, for a reason."""
    return verdict(
        may_update(actor, calendar=calendar, bearers=bearers, at=at),
        promised,
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def _happened(day: date, born_at: datetime, at: datetime) -> Verdict:
    return verdict(
        (day >= paris_day(born_at), Reason.DATE_BEFORE_BIRTH),
        (day <= paris_day(at), Reason.DATE_TO_COME),
    )

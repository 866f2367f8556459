"""One's own account: changing its address, choosing its mail, closing it, leaving it asleep. Pure functions of values."""

from datetime import datetime, timedelta

from consult.accounts.rules import MOST_REQUESTS, MOST_TRIES, may_act_for_oneself
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict

# ── Changing address ─────────────────────────────────────────────────────────────────────────────────────────────────────

ADDRESS_CODES_LAST = timedelta(minutes=15)
MOST_ADDRESS_CHANGES = 3
"""Asked for by one person within ADDRESS_CHANGES_COUNTED_OVER: fifteen codes tried a day, at most."""
ADDRESS_CHANGES_COUNTED_OVER = timedelta(days=1)


def may_ask_address_change(actor: Actor, *, is_same: bool, asked: int) -> Verdict:
    """Whether a person may ask for another address, after `asked` requests within ADDRESS_CHANGES_COUNTED_OVER.

    Nothing here depends on who else has an account at the new one.
    """
    return verdict(
        may_act_for_oneself(actor),
        (not is_same, Reason.ADDRESS_UNCHANGED),
        (asked < MOST_ADDRESS_CHANGES, Reason.TOO_MANY_CODES),
    )


def may_write_to(*, sign_ins: int, changes: int) -> bool:
    """Whether one more message may go to an address nobody has proved yet, within REQUESTS_COUNTED_OVER.

    Whatever page it is asked from, it counts: the limit is that of who would receive them.
    """
    return sign_ins + changes < MOST_REQUESTS


def may_change_address(actor: Actor, *, live: bool, tries: int, matches: bool, is_taken: bool) -> Verdict:
    """Whether the two codes move the account, after `tries` wrong ones. Only who has proved an address hears it is taken."""
    return verdict(
        may_act_for_oneself(actor),
        (live, Reason.CODE_EXPIRED),
        (tries < MOST_TRIES, Reason.TOO_MANY_TRIES),
        (matches, Reason.CODE_WRONG),
        (not is_taken, Reason.ADDRESS_TAKEN),
    )


# ── Closing ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

DORMANT_YEARS = 2
WARNING_LASTS = timedelta(days=30)
"""From the warning to the closing of an account that nobody visits."""


def may_close_account(actor: Actor, *, is_last_administrator: bool) -> Verdict:
    """Whether a person may close their own account: somebody must still be able to steer the site."""
    return verdict(
        may_act_for_oneself(actor),
        (not is_last_administrator, Reason.LAST_ADMINISTRATOR),
    )


def dormant_since(at: datetime) -> datetime:
    """The latest visit of those that are two years old at this instant, inside: two calendar years, to the microsecond.

    For 29 February it is 28 February, two years before.
    """
    try:
        return at.replace(year=at.year - DORMANT_YEARS)
    except ValueError:
        return at.replace(year=at.year - DORMANT_YEARS, day=28)

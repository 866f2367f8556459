"""A code sent to an official mailbox and typed back: what it looks like, how often it is sent and tried. Pure functions."""

import re
import secrets
from datetime import timedelta

from consult.accounts.model import AttachmentStatus
from consult.accounts.rules import may_act_for_oneself, readable_address
from consult.ground.actor import Actor
from consult.ground.refusals import Reason, Verdict, verdict

LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ"
"""Without I, L, O and U: read aloud or copied by hand, none is taken for another or for a figure."""
LENGTH = 8
"""Letters of a code: one chance in fifty billion, ten thousand million times what may be tried of one."""

LASTS = timedelta(days=7)
"""A small mairie opens two mornings a week."""
MOST_TRIES = 5
MOST_CODES_A_REQUEST = 3
MOST_CODES_A_MAILBOX = 5
"""Whoever asks, and for whichever of the collectivités that share it: a mailbox is not flooded."""
COUNTED_OVER = timedelta(days=1)

_TYPED = re.compile(f"[{LETTERS}]{{{LENGTH}}}")


def new_code() -> str:
    """A code that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def parse_code(typed: str) -> str | None:
    """The code that was typed, in any case, with or without its dash; None for what could be no code."""
    code = re.sub(r"[\s.\-\u2010-\u2015]", "", typed).upper()
    return code if _TYPED.fullmatch(code) else None


def readable_code(code: str) -> str:
    """A code as it is read and copied: two groups of four."""
    return f"{code[:4]}-{code[4:]}"


def masked(email: str) -> str:
    """A mailbox as it is shown to whoever does not open it: « m…@wanadoo.fr »."""
    local, _, domain = readable_address(email).rpartition("@")
    return f"{local[:1]}…@{domain}"


def may_send_code(
    actor: Actor, *, status: AttachmentStatus, has_mailbox: bool, is_current: bool, for_request: int, to_mailbox: int
) -> Verdict:
    """Whether a code may go to the mailbox of the collectivité that the actor asks to speak for, after so many of them within
    COUNTED_OVER."""
    return verdict(
        may_act_for_oneself(actor),
        (status is AttachmentStatus.PENDING, Reason.ALREADY_DECIDED),
        (is_current, Reason.NOT_IN_REGISTER),
        (has_mailbox, Reason.NO_MAILBOX),
        (for_request < MOST_CODES_A_REQUEST and to_mailbox < MOST_CODES_A_MAILBOX, Reason.TOO_MANY_CODES),
    )


def may_use_code(*, status: AttachmentStatus, live: bool, tries: int, matches: bool) -> Verdict:
    """Whether a code verifies the request, after `tries` wrong ones: once they are spent, the right one is refused too."""
    return verdict(
        (status is AttachmentStatus.PENDING, Reason.ALREADY_DECIDED),
        (live, Reason.CODE_EXPIRED),
        (tries < MOST_TRIES, Reason.TOO_MANY_TRIES),
        (matches, Reason.CODE_WRONG),
    )

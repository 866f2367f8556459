"""Addresses, sign-in, attachments and roles: what may be done, and why not. Pure functions of values."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from consult.accounts.model import AttachmentStatus, SessionWay
from consult.ground.actor import Actor, Profile, Role
from consult.ground.refusals import Reason, Verdict, verdict

# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────────

LONGEST_ADDRESS = 254
"""Characters, once the domain is in ASCII (RFC 5321, 4.5.3.1.3, without the angle brackets)."""

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL_PART = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Address:
    """An e-mail address: where mail goes, and the key under which it is one account."""

    email: str
    key: str


def parse_address(typed: str) -> Address | None:
    """The address that was typed, or None when mail could not go there.

    Spaces are a slip of the keyboard. Capitals are kept where mail goes, and make no other account. An international domain
    is written in ASCII, so that two that merely look alike are two. Letters outside ASCII are refused before the @: few mail
    servers take them, and their capitals would make two people one.
    """
    text = "".join(typed.split())
    local, _, domain = text.rpartition("@")
    if len(text) > LONGEST_ADDRESS or len(local) > 64 or not _LOCAL_PART.fullmatch(local):
        return None
    try:
        ascii_domain = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    *labels, last = ascii_domain.split(".")
    email = f"{local}@{ascii_domain}"
    if not labels or last.isdigit() or len(email) > LONGEST_ADDRESS:
        return None
    return Address(email, email.lower()) if all(map(_LABEL.fullmatch, [*labels, last])) else None


def readable_address(email: str) -> str:
    """The address as its owner writes it: an international domain in its own letters."""
    local, _, domain = email.rpartition("@")
    try:
        return f"{local}@{domain.encode('ascii').decode('idna')}"
    except UnicodeError:
        return email


def masked_address(email: str) -> str:
    """Enough of it for its owner to know it: « a***@mairie.fr »."""
    local, _, domain = readable_address(email).rpartition("@")
    return f"{local[:1]}***@{domain}"


# ── Signing in ───────────────────────────────────────────────────────────────────────────────────────────────────────────

SIGN_IN_LASTS = timedelta(minutes=15)
MOST_REQUESTS = 5
REQUESTS_COUNTED_OVER = timedelta(minutes=15)
MOST_TRIES = 5
MOST_TRIES_A_DAY = 30
"""For one address, whoever asks and however many requests they make: one chance in 33 000 of guessing a code in a day."""
TRIES_COUNTED_OVER = timedelta(days=1)


SESSION_LASTS = timedelta(days=14)
"""From its opening, whatever is done in it: the copy of a cookie does not serve for ever."""


def is_strong(way: SessionWay, *, second_factor_at: datetime | None) -> bool:
    """Whether a session has more to show than the mail of an address. The demonstration's accounts are everyone's."""
    return way in (SessionWay.OIDC, SessionWay.DEMO) or second_factor_at is not None


def may_send_sign_in(requests: int) -> Verdict:
    """Whether one more message may go to an address that was sent `requests` of them within REQUESTS_COUNTED_OVER."""
    return verdict((requests < MOST_REQUESTS, Reason.TOO_MANY_TRIES))


def is_live(*, expires_at: datetime, used_at: datetime | None, at: datetime) -> bool:
    """Whether a link or a code still serves: `expires_at` is outside."""
    return used_at is None and at < expires_at


def may_sign_in_by_link(*, live: bool) -> Verdict:
    """Whether a link opens a session. It holds 256 random bits: tries need not be counted."""
    return verdict((live, Reason.CODE_EXPIRED))


def may_sign_in_by_code(*, live: bool, tries: int, tries_today: int, matches: bool) -> Verdict:
    """Whether a code opens a session, after `tries` wrong ones, and `tries_today` for this address since a day.

    When the tries are spent, the right code is refused too; the link of the same message still serves.
    """
    return verdict(
        (live, Reason.CODE_EXPIRED),
        (tries < MOST_TRIES and tries_today < MOST_TRIES_A_DAY, Reason.TOO_MANY_TRIES),
        (matches, Reason.CODE_WRONG),
    )


# ── The account ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_act_for_oneself(actor: Actor) -> Verdict:
    """Whether there is somebody to act for: neither a visitor nor the command line."""
    return verdict((actor.is_signed_in, Reason.SIGN_IN))


def may_describe_oneself(actor: Actor, *, profile: Profile, speaks_for_someone: bool) -> Verdict:
    """Whether a person may take this profile: a partner speaks for no collectivité, not even one still to be verified."""
    return verdict(
        may_act_for_oneself(actor),
        (profile is not Profile.PARTENAIRE or not speaks_for_someone, Reason.PARTNER_ATTACHED),
    )


# ── Attachments ──────────────────────────────────────────────────────────────────────────────────────────────────────────

MOST_PENDING = 3
"""Requests one person may have waiting at the same time."""


def may_ask_attachment(
    actor: Actor, *, profile: Profile | None, siren: str, is_current: bool, live: Collection[str], pending: int
) -> Verdict:
    """Whether a person of this profile may ask to speak for a collectivité.

    `live` holds the SIREN of those they already speak for or asked for; `pending` counts the latter.
    """
    return verdict(
        may_act_for_oneself(actor),
        (actor.is_complete, Reason.PROFILE_INCOMPLETE),
        (profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (is_current, Reason.NOT_IN_REGISTER),
        (siren not in live, Reason.ALREADY_ATTACHED),
        (pending < MOST_PENDING, Reason.TOO_MANY_PENDING),
    )


def may_prove_attachment(actor: Actor, *, profile: Profile | None, is_current: bool) -> Verdict:
    """Whether a proof may attach this person; somebody who has not said their profile yet may be attached before they do."""
    return verdict(
        may_act_for_oneself(actor),
        (profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (is_current, Reason.NOT_IN_REGISTER),
    )


def is_put_aside(status: AttachmentStatus, *, decided_by: int | None, person_id: int) -> bool:
    """Whether somebody else has said no to an attachment that is over: no proof reverses that by itself.

    Leaving by oneself, or the end of a collectivité that left the register (nobody decided), is no such answer.
    """
    if status is AttachmentStatus.REFUSED:
        return True
    return status is AttachmentStatus.ENDED and decided_by is not None and decided_by != person_id


def may_withdraw_attachment(actor: Actor, *, status: AttachmentStatus) -> Verdict:
    """Whether a person may take back a request of their own."""
    return verdict(
        may_act_for_oneself(actor),
        (status is AttachmentStatus.PENDING, Reason.ALREADY_DECIDED),
    )


def may_see_attachments_desk(actor: Actor) -> Verdict:
    """Whether the actor may read who asks to speak for whom."""
    return verdict((actor.has_role(Role.MODERATOR, Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE))


def may_verify_attachment(actor: Actor, *, person_id: int, status: AttachmentStatus, is_current: bool, reason: str) -> Verdict:
    """Whether the actor may say that this person speaks for this collectivité, and why. Nobody decides for themselves, and
    nobody speaks for what the register no longer holds (`is_current`)."""
    return verdict(
        _may_decide(actor, person_id=person_id, status=status),
        (is_current, Reason.NOT_IN_REGISTER),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_refuse_attachment(actor: Actor, *, person_id: int, status: AttachmentStatus, reason: str) -> Verdict:
    """The same, to say that they do not; that may be said of a collectivité that is no more."""
    return verdict(
        _may_decide(actor, person_id=person_id, status=status),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def _may_decide(actor: Actor, *, person_id: int, status: AttachmentStatus) -> Verdict:
    return verdict(
        may_see_attachments_desk(actor),
        (actor.person_id != person_id, Reason.OWN_REQUEST),
        (status is AttachmentStatus.PENDING, Reason.ALREADY_DECIDED),
    )


def may_reopen_attachment(
    actor: Actor,
    *,
    person_id: int,
    profile: Profile | None,
    status: AttachmentStatus,
    is_current: bool,
    is_open: bool,
    asked_anew: bool,
    reason: str,
) -> Verdict:
    """Whether the actor may take a refusal back, so that the request waits again.

    Only a refusal: what was verified once and ended is asked for anew, because what was done under it counts. `is_open`:
    whether the account still is; `asked_anew`: whether they have another live attachment to the same collectivité.
    """
    return verdict(
        may_see_attachments_desk(actor),
        (actor.person_id != person_id, Reason.OWN_REQUEST),
        (is_open and status is not AttachmentStatus.ENDED, Reason.ATTACHMENT_OVER),
        (status is AttachmentStatus.REFUSED, Reason.ALREADY_DECIDED),
        (profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (is_current, Reason.NOT_IN_REGISTER),
        (not asked_anew, Reason.ASKED_ANEW),
        (bool(reason.strip()), Reason.REASON_MISSING),
    )


def may_know_attachment(actor: Actor, *, person_id: int, siren: str) -> Verdict:
    """Whether the actor, as they act now, may know that someone speaks or asks to speak for a collectivité: the person,
    those who surely speak for it themselves, and the team. To everyone else it must look as if there were nothing."""
    is_colleague = actor.is_verified and actor.siren == siren
    return verdict(
        may_act_for_oneself(actor),
        (actor.person_id == person_id or is_colleague or bool(may_see_attachments_desk(actor)), Reason.NOT_A_COLLEAGUE),
    )


def may_end_attachment(actor: Actor, *, person_id: int, siren: str, status: AttachmentStatus, reason: str) -> Verdict:
    """Whether the actor may end an attachment, verified or still waiting: their own, without saying why if they like; that
    of somebody of the same collectivité, or anyone's for the team, with a reason."""
    return verdict(
        may_know_attachment(actor, person_id=person_id, siren=siren),
        (status in (AttachmentStatus.PENDING, AttachmentStatus.VERIFIED), Reason.ATTACHMENT_OVER),
        (actor.person_id == person_id or bool(reason.strip()), Reason.REASON_MISSING),
    )


# ── Roles ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_grant_role(actor: Actor, *, is_held: bool, reason: str) -> Verdict:
    """Whether the actor may give someone a role that they hold already (`is_held`) or not."""
    return verdict(
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (not is_held, Reason.ROLE_ALREADY_HELD),
    )


def may_revoke_role(actor: Actor, role: Role, *, is_held: bool, administrators: int, reason: str) -> Verdict:
    """Whether the actor may take a role back, there being so many administrators: the last one stays, even for an operator."""
    return verdict(
        (actor.has_role(Role.ADMINISTRATOR), Reason.NOT_YOUR_ROLE),
        (bool(reason.strip()), Reason.REASON_MISSING),
        (is_held, Reason.ROLE_NOT_HELD),
        (role is not Role.ADMINISTRATOR or administrators > 1, Reason.LAST_ADMINISTRATOR),
    )

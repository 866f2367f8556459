"""In whose name one acts, what colleagues see of each other, whom they invite: what may be done, and why not."""

from collections.abc import Collection
from datetime import timedelta

from consult.accounts.model import AttachmentStatus
from consult.accounts.rules import may_act_for_oneself
from consult.ground.actor import Actor, Profile
from consult.ground.refusals import Reason, Verdict, verdict

# ── Mandates ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_act_for(actor: Actor, siren: str) -> Verdict:
    """Whether the actor speaks for this collectivité, surely or not yet. A page that was in its name may be older than that."""
    return verdict(may_act_for_oneself(actor), (actor.acting_for(siren) is not None, Reason.MANDATE_ENDED))


def may_choose_mandate(actor: Actor, *, status: AttachmentStatus) -> Verdict:
    """Whether a person may act from now on by an attachment of their own, which stands so."""
    live = status in (AttachmentStatus.PENDING, AttachmentStatus.VERIFIED)
    return verdict(may_act_for_oneself(actor), (live, Reason.MANDATE_ENDED))


# ── Colleagues ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def may_see_colleagues(actor: Actor) -> Verdict:
    """Whether the actor may read who else speaks for the collectivité in whose name they act, and what was done in its name.

    Somebody whose own attachment is still to be verified may be anyone: the names of the others are not theirs to read.
    """
    return verdict(
        may_act_for_oneself(actor),
        (actor.profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (actor.mandate is not None, Reason.NO_COLLECTIVITE),
        (actor.is_verified, Reason.ATTACHMENT_PENDING),
    )


def may_vouch(
    actor: Actor, *, is_colleague: bool, person_id: int, status: AttachmentStatus, is_current: bool, is_put_aside: bool
) -> Verdict:
    """Whether the actor may say, as a colleague (`is_colleague`: verified for the same collectivité), that somebody speaks for
    it too. What a colleague or the team has answered no to (`is_put_aside`) is the team's alone to bring back."""
    return verdict(
        may_act_for_oneself(actor),
        (actor.person_id != person_id, Reason.OWN_REQUEST),
        (is_colleague, Reason.NOT_A_COLLEAGUE),
        (status is AttachmentStatus.PENDING, Reason.ALREADY_DECIDED),
        (is_current, Reason.NOT_IN_REGISTER),
        (not is_put_aside, Reason.PROOF_PUT_ASIDE),
    )


# ── Invitations ──────────────────────────────────────────────────────────────────────────────────────────────────────────

INVITATION_LASTS = timedelta(days=14)
MOST_WAITING = 20
"""Invitations of one collectivité that wait for an answer at the same time."""
MOST_A_DAY = 30
"""Invitations that one person sends over INVITATIONS_COUNTED_OVER, withdrawn ones too: the site is no mailing machine."""
MOST_TO_ONE_ADDRESS = 3
"""Invitations that one address receives from one collectivité over the same time."""
INVITATIONS_COUNTED_OVER = timedelta(days=1)


def may_invite(
    actor: Actor, *, email_key: str, own_key: str, waiting: Collection[str], sent_today: int, to_this_address_today: int
) -> Verdict:
    """Whether the actor may invite an address to speak for the collectivité in whose name they act.

    `waiting` holds the addresses already invited. Whether an address has an account, or speaks for the collectivité already,
    changes nothing: the answer would say so to who only knows the address.
    """
    may_send_more = len(waiting) < MOST_WAITING and sent_today < MOST_A_DAY and to_this_address_today < MOST_TO_ONE_ADDRESS
    return verdict(
        may_see_colleagues(actor),
        (email_key != own_key, Reason.ALREADY_ATTACHED),
        (email_key not in waiting, Reason.ALREADY_INVITED),
        (may_send_more, Reason.TOO_MANY_INVITATIONS),
    )


def may_answer_invitation(actor: Actor, *, is_mine: bool, serves: bool) -> Verdict:
    """Whether the actor may accept or decline an invitation: sent to their own address (`is_mine`), and that still serves.

    Somebody else learns nothing of it, not even whether it still serves.
    """
    return verdict(
        may_act_for_oneself(actor),
        (is_mine, Reason.INVITATION_NOT_YOURS),
        (serves, Reason.INVITATION_CLOSED),
    )


def may_revoke_invitation(actor: Actor, *, is_live: bool) -> Verdict:
    """Whether the actor may take back an invitation of the collectivité in whose name they act, whoever sent it."""
    return verdict(may_see_colleagues(actor), (is_live, Reason.INVITATION_CLOSED))

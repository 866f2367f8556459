"""Identities of an OIDC provider: whose account they open, and what the establishment they name is worth. Pure functions."""

import re
from collections.abc import Collection
from enum import StrEnum

from consult.accounts.rules import may_act_for_oneself
from consult.ground.actor import Actor, Profile, Role
from consult.ground.refusals import Reason, Verdict, verdict
from consult.register.rules import has_luhn_key, is_siren

_SIRET = re.compile(r"[0-9]{14}")


class Establishment(StrEnum):
    """What an establishment that the provider names says of its person."""

    UNSAID = "unsaid"
    """None was named, or its number is no SIRET."""
    ELSEWHERE = "elsewhere"
    """It belongs to none of the register: a company, a State service."""
    FORMER = "former"
    """It belonged to a collectivité that is no more."""
    PARTNER = "partner"
    """It belongs to a collectivité, for which somebody who says they are a partner does not speak."""
    PROOF = "proof"
    """It proves that they speak for that collectivité."""


def is_siret(text: str | None) -> bool:
    """Whether these are fourteen digits whose two Luhn keys are right: that of the SIREN they begin with, and their own."""
    return text is not None and bool(_SIRET.fullmatch(text)) and is_siren(text[:9]) and has_luhn_key(text)


def weigh(siret: str | None, *, is_current: bool | None, profile: Profile | None) -> Establishment:
    """What an establishment is worth; `is_current` says whether its collectivité still is, None when there is none."""
    if siret is None:
        return Establishment.UNSAID
    if is_current is None:
        return Establishment.ELSEWHERE
    if profile is Profile.PARTENAIRE:
        return Establishment.PARTNER
    return Establishment.PROOF if is_current else Establishment.FORMER


def may_use_provider(*, is_offered: bool) -> Verdict:
    """Whether this site lets one sign in through a provider."""
    return verdict((is_offered, Reason.OIDC_OFF))


def may_join_account(*, is_vouched: bool, roles: Collection[Role]) -> Verdict:
    """Whether an identity nobody knows may open the account that has its address, its person not being signed in.

    The provider must vouch for the address; and a role that asks for more than the mail of an address is not given to who has
    but that, even said by a provider.
    """
    return verdict((is_vouched and not any(role.needs_second_factor for role in roles), Reason.OIDC_ADDRESS_TAKEN))


def may_link_identity(actor: Actor, *, holder: int | None) -> Verdict:
    """Whether the actor may make an identity theirs, `holder` being whose it is already. It will open their desks: a session
    that may not open them itself cannot give it that."""
    return verdict(
        may_act_for_oneself(actor),
        (not actor.withheld, Reason.SECOND_FACTOR),
        (holder is None or holder == actor.person_id, Reason.IDENTITY_TAKEN),
    )

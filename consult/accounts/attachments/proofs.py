"""What shows, without the team, that a person speaks for a collectivité: the proofs that are already at hand when they ask."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.accounts.model import AttachmentWay, Identity, KnownDomain, Person


@dataclass(frozen=True, slots=True)
class Proof:
    """A way, and what is kept of it."""

    way: AttachmentWay
    evidence: Mapping[str, Any] = field(default_factory=dict)


def proof_at_hand(session: Session, person: Person, siren: str) -> Proof | None:
    """The surest proof already known of this person for this collectivité; None when they must show one, or wait.

    What the provider said of their establishment, otherwise the domain of their address, once they have shown it is theirs.
    """
    identity = session.scalars(
        select(Identity)
        .where(Identity.person_id == person.id, Identity.siret.like(f"{siren}%"))
        .order_by(Identity.seen_at.desc())
        .limit(1)
    ).first()
    if identity is not None:
        return Proof(AttachmentWay.OIDC, {"issuer": identity.issuer, "siret": identity.siret})
    domain = person.email_key.rpartition("@")[2]
    known_for = session.scalar(select(KnownDomain.siren).where(KnownDomain.domain == domain))
    if person.is_address_proved and known_for == siren:
        return Proof(AttachmentWay.DOMAIN, {"domain": domain})
    return None

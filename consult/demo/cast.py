"""Who plays in the demonstration: real collectivités of the register, chosen the same way every time, and invented people."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.register.queries import everyone
from consult.register.rules import Kind

AUTHOR_KINDS: Mapping[str, tuple[Kind, int, int]] = {
    "commune_tiny": (Kind.COMMUNE, 60, 500),
    "commune_small": (Kind.COMMUNE, 500, 2_000),
    "commune_medium": (Kind.COMMUNE, 2_000, 10_000),
    "commune_large": (Kind.COMMUNE, 10_000, 120_000),
    "epci": (Kind.EPCI, 5_000, 250_000),
    "departement": (Kind.DEPARTEMENT, 0, 10_000_000),
    "region": (Kind.REGION, 0, 20_000_000),
    "special_status": (Kind.SPECIAL_STATUS, 0, 10_000_000),
}
"""What the texts call an author: kind, population from (included) and to (excluded)."""

SHARES = (
    ("commune_tiny", 24),
    ("commune_small", 21),
    ("commune_medium", 14),
    ("commune_large", 8),
    ("epci", 12),
    ("departement", 5),
    ("region", 3),
    ("special_status", 2),
)
"""How many collectivités vote beside the authors, by what they are: small communes are the most numerous, as in life."""

DEMO_SIREN = {
    "agent": "214602401",  # Rocamadour (Lot)
    "collegue": "214602401",
    "elu": "213503600",  # Vitré (Ille-et-Vilaine)
    "epci": "200066371",  # Causses et Vallée de la Dordogne
    "departement": "224600015",  # Lot
    "attente": "214601023",  # Figeac (Lot)
}

SECOND_SIREN = {"elu": "200039022"}  # Vitré Communauté (Ille-et-Vilaine): an élu often sits in both
"""Who speaks for another collectivité too, and chooses in whose name they act."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Collectivités by what the texts call them, in the order in which they come on stage."""

    by_kind: Mapping[str, Sequence[str]]

    def drawn(self, author_kind: str) -> Iterator[str]:
        """Each collectivité of this sort once, then again from the first if there are too few."""
        while True:
            yield from self.by_kind[author_kind]


def cast() -> Cast:
    """Read the register once and put each sort in an order that depends on the SIREN only, not on the engine."""
    by_kind: dict[str, list[str]] = {name: [] for name in AUTHOR_KINDS}
    for siren, kind, population in everyone():
        for name, (wanted, least, most) in AUTHOR_KINDS.items():
            if kind is wanted and least <= population < most and siren not in DEMO_SIREN.values():
                by_kind[name].append(siren)
    return Cast({name: sorted(sirens, key=_shuffled)[:200] for name, sirens in by_kind.items()})


def _shuffled(siren: str) -> str:
    return hashlib.sha256(f"edition 2021 {siren}".encode()).hexdigest()

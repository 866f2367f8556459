"""Who is asking: a frozen value, handed to every rule and every act."""

from dataclasses import dataclass, field, replace
from enum import StrEnum


class Role(StrEnum):
    """What the team may be. Granted by an administrator, journaled."""

    MODERATOR = "moderator"
    ADMINISTRATOR = "administrator"
    COMMITTEE = "committee"
    OBSERVER = "observer"

    @property
    def needs_second_factor(self) -> bool:
        """Whether it is withheld until a session has more than the mail of an address to show: who only reads needs not."""
        return self is not Role.OBSERVER

    @property
    def label(self) -> str:
        return {
            Role.MODERATOR: "modération",
            Role.ADMINISTRATOR: "pilotage",
            Role.COMMITTEE: "comité de sélection",
            Role.OBSERVER: "observation",
        }[self]


class Profile(StrEnum):
    """In what capacity a person speaks."""

    ELU = "elu"
    AGENT = "agent"
    PARTENAIRE = "partenaire"

    @property
    def label(self) -> str:
        return {Profile.ELU: "élu ou élue", Profile.AGENT: "agent ou agente", Profile.PARTENAIRE: "partenaire"}[self]


class Standing(StrEnum):
    """How surely a person speaks for a collectivité: the attachments that give a voice, or may give one."""

    PENDING = "pending"
    VERIFIED = "verified"


@dataclass(frozen=True, slots=True)
class Mandate:
    """In whose name a person acts: a live attachment, and what the register says of its collectivité."""

    attachment_id: int
    siren: str
    standing: Standing
    name: str
    """With its département: « Rocamadour (Lot) »."""
    kind: str

    @property
    def is_verified(self) -> bool:
        return self.standing is Standing.VERIFIED


@dataclass(frozen=True, slots=True)
class Actor:
    """A visitor, a person, or an operator at the command line."""

    person_id: int | None = None
    name: str = ""
    profile: Profile | None = None
    function: str = ""
    roles: frozenset[Role] = field(default_factory=frozenset)
    withheld: frozenset[Role] = field(default_factory=frozenset)
    """Roles they hold but may not use yet: this session has not given its second factor."""
    mandate: Mandate | None = None
    """In whose name they act now."""
    mandates: tuple[Mandate, ...] = ()
    """Every collectivité they may act for, the surest and oldest first."""
    is_operator: bool = False

    @property
    def is_signed_in(self) -> bool:
        return self.person_id is not None

    @property
    def is_complete(self) -> bool:
        """Whether the person has said their name, profile and function."""
        return bool(self.name and self.profile and self.function)

    @property
    def siren(self) -> str | None:
        return self.mandate.siren if self.mandate else None

    @property
    def is_verified(self) -> bool:
        return self.mandate is not None and self.mandate.is_verified

    @property
    def is_pending(self) -> bool:
        return self.mandate is not None and not self.mandate.is_verified

    @property
    def collectivite_name(self) -> str | None:
        return self.mandate.name if self.mandate else None

    def acting_for(self, siren: str) -> "Actor | None":
        """The same person, in the name of another of their collectivités; None when they do not speak for it."""
        mandate = next((mandate for mandate in self.mandates if mandate.siren == siren), None)
        return replace(self, mandate=mandate) if mandate else None

    def is_withheld(self, *roles: Role | str) -> bool:
        """Whether one of these roles waits for the second factor."""
        return any(Role(role) in self.withheld for role in roles)

    def has_role(self, *roles: Role | str) -> bool:
        """Whether the person holds one of these roles."""
        return any(Role(role) in self.roles for role in roles)


VISITOR = Actor()
OPERATOR = Actor(name="Exploitation du site", roles=frozenset({Role.ADMINISTRATOR}), is_operator=True)
"""Whoever may run commands on the server: acts as an administrator, and the journal says it was the command line."""

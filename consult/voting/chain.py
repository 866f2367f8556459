"""The journal of a vote as it is published: what its lines say, and how each is chained to the one before it.

    first seal = SHA-256 of the edition's slug
    seal       = SHA-256 of the seal before it, a comma, and the line as the file has it, without its seal

A line that is altered, removed, inserted or moved no longer gives its seal: nobody can rewrite the journal up to a seal that
somebody else has noted. Nothing here needs the base: whoever holds the file holds the proof.
"""

from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from consult.ground.cells import Cell, line
from consult.register.rules import Kind, Stratum


class Act(StrEnum):
    """What a line of the journal says that happened."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"
    COUNTED = "counted"
    VOIDED = "voided"
    REOPENED = "reopened"
    MERGED = "merged"
    RESTORED = "restored"
    SET_ASIDE = "set_aside"
    WORDED = "worded"
    DECIDED = "decided"
    CORRECTED = "corrected"
    REVISED = "revised"
    PROCLAIMED = "proclaimed"

    @property
    def is_of_a_support(self) -> bool:
        return self not in (Act.WORDED, Act.DECIDED, Act.CORRECTED, Act.REVISED, Act.PROCLAIMED)

    @property
    def label(self) -> str:
        return {
            Act.GIVEN: "soutien donné",
            Act.WITHDRAWN: "soutien retiré",
            Act.COUNTED: "rattachement vérifié : le soutien compte",
            Act.VOIDED: "rattachement non vérifié : le soutien ne compte pas",
            Act.REOPENED: "rattachement de nouveau à vérifier",
            Act.MERGED: "mis de côté par une fusion : une autre voix compte",
            Act.RESTORED: "rétabli : il compte de nouveau pour sa collectivité",
            Act.SET_ASIDE: "encore à vérifier à la proclamation : le soutien ne compte pas",
            Act.WORDED: "texte de la proposition à la proclamation",
            Act.DECIDED: "décision proclamée",
            Act.CORRECTED: "texte corrigé après la proclamation",
            Act.REVISED: "décision corrigée après la proclamation",
            Act.PROCLAIMED: "résultat proclamé",
        }[self]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal, its seal left out. The names of the fields are those of the columns of `vote_journal.csv`."""

    position: int | None
    """From 1, without a gap; None while it is not sealed."""
    at: datetime
    act: Act
    proposal: int | None = None
    collectivite_siren: str | None = None
    collectivite_kind: str | None = None
    departement: str | None = None
    population_stratum: str | None = None
    receipt: str | None = None
    """Of the support; or the digest of what is sealed: the words of a proposition, a decision."""
    replaces: str | None = None
    counts: str | None = None
    """What the support is worth after the act, as `Weight` says it."""

    def text(self) -> str:
        """As the file has it: what is sealed."""
        values: tuple[Cell, ...] = astuple(self)
        return line(values).removesuffix("\r\n")


COLUMNS = (*(field.name for field in fields(Line)), "seal")


def first_seal(slug: str) -> str:
    """What the first line is chained to: it says of which edition the journal is."""
    return sha256(slug.encode()).hexdigest()


def seal(previous: str, text: str) -> str:
    """The seal of a line, in hexadecimal."""
    return sha256(f"{previous},{text}".encode()).hexdigest()


def digest(values: Iterable[Cell]) -> str:
    """What seals values that are too long for the journal: SHA-256 of the line that they make in a file."""
    return sha256(line(values).removesuffix("\r\n").encode()).hexdigest()


class Voter(Protocol):
    """What a support keeps of who gave it."""

    @property
    def siren(self) -> str: ...

    @property
    def kind(self) -> Kind: ...

    @property
    def departement(self) -> str | None: ...

    @property
    def stratum(self) -> Stratum: ...


def voter(support: Any, **data: Any) -> Mapping[str, Any]:
    """What the event of a support keeps, so that its line can be written when the support is no more."""
    who: Voter = support
    return {
        "given_by": who.siren,
        "voter_kind": who.kind.value,
        "departement": who.departement,
        "stratum": who.stratum.value,
        **data,
    }


def words_digest(number: Cell, title: Cell, summary: Cell, contributions: Cell) -> str:
    """What seals the words of a proposition: the columns of `proposals.csv` of the same names."""
    return digest((number, title, summary, contributions))


def decision_digest(
    number: Cell, supports: Cell, rank: Cell, decision: Cell, reason: Cell, explanation: Cell, recusals: Cell
) -> str:
    """What seals a decision, with the result it stands on: columns of `proposals.csv` too."""
    return digest((number, supports, rank, decision, reason, explanation, recusals))


def revision_digest(number: Cell, now: Cell, reason: Cell, at: Cell) -> str:
    """What seals what a correction made of a decision: columns of `proposals.csv` too."""
    return digest((number, now, reason, at))

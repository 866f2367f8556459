"""Who is let in so far, and who volunteered: by kind, by size, by region and by département. Is anybody left out?"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import case, func, select

from consult.ground.database import reading
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum

ELSEWHERE = "Sans département"
"""A région, or a grouping that is over several."""


class By(StrEnum):
    """What the balance is looked at by."""

    KIND = "nature"
    STRATUM = "population"
    REGION = "region"
    DEPARTEMENT = "departement"

    @property
    def label(self) -> str:
        return {
            By.KIND: "Par nature",
            By.STRATUM: "Par population",
            By.REGION: "Par région",
            By.DEPARTEMENT: "Par département",
        }[self]


@dataclass(frozen=True, slots=True)
class Share:
    """One kind, size, region or département: how many volunteer, how many are in, how many would be."""

    label: str
    volunteers: int
    """Every candidature that was not withdrawn, declined ones included."""
    accepted: int
    prepared: int
    """Those prepared to be accepted, not yet published."""

    @property
    def kept(self) -> int:
        return self.accepted + self.prepared

    @property
    def is_left_out(self) -> bool:
        """Whether some volunteer, and none is in nor would be."""
        return self.kept == 0


def balance(
    edition_id: int, *, proposal: int | None = None, level: Level | None = None, own: Collection[str] = ()
) -> dict[By, Sequence[Share]]:
    """The candidatures of an edition, of one proposition (its number) or level, looked at four ways. One statement.

    What is prepared for the collectivités of `own` is not counted: the reader keeps out of it.
    """
    prepared = (Interest.prepared == InterestStatus.ACCEPTED) & Interest.status.in_(LIVE) & Interest.siren.not_in(list(own))
    statement = (
        select(
            Collectivite.kind,
            Collectivite.stratum,
            Collectivite.region_name,
            Collectivite.departement,
            Collectivite.departement_name,
            func.count(),
            func.count(case((Interest.status == InterestStatus.ACCEPTED, 1))),
            func.count(case(((Interest.status != InterestStatus.ACCEPTED) & prepared, 1))),
        )
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .where(Interest.edition_id == edition_id, Interest.status != InterestStatus.WITHDRAWN)
        .group_by(
            Collectivite.kind,
            Collectivite.stratum,
            Collectivite.region_name,
            Collectivite.departement,
            Collectivite.departement_name,
        )
    )
    if proposal is not None:
        statement = statement.where(Proposal.number == proposal)
    if level is not None:
        statement = statement.where(Interest.level == level)
    counted: dict[By, dict[tuple[int, str], list[int]]] = {by: defaultdict(lambda: [0, 0, 0]) for by in By}
    for kind, stratum, region, code, departement, *figures in reading().execute(statement):
        places = {
            By.KIND: (list(Kind).index(kind), kind.label),
            By.STRATUM: (list(Stratum).index(stratum), stratum.label),
            By.REGION: (0, region),
            By.DEPARTEMENT: (0, f"{code} {departement}" if code else ELSEWHERE),
        }
        for by, place in places.items():
            counted[by][place] = [before + more for before, more in zip(counted[by][place], figures, strict=True)]
    return {by: [Share(label, *counted[by][rank, label]) for rank, label in sorted(counted[by])] for by in By}


def left_out(shares: dict[By, Sequence[Share]]) -> dict[By, Sequence[Share]]:
    """Of each way to look at it, those that volunteer and of whom nobody is in nor would be."""
    return {by: [share for share in found if share.is_left_out] for by, found in shares.items()}

"""What the open data files are made of: columns, what each one holds and means, and the words they share."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file: its header, what kind of value it holds, what it means."""

    name: str
    holds: str
    meaning: str


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file: what one of its lines is, and when it no longer changes."""

    name: str
    line: str
    complete: str
    columns: Sequence[Column]

    @property
    def headers(self) -> Sequence[str]:
        return [column.name for column in self.columns]


TEXT, NUMBER, CODE, DAY, INSTANT, ADDRESS = "texte", "nombre", "code", "jour", "instant", "adresse"
AMOUNT = "montant en euros, deux décimales"
TRUTH = "true ou false"
LIST = "codes, séparés par |"

KINDS = "commune, epci, departement, region, special_status, other_grouping"
STRATA = "lt500 (moins de 500 habitants), lt2000, lt3500, lt10000, lt50000, lt100000, ge100000 (100 000 et plus)"

WHO = (
    Column("collectivite_siren", CODE, "SIREN de la collectivité, neuf chiffres"),
    Column("collectivite_name", TEXT, "Son nom"),
    Column("collectivite_kind", CODE, f"Sa nature : {KINDS}"),
)
WHERE = (
    Column("departement", CODE, "Code de son département ; vide pour une région"),
    Column("region", CODE, "Code INSEE de sa région"),
    Column("population_stratum", CODE, f"Sa tranche de population : {STRATA}"),
)

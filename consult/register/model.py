"""Collectivités as the register knows them, the words they are found by, and each loading of the register."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from consult.ground.database import Base, str_enum
from consult.register.rules import Category, Kind, Stratum, full_name, kind_label


def _bytewise(length: int) -> String:
    """Folded text, ordered by its bytes on every engine: a prefix is then a range of an index."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Departement(Base):
    """A département as a place: what filters offer and what turnout is counted by."""

    __tablename__ = "departement"

    code: Mapped[str] = mapped_column(String(3), primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    region: Mapped[str] = mapped_column(String(3))
    region_name: Mapped[str] = mapped_column(String(60))


class Collectivite(Base):
    """A legal person of the register. Its SIREN is its identity; everything else may change with a vintage."""

    __tablename__ = "collectivite"
    __table_args__ = (
        CheckConstraint("length(siren) = 9", name="siren_has_nine_digits"),
        CheckConstraint("population >= 0", name="population_not_negative"),
        CheckConstraint("(kind = 'epci') = (category IS NOT NULL)", name="epci_has_a_category"),
        CheckConstraint("(departement IS NULL) = (departement_name IS NULL)", name="departement_has_a_name"),
        CheckConstraint("departement IS NOT NULL OR kind IN ('region', 'other_grouping')", name="departement_known"),
        CheckConstraint("epci_siren IS NULL OR kind = 'commune'", name="only_communes_have_an_epci"),
        CheckConstraint("is_current = (ended_on IS NULL)", name="ended_or_current"),
        Index("ix_collectivite_departement_kind", "departement", "kind"),
        Index("ix_collectivite_sort", "kind", "stratum", "departement", "is_current"),
    )

    siren: Mapped[str] = mapped_column(String(9), primary_key=True)
    kind: Mapped[Kind] = mapped_column(str_enum(Kind))
    category: Mapped[Category | None] = mapped_column(str_enum(Category))
    name: Mapped[str] = mapped_column(String(160))
    search_name: Mapped[str] = mapped_column(_bytewise(200))
    """The name as `rules.search_key` folds it: for sorting and exact look-ups."""
    insee: Mapped[str | None] = mapped_column(String(5), index=True)
    departement: Mapped[str | None] = mapped_column(ForeignKey("departement.code"))
    departement_name: Mapped[str | None] = mapped_column(String(60))
    """Of all its départements, for the two that stand for several (Corse, Alsace)."""
    region: Mapped[str] = mapped_column(String(3))
    region_name: Mapped[str] = mapped_column(String(60))
    population: Mapped[int]
    stratum: Mapped[Stratum] = mapped_column(str_enum(Stratum))
    epci_siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"), index=True)
    postal_codes: Mapped[str] = mapped_column(String(200), default="")
    """Separated by spaces."""
    former_insee: Mapped[str] = mapped_column(String(400), default="", server_default=text("''"))
    """INSEE codes that are now part of it (see `file.Row`), separated by spaces."""
    vintage: Mapped[str] = mapped_column(String(4))
    is_current: Mapped[bool] = mapped_column(default=True)
    ended_on: Mapped[date | None] = mapped_column(Date)
    """The day of the loading that no longer listed it. The row stays: what was done in its name was done."""

    @property
    def full_name(self) -> str:
        return full_name(self.name, self.kind, self.departement_name)

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind, self.category)


class Succession(Base):
    """Who takes over from a collectivité that ended. A dissolved EPCI may be shared between several."""

    __tablename__ = "succession"

    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), primary_key=True)
    """Of the one that ended."""
    successor: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), primary_key=True, index=True)
    is_main: Mapped[bool]
    """The one its voice goes on with (see `successions`). One at most."""
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(40))
    """`register` when a loading shows it, `operator` when someone says it."""


class CollectiviteSearch(Base):
    """What searching reads of a current collectivité. Derived from the register, and rewritten whole with it."""

    __tablename__ = "collectivite_search"

    rank: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """1 for the most populous, then on; the SIREN breaks ties. Every list of results ends on this order."""
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), unique=True)
    kind: Mapped[Kind] = mapped_column(str_enum(Kind))
    name: Mapped[str] = mapped_column(_bytewise(200), index=True)
    """`rules.search_key` of the name."""
    bare_name: Mapped[str] = mapped_column(_bytewise(200), index=True)
    """`rules.bare_key` of it: without its legal form or its article."""
    terms: Mapped[str] = mapped_column(String(600))
    """Every word it can be found by, each after a space."""


class CollectiviteWord(Base):
    """One word a collectivité can be found by. The key is the index: a prefix is a range of it."""

    __tablename__ = "collectivite_word"
    __table_args__ = ({"sqlite_with_rowid": False},)

    word: Mapped[str] = mapped_column(_bytewise(60), primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    """Of the `CollectiviteSearch` it leads to; no foreign key, since both tables are only ever rewritten together."""


class RegisterLoad(Base):
    """One loading of the register that changed something."""

    __tablename__ = "register_load"

    id: Mapped[int] = mapped_column(primary_key=True)
    vintage: Mapped[str] = mapped_column(String(4))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the file's content: the same file again changes nothing."""
    loaded_at: Mapped[datetime]
    counts: Mapped[dict[str, Any]]
    """How many current collectivités of each kind."""

"""Needs and existing services, as collectivités write them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.calendar.model import Theme
from consult.contributions.file_types import FileType
from consult.contributions.rules import ContributionType, Status
from consult.ground.actor import Profile
from consult.ground.database import Base, str_enum
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum

__all__ = ["Contribution", "ContributionTheme", "ContributionType", "MeToo", "Status"]


_FILTERED = ("status", "type", "departement", "region", "kind", "stratum", "siren", "hidden_at", "id")
_HIDDEN = text("hidden_at IS NOT NULL")


class Contribution(Base):
    """A need or an existing service, in the name of a collectivité (or, for a service, of a partner)."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        Index("ix_contribution_edition_status_number", "edition_id", "status", "number"),
        Index("ix_contribution_edition_departement", "edition_id", "departement"),
        # All that a list filters by, in each order that it may take: whatever is asked, the texts are not read.
        Index("ix_contribution_listed", "edition_id", "number", *_FILTERED),
        Index("ix_contribution_shared", "edition_id", "me_too_count", "number", *_FILTERED),
        Index("ix_contribution_hidden", "edition_id", "number", sqlite_where=_HIDDEN, postgresql_where=_HIDDEN),
        Index("uq_contribution_source", "edition_id", "source", "source_reference", unique=True),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="published_has_an_instant"),
        CheckConstraint("siren IS NOT NULL OR partner IS NOT NULL", name="somebody_speaks"),
        CheckConstraint(
            "siren IS NOT NULL OR type = 'existing_service' OR source IS NOT NULL", name="a_need_is_a_collectivite_s"
        ),
        CheckConstraint("(person_id IS NOT NULL AND profile IS NOT NULL) OR source IS NOT NULL", name="somebody_wrote"),
        CheckConstraint(
            "status NOT IN ('reoriented', 'ineligible', 'withdrawn') OR status_reason <> ''",
            name="outcome_has_a_reason",
        ),
        CheckConstraint("(status = 'reoriented') = (scheme_id IS NOT NULL)", name="reoriented_to_a_scheme"),
        CheckConstraint("funding_sought IS NULL OR funding_sought >= 0", name="funding_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    number: Mapped[int]
    type: Mapped[ContributionType] = mapped_column(str_enum(ContributionType))
    siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"), index=True)
    partner: Mapped[str | None] = mapped_column(String(120))
    """The organisation of a partner, who has no SIREN here; or who spoke elsewhere, without a name, when it was imported."""
    departement: Mapped[str | None] = mapped_column(String(3))
    """The collectivité's, when the contribution was published; so are the three that follow."""
    region: Mapped[str | None] = mapped_column(String(3))
    kind: Mapped[Kind | None] = mapped_column(str_enum(Kind, growing=True))
    stratum: Mapped[Stratum | None] = mapped_column(str_enum(Stratum, growing=True))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """None when it was imported: nobody here wrote it."""
    profile: Mapped[Profile | None] = mapped_column(str_enum(Profile))
    function: Mapped[str] = mapped_column(String(120))
    """What the public sees of the author, as it was then: the profile and the function, never the name."""

    title: Mapped[str] = mapped_column(String(250))
    situation: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(Text, default="")
    effects: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    repository: Mapped[str] = mapped_column(String(500), default="")
    licence: Mapped[str] = mapped_column(String(120), default="")
    users: Mapped[str] = mapped_column(Text, default="")
    funding_sought: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    """Euros."""
    funding_purpose: Mapped[str] = mapped_column(Text, default="")
    search_text: Mapped[str] = mapped_column(Text)
    """A space, then who speaks, the title and the texts, folded: what the search looks into, word by word."""

    status: Mapped[Status] = mapped_column(str_enum(Status))
    status_reason: Mapped[str] = mapped_column(Text, default="")
    status_at: Mapped[datetime | None]
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("scheme.id"))
    published_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many acts have changed it: whoever decides from an older page is told, and overwrites nothing."""
    hidden_at: Mapped[datetime | None]
    """When the team hid an abusive text: its page says so and why, and still counts in every figure."""
    hidden_reason: Mapped[str] = mapped_column(Text, default="", server_default=text("''"))
    me_too_count: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    """How many collectivités share it, kept with each `MeToo` said or taken back: a list is sorted by it."""
    source: Mapped[str | None] = mapped_column(String(60))
    """Where it was imported from; with its reference there, it is imported once."""
    source_reference: Mapped[str | None] = mapped_column(String(200))

    collectivite: Mapped[Collectivite | None] = relationship(lazy="raise")
    themes: Mapped[list[Theme]] = relationship(lazy="raise", secondary="contribution_theme", order_by=Theme.position)


class ContributionTheme(Base):
    """The themes of a contribution."""

    __tablename__ = "contribution_theme"

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("theme.id"), primary_key=True, index=True)


class MeToo(Base):
    """« Nous aussi » for a need, « Nous utilisons ce service » for a service: shared by another collectivité. Not a vote."""

    __tablename__ = "me_too"

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True)
    siren: Mapped[str] = mapped_column(ForeignKey("collectivite.siren"), primary_key=True, index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class Draft(Base):
    """What someone is writing, kept as they type. Nobody else's business, and no contribution: it has no number."""

    __tablename__ = "contribution_draft"
    __table_args__ = (Index("ix_contribution_draft_person_id_edition_id", "person_id", "edition_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    """In whose name it is being written; None for a partner."""
    type: Mapped[ContributionType] = mapped_column(str_enum(ContributionType, growing=True))
    data: Mapped[dict[str, Any]]
    """What is in each field, as typed: a draft may be wrong."""
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=0)
    """Each saving adds one: a second device that saves from an older page is told."""
    contribution_id: Mapped[int | None] = mapped_column(ForeignKey("contribution.id"))
    """What it became once published."""


class ContributionVersion(Base):
    """The text of a contribution before a correction, or as first published (rank 1)."""

    __tablename__ = "contribution_version"

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    data: Mapped[dict[str, Any]]
    """Every field of the text, and the slugs of its themes."""


class ContributionFile(Base):
    """A document joined to a contribution or to a draft. Its content is in the store, under `key`."""

    __tablename__ = "contribution_file"
    __table_args__ = (CheckConstraint("contribution_id IS NOT NULL OR draft_id IS NOT NULL", name="joined_to_something"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int | None] = mapped_column(ForeignKey("contribution.id"), index=True)
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("contribution_draft.id"), index=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    """As shown and downloaded: made safe, whatever it was."""
    media_type: Mapped[str] = mapped_column(String(120))
    """By its content, never by its name."""
    size: Mapped[int]
    """Bytes."""
    digest: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]

    @property
    def type(self) -> FileType:
        return FileType(self.media_type)


class ContributionWord(Base):
    """One word, cut to its stem, that a contribution holds: how look-alikes are found. Derived from its text.

    Refers to nothing: half a million come in at once, and a contribution is never deleted. So does what follows.
    """

    __tablename__ = "contribution_word"
    __table_args__ = (
        Index("ix_contribution_word_contribution_id", "contribution_id"),
        {"sqlite_with_rowid": False},
    )

    edition_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str] = mapped_column(String(40), primary_key=True)
    contribution_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class ContributionTerm(Base):
    """One whole word, folded, or one mark, and which contributions hold it: what the search reads, by the beginning of words.

    A row is of sixty-three numbers of an edition, from 63 × `block` on, one bit each: a word that everybody writes is two rows
    a hundred contributions, so that those which hold several words are found, and counted, in no time.
    """

    __tablename__ = "contribution_term"
    __table_args__ = (
        Index("ix_contribution_term_edition_id_block", "edition_id", "block"),
        {"sqlite_with_rowid": False},
    )

    edition_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    term: Mapped[str] = mapped_column(String(60).with_variant(String(60, collation="C"), "postgresql"), primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    held: Mapped[int] = mapped_column(BigInteger)


class Remark(Base):
    """What the team asks an author, and what its collectivité answers, inside the file."""

    __tablename__ = "contribution_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), index=True)
    is_question: Mapped[bool]
    """The team's; otherwise the answer."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class Report(Base):
    """A reader tells the team that something is wrong with a text."""

    __tablename__ = "contribution_report"
    __table_args__ = (Index("ix_contribution_report_settled_at_at", "settled_at", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None when the reader had no account."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(Text, default="")


class Contest(Base):
    """A collectivité (or a partner) contests, once, what the team made of a contribution it wrote or shares."""

    __tablename__ = "contribution_contest"
    __table_args__ = (
        UniqueConstraint("contribution_id", "siren"),
        CheckConstraint("(answered_at IS NULL) = (is_upheld IS NULL)", name="answered_one_way_or_the_other"),
        CheckConstraint("answered_at IS NULL OR answer <> ''", name="answer_has_a_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"))
    siren: Mapped[str | None] = mapped_column(ForeignKey("collectivite.siren"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    contested: Mapped[Status] = mapped_column(str_enum(Status, growing=True))
    """The outcome it is about."""
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(Text, default="")
    """Public, with its reason."""
    is_upheld: Mapped[bool | None]
    """Whether the contribution goes back to be examined."""
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class DeskPresence(Base):
    """Which member of the team has which file open, so that two do not work on the same one unknowingly."""

    __tablename__ = "desk_presence"

    contribution_id: Mapped[int] = mapped_column(ForeignKey("contribution.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]


class ImportRun(Base):
    """A file of contributions brought in, whole."""

    __tablename__ = "contribution_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"), index=True)
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """None at the command line."""
    source: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    created: Mapped[int]
    skipped: Mapped[int]
    """Already imported, by their reference."""

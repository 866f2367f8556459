"""Needs and existing services, as collectivités write them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from consult.calendar.model import Theme
from consult.contributions.rules import ContributionType, Status
from consult.ground.actor import Profile
from consult.ground.database import Base, str_enum
from consult.register.model import Collectivite

__all__ = ["Contribution", "ContributionTheme", "ContributionType", "MeToo", "Status"]


class Contribution(Base):
    """A need or an existing service, in the name of a collectivité (or, for a service, of a partner)."""

    __tablename__ = "contribution"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        Index("ix_contribution_edition_status_number", "edition_id", "status", "number"),
        Index("ix_contribution_edition_departement", "edition_id", "departement"),
        CheckConstraint("status = 'draft' OR published_at IS NOT NULL", name="published_has_an_instant"),
        CheckConstraint("siren IS NOT NULL OR partner IS NOT NULL", name="somebody_speaks"),
        CheckConstraint("siren IS NOT NULL OR type = 'existing_service'", name="a_need_is_a_collectivite_s"),
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
    """The organisation of a partner, who has no SIREN here."""
    departement: Mapped[str | None] = mapped_column(String(3))
    """The collectivité's, when the contribution was published."""
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    profile: Mapped[Profile] = mapped_column(str_enum(Profile))
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

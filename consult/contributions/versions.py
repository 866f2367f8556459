"""The text of a contribution as first published and after each correction: kept for ever, each with its date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.contributions.model import Contribution, ContributionVersion
from consult.ground.database import reading

FIELDS = (
    *("partner", "title", "situation", "audience", "effects", "users", "url", "repository", "licence"),
    *("funding_sought", "funding_purpose"),
)
"""What a version keeps, in the order of the page; the slugs of the themes come last."""


def text_of(written: Any, themes: Sequence[str]) -> dict[str, Any]:
    """Everything its author wrote, as a version keeps it: of a contribution, or of what was typed to become one."""
    return {name: _kept(getattr(written, name)) for name in FIELDS} | {"themes": sorted(set(themes))}


def _kept(value: Any) -> Any:
    if isinstance(value, Decimal | int):
        return f"{Decimal(value):.2f}"
    return value or ""


def add_version(
    session: Session, contribution: Contribution, text: Mapping[str, Any], *, rank: int, person_id: int | None, at: datetime
) -> None:
    """Keep a text, under its rank."""
    session.add(ContributionVersion(contribution_id=contribution.id, rank=rank, at=at, person_id=person_id, data=dict(text)))


def last_rank(contribution_id: int) -> int:
    """The rank of the present text; 0 when none was ever kept, as of what is imported. One statement."""
    return (
        reading().scalar(
            select(func.max(ContributionVersion.rank)).where(ContributionVersion.contribution_id == contribution_id)
        )
        or 0
    )


def add_correction(
    session: Session,
    contribution: Contribution,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    last: int,
    person_id: int | None,
    at: datetime,
) -> bool:
    """Keep the text that a correction gives, after that of rank `last`; whether it changed anything. The row of the
    contribution is locked.

    What was published before versions were kept, or imported, gets its first one from the text it had.
    """
    if before == after:
        return False
    if not last:
        last, first_at = 1, contribution.published_at or at
        add_version(session, contribution, before, rank=1, person_id=contribution.person_id, at=first_at)
    add_version(session, contribution, after, rank=last + 1, person_id=person_id, at=at)
    return True


@dataclass(frozen=True, slots=True)
class Version:
    """A text, and since when it is the one."""

    rank: int
    at: datetime
    text: Mapping[str, Any]


def history(contribution: Contribution) -> Sequence[Version]:
    """Every text of a contribution, the first one first; its present one when none was ever kept. One statement.

    Its themes must have been read.
    """
    rows = reading().execute(
        select(ContributionVersion.rank, ContributionVersion.at, ContributionVersion.data)
        .where(ContributionVersion.contribution_id == contribution.id)
        .order_by(ContributionVersion.rank)
    )
    kept = [Version(row.rank, row.at, row.data) for row in rows]
    if kept or contribution.published_at is None:
        return kept
    return [Version(1, contribution.published_at, text_of(contribution, [theme.slug for theme in contribution.themes]))]

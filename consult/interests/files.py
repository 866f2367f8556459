"""The council's deliberation, and what else is joined to an interest: for its collectivité and the team only."""

from sqlalchemy import Select, select

from consult.interests.model import InterestFile


def document_keys() -> Select[str]:
    """The keys of the store under which documents lie that may still be read."""
    return select(InterestFile.key).where(InterestFile.removed_at.is_(None))

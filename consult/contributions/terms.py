"""The whole words of contributions, for the search: derived from `search_text`, never typed."""

from itertools import groupby

from sqlalchemy import ColumnElement, ColumnExpressionArgument, delete, select
from sqlalchemy.orm import Session

from consult.contributions.model import Contribution, ContributionTerm
from consult.contributions.postings import Postings

LONGEST_TERM = 60
_LAST = "{"
"""Comes after every letter and digit."""


def terms(search_text: str) -> set[str]:
    """Each word of a folded text, once, as long as its column is."""
    return {word[:LONGEST_TERM] for word in search_text.split()}


def index_terms(session: Session, contribution: Contribution) -> None:
    """Write anew the words of a contribution, after its text changed. Two statements."""
    session.flush()
    session.execute(delete(ContributionTerm).where(ContributionTerm.contribution_id == contribution.id))
    postings = Postings(ContributionTerm)
    postings.add(contribution.id, terms(contribution.search_text))
    postings.write(session, contribution.edition_id)


def add_terms(session: Session, *which: ColumnExpressionArgument[bool]) -> None:
    """Write the words of contributions that have none yet. A statement, then one for each edition."""
    texts = select(Contribution.edition_id, Contribution.id, Contribution.search_text).where(*which)
    found = session.execute(texts.order_by(Contribution.edition_id, Contribution.id)).all()
    for edition_id, rows in groupby(found, key=lambda row: row.edition_id):
        postings = Postings(ContributionTerm)
        for row in rows:
            postings.add(row.id, terms(row.search_text))
        postings.write(session, edition_id)


def holds(edition_id: int, beginning: str) -> ColumnElement[bool]:
    """Whether a contribution of the edition holds a word that begins so. The words are compared as bytes on both engines."""
    begins = beginning[:LONGEST_TERM]
    after = begins + _LAST
    return Contribution.id.in_(
        select(ContributionTerm.contribution_id).where(
            ContributionTerm.edition_id == edition_id, ContributionTerm.term >= begins, ContributionTerm.term < after
        )
    )

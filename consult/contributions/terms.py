"""The whole words of contributions, for the search: derived from `search_text`, by the base itself, never typed."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, ColumnExpressionArgument, Select, delete, func, insert, literal, select
from sqlalchemy.orm import Session

from consult.contributions.model import Contribution, ContributionTerm

LONGEST_TERM = 60
_LAST = "{"
"""Comes after every letter and digit."""


def index_terms(session: Session, contribution_ids: Sequence[int]) -> None:
    """Write anew the words of these contributions, after their text changed. Two statements, however many."""
    session.flush()
    session.execute(delete(ContributionTerm).where(ContributionTerm.contribution_id.in_(contribution_ids)))
    add_terms(session, Contribution.id.in_(contribution_ids))


def add_terms(session: Session, *which: ColumnExpressionArgument[bool]) -> None:
    """Write the words of contributions that have none yet. One statement, however many."""
    columns = ["edition_id", "term", "contribution_id"]
    session.execute(insert(ContributionTerm).from_select(columns, _words_of(session, *which)))


def _words_of(session: Session, *which: ColumnExpressionArgument[bool]) -> Select[*tuple[Any, ...]]:
    """One row a word of a contribution, each once, in the order of the table they go to.

    `search_text` is folded: letters, digits and spaces, so that it is cut, or made a list, without anything to escape.
    """
    folded = func.trim(Contribution.search_text)
    if session.get_bind().dialect.name == "postgresql":
        words = func.unnest(func.string_to_array(folded, " ")).table_valued("value", joins_implicitly=True).render_derived()
    else:
        as_list = literal('["').concat(func.replace(folded, " ", '","')).concat('"]')
        words = func.json_each(as_list).table_valued("value", name="word", joins_implicitly=True)
    word = words.c.value
    term = func.substr(word, 1, LONGEST_TERM)
    return (
        select(Contribution.edition_id, term.label("term"), Contribution.id)
        .where(*which, word != "")
        .distinct()
        .order_by(Contribution.edition_id, "term", Contribution.id)
    )


def holds(edition_id: int, beginning: str) -> ColumnElement[bool]:
    """Whether a contribution of the edition holds a word that begins so. The words are compared as bytes on both engines."""
    begins = beginning[:LONGEST_TERM]
    after = begins + _LAST
    return Contribution.id.in_(
        select(ContributionTerm.contribution_id).where(
            ContributionTerm.edition_id == edition_id, ContributionTerm.term >= begins, ContributionTerm.term < after
        )
    )

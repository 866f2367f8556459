"""The letters of the proclamation: to whom, how many, and what each says; the same ones for its preview."""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import groupby
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.selection.model import Outcome
from consult.selection.queries import concerned, kinds_of_people

AnyRow = Row[*tuple[Any, ...]]


class Recipient(StrEnum):
    """Why someone is written to: each kind has its own letter."""

    AUTHOR = "author"
    SUPPORTER = "supporter"
    BOTH = "both"

    @property
    def label(self) -> str:
        return {
            Recipient.AUTHOR: "a écrit une contribution à laquelle une proposition répond",
            Recipient.SUPPORTER: "a donné un soutien qui compte",
            Recipient.BOTH: "a écrit une contribution et donné un soutien",
        }[self]


def _recipient(*, wrote: bool, supported: bool) -> Recipient:
    if wrote and supported:
        return Recipient.BOTH
    return Recipient.AUTHOR if wrote else Recipient.SUPPORTER


def letters(session: Session, edition: Edition) -> list[tuple[str, str, dict[str, Any]]]:
    """Inside the proclamation, one e-mail a person, whatever the number of their propositions: (key, address, data)."""
    return [
        (f"result_proclaimed:{edition.id}:{person_id}", email, data)
        for person_id, email, data in _written(edition, concerned(session, edition.id))
    ]


def _written(edition: Edition, rows: Sequence[AnyRow]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    for (person_id, email), theirs in groupby(rows, key=lambda row: (row[0], row[1])):
        lines = list(theirs)
        kind = _recipient(wrote=any(row.wrote for row in lines), supported=any(row.supported for row in lines))
        by_outcome = {
            outcome: [{"number": row.number, "title": row.title} for row in lines if row.outcome is outcome]
            for outcome in Outcome
        }
        yield person_id, email, _letter(edition, kind, by_outcome)


def _letter(edition: Edition, kind: Recipient, by_outcome: Mapping[Outcome, Sequence[Mapping[str, Any]]]) -> dict[str, Any]:
    return {"edition": edition.slug, "edition_title": edition.title, "recipient": kind.value} | {
        outcome.value: list(lines) for outcome, lines in by_outcome.items()
    }


def recipients(edition_id: int) -> Mapping[Recipient, int]:
    """How many people of each kind the proclamation would write to now, each person once. One statement."""
    people = kinds_of_people(edition_id).subquery()
    rows = reading().execute(
        select(people.c.wrote, people.c.supported, func.count()).group_by(people.c.wrote, people.c.supported)
    )
    found = {_recipient(wrote=bool(wrote), supported=bool(supported)): count for wrote, supported, count in rows}
    return {kind: found[kind] for kind in Recipient if kind in found}


def examples(edition: Edition) -> Mapping[Recipient, dict[str, Any]]:
    """For each kind, a letter that would leave now: that of who has the most propositions. Two statements at most.

    It holds decisions: it is for who reads them all.
    """
    people = kinds_of_people(edition.id).subquery()
    place = func.row_number().over(
        partition_by=(people.c.wrote, people.c.supported), order_by=(people.c.propositions.desc(), people.c.person_id)
    )
    first = select(people.c.person_id, place.label("place")).subquery()
    chosen = reading().scalars(select(first.c.person_id).where(first.c.place == 1)).all()
    rows = concerned(reading(), edition.id, people=chosen)
    return {Recipient(data["recipient"]): data for _, _, data in _written(edition, rows)}


def specimen(edition: Edition, kind: Recipient) -> dict[str, Any]:
    """The same letter with its propositions left blank: for who proclaims without reading the decisions."""
    blank = [{"number": "…", "title": "(titre de la proposition)"}]
    return _letter(edition, kind, dict.fromkeys(Outcome, blank))

"""What every act of the triage desk does: take the contributions as they stand now, keep the trace, tell who is concerned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, Select, String, bindparam, case, cast, select, union
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.contributions.model import Contribution, MeToo, Status
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound
from consult.ground.rows import Together
from consult.journal.actions import EVENT, Fact, event_values, record_many
from consult.journal.model import EventKind
from consult.outbox.actions import Circular
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.triage.contest_rules import contested_until

Seen = Mapping[int, int]
"""The revision that the page showed of each contribution, by id. What is absent is judged on its state alone."""


_ROWS = (
    select(Contribution)
    .where(
        Contribution.id.in_(bindparam("wanted", expanding=True)),
        Contribution.edition_id == bindparam("edition_id"),
        Contribution.status != Status.DRAFT,
    )
    .order_by(Contribution.id)
    .with_for_update()
)
"""Worded once, as every act of the desk asks it."""


def locked(session: Session, contribution_ids: Sequence[int]) -> tuple[Edition, Sequence[Contribution]]:
    """Contributions of one edition, by number, each row locked: whoever comes second sees what the first one did.

    Rows are locked in one order, so that two moderators cannot wait for each other. Raises NotFound when one is missing.
    """
    wanted = set(contribution_ids)
    edition_id = select(Contribution.edition_id).where(Contribution.id.in_(wanted)).limit(1).scalar_subquery()
    edition = locked_edition(session, edition_id)
    rows = session.scalars(_ROWS, {"wanted": list(wanted), "edition_id": edition.id}).all()
    if len(rows) != len(wanted):
        raise NotFound
    return edition, sorted(rows, key=lambda row: row.number)


def is_as_seen(contribution: Contribution, seen: Seen | None) -> bool:
    """Whether nobody has changed it since the page that decides was drawn."""
    return seen is None or seen.get(contribution.id, contribution.revision) == contribution.revision


def settle(
    contribution: Contribution, status: Status, *, at: datetime, reason: str = "", scheme_id: int | None = None
) -> dict[str, Any]:
    """Give a contribution another status, reason and scheme; gives what it was, for the journal."""
    before = {"status": contribution.status.value, "reason": contribution.status_reason}
    contribution.status, contribution.status_reason, contribution.scheme_id = status, reason.strip(), scheme_id
    contribution.status_at = at
    return before


def tell(session: Session, kind: EventKind, actor: Actor, contribution: Contribution, *, at: datetime, **data: Any) -> None:
    """One event, about the collectivité that wrote the contribution, whoever acted; and one revision more."""
    contribution.revision += 1
    record_many(session, kind, actor, [_fact(actor, contribution, data)], at=at, edition_id=contribution.edition_id)


def _fact(actor: Actor, contribution: Contribution, data: dict[str, Any]) -> Fact:
    return Fact(contribution.siren or actor.siren, f"contribution:{contribution.number}", data)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a contribution: what the journal keeps of it, and where it goes."""

    contribution: Contribution
    kept: dict[str, Any]
    proposals: Sequence[Proposal] = ()
    scheme: str | None = None
    left: Proposal | None = None
    """The proposition that it was taken out of; `proposals` are then those that still answer it."""

    def words(self, edition: Edition) -> dict[str, Any]:
        """What the letter needs to know."""
        one = self.contribution
        until = contested_until(one.status, one.status_at)
        return {
            "outcome": one.status.value,
            "edition": edition.slug,
            "number": one.number,
            "title": one.title,
            "reason": one.status_reason,
            "contest_until": until.isoformat() if until else None,
            "proposals": [_named(found) for found in self.proposals],
            "scheme": self.scheme,
            "left": _named(self.left) if self.left else None,
        }


def _named(proposal: Proposal) -> dict[str, Any]:
    return {"number": proposal.number, "title": proposal.title}


_AUTHOR, _TOLD = bindparam("author", type_=Integer), bindparam("told", type_=Integer)


def _concerned() -> Select[str, str]:
    """Who wrote a contribution and who shares it, if they want to know: the key of their letter, and their address."""
    shares = select(MeToo.person_id).where(MeToo.contribution_id == _TOLD)
    each = union(select(_AUTHOR.label("person_id")), shares).subquery()
    return (
        select(bindparam("named", type_=String) + cast(Person.id, String), Person.email)
        .join(each, each.c.person_id == Person.id)
        .where(wants(Topic.CONTRIBUTIONS))
        .order_by(Person.id != _AUTHOR, Person.id)
    )


_TO_AUTHOR, _TO_SHARERS = (bindparam(name, type_=JSON) for name in ("message_data", "to_sharers"))
_LETTERS = Circular(Notice.CONTRIBUTION_TRIAGED, _concerned(), data=case((Person.id == _AUTHOR, _TO_AUTHOR), else_=_TO_SHARERS))
_EVENT_AND_LETTERS = Together(EVENT, _LETTERS.statements)


def announce(
    session: Session, kind: EventKind, actor: Actor, edition: Edition, outcomes: Sequence[Outcome], *, at: datetime
) -> None:
    """One revision more, one event a contribution, and one letter to its author and to each person who said « nous aussi », if
    they want to know. What comes after an undoing is another outcome: the key holds the revision.
    """
    for outcome in outcomes:
        outcome.contribution.revision += 1
    session.flush()  # what the act wrote until now is told before
    _EVENT_AND_LETTERS.write(session, [_values(kind, actor, edition, outcome, at=at) for outcome in outcomes])


def _values(kind: EventKind, actor: Actor, edition: Edition, outcome: Outcome, *, at: datetime) -> dict[str, Any]:
    one, words = outcome.contribution, outcome.words(edition)
    event = event_values(kind, actor, _fact(actor, one, outcome.kept), at=at, edition_id=one.edition_id)
    return event | _LETTERS.values(
        at=at,
        due_at=at,
        data=words | {"shares": False},
        to_sharers=words | {"shares": True},
        author=one.person_id,
        told=one.id,
        named=f"contribution:{one.id}:{one.revision}:",
    )

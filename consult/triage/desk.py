"""What every act of the triage desk does: take the contributions as they stand now, keep the trace, tell who is concerned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.contributions.model import Contribution, MeToo, Status
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_many
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
    record(
        session,
        kind,
        actor,
        at=at,
        edition_id=contribution.edition_id,
        siren=contribution.siren,
        subject=f"contribution:{contribution.number}",
        **data,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to be told of a contribution: where it goes."""

    contribution: Contribution
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


def _concerned() -> Select[*tuple[Any, ...]]:
    """Who wrote each of the contributions `told` and who shares it, with their address, if they want to know."""
    told: BindParameter[int] = bindparam("told", expanding=True)
    written = select(Contribution.id.label("id"), Contribution.person_id.label("person_id"), literal(0).label("shares"))
    shared = select(MeToo.contribution_id, MeToo.person_id, literal(1))
    each = union_all(written.where(Contribution.id.in_(told)), shared.where(MeToo.contribution_id.in_(told))).subquery()
    return (
        select(each.c.id, Person.id, Person.email, each.c.shares)
        .join(Person, Person.id == each.c.person_id)
        .where(wants(Topic.CONTRIBUTIONS))
        .order_by(each.c.shares, each.c.id, Person.id)
    )


_CONCERNED = _concerned()
"""Worded once: every act of the desk asks it."""


def notify(session: Session, edition: Edition, outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """One letter a contribution to its author and to each person who said « nous aussi », if they want to know.

    What comes after an undoing is another outcome: the key holds the revision, which each act has just changed.
    """
    told = {outcome.contribution.id: outcome for outcome in outcomes}
    rows = session.execute(_CONCERNED, {"told": list(told)}).all()
    readers = {(row[0], row[1]): row for row in reversed(rows)}  # an author who also shares it is told as its author
    words = {id_: outcome.words(edition) for id_, outcome in told.items()}
    letters = [
        (
            f"contribution:{id_}:{told[id_].contribution.revision}:{person_id}",
            email,
            words[id_] | {"shares": bool(shares)},
        )
        for id_, person_id, email, shares in reversed(readers.values())
    ]
    post_many(session, Notice.CONTRIBUTION_TRIAGED, letters, at=at)

"""Who follows what without having asked: whoever wrote, shared, supported or volunteered, and then what comes of it.

A row that is already there stays as it is: nobody begins again to follow what they have chosen not to.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, aliased

from consult.accounts.model import Attachment, AttachmentStatus, Person
from consult.following.actions import new_token
from consult.following.model import Follow, Follower
from consult.following.rules import DEFAULT, Sort, Subject
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.services.model import Service

AnyRow = Row[*tuple[Any, ...]]
ProposalOf = Callable[[AnyRow], Subject | None]
"""The proposition that an interest is for, or that a service is born of."""

_INTO: Mapping[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Defaults:
    """The follows that a batch of events brings about, written in the order of the events."""

    def __init__(self, session: Session, events: Sequence[AnyRow], proposal_of: ProposalOf) -> None:
        self._session, self._proposal_of = session, proposal_of
        self._insert = _INTO[session.connection().dialect.name]
        named = {event.person_id for event in events if event.person_id}
        self._open = set(session.scalars(select(Person.id).where(Person.id.in_(named), Person.closed_at.is_(None))))
        self._rows: list[dict[str, Any]] = []

    def after(self, event: AnyRow, position: int) -> None:
        """What follows from one event; its own news, up to `position`, is told to nobody whom it makes follow."""
        match event.kind:
            case EventKind.CONTRIBUTION_PUBLISHED | EventKind.ME_TOO_SAID | EventKind.SUPPORT_GIVEN:
                self._follows(event.person_id, _subject(event), event.at, position)
            case EventKind.INTEREST_DECLARED:
                self._volunteers(event, position)
            case EventKind.CONTRIBUTION_GROUPED:
                for number in event.data.get("proposals", ()):
                    self._with(_subject(event), Subject(Sort.PROPOSAL, str(number), event.edition_id), event.at, position)
            case EventKind.SERVICE_BORN:
                self._born(event, position)
            case EventKind.BEARER_ADDED:
                self._bear(event, position)
            case EventKind.ACCOUNT_CLOSED:
                self.write()
                self._forget(int(event.subject.partition(":")[2]))

    def write(self) -> None:
        """Write what waits: the follows, and how each newcomer among their people is told. Three statements at most."""
        if not self._rows:
            return
        people = {row["person_id"]: row["since"] for row in reversed(self._rows)}
        known = set(self._session.scalars(select(Follower.person_id).where(Follower.person_id.in_(people))))
        self._session.execute(self._insert(Follow).on_conflict_do_nothing(), self._rows)
        newcomers = [
            {"person_id": person_id, "rhythm": DEFAULT, "token": new_token(), "told": since}
            for person_id, since in people.items()
            if person_id not in known
        ]
        if newcomers:
            self._session.execute(self._insert(Follower).on_conflict_do_nothing(), newcomers)
        self._rows.clear()

    def _follows(self, person_id: int | None, subject: Subject, at: datetime, position: int) -> None:
        if person_id in self._open:
            row = {"person_id": person_id, "subject": subject.name, "is_chosen": False, "at": at, "since": position}
            self._rows.append(row)

    def _volunteers(self, event: AnyRow, position: int) -> None:
        """For the proposition; and for the services already born of it."""
        proposal = self._proposal_of(event)
        if proposal is None:
            return
        self._follows(event.person_id, proposal, event.at, position)
        born = (
            select(Service.number)
            .join(Proposal, Proposal.id == Service.proposal_id)
            .where(Proposal.edition_id == event.edition_id, Proposal.number == int(proposal.key))
        )
        for service in self._session.scalars(born):
            self._follows(event.person_id, Subject(Sort.SERVICE, str(service), event.edition_id), event.at, position)

    def _born(self, event: AnyRow, position: int) -> None:
        if proposal := self._proposal_of(event):
            self._with(proposal, _subject(event), event.at, position)

    def _bear(self, event: AnyRow, position: int) -> None:
        """Those who speak for a collectivité that bears a service follow it."""
        people = select(Attachment.person_id).where(
            Attachment.siren == event.siren, Attachment.status == AttachmentStatus.VERIFIED
        )
        for person_id in self._session.scalars(people.order_by(Attachment.person_id)):
            self._open.add(person_id)
            self._follows(person_id, _subject(event), event.at, position)

    def _with(self, source: Subject, target: Subject, at: datetime, position: int) -> None:
        """Whoever follows the one follows the other, chosen or not as the first was. One statement, however many."""
        self.write()
        told: ColumnElement[datetime] = bindparam("begun_at", at, type_=Follow.__table__.c.at.type)
        first = aliased(Follow)
        followers = select(first.person_id, literal(target.name), first.is_chosen, told, literal(position)).where(
            first.subject == source.name, first.stopped_at.is_(None)
        )
        columns = ["person_id", "subject", "is_chosen", "at", "since"]
        self._session.execute(self._insert(Follow).from_select(columns, followers).on_conflict_do_nothing())

    def _forget(self, person_id: int) -> None:
        for kept in (Follow, Follower):
            self._session.execute(delete(kept).where(kept.person_id == person_id))


def _subject(event: AnyRow) -> Subject:
    what, _, number = event.subject.partition(":")
    return Subject(Sort(what), number, event.edition_id)

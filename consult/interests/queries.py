"""Reading expressions of interest: on a proposition's page, at the team's desk, for a service."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, case, cast, func, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.ground.database import reading
from consult.ground.paging import MOST_LISTED, PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.queries import goes_on_with, holders
from consult.register.rules import Kind
from consult.register.search import LINE, CollectiviteLine
from consult.selection.model import Decision, Outcome
from consult.selection.queries import in_force


@dataclass(frozen=True, slots=True)
class Standing:
    """A proposition as stage 3 sees it, and where one collectivité stands towards it."""

    proposal_id: int
    edition_id: int
    number: int
    title: str
    outcome: Outcome | None
    """The committee's, once proclaimed, as corrected since."""
    interest_id: int | None
    """The live interest of the collectivité, or of one that it stands for; the four that follow are its own."""
    interest_number: int | None
    level: Level | None
    status: InterestStatus | None
    submitted_at: datetime | None

    @property
    def is_retained(self) -> bool:
        return self.outcome is Outcome.RETAINED

    @property
    def has_live(self) -> bool:
        return self.interest_id is not None


def _standings(siren: str | None) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Proposal.id,
            Proposal.edition_id,
            Proposal.number,
            Proposal.title,
            in_force(),
            Interest.id,
            Interest.number,
            Interest.level,
            Interest.status,
            Interest.submitted_at,
        )
        .outerjoin(Decision, (Decision.proposal_id == Proposal.id) & Decision.proclaimed_at.is_not(None))
        .outerjoin(
            Interest,
            (Interest.proposal_id == Proposal.id) & goes_on_with(Interest.siren, siren) & Interest.status.in_(LIVE),
        )
        .order_by(Interest.siren != siren, Interest.id)
        .limit(1)
    )


def standing(edition_id: int, number: int, siren: str | None) -> Standing:
    """The proposition of this number, and where the collectivité stands. One statement. Raises NotFound."""
    return _one(reading(), _standings(siren).where(Proposal.edition_id == edition_id, Proposal.number == number))


def standing_within(session: Session, proposal_id: int, siren: str | None) -> Standing:
    """The same inside a transaction, for a proposition known by its id. Raises NotFound."""
    return _one(session, _standings(siren).where(Proposal.id == proposal_id))


def _one(session: Session, statement: Select[*tuple[Any, ...]]) -> Standing:
    row = session.execute(statement).one_or_none()
    if row is None:
        raise NotFound
    return Standing(*row)


@dataclass(frozen=True, slots=True)
class Count:
    """How many collectivités volunteer for a proposition at one level, of which kinds, and what was answered."""

    level: Level
    declared: int
    accepted: int
    waiting: int
    """Those on the waiting list."""
    kinds: Mapping[Kind, int]


def counts(proposal_id: int) -> Sequence[Count]:
    """Live interests by level, in the order of the levels, those without any included. One statement."""
    rows = (
        reading()
        .execute(
            select(
                Interest.level,
                Collectivite.kind,
                func.count(),
                func.count(case((Interest.status == InterestStatus.ACCEPTED, 1))),
                func.count(case((Interest.status == InterestStatus.WAITLISTED, 1))),
            )
            .join(Collectivite, Collectivite.siren == Interest.siren)
            .where(Interest.proposal_id == proposal_id, Interest.status.in_(LIVE))
            .group_by(Interest.level, Collectivite.kind)
        )
        .all()
    )
    return [_count(level, [row for row in rows if row[0] is level]) for level in Level]


def _count(level: Level, rows: Sequence[Any]) -> Count:
    declared, accepted, waiting = (sum(row[place] for row in rows) for place in (2, 3, 4))
    return Count(level, declared, accepted, waiting, {kind: number for _, kind, number, _, _ in rows})


def by_kind(levels: Sequence[Count]) -> Sequence[tuple[Kind, int]]:
    """How many volunteers of each kind, every level together, in the order of the register; kinds without any are left out."""
    totals = {kind: sum(count.kinds.get(kind, 0) for count in levels) for kind in Kind}
    return [(kind, number) for kind, number in totals.items() if number]


@dataclass(frozen=True, slots=True)
class Volunteer:
    """What the public knows of an interest: the collectivité, the level, whether it was accepted. Never a name."""

    collectivite: CollectiviteLine
    level: Level
    status: InterestStatus
    submitted_at: datetime

    @property
    def is_accepted(self) -> bool:
        return self.status is InterestStatus.ACCEPTED


def volunteers(proposal_id: int, *, total: int, page: int = 1) -> Page[Volunteer]:
    """Live interests, in the order they came; `total` is what `counts` says. One statement."""
    rows = reading().execute(
        _volunteers()
        .where(Interest.proposal_id == proposal_id, Interest.status.in_(LIVE))
        .offset(offset(page))
        .limit(PAGE_SIZE)
    )
    return Page([_volunteer(row) for row in rows], page, total)


def referents(proposal_id: int, *, limit: int = PAGE_SIZE) -> Sequence[Volunteer]:
    """The accepted territoires référents of a proposition, in the order they came. One statement."""
    rows = reading().execute(
        _volunteers().where(Interest.proposal_id == proposal_id, Interest.status == InterestStatus.ACCEPTED).limit(limit)
    )
    return [_volunteer(row) for row in rows]


def _volunteers() -> Select[*tuple[Any, ...]]:
    return (
        select(Interest.level, Interest.status, Interest.submitted_at, *LINE)
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .order_by(Interest.submitted_at, Interest.id)
    )


def _volunteer(row: Any) -> Volunteer:
    level, status, submitted_at, *line = row
    return Volunteer(CollectiviteLine(*line), level, status, submitted_at)


@dataclass(frozen=True, slots=True)
class File:
    """An interest as the team's desk shows it."""

    interest: Interest
    proposal_number: int
    proposal_title: str
    speaker: str
    """Who speaks for it now: the collectivité that declared it, or whoever stands for it since it ended."""
    collectivite: CollectiviteLine


def _files() -> Select[*tuple[Any, ...]]:
    last = holders()
    return (
        select(Interest, Proposal.number, Proposal.title, func.coalesce(last.c.holder, Interest.siren), *LINE)
        .join(Proposal, Proposal.id == Interest.proposal_id)
        .join(Collectivite, Collectivite.siren == Interest.siren)
        .outerjoin(last, last.c.siren == Interest.siren)
    )


def file(edition_id: int, number: int) -> File:
    """One interest of an edition, by its number. One statement. Raises NotFound."""
    row = reading().execute(_files().where(Interest.edition_id == edition_id, Interest.number == number)).one_or_none()
    if row is None:
        raise NotFound
    return _file(row)


def _file(row: Any) -> File:
    interest, number, title, speaker, *line = row
    return File(interest, number, title, speaker, CollectiviteLine(*line))


def by_status(edition_id: int) -> dict[InterestStatus, int]:
    """How many interests of an edition are in each state; a state without any is left out."""
    rows = reading().execute(
        select(Interest.status, func.count()).where(Interest.edition_id == edition_id).group_by(Interest.status)
    )
    return dict(rows.all())


def awaiting() -> dict[int, int]:
    """How many interests wait for an answer, by edition; an edition where none waits is absent. One statement."""
    rows = reading().execute(
        select(Interest.edition_id, func.count())
        .where(Interest.status == InterestStatus.SUBMITTED)
        .group_by(Interest.edition_id)
    )
    return dict(rows.all())


def to_tell(interest: Interest, said: str) -> Select[str, str]:
    """Who hears of an interest: whoever declared it, and the verified people of its collectivité. Keys and addresses.

    `said` tells one notice about an interest from another: that it is "declared" is a receipt, which is always sent to who
    declared it; otherwise everybody chooses whether to be told.
    """
    told = (Person.id.in_(verified_of(interest.siren)) | (Person.id == interest.person_id)) & wants(Topic.SERVICES)
    if said == "declared":
        told |= Person.id == interest.person_id
    return select(literal(f"interest_{said}:{interest.id}:") + cast(Person.id, String), Person.email).where(told)


def verified_of(siren: str) -> Select[int]:
    """Who speaks for a collectivité now: its verified people, or those of whoever stands for it since it ended."""
    last = holders()
    theirs = (Attachment.siren == siren) | Attachment.siren.in_(select(last.c.holder).where(last.c.siren == siren))
    return select(Attachment.person_id).where(theirs, Attachment.status == AttachmentStatus.VERIFIED)


def volunteers_of(proposal_id: int) -> Select[int]:
    """Who declared a live interest in a proposition: a correction of its decision is told to them too."""
    return select(Interest.person_id).where(Interest.proposal_id == proposal_id, Interest.status.in_(LIVE))


@dataclass(frozen=True, slots=True)
class Offer:
    """A proposition for which a collectivité volunteers, as everybody may read it."""

    edition_id: int
    number: int
    title: str
    level: Level
    status: InterestStatus


def offered_by(siren: str) -> Page[Offer]:
    """Where a collectivité volunteers, latest edition first: live interests. One statement."""
    rows = (
        reading()
        .execute(
            select(Interest.edition_id, Proposal.number, Proposal.title, Interest.level, Interest.status, func.count().over())
            .join(Proposal, Proposal.id == Interest.proposal_id)
            .where(Interest.siren == siren, Interest.status.in_(LIVE))
            .order_by(Interest.edition_id.desc(), Proposal.number)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([Offer(*row[:-1]) for row in rows], 1, rows[0][-1] if rows else 0, MOST_LISTED)

"""The result of a vote: the ranking, and who voted; counted from the supports, never from a counter.

Counting a million supports takes a second, and everyone comes at the close. A result is therefore kept in the process, from the
close on, together with the `_State` of what it was counted from: it is shown for as long as the base is still in that state,
which one short statement says. Another process that verifies an attachment, proclaims or moves the calendar is seen at the
next page. While the vote is open nothing is kept.

What can still change a vote that is over, and where the state sees it:

* A request received before the close and served after it. A support given has a reference drawn at random, so the last one
  is new. One withdrawn, and what a merge received before the close does, is an event; those of the last hour are counted,
  and no request lasts that long. On PostgreSQL a support may be committed after one that follows it: a result is kept only
  if nobody was voting between the reading of the state and the counting (`ground.database.is_free`).
* An attachment verified until the proclamation: those of voters that nobody has verified only become fewer.
* The calendar and the proclamation, read with the edition; a new vintage of the register, for how many may vote.
* Nothing, once the result is proclaimed, but the register.

A title that is corrected since shows at once: a page asks for those of its lines (`titled`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock as Turn
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, case, func, select

from consult.accounts.model import Attachment, AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.database import Lock, is_free, reading
from consult.journal.model import Event, EventKind
from consult.proposals.model import Proposal
from consult.register.model import RegisterLoad
from consult.voting.model import Support
from consult.voting.queries import Share, Turnout, ballot_rules, ranked, totals, turnout
from consult.voting.rules import Ranked, may_see_tallies
from consult.voting.supporters import Sorted, supports_by_sort

LONGEST_REQUEST = timedelta(hours=1)
"""Far more than the server lets a request last."""

UNDOING = (EventKind.SUPPORT_WITHDRAWN, EventKind.SUPPORT_MERGED, EventKind.SUPPORT_RESTORED)


@dataclass(frozen=True, slots=True)
class Results:
    """What a vote gave, at the instant it was counted."""

    ranking: Sequence[Ranked]
    """Titles are those of then: a page that says them asks for those of now (`titled`)."""
    turnout: Turnout
    """Each sort of collectivités with the supports that they gave."""
    waiting: int
    """Supports whose attachment nobody has decided of yet: they may still count."""

    @property
    def supports(self) -> int:
        return sum(line.tally.supports for line in self.ranking)

    @property
    def most(self) -> int:
        """How many supports the first has."""
        return self.ranking[0].tally.supports if self.ranking else 0

    def rank_of(self, proposal_id: int) -> Ranked | None:
        """Where a proposition stands."""
        return next((line for line in self.ranking if line.tally.proposal_id == proposal_id), None)


@dataclass(frozen=True, slots=True)
class _State:
    """All that a result depends on: two equal states have the same result."""

    closes_at: datetime
    proclaimed_at: datetime | None
    register: int | None
    proposals: int | None = None
    last_receipt: str | None = None
    undone: int = 0
    unverified: int = 0
    pending: int = 0
    sum_of_pending: int | None = None
    """Which they are: one refused while another is reopened are as many."""


_kept: WeakKeyDictionary[Engine | Connection, dict[int, tuple[_State, Results]]] = WeakKeyDictionary()
"""By base, then by edition."""
_counting = Turn()
"""One thread counts; those who came meanwhile read what it found."""


def results(edition: Edition, *, at: datetime) -> Results:
    """The result of an edition's vote: provisional until it is proclaimed. Kept, it takes one statement.

    Raises Refused while the tallies are secret, whoever asks.
    """
    may_see_tallies(ballot_rules(edition), at).or_refuse()
    if not edition.calendar.has_closed(Stage.VOTING, at):
        return _counted(edition, at)
    state, _ = _state(edition)
    if found := _found(edition.id, state):
        return found
    with _counting:
        state, is_still = _state(edition)
        found = _found(edition.id, state) or _counted(edition, at)
        if is_still:
            _kept.setdefault(reading().get_bind(), {})[edition.id] = (state, found)
    return found


def forget() -> None:
    """Count again next time: the base was emptied under this process."""
    _kept.clear()


def _found(edition_id: int, state: _State) -> Results | None:
    kept = _kept.get(reading().get_bind(), {}).get(edition_id)
    return kept[1] if kept and kept[0] == state else None


def _counted(edition: Edition, at: datetime) -> Results:
    ranking = ranked(edition, at=at)
    gave = supports_by_sort(Support.edition_id == edition.id)
    who = turnout(edition)
    return Results(
        ranking,
        replace(
            who,
            by_kind=_with_supports(who.by_kind, gave, lambda row: row.kind),
            by_stratum=_with_supports(who.by_stratum, gave, lambda row: row.stratum),
            by_departement=_with_supports(who.by_departement, gave, lambda row: row.departement),
            by_region=_with_supports(who.by_region, gave, lambda row: row.region),
        ),
        _waiting(edition.id),
    )


def _waiting(edition_id: int) -> int:
    pending = select(Attachment.id).where(Attachment.verified_at.is_(None), Attachment.status == AttachmentStatus.PENDING)
    theirs = (Support.edition_id == edition_id, Support.set_aside_at.is_(None), Support.attachment_id.in_(pending))
    return reading().scalar(select(func.count()).where(*theirs)) or 0


def _with_supports(shares: Iterable[Share], rows: Iterable[Sorted], sort: Callable[[Sorted], str | None]) -> list[Share]:
    gave = totals(rows, sort)
    return [replace(share, supports=gave[share.key]) for share in shares]


def _state(edition: Edition) -> tuple[_State, bool]:
    """The state of the base, and whether nobody is voting. One statement."""
    closes_at = edition.calendar.window(Stage.VOTING).closes_at
    assert closes_at is not None  # noqa: S101 - the vote has closed
    register = select(func.max(RegisterLoad.id)).scalar_subquery()
    session = reading()
    if edition.proclaimed_at is not None:
        return _State(closes_at, edition.proclaimed_at, session.scalar(select(register))), True
    # A look at an index for each of these few: under a LIMIT, no engine can prefer to read every support instead.
    gave = select(Support.id).where(Support.attachment_id == Attachment.id).limit(1).scalar_subquery()
    is_pending = Attachment.status == AttachmentStatus.PENDING
    undecided = (
        select(
            func.count().label("unverified"),
            func.count(case((is_pending, 1))).label("pending"),
            func.sum(case((is_pending, Attachment.id))).label("sum_of_pending"),
        )
        .where(Attachment.verified_at.is_(None), gave.is_not(None))
        .subquery()
    )
    lately = Event.at >= closes_at - LONGEST_REQUEST
    undone = select(func.count()).where(Event.edition_id == edition.id, Event.kind.in_(UNDOING), lately)
    row = session.execute(
        select(
            undecided,
            register.label("register"),
            select(func.max(Proposal.number)).where(Proposal.edition_id == edition.id).scalar_subquery().label("proposals"),
            select(Support.receipt).order_by(Support.id.desc()).limit(1).scalar_subquery().label("last_receipt"),
            undone.scalar_subquery().label("undone"),
            is_free(session, Lock.EDITION, edition.id).label("is_still"),
        )
    ).one()
    state = _State(
        closes_at=closes_at,
        proclaimed_at=None,
        register=row.register,
        proposals=row.proposals,
        last_receipt=row.last_receipt,
        undone=row.undone,
        unverified=row.unverified,
        pending=row.pending,
        sum_of_pending=row.sum_of_pending,
    )
    return state, row.is_still


def titled(lines: Sequence[Ranked]) -> list[Ranked]:
    """The same lines, each with the title that its proposition has now. One statement."""
    ids = [line.tally.proposal_id for line in lines]
    titles = dict(reading().execute(select(Proposal.id, Proposal.title).where(Proposal.id.in_(ids))).all())
    return [replace(line, tally=replace(line.tally, title=titles[line.tally.proposal_id])) for line in lines]

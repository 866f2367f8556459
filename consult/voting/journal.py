"""Reading the journal of a vote: its lines, sealed or not yet, and the last seal.

What tells who votes for what is given after the close only: `opendata.rules.may_publish` sees to it for the file, `receipts`
for one reference.

PostgreSQL commits events in another order than that of their numbers, so what is left to seal is what no line speaks of, never
« what comes after the last one ». An event that follows from another has seen it committed, and has a greater number: a
withdrawal is never told before its support.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from consult.accounts.model import Attachment, AttachmentStatus
from consult.contributions.model import Contribution
from consult.ground.cells import listed
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.proposals.model import Proposal, ProposalContribution
from consult.register.model import Collectivite
from consult.voting.chain import Act, Line, revision_digest, voter, words_digest
from consult.voting.model import SealedLine, Support
from consult.voting.rules import Weight

BATCH = 1_000
RECENT = 10_000
"""How many events back a quick look goes; a whole one, now and then and at the proclamation, goes back to the first."""

ACTS: Mapping[EventKind, Act] = {
    EventKind.SUPPORT_GIVEN: Act.GIVEN,
    EventKind.SUPPORT_WITHDRAWN: Act.WITHDRAWN,
    EventKind.SUPPORT_COUNTED: Act.COUNTED,
    EventKind.SUPPORT_VOIDED: Act.VOIDED,
    EventKind.SUPPORT_REOPENED: Act.REOPENED,
    EventKind.SUPPORT_MERGED: Act.MERGED,
    EventKind.SUPPORT_RESTORED: Act.RESTORED,
    EventKind.SUPPORT_SET_ASIDE: Act.SET_ASIDE,
    EventKind.PROPOSAL_WORDED: Act.WORDED,
    EventKind.DECISION_PROCLAIMED: Act.DECIDED,
    EventKind.PROPOSAL_CORRECTED: Act.CORRECTED,
    EventKind.DECISION_CORRECTED: Act.REVISED,
    EventKind.RESULT_PROCLAIMED: Act.PROCLAIMED,
}
_ALWAYS = tuple(kind for kind in ACTS if kind is not EventKind.PROPOSAL_CORRECTED)
_OF_SUPPORTS = tuple(kind for kind in ACTS if kind.name.startswith("SUPPORT_"))

AnySelect = Select[*tuple[Any, ...]]
AnyRow = Row[*tuple[Any, ...]]


# ── what is left to seal ─────────────────────────────────────────────────────────────────


def unsealed(edition_id: int, *, since: int = 0, upto: int | None = None) -> AnySelect:
    """Events of a vote, numbered after `since`, that no line speaks of, or none of the first `upto` lines; by number.

    The words of a proposition are those of its proclamation: only what is corrected afterwards has a line.
    """
    return (
        select(Event.id, Event.at, Event.kind, Event.siren, Event.subject, Event.data)
        # Read in the order of numbers from `since` on: an index on the edition would have all its events sorted each time.
        .where(Event.id > since, Event.edition_id + 0 == edition_id, _of_the_vote(edition_id), _unspoken(edition_id, upto))
        .order_by(Event.id)
    )


def _unspoken(edition_id: int, upto: int | None = None) -> ColumnElement[bool]:
    spoken_of = select(SealedLine.event_id).where(SealedLine.event_id == Event.id)
    if upto is not None:
        spoken_of = spoken_of.where(SealedLine.edition_id == edition_id, SealedLine.position <= upto)
    return ~spoken_of.exists()


def _of_the_vote(edition_id: int) -> ColumnElement[bool]:
    said = aliased(Event)
    proclaimed = select(func.min(said.id)).where(said.edition_id == edition_id, said.kind == EventKind.RESULT_PROCLAIMED)
    corrected = and_(Event.kind == EventKind.PROPOSAL_CORRECTED, Event.id > proclaimed.scalar_subquery())
    return or_(Event.kind.in_(_ALWAYS), corrected)


def _worth() -> Any:
    """What a support is worth, as `rules.weight` says it."""
    void, counted, pending = (literal(one, Support.told.type) for one in (Weight.VOID, Weight.COUNTED, Weight.PENDING))
    return case(
        (Support.set_aside_at.is_not(None), void),
        (Attachment.verified_at.is_not(None), counted),
        (Attachment.status == AttachmentStatus.PENDING, pending),
        else_=void,
    )


VOTER = (Support.siren, Support.kind, Support.departement, Support.stratum)
"""The columns that `chain.voter` reads."""


def untold(edition_id: int) -> AnySelect:
    """Supports that are not worth any more what the journal last said: their attachment was decided since. By number.

    What has counted goes on counting, so only those that did not are looked at; an index holds them together.
    """
    worth = _worth()
    return (
        select(
            Support.id,
            *VOTER,
            Support.receipt,
            Support.given_at,
            Proposal.number,
            Support.told,
            worth.label("worth"),
            func.coalesce(Attachment.verified_at, Attachment.decided_at).label("decided_at"),
        )
        .join(Attachment, Attachment.id == Support.attachment_id)
        .join(Proposal, Proposal.id == Support.proposal_id)
        .where(Support.edition_id == edition_id, Support.told.in_((Weight.PENDING, Weight.VOID)), Support.told != worth)
        .order_by(Support.id)
    )


def since_when(row: AnyRow, at: datetime) -> datetime:
    """Since when a row of `untold` is worth something else: its attachment was decided, at the earliest when it was given."""
    return at if row.decided_at is None or row.worth is Weight.PENDING else max(row.decided_at, row.given_at)


TOLD_AS: Mapping[Weight, EventKind] = {
    Weight.COUNTED: EventKind.SUPPORT_COUNTED,
    Weight.VOID: EventKind.SUPPORT_VOIDED,
    Weight.PENDING: EventKind.SUPPORT_REOPENED,
}


def where_to_look(edition_id: int, *, whole: bool) -> int | None:
    """The number after which something is left to seal; None when nothing is. It only reads: nobody waits for it."""
    since = 0
    if whole:
        left = select(func.min(Event.id)).where(Event.edition_id == edition_id, _of_the_vote(edition_id), _unspoken(edition_id))
        first = reading().scalar(left)
    else:
        last = select(SealedLine.event_id).where(SealedLine.edition_id == edition_id).order_by(SealedLine.position.desc())
        since = max(0, (reading().scalar(last.limit(1)) or 0) - RECENT)
        found = unsealed(edition_id, since=since).with_only_columns(Event.id)
        first = reading().scalar(found.limit(1))
    if first is not None:
        return first - 1
    return since if reading().execute(untold(edition_id).limit(1)).one_or_none() else None


# ── lines ────────────────────────────────────────────────────────────────────────────────


def lines_of(session: Session, events: Sequence[AnyRow]) -> list[Line]:
    """The line of each event, in the same order; not sealed, so without a position."""
    words = _words(session, events)
    known = _known(session, events)
    return [_line(event, known.get(event.id, event.data), words) for event in events]


def _line(event: AnyRow, said: Mapping[str, Any], words: Mapping[str, str]) -> Line:
    act = ACTS[event.kind]
    return Line(
        position=None,
        at=event.at,
        act=act,
        proposal=int(event.subject.partition(":")[2]) if event.subject else None,
        collectivite_siren=said.get("given_by"),
        collectivite_kind=said.get("voter_kind"),
        departement=said.get("departement"),
        population_stratum=said.get("stratum"),
        receipt=_receipt(event, act, said, words),
        replaces=said.get("replaced"),
        counts=said.get("worth"),
    )


def _receipt(event: AnyRow, act: Act, said: Mapping[str, Any], words: Mapping[str, str]) -> str | None:
    """Of the support; or what seals what a correction says."""
    if act is Act.CORRECTED:
        return words.get(event.subject)
    if act is Act.REVISED:
        return revision_digest(int(event.subject.partition(":")[2]), said["after"], said["reason"], event.at)
    return said.get("receipt")


def _words(session: Session, events: Sequence[AnyRow]) -> Mapping[str, str]:
    """What seals the words of the propositions that these events correct, by subject."""
    corrected = [event for event in events if event.kind is EventKind.PROPOSAL_CORRECTED]
    if not corrected:
        return {}
    of = select(Event.edition_id).where(Event.id == corrected[0].id).scalar_subquery()
    return {f"proposal:{number}": words for number, words in worded(session, of).items()}


def worded(session: Session, edition_id: Any) -> Mapping[int, str]:
    """What seals the words of each proposition of an edition, as they stand, by reference number. Two statements."""
    answered: dict[int, list[int]] = {}
    for proposal_id, number in session.execute(
        select(ProposalContribution.proposal_id, Contribution.number)
        .join(Contribution, Contribution.id == ProposalContribution.contribution_id)
        .where(Contribution.edition_id == edition_id)
        .order_by(Contribution.number)
    ):
        answered.setdefault(proposal_id, []).append(number)
    proposals = session.execute(
        select(Proposal.id, Proposal.number, Proposal.title, Proposal.summary)
        .where(Proposal.edition_id == edition_id)
        .order_by(Proposal.number)
    )
    return {one.number: words_digest(one.number, one.title, one.summary, listed(answered.get(one.id, ()))) for one in proposals}


def _known(session: Session, events: Sequence[AnyRow]) -> Mapping[int, Mapping[str, Any]]:
    """What is known of supports whose events were written before they said who gave them: by event."""
    bare = [event for event in events if event.kind in _OF_SUPPORTS and "worth" not in event.data]
    if not bare:
        return {}
    receipts = [event.data["receipt"] for event in bare]
    rows = session.execute(select(Support.receipt, Support.told, *VOTER).where(Support.receipt.in_(receipts)))
    supports = {row.receipt: row for row in rows}
    sirens = {event.data.get("given_by") or event.siren for event in bare}
    register = session.execute(
        select(Collectivite.siren, Collectivite.kind, Collectivite.departement, Collectivite.stratum).where(
            Collectivite.siren.in_(sirens)
        )
    )
    voters = {row.siren: row for row in register}
    known = {}
    for event in bare:
        support = supports.get(event.data["receipt"])
        who = support or voters[event.data.get("given_by") or event.siren]
        lost = support is None or event.kind in (EventKind.SUPPORT_WITHDRAWN, EventKind.SUPPORT_MERGED)
        worth = Weight.VOID if support is None or lost else support.told
        known[event.id] = {**event.data, **voter(who, worth=worth.value)}
    return known


# ── the whole journal ────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class LastSeal:
    """The last seal of a vote, and when it was made: public at any time, since it says nothing of what it seals."""

    seal: str
    sealed_at: datetime


def last_seal(edition_id: int) -> LastSeal | None:
    """The last seal of an edition's vote; None while nothing is sealed."""
    of_edition = select(SealedLine.seal, SealedLine.sealed_at).where(SealedLine.edition_id == edition_id)
    row = reading().execute(of_edition.order_by(SealedLine.position.desc()).limit(1)).one_or_none()
    return LastSeal(row.seal, row.sealed_at) if row else None


def how_many(edition_id: int) -> ColumnElement[int]:
    """How many lines `texts` gives, in a statement."""
    events = select(func.count()).select_from(Event).where(Event.edition_id == edition_id, _of_the_vote(edition_id))
    waiting = select(func.count()).select_from(untold(edition_id).order_by(None).subquery())
    return events.scalar_subquery() + waiting.scalar_subquery()


def texts(edition_id: int, *, at: datetime) -> Iterator[str]:
    """Every line as the file has it, its seal last: the sealed ones, then those that wait, without a position or a seal.

    Read a batch at a time. What is sealed meanwhile is still told as waiting: no line is told twice, nor left out.
    """
    upto = 0
    of_edition = select(SealedLine.position, SealedLine.said, SealedLine.seal).where(SealedLine.edition_id == edition_id)
    following = of_edition.order_by(SealedLine.position).limit(BATCH)
    while sealed := reading().execute(following.where(SealedLine.position > upto)).all():
        yield from (f"{row.said},{row.seal}" for row in sealed)
        upto = sealed[-1].position
    since = 0
    while events := reading().execute(unsealed(edition_id, since=since, upto=upto).limit(BATCH)).all():
        yield from (f"{line.text()}," for line in lines_of(reading(), events))
        since = events[-1].id
    last = 0
    while rows := reading().execute(untold(edition_id).where(Support.id > last).limit(BATCH)).all():
        yield from (f"{untold_line(row, at).text()}," for row in rows)
        last = rows[-1].id


def replayed(edition_id: int, *, at: datetime) -> Counter[int]:
    """What each proposition received, by reference number, from the lines of the journal alone; read to the last one."""
    counted: dict[str, int] = {}
    for text in texts(edition_id, at=at):
        _, _, act, proposal, *_, receipt, replaces, counts, _ = text.split(",")
        counted.pop(replaces, None)
        if counts == Weight.COUNTED:
            counted[receipt] = int(proposal)
        elif Act(act).is_of_a_support:
            counted.pop(receipt, None)
    return Counter(counted.values())


def untold_line(row: AnyRow, at: datetime) -> Line:
    """What will be told when the journal is next sealed."""
    data = voter(row, receipt=row.receipt, worth=row.worth.value)
    line = Line(None, since_when(row, at), ACTS[TOLD_AS[row.worth]], row.number)
    return replace(
        line,
        collectivite_siren=data["given_by"],
        collectivite_kind=data["voter_kind"],
        departement=data["departement"],
        population_stratum=data["stratum"],
        receipt=data["receipt"],
        counts=data["worth"],
    )

"""One voice for collectivités that merge during the vote: the rule is in `rules`, what follows a loading of the register here.

Everything is settled under the edition's own lock, held alone: a support is given before a merge, and follows it, or after,
and is judged by it.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.orm import Session

from consult.accounts.attachments.vanished import end_attachments
from consult.accounts.model import Attachment, AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Verb
from consult.ground.actor import Actor
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.register.actions import Consequences, LoadReport
from consult.register.queries import holders
from consult.voting.chain import voter
from consult.voting.model import Support
from consult.voting.rules import Claim, Weight, one_voice, weight


def bring_together(session: Session, report: LoadReport, actor: Actor, at: datetime) -> Mapping[str, int]:
    """In every edition whose vote is open, give each voice to who now stands for it. A `register.Step`.

    Voices of who is listed again go back, those that had been set aside too. Where tallies are hidden, the report says in how
    many votes voices were brought together, and no more: that two collectivités supported the same proposition, or did not, is
    not told before the close to whoever loads a register, or only tries to.
    """
    done = Counter({"votes_settled": 0, "supports_moved": 0, "supports_set_aside": 0, "supports_restored": 0})
    for edition in _editions(session):
        if edition.calendar.permits(Verb.GIVE_SUPPORT, at) and edition.proclaimed_at is None:
            changes = _changes(session, edition, frozenset(report.returned))
            _write(session, changes, at)
            _tell(session, edition, changes, actor, at)
            if edition.tallies_hidden:
                done["votes_settled"] += bool(changes)
            else:
                done.update(change.effect for change in changes)
    return done


def _editions(session: Session) -> list[Edition]:
    """Every edition, its lock held alone; always in the same order, so that no two loadings wait for one another."""
    ids = session.scalars(select(Edition.id).order_by(Edition.id)).all()
    return [locked_edition(session, edition_id, alone=True) for edition_id in ids]


def _hold_votes(session: Session) -> None:
    _editions(session)


AFTER_LOADING = Consequences(hold=_hold_votes, steps=(end_attachments, bring_together))
"""What a loading of the register, or an operator's word on who succeeds whom, means for people and for votes."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A support whose voice is no longer the same."""

    support_id: int
    number: int
    siren: str
    receipt: str
    before: str | None
    after: str | None
    holder: str
    """Who now stands for who gave it."""
    kept: str | None
    """The receipt of the support that is the voice instead; None when it left for want of room, or is the voice."""
    told: Weight
    """What the journal of the vote says it is worth, this change told."""
    who: Mapping[str, Any]
    """What was kept of who gave it."""

    @property
    def effect(self) -> str:
        if self.after is None:
            return "supports_set_aside"
        return "supports_restored" if self.before is None else "supports_moved"

    @property
    def fact(self) -> Fact:
        data = {"receipt": self.receipt, "kept": self.kept, **self.who, "worth": self.told.value}
        return Fact(self.holder, f"proposal:{self.number}", data)


def _changes(session: Session, edition: Edition, returned: Collection[str]) -> Sequence[_Change]:
    """What becomes of each support of the edition that a succession concerns. Two statements, one when there is none."""
    rows = _supports(edition.id)
    strays = session.execute(rows.where(or_(Support.voice.is_(None), Support.voice != rows.selected_columns.holder))).all()
    moved = [row for row in strays if row.voice is not None]
    revived = [row for row in strays if row.voice is None and row.holder in returned]
    left = {(row.voice, row.proposal_id) for row in moved}
    # Whoever loses a support that was not its own finds again the one it had set aside for it.
    revived += [row for row in strays if row.voice is None and (row.holder, row.proposal_id) in left]
    joined = {row.id: row for row in (*moved, *revived)}
    voices = {row.holder for row in joined.values()}
    for row in session.execute(rows.where(Support.voice.in_(voices))) if voices else ():
        joined.setdefault(row.id, row)
    by_voice: dict[str, list[Row[*tuple[object, ...]]]] = defaultdict(list)
    for row in joined.values():
        by_voice[row.holder].append(row)
    return [change for holder, group in by_voice.items() for change in _settled(holder, group, edition.max_supports)]


def _supports(edition_id: int) -> Select[*tuple[object, ...]]:
    """Supports of an edition, and in each who now stands for who gave it."""
    last = holders()
    return (
        select(
            Support.id,
            Support.proposal_id,
            Support.siren,
            Support.kind,
            Support.departement,
            Support.stratum,
            Support.told,
            Support.voice,
            Support.receipt,
            Support.given_at,
            Attachment.verified_at,
            Attachment.status.label("attachment_status"),
            Proposal.number,
            func.coalesce(last.c.holder, Support.siren).label("holder"),
        )
        .join(Attachment, Attachment.id == Support.attachment_id)
        .join(Proposal, Proposal.id == Support.proposal_id)
        .outerjoin(last, last.c.siren == Support.siren)
        .where(Support.edition_id == edition_id)
    )


def _settled(holder: str, group: Sequence[Row[*tuple[object, ...]]], maximum: int | None) -> Iterator[_Change]:
    """Which supports that come to one voice change, and how."""
    worth = {
        row.id: weight(
            was_verified=row.verified_at is not None,
            is_pending=row.attachment_status is AttachmentStatus.PENDING,
            is_set_aside=False,
        )
        for row in group
    }
    stay = one_voice([Claim(row.id, row.proposal_id, worth[row.id], row.given_at) for row in group], maximum)
    receipts = {row.proposal_id: row.receipt for row in group if row.id in stay}
    for row in sorted(group, key=lambda row: row.id):
        after = holder if row.id in stay else None
        if after != row.voice:
            kept = None if after else receipts.get(row.proposal_id)
            told = Weight.VOID if after is None else worth[row.id] if row.voice is None else row.told
            yield _Change(row.id, row.number, row.siren, row.receipt, row.voice, after, holder, kept, told, voter(row))


def _write(session: Session, changes: Sequence[_Change], at: datetime) -> None:
    """First every voice that leaves, then every voice that comes: at no instant does a proposition hear one twice."""
    leaving = [
        {"id": one.support_id, "voice": None, "set_aside_at": at, "told": one.told} for one in changes if one.before is not None
    ]
    coming = [
        {"id": one.support_id, "voice": one.after, "set_aside_at": None, "told": one.told}
        for one in changes
        if one.after is not None
    ]
    for rows in (leaving, coming):
        if rows:
            session.execute(update(Support), rows)


def _tell(session: Session, edition: Edition, changes: Sequence[_Change], actor: Actor, at: datetime) -> None:
    """Of a support that goes on, the succession says with whom; of one that stops or resumes, the journal says it here."""
    merged = [one for one in changes if one.after is None]
    restored = [one for one in changes if one.before is None]
    for kind, those in ((EventKind.SUPPORT_MERGED, merged), (EventKind.SUPPORT_RESTORED, restored)):
        record_many(session, kind, actor, [one.fact for one in those], at=at, edition_id=edition.id)

"""Collectivités that merge once they volunteered: whoever stands for them speaks for what they declared, and one goes on.

An interest stays that of the collectivité that declared it, and is shown with its successor, whose verified people correct it,
withdraw it and write to the team. Where several on one proposition come to one collectivité, a loading of the register ends
all but one: the furthest in its instruction, then the successor's own, then the earliest. The others stay readable; what was
so ended does not resume if a later register lists the collectivité again: its people may declare anew, or write to the team.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Row, String, cast, func, literal, select, tuple_
from sqlalchemy.orm import Session

from consult.accounts.model import Person, RoleGrant, Topic
from consult.accounts.queries import wants
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.interests.held import settle, tell
from consult.interests.model import Interest, InterestStatus
from consult.interests.preparing import set_in_line
from consult.interests.queries import verified_of
from consult.interests.rules import LIVE, TEAM
from consult.interests.waiting import move_up
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.register.actions import LoadReport
from consult.register.model import Collectivite
from consult.register.queries import holders

_FURTHEST = (InterestStatus.ACCEPTED, InterestStatus.WAITLISTED, InterestStatus.SUBMITTED)

Pair = Row[tuple[Interest, str]]
"""An interest, and who speaks for it now."""


def one_candidature(session: Session, _report: LoadReport, actor: Actor, at: datetime) -> Mapping[str, int]:
    """Of the live interests that now come to one collectivité on one proposition, let one go on. A `register.Step`.

    The team, who declared them and the successor's people are told by mail. The editions are held alone already.
    """
    together: dict[tuple[int, str], list[Pair]] = defaultdict(list)
    for row in _concerned(session):
        together[row.Interest.proposal_id, row.holder].append(row)
    ended = 0
    for (_, holder), rows in together.items():
        kept, *others = sorted((row.Interest for row in rows), key=lambda one: _comes_first(one, holder))
        for one in others:
            _end(session, one, kept, holder, actor, at)
        ended += len(others)
    return {"interests_ended": ended}


def _concerned(session: Session) -> Sequence[Pair]:
    """The live interests of collectivités that ended, and those with which they now meet. One statement when none ended."""
    last = holders()
    holder = func.coalesce(last.c.holder, Interest.siren).label("holder")
    spoken = select(Interest, holder).outerjoin(last, last.c.siren == Interest.siren).where(Interest.status.in_(LIVE))
    moved = session.execute(spoken.where(last.c.holder.is_not(None))).all()
    if not moved:
        return []
    meeting = tuple_(Interest.proposal_id, holder).in_({(row.Interest.proposal_id, row.holder) for row in moved})
    return session.execute(spoken.where(meeting).order_by(Interest.id).with_for_update(of=Interest)).all()


def _comes_first(one: Interest, holder: str) -> tuple[int, bool, datetime, int]:
    return _FURTHEST.index(one.status), one.siren != holder, one.submitted_at, one.id


def _end(session: Session, one: Interest, kept: Interest, holder: str, actor: Actor, at: datetime) -> None:
    """It stays readable; the place it leaves goes to the first that waits, as when somebody withdraws."""
    edition = locked_edition(session, one.edition_id, alone=True)
    names = _names(session, {one.siren, kept.siren, holder})
    other = one.siren if one.siren != holder else kept.siren
    was = one.status
    reason = f"{names[holder]} succède à {names[other]} : une seule candidature continue, la n° {kept.number}."
    settle(one, InterestStatus.WITHDRAWN, actor.person_id, reason, at=at)
    tell(session, EventKind.INTEREST_WITHDRAWN, actor, one, at=at, reason=reason, kept=kept.number)
    set_in_line(session, [one], None)
    move_up(session, edition, one, was=was, at=at)
    proposal = session.get_one(Proposal, one.proposal_id)
    team = select(RoleGrant.person_id).where(RoleGrant.role.in_(TEAM))
    theirs = Person.id.in_(verified_of(holder)) | Person.id.in_([one.person_id, kept.person_id])
    post_to_all(
        session,
        Notice.INTERESTS_MERGED,
        select(literal(f"interests_merged:{one.id}:") + cast(Person.id, String), Person.email).where(
            theirs | Person.id.in_(team), wants(Topic.SERVICES)
        ),
        at=at,
        edition=edition.slug,
        ended=one.number,
        kept=kept.number,
        reason=reason,
        proposal=proposal.title,
        proposal_number=proposal.number,
    )


def _names(session: Session, sirens: Collection[str]) -> Mapping[str, str]:
    return {one.siren: one.full_name for one in session.scalars(select(Collectivite).where(Collectivite.siren.in_(sirens)))}

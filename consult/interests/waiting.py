"""The waiting list of a proposition at one level: who leaves gives their place to the first that waits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.ground.actor import VISITOR
from consult.interests.held import settle, tell
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.queries import standing_within, to_tell
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.register.model import Collectivite

A_PLACE_IS_FREE = "Une collectivité acceptée s’est retirée : la première de la liste d’attente prend sa place."
"""The reason of an acceptance that nobody wrote: the rule of the waiting list gave it."""


def move_up(session: Session, edition: Edition, left: Interest, *, was: InterestStatus, at: datetime) -> Interest | None:
    """Give the place that `left` has just left, withdrawn, to the first that waits; gives which one was accepted, if one was.

    Called in the transaction of the act that ended it, which holds the edition alone (`held.locked(…, alone=True)`). Only the
    place of an accepted one (`was`) is taken; whoever leaves the waiting list lets those behind move up. Nobody enters a
    proposition that the committee no longer retains.
    """
    waiting = in_line(session, left)
    promoted: Interest | None = None
    if was is InterestStatus.ACCEPTED and waiting and standing_within(session, left.proposal_id, None).is_retained:
        promoted, *waiting = waiting
        settle(promoted, InterestStatus.ACCEPTED, None, A_PLACE_IS_FREE, at=at)
        _tell(session, edition, promoted, at=at)
    close_ranks(waiting)
    return promoted


def in_line(session: Session, beside: Interest, level: Level | None = None) -> Sequence[Interest]:
    """Those that wait for the same proposition at the same level, or at another, in order. One statement."""
    return session.scalars(
        select(Interest)
        .where(
            Interest.proposal_id == beside.proposal_id,
            Interest.level == (level or beside.level),
            Interest.status == InterestStatus.WAITLISTED,
            Interest.id != beside.id,
        )
        .order_by(Interest.waiting_rank, Interest.id)
    ).all()


def change_list(session: Session, interest: Interest, *, was: Level) -> None:
    """One that waits and has been given another level leaves its place to those behind, and comes last where it goes.

    Called in a transaction that holds the edition alone, as `move_up`.
    """
    if interest.status is InterestStatus.WAITLISTED:
        close_ranks(in_line(session, interest, was))
        close_ranks([*in_line(session, interest), interest])


def close_ranks(waiting: Sequence[Interest]) -> None:
    """Number the places of a list from 1, without a gap."""
    for rank, interest in enumerate(waiting, start=1):
        interest.waiting_rank = rank


def _tell(session: Session, edition: Edition, interest: Interest, *, at: datetime) -> None:
    """In nobody's name: whoever withdrew is of another collectivité, and did not choose who comes next."""
    standing = standing_within(session, interest.proposal_id, None)
    tell(session, EventKind.INTEREST_MOVED_UP, VISITOR, interest, at=at, proposal=standing.number, level=interest.level.value)
    post_to_all(
        session,
        Notice.INTEREST_MOVED_UP,
        to_tell(interest, "moved_up"),
        at=at,
        number=interest.number,
        level=interest.level.label,
        collectivite=session.get_one(Collectivite, interest.siren).full_name,
        proposal=standing.title,
        edition=edition.slug,
        proposal_number=standing.number,
    )

"""Hiding an abusive text, and showing it again: it leaves a trace, still counts, and its author is told."""

from datetime import datetime

from sqlalchemy import select

from consult.accounts.model import Person, Topic
from consult.accounts.queries import wants
from consult.contributions.model import Contribution
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.triage.desk import Seen, is_as_seen, locked, tell
from consult.triage.file_rules import may_hide, may_show_again


def hide(actor: Actor, contribution_id: int, *, reason: str, at: datetime, seen: Seen | None = None) -> Contribution:
    """Hide the text of a contribution, whatever became of it; its page says so, and why.

    Raises Refused with the reason of `may_hide`; NotFound.
    """
    with transaction() as session:
        edition, (contribution,) = locked(session, [contribution_id])
        may_hide(
            actor,
            is_hidden=contribution.hidden_at is not None,
            reason=reason,
            is_as_seen=is_as_seen(contribution, seen),
        ).or_refuse()
        contribution.hidden_at, contribution.hidden_reason = at, reason.strip()
        tell(session, EventKind.CONTRIBUTION_HIDDEN, actor, contribution, at=at, reason=contribution.hidden_reason)
        author = Person.id == contribution.person_id
        email = session.scalar(select(Person.email).where(author, wants(Topic.CONTRIBUTIONS)))
        if email:
            post(
                session,
                Notice.CONTRIBUTION_HIDDEN,
                email,
                key=f"contribution:{contribution.id}:hidden:{contribution.revision}",
                at=at,
                edition=edition.slug,
                number=contribution.number,
                title=contribution.title,
                reason=contribution.hidden_reason,
            )
    return contribution


def show_again(actor: Actor, contribution_id: int, *, reason: str, at: datetime, seen: Seen | None = None) -> Contribution:
    """Show a hidden text again, and say why: the journal keeps the reason it was hidden for.

    Raises Refused with the reason of `may_show_again`; NotFound.
    """
    with transaction() as session:
        _, (contribution,) = locked(session, [contribution_id])
        may_show_again(
            actor,
            is_hidden=contribution.hidden_at is not None,
            reason=reason,
            is_as_seen=is_as_seen(contribution, seen),
        ).or_refuse()
        before = contribution.hidden_reason
        contribution.hidden_at, contribution.hidden_reason = None, ""
        tell(session, EventKind.CONTRIBUTION_SHOWN, actor, contribution, at=at, reason=reason.strip(), before=before)
    return contribution

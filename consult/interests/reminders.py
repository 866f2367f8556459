"""Recalling, before the candidatures close, those that are begun and not submitted."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, Person, Topic
from consult.accounts.queries import LIVE as ATTACHED
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions.draft_rules import Reminder
from consult.contributions.reminders import BATCH, Letter, key_of, remind_before_the_close
from consult.interests.model import Interest, StartedInterest
from consult.interests.rules import LIVE
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.search import LINE, CollectiviteLine


def remind_of_started(*, at: datetime, limit: int = BATCH) -> int:
    """Write the reminders that are due at this instant, as for drafts of contributions; gives how many.

    Nobody is recalled what a colleague has submitted since, nor what they would have written for a collectivité to which they
    are attached no more.
    """
    return remind_before_the_close(Stage.INTERESTS, Notice.INTEREST_REMINDER, _to_recall, at=at, limit=limit)


def _to_recall(session: Session, edition: Edition, reminder: Reminder, closes_at: datetime, limit: int) -> Sequence[Letter]:
    key = key_of("interest_draft", StartedInterest.id, reminder, closes_at)
    submitted = exists().where(
        Interest.proposal_id == StartedInterest.proposal_id,
        Interest.siren == StartedInterest.siren,
        Interest.status.in_(LIVE),
    )
    attached = exists().where(
        Attachment.person_id == StartedInterest.person_id,
        Attachment.siren == StartedInterest.siren,
        Attachment.status.in_(ATTACHED),
    )
    rows = session.execute(
        select(key, Person.email, Proposal.number, Proposal.title, *LINE)
        .select_from(StartedInterest)
        .join(Person, Person.id == StartedInterest.person_id)
        .join(Proposal, Proposal.id == StartedInterest.proposal_id)
        .join(Collectivite, Collectivite.siren == StartedInterest.siren)
        .where(
            StartedInterest.edition_id == edition.id,
            StartedInterest.created_at <= closes_at - reminder.before,
            wants(Topic.SERVICES),
            attached,
            ~submitted,
            ~exists().where(Message.key == key),
        )
        .order_by(StartedInterest.id)
        .limit(limit)
    )
    return [
        (
            row_key,
            email,
            {
                "edition": edition.slug,
                "proposal_number": number,
                "proposal": title,
                "collectivite": CollectiviteLine(*line).full_name,
                "closes_at": closes_at.isoformat(),
            },
        )
        for row_key, email, number, title, *line in rows
    ]

"""What the team and a collectivité write to each other inside the file: read by them only, told by mail."""

from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from consult.accounts.model import Person, RoleGrant, Topic
from consult.accounts.queries import as_now, wants
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.interests.desk_rules import may_ask, may_reply
from consult.interests.held import locked, speaker, tell
from consult.interests.model import Interest, InterestMessage
from consult.interests.queries import to_tell, verified_of
from consult.interests.rules import TEAM
from consult.journal.model import EventKind
from consult.outbox.actions import post, post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal


def ask(actor: Actor, interest_id: int, body: str, asks_correction: bool, *, at: datetime) -> InterestMessage:
    """The team writes to a collectivité; `asks_correction` opens its form again. Its verified people are told by mail.

    The letter says what was written: whoever declared it and has left since reads it no more than the file.

    Raises Refused with the reason of `may_ask`, NotFound.
    """
    with transaction() as session:
        interest, edition = locked(session, interest_id)
        may_ask(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            at=at,
            body=body,
            asks_correction=asks_correction,
        ).or_refuse()
        message = _add(session, actor, interest, body, at=at, is_from_team=True, asks_correction=asks_correction)
        kind = EventKind.INTEREST_CORRECTION_ASKED if asks_correction else EventKind.INTEREST_QUESTIONED
        tell(session, kind, actor, interest, at=at)
        post_to_all(
            session,
            Notice.INTEREST_QUESTIONED,
            to_tell(interest, f"message_{message.id}").where(Person.id.in_(verified_of(interest.siren))),
            at=at,
            asks_correction=asks_correction,
            **_words(session, interest, edition, message),
        )
    return message


def reply(actor: Actor, interest_id: int, body: str, *, at: datetime) -> InterestMessage:
    """A collectivité writes to the team; whoever of the team wrote to it last is told by mail, if they are of it still.

    Raises Refused with the reason of `may_reply`, NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        interest, edition = locked(session, interest_id)
        may_reply(
            actor, calendar=edition.calendar, siren=speaker(session, interest), status=interest.status, at=at, body=body
        ).or_refuse()
        asked_by = session.scalar(
            select(InterestMessage.person_id)
            .where(InterestMessage.interest_id == interest_id, InterestMessage.is_from_team)
            .order_by(InterestMessage.id.desc())
            .limit(1)
        )
        message = _add(session, actor, interest, body, at=at, is_from_team=False)
        tell(session, EventKind.INTEREST_REPLIED, actor, interest, at=at)
        of_the_team = exists().where(RoleGrant.person_id == Person.id, RoleGrant.role.in_(TEAM))
        email = session.scalar(select(Person.email).where(Person.id == asked_by, of_the_team, wants(Topic.SERVICES)))
        if email is not None:
            words = _words(session, interest, edition, message)
            post(session, Notice.INTEREST_REPLIED, email, key=f"interest_message:{message.id}", at=at, **words)
    return message


def _add(
    session: Session,
    actor: Actor,
    interest: Interest,
    body: str,
    *,
    at: datetime,
    is_from_team: bool,
    asks_correction: bool = False,
) -> InterestMessage:
    message = InterestMessage(
        interest_id=interest.id,
        at=at,
        person_id=actor.person_id,
        is_from_team=is_from_team,
        asks_correction=asks_correction,
        body=body.strip(),
    )
    session.add(message)
    session.flush()
    return message


def _words(session: Session, interest: Interest, edition: Edition, message: InterestMessage) -> dict[str, str | int]:
    title = session.scalar(select(Proposal.title).where(Proposal.id == interest.proposal_id)) or ""
    return {"edition": edition.slug, "number": interest.number, "proposal": title, "body": message.body}

"""Contesting an outcome, once and in writing; the answer is reasoned and public."""

from datetime import datetime

from sqlalchemy import select

from consult.accounts.model import Person, Topic
from consult.accounts.queries import as_now, wants
from consult.contributions.actions import owner_of
from consult.contributions.model import Contest, Contribution, MeToo, Status
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.journal.model import EventKind
from consult.outbox.actions import post
from consult.outbox.model import Notice
from consult.triage.actions import back_to_be_examined
from consult.triage.contest_rules import may_answer_contest, may_contest
from consult.triage.desk import Outcome, announce, locked, tell


def contest(actor: Actor, contribution_id: int, *, text: str, at: datetime) -> Contest:
    """Contest, for the actor's collectivité (or as a partner), what the team decided.

    Raises Refused with the reason of `may_contest`; NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition, (contribution,) = locked(session, [contribution_id])
        owner = owner_of(contribution)
        siren = None if owner.siren is None and owner.includes(actor) else actor.siren
        already = select(Contest.id).where(Contest.contribution_id == contribution_id, Contest.siren == siren)
        may_contest(
            actor,
            owner=owner,
            shares=siren is not None and session.get(MeToo, (contribution_id, siren)) is not None,
            status=contribution.status,
            status_at=contribution.status_at,
            contested=session.scalar(already) is not None,
            calendar=edition.calendar,
            at=at,
            text=text,
        ).or_refuse()
        written = Contest(
            contribution_id=contribution_id,
            siren=siren,
            person_id=actor.person_id,
            contested=contribution.status,
            text=text.strip(),
            at=at,
        )
        session.add(written)
        tell(session, EventKind.CONTRIBUTION_CONTESTED, actor, contribution, at=at, outcome=contribution.status.value)
    return written


def answer_contest(actor: Actor, contest_id: int, *, upheld: bool, answer: str, at: datetime) -> Contribution:
    """Answer a contest, with its reason; upheld, the contribution goes back to be examined, and nothing of it is lost.

    Raises Refused with the reason of `may_answer_contest`; NotFound.
    """
    with transaction() as session:
        contribution_id = session.scalar(select(Contest.contribution_id).where(Contest.id == contest_id))
        if contribution_id is None:
            raise NotFound
        edition, (contribution,) = locked(session, [contribution_id])
        written = session.scalars(select(Contest).where(Contest.id == contest_id).with_for_update()).one()
        may_answer_contest(
            actor,
            status=contribution.status,
            is_answered=written.answered_at is not None,
            upheld=upheld,
            calendar=edition.calendar,
            at=at,
            answer=answer,
        ).or_refuse()
        written.answer, written.is_upheld = answer.strip(), upheld
        written.answered_at, written.answered_by = at, actor.person_id
        reopens = upheld and contribution.status not in (Status.PUBLISHED, Status.WITHDRAWN)
        before = back_to_be_examined(session, contribution, at=at, reason=written.answer) if reopens else None
        kept = {"upheld": upheld, "reason": written.answer, "before": before}
        email = session.scalar(select(Person.email).where(Person.id == written.person_id, wants(Topic.CONTRIBUTIONS)))
        if email:
            post(
                session,
                Notice.CONTEST_ANSWERED,
                email,
                key=f"contest:{written.id}:answered",
                at=at,
                edition=edition.slug,
                number=contribution.number,
                title=contribution.title,
                is_upheld=upheld,
                answer=written.answer,
            )
        if reopens:
            announce(session, EventKind.CONTEST_ANSWERED, actor, edition, [Outcome(contribution, kept)], at=at)
        else:
            tell(session, EventKind.CONTEST_ANSWERED, actor, contribution, at=at, **kept)
    return contribution

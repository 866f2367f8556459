"""Volunteering for a retained proposition, taking it back, and the team's answer."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.accounts.queries import as_now
from consult.calendar.model import Edition
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.interests.charters import in_force_within, keep_first
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.queries import standing_within, to_tell
from consult.interests.rules import is_whole, may_accept, may_declare, may_decline, may_withdraw
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.register.model import Collectivite


@dataclass(frozen=True, slots=True)
class InterestDraft:
    """What a collectivité offers. The names are for the team only; the collectivité and the level are public."""

    level: Level
    referent_name: str
    referent_function: str
    sponsor_name: str
    sponsor_function: str
    availability: str
    motivation: str
    charter: str
    """The version that was accepted."""

    @property
    def people(self) -> tuple[str, ...]:
        """Who is named, and with what function."""
        return (self.referent_name, self.referent_function, self.sponsor_name, self.sponsor_function)


def declare(actor: Actor, proposal_id: int, draft: InterestDraft, *, at: datetime) -> Interest:
    """Volunteer the actor's collectivité for a retained proposition; everyone verified there is told by mail.

    Two colleagues may declare at the same instant: the base keeps the first, the second is told so.

    Raises Refused with the reason of `may_declare` or `is_whole`, NotFound for an unknown proposition.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        standing = standing_within(session, proposal_id, actor.siren)
        edition = locked_edition(session, standing.edition_id)
        may_declare(
            actor,
            calendar=edition.calendar,
            is_proclaimed=edition.proclaimed_at is not None,
            is_retained=standing.is_retained,
            has_live=standing.has_live,
            at=at,
        ).or_refuse()
        charter = in_force_within(session, edition)
        is_whole(level=draft.level, people=draft.people, charter=draft.charter, in_force=charter.name).or_refuse()
        number = next_number(session, Interest, edition.id)
        keep_first(session, edition)
        interest = Interest(
            **asdict(draft),
            edition_id=edition.id,
            number=number,
            proposal_id=proposal_id,
            siren=actor.siren,
            person_id=actor.person_id,
            status=InterestStatus.SUBMITTED,
            submitted_at=at,
        )
        session.add(interest)
        try:
            session.flush()
        except IntegrityError as clash:
            raise Refused(Reason.ALREADY_INTERESTED) from clash
        _record(session, EventKind.INTEREST_DECLARED, actor, interest, at, level=draft.level.value)
        post_to_all(
            session,
            Notice.INTEREST_DECLARED,
            to_tell(interest, "declared"),
            at=at,
            number=interest.number,
            level=draft.level.label,
            collectivite=actor.collectivite_name,
            proposal=standing.title,
            edition=edition.slug,
            proposal_number=standing.number,
        )
    return interest


def withdraw(actor: Actor, interest_id: int, *, reason: str, at: datetime) -> None:
    """Take back an interest of the actor's collectivité. Another may then be declared.

    Raises Refused with the reason of `may_withdraw`, NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        interest, edition = _locked(session, interest_id)
        may_withdraw(
            actor, calendar=edition.calendar, siren=interest.siren, status=interest.status, reason=reason, at=at
        ).or_refuse()
        _end(interest, InterestStatus.WITHDRAWN, actor, reason, at)
        _record(session, EventKind.INTEREST_WITHDRAWN, actor, interest, at, reason=interest.reason)


def accept(actor: Actor, interest_id: int, *, reason: str = "", at: datetime) -> None:
    """The team accepts: the collectivité becomes a territoire référent, and is told by mail.

    Raises Refused with the reason of `may_accept`, NotFound.
    """
    with transaction() as session:
        interest, edition = _locked(session, interest_id)
        is_retained = standing_within(session, interest.proposal_id, None).is_retained
        may_accept(actor, calendar=edition.calendar, status=interest.status, is_retained=is_retained, at=at).or_refuse()
        _end(interest, InterestStatus.ACCEPTED, actor, reason, at)
        _record(session, EventKind.INTEREST_ACCEPTED, actor, interest, at, reason=interest.reason)
        _tell_decision(session, interest, edition, at)


def decline(actor: Actor, interest_id: int, *, reason: str, at: datetime) -> None:
    """The team declines, for a reason that the collectivité receives by mail.

    Raises Refused with the reason of `may_decline`, NotFound.
    """
    with transaction() as session:
        interest, edition = _locked(session, interest_id)
        may_decline(actor, calendar=edition.calendar, status=interest.status, reason=reason, at=at).or_refuse()
        _end(interest, InterestStatus.DECLINED, actor, reason, at)
        _record(session, EventKind.INTEREST_DECLINED, actor, interest, at, reason=interest.reason)
        _tell_decision(session, interest, edition, at)


def _locked(session: Session, interest_id: int) -> tuple[Interest, Edition]:
    """The interest, which nobody else can change until the transaction ends, and its edition."""
    edition_id = session.scalar(select(Interest.edition_id).where(Interest.id == interest_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    return session.scalars(select(Interest).where(Interest.id == interest_id).with_for_update()).one(), edition


def _end(interest: Interest, status: InterestStatus, actor: Actor, reason: str, at: datetime) -> None:
    interest.status = status
    interest.reason = reason.strip()
    interest.decided_at = at
    interest.decided_by = actor.person_id


def _record(session: Session, kind: EventKind, actor: Actor, interest: Interest, at: datetime, **data: str) -> None:
    record(
        session,
        kind,
        actor,
        at=at,
        edition_id=interest.edition_id,
        siren=interest.siren,
        subject=f"interest:{interest.number}",
        **data,
    )


def _tell_decision(session: Session, interest: Interest, edition: Edition, at: datetime) -> None:
    proposal = session.get_one(Proposal, interest.proposal_id)
    collectivite = session.get_one(Collectivite, interest.siren)
    post_to_all(
        session,
        Notice.INTEREST_DECIDED,
        to_tell(interest, "decided"),
        at=at,
        number=interest.number,
        is_accepted=interest.status is InterestStatus.ACCEPTED,
        level=interest.level.label,
        reason=interest.reason,
        collectivite=collectivite.full_name,
        proposal=proposal.title,
        edition=edition.slug,
        proposal_number=proposal.number,
    )

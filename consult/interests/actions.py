"""Volunteering for a retained proposition, and taking it back."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from consult.accounts.queries import as_now
from consult.calendar.numbers import next_number
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Instruction
from consult.ground.actor import VISITOR, Actor
from consult.ground.database import transaction
from consult.ground.refusals import Reason, Refused
from consult.interests.charters import in_force_within, keep_first
from consult.interests.drafts import forget
from consult.interests.held import locked, settle, speaker, tell
from consult.interests.model import Interest, InterestStatus, Level
from consult.interests.preparing import set_in_line
from consult.interests.queries import standing_within, to_tell
from consult.interests.rules import is_whole, may_declare, may_withdraw
from consult.interests.waiting import move_up
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.proposals.model import Proposal

EVERYONE_IS_ACCEPTED = "Règle de l’édition : toute collectivité qui se déclare est acceptée."


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

    Where the edition accepts everyone, it is accepted at once, in nobody's name: the rule is its reason.

    Two colleagues may declare at the same instant: the base keeps the first, the second is told so.

    Raises Refused with the reason of `may_declare` or `is_whole`, NotFound for an unknown proposition.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        edition = locked_edition(session, select(Proposal.edition_id).where(Proposal.id == proposal_id).scalar_subquery())
        standing = standing_within(session, proposal_id, actor.siren)  # once held: no merge adds another meanwhile
        may_declare(
            actor,
            calendar=edition.calendar,
            is_proclaimed=edition.proclaimed_at is not None,
            is_retained=standing.is_retained,
            has_live=standing.has_live,
            at=at,
        ).or_refuse()
        charter = in_force_within(session, edition)
        is_whole(
            level=draft.level,
            people=draft.people,
            availability=draft.availability,
            charter=draft.charter,
            in_force=charter.name,
        ).or_refuse()
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
        forget(session, actor, proposal_id)
        tell(session, EventKind.INTEREST_DECLARED, actor, interest, at=at, level=draft.level.value)
        if edition.instruction is Instruction.EVERYONE:
            settle(interest, InterestStatus.ACCEPTED, None, EVERYONE_IS_ACCEPTED, at=at)
            tell(session, EventKind.INTEREST_ACCEPTED, VISITOR, interest, at=at, reason=interest.reason)
        post_to_all(
            session,
            Notice.INTEREST_DECLARED,
            to_tell(interest, "declared"),
            at=at,
            number=interest.number,
            is_accepted=interest.status is InterestStatus.ACCEPTED,
            level=draft.level.label,
            collectivite=actor.collectivite_name,
            proposal=standing.title,
            edition=edition.slug,
            proposal_number=standing.number,
        )
    return interest


def withdraw(actor: Actor, interest_id: int, *, reason: str, at: datetime) -> None:
    """Take back an interest of the actor's collectivité. Another may then be declared; the first that waits takes its place.

    Raises Refused with the reason of `may_withdraw`, NotFound.
    """
    with transaction() as session:
        actor = as_now(session, actor)
        interest, edition = locked(session, interest_id, alone=True)
        was = interest.status
        may_withdraw(
            actor,
            calendar=edition.calendar,
            siren=speaker(session, interest),
            status=interest.status,
            reason=reason,
            at=at,
        ).or_refuse()
        settle(interest, InterestStatus.WITHDRAWN, actor.person_id, reason, at=at)
        tell(session, EventKind.INTEREST_WITHDRAWN, actor, interest, at=at, reason=interest.reason)
        set_in_line(session, [interest], None)
        move_up(session, edition, interest, was=was, at=at)

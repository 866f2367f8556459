"""What giving or withdrawing a support is about, read once the edition's lock is held.

Thousands of supports are given in a last hour: what one act judges is asked of the base in one statement, built once, and comes
as values.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, ScalarSelect, Select, bindparam, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus
from consult.accounts.queries import LIVE
from consult.calendar.model import Edition, StageWindow
from consult.calendar.rules import Calendar, Stage, Window
from consult.ground.actor import Actor, Standing
from consult.ground.database import Lock, Taking
from consult.ground.refusals import NotFound, Reason, Refused
from consult.proposals.model import Proposal
from consult.proposals.queries import withdrawn
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from consult.voting.model import Support
from consult.voting.queries import WEIGHING, weight_of
from consult.voting.rules import BallotRules, Given, Weight


class Address(NamedTuple):
    """A proposition as its page names it."""

    slug: str
    """Of its edition."""
    number: int


@dataclass(frozen=True, slots=True)
class OnBallot:
    """A support already on a ballot."""

    support_id: int
    receipt: str
    given_at: datetime
    given: Given


@dataclass(frozen=True, slots=True)
class Asked:
    """The proposition, the rules of its vote and in whose name it is asked, as the base has them now."""

    actor: Actor
    rules: BallotRules
    """Their calendar holds the window of the vote, and no other."""
    slug: str
    edition_id: int
    proposal_id: int
    number: int
    kind: Kind | None
    stratum: Stratum | None
    departement: str | None
    region: str | None
    population: int | None
    standing: OnBallot | None
    """The collectivité's support for this proposition, if any."""

    @property
    def siren(self) -> str | None:
        return self.actor.siren

    @property
    def closes_at(self) -> datetime | None:
        """When the vote does."""
        return self.rules.calendar.window(Stage.VOTING).closes_at


def asked(session: Session, actor: Actor, proposal: int | Address) -> Asked:
    """Share the edition's lock, then read what the act is about: two statements. What moves the calendar, brings
    collectivités together or proclaims holds that lock alone, and is over or has not begun.

    The actor was read before the transaction: an attachment decided in between is taken as it now is.

    Raises NotFound; Refused for a proposition that was withdrawn before the vote.
    """
    search, found_by = (_BY_ID, {"proposal": proposal}) if isinstance(proposal, int) else (_BY_ADDRESS, proposal._asdict())
    search.edition.take(session, shared=True, **found_by)
    mandate = actor.mandate.attachment_id if actor.mandate else None
    given_by = {"attachment": mandate, "person": actor.person_id}
    row = session.connection().execute(search.asked, found_by | given_by).one_or_none()
    if row is None:
        raise _missing(proposal)
    return Asked(
        actor=_as_now(actor, row.standing, row.kind),
        rules=BallotRules(
            calendar=Calendar((Window(Stage.VOTING, row.opens_at, row.closes_at),)),
            voter_kinds=frozenset(row.voter_kinds),
            max_supports=row.max_supports,
            tallies_hidden=row.tallies_hidden,
            is_proclaimed=row.proclaimed_at is not None,
        ),
        slug=row.slug,
        edition_id=row.edition_id,
        proposal_id=row.proposal_id,
        number=row.number,
        kind=row.kind,
        stratum=row.stratum,
        departement=row.departement,
        region=row.region,
        population=row.population,
        standing=_on_ballot(row) if row.support_id else None,
    )


def _missing(proposal: int | Address) -> Exception:
    if isinstance(proposal, Address) and withdrawn(proposal.slug, proposal.number):
        return Refused(Reason.PROPOSAL_WITHDRAWN)
    return NotFound()


def ballot(session: Session, asked: Asked) -> list[OnBallot]:
    """Everything the collectivité has given or inherited in the edition, read under its lock."""
    return _all(session, Support.edition_id == asked.edition_id, Support.voice == asked.siren)


def own(session: Session, asked: Asked) -> list[OnBallot]:
    """What somebody who waits has given, whatever became of it since: all that they may know of the ballot."""
    mandate = asked.actor.mandate
    theirs = _all(session, Support.edition_id == asked.edition_id, Support.attachment_id == (mandate and mandate.attachment_id))
    return [replace(row, given=replace(row.given, weight=Weight.PENDING)) for row in theirs]


_SUPPORT = (Support.id.label("support_id"), Support.receipt, Support.given_at, Support.attachment_id, *WEIGHING)


def _all(session: Session, *conditions: ColumnElement[bool]) -> list[OnBallot]:
    rows = session.execute(
        select(Support.proposal_id, *_SUPPORT)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(*conditions)
        .order_by(Support.given_at, Support.id)
    )
    return [_on_ballot(row) for row in rows]


def _on_ballot(row: Any) -> OnBallot:
    return OnBallot(row.support_id, row.receipt, row.given_at, Given(row.proposal_id, row.attachment_id, weight_of(row)))


def _as_now(actor: Actor, status: AttachmentStatus | None, kind: Kind | None) -> Actor:
    if actor.mandate is None or status is None or kind is None:
        return replace(actor, mandate=None)
    return replace(actor, mandate=replace(actor.mandate, standing=Standing(status.value), kind=kind.value))


# ── the statements, built once ───────────────────────────────────────────────────────────


def _what_is_asked(is_sought: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    mandate = (
        select(Attachment.siren, Attachment.status.label("standing"))
        .where(
            Attachment.id == bindparam("attachment"),
            Attachment.person_id == bindparam("person"),
            Attachment.status.in_(LIVE),
        )
        .subquery()
    )
    return (
        select(
            Edition.slug,
            Edition.voter_kinds,
            Edition.max_supports,
            Edition.tallies_hidden,
            Edition.proclaimed_at,
            StageWindow.opens_at,
            StageWindow.closes_at,
            Proposal.edition_id,
            Proposal.id.label("proposal_id"),
            Proposal.number,
            mandate.c.standing,
            Collectivite.kind,
            Collectivite.stratum,
            Collectivite.departement,
            Collectivite.region,
            Collectivite.population,
            *_SUPPORT,
        )
        .select_from(Proposal)
        .join(Edition, Edition.id == Proposal.edition_id)
        .join(StageWindow, (StageWindow.edition_id == Edition.id) & (StageWindow.stage == Stage.VOTING))
        .outerjoin(mandate, literal(True))
        .outerjoin(Collectivite, Collectivite.siren == mandate.c.siren)
        .outerjoin(Support, (Support.proposal_id == Proposal.id) & (Support.voice == mandate.c.siren))
        .outerjoin(Attachment, Attachment.id == Support.attachment_id)
        .where(is_sought)
    )


class _Search:
    """The two statements of `asked`, for one way to name a proposition."""

    def __init__(self, edition: ScalarSelect[int], is_sought: ColumnElement[bool]) -> None:
        self.edition = Taking(Lock.EDITION, edition)
        self.asked = _what_is_asked(is_sought)


_BY_ID = _Search(
    select(Proposal.edition_id).where(Proposal.id == bindparam("proposal")).scalar_subquery(),
    Proposal.id == bindparam("proposal"),
)
_BY_ADDRESS = _Search(
    select(Edition.id).where(Edition.slug == bindparam("slug")).scalar_subquery(),
    (Edition.slug == bindparam("slug")) & (Proposal.number == bindparam("number")),
)

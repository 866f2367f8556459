"""Giving and withdrawing a support, in the name of a collectivité."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, ScalarSelect, Select, bindparam, delete, insert, literal, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus
from consult.accounts.queries import LIVE
from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor, Standing
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Reason, Refused, Verdict
from consult.journal.actions import Fact, record_many
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import Kind, Stratum
from consult.voting.chain import voter
from consult.voting.digests import name_of, tell
from consult.voting.model import Support
from consult.voting.queries import WEIGHING, ballot_rules, weight_of
from consult.voting.rules import (
    RECEIPT_ALPHABET,
    BallotRules,
    Given,
    Weight,
    may_give_support,
    may_withdraw_support,
    receipt,
    telling,
)


def give_support(actor: Actor, proposal_id: int, *, at: datetime) -> Support:
    """Support a proposition in the name of the actor's collectivité, and tell everyone attached to it.

    Where the edition sets a maximum, the collectivité's lock is held: two colleagues voting at the same instant cannot both
    spend its last support. A support that yields (see `rules`) is replaced, and the journal says by what.

    Raises NotFound, or Refused with the reason of `may_give_support`; the second of two equal requests is refused.
    """
    with transaction() as session:
        edition = locked_edition(session, _edition_of(proposal_id))
        asked = _asked(session, actor, proposal_id)
        rules = ballot_rules(edition)
        if rules.max_supports is not None and asked.siren:
            lock(session, Lock.COLLECTIVITE, asked.siren)
            ballot = _ballot(session, edition.id, asked.siren)
        else:
            ballot = [asked.standing] if asked.standing else []
        own = _own(session, asked.actor, edition.id) if asked.actor.is_pending else []
        has_voice = _judge(asked.actor, rules, proposal_id, ballot, own, at)
        replaced = _replaced(asked.actor, ballot, proposal_id, rules.max_supports) if has_voice else None
        support = _write(session, asked, proposal_id, replaced, has_voice=has_voice, at=at)
        _write_and_tell(
            session,
            EventKind.SUPPORT_GIVEN,
            asked,
            edition,
            at=at,
            receipt=support.receipt,
            replaced=replaced.receipt if replaced else None,
            **voter(support, worth=support.told.value),
        )
    return support


def withdraw_support(actor: Actor, proposal_id: int, *, at: datetime) -> None:
    """Withdraw the support of the actor's collectivité, and tell everyone attached to it.

    Raises NotFound, or Refused with the reason of `may_withdraw_support`.
    """
    with transaction() as session:
        edition = locked_edition(session, _edition_of(proposal_id))
        asked = _asked(session, actor, proposal_id)
        standing = asked.standing
        if asked.actor.is_pending:
            own = _own(session, asked.actor, edition.id)
            standing = next((row for row in own if row.given.proposal_id == proposal_id), None)
        given = standing.given if standing else None
        may_withdraw_support(asked.actor, rules=ballot_rules(edition), given=given, at=at).or_refuse()
        gone = _remove(session, standing, Reason.NOT_SUPPORTED)
        said = voter(gone, worth=Weight.VOID.value)
        _write_and_tell(session, EventKind.SUPPORT_WITHDRAWN, asked, edition, at=at, receipt=gone.receipt, **said)


def _edition_of(proposal_id: int) -> ScalarSelect[int]:
    """Looked up with the edition's lock: whatever is read after it is as the last merge of collectivités left it."""
    return select(Proposal.edition_id).where(Proposal.id == proposal_id).scalar_subquery()


@dataclass(frozen=True, slots=True)
class _Standing:
    """A support already on the ballot."""

    support_id: int
    receipt: str
    given_at: datetime
    given: Given


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an act is about, as the base has it now: the proposition, and in whose name it is asked."""

    actor: Actor
    edition_id: int
    number: int
    title: str
    kind: Kind | None
    stratum: Stratum | None
    departement: str | None
    region: str | None
    population: int | None
    standing: _Standing | None
    """The collectivité's support for this proposition, if any."""

    @property
    def siren(self) -> str | None:
        return self.actor.siren


_SUPPORT = (Support.id.label("support_id"), Support.receipt, Support.given_at, Support.attachment_id, *WEIGHING)


def _what_is_asked() -> Select[*tuple[Any, ...]]:
    """Built once: it is read for each of the thousands of supports of a last hour."""
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
            Proposal.edition_id,
            Proposal.number,
            Proposal.title,
            mandate.c.standing,
            Collectivite.kind,
            Collectivite.stratum,
            Collectivite.departement,
            Collectivite.region,
            Collectivite.population,
            *_SUPPORT,
        )
        .select_from(Proposal)
        .outerjoin(mandate, literal(True))
        .outerjoin(Collectivite, Collectivite.siren == mandate.c.siren)
        .outerjoin(Support, (Support.proposal_id == Proposal.id) & (Support.voice == mandate.c.siren))
        .outerjoin(Attachment, Attachment.id == Support.attachment_id)
        .where(Proposal.id == bindparam("proposal"))
    )


_ASKED = _what_is_asked()


def _asked(session: Session, actor: Actor, proposal_id: int) -> _Asked:
    """One statement: the proposition, the actor's attachment as it stands, the register's line, the support already given.

    The actor was read before the transaction: an attachment decided in between is taken as it now is.
    """
    asked = {
        "proposal": proposal_id,
        "attachment": actor.mandate.attachment_id if actor.mandate else None,
        "person": actor.person_id,
    }
    row = session.connection().execute(_ASKED, asked).one_or_none()
    if row is None:
        raise NotFound
    return _Asked(
        actor=_as_now(actor, row.standing, row.kind),
        edition_id=row.edition_id,
        number=row.number,
        title=row.title,
        kind=row.kind,
        stratum=row.stratum,
        departement=row.departement,
        region=row.region,
        population=row.population,
        standing=_standing(row, proposal_id) if row.support_id else None,
    )


def _as_now(actor: Actor, status: AttachmentStatus | None, kind: Kind | None) -> Actor:
    if actor.mandate is None or status is None or kind is None:
        return replace(actor, mandate=None)
    return replace(actor, mandate=replace(actor.mandate, standing=Standing(status.value), kind=kind.value))


def _ballot(session: Session, edition_id: int, siren: str) -> list[_Standing]:
    """Everything the collectivité has given or inherited in the edition, read under its lock."""
    rows = session.execute(
        select(Support.proposal_id, *_SUPPORT)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, Support.voice == siren)
        .order_by(Support.given_at, Support.id)
    )
    return [_standing(row, row.proposal_id) for row in rows]


def _own(session: Session, actor: Actor, edition_id: int) -> list[_Standing]:
    """What somebody who waits has given, whatever became of it since: all that they may know of the ballot."""
    rows = session.execute(
        select(Support.proposal_id, *_SUPPORT)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, Support.attachment_id == (actor.mandate and actor.mandate.attachment_id))
        .order_by(Support.given_at, Support.id)
    )
    own = [_standing(row, row.proposal_id) for row in rows]
    return [replace(row, given=replace(row.given, weight=Weight.PENDING)) for row in own]


def _judge(
    actor: Actor, rules: BallotRules, proposal_id: int, ballot: Sequence[_Standing], own: Sequence[_Standing], at: datetime
) -> bool:
    """Whether the support takes its place on the ballot. Raises Refused with the reason of `may_give_support`.

    It stands aside when somebody who waits gives one that supports already counted leave no room for: a refusal would tell
    them of it. What waits as theirs does is no secret to keep from them: it counts nowhere.
    """

    def may_give(given: Iterable[Given]) -> Verdict:
        return may_give_support(actor, rules=rules, proposal_id=proposal_id, ballot=list(given), at=at)

    given = [row.given for row in ballot]
    if actor.is_pending:
        mine = {row.given.proposal_id: row.given for row in own}
        others = [one for one in given if one.weight is not Weight.COUNTED and one.proposal_id not in mine]
        may_give([*mine.values(), *others]).or_refuse()
        if not may_give(one for one in given if one.weight is Weight.COUNTED):
            return False
    may_give(given).or_refuse()
    return True


def _standing(row: Any, proposal_id: int) -> _Standing:
    return _Standing(row.support_id, row.receipt, row.given_at, Given(proposal_id, row.attachment_id, weight_of(row)))


def _replaced(actor: Actor, ballot: Sequence[_Standing], proposal_id: int, maximum: int | None) -> _Standing | None:
    """The support that this one replaces: on the same proposition, or, on a full ballot, the first to yield.

    What can no longer count goes before what waits to be verified, and the latest before the earliest.
    """
    same = next((row for row in ballot if row.given.proposal_id == proposal_id), None)
    if same or maximum is None or len(ballot) < maximum:
        return same
    yielding = [row for row in ballot if row.given.yields_to(actor)]
    return max(yielding, key=lambda row: (row.given.weight is Weight.VOID, row.given_at, row.support_id))


_INSERT = insert(Support.__table__)  # type: ignore[arg-type]
"""Built once too, and handed to the connection as it is: one row, and nobody reads it again in this transaction."""


def _write(
    session: Session, asked: _Asked, proposal_id: int, replaced: _Standing | None, *, has_voice: bool, at: datetime
) -> Support:
    if replaced and replaced.given.weight is Weight.PENDING:
        _put_aside(session, replaced)
    elif replaced:
        _remove(session, replaced, Reason.ALREADY_SUPPORTED)
    mandate, kind, stratum = asked.actor.mandate, asked.kind, asked.stratum
    assert mandate is not None and kind is not None and stratum is not None  # noqa: S101, PT018 - the rules saw to it
    values: dict[str, Any] = {
        "edition_id": asked.edition_id,
        "proposal_id": proposal_id,
        "siren": mandate.siren,
        "voice": mandate.siren if has_voice else None,
        "attachment_id": mandate.attachment_id,
        "person_id": asked.actor.person_id,
        "kind": kind,
        "stratum": stratum,
        "departement": asked.departement,
        "region": asked.region,
        "population": asked.population,
        "told": Weight.COUNTED if asked.actor.is_verified else Weight.PENDING if has_voice else Weight.VOID,
        "given_at": at,
        "set_aside_at": None if has_voice else at,
        "receipt": receipt([secrets.choice(RECEIPT_ALPHABET) for _ in range(12)]),
    }
    try:
        session.connection().execute(_INSERT, values)
    except IntegrityError as error:
        if "proposal_id" in str(error.orig):  # the unique constraint has the last word: someone was quicker by an instant
            raise Refused(Reason.ALREADY_SUPPORTED) from None
        raise
    return Support(**values)


def _put_aside(session: Session, standing: _Standing) -> None:
    """A support that waits gives its place: it is kept for who gave it, who has no right to know by whom it was replaced."""
    left = session.scalar(
        update(Support)
        .where(Support.id == standing.support_id, Support.receipt == standing.receipt, Support.voice.is_not(None))
        .values(voice=None, set_aside_at=Support.given_at, told=Weight.VOID)
        .returning(Support.id)
        .execution_options(synchronize_session=False)
    )
    if left is None:
        raise Refused(Reason.ALREADY_SUPPORTED)


def _remove(session: Session, standing: _Standing | None, otherwise: Reason) -> Row[*tuple[Any, ...]]:
    """Take a support off the ballot; gives what it was. Refused with `otherwise` when a colleague was quicker by an instant."""
    if standing is None:
        raise Refused(otherwise)
    gone = session.execute(
        delete(Support)
        .where(Support.id == standing.support_id, Support.receipt == standing.receipt)
        .returning(Support.receipt, Support.siren, Support.kind, Support.departement, Support.stratum)
    ).one_or_none()
    if gone is None:
        raise Refused(otherwise)
    return gone


def _write_and_tell(
    session: Session, kind: EventKind, asked: _Asked, edition: Edition, *, at: datetime, receipt: str, **data: Any
) -> None:
    """The event of an act, and the e-mail that will tell it to the collectivité's people."""
    told = telling(at, edition.calendar.window(Stage.VOTING).closes_at)
    name = name_of(told, kind, receipt)
    subject = f"proposal:{asked.number}"
    said = {"receipt": receipt, **data, "told_in": f"{edition.slug}:{name}"}
    record_many(session, kind, asked.actor, [Fact(asked.siren, subject, said)], at=at, edition_id=edition.id)
    tell(session, asked.actor, edition.slug, told, name, at=at)

"""Giving and withdrawing a support, in the name of a collectivité."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import Reason, Refused, Verdict
from consult.ground.rows import Together, one_row, values_of
from consult.journal.actions import EVENT, Fact, event_values
from consult.journal.model import EventKind
from consult.voting.asked import Address, Asked, OnBallot, asked, ballot, own
from consult.voting.chain import voter
from consult.voting.digests import CIRCULAR, circular_values, name_of
from consult.voting.model import Support
from consult.voting.rules import (
    RECEIPT_ALPHABET,
    Given,
    Weight,
    may_give_support,
    may_withdraw_support,
    receipt,
    telling,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A support that was written: what its giver is told."""

    receipt: str
    closes_at: datetime | None
    """Until when it can be withdrawn: outside."""


def give_support(actor: Actor, proposal: int | Address, *, at: datetime) -> Kept:
    """Support a proposition, named by its id or its address, in the name of the actor's collectivité, and tell everyone
    attached to it.

    Where the edition sets a maximum, the collectivité's lock is held: two colleagues voting at the same instant cannot both
    spend its last support. A support that yields (see `rules`) is replaced, and the journal says by what.

    Raises NotFound, or Refused with the reason of `may_give_support`; the second of two equal requests is refused.
    """
    with transaction() as session:
        act = asked(session, actor, proposal)
        if act.rules.max_supports is not None and act.siren:
            lock(session, Lock.COLLECTIVITE, act.siren)
            given = ballot(session, act)
        else:
            given = [act.standing] if act.standing else []
        mine = own(session, act) if act.actor.is_pending else []
        has_voice = _judge(act, given, mine, at)
        replaced = _replaced(act, given) if has_voice else None
        if replaced and replaced.given.weight is Weight.PENDING:
            _put_aside(session, replaced)
        elif replaced:
            _remove(session, replaced, Reason.ALREADY_SUPPORTED)
        support = _support(act, has_voice=has_voice, at=at)
        said = voter(support, worth=support.told.value, replaced=replaced.receipt if replaced else None)
        told = _telling(EventKind.SUPPORT_GIVEN, act, at=at, receipt=support.receipt, **said)
        _write(session, support, told)
        return Kept(support.receipt, act.closes_at)


def withdraw_support(actor: Actor, proposal: int | Address, *, at: datetime) -> None:
    """Withdraw the support of the actor's collectivité, and tell everyone attached to it.

    Raises NotFound, or Refused with the reason of `may_withdraw_support`.
    """
    with transaction() as session:
        act = asked(session, actor, proposal)
        standing = act.standing
        if act.actor.is_pending:
            standing = next((row for row in own(session, act) if row.given.proposal_id == act.proposal_id), None)
        given = standing.given if standing else None
        may_withdraw_support(act.actor, rules=act.rules, given=given, at=at).or_refuse()
        gone = _remove(session, standing, Reason.NOT_SUPPORTED)
        said = voter(gone, worth=Weight.VOID.value)
        _TOLD.write(session, _telling(EventKind.SUPPORT_WITHDRAWN, act, at=at, receipt=gone.receipt, **said))


def _judge(act: Asked, ballot: Sequence[OnBallot], own: Sequence[OnBallot], at: datetime) -> bool:
    """Whether the support takes its place on the ballot. Raises Refused with the reason of `may_give_support`.

    It stands aside when somebody who waits gives one that supports already counted leave no room for: a refusal would tell
    them of it. What waits as theirs does is no secret to keep from them: it counts nowhere.
    """

    def may_give(given: Iterable[Given]) -> Verdict:
        return may_give_support(act.actor, rules=act.rules, proposal_id=act.proposal_id, ballot=list(given), at=at)

    given = [row.given for row in ballot]
    if act.actor.is_pending:
        mine = {row.given.proposal_id: row.given for row in own}
        others = [one for one in given if one.weight is not Weight.COUNTED and one.proposal_id not in mine]
        may_give([*mine.values(), *others]).or_refuse()
        if not may_give(one for one in given if one.weight is Weight.COUNTED):
            return False
    may_give(given).or_refuse()
    return True


def _replaced(act: Asked, ballot: Sequence[OnBallot]) -> OnBallot | None:
    """The support that this one replaces: on the same proposition, or, on a full ballot, the first to yield.

    What can no longer count goes before what waits to be verified, and the latest before the earliest.
    """
    same = next((row for row in ballot if row.given.proposal_id == act.proposal_id), None)
    if same or act.rules.max_supports is None or len(ballot) < act.rules.max_supports:
        return same
    yielding = [row for row in ballot if row.given.yields_to(act.actor)]
    return max(yielding, key=lambda row: (row.given.weight is Weight.VOID, row.given_at, row.support_id))


def _put_aside(session: Session, standing: OnBallot) -> None:
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


def _remove(session: Session, standing: OnBallot | None, otherwise: Reason) -> Row[*tuple[Any, ...]]:
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


# ── what is written: the support, its event, and the e-mail that will tell it ────────────

_COLUMNS = (
    "edition_id",
    "proposal_id",
    "siren",
    "voice",
    "attachment_id",
    "person_id",
    "kind",
    "stratum",
    "departement",
    "region",
    "population",
    "given_at",
    "receipt",
    "set_aside_at",
    "told",
)
_GIVEN = Together(one_row(Support, *_COLUMNS), EVENT, CIRCULAR.statements)
_TOLD = Together(EVENT, CIRCULAR.statements)


def _support(act: Asked, *, has_voice: bool, at: datetime) -> Support:
    mandate, kind, stratum = act.actor.mandate, act.kind, act.stratum
    assert mandate is not None and kind is not None and stratum is not None  # noqa: S101, PT018 - the rules saw to it
    return Support(
        edition_id=act.edition_id,
        proposal_id=act.proposal_id,
        siren=mandate.siren,
        voice=mandate.siren if has_voice else None,
        attachment_id=mandate.attachment_id,
        person_id=act.actor.person_id,
        kind=kind,
        stratum=stratum,
        departement=act.departement,
        region=act.region,
        population=act.population,
        told=Weight.COUNTED if act.actor.is_verified else Weight.PENDING if has_voice else Weight.VOID,
        given_at=at,
        set_aside_at=None if has_voice else at,
        receipt=receipt([secrets.choice(RECEIPT_ALPHABET) for _ in range(12)]),
    )


def _write(session: Session, support: Support, told: dict[str, Any]) -> None:
    values = values_of(Support, **{name: getattr(support, name) for name in _COLUMNS})
    try:
        _GIVEN.write(session, values | told)
    except IntegrityError as error:
        if "proposal_id" in str(error.orig):  # the unique constraint has the last word: someone was quicker by an instant
            raise Refused(Reason.ALREADY_SUPPORTED) from None
        raise


def _telling(kind: EventKind, act: Asked, *, at: datetime, receipt: str, **data: Any) -> dict[str, Any]:
    """The event of an act, and the e-mail that will tell it to the collectivité's people: the parameters of `_TOLD`."""
    told = telling(at, act.closes_at)
    name = name_of(told, kind, receipt)
    fact = Fact(act.siren, f"proposal:{act.number}", {"receipt": receipt, **data, "told_in": f"{act.slug}:{name}"})
    event = event_values(kind, act.actor, fact, at=at, edition_id=act.edition_id)
    return event | circular_values(act.actor, act.slug, told, name, at=at)

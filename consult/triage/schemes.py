"""Schemes: adding one to an edition, giving it a rule, correcting a rule. What was published before is kept."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.triage.eligibility import Terms
from consult.triage.model import Scheme, SchemeRule
from consult.triage.scheme_rules import may_change_rule, may_change_schemes


@dataclass(frozen=True, slots=True)
class SchemeDraft:
    """A scheme and its rules as published; without any rule, nobody can tell whom it helps."""

    code: str
    name: str
    rules: tuple[Terms, ...] = ()


def add_scheme(actor: Actor, edition_id: int, draft: SchemeDraft, *, at: datetime) -> Scheme:
    """Add a scheme to an edition, after the others, with its rules.

    Raises Refused when the actor is no administrator, or the edition has a scheme of this code.
    """
    with transaction() as session:
        may_change_schemes(actor).or_refuse()
        lock(session, Lock.NUMBERS, f"scheme:{edition_id}")
        last, codes = session.execute(
            select(func.max(Scheme.position), func.count().filter(Scheme.code == draft.code)).where(
                Scheme.edition_id == edition_id
            )
        ).one()
        if codes:
            raise Refused(Reason.SCHEME_CODE_TAKEN)
        scheme = Scheme(edition_id=edition_id, position=(last or 0) + 1, code=draft.code, name=draft.name)
        session.add(scheme)
        session.flush()
        session.add_all(_row(actor, scheme, terms, at=at) for terms in draft.rules)
        rules = [_told(terms) for terms in draft.rules]
        _record(session, EventKind.SCHEME_ADDED, actor, scheme, at=at, code=scheme.code, rules=rules)
    return scheme


def add_rule(actor: Actor, scheme_id: int, terms: Terms, *, reason: str, at: datetime) -> SchemeRule:
    """Give a scheme a rule more, between its own days, and say why. The others stand.

    Raises Refused with the reason of `may_change_rule`; NotFound.
    """
    with transaction() as session:
        may_change_rule(actor, is_replaced=False, reason=reason).or_refuse()
        scheme = session.get(Scheme, scheme_id)
        if scheme is None:
            raise NotFound
        rule = _row(actor, scheme, terms, at=at, reason=reason)
        session.add(rule)
        _record(session, EventKind.SCHEME_CHANGED, actor, scheme, at=at, reason=rule.reason, before=None, after=_told(terms))
    return rule


def correct_rule(actor: Actor, rule_id: int, terms: Terms, *, reason: str, at: datetime) -> SchemeRule:
    """Put another rule in the place of one, and say why. The one that was wrong is kept, and counts no more.

    Raises Refused with the reason of `may_change_rule`: of two corrections of a rule at once, the second is told. NotFound.
    """
    with transaction() as session:
        wrong = session.get(SchemeRule, rule_id, with_for_update=True)
        if wrong is None:
            raise NotFound
        may_change_rule(actor, is_replaced=wrong.replaced_at is not None, reason=reason).or_refuse()
        scheme = session.get_one(Scheme, wrong.scheme_id)
        wrong.replaced_at = at
        right = _row(actor, scheme, terms, at=at, reason=reason, replaces_id=wrong.id)
        session.add(right)
        before, after = _told(wrong.terms), _told(terms)
        _record(session, EventKind.SCHEME_CHANGED, actor, scheme, at=at, reason=right.reason, before=before, after=after)
    return right


def _row(
    actor: Actor, scheme: Scheme, terms: Terms, *, at: datetime, reason: str = "", replaces_id: int | None = None
) -> SchemeRule:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(terms).items()}
    return SchemeRule(
        scheme_id=scheme.id,
        recorded_at=at,
        recorded_by=actor.person_id,
        reason=reason.strip(),
        replaces_id=replaces_id,
        **values,
    )


def _told(terms: Terms) -> dict[str, Any]:
    """A rule for the journal: what it says, and nothing of what it leaves open."""
    return {name: _plain(value) for name, value in asdict(terms).items() if value not in (None, "", (), False)}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, date | Decimal) else list(value) if isinstance(value, tuple) else value


def _record(session: Session, kind: EventKind, actor: Actor, scheme: Scheme, *, at: datetime, **data: Any) -> None:
    subject = f"scheme:{scheme.position}"
    record(session, kind, actor, at=at, edition_id=scheme.edition_id, subject=subject, name=scheme.name, **data)

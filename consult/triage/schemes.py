"""Schemes: adding one to an edition."""

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import Reason, Refused
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.triage.model import Scheme
from consult.triage.scheme_rules import may_change_schemes


@dataclass(frozen=True, slots=True)
class SchemeDraft:
    """A scheme as published. Days are days in Paris, both included; None is a limit that is not known or does not exist."""

    code: str
    name: str
    who: str
    purpose: str
    funding: str
    min_population: int | None = None
    opens_on: date | None = None
    closes_on: date | None = None
    source: str = ""


def add_scheme(actor: Actor, edition_id: int, draft: SchemeDraft, *, at: datetime) -> Scheme:
    """Add a scheme to an edition, after the others.

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
        scheme = Scheme(edition_id=edition_id, position=(last or 0) + 1, **asdict(draft))
        session.add(scheme)
        session.flush()
        record(
            session,
            EventKind.SCHEME_ADDED,
            actor,
            at=at,
            edition_id=edition_id,
            subject=f"scheme:{scheme.position}",
            code=draft.code,
            name=draft.name,
        )
    return scheme

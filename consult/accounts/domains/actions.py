"""Keeping the domains that are a collectivité's own: adding, removing, importing them; verifying the requests they show right.

Whoever changes the table queues behind one lock: a domain is only ever one collectivité's. A domain that is removed takes back
nothing that it has shown.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from consult.accounts.attachments.actions import prove
from consult.accounts.attachments.proofs import Proof
from consult.accounts.domains.import_files import Fault, ImportFault, ImportReport, Line, once_each, shown, two_columns
from consult.accounts.domains.queries import requests_shown_by_domain
from consult.accounts.domains.rules import may_add_domain, may_be_known, may_remove_domain, parse_domain
from consult.accounts.model import AttachmentStatus, AttachmentWay, KnownDomain, Person
from consult.accounts.rules import may_see_attachments_desk
from consult.ground.actor import Actor
from consult.ground.database import Lock, lock, transaction
from consult.ground.refusals import NotFound, Reason
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.register.model import Collectivite
from consult.register.rules import is_siren


def add_domain(actor: Actor, domain: str, siren: str, *, note: str, at: datetime) -> None:
    """Say that a domain, as `parse_domain` writes it, is a collectivité's own, and where that was found.

    Raises Refused with the reason of `may_add_domain`.
    """
    with transaction() as session:
        _lock_domains(session)
        known_for = session.scalar(select(KnownDomain.siren).where(KnownDomain.domain == domain))
        is_current = is_siren(siren) and session.scalar(select(Collectivite.is_current).where(Collectivite.siren == siren))
        may_add_domain(actor, domain=domain, is_current=bool(is_current), known_for=known_for).or_refuse()
        session.add(KnownDomain(domain=domain, siren=siren, added_at=at, added_by=actor.person_id, note=note))
        record(session, EventKind.DOMAIN_ADDED, actor, at=at, siren=siren, domain=domain, note=note)


def remove_domain(actor: Actor, domain: str, *, reason: str, at: datetime) -> None:
    """Say that a domain is nobody's own any more: what it has already shown stays.

    Raises NotFound, and Refused with the reason of `may_remove_domain`.
    """
    with transaction() as session:
        _lock_domains(session)
        may_remove_domain(actor, reason=reason).or_refuse()
        known = _known(session, domain)
        session.delete(known)
        record(session, EventKind.DOMAIN_REMOVED, actor, at=at, siren=known.siren, domain=domain, reason=reason.strip())


def import_domains(actor: Actor, content: bytes, *, note: str, at: datetime) -> ImportReport:
    """Add every domain of a file `domain,siren`, or none: the same file twice is the same as once.

    Raises ImportFault with everything that is wrong in it, Refused for who may not.
    """
    may_see_attachments_desk(actor).or_refuse()
    lines = two_columns(content, "domain", "siren")
    with transaction() as session:
        _lock_domains(session)
        known: dict[str, str] = dict(session.execute(select(KnownDomain.domain, KnownDomain.siren)).all())
        current = set(session.scalars(select(Collectivite.siren).where(Collectivite.is_current)))
        wanted = _checked(lines, known, current)
        new = [domain for domain in wanted if domain not in known]
        if new:
            common = {"added_at": at, "added_by": actor.person_id, "note": note}
            session.execute(
                insert(KnownDomain), [{"domain": domain, "siren": wanted[domain].second, **common} for domain in new]
            )
            record(session, EventKind.DOMAINS_IMPORTED, actor, at=at, added=len(new), note=note)
        return ImportReport(added=len(new), unchanged=len(wanted) - len(new))


def _checked(lines: list[Line], known: Mapping[str, str], current: set[str]) -> Mapping[str, Line]:
    """The lines by domain, each good to add. Raises ImportFault."""
    faults: list[Fault] = []
    wanted = once_each(_sound(lines, current, faults), "ce domaine est déjà celui d’une autre collectivité,", faults)
    for domain, line in wanted.items():
        if known.get(domain, line.second) != line.second:
            faults.append(Fault(line.number, f"{shown(domain)} est déjà le domaine de la collectivité {known[domain]}"))
    if faults:
        raise ImportFault(faults)
    return wanted


_WHY = {
    Reason.DOMAIN_SHARED: "est ouvert à tous : une adresse là ne prouve rien",
    Reason.DOMAIN_OF_THE_STATE: "est un domaine de l’État : il ne rattache pas à une collectivité",
}


def _sound(lines: list[Line], current: set[str], faults: list[Fault]) -> Iterator[Line]:
    """Lines whose domain could be a collectivité's own, as `parse_domain` writes it, and whose SIREN is known."""
    for number, typed, siren in lines:
        domain = parse_domain(typed)
        reason = may_be_known(domain).reason if domain else None
        if domain is None:
            faults.append(Fault(number, f"{shown(typed)} n’est pas un domaine"))
        elif reason is not None:
            faults.append(Fault(number, f"{shown(typed)} {_WHY[reason]}"))
        if siren not in current:
            faults.append(Fault(number, f"le SIREN {shown(siren)} n’est pas au registre"))
        elif domain and reason is None:
            yield Line(number, domain, siren)


def verify_by_domain(actor: Actor, domain: str, *, at: datetime) -> int:
    """Verify the requests that wait and that this domain shows to be right, each as if its author had just made it. Gives how
    many; the actor's own is left to somebody else, and what somebody had said no to, to a person.

    Raises NotFound when the domain is not known, Refused for who may not.
    """
    may_see_attachments_desk(actor).or_refuse()
    with transaction() as session:
        _lock_domains(session)
        known = _known(session, domain)
        people = session.scalars(
            requests_shown_by_domain(select(Person.id), but=actor.person_id)
            .where(KnownDomain.domain == domain)
            .order_by(Person.id)
            .with_for_update(of=Person, key_share=True)
        ).all()
        proof = Proof(AttachmentWay.DOMAIN, {"domain": domain})
        shown_right = [prove(session, Actor(person_id=person_id), known.siren, proof, at=at) for person_id in people]
        verified = sum(attachment.status is AttachmentStatus.VERIFIED for attachment in shown_right)
        record(session, EventKind.DOMAIN_APPLIED, actor, at=at, siren=known.siren, domain=domain, verified=verified)
        return verified


def _lock_domains(session: Session) -> None:
    lock(session, Lock.REGISTER, "domains")


def _known(session: Session, domain: str) -> KnownDomain:
    known = session.get(KnownDomain, domain)
    if known is None:
        raise NotFound
    return known

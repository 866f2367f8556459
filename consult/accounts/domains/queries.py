"""Reading the domains that are a collectivité's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from consult.accounts.domains.rules import domain_of
from consult.accounts.model import Attachment, AttachmentStatus, AttachmentWay, KnownDomain, Person
from consult.accounts.queries import known_as
from consult.ground.database import reading
from consult.ground.paging import PAGE_SIZE, Page, offset
from consult.ground.refusals import NotFound
from consult.register.model import Collectivite
from consult.register.rules import full_name, search_key


@dataclass(frozen=True, slots=True)
class DomainLine:
    """A domain, whose it is, and where it was found."""

    domain: str
    siren: str
    collectivite: str
    added_at: datetime
    added_by: str | None
    """Nobody when a command added it."""
    note: str


def known_domains(typed: str = "", *, page: int = 1) -> Page[DomainLine]:
    """Domains in alphabetical order, or those in which what was typed is found: in the domain, the name of its collectivité,
    or its SIREN. Two statements."""
    session, found = reading(), _found_by(typed)
    total = session.scalar(
        select(func.count()).select_from(KnownDomain).join(Collectivite, Collectivite.siren == KnownDomain.siren).where(*found)
    )
    rows = session.execute(_lines().where(*found).order_by(KnownDomain.domain).offset(offset(page)).limit(PAGE_SIZE))
    return Page([_line(row) for row in rows], page, total or 0)


def known_domain(domain: str) -> DomainLine:
    """One of them. Raises NotFound."""
    row = reading().execute(_lines().where(KnownDomain.domain == domain)).one_or_none()
    if row is None:
        raise NotFound
    return _line(row)


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            KnownDomain.domain,
            KnownDomain.siren,
            Collectivite.name,
            Collectivite.kind,
            Collectivite.departement_name,
            KnownDomain.added_at,
            known_as().label("added_by"),
            KnownDomain.note,
        )
        .join(Collectivite, Collectivite.siren == KnownDomain.siren)
        .outerjoin(Person, Person.id == KnownDomain.added_by)
    )


def _line(row: Row[Any]) -> DomainLine:
    name = full_name(row.name, row.kind, row.departement_name)
    return DomainLine(row.domain, row.siren, name, row.added_at, row.added_by, row.note)


def _found_by(typed: str) -> Sequence[ColumnElement[bool]]:
    text = "".join(typed.split())
    if not text:
        return ()
    return (
        or_(
            KnownDomain.domain.contains(domain_of(text), autoescape=True),
            Collectivite.search_name.contains(search_key(typed) or text, autoescape=True),
            KnownDomain.siren == text,
        ),
    )


def waiting_on(domains: Sequence[str], *, but: int | None) -> Mapping[str, int]:
    """How many requests each of these domains would verify, those of the person `but` left out. One statement."""
    counted = select(KnownDomain.domain, func.count()).where(KnownDomain.domain.in_(domains)).group_by(KnownDomain.domain)
    return dict(reading().execute(requests_shown_by_domain(counted, but=but)).all())


def requests_shown_by_domain(statement: Select[*tuple[Any, ...]], *, but: int | None) -> Select[*tuple[Any, ...]]:
    """Known domain × person × request that waits for the domain's own collectivité, from an address on that very domain.

    What a colleague or the team had said no to already carries its proof, and waits for a person to decide.
    """
    waits = (Attachment.status == AttachmentStatus.PENDING) & (Attachment.way != AttachmentWay.DOMAIN)
    return (
        statement.select_from(KnownDomain)
        .join(Attachment, (Attachment.siren == KnownDomain.siren) & waits)
        .join(Person, (Person.id == Attachment.person_id) & Person.email_key.like("%@" + KnownDomain.domain))
        .where(Person.id != (but or 0), Person.is_address_proved)
    )

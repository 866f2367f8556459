"""The money of a service in tests: who bears it, lines that the agency publishes or that its own team proposes."""

from datetime import date, datetime
from decimal import Decimal

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import OPERATOR, Actor
from consult.ground.clock import paris_day
from consult.ground.database import reading, transaction
from consult.services.actions import ServiceDraft, create
from consult.services.model import Bearer, MoneyKind, MoneyLine, Phase, PhaseStep, Publication, Service
from consult.services.money import LineDraft, add_line
from tests.support.retained import proposal
from tests.support.world import during

COST = MoneyKind.COST
AT = during(Stage.TRACKING)
DAY = paris_day(AT)
DRAFT = ServiceDraft("Séance claire", "Préparer une séance du conseil (fictif).", "Toutes les collectivités délibèrent.")


def service_of(edition: Edition, title: str = "Organiser des instances délibératives", *, at: datetime = AT) -> Service:
    """A service born from a retained proposition of the edition."""
    return create(OPERATOR, proposal(edition, title).id, DRAFT, at=at)


def bear(service: Service, siren: str) -> None:
    """Let a collectivité bear the service: its verified people are its own team."""
    with transaction() as session:
        session.add(Bearer(service_id=service.id, siren=siren, since=AT))


def stop(service: Service, day: date) -> None:
    """Let the service have stopped on a day."""
    with transaction() as session:
        session.get_one(Service, service.id).phase = Phase.STOPPED
        session.add(PhaseStep(service_id=service.id, phase=Phase.STOPPED, entered_at=AT, day=day, reason="Sans usage."))


def line(
    service: Service,
    kind: MoneyKind,
    amount: str | int,
    label: str = "Une ligne fictive",
    *,
    by: Actor = OPERATOR,
    day: date = DAY,
    at: datetime = AT,
) -> MoneyLine:
    """A line of the service, in euros: published when the agency says it, proposed when its own team does."""
    return add_line(by, service.id, LineDraft(kind, Decimal(amount), day, label), at=at)


def sums(service: Service) -> tuple[Decimal, ...]:
    """What is kept on the row of the service now: cost, State's share, others, engaged, paid; and granted by the edition."""
    reading().expire_all()
    now = reading().get_one(Service, service.id)
    edition = reading().get_one(Edition, now.edition_id)
    return (now.cost, now.state_share, now.others, now.engaged, now.paid, edition.granted)


def proposed_line(service: Service, siren: str, amount: str | int = 100, *, at: datetime = AT) -> MoneyLine:
    """A cost that a collectivité which bore the service proposed, and that waits for the agency."""
    proposed = MoneyLine(
        service_id=service.id,
        kind=MoneyKind.COST,
        amount=Decimal(amount),
        day=paris_day(at),
        label="Une ligne proposée",
        standing=Publication.PROPOSED,
        written_at=at,
        siren=siren,
        reason="",
    )
    with transaction() as session:
        session.add(proposed)
    return proposed

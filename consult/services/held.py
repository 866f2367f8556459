"""The service that an act changes, which nobody else can until its transaction ends; and what the act leaves in the journal."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from consult.calendar.model import Edition
from consult.calendar.queries import locked_edition
from consult.ground.actor import Actor
from consult.ground.refusals import NotFound
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.services.model import Service


def held(session: Session, service_id: int) -> tuple[Service, Edition]:
    """The service and its edition, as they stand now. Raises NotFound."""
    edition_id = session.scalar(select(Service.edition_id).where(Service.id == service_id))
    if edition_id is None:
        raise NotFound
    edition = locked_edition(session, edition_id)
    return session.scalars(select(Service).where(Service.id == service_id).with_for_update()).one(), edition


def tell(
    session: Session,
    kind: EventKind,
    actor: Actor,
    service: Service,
    at: datetime,
    *,
    siren: str | None = None,
    **data: str | int,
) -> None:
    """Record what was done to the service; `siren`, when it is about one collectivité."""
    record(session, kind, actor, at=at, edition_id=service.edition_id, siren=siren, subject=f"service:{service.number}", **data)

"""The collectivités that bear a service: their verified people are its own team, and write on its pages."""

from datetime import datetime

from sqlalchemy import String, cast, exists, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import NotFound, Reason, Refused
from consult.journal.model import EventKind
from consult.outbox.actions import post_to_all
from consult.outbox.model import Notice
from consult.register.model import Collectivite
from consult.services.held import held, tell
from consult.services.model import Bearer, Service
from consult.services.rules import may_name_bearers


def add_bearer(actor: Actor, service_id: int, siren: str, *, reason: str, at: datetime) -> None:
    """A collectivité bears the service from now on; its verified people are told by mail that they may write on its pages.

    Raises Refused with the reason of `may_name_bearers` or `ALREADY_BEARS`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        may_name_bearers(actor, calendar=edition.calendar, reason=reason, at=at).or_refuse()
        if session.get(Bearer, (service_id, siren)) is not None:
            raise Refused(Reason.ALREADY_BEARS)
        add(session, actor, service, edition, siren, reason=reason, at=at)


def remove_bearer(actor: Actor, service_id: int, siren: str, *, reason: str, at: datetime) -> None:
    """A collectivité no longer bears the service: what its people wrote stays.

    Raises Refused with the reason of `may_name_bearers` or `DOES_NOT_BEAR`, NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        may_name_bearers(actor, calendar=edition.calendar, reason=reason, at=at).or_refuse()
        bearer = session.get(Bearer, (service_id, siren))
        if bearer is None:
            raise Refused(Reason.DOES_NOT_BEAR)
        remove(session, actor, service, bearer, reason=reason, at=at)


def remove(session: Session, actor: Actor, service: Service, bearer: Bearer, *, reason: str, at: datetime) -> None:
    """The same within the transaction of an act that has been judged."""
    session.delete(bearer)
    _tell(session, EventKind.BEARER_REMOVED, actor, service, bearer.siren, reason, at)


def add(session: Session, actor: Actor, service: Service, edition: Edition, siren: str, *, reason: str, at: datetime) -> None:
    """A collectivité bears the service, within the transaction of an act that has been judged. Raises NotFound for an unknown
    collectivité.
    """
    if not session.scalar(select(exists().where(Collectivite.siren == siren, Collectivite.is_current))):
        raise NotFound
    session.add(Bearer(service_id=service.id, siren=siren, since=at, added_by=actor.person_id))
    session.flush()
    _tell(session, EventKind.BEARER_ADDED, actor, service, siren, reason, at)
    people = select(Attachment.person_id).where(Attachment.siren == siren, Attachment.status == AttachmentStatus.VERIFIED)
    key = literal(f"bearer_added:{service.id}:{siren}:{at.timestamp():.6f}:") + cast(Person.id, String)
    post_to_all(
        session,
        Notice.BEARER_ADDED,
        select(key, Person.email).where(Person.id.in_(people), wants(Topic.SERVICES)),
        at=at,
        name=service.name,
        edition=edition.slug,
        number=service.number,
    )


def _tell(session: Session, kind: EventKind, actor: Actor, service: Service, siren: str, reason: str, at: datetime) -> None:
    collectivite = session.get_one(Collectivite, siren)
    tell(session, kind, actor, service, at, siren=siren, collectivite=collectivite.full_name, reason=reason.strip())

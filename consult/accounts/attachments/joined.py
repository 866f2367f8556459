"""Telling those who speak for a collectivité that somebody else does now: the first few of a day one by one, the rest at once.

Each newcomer is told of to every colleague: two hundred people who join on one day would have twenty thousand e-mails written.
"""

from datetime import datetime, time

from sqlalchemy import ColumnElement, Integer, Select, String, bindparam, cast, func, literal, select
from sqlalchemy.orm import Session

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import wants
from consult.ground import clock
from consult.ground.actor import Actor
from consult.outbox.actions import Circular, post_to_all
from consult.outbox.model import Notice

TOLD_ONE_BY_ONE = 5
"""A day, for one collectivité: beyond them, one message says that there are more, and where the list is."""

SPEAKS = Attachment.status == AttachmentStatus.VERIFIED


def tell_colleagues(
    session: Session, actor: Actor, attachment: Attachment, *, collectivite: str, name: str, function: str, at: datetime
) -> None:
    """Everyone who surely speaks for the same collectivité, but for who has just decided it."""
    joined, by = attachment.person_id, actor.person_id or 0
    day = clock.paris_day(at)
    midnight = clock.from_paris(datetime.combine(day, time()))
    today = session.scalar(
        select(func.count()).where(Attachment.siren == attachment.siren, SPEAKS, Attachment.verified_at >= midnight)
    )
    if (today or 0) > TOLD_ONE_BY_ONE:
        key = f"{Notice.COLLEAGUE_JOINED.value}:{attachment.siren}:{day:%Y%m%d}:"
        said = {"collectivite": collectivite, "is_more": True}
        MORE.post(session, at=at, due_at=at, data=said, named=key, of=attachment.siren, joined=joined, by=by)
        return
    post_to_all(
        session,
        Notice.COLLEAGUE_JOINED,
        _colleagues(literal(f"{Notice.COLLEAGUE_JOINED.value}:{attachment.id}:"), attachment.siren, joined, by),
        at=at,
        collectivite=collectivite,
        name=name,
        function=function,
        way=attachment.way.label,
        attachment=attachment.id,
    )


def _colleagues(
    named: ColumnElement[str], of: ColumnElement[str] | str, joined: ColumnElement[int] | int, by: ColumnElement[int] | int
) -> Select[str, str]:
    """The key and the address of each, always in the same order."""
    return (
        select(named.concat(cast(Person.id, String)), Person.email)
        .join(Attachment, Attachment.person_id == Person.id)
        .where(Attachment.siren == of, SPEAKS, Person.id != joined, Person.id != by, wants(Topic.COLLEAGUES))
        .order_by(Person.id)
    )


MORE = Circular(
    Notice.COLLEAGUE_JOINED,
    _colleagues(
        bindparam("named", type_=String),
        bindparam("of", type_=String),
        *(bindparam(each, type_=Integer) for each in ("joined", "by")),
    ),
)
"""One e-mail a day to each of them, however many join."""

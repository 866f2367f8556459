"""What a merge of collectivités did to the supports that came to one voice, for that collectivité's own people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.register.model import Collectivite
from consult.register.rules import full_name


@dataclass(frozen=True, slots=True)
class Merged:
    """A support that a merge set aside."""

    number: int
    given_by: str
    receipt: str
    kept: str | None
    """The receipt of the support that stays; None when there was no room for this one."""


def merged_into(edition_id: int, actor: Actor) -> Sequence[Merged]:
    """What merges set aside of the supports that came to the actor's collectivité, in order; nothing for who is not verified.

    Two statements at most, one where no merge ever did. One that came back since, by a register that lists its collectivité
    again, is not in it.
    """
    if actor.mandate is None or not actor.is_verified:
        return ()
    session = reading()
    kinds = (EventKind.SUPPORT_MERGED, EventKind.SUPPORT_RESTORED)
    events = session.execute(
        select(Event.kind, Event.subject, Event.data)
        .where(Event.edition_id == edition_id, Event.siren == actor.siren, Event.kind.in_(kinds))
        .order_by(Event.id)
    ).all()
    if not events:
        return ()
    last = {event.data["receipt"]: event for event in events}
    aside = [event for event in last.values() if event.kind is EventKind.SUPPORT_MERGED]
    givers = {event.data["given_by"] for event in aside}
    named = session.execute(
        select(Collectivite.siren, Collectivite.name, Collectivite.kind, Collectivite.departement_name).where(
            Collectivite.siren.in_(givers)
        )
    )
    names = {row.siren: full_name(row.name, row.kind, row.departement_name) for row in named}
    return [
        Merged(
            int(event.subject.partition(":")[2]), names[event.data["given_by"]], event.data["receipt"], event.data.get("kept")
        )
        for event in aside
    ]

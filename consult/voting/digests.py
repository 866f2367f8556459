"""What is done in a collectivité's name, told to its people: one e-mail for all the acts of a while, not one an act.

An act writes, for each person to be told, a message that names its while (`rules.telling`), unless another act of the same
while already has: the first writes it, the others find it. What it says is read from the journal when it is sent, so it holds
every act of that while; each act is marked with the one message that tells it, so that none is told twice, even when the
calendar moves in the middle.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, String, bindparam, cast, select

from consult.accounts.model import Attachment, AttachmentStatus, Person, Topic
from consult.accounts.queries import LIVE, known_as, wants
from consult.calendar.queries import edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import reading
from consult.journal.model import Event, EventKind
from consult.outbox.actions import Circular, NothingToSay
from consult.outbox.model import Message, Notice
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import full_name
from consult.voting.model import Support
from consult.voting.queries import WEIGHING, stands_aside, weight_of
from consult.voting.rules import Telling, Weight

TOLD = (EventKind.SUPPORT_GIVEN, EventKind.SUPPORT_WITHDRAWN)


def name_of(told: Telling, kind: EventKind, receipt: str) -> str:
    """What an event and its message both hold: the while in which it is told, or, told alone, the act itself."""
    if told.is_alone:
        return f"{kind.value.partition(':')[2]}:{receipt}"
    return f"{told.since:%Y%m%dT%H%M}-{told.until:%Y%m%dT%H%M}"


def circular_values(actor: Actor, slug: str, told: Telling, name: str, *, at: datetime) -> dict[str, Any]:
    """The parameters of `CIRCULAR`, for an act of who speaks for a collectivité."""
    assert actor.mandate is not None  # noqa: S101 - the rules saw to it
    siren = actor.mandate.siren
    data = {"edition": slug, "siren": siren, "since": told.since.isoformat(), "until": told.until.isoformat(), "name": name}
    return CIRCULAR.values(
        at=at,
        due_at=told.due_at,
        data=data,
        named=f"supports:{slug}:{siren}:{name}:",
        of=siren,
        by=actor.person_id,
        under=actor.mandate.attachment_id,
    )


CIRCULAR = Circular(
    Notice.SUPPORT_CHANGED,
    select(bindparam("named", type_=String) + cast(Person.id, String), Person.email)
    .join(Attachment, Attachment.person_id == Person.id)
    .where(
        Attachment.siren == bindparam("of"),
        (Attachment.status == AttachmentStatus.VERIFIED) & (wants(Topic.COLLEAGUES) | (Person.id == bindparam("by")))
        | (Attachment.id == bindparam("under")),
    )
    .order_by(Person.id),
)
"""One e-mail to everyone verified in the collectivité who wants it, and to whoever acted even if they are not; nothing for whom
it already waits."""


def _person_of(message: Message) -> int:
    """Whom the message is for, as its key says."""
    return int(message.key.rpartition(":")[2])


# ── what it says, when it is sent ────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Act:
    """A support given or withdrawn, as the collectivité's own people read it."""

    at: datetime
    is_given: bool
    number: int
    title: str
    receipt: str
    replaces: str | None
    """The receipt of the support that this one took the place of."""
    by_name: str
    by_function: str
    is_pending: bool
    """Whether it still waits for an attachment to be verified."""


def digest(message: Message) -> dict[str, Any]:
    """What a message of `tell` says to who it is for, as things stand when it is sent.

    Someone not verified yet, or who does not want to read what colleagues do, reads of their own acts alone.

    Raises NothingToSay for who no longer speaks for the collectivité.
    """
    data, person_id = message.data, _person_of(message)
    reader = _reader(person_id, data["siren"])
    acts = [row for row in _acts(data) if reader.reads_all or row.person_id == person_id]
    if not acts:
        raise NothingToSay
    the_edition = edition(data["edition"])
    return {
        "edition": data["edition"],
        "collectivite": full_name(reader.name, reader.kind, reader.departement_name),
        "acts": _said(the_edition.id, acts),
        "since": datetime.fromisoformat(data["since"]),
        "told_at": datetime.fromisoformat(data["until"]),
        "is_alone": data["since"] == data["until"],
        "is_hidden": the_edition.tallies_hidden,
        "closes_at": the_edition.calendar.window(Stage.VOTING).closes_at,
    }


def _reader(person_id: int, siren: str) -> Row[*tuple[Any, ...]]:
    is_verified = Attachment.status == AttachmentStatus.VERIFIED
    found = (
        reading()
        .execute(
            select(
                (is_verified & wants(Topic.COLLEAGUES)).label("reads_all"),
                Collectivite.name,
                Collectivite.kind,
                Collectivite.departement_name,
            )
            .join(Attachment, Attachment.siren == Collectivite.siren)
            .join(Person, Person.id == Attachment.person_id)
            .where(Person.id == person_id, Person.closed_at.is_(None), Attachment.siren == siren, Attachment.status.in_(LIVE))
        )
        .first()
    )
    if found is None:
        raise NothingToSay
    return found


def _acts(data: Mapping[str, Any]) -> list[Row[*tuple[Any, ...]]]:
    """The events that this message tells, in order. One statement."""
    since, until = (datetime.fromisoformat(data[edge]) for edge in ("since", "until"))
    rows = reading().execute(
        select(
            Event.at,
            Event.kind,
            Event.subject,
            Event.data,
            Event.person_id,
            known_as().label("by_name"),
            Person.function.label("by_function"),
        )
        .join(Person, Person.id == Event.person_id)
        .where(Event.siren == data["siren"], Event.kind.in_(TOLD), Event.at >= since, Event.at <= until)
        .order_by(Event.at, Event.id)
    )
    return [row for row in rows if row.data.get("told_in") == f"{data['edition']}:{data['name']}"]


def _said(edition_id: int, rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Act]:
    """The acts with the titles of their propositions, and whether each support still waits. Two statements."""
    acts = [
        Act(
            at=row.at,
            is_given=row.kind is EventKind.SUPPORT_GIVEN,
            number=int(row.subject.partition(":")[2]),
            title="",
            receipt=row.data["receipt"],
            replaces=row.data.get("replaced"),
            by_name=row.by_name,
            by_function=row.by_function,
            is_pending=False,
        )
        for row in rows
    ]
    titles = _titles(edition_id, {act.number for act in acts})
    waiting = _waiting({act.receipt for act in acts})
    return [replace(act, title=titles[act.number], is_pending=act.is_given and act.receipt in waiting) for act in acts]


def _titles(edition_id: int, numbers: set[int]) -> dict[int, str]:
    named = select(Proposal.number, Proposal.title).where(Proposal.edition_id == edition_id, Proposal.number.in_(numbers))
    return {row.number: row.title for row in reading().execute(named)}


def _waiting(receipts: set[str]) -> set[str]:
    rows = reading().execute(
        select(Support.receipt, stands_aside().label("stands_aside"), *WEIGHING)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.receipt.in_(receipts))
    )
    return {row.receipt for row in rows if row.stands_aside or weight_of(row) is Weight.PENDING}

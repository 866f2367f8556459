"""What a receipt says, to whoever holds it: public from the close of the vote, nothing before."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.database import reading
from consult.ground.refusals import NotFound, Reason, verdict
from consult.journal.model import Event
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.rules import full_name
from consult.voting.chain import Act, Line
from consult.voting.journal import RECENT, lines_of, unsealed, untold, untold_line
from consult.voting.model import SealedLine, Support
from consult.voting.rules import RECEIPT_ALPHABET, Weight, receipt


@dataclass(frozen=True, slots=True)
class Step:
    """A line of the journal that speaks of a receipt."""

    at: datetime
    act: Act
    position: int | None
    """None while it is not sealed."""
    seal: str
    replaced_by: str = ""
    """The receipt of the support that takes its place, when that is what the line tells."""


@dataclass(frozen=True, slots=True)
class Told:
    """A support, as its receipt tells it."""

    receipt: str
    number: int
    title: str
    collectivite: str
    given_at: datetime
    weight: Weight
    steps: Sequence[Step]

    @property
    def last(self) -> Step:
        return self.steps[-1]


def read_as(typed: str) -> str | None:
    """A receipt as it was written, from what someone typed: lower case, spaces, other dashes or none. None: it is none."""
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    return receipt(letters) if len(letters) == 12 and set(letters) <= set(RECEIPT_ALPHABET) else None


def told(edition: Edition, typed: str, *, at: datetime) -> Told:
    """What the journal says of a receipt, as its file does. Five statements; more when it is not sealed yet.

    Raises Refused before the close of the vote, NotFound for what is no receipt of this edition.
    """
    verdict((edition.calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER)).or_refuse()
    reference = read_as(typed)
    lines = _lines(edition.id, reference, at) if reference else []
    first = next((line for line, _, _ in lines if line.act is Act.GIVEN and line.receipt == reference), None)
    if reference is None or first is None:
        raise NotFound
    who = (
        reading()
        .execute(
            select(Collectivite.name, Collectivite.kind, Collectivite.departement_name, Proposal.title)
            .join(Proposal, (Proposal.edition_id == edition.id) & (Proposal.number == first.proposal))
            .where(Collectivite.siren == first.collectivite_siren)
        )
        .one()
    )
    steps = [
        Step(line.at, line.act, position, seal, "" if line.receipt == reference else line.receipt or "")
        for line, position, seal in lines
    ]
    last = lines[-1][0]
    return Told(
        receipt=reference,
        number=first.proposal or 0,
        title=who.title,
        collectivite=full_name(who.name, who.kind, who.departement_name),
        given_at=first.at,
        weight=Weight(last.counts) if last.receipt == reference and last.counts else Weight.VOID,
        steps=steps,
    )


def _lines(edition_id: int, reference: str, at: datetime) -> list[tuple[Line, int | None, str]]:
    """The lines that speak of a receipt, in order, those that wait last: each with its position and its seal."""
    of_receipt = or_(SealedLine.receipt == reference, SealedLine.replaces == reference)
    sealed = reading().execute(
        select(Event.id, Event.at, Event.kind, Event.siren, Event.subject, Event.data, SealedLine.position, SealedLine.seal)
        .join(SealedLine, SealedLine.event_id == Event.id)
        .where(SealedLine.edition_id == edition_id, of_receipt)
        .order_by(SealedLine.position)
    )
    rows = sealed.all()
    found = [(line, row.position, row.seal) for line, row in zip(lines_of(reading(), rows), rows, strict=True)]
    last = select(SealedLine.event_id).where(SealedLine.edition_id == edition_id).order_by(SealedLine.position.desc())
    since = max(0, (reading().scalar(last.limit(1)) or 0) - RECENT)
    said = Event.data["receipt"].as_string() == reference
    replaced = Event.data["replaced"].as_string() == reference
    waiting = reading().execute(unsealed(edition_id, since=since).where(or_(said, replaced))).all()
    following = reading().execute(untold(edition_id).where(Support.receipt == reference)).all()
    unplaced = [*lines_of(reading(), waiting), *(untold_line(row, at) for row in following)]
    return found + [(line, None, "") for line in unplaced]

"""Reading the vote: a collectivité's own ballot, turnout, and — once they are no longer secret — the tallies.

Whatever counts supports per proposition goes through a function that asks `may_see_tallies` itself: a page, an order, an export
or a command cannot forget to. Counts come from rows, never from a counter.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from consult.accounts.model import Attachment, AttachmentStatus, Person
from consult.accounts.queries import known_as
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import ask, reading
from consult.ground.paging import MOST_LISTED, Page
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.queries import places
from consult.register.rules import Kind, Stratum, full_name
from consult.voting.model import Support
from consult.voting.rules import BallotRules, Given, Ranked, Tally, Weight, may_see_tallies, ranking, weight

Key = TypeVar("Key")


def ballot_rules(edition: Edition) -> BallotRules:
    """The rules of the vote, as the value that rules take. The edition's windows must have been loaded."""
    return BallotRules(
        calendar=edition.calendar,
        voter_kinds=frozenset(edition.voter_kinds),
        max_supports=edition.max_supports,
        tallies_hidden=edition.tallies_hidden,
        is_proclaimed=edition.proclaimed_at is not None,
    )


def counts() -> ColumnElement[bool]:
    """The condition, on Support joined to its Attachment, under which a support counts. There is no other."""
    return and_(Attachment.verified_at.is_not(None), Support.set_aside_at.is_(None))


def counts_by_itself() -> ColumnElement[bool]:
    """The same condition, on Support alone: the few attachments that nobody verified are looked up once, and no support is
    joined to its own."""
    unverified = select(Attachment.id).where(Attachment.verified_at.is_(None))
    return and_(Support.set_aside_at.is_(None), Support.attachment_id.not_in(unverified))


# ── a collectivité's own ballot ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class BallotLine:
    """A support on a collectivité's ballot, as its own people see it."""

    given: Given
    number: int
    title: str
    receipt: str
    given_at: datetime
    by_name: str
    by_function: str

    @property
    def weight(self) -> Weight:
        return self.given.weight


WEIGHING = (
    Attachment.verified_at.label("verified_at"),
    Attachment.status.label("attachment_status"),
    Support.set_aside_at.label("set_aside_at"),
)
"""The columns `weight_of` reads."""


def weight_of(row: Row[*tuple[Any, ...]]) -> Weight:
    """What a support is worth, from the columns of `WEIGHING`."""
    return weight(
        was_verified=row.verified_at is not None,
        is_pending=row.attachment_status is AttachmentStatus.PENDING,
        is_set_aside=row.set_aside_at is not None,
    )


def stands_aside() -> ColumnElement[bool]:
    """The condition, on Support, under which somebody who waits gave it and may not know that a colleague's is the voice."""
    return and_(Support.voice.is_(None), Support.set_aside_at == Support.given_at)


def ballot(edition_id: int, actor: Actor) -> list[BallotLine]:
    """What the actor's collectivité supports in an edition, by reference number, in one statement at most.

    It names who gave each support: it is for the collectivité's own people, and shows someone whose attachment is not
    verified what they gave themselves, no more.
    """
    if actor.mandate is None:
        return []
    asked = _OF_VOICE if actor.is_verified else _OF_ATTACHMENT
    whose = {"edition": edition_id, "siren": actor.mandate.siren, "attachment": actor.mandate.attachment_id}
    return [
        BallotLine(
            given=Given(row.proposal_id, row.attachment_id, Weight.PENDING if row.stands_aside else weight_of(row)),
            number=row.number,
            title=row.title,
            receipt=row.receipt,
            given_at=row.given_at,
            by_name=row.by_name,
            by_function=row.by_function,
        )
        for row in ask(asked, whose)
    ]


def _ballot(is_seen: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Built once: each page of the vote asks it, for who speaks for a collectivité."""
    return (
        select(
            Support.proposal_id,
            Support.attachment_id,
            Support.receipt,
            Support.given_at,
            stands_aside().label("stands_aside"),
            *WEIGHING,
            Proposal.number,
            Proposal.title,
            known_as().label("by_name"),
            Person.function.label("by_function"),
        )
        .join(Proposal, Proposal.id == Support.proposal_id)
        .join(Attachment, Attachment.id == Support.attachment_id)
        .join(Person, Person.id == Support.person_id)
        .where(Support.edition_id == bindparam("edition"), is_seen)
        .order_by(Proposal.number)
    )


_OF_VOICE = _ballot(Support.voice == bindparam("siren"))
_OF_ATTACHMENT = _ballot(Support.attachment_id == bindparam("attachment"))


# ── turnout: the only figure of a secret vote ────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Share:
    """Of the collectivités of one sort that may vote, how many did."""

    key: str
    label: str
    voted: int
    entitled: int
    supports: int | None = None
    """How many supports they gave; None where only turnout is said."""


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many collectivités gave at least one support that counts, in all and of each sort."""

    voted: int
    entitled: int
    by_kind: Sequence[Share]
    by_stratum: Sequence[Share]
    by_departement: Sequence[Share]
    """By code; régions, which have none, are left out."""
    by_region: Sequence[Share]
    """By name; each collectivité is counted in the région where it is, each région in itself."""


def turnout(edition: Edition) -> Turnout:
    """Who voted, among those who may. Three statements, whatever the numbers."""
    session = reading()
    voters = (
        select(
            Support.voice,
            _as_said(Support.kind).label("kind"),
            _as_said(Support.stratum).label("stratum"),
            _as_said(Support.departement).label("departement"),
            _as_said(Support.region).label("region"),
        )
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition.id, counts())
        .group_by(Support.voice)
        .subquery()
    )
    by_sort = (voters.c.kind, voters.c.stratum, voters.c.departement, voters.c.region)
    voted = session.execute(select(*by_sort, func.count().label("total")).group_by(*by_sort)).all()
    of_register = (Collectivite.kind, Collectivite.stratum, Collectivite.departement, Collectivite.region)
    entitled = session.execute(
        select(*of_register, func.count().label("total"))
        .where(Collectivite.is_current, Collectivite.kind.in_(edition.voter_kinds))
        .group_by(*of_register)
    ).all()
    kinds = [kind for kind in Kind if kind.value in edition.voter_kinds]
    by_code, regions = places()
    return Turnout(
        voted=sum(row.total for row in voted),
        entitled=sum(row.total for row in entitled),
        by_kind=_shares(voted, entitled, lambda row: row.kind, [(kind, kind.plural) for kind in kinds]),
        by_stratum=_shares(voted, entitled, lambda row: row.stratum, [(band, band.label) for band in Stratum]),
        by_departement=_shares(voted, entitled, lambda row: row.departement, by_code),
        by_region=_shares(voted, entitled, lambda row: row.region, regions),
    )


def voters(edition_id: int) -> int:
    """How many collectivités gave at least one support that counts. One statement: a look in an index for each attachment,
    far less than reading every support; all that counts under one attachment is of one voice."""
    voice = (
        select(Support.voice)
        .where(Support.attachment_id == Attachment.id, Support.edition_id == edition_id, counts())
        .limit(1)
        .correlate(Attachment)
        .scalar_subquery()
    )
    return reading().scalar(select(func.count(voice.distinct())).select_from(Attachment)) or 0


def _as_said(column: InstrumentedAttribute[Any]) -> ColumnElement[Any]:
    """What the register said of a voter: when it gave itself, otherwise of one whose support it inherited."""
    return func.coalesce(func.min(case((Support.siren == Support.voice, column))), func.min(column))


def _shares(
    voted: Iterable[Row[*tuple[Any, ...]]],
    entitled: Iterable[Row[*tuple[Any, ...]]],
    key: Callable[[Row[*tuple[Any, ...]]], str | None],
    sorts: Iterable[tuple[str, str]],
) -> list[Share]:
    did, may = totals(voted, key), totals(entitled, key)
    return [Share(str(sort), label, did[sort], may[sort]) for sort, label in sorts]


def totals(rows: Iterable[Row[*tuple[Any, ...]]], key: Callable[[Row[*tuple[Any, ...]]], str | None]) -> Counter[str | None]:
    """The `total` of rows that were grouped finer, by what `key` says of each."""
    found: Counter[str | None] = Counter()
    for row in rows:
        found[key(row)] += row.total
    return found


# ── tallies: after the close ─────────────────────────────────────────────────────────────


def tally(edition: Edition, *, at: datetime) -> list[Tally]:
    """What each proposition of the edition received, in no meaningful order. One statement.

    Raises Refused while the tallies are secret, whoever asks.
    """
    may_see_tallies(ballot_rules(edition), at).or_refuse()
    counted = reading().execute(_tally(edition.id))
    return [Tally(row.id, row.number, row.title, row.supports, row.departements) for row in counted]


def _tally(edition_id: int) -> Select[*tuple[Any, ...]]:
    """Read in the order of an index that holds all it needs (`ix_support_tally`): no engine sorts or hashes the supports."""
    counted = (
        select(
            Support.proposal_id,
            func.count().label("supports"),
            func.count(Support.departement.distinct()).label("departements"),
        )
        .where(Support.edition_id == edition_id, counts_by_itself())
        .group_by(Support.proposal_id)
        .subquery()
    )
    return (
        select(
            Proposal.id,
            Proposal.number,
            Proposal.title,
            func.coalesce(counted.c.supports, 0).label("supports"),
            func.coalesce(counted.c.departements, 0).label("departements"),
        )
        .outerjoin(counted, counted.c.proposal_id == Proposal.id)
        .where(Proposal.edition_id == edition_id)
    )


def ranked(edition: Edition, *, at: datetime) -> list[Ranked]:
    """The ranking of the edition's propositions. One statement.

    Raises Refused while the tallies are secret, whoever asks.
    """
    return ranking(tally(edition, at=at))


# ── what one collectivité supported, for everybody ───────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Supported:
    """A proposition that a collectivité supported."""

    edition_id: int
    number: int
    title: str
    given_by: str
    """Who gave it, when this one only carries it on, or nothing."""


def supported_by(siren: str, editions: Iterable[Edition], *, at: datetime) -> Page[Supported]:
    """What a collectivité supported where the vote is over and the tallies are not secret; only what counts. One statement.

    What it gave, and what the merged ones it carries on gave.
    """
    shown = [
        edition.id
        for edition in editions
        if edition.calendar.has_closed(Stage.VOTING, at) and may_see_tallies(ballot_rules(edition), at)
    ]
    rows = (
        reading()
        .execute(
            select(
                Proposal.edition_id,
                Proposal.number,
                Proposal.title,
                Collectivite.siren,
                Collectivite.name,
                Collectivite.kind,
                Collectivite.departement_name,
                func.count().over().label("total"),
            )
            .join(Support, Support.proposal_id == Proposal.id)
            .join(Attachment, Attachment.id == Support.attachment_id)
            .join(Collectivite, Collectivite.siren == Support.siren)
            .where(or_(Support.siren == siren, Support.voice == siren), Support.edition_id.in_(shown), counts())
            .order_by(Proposal.edition_id.desc(), Proposal.number, Support.id)
            .limit(MOST_LISTED)
        )
        .all()
    )
    return Page([_supported(row, siren) for row in rows], 1, rows[0].total if rows else 0, MOST_LISTED)


def _supported(row: Row[*tuple[Any, ...]], siren: str) -> Supported:
    given_by = "" if row.siren == siren else full_name(row.name, row.kind, row.departement_name)
    return Supported(row.edition_id, row.number, row.title, given_by)

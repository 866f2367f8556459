"""One collectivité, one voice per proposition: who may give or withdraw it, what counts, who comes first.

Five decisions that someone will ask about:

* A support given under an attachment that nobody has verified yet is kept, and counts from the moment the attachment is
  verified. Meanwhile it *yields*: a verified colleague who supports the same proposition takes it over, and, where the
  number of supports is limited, takes its place. Nobody can therefore spend the voice of a collectivité by merely claiming
  to belong to it. A support whose attachment was refused can no longer count, and yields to anyone.
* Whoever waits to be verified learns nothing of the supports of theirs that count: anyone may claim to belong to a
  collectivité. Where a verified colleague's support already is its voice, or takes the place of theirs, what they give
  stands *aside*: kept, answered and shown to them as any other that waits, never counted. The voice is given all the same.
* What yields is replaced, never added to: a ballot never holds more supports than the maximum, counted or not, so no later
  verification can make a collectivité exceed it.
* A support that has counted goes on counting when the person's attachment ends: it was the collectivité's.
* When collectivités merge while the vote is open, the successor has one voice per proposition: the earlier support that counts
  stays, the others are set aside, with a trace. A support stays attributed to who gave it, and is shown with its successor;
  the successor's people may withdraw it. Where a maximum is set, the earliest supports up to the maximum stay. A dissolved
  EPCI is followed by its main successor alone. What a merge did is undone should the register list the collectivité again
  during the vote. A vote that is over, or has not begun, is never touched.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import groupby

from consult.calendar.rules import Calendar, Stage, Verb
from consult.ground.actor import Actor, Profile
from consult.ground.refusals import ALLOWED, Moment, Reason, Verdict, verdict


@dataclass(frozen=True, slots=True)
class BallotRules:
    """The rules of an edition's vote, frozen when it opens."""

    calendar: Calendar
    voter_kinds: frozenset[str]
    max_supports: int | None
    """How many propositions a collectivité may support; None: as many as it likes."""
    tallies_hidden: bool
    is_proclaimed: bool = False
    """Whether the result is: a request received before the close, and served after the proclamation, comes too late."""


class Weight(StrEnum):
    """What a support is worth."""

    COUNTED = "counted"
    PENDING = "pending"
    VOID = "void"

    @property
    def label(self) -> str:
        return {
            Weight.COUNTED: "compté",
            Weight.PENDING: "à vérifier",
            Weight.VOID: "non compté",
        }[self]


def weight(*, was_verified: bool, is_pending: bool, is_set_aside: bool) -> Weight:
    """What a support is worth, from its attachment; one that the proclamation set aside never counts again."""
    if is_set_aside:
        return Weight.VOID
    if was_verified:
        return Weight.COUNTED
    return Weight.PENDING if is_pending else Weight.VOID


@dataclass(frozen=True, slots=True)
class Given:
    """A support on a collectivité's ballot, as the rules see it."""

    proposal_id: int
    attachment_id: int
    weight: Weight

    def yields_to(self, actor: Actor) -> bool:
        """Whether another support, given by this actor, takes its place."""
        if self.weight is Weight.PENDING:
            return actor.is_verified
        return self.weight is Weight.VOID


@dataclass(frozen=True, slots=True)
class Claim:
    """A support that a voice may go on with, after a merge."""

    support_id: int
    proposal_id: int
    weight: Weight
    given_at: datetime


_PRECEDENCE = (Weight.COUNTED, Weight.PENDING, Weight.VOID)


def one_voice(claims: Iterable[Claim], maximum: int | None) -> frozenset[int]:
    """Which of the supports that come to one voice stay: one a proposition, and no more than the maximum in all.

    What counts goes before what waits to be verified, and that before what cannot count; then the earlier before the later.
    """
    kept: dict[int, int] = {}
    for claim in sorted(claims, key=lambda each: (_PRECEDENCE.index(each.weight), each.given_at, each.support_id)):
        if claim.proposal_id not in kept and (maximum is None or len(kept) < maximum):
            kept[claim.proposal_id] = claim.support_id
    return frozenset(kept.values())


def _speaks_in_the_vote(actor: Actor, rules: BallotRules) -> Verdict:
    return verdict(
        (actor.is_signed_in, Reason.SIGN_IN),
        (actor.profile is not Profile.PARTENAIRE, Reason.PARTNER_MAY_NOT),
        (actor.mandate is not None, Reason.NO_COLLECTIVITE),
        (actor.mandate is not None and actor.mandate.kind in rules.voter_kinds, Reason.KIND_MAY_NOT_VOTE),
    )


def may_give_support(actor: Actor, *, rules: BallotRules, proposal_id: int, ballot: Sequence[Given], at: datetime) -> Verdict:
    """Whether the actor's collectivité may now support this proposition.

    `ballot` holds what the collectivité has already given in the edition; for someone not verified yet, what they gave
    themselves. It may be limited to this proposition where the number of supports is not.
    """
    already = next((given for given in ballot if given.proposal_id == proposal_id), None)
    spent = sum(not given.yields_to(actor) for given in ballot if given.proposal_id != proposal_id)
    return verdict(
        rules.calendar.gate(Verb.GIVE_SUPPORT, at),
        (not rules.is_proclaimed, Reason.RESULT_PROCLAIMED),
        _speaks_in_the_vote(actor, rules),
        (already is None or already.yields_to(actor), Reason.ALREADY_SUPPORTED),
        (rules.max_supports is None or spent < rules.max_supports, Reason.SUPPORTS_SPENT),
    )


def may_withdraw_support(actor: Actor, *, rules: BallotRules, given: Given | None, at: datetime) -> Verdict:
    """Whether the actor may now withdraw its collectivité's support: any verified person, or who gave it and is pending."""
    return verdict(
        rules.calendar.gate(Verb.WITHDRAW_SUPPORT, at),
        (not rules.is_proclaimed, Reason.RESULT_PROCLAIMED),
        _speaks_in_the_vote(actor, rules),
        # Who waits is answered the same whether or not colleagues support it: they have no right to know.
        (actor.is_verified or (given is not None and _is_own(actor, given)), Reason.ATTACHMENT_PENDING),
        (given is not None, Reason.NOT_SUPPORTED),
    )


def _is_own(actor: Actor, given: Given) -> bool:
    return actor.mandate is not None and actor.mandate.attachment_id == given.attachment_id


def may_see_tallies(rules: BallotRules, at: datetime) -> Verdict:
    """Whether anyone at all may read how many supports a proposition has. Nobody passes it before the close, team included."""
    if not rules.tallies_hidden or rules.calendar.has_closed(Stage.VOTING, at):
        return ALLOWED
    window = rules.calendar.window(Stage.VOTING)
    return Verdict(Reason.TALLIES_HIDDEN, Moment("see_tallies", at, window.closes_at, None))


def may_name_supporters(rules: BallotRules, at: datetime) -> Verdict:
    """Whether anyone may read which collectivités support a proposition: from the close of the vote on, secret or not."""
    return verdict(may_see_tallies(rules, at), (rules.calendar.has_closed(Stage.VOTING, at), Reason.VOTE_NOT_OVER))


@dataclass(frozen=True, slots=True)
class Tally:
    """What a proposition received: supports that count, and how many départements they come from."""

    proposal_id: int
    number: int
    title: str
    supports: int
    departements: int


class TieBreak(StrEnum):
    """What separated a proposition from all others that have as many supports."""

    DEPARTEMENTS = "departements"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Ranked:
    """A proposition in the ranking, and the reference numbers of those it had to be told apart from."""

    rank: int
    tally: Tally
    tied_with: tuple[int, ...] = ()
    """As many supports."""
    even_with: tuple[int, ...] = ()
    """As many supports and as many départements: only the reference number tells them apart."""

    @property
    def broken_by(self) -> TieBreak | None:
        """The last rule that was needed; None without a tie."""
        if self.even_with:
            return TieBreak.NUMBER
        return TieBreak.DEPARTEMENTS if self.tied_with else None


def ranking(tallies: Iterable[Tally]) -> list[Ranked]:
    """The ranking: by supports, then départements represented, then the older reference number.

    The order of the rows received plays no part. Every proposition has its own rank; a tie says what broke it.
    """
    ordered = sorted(tallies, key=lambda tally: (-tally.supports, -tally.departements, tally.number))
    ranked: list[Ranked] = []
    for _, group in groupby(ordered, key=lambda tally: tally.supports):
        tied = list(group)
        ranked += [_place(tally, tied, rank=len(ranked) + place) for place, tally in enumerate(tied, start=1)]
    return ranked


def _place(tally: Tally, tied: Sequence[Tally], *, rank: int) -> Ranked:
    others = sorted((other.number, other.departements) for other in tied if other.number != tally.number)
    return Ranked(
        rank,
        tally,
        tied_with=tuple(number for number, _ in others),
        even_with=tuple(number for number, departements in others if departements == tally.departements),
    )


# ── when a collectivité's people are told ────────────────────────────────────────────────

TOLD_TOGETHER = timedelta(minutes=30)
LAST_HALF_HOUR = timedelta(minutes=30)
TOLD_CLOSELY = timedelta(minutes=5)
LAST_MINUTES = timedelta(minutes=5)
GRACE = timedelta(minutes=1)
"""How long after a while its e-mail leaves: longer than a request received in it may take to be written."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A while whose acts are told in one e-mail: `since` is inside, `until` outside; or an act that is told alone, at once."""

    since: datetime
    until: datetime
    due_at: datetime

    @property
    def is_alone(self) -> bool:
        return self.since == self.until


def telling(at: datetime, closes_at: datetime | None) -> Telling:
    """In which while of the clock an act falls, and when its people are told: in time to undo it if they disagree.

    Together with the acts of the same half hour, a minute after it ends. In the last half hour of the vote, with those of the
    same five minutes. In the last five minutes, alone and at once.
    """
    left = closes_at - at if closes_at else None
    if closes_at is None or left is None or left > LAST_HALF_HOUR:
        return _together(at, TOLD_TOGETHER, None, closes_at and closes_at - LAST_HALF_HOUR)
    if left > LAST_MINUTES:
        return _together(at, TOLD_CLOSELY, closes_at - LAST_HALF_HOUR, closes_at - LAST_MINUTES)
    return Telling(at, at, at)


def _together(at: datetime, length: timedelta, first: datetime | None, last: datetime | None) -> Telling:
    """The while of this length, on the clock, that holds `at`; it begins with `first` and ends with `last` at the latest."""
    since = at - (at - _MIDNIGHT) % length
    until = since + length
    since, until = max(since, first or since), min(until, last or until)
    return Telling(since, until, until + GRACE)


_MIDNIGHT = datetime(2000, 1, 1, tzinfo=UTC)
"""Half hours and five minutes begin with the hour, in Paris as in UTC."""


# ── receipts ─────────────────────────────────────────────────────────────────────────────

RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals that are not mistaken for one another when read aloud or copied by hand."""


def receipt(letters: Sequence[str]) -> str:
    """Twelve letters as a receipt is shown: « K7QF-2MPD-9WXT »."""
    text = "".join(letters)
    return "-".join(text[start : start + 4] for start in range(0, 12, 4))

"""Reading the ballots that other rules are tried on: only once they are no longer secret, only what counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from consult.accounts.model import Attachment
from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.voting.alternative_rules import Alternative, Ballot, Budget, alternatives, budget
from consult.voting.model import Support
from consult.voting.queries import ballot_rules, counts
from consult.voting.results import results, titled
from consult.voting.rules import Ranked, may_see_tallies


@dataclass(frozen=True, slots=True)
class Comparison:
    """The ranking that decides, and what each other rule makes of it."""

    ranking: Sequence[Ranked]
    others: Sequence[Alternative]
    budget: Budget | None


_kept: dict[int, tuple[Sequence[Ranked], Comparison]] = {}
"""By edition: the ranking that was counted, and what was compared to it."""


def comparison(edition: Edition, *, at: datetime) -> Comparison:
    """The comparison of an edition's rules, kept in the process for as long as its result and its budget are the same.

    Equal shares take seconds over tens of thousands of ballots. Raises Refused while the tallies are secret, whoever asks.
    """
    counted, money = results(edition, at=at).ranking, known_budget(edition)
    ranking, found = _kept.get(edition.id, (None, None))
    if found is None or ranking is not counted or found.budget != money:
        standing = [line.tally.proposal_id for line in counted]
        found = Comparison(counted, alternatives(standing, ballots(edition, at=at), money), money)
        _kept[edition.id] = counted, found
    return Comparison(titled(counted), found.others, money)


def ballots(edition: Edition, *, at: datetime) -> list[Ballot]:
    """Each voter's ballot, in an order that says nothing. One statement.

    Of one that carries on what merged ones gave, it says what the register said when it gave itself, if it did.
    Raises Refused while the tallies are secret, whoever asks.
    """
    may_see_tallies(ballot_rules(edition), at).or_refuse()
    return list(_ballots(edition.id))


def _ballots(edition_id: int) -> Iterator[Ballot]:
    rows = reading().execute(
        select(
            Support.voice,
            Support.proposal_id,
            Support.stratum,
            Support.departement,
            Support.population,
        )
        .join(Attachment, Attachment.id == Support.attachment_id)
        .where(Support.edition_id == edition_id, counts())
        .order_by(Support.voice, Support.siren != Support.voice, Support.id)
    )
    for _, of_one in groupby(rows, key=lambda row: row.voice):
        first, *others = of_one
        yield Ballot(
            proposals=frozenset((first.proposal_id, *(row.proposal_id for row in others))),
            stratum=first.stratum.value,
            departement=first.departement,
            inhabitants=first.population,
        )


def known_budget(edition: Edition) -> Budget | None:
    """What the propositions of an edition cost and its envelope; None where either is not known. One statement."""
    rows = reading().execute(select(Proposal.id, Proposal.cost).where(Proposal.edition_id == edition.id))
    return budget({row.id: row.cost for row in rows}, edition.envelope)

"""Reading the ballots that other rules are tried on: only once they are no longer secret, only what counts."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from sqlalchemy import select

from consult.accounts.model import Attachment
from consult.calendar.model import Edition
from consult.ground.database import reading
from consult.proposals.model import Proposal
from consult.voting.alternative_rules import Ballot, Budget, budget
from consult.voting.model import Support
from consult.voting.queries import ballot_rules, counts
from consult.voting.rules import may_see_tallies


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

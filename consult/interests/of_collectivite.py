"""Where collectivités like another volunteer, while it still may: for its page."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from consult.interests.model import Interest
from consult.interests.rules import LIVE
from consult.proposals.model import Proposal
from consult.register.model import Collectivite
from consult.register.neighbours import DoneByAlike, done_by_alike, gathered
from consult.register.queries import goes_on_with


def offered_by_alike(one: Collectivite, open_editions: Collection[int]) -> Sequence[DoneByAlike]:
    """Where collectivités of the same kind and stratum volunteer and this one does not, in the editions where it still may;
    where most do first. One statement, none without an edition.
    """
    if not open_editions:
        return []
    own = select(Interest.proposal_id).where(goes_on_with(Interest.siren, one.siren), Interest.status.in_(LIVE))
    others = (Interest.edition_id.in_(open_editions), Interest.status.in_(LIVE), Interest.proposal_id.not_in(own))
    alike = done_by_alike(one, Interest, Interest.proposal_id, since=Interest.submitted_at, where=others)
    return gathered(alike, Proposal, Proposal.title)

"""What of the journal is told to those who follow, and to whom it makes follow something: nothing else ever is.

A kind that is not listed here is told to nobody: what is prepared, proposed or refused, what a vote receives, what is between a
collectivité and the team. The words are in `consult/web/tidings.py`.
"""

from collections.abc import Mapping
from enum import StrEnum

from consult.following.rules import Sort
from consult.journal.model import EventKind

K = EventKind


class Besides(StrEnum):
    """Who reads of it in a message of its own, written with the act: a digest does not say it to them again."""

    NOBODY = "nobody"
    THE_CONCERNED = "the_concerned"
    """Everyone who follows it without having asked to: its author, and those who share it."""
    BY_KEY = "by_key"
    """Some of those: whoever a message of a known key was written to."""


_OWN = (Sort.CONTRIBUTION,)
_PROPOSAL = (Sort.PROPOSAL,)
_SERVICE = (Sort.SERVICE,)
_VOLUNTEERS = (Sort.PROPOSAL, Sort.COLLECTIVITE)
_DEPLOYED = (Sort.SERVICE, Sort.COLLECTIVITE)

TOLD: Mapping[EventKind, tuple[Sort, ...]] = {
    K.CONTRIBUTION_PUBLISHED: (Sort.COLLECTIVITE,),
    K.CONTRIBUTION_WITHDRAWN: _OWN,
    K.CONTRIBUTION_REORIENTED: _OWN,
    K.CONTRIBUTION_DECLARED_INELIGIBLE: _OWN,
    K.CONTRIBUTION_GROUPED: _OWN,
    K.CONTRIBUTION_UNGROUPED: _OWN,
    K.CONTRIBUTION_REOPENED: _OWN,
    K.ME_TOO_SAID: (Sort.CONTRIBUTION, Sort.COLLECTIVITE),
    K.PROPOSAL_CORRECTED: _PROPOSAL,
    K.DECISION_PROCLAIMED: _PROPOSAL,
    K.DECISION_CORRECTED: _PROPOSAL,
    K.INTEREST_DECLARED: _VOLUNTEERS,
    K.INTEREST_ACCEPTED: _VOLUNTEERS,
    K.INTEREST_MOVED_UP: _VOLUNTEERS,
    K.WORKSHOP_ANNOUNCED: _PROPOSAL,
    K.WORKSHOP_CHANGED: _PROPOSAL,
    K.WORKSHOP_CANCELLED: _PROPOSAL,
    K.WORKSHOP_NOTED: _PROPOSAL,
    K.SERVICE_BORN: _PROPOSAL,
    K.SERVICE_PHASE_ENTERED: _SERVICE,
    K.SERVICE_STOP_UNDONE: _SERVICE,
    K.MILESTONE_MOVED: _SERVICE,
    K.MILESTONE_REACHED: _SERVICE,
    K.MILESTONE_DROPPED: _SERVICE,
    K.MILESTONE_LATE: _SERVICE,
    K.SERVICE_SILENT: _SERVICE,
    K.NEWS_PUBLISHED: _SERVICE,
    K.MONEY_PUBLISHED: _SERVICE,
    K.BEARER_ADDED: (Sort.COLLECTIVITE,),
    K.DEPLOYMENT_DECLARED: _DEPLOYED,
}
"""Of which things a kind of event is news."""

BESIDES: Mapping[EventKind, Besides] = {
    K.CONTRIBUTION_REORIENTED: Besides.THE_CONCERNED,
    K.CONTRIBUTION_DECLARED_INELIGIBLE: Besides.THE_CONCERNED,
    K.CONTRIBUTION_GROUPED: Besides.THE_CONCERNED,
    K.CONTRIBUTION_UNGROUPED: Besides.THE_CONCERNED,
    K.DECISION_PROCLAIMED: Besides.BY_KEY,
    K.SERVICE_BORN: Besides.BY_KEY,
    K.WORKSHOP_ANNOUNCED: Besides.BY_KEY,
    K.WORKSHOP_CANCELLED: Besides.BY_KEY,
    K.WORKSHOP_NOTED: Besides.BY_KEY,
}
"""What is written at once, by its own message, to some of those whom it concerns."""

MAKES_FOLLOW = frozenset(
    {
        K.CONTRIBUTION_PUBLISHED,
        K.CONTRIBUTION_GROUPED,
        K.ME_TOO_SAID,
        K.SUPPORT_GIVEN,
        K.INTEREST_DECLARED,
        K.SERVICE_BORN,
        K.BEARER_ADDED,
    }
)
"""After which somebody follows something without having asked to: see `defaults`."""

LOOKED_AT = frozenset(TOLD) | MAKES_FOLLOW | {K.ACCOUNT_CLOSED}
"""What is spread, once each: told, followed from, or both."""

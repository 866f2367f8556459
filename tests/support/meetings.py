"""Workshops for tests: about a proposition, at dates that say which are to come."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select

from consult.calendar.model import Edition
from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading
from consult.interests.actions import InterestDraft, declare
from consult.interests.charter_rules import charter_name
from consult.interests.model import Interest, Level
from consult.proposals.model import Proposal
from consult.workshops.actions import announce
from consult.workshops.model import Workshop
from consult.workshops.rules import WorkshopDraft

STARTS = paris(2021, 5, 20, 10)
LINK = "https://visio.exemple.fr/salle-fermee"
MEETING = WorkshopDraft(
    title="Dessiner la première page",
    about="Venez avec **un agenda**.",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(hours=2),
    place="Mairie de Cahors",
    link=LINK,
    capacity=None,
)


def meetings(team: Actor, proposal_id: int, *, at: datetime) -> tuple[Workshop, Workshop, Workshop]:
    """Two workshops ten and eleven days after `at`, and one that ended the day before it."""

    def meet(starts_at: datetime, told_at: datetime) -> Workshop:
        draft = replace(MEETING, starts_at=starts_at, ends_at=starts_at + timedelta(hours=2))
        return announce(team, proposal_id, draft, at=told_at)

    past = meet(at - timedelta(days=1, hours=2), at - timedelta(days=3))
    return meet(at + timedelta(days=10), at), meet(at + timedelta(days=11), at), past


def volunteer(actor: Actor, proposal: Proposal, *, at: datetime, level: Level = Level.ATELIER) -> Interest:
    """The actor's collectivité volunteers for a proposition."""
    slug = reading().scalars(select(Edition.slug).where(Edition.id == proposal.edition_id)).one()
    draft = InterestDraft(level, "A", "agent", "B", "maire", "Le mardi.", "Nous avons des idées.", charter_name(slug, 1))
    return declare(actor, proposal.id, draft, at=at)

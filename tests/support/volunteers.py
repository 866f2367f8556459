"""Expressions of interest as they stand on the team's desk, whoever declared them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from consult.ground.actor import Actor
from consult.ground.clock import paris
from consult.ground.database import reading, transaction
from consult.interests.model import Interest, InterestStatus, Level
from consult.proposals.model import Proposal

DECLARED = paris(2021, 5, 10, 10)
INSTRUCTED = paris(2021, 5, 20, 10)


def interest(found: Proposal, by: Actor, level: Level = Level.ATELIER, *, at: datetime = DECLARED) -> Interest:
    """What the actor's collectivité declared for a proposition."""
    return waiting_for(found, [(by, str(by.siren))], level, at=at)[0]


def waiting_for(
    found: Proposal, speakers: Sequence[tuple[Actor, str]], level: Level = Level.ATELIER, *, at: datetime = DECLARED
) -> list[Interest]:
    """What many collectivités declared for it, each through a person, in that order."""
    with transaction() as session:
        taken = session.scalar(select(func.max(Interest.number)).where(Interest.edition_id == found.edition_id)) or 0
        made = [
            Interest(
                edition_id=found.edition_id,
                number=taken + rank,
                proposal_id=found.id,
                siren=siren,
                person_id=by.person_id,
                level=level,
                referent_name="Camille Fictif",
                referent_function="responsable des assemblées",
                sponsor_name="Dominique Fictif",
                sponsor_function="directrice générale des services",
                availability="Une demi-journée par semaine.",
                motivation="Nous tenons six conseils par an.",
                charter="2021-1",
                status=InterestStatus.SUBMITTED,
                submitted_at=at,
            )
            for rank, (by, siren) in enumerate(speakers, start=1)
        ]
        session.add_all(made)
    return made


def now(one: Interest) -> Interest:
    """The interest as the base has it now."""
    reading().expire_all()
    return reading().get_one(Interest, one.id)


def states(found: Proposal) -> dict[int, tuple[InterestStatus, int | None]]:
    """The state and the place on the waiting list of every interest for a proposition, by number."""
    reading().expire_all()
    rows = select(Interest.number, Interest.status, Interest.waiting_rank).where(Interest.proposal_id == found.id)
    return {number: (status, rank) for number, status, rank in reading().execute(rows.order_by(Interest.number))}

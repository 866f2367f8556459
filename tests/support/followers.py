"""Many who follow one service, written as rows: what a digest to all of them is measured and tried on."""

from datetime import datetime

from sqlalchemy import insert

from consult.accounts.model import Person
from consult.calendar.model import Edition
from consult.following.model import Follow, Follower, Rhythm
from consult.ground.actor import OPERATOR, Profile
from consult.ground.database import transaction
from consult.journal.actions import record
from consult.journal.model import EventKind
from consult.proposals.model import Proposal
from consult.services.model import Phase, Service

FIRST = 1_000_000
BATCH = 1_000


def address(rank: int) -> str:
    """Where each of them is written to."""
    return f"lecteur-{rank}@exemple.invalid"


def service_with_followers(edition: Edition, many: int, *, at: datetime) -> Service:
    """A service, and so many people who chose to follow it, told at once."""
    with transaction() as session:
        proposal = Proposal(edition_id=edition.id, number=900, title="Une proposition", summary="Fictive.", created_at=at)
        session.add(proposal)
        session.flush()
        service = Service(
            edition_id=edition.id,
            number=900,
            proposal_id=proposal.id,
            name="Séance claire",
            summary="Préparer une séance.",
            reason="Un besoin partagé.",
            born_at=at,
            phase=Phase.CONSTRUCTION,
        )
        session.add(service)
        session.flush()
        for first in range(0, many, BATCH):
            ranks = range(first, min(first + BATCH, many))
            session.execute(insert(Person), [_person(rank, at) for rank in ranks])
            session.execute(insert(Follower), [_follower(rank) for rank in ranks])
            session.execute(insert(Follow), [_follow(rank, f"{edition.id}/service:900", at) for rank in ranks])
    return service


def publish(service: Service, title: str, *, at: datetime) -> None:
    """The journal says that the service gives news."""
    with transaction() as session:
        subject = f"service:{service.number}"
        record(session, EventKind.NEWS_PUBLISHED, OPERATOR, at=at, edition_id=service.edition_id, subject=subject, title=title)


def _person(rank: int, at: datetime) -> dict[str, object]:
    return {
        "id": FIRST + rank,
        "email": address(rank),
        "email_key": address(rank),
        "name": f"Personne Fictive {rank}",
        "profile": Profile.AGENT,
        "function": "secrétaire de mairie",
        "created_at": at,
        "last_seen_at": at,
    }


def _follower(rank: int) -> dict[str, object]:
    return {"person_id": FIRST + rank, "rhythm": Rhythm.AT_ONCE, "token": f"jeton-{rank}", "told": 0}


def _follow(rank: int, subject: str, at: datetime) -> dict[str, object]:
    return {"person_id": FIRST + rank, "subject": subject, "is_chosen": True, "at": at, "since": 0}

"""What every act on an interest does: an edition held alone, an end that spends what was prepared, one revision more."""

import pytest

from consult.ground.actor import Role
from consult.ground.database import transaction
from consult.ground.refusals import NotFound
from consult.interests.held import locked, settle, tell
from consult.interests.model import InterestStatus
from consult.journal.model import EventKind
from tests.support.retained import proposal
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest, now
from tests.support.world import ROCAMADOUR, World


def test_an_interest_is_held_with_its_edition_and_the_calendar_of_it(world: World) -> None:
    edition = world.edition()
    made = interest(proposal(edition), world.person(ROCAMADOUR))
    with transaction() as session:
        held, of = locked(session, made.id)
        assert (held.id, of.id, len(of.calendar.windows)) == (made.id, edition.id, 4)
    with pytest.raises(NotFound), transaction() as session:
        locked(session, made.id + 999)


def test_an_end_spends_what_was_prepared_and_counts_one_revision(world: World) -> None:
    made = interest(proposal(world.edition()), world.person(ROCAMADOUR))
    team = world.person(None, Role.MODERATOR)
    with transaction() as session:
        held, _ = locked(session, made.id, alone=True)
        held.prepared, held.prepared_reason, held.prepared_rank, held.waiting_rank = InterestStatus.WAITLISTED, "Tard.", 2, 3
        settle(held, InterestStatus.DECLINED, team.person_id, "  Trop loin.  ", at=AT)
        tell(session, EventKind.INTEREST_DECLINED, team, held, at=AT)
    kept = now(made)
    assert (kept.status, kept.reason, kept.decided_at, kept.decided_by) == (
        InterestStatus.DECLINED,
        "Trop loin.",
        AT,
        team.person_id,
    )
    assert (kept.prepared, kept.prepared_reason, kept.prepared_rank, kept.waiting_rank) == (None, "", None, None)
    assert kept.revision == 1

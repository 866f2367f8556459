"""`consult tally`: from the rows, and beside what the journal gives, line after line."""

import json

import pytest
from sqlalchemy import delete, update

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.database import transaction
from consult.voting.actions import give_support, withdraw_support
from consult.voting.model import Support
from tests.support.commands import Operator
from tests.support.journal import seal_now
from tests.support.stage_two import CLOSED, DURING_VOTE, decide_attachment, on_ballot, propositions
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

AT = CLOSED.isoformat()


@pytest.fixture
def edition(world: World) -> Edition:
    edition = world.edition()
    first, second, _ = propositions(edition)
    agent = world.person(ROCAMADOUR)
    give_support(agent, first.id, at=DURING_VOTE)
    give_support(agent, second.id, at=DURING_VOTE)
    withdraw_support(agent, second.id, at=DURING_VOTE)
    give_support(world.person(GRAMAT), first.id, at=DURING_VOTE)
    waiting = world.person(LOT, status=AttachmentStatus.PENDING)
    give_support(waiting, second.id, at=DURING_VOTE)
    decide_attachment(waiting, AttachmentStatus.VERIFIED)
    return edition


@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_journal_gives_the_same_sealed_or_not(edition: Edition, operator: Operator, is_sealed: bool) -> None:
    if is_sealed:
        seal_now(edition)
    ended = operator("tally", "2021", "--journal", CONSULT_NOW=AT)
    assert (ended.code, ended.errors) == (0, "")
    assert ended.said.startswith("3 soutiens de 3 collectivités")
    assert ended.said.splitlines()[-1] == "Identique à ce que donne le journal du vote."
    said = json.loads(operator("tally", "2021", "--json", "--journal", CONSULT_NOW=AT).said)
    assert {one["number"]: one["supports"] for one in said["proposals"]} == {1: 2, 2: 1, 3: 0}


@pytest.mark.parametrize("tampered", ["a row moved", "a row less"])
def test_a_base_that_was_tampered_with_is_told(edition: Edition, operator: Operator, tampered: str) -> None:
    seal_now(edition)
    row = on_ballot(edition)[0]
    with transaction() as session:
        if tampered == "a row less":
            session.execute(delete(Support).where(Support.id == row.id))
        else:
            other = on_ballot(edition, LOT)[0]
            session.execute(update(Support).where(Support.id == other.id).values(proposal_id=row.proposal_id))
    ended = operator("tally", "2021", "--journal", CONSULT_NOW=AT)
    assert (ended.code, len(ended.errors.splitlines())) == (1, 1)
    assert ended.errors.startswith("Le journal du vote donne un autre compte pour les propositions n° 1")


def test_before_the_close_neither_says_anything(edition: Edition, operator: Operator) -> None:
    ended = operator("tally", "2021", "--journal", CONSULT_NOW=just_before(CLOSED).isoformat())
    assert (ended.code, ended.said) == (1, "")

"""Where collectivités like one volunteer, and it might."""

import pytest

from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.interests.actions import InterestDraft, declare, withdraw
from consult.interests.model import Interest, Level
from consult.interests.of_collectivite import offered_by_alike
from consult.interests.rules import CHARTER
from consult.proposals.model import Proposal
from consult.register import queries as register
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, during

AT = during(Stage.INTERESTS)
LIKE_ROCAMADOUR = ("200053395", "200054948", "200054971")  # one elsewhere, two of its département


def volunteer(world: World, siren: str, kept: Proposal) -> Interest:
    """Somebody volunteers for this collectivité."""
    draft = InterestDraft(Level.ATELIER, "", "", "", "", "", "Nous avons des idées.", CHARTER)
    return declare(world.person(siren), kept.id, draft, at=AT)


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def kept(edition: Edition) -> Proposal:
    return proposal(edition)


def offered(edition: Edition) -> list[tuple[str, int, list[str]]]:
    """Title, total and names, on the page of Rocamadour."""
    found = offered_by_alike(register.get(ROCAMADOUR), [edition.id])
    return [(one.title, one.total, [line.siren for line in one.first]) for one in found]


def test_the_nearest_come_first_and_others_are_left_out(world: World, edition: Edition, kept: Proposal) -> None:
    for siren in (*LIKE_ROCAMADOUR, GRAMAT):
        volunteer(world, siren, kept)
    assert offered(edition) == [(kept.title, 3, [*LIKE_ROCAMADOUR[1:], LIKE_ROCAMADOUR[0]])]


def test_where_it_volunteers_itself_is_left_out(world: World, edition: Edition, kept: Proposal) -> None:
    volunteer(world, LIKE_ROCAMADOUR[0], kept)
    volunteer(world, ROCAMADOUR, kept)
    assert offered(edition) == []


def test_who_withdrew_is_left_out(world: World, edition: Edition, kept: Proposal) -> None:
    interest = volunteer(world, LIKE_ROCAMADOUR[0], kept)
    withdraw(world.person(LIKE_ROCAMADOUR[0]), interest.id, reason="Plus le temps.", at=AT)
    assert offered(edition) == []


@pytest.mark.parametrize("volunteers", [1, 3])
def test_it_costs_one_statement_and_none_once_it_is_over(
    world: World, edition: Edition, kept: Proposal, volunteers: int
) -> None:
    for siren in LIKE_ROCAMADOUR[:volunteers]:
        volunteer(world, siren, kept)
    one = register.get(ROCAMADOUR)
    with count_statements() as sent:
        offered_by_alike(one, [edition.id])
        assert offered_by_alike(one, []) == []
    assert len(sent) == 1

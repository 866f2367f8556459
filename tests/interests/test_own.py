"""The interests of a collectivité, as its own people read them."""

from consult.calendar.rules import Stage
from consult.ground.actor import Role
from consult.interests.actions import declare, withdraw
from consult.interests.messages import ask
from consult.interests.model import InterestStatus
from consult.interests.own import own_files
from tests.interests.test_actions import DRAFT
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World, during

AT = during(Stage.INTERESTS)


def test_each_of_them_with_what_is_asked_of_it_in_one_statement(world: World) -> None:
    edition, agent = world.edition(), world.person(ROCAMADOUR)
    declare(world.person(GRAMAT), proposal(edition).id, DRAFT, at=AT)
    first = declare(agent, proposal(edition).id, DRAFT, at=AT)
    with count_statements() as sent:
        (only,) = own_files(edition.id, ROCAMADOUR)
    assert len(sent) == 1
    assert (only.number, only.proposal_number, only.status, only.is_correction_asked) == (2, 2, InterestStatus.SUBMITTED, False)
    for _ in range(2):
        declare(agent, proposal(edition).id, DRAFT, at=AT)
    ask(world.person(None, Role.MODERATOR), first.id, "Combien ?", True, at=AT)
    withdraw(agent, first.id, reason="Non.", at=AT)
    with count_statements() as sent:
        found = own_files(edition.id, ROCAMADOUR)
    assert len(sent) == 1
    assert [(one.number, one.is_correction_asked) for one in found] == [(4, False), (3, False), (2, True)]
    assert found[-1].status is InterestStatus.WITHDRAWN

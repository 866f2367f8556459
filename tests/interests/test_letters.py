"""Who is told of an answer: whoever declared, and the verified people of the collectivité, of those who want to know."""

from consult.accounts.model import AttachmentStatus, Topic
from consult.accounts.own.notifications import choose_notifications
from consult.ground.database import reading
from consult.interests.letters import readers
from consult.interests.model import Interest
from tests.support.retained import proposal
from tests.support.stage_two import decide_attachment
from tests.support.volunteers import INSTRUCTED, interest
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World


def test_one_letter_a_person_and_interest(world: World) -> None:
    found = proposal(world.edition())
    agent, colleague = world.person(ROCAMADOUR), world.person(ROCAMADOUR)
    world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    deaf = world.person(ROCAMADOUR)
    choose_notifications(deaf, [topic for topic in Topic if topic is not Topic.SERVICES], at=INSTRUCTED)
    gone = world.person(GRAMAT)
    first, second = interest(found, agent), interest(found, gone)
    interest(found, world.person(LOT))
    decide_attachment(gone, AttachmentStatus.ENDED, at=INSTRUCTED)
    told = reading().execute(readers(Interest.id.in_([first.id, second.id]))).all()
    assert [(row[0], row[1]) for row in told] == [
        (first.id, agent.person_id),
        (first.id, colleague.person_id),
        (second.id, gone.person_id),
    ]

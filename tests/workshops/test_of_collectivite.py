"""The workshops that a collectivité comes to."""

from datetime import timedelta

from consult.calendar.rules import Stage
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.workshops.model import Seat, Workshop
from consult.workshops.of_collectivite import attended_by
from tests.support.retained import proposal
from tests.support.world import GRAMAT, ROCAMADOUR, World, during

AT = during(Stage.INTERESTS)


def seat(workshop: Workshop, actor: Actor, *, given_up: bool = False) -> None:
    """This person has a seat, or had one."""
    with transaction() as session:
        at = AT + timedelta(hours=1) if given_up else None
        session.add(Seat(workshop_id=workshop.id, person_id=actor.person_id, siren=actor.siren, taken_at=AT, given_up_at=at))


def test_each_workshop_once_those_cancelled_or_given_up_left_out(world: World) -> None:
    kept = proposal(world.edition())
    held = []
    for number, cancelled in ((1, False), (2, True), (3, False), (4, False)):
        with transaction() as session:
            workshop = Workshop(
                edition_id=kept.edition_id,
                number=number,
                proposal_id=kept.id,
                title=f"Atelier {number}",
                starts_at=AT + timedelta(days=number),
                ends_at=AT + timedelta(days=number, hours=2),
                place="Salle du conseil",
                created_at=AT,
                cancelled_at=AT if cancelled else None,
                cancel_reason="Trop peu d’inscrits." if cancelled else "",
            )
            session.add(workshop)
        held.append(workshop)
    for workshop in held[:3]:
        seat(workshop, world.person(ROCAMADOUR))
    seat(held[0], world.person(ROCAMADOUR))
    seat(held[3], world.person(ROCAMADOUR), given_up=True)
    seat(held[3], world.person(GRAMAT))
    page = attended_by(ROCAMADOUR)
    assert ([one.title for one in page.items], page.total) == (["Atelier 3", "Atelier 1"], 2)

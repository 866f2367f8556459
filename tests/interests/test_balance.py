"""The balance: who volunteers, who is in, who would be, four ways; and who is left out."""

from consult.ground.actor import Role
from consult.interests.actions import withdraw
from consult.interests.balance import ELSEWHERE, By, balance, left_out
from consult.interests.model import InterestStatus, Level
from consult.interests.preparing import prepare
from consult.interests.publishing import accept, decline
from tests.support.retained import proposal
from tests.support.statements import count_statements
from tests.support.volunteers import INSTRUCTED as AT
from tests.support.volunteers import interest
from tests.support.world import GRAMAT, LOT, OCCITANIE, ROCAMADOUR, SAINT_ETIENNE, World


def test_it_counts_four_ways_at_once(world: World) -> None:
    edition, team = world.edition(), world.person(None, Role.MODERATOR)
    found = proposal(edition)
    people = {siren: world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT, OCCITANIE, SAINT_ETIENNE)}
    files = {siren: interest(found, person) for siren, person in people.items()}
    interest(proposal(world.edition("2020")), people[ROCAMADOUR])
    accept(team, files[ROCAMADOUR].id, at=AT)
    prepare(team, edition.id, [files[GRAMAT].id], InterestStatus.ACCEPTED, reason="Oui.", at=AT)
    decline(team, files[OCCITANIE].id, reason="Non.", at=AT)
    withdraw(people[SAINT_ETIENNE], files[SAINT_ETIENNE].id, reason="Non.", at=AT)
    with count_statements() as sent:
        shares = balance(edition.id)
    assert len(sent) == 1
    assert [(one.label, one.volunteers, one.accepted, one.prepared) for one in shares[By.KIND]] == [
        ("commune", 2, 1, 1),
        ("département", 1, 0, 0),
        ("région", 1, 0, 0),
    ]
    assert [(one.label, one.volunteers, one.kept) for one in shares[By.REGION]] == [("Occitanie", 4, 2)]
    assert [(one.label, one.kept) for one in shares[By.DEPARTEMENT]] == [("46 Lot", 2), (ELSEWHERE, 0)]
    assert [one.label for one in left_out(shares)[By.KIND]] == ["département", "région"]
    assert left_out(shares)[By.REGION] == []
    kept_out = balance(edition.id, own=(GRAMAT,))
    assert (kept_out[By.KIND][0].label, kept_out[By.KIND][0].kept) == ("commune", 1)


def test_it_counts_one_proposition_or_one_level(world: World) -> None:
    edition = world.edition()
    first, second = proposal(edition), proposal(edition, "Une autre")
    interest(first, world.person(ROCAMADOUR))
    interest(second, world.person(GRAMAT), Level.PILOTE)
    assert [one.volunteers for one in balance(edition.id, proposal=2)[By.KIND]] == [1]
    assert [one.volunteers for one in balance(edition.id, level=Level.ATELIER)[By.KIND]] == [1]
    assert balance(edition.id, proposal=9)[By.KIND] == []

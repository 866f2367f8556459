"""Reading people: the actor in one statement, lists that cost the same however long they are."""

from datetime import timedelta

import pytest

from consult.accounts import actions, attachment_queries, attachments, queries
from consult.accounts.actions import AccountDraft
from consult.accounts.model import AttachmentStatus
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.paging import PAGE_SIZE
from consult.ground.refusals import NotFound
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)


def requests(world: World, count: int) -> list[int]:
    """So many requests, each an hour after the other."""
    return [attachments.ask_attachment(world.person(), ROCAMADOUR, at=AT + timedelta(hours=rank)) for rank in range(count)]


def test_the_actor_is_read_in_one_statement(world: World) -> None:
    someone = world.person(ROCAMADOUR, Role.MODERATOR, Role.COMMITTEE)
    with count_statements() as sent:
        found = queries.actor_of_person(someone.person_id or 0)
    assert found == someone
    assert found.roles == {Role.MODERATOR, Role.COMMITTEE}
    assert len(sent) == 1


def test_nobody_is_nobody(world: World) -> None:
    world.person(ROCAMADOUR)
    assert queries.actor_of_person(999_999) is None
    assert queries.actor_of_session("unknown", at=AT) is None
    with pytest.raises(NotFound):
        queries.address_of_person(999_999)


@pytest.mark.parametrize("count", [1, 3, PAGE_SIZE + 5])
def test_the_queue_costs_two_statements_however_long_it_is(world: World, count: int) -> None:
    world.person(GRAMAT)
    world.person(GRAMAT, status=AttachmentStatus.REFUSED)
    asked = requests(world, count)
    with count_statements() as sent:
        queue = attachment_queries.pending_attachments()
    assert len(sent) == 2
    assert queue.total == count
    assert [one.id for one in queue.items] == asked[:PAGE_SIZE]
    assert queue.items[0].collectivite == "Rocamadour (Lot)"


def test_the_queue_is_paged_in_the_order_of_arrival(world: World) -> None:
    asked = requests(world, PAGE_SIZE + 2)
    second = attachment_queries.pending_attachments(page=2)
    assert [one.id for one in second.items] == asked[PAGE_SIZE:]
    assert (second.first, second.last, second.pages) == (PAGE_SIZE + 1, PAGE_SIZE + 2, 2)


@pytest.mark.parametrize("colleagues", [0, 1, 3])
def test_a_file_says_what_is_known_in_two_statements(world: World, colleagues: int) -> None:
    someone = world.person(email="jeanne@exemple.fr")
    for _ in range(colleagues):
        world.person(ROCAMADOUR)
    world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    world.person(GRAMAT)
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    with count_statements() as sent:
        found = attachment_queries.attachment_file(asked)
    assert len(sent) == 2
    assert (found.person, found.email, found.domain) == (someone.name, "jeanne@exemple.fr", "exemple.fr")
    assert (found.collectivite, found.insee, found.kind_label) == ("Rocamadour (Lot)", "46240", "commune")
    assert len(found.colleagues) == colleagues
    assert all(one.endswith(", secrétaire de mairie") for one in found.colleagues)
    assert found.decided_at is found.decided_by is None


def test_a_file_that_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        attachment_queries.attachment_file(1)


def test_one_s_own_attachments_live_first_then_the_latest(world: World) -> None:
    moderator, someone = world.person(None, Role.MODERATOR), world.person()
    refused = attachments.ask_attachment(someone, GRAMAT, at=AT)
    verified = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, refused, reason="Inconnue", at=AT)
    attachments.verify_attachment(moderator, verified, reason="Connue", at=AT)
    withdrawn = attachments.ask_attachment(someone, LOT, at=AT)
    attachments.withdraw_attachment(someone, withdrawn, at=AT)
    pending = attachments.ask_attachment(someone, CAUVALDOR, at=AT)
    requests(world, 2)
    with count_statements() as sent:
        mine = attachment_queries.attachments_of(someone.person_id or 0)
    assert [one.id for one in mine.items] == [pending, verified, withdrawn, refused]
    assert mine.items[-1].reason == "Inconnue"
    assert len(sent) == 2


@pytest.mark.parametrize("count", [1, 3])
def test_the_team_costs_two_statements(world: World, count: int) -> None:
    world.person(ROCAMADOUR)
    for rank in range(count):
        actions.grant_role(OPERATOR, f"equipe-{rank}@exemple.fr", Role.MODERATOR, reason="Équipe", at=AT)
    with count_statements() as sent:
        holders = queries.role_holders()
    assert [one.email for one in holders.items] == [f"equipe-{rank}@exemple.fr" for rank in range(count)]
    assert len(sent) == 2


def test_a_role_that_is_not_held_is_not_found(world: World) -> None:
    someone: Actor = world.person(None, Role.MODERATOR)
    assert queries.role_holder(someone.person_id or 0, Role.MODERATOR).name == someone.name
    with pytest.raises(NotFound):
        queries.role_holder(someone.person_id or 0, Role.COMMITTEE)


def test_which_addresses_have_an_account(world: World) -> None:
    world.person(email="Elu@exemple.fr")
    assert queries.existing_addresses({"elu@exemple.fr", "personne@exemple.fr"}) == {"elu@exemple.fr"}


def test_a_changed_profile_shows_at_once(world: World) -> None:
    someone = world.person()
    actions.complete_account(someone, AccountDraft("Autre Nom", Profile.ELU, "maire"), at=AT)
    found = queries.actor_of_person(someone.person_id or 0)
    assert found is not None
    assert found.name == "Autre Nom"

"""Reading people: the actor in one statement, lists that cost the same however long they are."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from consult.accounts import actions, queries
from consult.accounts.actions import AccountDraft
from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments import desk as attachment_files
from consult.accounts.attachments import queries as attachment_queries
from consult.accounts.attachments.desk import DomainWorth
from consult.accounts.model import AttachmentStatus, KnownDomain, OfficialMailbox
from consult.ground.actor import OPERATOR, Actor, Profile, Role
from consult.ground.clock import paris
from consult.ground.database import transaction
from consult.ground.paging import PAGE_SIZE
from consult.ground.refusals import NotFound
from consult.journal.model import EventKind
from consult.register.model import Collectivite, CollectiviteSearch
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, ROCAMADOUR, SAINT_ETIENNE, World

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


def test_a_file_is_one_statement(world: World) -> None:
    someone = world.person(email="jeanne@exemple.fr")
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    requests(world, 2)
    with count_statements() as sent:
        found = attachment_files.attachment_file(asked)
    assert len(sent) == 1
    assert (found.person, found.email) == (someone.name, "jeanne@exemple.fr")
    assert (found.collectivite, found.insee, found.kind_label) == ("Rocamadour (Lot)", "46240", "commune")
    assert found.decided_at is found.decided_by is None


def test_a_file_that_does_not_exist_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        attachment_files.attachment_file(1)


@pytest.mark.parametrize("count", [0, 1, 3, PAGE_SIZE + 5])
def test_what_is_known_of_a_file_costs_the_same_however_much_there_is(world: World, count: int) -> None:
    someone = world.person(email="jeanne@mairie-exemple.fr")
    for rank in range(count):
        world.person(ROCAMADOUR, email=f"collegue-{rank}@mairie-exemple.fr")
        world.person(ROCAMADOUR, status=AttachmentStatus.REFUSED)
    world.person(GRAMAT, email="ailleurs@mairie-exemple.fr")
    world.person(ROCAMADOUR, email="autre@exemple.invalid")
    found = attachment_files.attachment_file(attachments.ask_attachment(someone, ROCAMADOUR, at=AT))
    with count_statements() as sent:
        known = attachment_files.known_of(found)
    assert len(sent) == 8
    assert len(known.colleagues) == min(count + 1, PAGE_SIZE)
    assert all(one.endswith(", secrétaire de mairie") for one in known.colleagues)
    assert (len(known.requests.items), known.requests.is_cut) == (min(count, PAGE_SIZE), count > PAGE_SIZE)
    assert (known.domain.name, known.domain.sharing) == ("mairie-exemple.fr", count)


@pytest.mark.parametrize(
    ("email", "worth"),
    [
        pytest.param("jeanne@mairie-rocamadour.fr", DomainWorth.OWN, id="the collectivité's own"),
        pytest.param("jeanne@gramat.fr", DomainWorth.ANOTHERS, id="another's"),
        pytest.param("jeanne@lot.gouv.fr", DomainWorth.STATE, id="the State's"),
        pytest.param("jeanne@wanadoo.fr", DomainWorth.SHARED, id="a consumer mailbox"),
        pytest.param("jeanne@sub.mairie-rocamadour.fr", DomainWorth.UNKNOWN, id="a subdomain"),
        pytest.param("jeanne@exemple.fr", DomainWorth.UNKNOWN, id="unknown"),
    ],
)
def test_what_a_domain_is_worth(world: World, email: str, worth: DomainWorth) -> None:
    asked = attachments.ask_attachment(world.person(email=email), ROCAMADOUR, at=AT)
    with transaction() as session:  # known only after the request
        session.add(KnownDomain(domain="mairie-rocamadour.fr", siren=ROCAMADOUR, added_at=AT, note=""))
        session.add(KnownDomain(domain="gramat.fr", siren=GRAMAT, added_at=AT, note=""))
    found = attachment_files.known_of(attachment_files.attachment_file(asked)).domain
    assert found.worth is worth
    known = {DomainWorth.OWN: "Rocamadour (Lot)", DomainWorth.ANOTHERS: "Gramat (Lot)"}
    assert found.known_for == known.get(worth)


def test_homonyms_are_those_of_the_register_today(world: World) -> None:
    found = attachment_files.known_of(
        attachment_files.attachment_file(attachments.ask_attachment(world.person(), SAINT_ETIENNE, at=AT))
    )
    assert found.homonyms == []
    with transaction() as session:
        name = session.scalars(
            select(CollectiviteSearch.name).group_by(CollectiviteSearch.name).having(func.count() == 3).limit(1)
        ).one()
        first, *others = session.execute(
            select(Collectivite).join(CollectiviteSearch).where(CollectiviteSearch.name == name)
        ).scalars()
    asked = attachments.ask_attachment(world.person(), first.siren, at=AT)
    found = attachment_files.known_of(attachment_files.attachment_file(asked))
    assert sorted(found.homonyms) == sorted(one.full_name for one in others)


def test_what_else_a_person_asked_and_what_happened(world: World) -> None:
    moderator, someone = world.person(None, Role.MODERATOR), world.person()
    first = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, first, reason="Inconnue", at=AT)
    second = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    elsewhere = attachments.ask_attachment(someone, GRAMAT, at=AT)
    requests(world, 1)
    refused = attachment_files.known_of(attachment_files.attachment_file(first))
    assert [one.id for one in refused.person.items] == [elsewhere, second]
    assert refused.asked_anew
    assert [(step.kind, step.by, step.reason) for step in refused.steps] == [
        (EventKind.ATTACHMENT_ASKED, someone.name, ""),
        (EventKind.ATTACHMENT_REFUSED, moderator.name, "Inconnue"),
    ]
    asked = attachment_files.known_of(attachment_files.attachment_file(elsewhere))
    assert [one.id for one in asked.person.items] == [second, first]
    assert not asked.asked_anew


def test_decided_ones_are_found_the_latest_first(world: World) -> None:
    moderator = world.person(None, Role.MODERATOR)
    asked = requests(world, 3)
    for rank, one in enumerate(reversed(asked)):
        attachments.refuse_attachment(moderator, one, reason="Inconnue", at=AT + timedelta(days=rank + 1))
    with count_statements() as sent:
        found = attachment_queries.decided_attachments(AttachmentStatus.REFUSED)
    assert [one.id for one in found.items] == asked
    assert len(sent) == 2
    assert attachment_queries.decided_attachments(AttachmentStatus.ENDED).total == 0


def test_an_attachment_of_somebody_else_is_not_one_s_own(world: World) -> None:
    someone, other = world.person(), world.person()
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    assert attachment_queries.own_attachment(someone.person_id or 0, asked).id == asked
    with pytest.raises(NotFound):
        attachment_queries.own_attachment(other.person_id or 0, asked)


@pytest.mark.parametrize("count", [1, 3])
def test_one_s_own_say_what_ways_remain(world: World, count: int) -> None:
    someone = world.person()
    for _ in range(count):
        world.person(ROCAMADOUR)
        world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    with transaction() as session:
        session.add(OfficialMailbox(siren=GRAMAT, email="mairie@wanadoo.fr", loaded_at=AT))
    for siren in (ROCAMADOUR, GRAMAT):
        attachments.ask_attachment(someone, siren, at=AT)
    with count_statements() as sent:
        found = attachment_queries.attachments_of(someone.person_id or 0)
    assert len(sent) == 2
    assert {one.siren: (one.colleagues, one.has_mailbox) for one in found.items} == {
        ROCAMADOUR: (count, False),
        GRAMAT: (0, True),
    }


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

"""The team's desk for attachments."""

import pytest

from consult.accounts import attachments
from consult.accounts.attachment_queries import attachment_file
from consult.accounts.model import AttachmentStatus
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.paging import PAGE_SIZE
from tests.support.letters import letters, text_of
from tests.support.page import PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    world.person(ROCAMADOUR)
    hold(AT)


@pytest.fixture
def moderator(world: World, client: PageClient) -> Actor:
    someone = world.person(None, Role.MODERATOR)
    client.sign_in(someone)
    return someone


def request(world: World, siren: str = ROCAMADOUR, **who: str) -> int:
    return attachments.ask_attachment(world.person(**who), siren, at=AT)


def test_the_oldest_request_is_open_with_what_is_known(client: PageClient, world: World, moderator: Actor) -> None:
    request(world, email="jeanne@mairie-exemple.fr")
    request(world, GRAMAT)
    page = client.get("/moderation/rattachements")
    assert "2 demandes attendent" in page.main
    assert "demande à parler pour Rocamadour (Lot)" in page.main
    for known in (
        "jeanne@mairie-exemple.fr",
        "mairie-exemple.fr",
        "secrétaire de mairie",
        ROCAMADOUR,
        "46240",
        "Collègues déjà vérifiés",
    ):
        assert known in page.main
    assert "Gramat (Lot)" in page.main


def test_one_click_verifies_and_the_next_one_comes(client: PageClient, world: World, moderator: Actor) -> None:
    first, second = request(world), request(world, GRAMAT)
    page = client.get("/moderation/rattachements")
    action = f"/moderation/rattachements/{first}/verification"
    assert page.soup.select_one(f"form[action='{action}']")
    assert "Accepter ce rattachement" in page.main
    page = client.follow(client.post(action, status=303))
    decided = attachment_file(first)
    assert f"{decided.person} parle maintenant pour Rocamadour (Lot)" in page.main
    assert "demande à parler pour Gramat (Lot)" in page.main
    assert decided.decided_by == moderator.name
    page = client.get(f"/moderation/rattachements/{first}")
    assert f"{decided.person} parle pour Rocamadour (Lot)" in page.main
    assert "demande à parler" not in page.main
    assert "ce serait la première" not in page.main
    letter = text_of(letters(AT)[0])
    assert "est vérifié" in letter
    assert "Si vous aviez déjà donné des soutiens, ils comptent désormais." in letter
    assert attachment_file(second).status is AttachmentStatus.PENDING


def test_a_refusal_takes_a_reason(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world)
    path = f"/moderation/rattachements/{asked}/refus"
    for nothing in ("", "  \n "):
        page = client.post(path, {"reason": nothing}, 422)
        assert "la personne la recevra par courriel" in page.main
    assert "c’est 1 de trop" in client.post(path, {"reason": "é" * 1001}, 422).main
    assert attachment_file(asked).status is AttachmentStatus.PENDING
    page = client.follow(client.post(path, {"reason": "Écrivez-nous <b>de</b> la mairie."}, 303))
    assert "pour Rocamadour (Lot) est refusée" in page.main
    assert "Aucune demande n’attend." in page.main
    assert "Rien à décider pour l’instant" in page.main
    assert "Écrivez-nous <b>de</b> la mairie." in text_of(letters(AT)[0])
    page = client.get(f"/moderation/rattachements/{asked}")
    assert "Écrivez-nous <b>de</b> la mairie." in page.main
    assert "ne parle pas pour Rocamadour (Lot)" in page.main
    assert not page.soup.select(f"form[action='{path}']")


def test_what_somebody_else_has_decided_is_left_as_it_is(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world)
    attachments.verify_attachment(world.person(None, Role.ADMINISTRATOR), asked, at=AT)
    letters(AT)
    assert "C’est déjà décidé" in client.post(f"/moderation/rattachements/{asked}/verification", status=409).h1
    assert "C’est déjà décidé" in client.post(f"/moderation/rattachements/{asked}/refus", {"reason": "Non"}, 409).h1
    assert attachment_file(asked).status is AttachmentStatus.VERIFIED
    assert letters(AT) == []


def test_a_moderator_does_not_decide_of_their_own_request(client: PageClient, moderator: Actor) -> None:
    asked = attachments.ask_attachment(moderator, ROCAMADOUR, at=AT)
    page = client.get("/moderation/rattachements")
    assert "C’est votre propre demande" in page.main
    assert not page.soup.select("form[action*=verification]")
    client.post(f"/moderation/rattachements/{asked}/verification", status=403)


@pytest.mark.parametrize(
    ("roles", "status"),
    [((), 403), ((Role.COMMITTEE,), 403), ((Role.OBSERVER,), 403), ((Role.MODERATOR,), 200), ((Role.ADMINISTRATOR,), 200)],
)
def test_the_desk_is_the_team_s(client: PageClient, world: World, roles: tuple[Role, ...], status: int) -> None:
    asked = request(world)
    client.sign_in(world.person(ROCAMADOUR, *roles))
    client.get("/moderation/rattachements", status)
    client.get(f"/moderation/rattachements/{asked}", status)
    if status == 403:
        client.post(f"/moderation/rattachements/{asked}/verification", status=403)
        client.post(f"/moderation/rattachements/{asked}/refus", {"reason": "Non"}, 403)
        assert attachment_file(asked).status is AttachmentStatus.PENDING


def test_a_visitor_is_asked_to_sign_in_and_the_unknown_is_not_found(client: PageClient, world: World) -> None:
    client.get("/moderation/rattachements", 401)
    client.sign_in(world.person(None, Role.MODERATOR))
    client.get("/moderation/rattachements/999999", 404)
    client.get("/moderation/rattachements/99999999999999999999", 404)


def statements(client: PageClient, path: str) -> int:
    with count_statements() as sent:
        client.get(path)
    return len(sent)


def test_the_desk_costs_the_same_however_many_wait(client: PageClient, world: World, moderator: Actor) -> None:
    request(world)
    one = statements(client, "/moderation/rattachements")
    for _ in range(2):
        request(world)
    three = statements(client, "/moderation/rattachements")
    for _ in range(PAGE_SIZE):
        request(world)
    many = statements(client, "/moderation/rattachements")
    assert one == three == many
    assert many <= 2 + 4, "the session's, the edition's, and four of its own"
    page = client.get("/moderation/rattachements?page=2")
    assert "21 à 23 sur 23 demandes" in page.main

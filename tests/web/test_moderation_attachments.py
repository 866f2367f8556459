"""The team's desk for attachments."""

import pytest

from consult.accounts.attachments import actions as attachments
from consult.accounts.attachments.desk import attachment_file
from consult.accounts.model import AttachmentStatus, KnownDomain, MailboxCode
from consult.ground.actor import Actor, Role
from consult.ground.clock import paris
from consult.ground.database import transaction
from consult.ground.paging import PAGE_SIZE
from consult.web.forms.attachments import ACCEPTED_BECAUSE, REFUSED_BECAUSE
from tests.support.letters import letters, text_of
from tests.support.page import PageClient, squeezed
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, OCCITANIE, ROCAMADOUR, World, no_more

AT = paris(2021, 3, 2, 10)
COST = 13
"""Statements: the session's, the edition's, two for the list, one for the file and eight for what is known of it."""


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
    buttons = page.soup.select(f"form[action='{action}'] button[name=reason][value]:not([value=''])")
    assert squeezed(buttons[0]) == "Accepter : adresse publiée par la collectivité"
    assert len(buttons) == len(ACCEPTED_BECAUSE)
    press = page.form(action) | {"reason": str(buttons[2]["value"]), "seen": "Arrêté n° 12"}
    page = client.follow(client.post(action, press, 303))
    decided = attachment_file(first)
    assert f"{decided.person} parle maintenant pour Rocamadour (Lot)" in page.main
    assert "demande à parler pour Gramat (Lot)" in page.main
    assert (decided.decided_by, decided.reason) == (moderator.name, ACCEPTED_BECAUSE[2])
    assert decided.evidence == {"seen": "Arrêté n° 12"}
    page = client.get(f"/moderation/rattachements/{first}")
    assert f"{decided.person} parle pour Rocamadour (Lot)" in page.main
    assert "demande à parler" not in page.main
    assert "ce serait la première" not in page.main
    letter = text_of(letters(AT)[0])
    assert "est vérifié" in letter
    assert f"Ce que l’équipe a noté : {ACCEPTED_BECAUSE[2]}" in letter
    assert "Arrêté n° 12" not in letter
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
    attachments.verify_attachment(world.person(None, Role.ADMINISTRATOR), asked, reason="Connue", at=AT)
    letters(AT)
    assert "C’est déjà décidé" in client.post(f"/moderation/rattachements/{asked}/verification", {"reason": "Connue"}, 409).h1
    assert "C’est déjà décidé" in client.post(f"/moderation/rattachements/{asked}/refus", {"reason": "Non"}, 409).h1
    assert attachment_file(asked).status is AttachmentStatus.VERIFIED
    assert letters(AT) == []


def test_a_moderator_does_not_decide_of_their_own_request(client: PageClient, moderator: Actor) -> None:
    asked = attachments.ask_attachment(moderator, ROCAMADOUR, at=AT)
    page = client.get("/moderation/rattachements")
    assert "C’est votre propre demande" in page.main
    assert not page.soup.select("form[action*=verification]")
    client.post(f"/moderation/rattachements/{asked}/verification", {"reason": "Moi"}, 403)


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
        for act in ("verification", "refus", "reouverture", "fin"):
            client.post(f"/moderation/rattachements/{asked}/{act}", {"reason": "Non"}, 403)
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
    assert statements(client, "/moderation/rattachements") == COST
    for _ in range(2):
        request(world)
    assert statements(client, "/moderation/rattachements") == COST
    for _ in range(PAGE_SIZE):
        request(world)
    assert statements(client, "/moderation/rattachements") == COST
    page = client.get("/moderation/rattachements?page=2")
    assert "21 à 23 sur 23 demandes" in page.main


@pytest.mark.parametrize("count", [1, 3])
def test_a_file_and_the_decided_ones_cost_as_much(client: PageClient, world: World, moderator: Actor, count: int) -> None:
    asked = [request(world) for _ in range(count)]
    for one in asked:
        attachments.refuse_attachment(moderator, one, reason="Inconnue", at=AT)
    assert statements(client, "/moderation/rattachements?statut=refuses") == COST
    assert statements(client, f"/moderation/rattachements/{asked[0]}?statut=refuses") == COST


def test_one_s_own_words_will_do_but_not_none(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world)
    path = f"/moderation/rattachements/{asked}/verification"
    typed = {"reason": "", "own_words": "", "seen": "Vue à l’instant"}
    page = client.post(path, typed, 422)
    assert "la personne la recevra par courriel" in page.main
    assert page.form(path)["seen"] == "Vue à l’instant", "nothing typed is lost"
    assert attachment_file(asked).status is AttachmentStatus.PENDING
    client.post(path, {"reason": "é" * 301}, 422)
    client.post(path, typed | {"own_words": "Le maire <b>la</b> connaît"}, 303)
    assert (attachment_file(asked).reason, attachment_file(asked).status) == (
        "Le maire <b>la</b> connaît",
        AttachmentStatus.VERIFIED,
    )


def test_ready_made_words_are_a_start(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world)
    page = client.get(f"/moderation/rattachements/{asked}")
    path = f"/moderation/rattachements/{asked}/refus"
    assert page.form(path)["reason"] == ""
    for name, words in REFUSED_BECAUSE.values():
        page = client.get(page.links()[name].partition("#")[0])
        assert page.form(path)["reason"] == words
    client.get(f"/moderation/rattachements/{asked}?motif=inconnu")
    client.post(path, {"reason": "Corrigée."}, 303)
    assert attachment_file(asked).reason == "Corrigée."


def test_a_refusal_is_found_again_and_taken_back(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world)
    path = f"/moderation/rattachements/{asked}"
    assert not client.get(path).soup.select("form[action*=reouverture]")
    client.post(f"{path}/refus", {"reason": "Inconnue"}, 303)
    page = client.get("/moderation/rattachements")
    assert "Aucune demande n’attend." in page.main
    page = client.get(page.links()["Refusés"])
    assert "1 rattachement, la décision la plus récente en premier" in page.main
    assert page.soup.select_one(f"form[action^='{path}/reouverture']")
    page = client.post(f"{path}/reouverture?statut=refuses", {"reason": " "}, 422)
    assert page.soup.select_one("#reopening-reason-erreur")
    page = client.follow(client.post(f"{path}/reouverture", {"reason": "L’arrêté est arrivé"}, 303))
    assert "La demande est rouverte" in page.main
    assert "demande à parler pour Rocamadour (Lot)" in page.main
    assert "Refusé le" in page.main
    assert "Rouvert le 2 mars 2021" in page.main
    assert "C’est déjà décidé" in client.post(f"{path}/reouverture", {"reason": "Encore"}, 409).h1


def test_a_reopening_is_not_offered_to_who_has_asked_anew(client: PageClient, world: World, moderator: Actor) -> None:
    someone = world.person()
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, asked, reason="Inconnue", at=AT)
    attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    page = client.get(f"/moderation/rattachements/{asked}?statut=refuses")
    assert not page.soup.select("form[action*=reouverture]")
    assert "la personne a fait une autre demande" in page.main
    page = client.post(f"/moderation/rattachements/{asked}/reouverture", {"reason": "Erreur"}, 409)
    assert "Cette personne a fait une autre demande" in page.h1


def test_the_team_ends_an_attachment_with_a_reason(client: PageClient, world: World, moderator: Actor) -> None:
    someone = world.person(ROCAMADOUR, email="jeanne@exemple.fr")
    path = f"/moderation/rattachements/{someone.mandate.attachment_id}"  # type: ignore[union-attr]
    page = client.get("/moderation/rattachements?statut=verifies")
    assert "2 rattachements" in page.main
    assert "la personne la recevra" in client.post(f"{path}/fin", {"reason": ""}, 422).main
    page = client.follow(client.post(f"{path}/fin", {"reason": "Elle a quitté la mairie"}, 303))
    assert f"{someone.name} ne parle plus pour Rocamadour (Lot)" in page.main
    assert "Elle a quitté la mairie" in text_of(letters(AT)[0])
    page = client.get("/moderation/rattachements?statut=termines")
    assert f"{someone.name} ne parle plus pour Rocamadour (Lot)" in page.main
    assert not page.soup.select("form[action*='/fin']")
    assert "Ce rattachement est déjà terminé" in client.post(f"{path}/fin", {"reason": "Encore"}, 409).h1
    for act in ("verification", "refus", "reouverture", "fin"):
        client.post(f"/moderation/rattachements/999999/{act}", {"reason": "Personne"}, 404)


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("jeanne@wanadoo.fr", "wanadoo.fr est un fournisseur ouvert à tous"),
        ("jeanne@lot.gouv.fr", "lot.gouv.fr est celui d’un service de l’État, jamais d’une collectivité"),
        ("jeanne@gramat.fr", "gramat.fr est le domaine d’une autre : Gramat (Lot)"),
        ("jeanne@xn--mairie-t-h1ab.fr", "xn--mairie-t-h1ab.fr est un domaine que nous ne connaissons pas"),
    ],
)
def test_the_file_says_what_the_address_is_worth(
    client: PageClient, world: World, moderator: Actor, email: str, said: str
) -> None:
    with transaction() as session:
        session.add(KnownDomain(domain="gramat.fr", siren=GRAMAT, added_at=AT, note=""))
    request(world, email=email)
    assert said in client.get("/moderation/rattachements").main


def test_the_file_says_what_else_is_known(client: PageClient, world: World, moderator: Actor) -> None:
    colleague = world.person(ROCAMADOUR, email="maire@mairie-exemple.fr")
    other, refused = world.person(), world.person(ROCAMADOUR, status=AttachmentStatus.REFUSED)
    someone = world.person(email="jeanne@mairie-exemple.fr")
    asked = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.ask_attachment(someone, GRAMAT, at=AT)
    attachments.ask_attachment(other, ROCAMADOUR, at=AT)
    with transaction() as session:
        session.add(
            MailboxCode(
                attachment_id=asked,
                siren=ROCAMADOUR,
                mailbox="m…@wanadoo.fr",
                code_hash="0" * 64,
                sent_at=AT,
                expires_at=AT,
                tries=0,
            )
        )
    page = client.get("/moderation/rattachements")
    for known in (
        f"{colleague.name}, secrétaire de mairie",
        "1 personne déjà vérifiée pour cette collectivité a une adresse sur ce même domaine",
        "Un code est parti à m…@wanadoo.fr le",
        "il n’a pas servi",
        "Autres demandes pour cette collectivité",
        "De la même personne",
    ):
        assert known in page.main
    links = page.links()
    assert {other.name, refused.name} <= set(links)
    assert refused.name in client.get(links[refused.name]).main


def test_a_proof_that_was_put_aside_is_shown(client: PageClient, world: World, moderator: Actor) -> None:
    someone = world.person(email="jeanne@mairie-exemple.fr")
    first = attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    attachments.refuse_attachment(moderator, first, reason="Inconnue", at=AT)
    with transaction() as session:
        session.add(KnownDomain(domain="mairie-exemple.fr", siren=ROCAMADOUR, added_at=AT, note=""))
    attachments.ask_attachment(someone, ROCAMADOUR, at=AT)
    page = client.get("/moderation/rattachements")
    assert "Quelqu’un avait déjà dit non" in page.main
    assert "Une adresse du domaine de la collectivité : domaine mairie-exemple.fr" in page.main
    assert "mairie-exemple.fr est le domaine de cette collectivité" in page.main


def test_the_file_says_that_the_collectivite_is_no_more(client: PageClient, world: World, moderator: Actor) -> None:
    asked = request(world, OCCITANIE)
    path = f"/moderation/rattachements/{asked}"
    with no_more(OCCITANIE):
        page = client.get(path)
        assert "cette collectivité n’existe plus" in page.main
        assert not page.soup.select("form[action*=verification]")
        assert page.soup.select("form[action*=refus]")
        client.post(f"{path}/verification", {"reason": "Connue"}, 422)
    assert attachment_file(asked).status is AttachmentStatus.PENDING


@pytest.mark.parametrize("statut", ["", "inconnu", "%00", "verifies", "refuses", "termines", "a-verifier"])
def test_a_list_that_is_none_is_what_waits(client: PageClient, world: World, moderator: Actor, statut: str) -> None:
    page = client.get(f"/moderation/rattachements?statut={statut}")
    assert page.soup.select_one(".queue-lists a[aria-current=page]")

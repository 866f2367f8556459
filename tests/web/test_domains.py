"""The team's table of domains: reading it, adding, importing, removing, verifying what waits."""

import io

import pytest
from flask import Flask

from consult.accounts.attachments import actions as attachments
from consult.accounts.domains import actions as known_domains
from consult.accounts.domains.queries import known_domain
from consult.accounts.domains.queries import known_domains as listed
from consult.accounts.queries import actor_of_person
from consult.ground.actor import OPERATOR, Actor, Role
from consult.ground.clock import paris
from consult.ground.paging import PAGE_SIZE
from tests.support.letters import letters
from tests.support.page import Page, PageClient
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

AT = paris(2021, 3, 2, 10)
PATH = "/pilotage/domaines"
DOMAIN = "rocamadour.exemple"
GOOD = {"domain": DOMAIN, "siren": ROCAMADOUR, "note": "Mentions légales du site"}


@pytest.fixture(autouse=True)
def _moment(world: World, hold) -> None:
    world.edition()
    known_domains.add_domain(OPERATOR, "gramat.exemple", GRAMAT, note="liste de 2019", at=AT)
    hold(AT)


@pytest.fixture
def moderator(world: World) -> Actor:
    return world.person(None, Role.MODERATOR)


@pytest.fixture
def client(app: Flask, moderator: Actor) -> PageClient:
    """Their browser."""
    return PageClient(app).sign_in(moderator)


def upload(client: PageClient, content: bytes, status: int, name: str = "domaines.csv") -> Page:
    return client.post(f"{PATH}/fichier", {"file": (io.BytesIO(content), name)}, status)


def known() -> list[str]:
    return [line.domain for line in listed().items]


def test_the_table_says_whose_each_domain_is_and_where_it_was_found(client: PageClient) -> None:
    page = client.get(PATH)
    assert "1 domaine connu" in page.main
    for said in ("gramat.exemple", "Gramat (Lot)", GRAMAT, "Ajouté le 2 mars 2021", "liste de 2019"):
        assert said in page.main
    assert page.links()["Gramat (Lot)"] == f"/collectivites/{GRAMAT}"
    assert "en attente" not in page.main


def test_it_is_searched_by_domain_or_by_collectivite(client: PageClient) -> None:
    for typed in ("gramat.ex", "Gramat", GRAMAT):
        assert "1 domaine connu" in client.get(f"{PATH}?q={typed}").main
    page = client.get(f"{PATH}?q=<b>inconnu")
    assert "Aucun domaine ne correspond à « <b>inconnu »" in page.main
    client.get(f"{PATH}?q=%00{'x' * 5000}")


def test_an_empty_table_says_what_to_do(client: PageClient) -> None:
    known_domains.remove_domain(OPERATOR, "gramat.exemple", reason="Essai", at=AT)
    assert "Aucun domaine n’est encore connu" in client.get(PATH).main


def test_a_domain_is_added_as_it_is_typed(client: PageClient, moderator: Actor) -> None:
    page = client.follow(client.post(PATH, {**GOOD, "domain": " @Rocamadour.Exemple. ", "siren": "214 602 401"}, 303))
    assert f"{DOMAIN} est maintenant le domaine de Rocamadour (Lot)" in page.main
    assert f"par {moderator.name} · Mentions légales du site" in page.main


@pytest.mark.parametrize(
    ("changed", "status", "field", "said"),
    [
        ({"domain": ""}, 422, "domain", "Écrivez un domaine"),
        ({"domain": "mairie"}, 422, "domain", "Ce n’est pas un domaine"),
        ({"domain": "=1+1"}, 422, "domain", "Ce n’est pas un domaine"),
        ({"domain": "wanadoo.fr"}, 422, "domain", "ouvert à tous"),
        ({"domain": "asso.fr"}, 422, "domain", "terminaison partagée"),
        ({"domain": "lot.gouv.fr"}, 422, "domain", "service de l’État"),
        ({"domain": "gramat.exemple"}, 409, "domain", "déjà connu"),
        ({"siren": ""}, 422, "siren", "Écrivez le SIREN"),
        ({"siren": "21460240"}, 422, "siren", "neuf chiffres"),
        ({"siren": "214602402"}, 422, "siren", "n’est pas au registre"),
        ({"note": "  "}, 422, "note", "où vous avez trouvé"),
        ({"note": "x" * 301}, 422, "note", "1 de trop"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(
    client: PageClient, changed: dict[str, str], status: int, field: str, said: str
) -> None:
    typed = {**GOOD, **changed}
    page = client.post(PATH, typed, status)
    wrong = page.soup.select_one(f"#{field}")
    assert wrong is not None
    assert wrong["aria-invalid"] == "true"
    assert said in page.soup.select_one(f"#{field}-erreur").get_text()  # type: ignore[union-attr]
    form = page.form()
    assert {name: form[name] for name in GOOD} == {name: value.strip() for name, value in typed.items()}
    assert known() == ["gramat.exemple"]


def test_a_siren_that_is_known_is_named_when_the_form_comes_back(client: PageClient) -> None:
    assert "C’est celui de Rocamadour (Lot)" in client.post(PATH, {**GOOD, "domain": ""}, 422).main


def test_a_domain_is_removed_with_a_reason(client: PageClient) -> None:
    path = f"{PATH}/gramat.exemple/retrait"
    assert "Gramat (Lot)" in client.get(path).main
    assert "Écrivez la raison" in client.post(path, {"reason": " "}, 422).main
    page = client.follow(client.post(path, {"reason": "Racheté."}, 303))
    assert "n’est plus le domaine d’une collectivité" in page.main
    assert known() == []
    client.get(path, 404)
    client.post(path, {"reason": "Encore."}, 404)


def test_requests_that_wait_are_counted_then_verified_in_one_press(client: PageClient, world: World) -> None:
    people = [world.person(email=f"p{rank}@gramat.exemple") for rank in range(2)]
    known_domains.remove_domain(OPERATOR, "gramat.exemple", reason="Essai", at=AT)
    for who in people:
        attachments.ask_attachment(who, GRAMAT, at=AT)
    page = client.follow(client.post(PATH, {**GOOD, "domain": "gramat.exemple", "siren": GRAMAT}, 303))
    assert "2 demandes en attente" in page.main
    assert "Vérifier ces 2 demandes" in page.main
    page = client.follow(client.post(f"{PATH}/gramat.exemple/verification", status=303))
    assert "2 demandes vérifiées" in page.main
    assert "en attente" not in page.main
    for who in people:
        now = actor_of_person(who.person_id or 0)
        assert now is not None
        assert now.is_verified
    assert {letter["To"] for letter in letters(AT)} == {"p0@gramat.exemple", "p1@gramat.exemple"}
    assert "Aucune demande à vérifier" in client.follow(client.post(f"{PATH}/gramat.exemple/verification", status=303)).main
    for unknown in ("inconnu.exemple", "%00"):
        client.post(f"{PATH}/{unknown}/verification", status=404)
        client.get(f"{PATH}/{unknown}/retrait", 404)
        client.post(f"{PATH}/{unknown}/retrait", {"reason": "Inconnu."}, 404)


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_added_whole(client: PageClient) -> None:
    content = f"\ufeffdomain;siren\r\n{DOMAIN};{ROCAMADOUR}\r\ngramat.exemple;{GRAMAT}\r\n".encode()
    page = client.follow(upload(client, content, 303, "Liste <2021>\x07.csv"))
    assert "1 domaine ajouté, 1 déjà connu" in page.main
    assert known_domain(DOMAIN).note == "Fichier Liste <2021>.csv"
    assert "Aucun domaine nouveau, 2 déjà connus" in client.follow(upload(client, content, 303)).main


def test_every_fault_of_a_file_is_shown_and_nothing_is_added(client: PageClient) -> None:
    content = f"domain,siren\n{DOMAIN},{ROCAMADOUR}\nwanadoo.fr,{GRAMAT}\n=<b>cmd,{GRAMAT}\n".encode()
    page = upload(client, content, 422)
    assert "2 points à corriger dans le fichier" in page.main
    assert "Ligne 3 : « wanadoo.fr » est ouvert à tous" in page.main
    assert "Ligne 4 : « =<b>cmd » n’est pas un domaine" in page.main
    assert "rien n’a été ajouté" in page.main
    assert known() == ["gramat.exemple"]
    many = "domain,siren\n" + "gmail.com,1\n" * 100
    page = upload(client, many.encode(), 422)
    assert "200 points à corriger" in page.main
    assert "Et 150 autres" in page.main


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "le fichier est vide"),
        ("domain,siren\névry.exemple,214602401\n".encode("cp1252"), "n’est pas en UTF-8"),
        (b"domain\nrocamadour.exemple\n", "les titres des colonnes doivent être « domain,siren »"),
        (b"\x89PNG\r\n\x1a\n", "n’est pas en UTF-8"),
    ],
)
def test_what_is_no_such_file_is_said(client: PageClient, content: bytes, said: str) -> None:
    assert said in upload(client, content, 422).main


def test_without_a_file_one_is_asked_for(client: PageClient) -> None:
    assert "Choisissez un fichier" in client.post(f"{PATH}/fichier", status=422).main


def test_ten_megabytes_are_too_much(client: PageClient) -> None:
    body = b"--x\r\n" + b"x" * 10_000_000
    page = client._page(client.http.post(f"{PATH}/fichier", data=body, content_type="multipart/form-data; boundary=x"), 413)
    assert page.h1 == "C’est trop volumineux"


# ── Whose it is, and what it costs ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("roles", "status"),
    [((), 403), ((Role.COMMITTEE,), 403), ((Role.OBSERVER,), 403), ((Role.MODERATOR,), 200), ((Role.ADMINISTRATOR,), 200)],
)
def test_the_table_is_the_team_s(app: Flask, world: World, roles: tuple[Role, ...], status: int) -> None:
    agent = world.person(email="jeanne@autre.exemple")
    attachments.ask_attachment(agent, GRAMAT, at=AT)
    client = PageClient(app).sign_in(world.person(ROCAMADOUR, *roles))
    client.get(PATH, status)
    client.get(f"{PATH}/gramat.exemple/retrait", status)
    client.get(f"{PATH}/fichier", status)
    if status == 403:
        client.post(PATH, GOOD, 403)
        upload(client, f"domain,siren\n{DOMAIN},{ROCAMADOUR}\n".encode(), 403)
        client.post(f"{PATH}/gramat.exemple/retrait", {"reason": "Non"}, 403)
        client.post(f"{PATH}/gramat.exemple/verification", status=403)
        assert known() == ["gramat.exemple"]
        now = actor_of_person(agent.person_id or 0)
        assert now is not None
        assert now.is_pending


def test_a_visitor_is_asked_to_sign_in(app: Flask) -> None:
    client = PageClient(app)
    client.get(PATH, 401)
    client.post(PATH, GOOD, 401)
    client.post(f"{PATH}/gramat.exemple/verification", status=401)


def test_the_table_costs_the_same_however_many_domains_there_are(client: PageClient) -> None:
    def cost() -> int:
        with count_statements() as sent:
            client.get(PATH)
        return len(sent)

    one = cost()
    lines = "".join(f"d{rank:02}.exemple,{ROCAMADOUR}\n" for rank in range(2))
    known_domains.import_domains(OPERATOR, f"domain,siren\n{lines}".encode(), note="", at=AT)
    three = cost()
    lines = "".join(f"e{rank:02}.exemple,{ROCAMADOUR}\n" for rank in range(PAGE_SIZE))
    known_domains.import_domains(OPERATOR, f"domain,siren\n{lines}".encode(), note="", at=AT)
    assert one == three == cost()
    assert one <= 2 + 3, "the session's, the edition's, and three of its own"
    assert "21 à 23 sur 23 domaines" in client.get(f"{PATH}?page=2").main
